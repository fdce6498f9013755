# operations_elementwise.safetensors: operations on elements at the same place, as PyTorch gives them. cases.py says what a case holds.

import numpy as np
import torch

from cases import Family, array

family = Family("elementwise", 2)
NAN, INF = float("nan"), float("inf")

# Shapes of the left and the right input; broadcasting stretches either, or both.
PAIRS = {
    "same": ((7, 31), (7, 31)),
    "single": ((1,), (1,)),
    "row": ((7, 13), (13,)),
    "left_row": ((1, 11), (7, 11)),
    "column": ((11, 7), (11, 1)),
    "both": ((7, 1), (1, 13)),
    "scalar": ((3, 5), (1,)),
    "three": ((3, 1, 7), (5, 1)),
}
# An empty tensor has no gradient to compare.
EMPTY = {"empty": ((0,), (1,)), "empty_rows": ((3, 0), (3, 1))}
SHAPES = {"one": (1,), "odd": (7, 31), "line": (13,), "cube": (3, 5, 2)}
NOTHING = {"empty": (0,), "empty_rows": (3, 0)}


def binary(name, function, left, right, special=(), gradient=True):
    """`left` and `right` make inputs of a shape; `special` are values whose pairs are all tried."""
    for case, (a, b) in PAIRS.items():
        family.case(name, case, function, left(*a), right(*b), gradient=gradient)
    for case, (a, b) in EMPTY.items():
        family.case(name, case, function, left(*a), right(*b), gradient=False)
    if special:
        pairs = np.array([(a, b) for a in special for b in special], np.float32)
        family.case(name, "special", function, pairs[:, 0], pairs[:, 1], gradient=gradient)


def unary(name, function, make, special=(), gradient=True, **more):
    """`make` makes an input of a shape; `special` and `more` are cases of single values."""
    for case, shape in SHAPES.items():
        family.case(name, case, function, make(*shape), gradient=gradient)
    for case, shape in NOTHING.items():
        family.case(name, case, function, make(*shape), gradient=False)
    for case, values in {"special": special, **more}.items():
        if len(values):
            family.case(name, case, function, array(*values), gradient=gradient)


def uniform(low, high):
    return lambda *shape: family.uniform(*shape, low=low, high=high)


def normal(scale=1.0):
    return lambda *shape: family.normal(*shape, scale=scale)


def whole(low, high):
    return lambda *shape: family.integers(*shape, low=low, below=high)


def whole_away_from_zero(*shape):
    return family.random.choice([-1, 1], shape).astype(np.int32) * family.integers(*shape, low=1, below=9)


EXTREME = (NAN, INF, -INF, 0.0, -0.0, 1.0, -2.5, 3e38)


def arithmetic():
    binary("add", torch.add, family.normal, family.normal, EXTREME)
    binary("subtract", torch.subtract, family.normal, family.normal, EXTREME)
    binary("multiply", torch.multiply, family.normal, family.normal, EXTREME)
    # The gradient by the divisor is made of -a / b / b, which PyTorch makes in an order of its own where b is infinite.
    binary("divide", torch.divide, family.normal, family.away_from_zero)
    extremes = np.array([(a, b) for a in EXTREME for b in EXTREME], np.float32)
    family.case("divide", "special", torch.divide, extremes[:, 0], extremes[:, 1], gradient=False)
    family.case("add", "large", torch.add, family.normal(33, 65), family.normal(65))
    big = np.array([2**31 - 1, -(2**31), 65537, -1, 7, 2**30], np.int32)
    unsigned = big.view(np.uint32)
    for name, function in {"add": torch.add, "subtract": torch.subtract, "multiply": torch.multiply}.items():
        family.case(name, "int32", function, big[:, None], big[None, :])
        family.case(name, "uint32", function, unsigned[:, None], unsigned[None, :])
    unary("negate", torch.negative, family.normal, EXTREME)
    family.case("negate", "int32", torch.negative, big)
    unary("abs", torch.abs, family.normal, EXTREME)
    family.case("abs", "int32", torch.abs, big)
    unary("sign", torch.sign, family.normal, EXTREME)
    family.case("sign", "int32", torch.sign, np.append(big, np.int32(0)))
    family.case("sign", "uint32", torch.sign, np.append(unsigned, np.uint32(0)))
    unary("square", torch.square, family.normal, EXTREME)
    unary("reciprocal", torch.reciprocal, family.away_from_zero, EXTREME)
    for name, (left, right) in PAIRS.items():
        ends = family.normal(*left), family.normal(*right), family.uniform(*right, low=-0.5, high=1.5)
        family.case("lerp", name, torch.lerp, *ends)
    family.case("lerp", "empty", torch.lerp, family.normal(3, 0), family.normal(3, 1), family.normal(1, 1), gradient=False)


