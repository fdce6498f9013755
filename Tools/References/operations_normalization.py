# operations_normalization.safetensors: softmax and normalisation, as PyTorch gives them. cases.py says what a case holds.

import torch

from cases import Family, array

family = Family("normalization", 4)


def softmaxes():
    for operation, function in {"softmax": torch.softmax, "log_softmax": torch.log_softmax}.items():
        run = lambda x: function(x, dim=-1)
        for shape in ((1, 1), (7, 2), (31, 33), (1, 257), (3, 5, 7)):
            family.case(operation, "x".join(map(str, shape)), run, family.normal(*shape, scale=3))
        family.case(operation, "extreme", run, array([1e4, 9999, -1e4], [-1e4, -10001, -9999], [0, 60, 0]))


softmaxes()
family.save()
