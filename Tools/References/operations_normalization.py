# operations_normalization.safetensors: softmax and normalisation, as PyTorch gives them. cases.py says what a case holds.

import torch
from torch.nn import functional

from cases import Family, array

family = Family("normalization", 4)


def softmaxes():
    for operation, function in {"softmax": torch.softmax, "log_softmax": torch.log_softmax}.items():
        for shape, axis in (((1, 1), -1), ((7, 2), -1), ((31, 33), -1), ((1, 257), -1), ((3, 5, 7), -1), ((3, 5, 7), 1),
                            ((7, 3), 0), ((0, 3), -1)):
            name = "x".join(map(str, shape)) + f"_{axis}"
            family.case(operation, name, lambda x: function(x, dim=axis), family.normal(*shape, scale=3), axis=axis)
        extreme = array([1e4, 9999, -1e4], [-1e4, -10001, -9999], [0, 60, 0], [0, -torch.inf, 1])
        family.case(operation, "extreme", lambda x: function(x, dim=-1), extreme, gradient=False, axis=-1)
        family.case(operation, "half", lambda x: function(x, dim=-1), family.half(7, 33), axis=-1)
    # Wider than the kernel of one dispatch takes.
    family.case("log_softmax", "wide", lambda x: torch.log_softmax(x, dim=-1), family.normal(1, 16001), axis=-1, gradient=False)


CHANNELED = {
    "images": (3, 5, 7, 4), "one": (2, 1, 1, 2), "line": (33, 7), "single": (7, 1, 3), "signal": (2, 31, 5), "odd": (5, 3, 1, 7),
}


def batches():
    for name, shape in CHANNELED.items():
        channels = shape[1]
        x = lambda: family.normal(*shape) * 2 + 1
        weight, bias = family.normal(channels), family.normal(channels)
        train = lambda x, w, b: functional.batch_norm(x, None, None, w, b, training=True)
        family.case("batch_norm", name, train, x(), weight, bias)

        def updated(x, mean, variance):
            # In place; only the buffers are looked at.
            mean, variance = mean.clone(), variance.clone()
            functional.batch_norm(x, mean, variance, training=True, momentum=0.3)
            return mean, variance

        family.case("batch_norm_statistics", name, updated, x(), family.normal(channels), family.normal(channels) ** 2,
                    gradient=False, momentum=0.3)
        evaluate = lambda x, m, v, w, b: functional.batch_norm(x, m, v, w, b, training=False)
        family.case("batch_norm_evaluation", name, evaluate, x(), family.normal(channels), family.normal(channels) ** 2 + 0.1,
                    weight, bias, fixed=(1, 2))
        groups = next(g for g in (3, 5, 31, 7, 1) if channels % g == 0)
        if shape[1] * (shape[2] if len(shape) > 2 else 1) > groups:
            function = lambda x, w, b: functional.group_norm(x, groups, w, b)
            family.case("group_norm", name, function, x(), weight, bias, groups=groups)
    family.case("group_norm", "wide", lambda x, w, b: functional.group_norm(x, 4, w, b), family.normal(1, 8, 3, 5), family.normal(8),
                family.normal(8), groups=4)
    family.case("group_norm", "whole", lambda x, w, b: functional.group_norm(x, 1, w, b), family.normal(2, 3, 7), family.normal(3),
                family.normal(3), groups=1)
    family.case("group_norm", "two", lambda x, w, b: functional.group_norm(x, 2, w, b), family.normal(3, 6, 5), family.normal(6),
                family.normal(6), groups=2)


def layers():
    for shape, axes in (((7, 33), 1), ((3, 5, 7), 1), ((3, 5, 7), 2), ((1, 31), 1), ((2, 3, 4, 5), 3), ((257,), 1)):
        name = "x".join(map(str, shape)) + f"_{axes}"
        tail = shape[-axes:]
        x = family.normal(*shape) * 3 - 1
        family.case("layer_norm", name, lambda x, w, b: functional.layer_norm(x, tail, w, b), x, family.normal(*tail), family.normal(*tail))
    for shape in ((7, 33), (3, 5, 7), (1, 31), (257,), (2, 5), (4, 64)):
        name = "x".join(map(str, shape))
        function = lambda x, w: functional.rms_norm(x, shape[-1:], w, eps=1.1920929e-07)
        family.case("rms_norm", name, function, family.normal(*shape), family.normal(shape[-1]))


softmaxes()
batches()
layers()
family.save()