def division():
    values = (NAN, INF, -INF, 0.0, -0.0, 1.0, -2.5, 7.0, 3e38, 1e-30)
    floats = {"floor_divide": torch.floor_divide, "remainder": torch.remainder, "fmod": torch.fmod}
    whole_number = whole(-50, 50)
    for name, function in floats.items():
        smooth = name != "floor_divide"
        binary(name, function, normal(5), family.away_from_zero, gradient=smooth)
        pairs = np.array([(a, b) for a in values for b in values if not (abs(a) > 1e30 and abs(b) == np.float32(1e-30))], np.float32)
        family.case(name, "special", function, pairs[:, 0], pairs[:, 1], gradient=False)
        # Quotients far beyond what a float counts.
        family.case(name, "far", function, array(1e30, -1e20, 12345678, 3e38, 1e10), array(7, 0.3, -0.7, 1.1e-3, 3.3), gradient=False)
        family.case(name, "int32", function, whole_number(7, 11), whole_away_from_zero(11))
        family.case(name, "uint32", function, family.unsigned(7, 5), family.unsigned(5) >> 20)


def powers():
    binary("power", torch.pow, uniform(0.1, 4), normal(2))
    bases = family.normal(7, 5, scale=3)
    exponents = family.integers(5, low=-4, below=6).astype(np.float32)
    # By the exponent, the gradient of a negative base is NaN; by the base it isn't.
    family.case("power", "negative", torch.pow, bases, exponents)
    values = (NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, -2.5, 2.0, 3.0, -3.0, 0.5)
    pairs = np.array([(a, b) for a in values for b in values], np.float32)
    family.case("power", "special", torch.pow, pairs[:, 0], pairs[:, 1], gradient=False)
    zeros = array(0, 0, 0, 0, 2, 1, 3)
    family.case("power", "zeros", torch.pow, zeros, array(0, 1, 2, 3, 0, 0, 1))
    family.case("power", "overflow", torch.pow, array(10, 10, 2, 2, 1e19, 1e-19, 1.5), array(38, 39, 127, 128, 2, 2, 218), gradient=False)
    for exponent in (0, 1, 2, 3, 0.5, -0.5, -1, -2, 4, 2.5):
        base = family.uniform(3, 5, low=0.1, high=4)
        if float(exponent).is_integer():
            base[0] = (0, -1, -2.5, 0.5, -0.1) if exponent > 0 else (-1, -2.5, 0.5, -0.1, 3)
        family.case("power_number", str(exponent), lambda x: torch.pow(x, exponent), base, exponent=exponent)
    for base in (2, 0.5, 10, 0):
        family.case("number_power", str(base), lambda x: torch.pow(base, x), family.uniform(3, 5, low=0.5, high=3), base=base)
    family.case("number_power", "one", lambda x: torch.pow(3.0, x), array(2), base=3)
    family.case("number_power", "empty", lambda x: torch.pow(3.0, x), family.normal(3, 0), base=3, gradient=False)


def exponentials():
    tiny = (1e-7, -3e-6, 2e-5, -1e-5, 4e-6)
    unary("exp", torch.exp, normal(2), (NAN, INF, -INF, 0, 88.5, -87, -200, 1e-4), high=(88, 88.3, 88.7), low=(-80, -81, -80.5))
    unary("exp2", torch.exp2, normal(3), (NAN, INF, -INF, 0, 1, 7, 127.9, -125, -200))
    unary("expm1", torch.expm1, normal(2), (NAN, INF, -INF, 0, -30, -100, 88.5), tiny=tiny)
    unary("log", torch.log, uniform(0.05, 20), (NAN, INF, 1, 0, 0.999, 1.001, 1e-30, 3e38), near=(0.9999, 1.00001, 0.99998, 1.0001))
    unary("log1p", torch.log1p, uniform(-0.9, 20), (NAN, INF, -1, 0, 3e38, -0.9999), tiny=tiny)
    unary("log2", torch.log2, uniform(0.05, 20), (NAN, INF, 0, 1, 2, 8, 1024, 1e-30, 3e38, 0.125))
    # Outside the domain of the logarithms PyTorch's gradient is that of the formula; the values are NaN.
    for name, function in {"log": torch.log, "log1p": torch.log1p, "log2": torch.log2, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt}.items():
        family.case(name, "outside", function, array(-1.5, -INF, -1e30), gradient=False)
    unary("sqrt", torch.sqrt, uniform(0.05, 20), (NAN, INF, 0, 1e-12, 1, 1e30, 3e38))
    unary("rsqrt", torch.rsqrt, uniform(0.05, 20), (NAN, INF, 0, 1e-12, 1, 1e30, 3e38))
    unary("erf", torch.erf, normal(1.5), (NAN, INF, -INF, 0, 1, -1, 2, 4, -9, 1e30), tiny=tiny)
    unary("erfc", torch.special.erfc, normal(1.5), (NAN, INF, -INF, 0, 1, -1, 2, -9, 1e30), tail=(5, 5.1, 5.3, 4.9), far=(8.5, 8.6, 8.8))


    # What overflows in float32 has a gradient in PyTorch's float64, and is infinite here.
    overflow = {"exp": torch.exp, "expm1": torch.expm1, "sinh": torch.sinh, "cosh": torch.cosh, "exp2": torch.exp2}
    for name, function in overflow.items():
        values = (127.99, 128, 129, 1e4, -150) if name == "exp2" else (88.7, 88.8, 89, 89.3, 90, 1e4, -1e4)
        family.case(name, "overflow", function, array(*values), gradient=False)


