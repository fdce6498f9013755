# operations_indexing.safetensors: reading and writing at computed places, order and running results, as PyTorch gives
# them. cases.py says what a case holds.

import numpy as np
import torch

from cases import Family, array

family = Family("indexing", 5)
NAN, INF = float("nan"), float("inf")


def gathering():
    for shape, taken, axis in (((1, 1), (1, 1), -1), ((7, 2), (7, 1), -1), ((33, 31), (33, 1), -1), ((256, 3), (256, 1), 1),
                               ((7, 5), (3, 5), 0), ((2, 3, 5), (2, 7, 4), 1), ((5,), (0,), 0), ((3, 31), (3, 65), 1), ((1, 7), (1, 1030), 1)):
        index = family.integers(*taken, below=shape[axis])
        name = f"{'x'.join(map(str, shape))}_{'x'.join(map(str, taken))}"
        family.case("gather", name, lambda x, i: torch.gather(x, axis, i), family.normal(*shape), index, axis=axis)
    family.case("gather", "int32", lambda x, i: torch.gather(x, 0, i), family.integers(5, 2, below=99), family.integers(3, 2, below=5), axis=0)
    for shape, taken, axis in (((1, 1), (1, 1), 0), ((7, 1), (1, 5), 0), ((2, 3, 5), (1, 2, 5), 1), ((3, 31), (3, 4), -1), ((1, 9), (4, 3), 1), ((0, 3), (0, 2), 1)):
        index = family.integers(*taken, below=shape[axis])
        name = f"{'x'.join(map(str, shape))}_{'x'.join(map(str, taken))}"
        family.case("take_along_dim", name, lambda x, i: torch.take_along_dim(x, i, axis), family.normal(*shape), index, axis=axis)
    # Rows taken several times, so that their gradients add up, and rows never taken.
    for shape, count, axis in (((1, 1), 1, 0), ((7, 31), 5, 0), ((33, 7), 65, 0), ((3, 7), 11, 1), ((2, 5, 3), 4, -2), ((5, 2), 0, 0), ((3,), 1030, 0), ((0, 4), 3, 1)):
        index = family.integers(count, below=shape[axis])
        name = f"{'x'.join(map(str, shape))}_{count}_{axis}"
        family.case("index_select", name, lambda x, i: torch.index_select(x, axis, i), family.normal(*shape), index, axis=axis)
    for shape, taken, padding in (((1, 1), (1,), None), ((7, 3), (5,), 2), ((31, 7), (2, 9), 0), ((3, 300), (4, 2), 1), ((5, 2), (0,), None), ((2, 5), (700,), None)):
        index = family.integers(*taken, below=shape[0])
        name = f"{'x'.join(map(str, shape))}_{'x'.join(map(str, taken))}"
        function = lambda x, i: torch.nn.functional.embedding(i, x, padding_idx=padding)
        family.case("embedding", name, function, family.normal(*shape), index, padding=-1 if padding is None else padding)
    for taken, classes in (((1,), 1), ((7,), 3), ((2, 5), 31), ((0,), 4), ((33,), 2), ((1, 1), 5)):
        index = family.integers(*taken, below=classes)
        family.case("one_hot", f"{'x'.join(map(str, taken))}_{classes}", lambda i: torch.nn.functional.one_hot(i, classes), index, gradient=False, classes=classes)
    for shape in ((1,), (7, 31), (2, 3, 5), (0, 3), (33,), (1, 1)):
        mask = family.integers(*shape, below=2) > 0
        family.case("masked_fill", "x".join(map(str, shape)), lambda x, m: x.masked_fill(m, -7.0), family.normal(*shape), mask, value=-7.0)


def scattering():
    cases = (((1, 1), (1, 1), 0), ((7, 5), (9, 5), 0), ((3, 31), (3, 65), 1), ((2, 3, 5), (2, 7, 4), 1), ((5, 2), (0, 2), 0), ((17,), (1201,), 0), ((7, 300), (4, 300), 0))
    for shape, taken, axis in cases:
        index = family.integers(*taken, below=shape[axis])
        name = f"{'x'.join(map(str, shape))}_{'x'.join(map(str, taken))}"
        family.case("scatter_add", name, lambda x, s, i: torch.scatter_add(x, axis, i, s), family.normal(*shape), family.normal(*taken), index, axis=axis)
    family.case("scatter_add", "int32", lambda x, s, i: torch.scatter_add(x, 0, i, s), family.integers(5, below=99), family.integers(9, below=99),
                family.integers(9, below=5), axis=0)
    # Each place once: PyTorch doesn't say which of several stays.
    for rows, size, count, axis in ((1, 1, 1, 1), (3, 7, 4, 1), (2, 31, 31, 1), (1, 1030, 900, 1), (5, 2, 0, 1), (33, 9, 3, 1)):
        index = np.stack([family.random.permutation(size)[:count] for _ in range(rows)]).astype(np.int32)
        family.case("scatter", f"{rows}x{size}_{count}", lambda x, s, i: torch.scatter(x, axis, i, s), family.normal(rows, size),
                    family.normal(rows, count), index, axis=axis)
    for shape, count, axis in (((1, 1), 1, 0), ((7, 31), 5, 0), ((33, 7), 65, 0), ((3, 7), 11, 1), ((2, 5, 3), 4, -2), ((5, 2), 0, 0), ((4, 2), 1030, 0), ((4, 300), 70, 0)):
        index = family.integers(count, below=shape[axis])
        source = list(shape)
        source[axis] = count
        name = f"{'x'.join(map(str, shape))}_{count}_{axis}"
        if count * shape[-1] > 100000:
            continue
        family.case("index_add", name, lambda x, s, i: torch.index_add(x, axis, i, s), family.normal(*shape), family.normal(*source), index, axis=axis)


