# operations_products.safetensors: products, as PyTorch gives them. cases.py says what a case holds.

import numpy as np
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


def batched():
    cases = {
        "vectors": ((7,), (7,)), "vector_matrix": ((5,), (5, 3)), "matrix_vector": ((5, 3), (3,)),
        "vector_batch": ((4,), (2, 4, 3)), "batch_vector": ((2, 3, 4), (4,)), "batch": ((2, 7, 5), (2, 5, 9)),
        "left": ((3, 7, 5), (5, 4)), "right": ((7, 5), (3, 5, 4)), "both": ((3, 1, 7, 5), (2, 5, 4)),
        "outer_axes": ((2, 1, 3, 4, 5), (1, 3, 3, 5, 2)), "many": ((130, 2, 3), (130, 3, 2)),
        "wide": ((2, 33, 65), (2, 65, 31)), "no_depth": ((2, 3, 0), (2, 0, 4)), "no_batch": ((0, 3, 4), (4, 5)),
        "no_rows": ((2, 0, 4), (4, 5)),
    }
    for name, (left, right) in cases.items():
        family.case("matmul", name, torch.matmul, family.normal(*left), family.normal(*right))
    a, b = family.normal(4, 5, scale=1e18), family.normal(5, 3, scale=1e18)
    family.case("matmul", "large", torch.matmul, a, b)
    a, b = family.normal(4, 5), family.away_from_zero(5, 3)
    a[1, 2], a[2, 0] = np.nan, np.inf
    family.case("matmul", "nan", torch.matmul, a, b, gradient=False)
    family.case("linear", "three", torch.nn.functional.linear,
                family.normal(2, 5, 7), family.normal(3, 7), family.normal(3))
    family.case("linear", "vector", torch.nn.functional.linear, family.normal(7), family.normal(3, 7), family.normal(3))
    for left, right in ((1, 1), (7, 31), (33, 2), (1, 13), (13, 1), (0, 3)):
        family.case("outer", f"{left}x{right}", torch.outer, family.normal(left), family.normal(right))


products()
batched()
family.save()