def trigonometry():
    turns = tuple(np.pi * np.array([0.5, 1, 1.5, 2, -0.25, 100.25]))
    far = (1e4, -1e4, 9999.5, 12867.1, 3e4, 1e5, -99999)
    for name, function in {"sin": torch.sin, "cos": torch.cos}.items():
        unary(name, function, normal(3), (NAN, INF, -INF, 0, -0.0), turns=turns, far=far, tiny=(1e-6, -1e-5, 3e-6))
        family.case(name, "wide", function, family.uniform(217, low=-1e4, high=1e4))
    unary("tan", torch.tan, uniform(-1.4, 1.4), (NAN, INF, -INF, 0, -0.0), far=(1e4, -9999.5, 3e4), tiny=(1e-6, -1e-5, 3e-6))
    ends = (NAN, 0, -0.0, 1, -1)
    unary("asin", torch.asin, uniform(-0.99, 0.99), ends, near=(0.9999, -0.99999, 0.5, -0.5), tiny=(1e-6, -1e-5, 3e-6))
    unary("acos", torch.acos, uniform(-0.99, 0.99), ends, near=(0.9999, -0.99999, 0.5, -0.5), close=(0.99999, 0.999995, 0.99998))
    unary("atan", torch.atan, normal(3), (NAN, INF, -INF, 0, -0.0, 1, 1e15, -1e15), tiny=(1e-6, -1e-5, 3e-6))
    binary("atan2", torch.atan2, family.normal, family.normal)
    points = np.array([(a, b) for a in EXTREME for b in EXTREME], np.float32)
    # With infinities PyTorch's gradient is NaN or 0 by the order of its products.
    family.case("atan2", "special", torch.atan2, points[:, 0], points[:, 1], gradient=False)
    family.case("atan2", "origin", torch.atan2, array(0, 0, 1, -1), array(0, 1, 0, 0))
    unary("sinh", torch.sinh, normal(2), (NAN, INF, -INF, 0, 88.5, -88.5), tiny=(1e-6, -1e-5, 3e-6))
    unary("cosh", torch.cosh, normal(2), (NAN, INF, -INF, 0, 88.5, -88.5))
    unary("tanh", torch.tanh, normal(1), (NAN, INF, -INF, 0, -0.0, -1e4, -9, 9, 45, 1e4), tiny=(1e-6, -1e-5, 3e-6))
    family.case("tanh", "large", torch.tanh, family.normal(33, 65))
    unary("asinh", torch.asinh, normal(3), (NAN, INF, -INF, 0, 1e15, -1e15), tiny=(1e-6, -1e-5, 3e-6))
    unary("acosh", torch.acosh, uniform(1.01, 20), (NAN, INF, 1, 1e15), near=(1.001, 1.0001, 1.00002))
    unary("atanh", torch.atanh, uniform(-0.99, 0.99), (NAN, 0, 1, -1), tiny=(1e-6, -1e-5, 3e-6), near=(0.9999, -0.99999))
    for name, function in {"asin": torch.asin, "acos": torch.acos, "acosh": torch.acosh, "atanh": torch.atanh}.items():
        outside = array(0.5, -INF) if name == "acosh" else array(1.5, -INF)
        family.case(name, "outside", function, outside, gradient=False)


