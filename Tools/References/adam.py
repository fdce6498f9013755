# adam.safetensors: ten steps of torch.optim.Adam, each after clip_grad_norm_, as PyTorch 2.15.0 gives them.
# Inputs are float32 values; PyTorch computes in float64 and the results are rounded once.

import json

import numpy as np
import torch

from golden import save

STEPS = 10
SHAPES = {"weight": (5, 7), "bias": (3,)}
SETTINGS = {"lr": 1e-3, "betas": [0.9, 0.999], "eps": 1e-5}
MAX_NORM = 0.5


def main():
    random = np.random.default_rng(3)
    # From far below the limit of the norm to far above it, so that some steps are clipped and some are not.
    scales = np.array([1, 0.01, 0.05, 10, 0.1, 1e-4, 0.05, 100, 0.02, 1])
    initial = {name: random.normal(size=shape).astype(np.float32) for name, shape in SHAPES.items()}
    gradients = {
        name: (random.normal(size=(STEPS, *shape)).T * scales).T.astype(np.float32)
        for name, shape in SHAPES.items()
    }
    parameters = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in initial.items()}
    optimizer = torch.optim.Adam(parameters.values(), **SETTINGS)
    norms, after, first, second = [], {name: [] for name in SHAPES}, {}, {}
    for step in range(STEPS):
        for name, parameter in parameters.items():
            parameter.grad = torch.tensor(gradients[name][step], dtype=torch.float64)
        norms.append(torch.nn.utils.clip_grad_norm_(parameters.values(), MAX_NORM).item())
        optimizer.step()
        for name, parameter in parameters.items():
            after[name].append(parameter.detach().numpy().copy())
    assert min(norms) < MAX_NORM < max(norms)
    tensors = {"norms": np.array(norms)}
    for name, parameter in parameters.items():
        tensors[f"{name}/initial"] = initial[name]
        tensors[f"{name}/gradients"] = gradients[name]
        tensors[f"{name}/parameters"] = np.stack(after[name])
        tensors[f"{name}/exp_avg"] = optimizer.state[parameter]["exp_avg"].numpy()
        tensors[f"{name}/exp_avg_sq"] = optimizer.state[parameter]["exp_avg_sq"].numpy()
    save(
        "adam",
        tensors,
        ["torch", "numpy"],
        {
            "settings": json.dumps({**SETTINGS, "max_norm": MAX_NORM}),
            "norms": "the norm of both gradients together before clip_grad_norm_, which scales by "
            "min(1, max_norm / (norm + 1e-6))",
            "parameters": "after each step; exp_avg and exp_avg_sq after the last one",
        },
    )


main()
