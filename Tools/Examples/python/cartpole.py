#!/usr/bin/env python3
"""Steps environments of libreprise from Python, through ctypes and without any package.

    python3 cartpole.py .build-library/reprise/lib/libreprise.so [kernels.reprise]
"""
import ctypes
import sys
from ctypes import POINTER, byref, c_char_p, c_float, c_int32, c_uint8, c_uint32, c_uint64, c_void_p


class Library:
    """The functions of reprise.h that are used here; a failure raises RuntimeError with the library's sentence."""

    def __init__(self, path):
        library = ctypes.CDLL(path)
        library.reprise_error_message.restype = c_char_p

        def function(name, *types):
            found = getattr(library, name)
            found.argtypes = types

            def call(*arguments):
                if found(*arguments) != 0:
                    raise RuntimeError(library.reprise_error_message().decode())

            return call

        self.load_kernels = function("reprise_load_kernels", c_char_p)
        self.open = function("reprise_device_open", c_char_p, c_char_p, POINTER(c_void_p))
        self.make = function(
            "reprise_environment_make", c_void_p, c_char_p, c_uint32, c_uint64, POINTER(c_void_p))
        self.reset = function("reprise_environment_reset", c_void_p, POINTER(c_float))
        self.step = function(
            "reprise_environment_step", c_void_p, c_void_p, POINTER(c_float), POINTER(c_float), POINTER(c_float),
            POINTER(c_uint8), POINTER(c_uint8))
        for name in "environment", "device":
            free = getattr(library, f"reprise_{name}_free")
            free.argtypes, free.restype = [c_void_p], None
            setattr(self, f"free_{name}", free)


def main(path, kernels=None):
    library = Library(path)
    if kernels:
        library.load_kernels(kernels.encode())
    device, environment = c_void_p(), c_void_p()
    library.open(None, None, byref(device))
    copies = 3
    library.make(device, b"cartpole", copies, 1, byref(environment))
    seen, rewards = (c_float * (4 * copies))(), (c_float * copies)()
    terminated, truncated = (c_uint8 * copies)(), (c_uint8 * copies)()
    library.reset(environment, seen)
    total, ended = 0.0, 0
    for _ in range(200):
        actions = (c_int32 * copies)(*(int(seen[4 * i + 2] + seen[4 * i + 3] > 0) for i in range(copies)))
        library.step(environment, actions, seen, None, rewards, terminated, truncated)
        total += sum(rewards)
        ended += sum(terminated) + sum(truncated)
    print(f"reward {total:.0f}, {ended} episodes ended")
    try:
        library.step(environment, (c_int32 * copies)(0, 2, 0), seen, None, None, None, None)
    except RuntimeError as error:
        print(f"refused: {error}")
    library.free_environment(environment)
    library.free_device(device)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
