# operations.safetensors: every tensor operation's output and gradients, as PyTorch 2.15.0 gives them.
# Inputs are float32 values; PyTorch computes in float64 and the results are rounded once, so a comparison measures
# the error of the code under test alone. Tensors: <operation>/<case>/input0…, output, upstream (the gradient of the
# output), gradient0… (of each differentiable input). The metadata under <operation>/<case> holds the attributes.

import json

import numpy as np
import torch

from golden import save

random = np.random.default_rng(2)
tensors, attributes = {}, {}


def normal(*shape, scale=1.0):
    return (random.normal(size=shape) * scale).astype(np.float32)


def uniform(*shape, low, high):
    return random.uniform(low, high, shape).astype(np.float32)


def away_from_zero(*shape):
    return random.choice([-1, 1], shape).astype(np.float32) * uniform(*shape, low=0.5, high=3)


def integers(*shape, below):
    return random.integers(below, size=shape).astype(np.int32)


def case(operation, name, function, *inputs, **given):
    """Runs one case and stores it; integer inputs have no gradient, integer outputs none at all."""
    key = f"{operation}/{name}"
    assert key not in attributes, key
    attributes[key] = json.dumps(given)
    # Converting through int64 is what PyTorch's indexing wants; a condition is any integer but 0.
    leaves = [torch.tensor(x, dtype=torch.float64 if x.dtype == np.float32 else torch.int64) for x in inputs]
    for leaf in leaves:
        leaf.requires_grad_(leaf.is_floating_point())
    output = function(*leaves)
    for index, value in enumerate(inputs):
        tensors[f"{key}/input{index}"] = value
    tensors[f"{key}/output"] = output.detach().numpy()
    if not output.is_floating_point():
        return
    upstream = normal(*output.shape)
    tensors[f"{key}/upstream"] = upstream
    output.backward(torch.tensor(upstream, dtype=torch.float64))
    for index, leaf in enumerate(leaves):
        if leaf.requires_grad:
            tensors[f"{key}/gradient{index}"] = leaf.grad.numpy()


# Shapes of the left and the right input; broadcasting stretches either, or both.
PAIRS = {
    "same": ((7, 31), (7, 31)),
    "single": ((1,), (1,)),
    "row": ((7, 33), (33,)),
    "left_row": ((1, 31), (7, 31)),
    "column": ((31, 7), (31, 1)),
    "both": ((7, 1), (1, 33)),
    "scalar": ((3, 5), (1,)),
    "three": ((3, 1, 7), (5, 1)),
}


def binary():
    for name, (left, right) in PAIRS.items():
        case("add", name, torch.add, normal(*left), normal(*right))
        case("subtract", name, torch.subtract, normal(*left), normal(*right))
        case("multiply", name, torch.multiply, normal(*left), normal(*right))
        case("divide", name, torch.divide, normal(*left), away_from_zero(*right))
        case("minimum", name, torch.minimum, normal(*left), normal(*right))
        case("maximum", name, torch.maximum, normal(*left), normal(*right))
        compare(name, left, right)
        condition = integers(*left, below=2)
        case("where", name, lambda c, a, b: torch.where(c != 0, a, b), condition, normal(*left), normal(*right))
    case("add", "large", torch.add, normal(33, 65), normal(65))
    case("divide", "large", torch.divide, normal(33, 1), away_from_zero(33, 65))


def compare(name, left, right):
    # Few distinct values, so that equal pairs are common.
    values = lambda shape: integers(*shape, below=4).astype(np.float32) - 1.5
    for operation, function in {"less": torch.less, "greater": torch.greater, "equal": torch.eq}.items():
        a, b = values(left), values(right)
        case(operation, name, lambda a, b: function(a, b).to(torch.int64), a, b)


def unary():
    shapes = {"one": (1,), "odd": (7, 31), "line": (33,)}
    for name, shape in shapes.items():
        case("negate", name, torch.negative, normal(*shape))
        case("tanh", name, torch.tanh, normal(*shape, scale=2))
        case("relu", name, torch.relu, normal(*shape))
        case("exp", name, torch.exp, normal(*shape, scale=2))
        case("log", name, torch.log, uniform(*shape, low=0.05, high=20))
        case("sqrt", name, torch.sqrt, uniform(*shape, low=0.05, high=20))
        clamp(name, normal(*shape), 0.8, 1.2)
        clamp(f"{name}_wide", normal(*shape), -0.5, 1.0)
    case("tanh", "large", torch.tanh, normal(33, 65))
    array = lambda *values: np.array(values, np.float32)
    case("tanh", "extreme", torch.tanh, array(-1e4, -100, -45, -20, -9, -1e-4, 0, 1e-4, 9, 20, 45, 100, 1e4))
    case("relu", "extreme", torch.relu, array(-1e30, -1, -1e-30, 0, 1e-30, 1, 1e30))
    case("exp", "extreme", torch.exp, array(-80, -20, -1e-4, 0, 1e-4, 20, 80))
    case("log", "extreme", torch.log, array(1e-30, 1e-6, 0.999, 1, 1.001, 1e6, 1e30))
    case("sqrt", "extreme", torch.sqrt, array(1e-12, 1e-6, 1, 1e6, 1e30))
    clamp("extreme", array(-1e30, -1, 0.9, 1.1, 1e30), 0.8, 1.2)


