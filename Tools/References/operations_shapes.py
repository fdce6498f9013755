# operations_shapes.safetensors: views, and elements put elsewhere, as PyTorch gives them. cases.py says what a case holds.

import torch

from cases import Family

family = Family("shapes", 7)
SHAPES = ((1, 1), (7, 31), (2, 3, 5), (0, 3), (1, 5, 1), (33, 2), (3, 0, 2))


def each(operation, function, **given):
    for shape in SHAPES:
        family.case(operation, "x".join(map(str, shape)), lambda x: function(x), family.normal(*shape), **given)
    integers = family.integers(5, 7, low=-9, below=9)
    family.case(operation, "int32", lambda x: function(x), integers, gradient=False, **given)
    family.case(operation, "bool", lambda x: function(x), integers > 0, gradient=False, **given)


def shapes():
    each("flatten", lambda x: torch.flatten(x, 0, 1), first=0, last=1)
    each("transpose", lambda x: torch.transpose(x, -1, 0), a=-1, b=0)
    each("movedim", lambda x: torch.movedim(x, 0, -1), source=0, target=-1)
    each("unsqueeze", lambda x: torch.unsqueeze(x, -2), axis=-2)
    each("squeeze", lambda x: torch.squeeze(x, 0), axis=0)
    each("flip", lambda x: torch.flip(x, (0, -1)), axes=[0, -1])
    each("roll", lambda x: torch.roll(x, (2, -9), (0, -1)), shifts=[2, -9], axes=[0, -1])
    each("tile", lambda x: x.repeat(*((2,) + (1,) * (x.dim() - 1) + (3,))), before=2, after=3)
    each("expand", lambda x: x.unsqueeze(0).expand(3, *([-1] * x.dim())), count=3)
    each("tril", lambda x: torch.tril(x.int() if x.dtype == torch.bool else x, 1), diagonal=1)
    each("triu", lambda x: torch.triu(x.int() if x.dtype == torch.bool else x, -1), diagonal=-1)
    each("diagonal", lambda x: torch.diagonal(x, 1, -2, -1), offset=1)
    each("cat", lambda x: torch.cat((x, x, x[:1]), 0), axis=0)
    each("stack", lambda x: torch.stack((x, x), -1), axis=-1)
    each("chunk", lambda x: torch.chunk(x, 3, -1), count=3)
    for name, shape, new in (("flatten", (7, 31), [-1]), ("split", (33, 6), [33, -1, 3]), ("ones", (7,), [1, 7, 1]),
                             ("scalar", (1, 1), []), ("empty", (0, 3), [3, -1]), ("same", (2, 3), [2, 3])):
        family.case("reshape", name, lambda x: torch.reshape(x, new), family.normal(*shape), shape=new)
    for name, shape, axes in (("three", (2, 3, 5), [2, 0, 1]), ("negative", (2, 3, 5), [-1, 1, -3]), ("one", (7,), [0]),
                              ("four", (2, 3, 1, 5), [3, 1, 0, 2]), ("empty", (0, 3), [1, 0]), ("same", (7, 3), [0, 1])):
        family.case("permute", name, lambda x: x.permute(axes), family.normal(*shape), axes=axes)
    for name, shape, start, stop, step in (
            ("head", (7, 33), 0, 1, 1), ("tail", (7, 33), 31, 33, 1), ("middle", (31, 7), 2, 5, 1), ("three", (3, 5, 7), 1, 4, 1),
            ("step", (3, 17), 1, 16, 3), ("negative", (7, 9), -8, -1, 2), ("beyond", (2, 5), -100, 100, 4),
            ("none", (2, 5), 4, 2, 1), ("empty", (3, 0), 0, 5, 2), ("last", (1,), 0, 1, 7), ("even", (5, 8), 0, 8, 2)):
        family.case("slice", name, lambda x: x[..., start:stop:step], family.normal(*shape), start=start, stop=stop, step=step)
    for name, shape, axis, index in (("first", (3, 5), 0, 0), ("last", (3, 5), -1, -1), ("one", (1,), 0, 0),
                                     ("middle", (2, 7, 3), 1, 4), ("negative", (2, 7, 3), -2, -7), ("empty", (0, 2), 1, 1)):
        family.case("select", name, lambda x: x.select(axis, index), family.normal(*shape), axis=axis, index=index)
    for name, shape, sizes, axis in (("two", (7, 3), [2, 5], 0), ("none", (7, 3), [0, 3], 1), ("three", (2, 3, 5), [1, 2, 2], -1),
                                     ("one", (1,), [1], 0), ("empty", (0, 3), [1, 2], 1), ("many", (31, 2), [3, 5, 7, 16], 0)):
        family.case("split", name, lambda x: torch.split(x, sizes, axis), family.normal(*shape), sizes=sizes, axis=axis)
    for name, left, right, axis in (("last", (3, 5), (3, 2), 1), ("middle", (2, 1, 7), (2, 3, 7), 1), ("empty", (3, 0), (3, 2), -1),
                                    ("one", (1,), (1,), 0), ("nothing", (0, 2), (0, 3), 1), ("long", (31, 33), (31, 7), 1)):
        family.case("cat_two", name, lambda x, y: torch.cat((x, y, x), axis), family.normal(*left), family.normal(*right), axis=axis)
    # PyTorch counts from the last axis.
    torch_order = lambda counts: [n for pair in reversed(list(zip(counts[::2], counts[1::2]))) for n in pair]
    for name, shape, counts, value in (
            ("one", (1,), [1, 2], 0.5), ("last", (3, 5), [0, 0, 2, 1], 0), ("both", (7, 3), [1, 0, 0, 3], -2), ("crop", (5, 7), [-1, -2, 1, -3], 0),
            ("empty", (0, 3), [1, 1, 0, 0], 3), ("three", (2, 3, 5), [1, 1, 0, 2, 3, 0], 7), ("nan", (2, 2), [0, 1, 1, 0], float("nan"))):
        family.case("pad", name, lambda x: torch.nn.functional.pad(x, torch_order(counts), value=value), family.normal(*shape),
                    counts=counts, value=value if value == value else "nan")
    for mode in ("reflect", "replicate"):
        for name, shape, counts in (("two", (1, 7), [2, 3]), ("three", (2, 31), [1, 0]), ("long", (3, 5), [4, 4]), ("left", (1, 33), [0, 7]),
                                    ("whole", (7, 2), [1, 1]), ("both", (2, 3), [2, 2])):
            family.case(f"pad_{mode}", name, lambda x: torch.nn.functional.pad(x, counts, mode=mode), family.normal(*shape), counts=counts)
    for name, shape, axis, size, step in (("one", (1,), 0, 1, 1), ("overlap", (7, 3), 0, 3, 1), ("apart", (2, 31), 1, 2, 5), ("exact", (12,), 0, 4, 4),
                                          ("middle", (2, 9, 3), 1, 5, 2), ("empty", (0, 5), 1, 2, 2)):
        family.case("unfold", name, lambda x: x.unfold(axis, size, step), family.normal(*shape), axis=axis, size=size, step=step)


shapes()
family.save()
