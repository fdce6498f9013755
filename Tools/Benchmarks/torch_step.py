# A training step of `reprise bench step` in PyTorch on the CPU: prints one JSON object on its last line.
# Weights, samples, labels and the order of batches are those of Sources/RepriseCommand/Bench/BenchModel.swift and BenchStep.swift.

import argparse
import json
import time
from collections import OrderedDict
from statistics import median

import numpy
import torch
from torch import nn

SAMPLES, CLASSES, UNTIMED = 4096, 10, 20


def uniform(count, stream):
    value = numpy.sin(12.9898 * numpy.arange(1, count + 1, dtype=numpy.float64) + 78.233 * stream) * 43758.5453
    return value - numpy.floor(value)


def model(features, head):
    """Layers under the keys that the zoo gives them; identities stand where it has a dropout of nothing."""
    return nn.Sequential(OrderedDict(features=nn.Sequential(*features), classifier=nn.Sequential(*head)))


def dense(hidden):
    return model([nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Identity()], [nn.Linear(hidden, CLASSES)])


def convolution(inputs, outputs, kernel, stride=1, groups=1):
    return [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(outputs), nn.ReLU()]


def separable():
    features, channels = convolution(1, 24, 3, 2), 24
    for width, stride in zip((48, 96, 96, 128), (1, 2, 1, 1)):
        features += convolution(channels, channels, 3, stride, channels) + convolution(channels, width, 1)
        channels = width
    return model([*features, nn.AdaptiveAvgPool2d(1), nn.Flatten()], [nn.Identity(), nn.Linear(channels, CLASSES)])


MODELS = {"mlp": (lambda: dense(128), [784]), "tiny": (lambda: dense(16), [784]), "separable": (separable, [1, 28, 28])}


def fill(network):
    for stream, (name, parameter) in enumerate(sorted(network.named_parameters())):
        if parameter.dim() > 1:
            bound = (6 * len(parameter) / parameter.numel()) ** 0.5
            values = (2 * uniform(parameter.numel(), stream) - 1) * bound
            parameter.data = torch.from_numpy(values.astype(numpy.float32)).reshape(parameter.shape)
        elif name.endswith(".bias"):
            parameter.data.zero_()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True, help="steps to time, after those that are not")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--fused", action="store_true", help="AdamW's fused kernel in place of PyTorch's own choice")
    parser.add_argument("--compile", action="store_true", help="torch.compile for the model and its loss")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    make, shape = MODELS[options.model]
    network = make()
    fill(network)
    parameters = list(network.parameters())
    groups = [{"params": [p for p in parameters if p.dim() > 1], "weight_decay": 1e-2},
              {"params": [p for p in parameters if p.dim() <= 1], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, fused=options.fused or None)
    elements = SAMPLES * int(numpy.prod(shape))
    samples = torch.from_numpy(((2 * uniform(elements, 1000) - 1) * 3 ** 0.5).astype(numpy.float32))
    samples = samples.reshape(SAMPLES, *shape)
    labels = torch.from_numpy((uniform(SAMPLES, 1001) * CLASSES).astype(numpy.int64))
    order = (torch.arange(SAMPLES + options.batch) * 1009) % SAMPLES

    def error(x, y):
        return nn.functional.cross_entropy(network(x), y)

    forward = torch.compile(error) if options.compile else error
    number = 0

    def step():
        nonlocal number
        start = number * options.batch % SAMPLES
        rows = order[start:start + options.batch]
        loss = forward(samples[rows], labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        number += 1
        return loss

    for _ in range(UNTIMED):
        loss = step()
    seconds = []
    for _ in range(options.steps):
        begin = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - begin)
    middle = median(seconds)
    print(json.dumps({
        "steps": options.steps, "steps_per_second": 1 / middle, "seconds_per_step": middle, "loss": loss.item(),
        "parameters": sum(p.numel() for p in parameters), "threads": torch.get_num_threads(),
        "device": f"PyTorch {torch.__version__}",
    }))


main()
