# operations_elementwise.safetensors: operations on elements at the same place, as PyTorch gives them. cases.py says what a case holds.

import numpy as np
import torch

from cases import Family, array

family = Family("elementwise", 2)


# Shapes of the left and the right input; broadcasting stretches either, or both.
PAIRS = {
    "same": ((7, 31), (7, 31)),
    "single": ((1,), (1,)),
    "row": ((7, 33), (33,)),
    "left_row": ((1, 31), (7, 31)),
    "column": ((31, 7), (31, 1)),
    "both": ((7, 1), (1, 33)),
    "scalar": ((3, 5), (1,)),
    "three": ((3, 1, 7), (5, 1)),
}


def binary():
    for name, (left, right) in PAIRS.items():
        family.case("add", name, torch.add, family.normal(*left), family.normal(*right))
        family.case("subtract", name, torch.subtract, family.normal(*left), family.normal(*right))
        family.case("multiply", name, torch.multiply, family.normal(*left), family.normal(*right))
        family.case("divide", name, torch.divide, family.normal(*left), family.away_from_zero(*right))
        family.case("minimum", name, torch.minimum, family.normal(*left), family.normal(*right))
        family.case("maximum", name, torch.maximum, family.normal(*left), family.normal(*right))
        compare(name, left, right)
        condition = family.integers(*left, below=2) != 0
        family.case("where", name, torch.where, condition, family.normal(*left), family.normal(*right))
    family.case("add", "large", torch.add, family.normal(33, 65), family.normal(65))
    family.case("divide", "large", torch.divide, family.normal(33, 1), family.away_from_zero(33, 65))


def compare(name, left, right):
    # Few distinct values, so that equal pairs are common.
    values = lambda shape: family.integers(*shape, below=4).astype(np.float32) - 1.5
    for operation, function in {"less": torch.less, "greater": torch.greater, "equal": torch.eq}.items():
        family.case(operation, name, function, values(left), values(right))


def unary():
    shapes = {"one": (1,), "odd": (7, 31), "line": (33,)}
    for name, shape in shapes.items():
        family.case("negate", name, torch.negative, family.normal(*shape))
        family.case("tanh", name, torch.tanh, family.normal(*shape, scale=2))
        family.case("relu", name, torch.relu, family.normal(*shape))
        family.case("exp", name, torch.exp, family.normal(*shape, scale=2))
        family.case("log", name, torch.log, family.uniform(*shape, low=0.05, high=20))
        family.case("sqrt", name, torch.sqrt, family.uniform(*shape, low=0.05, high=20))
        clamp(name, family.normal(*shape), 0.8, 1.2)
        clamp(f"{name}_wide", family.normal(*shape), -0.5, 1.0)
    family.case("tanh", "large", torch.tanh, family.normal(33, 65))
    family.case("tanh", "extreme", torch.tanh, array(-1e4, -100, -45, -20, -9, -1e-4, 0, 1e-4, 9, 20, 45, 100, 1e4))
    family.case("relu", "extreme", torch.relu, array(-1e30, -1, -1e-30, 0, 1e-30, 1, 1e30))
    family.case("exp", "extreme", torch.exp, array(-80, -20, -1e-4, 0, 1e-4, 20, 80))
    family.case("log", "extreme", torch.log, array(1e-30, 1e-6, 0.999, 1, 1.001, 1e6, 1e30))
    family.case("sqrt", "extreme", torch.sqrt, array(1e-12, 1e-6, 1, 1e6, 1e30))
    clamp("extreme", array(-1e30, -1, 0.9, 1.1, 1e30), 0.8, 1.2)


def clamp(name, value, low, high):
    family.case("clamp", name, lambda x: torch.clamp(x, low, high), value, min=low, max=high)


binary()
unary()
family.save()