def clamp(name, value, low, high):
    case("clamp", name, lambda x: torch.clamp(x, low, high), value, min=low, max=high)


REDUCED = {
    "last": ((7, 33), [1]),
    "first": ((31, 7), [0]),
    "all": ((7, 31), [0, 1]),
    "middle": ((3, 7, 5), [1]),
    "outer": ((3, 7, 5), [0, 2]),
    "one": ((1, 7), [0]),
    "line": ((257,), [0]),
    "large": ((33, 65), [1]),
}


def reductions():
    for name, (shape, axes) in REDUCED.items():
        for keepdim in (False,) if name == "large" else (False, True):
            full = f"{name}_kept" if keepdim else name
            given = {"axes": axes, "keepdim": keepdim}
            options = {"dim": axes, "keepdim": keepdim}
            case("sum", full, lambda x: torch.sum(x, **options), normal(*shape), **given)
            case("mean", full, lambda x: torch.mean(x, **options), normal(*shape), **given)
            case("max", full, lambda x: torch.amax(x, **options), distinct(*shape), **given)
            for correction in (0, 1):
                # One element has no unbiased variance.
                if np.prod([shape[axis] for axis in axes]) > correction:
                    function = lambda x: torch.var(x, correction=correction, **options)
                    value = normal(*shape) + np.float32(3)
                    case("variance", f"{full}_{correction}", function, value, correction=correction, **given)
    case("max", "negative", lambda x: torch.amax(x, dim=[1]), distinct(7, 9) - 10, axes=[1], keepdim=False)


def distinct(*shape):
    """No two elements are the same, so that the largest one is where its whole gradient goes."""
    return (random.permutation(int(np.prod(shape))).reshape(shape) * 0.01 - 1).astype(np.float32)


def softmaxes():
    for operation, function in {"softmax": torch.softmax, "log_softmax": torch.log_softmax}.items():
        run = lambda x: function(x, dim=-1)
        for shape in ((1, 1), (7, 2), (31, 33), (1, 257), (3, 5, 7)):
            case(operation, "x".join(map(str, shape)), run, normal(*shape, scale=3))
        case(operation, "extreme", run, np.array([[1e4, 9999, -1e4], [-1e4, -10001, -9999], [0, 60, 0]], np.float32))


def indexing():
    for rows, columns in ((1, 1), (7, 2), (33, 31), (256, 3)):
        index = integers(rows, 1, below=columns)
        function = lambda x, i: torch.gather(x, -1, i)
        case("gather", f"{rows}x{columns}", function, normal(rows, columns), index)
    # Rows taken several times, so that their gradients add up, and rows never taken.
    for rows, columns, count in ((1, 1, 1), (7, 31, 5), (33, 7, 65)):
        index = integers(count, below=rows)
        function = lambda x, i: torch.index_select(x, 0, i)
        case("index_select", f"{rows}x{columns}_{count}", function, normal(rows, columns), index)
    for name, shape, new in (("flatten", (7, 31), [217]), ("split", (33, 6), [33, 2, 3]), ("ones", (7,), [1, 7, 1])):
        case("reshape", name, lambda x: torch.reshape(x, new), normal(*shape), shape=new)
    for name, shape, start, end in (("head", (7, 33), 0, 1), ("tail", (7, 33), 31, 33), ("middle", (31, 7), 2, 5),
                                    ("whole", (3, 5), 0, 5), ("three", (3, 5, 7), 1, 4)):
        case("slice", name, lambda x: x[..., start:end], normal(*shape), start=start, end=end)


def products():
    shapes = [(1, 1, 1), (1, 7, 33), (7, 31, 1), (31, 33, 7), (17, 4, 64)]
    for m, k, n in shapes:
        for left in (False, True):
            for right in (False, True):
                matmul(m, k, n, left, right)
    for m, k, n in ((33, 65, 31), (64, 96, 33), (1, 257, 1), (130, 70, 66)):
        matmul(m, k, n, False, False)
    for rows, width, out in ((1, 1, 1), (7, 4, 33), (33, 65, 31), (65, 4, 2)):
        case("linear", f"{rows}x{width}x{out}", torch.nn.functional.linear,
             normal(rows, width), normal(out, width), normal(out))


def matmul(m, k, n, left, right):
    function = lambda a, b: (a.T if left else a) @ (b.T if right else b)
    a, b = normal(*((k, m) if left else (m, k))), normal(*((n, k) if right else (k, n)))
    name = f"{m}x{k}x{n}" + ("_left" if left else "") + ("_right" if right else "")
    case("matmul", name, function, a, b, transpose_left=left, transpose_right=right)


def losses():
    for shape in ((1,), (33,), (7, 31)):
        case("mse_loss", "x".join(map(str, shape)), torch.nn.functional.mse_loss, normal(*shape), normal(*shape))


def main():
    for group in (binary, unary, reductions, softmaxes, indexing, products, losses):
        group()
    save("operations", tensors, ["torch", "numpy"], attributes)


main()
