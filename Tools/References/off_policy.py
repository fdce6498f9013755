# What sac.py and td3.py share: networks with float32 values in float64, transitions, gradients and Adam's updates by name.

import numpy as np
import torch
from torch import nn

OBSERVATION, ACTION, BATCH = 3, 1, 64
HIDDEN = (24, 16)
LEARNING_RATE, TAU = 3e-4, 0.05


def tensor(x):
    return torch.tensor(x, dtype=torch.float64)


def randomise(random, module):
    """Float32 values, of a size that keeps activations near 1."""
    for parameter in module.parameters():
        scale = 0.1 if parameter.ndim == 1 else parameter.shape[1] ** -0.5
        parameter.data = tensor((random.normal(size=parameter.shape) * scale).astype(np.float32))
    return module


def hidden(inputs):
    first, second = HIDDEN
    return [nn.Linear(inputs, first), nn.ReLU(), nn.Linear(first, second), nn.ReLU()]


def critic(random):
    return randomise(random, nn.Sequential(*hidden(OBSERVATION + ACTION), nn.Linear(HIDDEN[-1], 1)))


def near(random, module):
    """A target: a module's weights, moved a little."""
    def moved(parameter):
        return tensor((parameter.detach().numpy() + random.normal(size=parameter.shape) * 0.02).astype(np.float32))

    return {name: moved(parameter) for name, parameter in module.named_parameters()}


def transitions(random):
    discounts = np.where(random.random(BATCH) < 0.2, 0, 0.97)
    batch = {
        "observations": random.normal(size=(BATCH, OBSERVATION)),
        "actions": random.uniform(-1, 1, size=(BATCH, ACTION)),
        "rewards": random.normal(-1, 2, size=BATCH),
        "next_observations": random.normal(size=(BATCH, OBSERVATION)),
        "discounts": discounts,
    }
    return {name: value.astype(np.float32) for name, value in batch.items()}


def values(critics, weights, observations, actions):
    """Both critics' values [2, batch]; weights is a list of dictionaries, or None for their own."""
    x = torch.cat([observations, actions], 1)
    return torch.stack([
        (torch.func.functional_call(module, weights[i], x) if weights else module(x))[:, 0]
        for i, module in enumerate(critics)
    ])


def named(prefix, module):
    return {f"{prefix}.{name}": parameter for name, parameter in module.named_parameters()}


def arrays(parameters):
    return {name: parameter.detach().numpy().copy() for name, parameter in parameters.items()}


def gradients(parameters):
    return {f"gradient/{name}": parameter.grad.numpy().copy() for name, parameter in parameters.items()}


def polyak(target, module):
    return {name: target[name] + TAU * (parameter.detach() - target[name])
            for name, parameter in module.named_parameters()}


def step(loss, parameters, optimizer):
    """One step of an optimizer of `parameters`; the gradients by name."""
    optimizer.zero_grad()
    grads = torch.autograd.grad(loss, list(parameters.values()))
    for parameter, grad in zip(parameters.values(), grads):
        parameter.grad = grad
    optimizer.step()
    return gradients(parameters)


def adam(parameters):
    return torch.optim.Adam(list(parameters.values()), lr=LEARNING_RATE)
