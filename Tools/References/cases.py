# Cases of operations as PyTorch gives them: what the scripts operations_*.py share.
# Inputs are float32, int32 or bool; PyTorch computes in float64 and the results are rounded once, so a comparison measures
# the error of the code under test alone. Tensors: <operation>/<case>/input0…, output0…, upstream (the gradient of
# output0) and gradient0… (of each differentiable input). The metadata under <operation>/<case> holds the attributes and,
# as "types", the types of the inputs: a bool is stored as int32, a float16 as the float32 of the same value.

import json

import numpy as np
import torch

from golden import save


class Family:
    """The cases of one golden file, with random numbers of their own."""

    def __init__(self, name, seed):
        self.name, self.random = name, np.random.default_rng(seed)
        self.tensors, self.attributes = {}, {}

    def normal(self, *shape, scale=1.0):
        return (self.random.normal(size=shape) * scale).astype(np.float32)

    def uniform(self, *shape, low, high):
        return self.random.uniform(low, high, shape).astype(np.float32)

    def half(self, *shape, scale=1.0):
        return self.normal(*shape, scale=scale).astype(np.float16)

    def integers(self, *shape, below, low=0):
        return self.random.integers(low, below, size=shape).astype(np.int32)

    def unsigned(self, *shape):
        return self.random.integers(0, 2**32, size=shape).astype(np.uint32)

    def away_from_zero(self, *shape):
        return self.random.choice([-1, 1], shape).astype(np.float32) * self.uniform(*shape, low=0.5, high=3)

    def distinct(self, *shape):
        """No two elements are the same, so that the largest one is where its whole gradient goes."""
        return (self.random.permutation(int(np.prod(shape))).reshape(shape) * 0.01 - 1).astype(np.float32)

    def case(self, operation, name, function, *inputs, gradient=True, fixed=(), **given):
        """Runs one case and stores it. `function` gives a tensor or several; the first is differentiated where it can be, by all
        inputs but those that are `fixed`."""
        key = f"{operation}/{name}"
        assert key not in self.attributes, key
        inputs = [np.asarray(value) for value in inputs]
        self.attributes[key] = json.dumps({**given, "types": [str(value.dtype) for value in inputs]})
        # Through int64 is what PyTorch's indexing wants.
        leaves = [torch.tensor(value, dtype=computed(value.dtype)) for value in inputs]
        for index, leaf in enumerate(leaves):
            leaf.requires_grad_(gradient and leaf.is_floating_point() and index not in fixed)
        result = function(*leaves)
        outputs = result if isinstance(result, (tuple, list)) else [result]
        for index, value in enumerate(inputs):
            self.tensors[f"{key}/input{index}"] = value
        for index, output in enumerate(outputs):
            self.tensors[f"{key}/output{index}"] = output.detach().numpy()
        if not gradient or not outputs[0].requires_grad:
            return
        upstream = self.normal(*outputs[0].shape)
        self.tensors[f"{key}/upstream"] = upstream
        outputs[0].backward(torch.tensor(upstream, dtype=torch.float64))
        for index, leaf in enumerate(leaves):
            if leaf.requires_grad:
                gradient_of = np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy()
                self.tensors[f"{key}/gradient{index}"] = gradient_of

    def save(self):
        save(f"operations_{self.name}", self.tensors, ["torch", "numpy"], self.attributes, finite=False)


def computed(dtype):
    return {"f": torch.float64, "i": torch.int64, "u": torch.int64, "b": torch.bool}[dtype.kind]


def array(*values):
    return np.array(values, np.float32)
