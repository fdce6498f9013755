# schedules.safetensors: the learning rates of torch.optim.lr_scheduler's schedules, as PyTorch 2.15.0 gives them.
# PyTorch computes in float64 and the results are rounded once.

import json

import numpy as np
import torch
from torch.optim import lr_scheduler

from golden import save

LR = 0.3
CASES = {
    "constant": lambda optimizer: lr_scheduler.ConstantLR(optimizer, 1),
    "linear": lambda optimizer: lr_scheduler.LinearLR(optimizer, 1, 0.05, 300),
    "cosine": lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, 399, 0.001),
    "step": lambda optimizer: lr_scheduler.StepLR(optimizer, 49, 0.3),
    "one_cycle": lambda optimizer: lr_scheduler.OneCycleLR(optimizer, LR, 400),
    "one_cycle_early": lambda optimizer: lr_scheduler.OneCycleLR(
        optimizer, LR, 400, pct_start=0.123, div_factor=7, final_div_factor=50
    ),
    "warm_constant": lambda optimizer: warm(optimizer, lr_scheduler.ConstantLR(optimizer, 1)),
    "warm_cosine": lambda optimizer: warm(optimizer, lr_scheduler.CosineAnnealingLR(optimizer, 362)),
    "warm_step": lambda optimizer: warm(optimizer, lr_scheduler.StepLR(optimizer, 60, 0.5)),
}


def warm(optimizer, rest):
    rise = lr_scheduler.LinearLR(optimizer, 0.01, 1, 37)
    return lr_scheduler.SequentialLR(optimizer, [rise, rest], [37])


def rates(make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR)
    scheduler = make(optimizer)
    for _ in range(400):
        yield optimizer.param_groups[0]["lr"]
        optimizer.step()
        if scheduler.last_epoch < 399:
            scheduler.step()


def main():
    tensors = {name: np.array(list(rates(make)), np.float64) for name, make in CASES.items()}
    save("schedules", tensors, ["torch", "numpy"], {"settings": json.dumps({"lr": LR})})


main()
