# training_mlp, training_separable, training_sgd.safetensors: the first steps of training on Fashion-MNIST, as PyTorch 2.15.0
# takes them: initial weights, the loss of each step, and what was learnt, computed in float64 from float32 weights.
#
# The pictures are the first of Fashion-MNIST's training split, in order, (x / 255 − 0.2860) / 0.3530; they are read from
# where Debian's package dataset-fashion-mnist puts them, and are no part of the goldens.

import gzip
import json
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from golden import save
from models import mlp, separable

FOLDER = Path("/usr/share/datasets/fashion-mnist")
BATCH, MEAN, DEVIATION = 32, 0.2860, 0.3530


def samples(count):
    with gzip.open(FOLDER / "train-images-idx3-ubyte.gz") as file:
        pictures = np.frombuffer(file.read(), np.uint8, count * 784, 16).reshape(count, 1, 28, 28)
    with gzip.open(FOLDER / "train-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, count, 8)
    return (torch.tensor(pictures / 255) - MEAN) / DEVIATION, torch.tensor(labels.astype(np.int64))


def groups(network, decay):
    """Weights decay; biases and the weights of norms do not."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0},
    ]


def adamw(network, steps):
    return torch.optim.AdamW(groups(network, 1e-2), lr=1e-3), None, {}


def sgd(network, steps):
    optimizer = torch.optim.SGD(groups(network, 1e-3), lr=0.05, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    return optimizer, schedule, {"label_smoothing": 0.1, "clip_norm": 1.0}


CASES = {
    "mlp": (lambda: mlp(784, 10), adamw, 50),
    "separable": (lambda: separable(1, 10, stem=8, widths=[16, 32], strides=[2, 1], stem_stride=2), adamw, 50),
    "sgd": (lambda: mlp(784, 10, hidden=(32,)), sgd, 20),
}


def main():
    for name, (make, rule, steps) in CASES.items():
        torch.manual_seed(7)
        network = make()
        start = {key: value.clone() for key, value in network.state_dict().items()}
        network.double()
        optimizer, schedule, settings = rule(network, steps)
        pictures, labels = samples(steps * BATCH)
        losses, norms = [], []
        for x, y in zip(pictures.split(BATCH), labels.split(BATCH)):
            loss = cross_entropy(network(x), y, label_smoothing=settings.get("label_smoothing", 0))
            optimizer.zero_grad()
            loss.backward()
            if "clip_norm" in settings:
                norms.append(torch.nn.utils.clip_grad_norm_(network.parameters(), settings["clip_norm"]).item())
            optimizer.step()
            if schedule:
                schedule.step()
            losses.append(loss.item())
        network.eval()
        with torch.no_grad():
            logits = network(pictures[:BATCH])
        golden = {"golden/losses": losses, "golden/logits": logits}
        if norms:
            golden["golden/norms"] = norms
        for key, buffer in network.named_buffers():
            if "running" in key:
                golden[f"golden/{key}"] = buffer
        settings = {"batch": BATCH, "mean": MEAN, "deviation": DEVIATION, **settings}
        save(f"training_{name}", {**start, **golden}, ["torch"], {"settings": json.dumps(settings)})


if __name__ == "__main__":
    main()
