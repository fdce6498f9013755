# models_mlp, models_separable, models_resnet_small.safetensors: models under the keys of Reprise's zoo, as PyTorch 2.15.0
# makes them: their state, a batch, and its logits in evaluation mode, computed in float64 and rounded once.

import json
from collections import OrderedDict

import torch
from torch import nn

from golden import save


class Residual(nn.Module):
    def __init__(self, main, shortcut):
        super().__init__()
        self.main = main
        if shortcut is not None:
            self.shortcut = shortcut

    def forward(self, x):
        beside = self.shortcut(x) if hasattr(self, "shortcut") else x
        return torch.relu(self.main(x) + beside)


def normalized(inputs, outputs, kernel, stride=1, groups=1):
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [convolution, nn.BatchNorm2d(outputs)]


def model(features, classifier):
    return nn.Sequential(OrderedDict(features=nn.Sequential(*features), classifier=nn.Sequential(*classifier)))


def mlp(inputs, outputs, hidden=(128,), dropout=0.0):
    layers = [nn.Flatten()]
    for width in hidden:
        layers += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(dropout)]
        inputs = width
    return model(layers, [nn.Linear(inputs, outputs)])


def separable(channels, outputs, stem, widths, strides, dropout=0.0, stem_stride=1):
    layers = [*normalized(channels, stem, 3, stem_stride), nn.ReLU()]
    for width, stride in zip(widths, strides):
        layers += [*normalized(stem, stem, 3, stride, groups=stem), nn.ReLU()]
        layers += [*normalized(stem, width, 1), nn.ReLU()]
        stem = width
    return model(layers + [nn.AdaptiveAvgPool2d(1), nn.Flatten()], [nn.Dropout(dropout), nn.Linear(stem, outputs)])


def resnet_small(channels, outputs, blocks, widths, dropout=0.0):
    layers = [*normalized(channels, widths[0], 3), nn.ReLU()]
    before = widths[0]
    for stage, width in enumerate(widths):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            main = [*normalized(before, width, 3, stride), nn.ReLU(), *normalized(width, width, 3)]
            changes = stride > 1 or width != before
            shortcut = nn.Sequential(*normalized(before, width, 1, stride)) if changes else None
            layers.append(Residual(nn.Sequential(*main), shortcut))
            before = width
    return model(layers + [nn.AdaptiveAvgPool2d(1), nn.Flatten()], [nn.Dropout(dropout), nn.Linear(before, outputs)])


MODELS = {
    "mlp": (lambda: mlp(784, 10), (1, 28, 28), {}),
    "separable": (
        lambda: separable(1, 7, stem=8, widths=[16, 24], strides=[2, 1]),
        (1, 13, 11),
        {"stem": 8, "widths": [16, 24], "strides": [2, 1]},
    ),
    "resnet_small": (
        lambda: resnet_small(3, 5, blocks=2, widths=[8, 16]),
        (3, 12, 9),
        {"blocks": 2, "widths": [8, 16]},
    ),
}


def logits(network, pictures):
    """In float64, and in evaluation mode."""
    with torch.no_grad():
        return network.double().eval()(pictures.double())


def main():
    for name, (make, sample, settings) in MODELS.items():
        torch.manual_seed(11)
        network = make()
        for key, buffer in network.named_buffers():
            if key.endswith("running_mean"):
                buffer.normal_(0, 0.3)
            elif key.endswith("running_var"):
                buffer.uniform_(0.5, 2)
        for key, parameter in network.named_parameters():
            if parameter.ndim == 1:
                parameter.data.add_(torch.randn_like(parameter) * 0.2)
        state = {key: value.clone() for key, value in network.state_dict().items()}
        pictures = torch.randn(3, *sample)
        save(
            f"models_{name}",
            {**state, "golden/x": pictures, "golden/logits": logits(network, pictures)},
            ["torch"],
            {"settings": json.dumps(settings), "golden/logits": "of golden/x, in evaluation mode"},
        )


if __name__ == "__main__":
    main()