def ordering():
    special = array(3, NAN, -INF, 0, -0.0, INF, NAN, 3, 1e-40, -3, 1e38)
    tied = lambda *shape: family.integers(*shape, low=-3, below=3).astype(np.float32)
    inputs = (("1", family.normal(1), 0), ("7x31", family.distinct(7, 31), 1), ("first", family.distinct(33, 3), 0), ("middle", family.distinct(2, 7, 3), 1),
              ("empty", family.normal(0, 3), 1), ("long", family.distinct(1, 3001), 1))
    more = (("ties", tied(5, 33), -1), ("special", special, 0), ("int32", family.integers(3, 17, low=-5, below=5), 1), ("long_ties", tied(1, 1100), -1))
    for name, x, axis in inputs + more:
        floating = x.dtype == np.float32 and name != "special"
        family.case("argmax", name, lambda v: torch.argmax(v, axis), x, gradient=False, axis=axis)
        family.case("argmin", name, lambda v: torch.argmin(v, axis), x, gradient=False, axis=axis)
        for descending in (False, True):
            function = lambda v: torch.sort(v, dim=axis, descending=descending, stable=True)
            family.case("sort", f"{name}_{descending}", function, x, gradient=floating, axis=axis, descending=descending)
        function = lambda v: torch.argsort(v, dim=axis, stable=True)
        family.case("argsort", name, function, x, gradient=False, axis=axis)
    for name, x, axis in inputs:
        for largest in (False, True):
            count = min(3, x.shape[axis])
            function = lambda v: torch.topk(v, count, axis, largest)
            family.case("topk", f"{name}_{largest}", function, x, axis=axis, k=count, largest=largest)
    family.case("topk", "special", lambda v: torch.topk(v, 2, 0, False), array(2, NAN, 1, INF), gradient=False, axis=0, k=2, largest=False)
    family.case("argmax", "all", lambda v: torch.argmax(v), family.distinct(7, 5), gradient=False)
    family.case("argmin", "all", lambda v: torch.argmin(v), family.distinct(7, 5), gradient=False)


def running():
    shapes = ((1,), (7, 31), (33, 3), (2, 7, 3), (0, 3), (1, 3001), (3, 0))
    for shape in shapes:
        axis = 0 if shape == (33, 3) else 1 if len(shape) > 1 else 0
        name = "x".join(map(str, shape))
        family.case("cumsum", name, lambda x: torch.cumsum(x, axis), family.normal(*shape), axis=axis)
        near = np.abs(family.normal(*shape)) ** 0.01
        family.case("cumprod", name, lambda x: torch.cumprod(x, axis), near.astype(np.float32), axis=axis)
        family.case("cummax", name, lambda x: torch.cummax(x, axis), family.normal(*shape), axis=axis)
    # Without 3001 axis elements of growth, two zeros.
    family.case("cumprod", "zeros", lambda x: torch.cumprod(x, 0), array(2, 0, 3, -1, 0, 5), axis=0)
    family.case("cumsum", "special", lambda x: torch.cumsum(x, 0), array(1, INF, 2, -INF, 3), gradient=False, axis=0)
    family.case("cumsum", "int32", lambda x: torch.cumsum(x, 1), family.integers(3, 17, low=-5, below=5), gradient=False, axis=1)
    family.case("cumprod", "int32", lambda x: torch.cumprod(x, 1), family.integers(3, 9, low=-3, below=4), gradient=False, axis=1)
    family.case("cummax", "special", lambda x: torch.cummax(x, 0), array(1, 3, 3, NAN, 2, INF, NAN, 1), gradient=False, axis=0)
    family.case("cummax", "ties", lambda x: torch.cummax(x, 0), array(1, 1, 0, 2, 2, -INF, 2), gradient=False, axis=0)


gathering()
scattering()
ordering()
running()
family.save()