def rounding():
    ties = (0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 8388609, -16777217, 3e38, NAN, INF, -INF, -0.0)
    for name, function in {"floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "trunc": torch.trunc}.items():
        unary(name, function, normal(3), ties)
    for name, function in {"isnan": torch.isnan, "isinf": torch.isinf, "isfinite": torch.isfinite}.items():
        unary(name, function, normal(3), EXTREME)
    unary("nan_to_num", lambda x: torch.nan_to_num(x, 0.0, 3.4028234663852886e38, -3.4028234663852886e38), normal(3), EXTREME)


def bounds():
    binary("minimum", torch.minimum, family.normal, family.normal, EXTREME)
    binary("maximum", torch.maximum, family.normal, family.normal, EXTREME)
    few = whole(-2, 3)
    for name, function in {"minimum": torch.minimum, "maximum": torch.maximum}.items():
        family.case(name, "ties", function, few(7, 5).astype(np.float32), few(5).astype(np.float32))
        family.case(name, "int32", function, few(7, 5), few(5))
        family.case(name, "uint32", function, family.unsigned(7, 5), family.unsigned(5))
    for name, shape in {**SHAPES, **NOTHING}.items():
        clamp(name, family.normal(*shape), 0.8, 1.2, gradient=name in SHAPES)
        clamp(f"{name}_wide", family.normal(*shape), -0.5, 1.0, gradient=name in SHAPES)
    clamp("special", array(*EXTREME, 1), -0.5, 1)
    clamp("crossed", array(*EXTREME, 1), 2, -1)
    clamp("int32", whole(-9, 9)(7, 5), -3, 4)
    for name, (left, right) in PAIRS.items():
        low = family.normal(*right)
        family.case("clamp_tensors", name, torch.clamp, family.normal(*left), low, low + family.uniform(*right, low=-0.2, high=1))
    family.case("clamp_tensors", "empty", torch.clamp, family.normal(3, 0), family.normal(3, 1), family.normal(1, 1), gradient=False)
    family.case("clamp_tensors", "ties", torch.clamp, array(2, 2, 1, 5, 3, 2.5, 0, 1, 3, NAN), array(2, 3, 3, 3, 3, 3, 2, 1, 1, 0), array(2, 2, 2, 2, 2, 2, 2, 3, 3, 1))
    triples = np.array([(a, b, c) for a in EXTREME[:4] for b in EXTREME[:4] for c in EXTREME[:4]], np.float32)
    # A NaN bound has no gradient that means anything.
    family.case("clamp_tensors", "special", torch.clamp, *triples.T, gradient=False)


def clamp(name, value, low, high, gradient=True):
    family.case("clamp", name, lambda x: torch.clamp(x, low, high), value, min=low, max=high, gradient=gradient)


def casts():
    values = (0.9, -0.9, 1.5, -1.5, 2147483520, -2147483648, 0, -0.0)
    unary("to_int32", lambda x: x.to(torch.int32), normal(100), values)
    unary("to_uint32", lambda x: x.to(torch.int64), uniform(0, 1000), (0.9, 1.5, 2147483520, 4294967040, 0, 3e9))
    unary("to_bool", lambda x: x.to(torch.bool), normal(1), (0, -0.0, NAN, INF, 1e-30, -1))
    for name in ("to_int32", "to_uint32", "to_bool", "to_float"):
        whole_numbers = np.array([2**31 - 1, -(2**31), 16777216, -1, 0, 7], np.int32)
        kind = torch.bool if name == "to_bool" else torch.float64 if name == "to_float" else torch.int64
        family.case(name, "from_int32", lambda x: x.to(kind), whole_numbers)
        family.case(name, "from_uint32", lambda x: x.to(kind), whole_numbers.view(np.uint32))
        family.case(name, "from_bool", lambda x: x.to(kind), whole_numbers > 0)
    for name, shape in {**SHAPES, **NOTHING}.items():
        family.case("to_float", name, lambda x: x.to(torch.float64), whole(-99, 99)(*shape))


def choices():
    for name, (left, right) in PAIRS.items():
        condition = family.integers(*left, below=2) != 0
        family.case("where", name, torch.where, condition, family.normal(*left), family.normal(*right))
    condition = family.integers(7, 5, below=2) != 0
    family.case("where", "condition_row", torch.where, condition[0], family.normal(7, 5), family.normal(7, 1))
    family.case("where", "special", torch.where, condition[0], array(NAN, INF, 0, NAN, 1), array(INF, NAN, NAN, -INF, NAN))
    family.case("where", "empty", torch.where, condition[:0], family.normal(0, 5), family.normal(1, 5), gradient=False)
    family.case("where", "int32", torch.where, condition, whole(-9, 9)(7, 5), whole(-9, 9)(5))
    family.case("where", "bool", torch.where, condition, family.integers(7, 5, below=2) != 0, family.integers(5, below=2) != 0)


arithmetic()
division()
powers()
exponentials()
trigonometry()
rounding()
bounds()
casts()
choices()
family.save()
