# operations_convolutions.safetensors: convolutions and pooling, as PyTorch gives them. cases.py says what a case holds.

import numpy as np
import torch
import torch.nn.functional as F

from cases import Family, array

family = Family("convolutions", 7)


def convolve(function, operation, name, x, weight, bias, **given):
    inputs = [family.normal(*x), family.normal(*weight)] + ([family.normal(*bias)] if bias else [])
    family.case(operation, name, lambda *leaves: function(*leaves, **given), *inputs, **given)


def convolutions():
    # name: x, weight, has a bias, arguments
    cases = {
        "one": ((1, 1, 1, 1), (1, 1, 1, 1), False, {}),
        "plain": ((2, 3, 7, 9), (5, 3, 3, 3), True, {"padding": (1, 1)}),
        "valid": ((1, 2, 5, 4), (3, 2, 5, 4), True, {}),
        "strided": ((2, 3, 11, 8), (4, 3, 3, 2), False, {"stride": (2, 3), "padding": (1, 0)}),
        "dilated": ((1, 2, 13, 12), (3, 2, 3, 3), True, {"dilation": (2, 3), "padding": (2, 3)}),
        "groups": ((2, 6, 7, 8), (9, 2, 3, 3), True, {"padding": (1, 1), "groups": 3}),
        "wide": ((1, 17, 12, 12), (33, 17, 3, 3), True, {"padding": (1, 1)}),
        "pointwise": ((3, 7, 5, 4), (11, 7, 1, 1), True, {}),
        "pointwise_groups": ((2, 6, 3, 5), (4, 3, 1, 1), True, {"groups": 2}),
        "pointwise_strided": ((2, 5, 7, 7), (3, 5, 1, 1), False, {"stride": (2, 2)}),
        "depthwise": ((2, 5, 12, 12), (5, 1, 3, 3), True, {"padding": (1, 1), "groups": 5}),
        "depthwise_odd": ((3, 3, 7, 9), (3, 1, 5, 3), False, {"padding": (2, 1), "groups": 3}),
        "depthwise_strided": ((2, 4, 9, 16), (4, 1, 3, 3), False, {"stride": (2, 2), "padding": (1, 1), "groups": 4}),
        "depthwise_stride_3": ((1, 2, 16, 16), (2, 1, 3, 3), False, {"stride": (3, 3), "padding": (1, 1), "groups": 2}),
        "depthwise_multiplier": ((2, 3, 8, 8), (6, 1, 3, 3), True, {"padding": (1, 1), "groups": 3}),
        "depthwise_dilated": ((1, 4, 16, 16), (4, 1, 3, 3), False, {"padding": (2, 2), "dilation": (2, 2), "groups": 4}),
        "depthwise_large": ((1, 2, 12, 12), (2, 1, 9, 9), False, {"padding": (4, 4), "groups": 2}),
        "one_result": ((2, 5, 8, 8), (1, 5, 3, 3), True, {"padding": (1, 1)}),
        "far_padding": ((1, 2, 3, 3), (2, 2, 2, 2), False, {"padding": (3, 4)}),
        "empty": ((0, 3, 5, 5), (4, 3, 3, 3), True, {}),
    }
    for name, (x, weight, biased, given) in cases.items():
        convolve(F.conv2d, "conv2d", name, x, weight, (weight[0],) if biased else None, **given)


def extremes():
    x = family.normal(1, 2, 5, 5, scale=1e18)
    family.case("conv2d", "large", lambda x, w: F.conv2d(x, w), x, family.normal(3, 2, 3, 3, scale=1e18))
    x = family.normal(1, 3, 6, 6)
    x[0, 1, 2, 3], x[0, 2, 0, 0] = np.nan, np.inf
    given = {"padding": (1, 1)}
    function = lambda x, w: F.conv2d(x, w, **given)
    family.case("conv2d", "nan", function, x, family.away_from_zero(2, 3, 3, 3), gradient=False, **given)
    given = {"padding": (1, 1), "groups": 3}
    function = lambda x, w: F.conv2d(x, w, **given)
    family.case("conv2d", "depthwise_nan", function, x, family.away_from_zero(3, 1, 3, 3), gradient=False, **given)


