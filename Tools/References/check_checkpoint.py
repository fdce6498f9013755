# Loads a checkpoint that Reprise wrote into the same model in PyTorch, strictly, and compares logits:
# python Tools/References/check_checkpoint.py mlp|separable|resnet_small FILE
# The file has the weights, `golden/x` and `golden/logits`, as ModelGoldenTests writes it with WRITE_CHECKPOINTS=FOLDER.

import sys

import torch
from safetensors.torch import load_file

from models import MODELS, logits


def main():
    name, path = sys.argv[1:]
    tensors = load_file(path)
    network = MODELS[name][0]()
    state = {key: value for key, value in tensors.items() if not key.startswith("golden/")}
    network.load_state_dict(state, strict=True)
    expected = logits(network, tensors["golden/x"])
    error = (tensors["golden/logits"].double() - expected).abs().max() / expected.abs().max()
    print(f"{name}: {len(state)} tensors loaded strictly, logits differ by {error:.1e} of the largest")
    sys.exit(error > 1e-4)


main()
