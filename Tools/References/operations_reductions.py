# operations_reductions.safetensors: reductions, as PyTorch gives them. cases.py says what a case holds.

import numpy as np
import torch

from cases import Family, array

family = Family("reductions", 3)


REDUCED = {
    "last": ((7, 33), [1]),
    "first": ((31, 7), [0]),
    "all": ((7, 31), [0, 1]),
    "middle": ((3, 7, 5), [1]),
    "outer": ((3, 7, 5), [0, 2]),
    "channels": ((2, 3, 5, 7), [0, 2, 3]),
    "one": ((1, 7), [0]),
    "line": ((257,), [0]),
    "large": ((33, 65), [1]),
    "nothing_left": ((0, 3), [1]),
}


def options(name, axes):
    """Both ways of keeping the axes, where the case is small."""
    for keepdim in (False,) if name in ("large", "nothing_left") else (False, True):
        yield f"{name}_kept" if keepdim else name, {"dim": axes, "keepdim": keepdim}, {"axes": axes, "keepdim": keepdim}


def reductions():
    for name, (shape, axes) in REDUCED.items():
        for full, given, recorded in options(name, axes):
            case = lambda operation, function, value: family.case(operation, full, function, value, **recorded)
            case("sum", lambda x: torch.sum(x, **given), family.normal(*shape))
            case("mean", lambda x: torch.mean(x, **given), family.normal(*shape))
            case("max", lambda x: torch.amax(x, **given), family.distinct(*shape))
            case("min", lambda x: torch.amin(x, **given), family.distinct(*shape))
            case("logsumexp", lambda x: torch.logsumexp(x, **given), family.normal(*shape, scale=3))
            case("any", lambda x: any_of(x, **given), family.integers(*shape, below=9) == 0)
            case("all", lambda x: any_of(x.logical_not(), **given).logical_not(), family.integers(*shape, below=9) != 0)
            for p in (1, 2, 3, np.inf):
                function = lambda x: torch.linalg.vector_norm(x, p, **given)
                family.case("norm", f"{full}_{p}", function, family.distinct(*shape), p=str(p), **recorded)
            for correction in (0, 1):
                function = lambda x: torch.var(x, correction=correction, **given)
                value = family.normal(*shape) + np.float32(3)
                # One element has no unbiased variance, and its gradient no meaning.
                gradient = np.prod([shape[axis] for axis in axes]) > correction
                family.case("variance", f"{full}_{correction}", function, value, gradient=bool(gradient),
                            correction=correction, **recorded)
            case("prod", lambda x: product_of(x, **given), family.uniform(*shape, low=0.7, high=1.4))


def any_of(x, dim, keepdim):
    for axis in sorted(dim, reverse=True):
        x = torch.any(x, dim=axis, keepdim=keepdim)
    return x


def product_of(x, dim, keepdim):
    for axis in sorted(dim, reverse=True):
        x = torch.prod(x, dim=axis, keepdim=keepdim)
    return x


def special():
    given = {"axes": [1], "keepdim": False}
    rows = array([1, np.nan, 3], [-np.inf, 2, 5], [np.inf, -np.inf, 0], [7, 7, 7], [-np.inf, -np.inf, -np.inf])
    for operation, function in (("sum", torch.sum), ("mean", torch.mean), ("max", torch.amax), ("min", torch.amin)):
        family.case(operation, "special", lambda x: function(x, dim=[1]), rows, gradient=False, **given)
        family.case(operation, "half", lambda x: function(x, dim=[1]), family.half(7, 33), **given)
    family.case("logsumexp", "special", lambda x: torch.logsumexp(x, dim=[1]), rows, gradient=False, **given)
    family.case("logsumexp", "far", lambda x: torch.logsumexp(x, dim=[1]), array([1e4, 9999, -1e4], [-1e4, -10001, -9999]), **given)
    # 3e38 + 3e38 overflows float32, and so does the float64 result when it is rounded.
    family.case("sum", "overflow", lambda x: torch.sum(x, dim=[1]), array([3e38, 3e38], [3e38, -3e38]), gradient=False, **given)
    # Equal largest elements share the gradient.
    for operation, function in (("max", torch.amax), ("min", torch.amin)):
        ties = family.integers(7, 31, below=4).astype(np.float32) - 10
        family.case(operation, "ties", lambda x: function(x, dim=[1]), ties, **given)
    zeros = array([1, 0, 3], [0, 2, 0], [2, 3, 4], [0, 0, 0])
    family.case("prod", "zeros", lambda x: torch.prod(x, dim=1), zeros, **given)
    family.case("norm", "zero", lambda x: torch.linalg.vector_norm(x, 2, dim=[1]), zeros, p="2", **given)
    for operation, function in (("sum", torch.sum), ("max", torch.amax), ("min", torch.amin), ("prod", torch.prod)):
        for name, shape in (("integers", (7, 31)), ("integers_one", (1, 1))):
            value = family.integers(*shape, low=-2, below=3) if operation == "prod" else family.integers(*shape, low=-99, below=99)
            family.case(operation, name, lambda x: function(x, dim=1).to(torch.int32), value, **given)
    empty = {"axes": [0], "keepdim": False}
    for operation, function in (("sum", torch.sum), ("prod", torch.prod), ("mean", torch.mean)):
        # No gradient reaches an input without elements.
        family.case(operation, "of_nothing", lambda x: function(x, dim=0), family.normal(0, 3), gradient=False, **empty)
    for operation, function in (("any", torch.any), ("all", torch.all)):
        family.case(operation, "of_nothing", lambda x: function(x, dim=0), np.zeros((0, 3), bool), **empty)


reductions()
special()
family.save()
