# Writes a golden file: safetensors under Tests/Goldens, every tensor little-endian float32, int32 or uint32.

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from safetensors.numpy import save as serialise

FOLDER = Path(__file__).resolve().parents[2] / "Tests" / "Goldens"
NARROWED = {"f": np.float32, "i": np.int32, "b": np.int32, "u": np.uint32}


def save(name, tensors, libraries, metadata, finite=True):
    """Narrows each array to 32 bits and saves them with the libraries' versions in the metadata."""
    narrowed = {}
    for key, value in tensors.items():
        array = np.asarray(value)
        with np.errstate(over="ignore"):
            narrowed[key] = np.ascontiguousarray(array, NARROWED[array.dtype.kind]).reshape(array.shape)
        if finite and array.dtype.kind == "f" and not np.all(np.isfinite(narrowed[key])):
            raise ValueError(f"{name}: tensor {key} has a value that is not finite in float32")
    versions = {library: version(library) for library in libraries}
    path = FOLDER / f"{name}.safetensors"
    FOLDER.mkdir(parents=True, exist_ok=True)
    path.write_bytes(ordered(serialise(narrowed, metadata={**versions, **metadata})))
    print(f"{path.name}: {len(narrowed)} tensors, {path.stat().st_size} bytes")


def ordered(file):
    """The library writes metadata in another order at each run; sorted, the same golden is the same bytes."""
    length = int.from_bytes(file[:8], "little")
    header = json.loads(file[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + file[8 + length :]
