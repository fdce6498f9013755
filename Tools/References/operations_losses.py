# operations_losses.safetensors: losses, as PyTorch gives them. cases.py says what a case holds.

import numpy as np
from torch.nn import functional

from cases import Family, array

family = Family("losses", 7)
REDUCTIONS = ("mean", "sum", "none")
SHAPES = {"one": (1,), "line": (33,), "matrix": (7, 31), "cube": (3, 5, 7)}


def elementwise():
    """Losses of two tensors of one shape."""
    functions = {
        "mse_loss": (functional.mse_loss, {}), "l1_loss": (functional.l1_loss, {}), "huber_loss": (functional.huber_loss, {"delta": 0.7}),
        "smooth_l1_loss": (functional.smooth_l1_loss, {"beta": 0.5}),
    }
    for operation, (function, given) in functions.items():
        for name, shape in SHAPES.items():
            for reduction in REDUCTIONS if name == "matrix" else ("mean",):
                call = lambda x, y: function(x, y, reduction=reduction, **given)
                family.case(operation, f"{name}_{reduction}", call, family.normal(*shape), family.normal(*shape),
                            reduction=reduction, **given)
    family.case("smooth_l1_loss", "absolute", lambda x, y: functional.smooth_l1_loss(x, y, beta=0.0), family.normal(7), family.normal(7),
                reduction="mean", beta=0.0)


def binary():
    operation = "binary_cross_entropy_with_logits"
    for name, shape in SHAPES.items():
        for reduction in REDUCTIONS if name == "matrix" else ("mean",):
            call = lambda x, y: functional.binary_cross_entropy_with_logits(x, y, reduction=reduction)
            family.case(operation, f"{name}_{reduction}", call, family.normal(*shape, scale=4),
                        family.uniform(*shape, low=0, high=1), reduction=reduction)
    weighted = lambda x, y, w, p: functional.binary_cross_entropy_with_logits(x, y, weight=w, pos_weight=p)
    family.case(operation, "weighted", weighted, family.normal(7, 5), family.uniform(7, 5, low=0, high=1),
                family.uniform(7, 5, low=0.1, high=2), family.uniform(5, low=0.1, high=3), fixed=(1, 2, 3), reduction="mean")
    far = lambda x, y: functional.binary_cross_entropy_with_logits(x, y, reduction="none")
    family.case(operation, "far", far, array(-1e4, -100, -20, 0, 20, 100, 1e4), array(0, 1, 0, 1, 0, 1, 1), reduction="none")


def classes():
    for name, shape in {"batch": (7, 5), "one": (1, 1), "images": (2, 3, 4, 5), "wide": (3, 257), "two": (33, 2),
                        "ten": (31, 10)}.items():
        target = family.integers(shape[0], *shape[2:], below=shape[1])
        weight = family.uniform(shape[1], low=0.2, high=2)
        for reduction in REDUCTIONS if name in ("batch", "images") else ("mean",):
            call = lambda x, t: functional.cross_entropy(x, t, reduction=reduction)
            family.case("cross_entropy", f"{name}_{reduction}", call, family.normal(*shape, scale=2), target, reduction=reduction)
            for smoothing in (0.0, 0.1):
                call = lambda x, t, w: functional.cross_entropy(x, t, weight=w, label_smoothing=smoothing, reduction=reduction)
                family.case("cross_entropy", f"{name}_weighted_{smoothing}_{reduction}", call, family.normal(*shape), target,
                            weight, fixed=(2,), label_smoothing=smoothing, reduction=reduction)
            call = lambda x, t, w: functional.nll_loss(x, t, weight=w, reduction=reduction)
            family.case("nll_loss", f"{name}_weighted_{reduction}", call, family.normal(*shape), target, weight, fixed=(2,), reduction=reduction)
            probabilities = family.random.dirichlet(np.ones(shape[1]), (shape[0], *shape[2:]))
            probabilities = np.moveaxis(probabilities, -1, 1).astype(np.float32)
            call = lambda x, t, w: functional.cross_entropy(x, t, weight=w, label_smoothing=0.1, reduction=reduction)
            family.case("cross_entropy", f"{name}_probabilities_{reduction}", call, family.normal(*shape), probabilities, weight,
                        fixed=(1, 2), label_smoothing=0.1, reduction=reduction)
            call = lambda x, t: functional.kl_div(x, t, reduction=reduction)
            family.case("kl_div", f"{name}_{reduction}", call, family.normal(*shape), probabilities, fixed=(1,), reduction=reduction)
    ignored = np.array([0, -100, 2, -100, 4, 1, 0], np.int32)
    call = lambda x, t: functional.cross_entropy(x, t, label_smoothing=0.2)
    family.case("cross_entropy", "ignored", call, family.normal(7, 5), ignored, label_smoothing=0.2, reduction="mean")
    family.case("nll_loss", "ignored", lambda x, t: functional.nll_loss(x, t), family.normal(7, 5), ignored, reduction="mean")
    family.case("cross_entropy", "far", lambda x, t: functional.cross_entropy(x, t, reduction="none"),
                array([1e4, 0, -1e4], [-1e4, 1e4, 0]), np.array([1, 1], np.int32), reduction="none")
    zeros = array([0, 1, 0], [0.5, 0, 0.5])
    family.case("kl_div", "zeros", lambda x, t: functional.kl_div(x, t, reduction="sum"), family.normal(2, 3), zeros, reduction="sum",
                gradient=False)
    call = lambda x, t: functional.kl_div(x, t, reduction="sum", log_target=True)
    family.case("kl_div", "logarithms", call, family.normal(7, 5), family.normal(7, 5), reduction="sum", log_target=True)


elementwise()
binary()
classes()
family.save()
