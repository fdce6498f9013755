# operations_attention.safetensors: scaled dot-product attention, as PyTorch gives it. cases.py says what a case holds.

import numpy as np
from torch.nn import functional

from cases import Family

family = Family("attention", 8)
SHAPES = {
    "one": ((1, 1), (1, 1), 1), "matrix": ((7, 5), (11, 5), 3), "heads": ((2, 3, 7, 4), (2, 3, 9, 4), 4),
    "batch": ((3, 13, 8), (3, 13, 8), 8), "long": ((1, 33, 4), (1, 65, 4), 2), "empty": ((0, 3, 4), (0, 5, 4), 4),
}


def attention():
    operation = "scaled_dot_product_attention"
    for name, (query, key, width) in SHAPES.items():
        inputs = lambda: (family.normal(*query), family.normal(*key), family.normal(*key[:-1], width))
        plain = lambda q, k, v: functional.scaled_dot_product_attention(q, k, v)
        family.case(operation, name, plain, *inputs())
        causal = lambda q, k, v: functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        family.case(operation, f"{name}_causal", causal, *inputs(), is_causal=True)
        added = lambda q, k, v, m: functional.scaled_dot_product_attention(q, k, v, attn_mask=m, scale=0.3)
        family.case(operation, f"{name}_added", added, *inputs(), family.normal(query[-2], key[-2]), scale=0.3)
        seen = family.integers(query[-2], key[-2], below=3) != 0
        seen[:, 0] = True
        family.case(operation, f"{name}_masked", lambda q, k, v, m: functional.scaled_dot_product_attention(q, k, v, attn_mask=m),
                    *inputs(), seen)
    unseen = np.ones((7, 11), bool)
    unseen[3] = False
    blind = lambda q, k, v, m: functional.scaled_dot_product_attention(q, k, v, attn_mask=m)
    family.case(operation, "sees_nothing", blind, family.normal(7, 5), family.normal(11, 5), family.normal(11, 3), unseen,
                gradient=False)


attention()
family.save()
