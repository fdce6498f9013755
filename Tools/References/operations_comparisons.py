# operations_comparisons.safetensors: comparisons, logic and bits, as PyTorch gives them. cases.py says what a case holds.

import numpy as np
import torch

from cases import Family, array

family = Family("comparisons", 12)
NAN, INF = float("nan"), float("inf")
PAIRS = {
    "same": ((7, 31), (7, 31)),
    "single": ((1,), (1,)),
    "row": ((7, 13), (13,)),
    "left_row": ((1, 11), (7, 11)),
    "column": ((11, 7), (11, 1)),
    "both": ((7, 1), (1, 13)),
    "three": ((3, 1, 7), (5, 1)),
    "empty": ((0,), (1,)),
    "empty_rows": ((3, 0), (3, 1)),
}
EXTREME = (NAN, INF, -INF, 0.0, -0.0, 1.0, -2.5, 3e38)
WHOLE = np.array([2**31 - 1, -(2**31), 0, -1, 1, 7, 2**30], np.int32)


def truth(*shape):
    return family.integers(*shape, below=2) != 0


def comparisons():
    functions = {"less": torch.lt, "less_equal": torch.le, "greater": torch.gt, "greater_equal": torch.ge, "equal": torch.eq, "not_equal": torch.ne}
    # Few distinct values, so that equal pairs are common.
    few = lambda shape: family.integers(*shape, below=4).astype(np.float32) - 1.5
    extremes = np.array([(a, b) for a in EXTREME for b in EXTREME], np.float32)
    for name, function in functions.items():
        for case, (left, right) in PAIRS.items():
            family.case(name, case, function, few(left), few(right))
        family.case(name, "special", function, extremes[:, 0], extremes[:, 1])
        family.case(name, "int32", function, WHOLE[:, None], WHOLE[None, :])
        family.case(name, "uint32", function, WHOLE.view(np.uint32)[:, None], WHOLE.view(np.uint32)[None, :])
        family.case(name, "bool", function, truth(7, 5), truth(5))
        # A comparison that is turned round or used to choose must not forget NaN.
        negated = lambda a, b: torch.logical_not(function(a, b))
        family.case(f"negated_{name}", "special", negated, extremes[:, 0], extremes[:, 1])
        chosen = lambda a, b: torch.where(function(a, b), a, b)
        family.case(f"choose_{name}", "special", chosen, extremes[:, 0], extremes[:, 1], gradient=False)
        for case, (left, right) in PAIRS.items():
            family.case(f"negated_{name}", case, negated, few(left), few(right))
            family.case(f"choose_{name}", case, chosen, few(left), few(right), gradient=False)


def logic():
    functions = {"logical_and": torch.logical_and, "logical_or": torch.logical_or, "logical_xor": torch.logical_xor}
    for case, (left, right) in PAIRS.items():
        for name, function in functions.items():
            family.case(name, case, function, truth(*left), truth(*right))
        family.case("logical_not", case, torch.logical_not, truth(*left))


def bits():
    functions = {"bitwise_and": torch.bitwise_and, "bitwise_or": torch.bitwise_or, "bitwise_xor": torch.bitwise_xor}
    for case, (left, right) in PAIRS.items():
        signed = lambda shape: family.unsigned(*shape).view(np.int32)
        for name, function in functions.items():
            family.case(name, case, function, signed(left), signed(right))
            family.case(name, f"{case}_uint32", function, family.unsigned(*left), family.unsigned(*right))
        family.case("bitwise_not", case, torch.bitwise_not, signed(left))
        family.case("bitwise_not", f"{case}_uint32", torch.bitwise_not, family.unsigned(*left))
        places = family.integers(*right, below=32)
        family.case("shift_left", case, torch.bitwise_left_shift, signed(left), places)
        family.case("shift_right", case, torch.bitwise_right_shift, signed(left), places)
        family.case("shift_left", f"{case}_uint32", torch.bitwise_left_shift, family.unsigned(*left), places.astype(np.uint32))
        family.case("shift_right", f"{case}_uint32", torch.bitwise_right_shift, family.unsigned(*left), places.astype(np.uint32))


comparisons()
logic()
bits()
family.save()
