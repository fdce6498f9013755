# optimizers.safetensors: twenty steps of torch.optim's optimizers, with and without parameter groups, and
# torch.optim.swa_utils' running mean of weights, as PyTorch 2.15.0 gives them.
# Inputs are float32 values; PyTorch computes in float64 and the results are rounded once.

import json

import numpy as np
import torch
from torch.optim import SGD, Adam, AdamW, RMSprop
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from golden import save

STEPS = 20
SHAPES = {"body.weight": (7, 13), "body.bias": (7,), "head.weight": (3, 7), "head.bias": (3,)}
LR = 0.01
DECAY = 0.05
BODY_SCALE = 0.1

CASES = {
    "sgd": (SGD, {}),
    "sgd_momentum": (SGD, {"momentum": 0.9}),
    "sgd_dampening": (SGD, {"momentum": 0.9, "dampening": 0.3}),
    "sgd_nesterov": (SGD, {"momentum": 0.9, "nesterov": True}),
    "adam": (Adam, {"betas": (0.8, 0.99), "eps": 1e-6}),
    "adamw": (AdamW, {}),
    "rmsprop": (RMSprop, {}),
    "rmsprop_momentum": (RMSprop, {"alpha": 0.9, "momentum": 0.8}),
    "rmsprop_centered": (RMSprop, {"alpha": 0.95, "centered": True}),
    "rmsprop_all": (RMSprop, {"alpha": 0.95, "eps": 1e-5, "momentum": 0.7, "centered": True}),
}


def flat(arrays):
    return np.concatenate([np.asarray(array).reshape(-1) for array in arrays])


def parameters(initial):
    return {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in initial.items()}


def groups(values, decay):
    """The body learns slower, and only matrices decay; or all are alike and none does."""
    return [
        {
            "params": [value],
            "lr": LR * (BODY_SCALE if decay and name.startswith("body.") else 1),
            "weight_decay": DECAY if decay and value.dim() >= 2 else 0,
        }
        for name, value in values.items()
    ]


def steps(optimizer, values, gradients):
    for step in range(STEPS):
        for name, value in values.items():
            value.grad = torch.tensor(gradients[name][step], dtype=torch.float64)
        optimizer.step()
        yield flat(value.detach().numpy() for value in values.values())


def main():
    random = np.random.default_rng(5)
    initial = {name: random.normal(size=shape).astype(np.float32) for name, shape in SHAPES.items()}
    gradients = {name: random.normal(size=(STEPS, *shape)).astype(np.float32) for name, shape in SHAPES.items()}
    tensors = {
        "initial": flat(initial.values()),
        "gradients": np.stack([flat(gradients[name][step] for name in SHAPES) for step in range(STEPS)]),
    }
    for case, (kind, settings) in CASES.items():
        for suffix, decay in (("plain", False), ("groups", True)):
            values = parameters(initial)
            optimizer = kind(groups(values, decay), **settings)
            tensors[f"{case}/{suffix}"] = np.stack(list(steps(optimizer, values, gradients)))

    values = parameters(initial)
    model = torch.nn.ParameterDict({name.replace(".", "_"): value for name, value in values.items()})
    mean = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    means = []
    for _ in steps(SGD(values.values(), lr=LR), values, gradients):
        mean.update_parameters(model)
        means.append(flat(mean.module[name.replace(".", "_")].detach().numpy() for name in SHAPES))
    tensors["ema"] = np.stack(means)

    save(
        "optimizers",
        tensors,
        ["torch", "numpy"],
        {
            "settings": json.dumps({"lr": LR, "weight_decay": DECAY, "body_scale": BODY_SCALE}),
            "cases": json.dumps({case: [kind.__name__, settings] for case, (kind, settings) in CASES.items()}),
            "layout": "parameters after each step, one after the other: " + ", ".join(SHAPES),
            "groups": "lr · body_scale for body.*, weight_decay for weights alone",
            "ema": "the mean with decay 0.9 after each step of sgd/plain",
        },
    )


main()
