# operations_reductions.safetensors: reductions, as PyTorch gives them. cases.py says what a case holds.

import numpy as np
import torch

from cases import Family

family = Family("reductions", 3)


REDUCED = {
    "last": ((7, 33), [1]),
    "first": ((31, 7), [0]),
    "all": ((7, 31), [0, 1]),
    "middle": ((3, 7, 5), [1]),
    "outer": ((3, 7, 5), [0, 2]),
    "one": ((1, 7), [0]),
    "line": ((257,), [0]),
    "large": ((33, 65), [1]),
}


def reductions():
    for name, (shape, axes) in REDUCED.items():
        for keepdim in (False,) if name == "large" else (False, True):
            full = f"{name}_kept" if keepdim else name
            given = {"axes": axes, "keepdim": keepdim}
            options = {"dim": axes, "keepdim": keepdim}
            family.case("sum", full, lambda x: torch.sum(x, **options), family.normal(*shape), **given)
            family.case("mean", full, lambda x: torch.mean(x, **options), family.normal(*shape), **given)
            family.case("max", full, lambda x: torch.amax(x, **options), family.distinct(*shape), **given)
            for correction in (0, 1):
                # One element has no unbiased variance.
                if np.prod([shape[axis] for axis in axes]) > correction:
                    function = lambda x: torch.var(x, correction=correction, **options)
                    value = family.normal(*shape) + np.float32(3)
                    family.case("variance", f"{full}_{correction}", function, value, correction=correction, **given)
    family.case("max", "negative", lambda x: torch.amax(x, dim=[1]), family.distinct(7, 9) - 10, axes=[1], keepdim=False)


reductions()
family.save()
