# datasets/: small files of every format that the readers of Sources/Datasets take, written by NumPy, Pillow and Python's
# csv, gzip and struct; datasets.safetensors: what NumPy and Pillow read from them, and sums over Fashion-MNIST,
# which Debian's package dataset-fashion-mnist has.

import csv
import gzip
import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from golden import FOLDER, save
from PIL import Image

FILES = FOLDER / "datasets"
FASHION = Path("/usr/share/datasets/fashion-mnist")
IDX_TYPES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
random = np.random.default_rng(5)


def idx(array):
    kind = IDX_TYPES[array.dtype.str[1:]]
    header = struct.pack(f">HBB{array.ndim}I", 0, kind, array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def numbers(descr, shape):
    kind = np.dtype(descr).kind
    if kind == "b":
        return random.integers(0, 2, shape).astype(descr)
    if kind == "f":
        return random.normal(0, 2, shape).astype(descr)
    return random.integers(0 if kind == "u" else -100, 100, shape).astype(descr)


def arrays(tensors):
    for descr in ["|b1", "|u1", "|i1", "<u2", ">u2", "<i2", "<u4", "<i4", ">i4", "<u8", "<i8"] + [
        order + kind for order in "<>" for kind in ("f2", "f4", "f8")
    ]:
        name = descr[1:] + ("_big" if descr[0] == ">" else "")
        array = numbers(descr, (3, 4))
        np.save(FILES / f"{name}.npy", array)
        tensors[f"{name}.npy"] = array.astype(np.float32)
    for version in [(2, 0), (3, 0)]:
        array = numbers("<f4", (2, 3))
        with open(FILES / f"version{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, array, version)
        tensors[f"version{version[0]}.npy"] = array
    for name, shape in [("grey", (3, 4, 5)), ("hwc1", (3, 4, 5, 1)), ("hwc3", (2, 4, 5, 3)), ("chw", (2, 3, 4, 5))]:
        array = random.integers(0, 256, shape).astype(np.uint8)
        np.save(FILES / f"{name}.npy", array)
        if shape[-1] in (1, 3):
            array = array.transpose(0, 3, 1, 2)
        tensors[f"{name}.npy"] = array.reshape(shape[0], -1, 4, 5)
    np.save(FILES / "fortran.npy", np.asfortranarray(numbers("<f4", (3, 4))))
    for kind in IDX_TYPES:
        array = numbers(f"={kind}", (3, 4))
        (FILES / f"{kind}.idx").write_bytes(idx(array))
        tensors[f"{kind}.idx"] = array.astype(np.float32)


def archives(tensors):
    x, y = numbers("<f4", (6, 3)), np.array([2, 0, 1, 1, 0, 2])
    xt, yt = numbers("<f4", (2, 3)), np.array([1, 2])
    for name, write in [("stored", np.savez), ("deflated", np.savez_compressed)]:
        write(FILES / f"{name}.npz", x_train=x, y_train=y, x_test=xt, y_test=yt)
    tensors |= {"npz/x_train": x, "npz/y_train": y, "npz/x_test": xt, "npz/y_test": yt}


def mnist(tensors):
    """MNIST's four files, half of them compressed."""
    for split, count in [("train", 12), ("t10k", 4)]:
        images = random.integers(0, 256, (count, 5, 4)).astype(np.uint8)
        labels = (np.arange(count) * 7 % 4).astype(np.uint8)
        (FILES / f"mnist/{split}-labels-idx1-ubyte").write_bytes(idx(labels))
        (FILES / f"mnist/{split}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images), mtime=0))
        tensors |= {f"mnist/{split}/images": images.reshape(count, 1, 5, 4), f"mnist/{split}/labels": labels}


def pictures(tensors):
    y, x = np.mgrid[0:13, 0:17]
    grey = ((x * 15 + y * 5) % 256).astype(np.uint8)
    rgb = np.stack([grey, grey[::-1], (y * 19).astype(np.uint8)], -1)
    alpha = (x * 15).astype(np.uint8)
    write = {
        "grey.png": Image.fromarray(grey),
        "rgb.png": Image.fromarray(rgb),
        "rgba.png": Image.fromarray(np.dstack([rgb, alpha])),
        "grey_alpha.png": Image.fromarray(np.dstack([grey, alpha])),
        "palette.png": Image.fromarray(rgb).quantize(16),
        "bilevel.png": Image.fromarray(grey).convert("1"),
        "grey.jpg": Image.fromarray(grey),
        "rgb.jpg": Image.fromarray(rgb),
        "progressive.jpg": Image.fromarray(rgb),
    }
    for name, image in write.items():
        image.save(FILES / name, **({"progressive": True} if name == "progressive.jpg" else {}))
        planes(tensors, name, Image.open(FILES / name))
    # 257 times a byte is that byte in 16 bits, so that no way of rounding matters.
    Image.fromarray(grey.astype(np.uint16) * 257).save(FILES / "grey16.png")
    tensors["grey16.png"] = grey[None]
    interlaced(FILES / "interlaced.png", grey)
    planes(tensors, "interlaced.png", Image.open(FILES / "interlaced.png"))
    Image.fromarray(np.dstack([rgb, alpha]), "CMYK").save(FILES / "cmyk.jpg")
    for height, width in [(5, 7), (26, 40), (13, 8), (6, 17)]:
        for name in ["grey.png", "rgb.png"]:
            resized = Image.open(FILES / name).resize((width, height), Image.Resampling.BILINEAR)
            planes(tensors, f"{name}/{height}x{width}", resized)


def planes(tensors, name, image):
    colours = image.mode not in ("L", "LA", "1")
    array = np.asarray(image.convert("RGB" if colours else "L"))
    tensors[name] = array.transpose(2, 0, 1) if colours else array[None]


def interlaced(path, grey):
    """Pillow writes no interlaced PNG: the seven passes of Adam7, by hand."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b""
    for x, y, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        rows += b"".join(b"\0" + row.tobytes() for row in grey[y::dy, x::dx] if row.size)
    header = struct.pack(">IIBBBBB", grey.shape[1], grey.shape[0], 8, 0, 0, 0, 1)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def tables(tensors):
    rows = [[1.5, -2, "a,b", 3e-3], [0.1, 7, 'say "x"', 1e10], [-0.25, 123456789, "two\nlines", 0], [4, 5, "a,b", -1e-7]]
    text = io.StringIO()
    csv.writer(text).writerows([["width", "height", "kind of thing", "price"], *rows])
    (FILES / "table.csv").write_text(text.getvalue(), newline="")
    (FILES / "table.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
    read = list(csv.DictReader(io.StringIO(text.getvalue(), newline="")))
    tensors["csv/inputs"] = np.array([[float(row["width"]), float(row["height"])] for row in read])
    tensors["csv/price"] = np.array([float(row["price"]) for row in read])
    names = sorted({row["kind of thing"] for row in read})
    tensors["csv/classes"] = np.array([names.index(row["kind of thing"]) for row in read])


def fashion(tensors):
    """Samples of each class, the first labels, and the sum of every 97th pixel times its place mod 251."""
    for split in ["train", "t10k"]:
        images = np.frombuffer(gzip.open(FASHION / f"{split}-images-idx3-ubyte.gz").read(), np.uint8, offset=16)
        labels = np.frombuffer(gzip.open(FASHION / f"{split}-labels-idx1-ubyte.gz").read(), np.uint8, offset=8)
        places = np.arange(0, images.size, 97)
        tensors |= {
            f"fashion/{split}/counts": np.bincount(labels),
            f"fashion/{split}/first": labels[:20],
            f"fashion/{split}/sum": np.array([(images[places].astype(np.int64) * (places % 251)).sum() % 2**31]),
        }


def main():
    for folder in [FILES, FILES / "mnist"]:
        folder.mkdir(parents=True, exist_ok=True)
    tensors = {}
    for make in [arrays, archives, mnist, pictures, tables, fashion]:
        make(tensors)
    save("datasets", tensors, ["numpy", "pillow"], {"python": sys.version.split()[0]})
    print(f"{sum(path.stat().st_size for path in FILES.rglob('*.*'))} bytes of files")


main()
