# philox.safetensors: known answers of Philox4x32-10. Rows 0 to 2 are Random123's published kat_vectors (version 1.14);
# the others are made by the implementation below, which must first give those three.

import numpy as np

from golden import save

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
MASK = 0xFFFFFFFF

PUBLISHED = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        first, second = MULTIPLIERS[0] * c[0], MULTIPLIERS[1] * c[2]
        c = [(second >> 32) ^ c[1] ^ k[0], second & MASK, (first >> 32) ^ c[3] ^ k[1], first & MASK]
        k = [(k[0] + WEYL[0]) & MASK, (k[1] + WEYL[1]) & MASK]
    return c


def main():
    rows = [tuple([int(word, 16) for word in part.split()] for part in row) for row in PUBLISHED]
    for counter, key, answer in rows:
        if philox(counter, key) != answer:
            raise ValueError(f"philox({counter}, {key}) does not give the published answer")
    # Neighbouring counters and keys, and carries out of each word: where a port goes wrong first.
    counters = [[1 << 32 * 0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [MASK, 0, 0, 0], [MASK, MASK, 0, 0]]
    extra = [(counter, key) for counter in counters for key in ([0, 0], [1, 0], [0, 1], [20260101, 0x80000000])]
    rows += [(counter, key, philox(counter, key)) for counter, key in extra]
    counters, keys, answers = (np.array(column, np.uint32) for column in zip(*rows))
    save(
        "philox",
        {"counter": counters, "key": keys, "output": answers},
        ["numpy"],
        {"source": "Random123 1.14 kat_vectors, philox4x32-10: rows 0-2; further rows by Tools/References/philox.py"},
    )


if __name__ == "__main__":
    main()
