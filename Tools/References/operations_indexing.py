# operations_indexing.safetensors: reading and writing at computed places, as PyTorch gives them. cases.py says what a case holds.

import torch

from cases import Family

family = Family("indexing", 5)


def indexing():
    for rows, columns in ((1, 1), (7, 2), (33, 31), (256, 3)):
        index = family.integers(rows, 1, below=columns)
        function = lambda x, i: torch.gather(x, -1, i)
        family.case("gather", f"{rows}x{columns}", function, family.normal(rows, columns), index)
    # Rows taken several times, so that their gradients add up, and rows never taken.
    for rows, columns, count in ((1, 1, 1), (7, 31, 5), (33, 7, 65)):
        index = family.integers(count, below=rows)
        function = lambda x, i: torch.index_select(x, 0, i)
        family.case("index_select", f"{rows}x{columns}_{count}", function, family.normal(rows, columns), index)
    for name, shape, new in (("flatten", (7, 31), [217]), ("split", (33, 6), [33, 2, 3]), ("ones", (7,), [1, 7, 1])):
        family.case("reshape", name, lambda x: torch.reshape(x, new), family.normal(*shape), shape=new)
    for name, shape, start, end in (("head", (7, 33), 0, 1), ("tail", (7, 33), 31, 33), ("middle", (31, 7), 2, 5),
                                    ("whole", (3, 5), 0, 5), ("three", (3, 5, 7), 1, 4)):
        family.case("slice", name, lambda x: x[..., start:end], family.normal(*shape), start=start, end=end)


indexing()
family.save()
