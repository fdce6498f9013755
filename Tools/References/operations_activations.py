# operations_activations.safetensors: activations, as PyTorch gives them. cases.py says what a case holds.

import torch
from torch.nn import functional as F

from cases import Family, array

family = Family("activations", 13)
NAN, INF = float("nan"), float("inf")
SHAPES = {"one": (1,), "odd": (7, 31), "line": (13,), "cube": (3, 5, 2)}
# An empty tensor has no gradient to compare.
NOTHING = {"empty": (0,), "empty_rows": (3, 0)}


def activation(name, function, special=(NAN, INF, -INF, 0, -0.0, 1e30, -1e30), **more):
    attributes = more.pop("attributes", {})
    suffix = "_".join(str(value) for value in attributes.values())
    for case, shape in SHAPES.items():
        family.case(name, case + suffix, function, family.normal(*shape, scale=3), **attributes)
    for case, shape in NOTHING.items():
        family.case(name, case + suffix, function, family.normal(*shape), gradient=False, **attributes)
    for case, values in {"special": special, **more}.items():
        family.case(name, case + suffix, function, array(*values), **attributes)


# Further out PyTorch's own gelu has no digits left, in float64 too.
tail = (-4, -4.5, -5, -3.9)
corners = (-3, 3, 0, 6, -2.9999998, 5.9999995)
activation("relu", F.relu)
activation("relu6", F.relu6, corners=corners)
activation("hard_sigmoid", F.hardsigmoid, corners=corners)
activation("hard_swish", F.hardswish, corners=corners)
for slope in (0.01, 0.2):
    activation("leaky_relu", lambda x: F.leaky_relu(x, slope), attributes={"slope": slope})
for alpha in (1.0, 0.5):
    activation("elu", lambda x: F.elu(x, alpha), tiny=(-1e-6, -1e-5, 1e-6), attributes={"alpha": alpha})
activation("gelu", F.gelu, tail=tail, tiny=(1e-6, -1e-5))
activation("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), (NAN, INF, -INF, 0, 1e10), tail=(-4, -4.5, -5), tiny=(1e-6, -1e-5))
activation("silu", F.silu, tail=(-80, -79, -81), tiny=(1e-6, -1e-5))
activation("mish", F.mish, tail=(-30, -31, -29), tiny=(1e-6, -1e-5))
activation("sigmoid", torch.sigmoid, tail=(-80, -79, -81))
activation("log_sigmoid", F.logsigmoid, tail=(30, 31, 29), low=(-30, -100, -1e4))
for beta, threshold in ((1, 20), (2, 5), (0.5, 100)):
    activation(
        "softplus", lambda x: F.softplus(x, beta, threshold), tail=(-30, -31, -29), high=(19, 21, 2.4, 2.6, 90, 250),
        attributes={"beta": beta, "threshold": threshold},
    )
family.save()
