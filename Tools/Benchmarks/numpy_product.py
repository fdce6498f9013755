# NumPy's product of two square float32 matrices, those of `reprise bench product`: prints one JSON object on its last line.
# The best run counts, as it does there.

import argparse
import json
import os
import time


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, required=True, help="rows and columns of the matrices")
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    # OpenBLAS reads it when it is loaded.
    os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)
    import numpy

    size = options.size
    values = (numpy.arange(size * size) % 13 / 13 - 0.5).astype(numpy.float32)
    a, b = values.reshape(size, size), values[::-1].copy().reshape(size, size)
    result, best = numpy.empty_like(a), float("inf")
    for _ in range(options.runs + 1):
        start = time.perf_counter()
        numpy.matmul(a, b, out=result)
        best = min(best, time.perf_counter() - start)
    print(json.dumps({
        "size": size, "seconds": best, "steps_per_second": 1 / best, "gflops": 2 * size**3 / best / 1e9,
        "threads": options.threads, "device": f"NumPy {numpy.__version__}",
    }))


main()
