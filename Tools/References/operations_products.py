# operations_products.safetensors: products, as PyTorch gives them. cases.py says what a case holds.

import torch

from cases import Family

family = Family("products", 6)


def products():
    shapes = [(1, 1, 1), (1, 7, 33), (7, 31, 1), (31, 33, 7), (17, 4, 64)]
    for m, k, n in shapes:
        for left in (False, True):
            for right in (False, True):
                matmul(m, k, n, left, right)
    for m, k, n in ((33, 65, 31), (64, 96, 33), (1, 257, 1), (130, 70, 66)):
        matmul(m, k, n, False, False)
    for rows, width, out in ((1, 1, 1), (7, 4, 33), (33, 65, 31), (65, 4, 2)):
        family.case("linear", f"{rows}x{width}x{out}", torch.nn.functional.linear,
             family.normal(rows, width), family.normal(out, width), family.normal(out))


def matmul(m, k, n, left, right):
    function = lambda a, b: (a.T if left else a) @ (b.T if right else b)
    a, b = family.normal(*((k, m) if left else (m, k))), family.normal(*((n, k) if right else (k, n)))
    name = f"{m}x{k}x{n}" + ("_left" if left else "") + ("_right" if right else "")
    family.case("matmul", name, function, a, b, transpose_left=left, transpose_right=right)


products()
family.save()
