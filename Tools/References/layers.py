# layers.safetensors: layers with arguments that are not the defaults, as PyTorch 2.15.0 computes them in float64: for each its
# state, x, and y in evaluation mode; for those that batches change also two training steps before. Fans and gains of its
# initialisers besides.

import torch
from torch import nn
from torch.nn import init

from golden import save


class Separable(nn.Module):
    def __init__(self):
        super().__init__()
        self.depthwise = nn.Conv2d(6, 6, 3, stride=2, padding=1, groups=6)
        self.pointwise = nn.Conv2d(6, 4, 1)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


PICTURES, VECTORS = (2, 6, 9, 8), (5, 6)
LAYERS = {
    "linear": (nn.Linear(6, 3), VECTORS),
    "linear_without_bias": (nn.Linear(6, 3, bias=False), (2, 3, 6)),
    "conv2d": (nn.Conv2d(6, 4, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2), PICTURES),
    "conv2d_without_bias": (nn.Conv2d(6, 5, 3, bias=False), PICTURES),
    "conv_transpose2d": (nn.ConvTranspose2d(6, 4, 3, 2, 1, output_padding=1, groups=2), PICTURES),
    "separable": (Separable(), PICTURES),
    "batch_norm": (nn.BatchNorm2d(6, eps=1e-3, momentum=0.2), PICTURES),
    "batch_norm_of_vectors": (nn.BatchNorm1d(6), VECTORS),
    "layer_norm": (nn.LayerNorm([9, 8], eps=1e-3), PICTURES),
    "group_norm": (nn.GroupNorm(3, 6, eps=1e-3), PICTURES),
    "max_pool2d": (nn.MaxPool2d(3, stride=2, padding=1), PICTURES),
    "avg_pool2d": (nn.AvgPool2d(2), PICTURES),
    "adaptive_avg_pool2d": (nn.AdaptiveAvgPool2d((2, 3)), PICTURES),
    "mean": (nn.AdaptiveAvgPool2d(1), PICTURES),
    "flatten": (nn.Flatten(), PICTURES),
    "flatten_between": (nn.Flatten(0, 2), PICTURES),
    "dropout": (nn.Dropout(0.5), VECTORS),
    "relu": (nn.ReLU(), VECTORS),
    "relu6": (nn.ReLU6(), VECTORS),
    "leaky_relu": (nn.LeakyReLU(), VECTORS),
    "elu": (nn.ELU(), VECTORS),
    "gelu": (nn.GELU(), VECTORS),
    "silu": (nn.SiLU(), VECTORS),
    "mish": (nn.Mish(), VECTORS),
    "hardswish": (nn.Hardswish(), VECTORS),
    "hardsigmoid": (nn.Hardsigmoid(), VECTORS),
    "sigmoid": (nn.Sigmoid(), VECTORS),
    "tanh": (nn.Tanh(), VECTORS),
    "softplus": (nn.Softplus(), VECTORS),
}
GAINS = [("linear",), ("sigmoid",), ("tanh",), ("relu",), ("selu",), ("leaky_relu", 0.2), ("leaky_relu", 5**0.5)]
SHAPES = [(3, 5), (4, 6, 3, 3), (8, 1, 5, 2), (6, 2, 7)]


def main():
    torch.manual_seed(5)
    tensors = {}
    for name, (layer, shape) in LAYERS.items():
        layer = layer.double()
        for parameter in layer.parameters():
            parameter.data.copy_(torch.randn_like(parameter).float())
        for key, value in layer.state_dict().items():
            tensors[f"{name}/state/{key}"] = value.clone()
        with torch.no_grad():
            if name.startswith("batch_norm"):
                steps = torch.randn(2, *shape) * 2 + 1
                tensors[f"{name}/steps"] = steps
                tensors[f"{name}/trained"] = torch.stack([layer(step.double()) for step in steps])
                tensors[f"{name}/running_mean"] = layer.running_mean.clone()
                tensors[f"{name}/running_var"] = layer.running_var.clone()
            x = torch.randn(shape) * 3
            tensors[f"{name}/x"] = x
            tensors[f"{name}/y"] = layer.eval()(x.double())
    embedding = nn.Embedding(7, 3).double()
    x = torch.randint(7, (2, 4))
    tensors["embedding/state/weight"] = embedding.weight.data.copy_(embedding.weight.data.float())
    tensors["embedding/x"], tensors["embedding/y"] = x, embedding(x).detach()
    tensors["gains"] = torch.tensor([init.calculate_gain(*arguments) for arguments in GAINS], dtype=torch.float64)
    tensors["fans"] = torch.tensor([init._calculate_fan_in_and_fan_out(torch.empty(shape)) for shape in SHAPES])
    save("layers", tensors, ["torch"], {"steps": "inputs of two training steps; trained: what they gave"})


main()
