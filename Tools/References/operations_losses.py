# operations_losses.safetensors: losses, as PyTorch gives them. cases.py says what a case holds.

import torch

from cases import Family

family = Family("losses", 7)


def losses():
    for shape in ((1,), (33,), (7, 31)):
        family.case("mse_loss", "x".join(map(str, shape)), torch.nn.functional.mse_loss, family.normal(*shape), family.normal(*shape))


losses()
family.save()