def transposed():
    cases = {
        "one": ((1, 1, 1, 1), (1, 1, 1, 1), False, {}),
        "plain": ((2, 3, 5, 7), (3, 4, 3, 3), True, {"padding": (1, 1)}),
        "strided": ((2, 3, 5, 4), (3, 5, 4, 3), True, {"stride": (2, 3), "padding": (1, 1), "output_padding": (1, 2)}),
        "dilated": ((1, 2, 5, 6), (2, 3, 3, 2), False, {"dilation": (2, 3), "stride": (2, 1), "output_padding": (0, 2)}),
        "groups": ((2, 6, 4, 5), (6, 2, 3, 3), True, {"groups": 3, "stride": (2, 2), "padding": (1, 1)}),
        "depthwise": ((2, 5, 8, 8), (5, 1, 3, 3), True, {"groups": 5, "padding": (1, 1)}),
        "depthwise_strided": ((2, 3, 7, 8), (3, 1, 4, 4), False, {"groups": 3, "stride": (2, 2), "padding": (1, 1)}),
        "depthwise_multiplier": ((1, 2, 5, 5), (2, 3, 3, 3), False, {"groups": 2, "stride": (2, 2), "output_padding": (1, 1)}),
        "pointwise": ((2, 3, 5, 4), (3, 7, 1, 1), True, {}),
        "empty": ((0, 3, 5, 5), (3, 4, 3, 3), False, {}),
    }
    for name, (x, weight, biased, given) in cases.items():
        bias = (weight[1] * given.get("groups", 1),) if biased else None
        convolve(F.conv_transpose2d, "conv_transpose2d", name, x, weight, bias, **given)


def pools():
    pool("max_pool2d", F.max_pool2d, {
        "one": ((1, 1, 1, 1), {"kernel_size": (1, 1)}),
        "halves": ((2, 3, 8, 8), {"kernel_size": (2, 2)}),
        "odd": ((2, 3, 7, 9), {"kernel_size": (3, 2)}),
        "overlapping": ((1, 5, 11, 12), {"kernel_size": (3, 3), "stride": (2, 2), "padding": (1, 1)}),
        "dilated": ((1, 2, 13, 11), {"kernel_size": (3, 2), "stride": (1, 2), "padding": (1, 1), "dilation": (2, 3)}),
        "ceiling": ((2, 2, 8, 9), {"kernel_size": (3, 3), "stride": (2, 2), "padding": (1, 0), "ceil_mode": True}),
        "whole": ((1, 3, 5, 4), {"kernel_size": (5, 4)}),
        "empty": ((0, 3, 4, 4), {"kernel_size": (2, 2)}),
    })
    given = {"kernel_size": (2, 2), "stride": (1, 1)}
    family.case("max_pool2d", "ties", lambda x: F.max_pool2d(x, **given),
                family.integers(2, 2, 6, 7, below=3).astype(np.float32), **given)
    x = family.normal(1, 2, 5, 5)
    x[0, 0, 1, 1], x[0, 0, 1, 2], x[0, 0, 4, 4], x[0, 1, 2, 2], x[0, 1, 0, :] = np.nan, np.nan, np.inf, -np.inf, -np.inf
    family.case("max_pool2d", "nan", lambda x: F.max_pool2d(x, **given), x, **given)
    pool("avg_pool2d", F.avg_pool2d, {
        "one": ((1, 1, 1, 1), {"kernel_size": (1, 1)}),
        "halves": ((2, 3, 8, 8), {"kernel_size": (2, 2)}),
        "odd": ((2, 3, 7, 9), {"kernel_size": (3, 2), "stride": (2, 1)}),
        "padded": ((1, 5, 7, 8), {"kernel_size": (3, 3), "stride": (2, 2), "padding": (1, 1)}),
        "without_padding": ((1, 2, 7, 8), {"kernel_size": (3, 4), "stride": (2, 3), "padding": (1, 2), "count_include_pad": False}),
        "ceiling": ((2, 2, 8, 9), {"kernel_size": (3, 3), "stride": (2, 2), "padding": (1, 0), "ceil_mode": True}),
        "empty": ((0, 3, 4, 4), {"kernel_size": (2, 2)}),
    })
    pool("adaptive_avg_pool2d", F.adaptive_avg_pool2d, {
        "one": ((2, 3, 7, 5), {"output_size": (1, 1)}),
        "halves": ((1, 3, 8, 8), {"output_size": (4, 4)}),
        "uneven": ((2, 2, 7, 11), {"output_size": (3, 4)}),
        "same": ((1, 2, 5, 3), {"output_size": (5, 3)}),
        "larger": ((1, 2, 3, 4), {"output_size": (7, 5)}),
        "empty": ((0, 2, 3, 4), {"output_size": (2, 2)}),
    })
    for name, shape in {"one": (1, 1, 1, 1), "row": (2, 3, 1, 7), "odd": (3, 5, 7, 9), "square": (1, 2, 8, 8),
                        "many": (33, 3, 2, 2), "empty": (0, 3, 2, 2)}.items():
        family.case("global_avg_pool2d", name, lambda x: F.adaptive_avg_pool2d(x, 1), family.normal(*shape))


def pool(operation, function, cases):
    for name, (shape, given) in cases.items():
        family.case(operation, name, lambda x: function(x, **given), family.normal(*shape), **given)


convolutions()
extremes()
transposed()
pools()
family.save()
