"""IDX files, the format of MNIST and its relatives, plain or gzipped.

Two zero bytes, a code for the type, the number of dimensions, each dimension in four bytes, then the items,
all with the most significant byte first. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database".
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from tutor.engine.datasets.files import MAX_BYTES, checked_count, opened, shown
from tutor.errors import EngineError

TYPES: Mapping[int, str] = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MAX_DIMENSIONS = 4

_GZIP = b"\x1f\x8b"
_MOST_PACKED = 1032
"""Deflate makes no byte out of less than 1/1032 of one: a gzip that promises more is lying."""
_HINT = "it is damaged, or no IDX file"


def read_idx(path: Path | str, max_bytes: int = MAX_BYTES) -> NDArray[np.generic]:
    """The array in an IDX file, in this machine's byte order; gzip is known by its first bytes.

    Raises EngineError before any memory is taken for another format, an empty array, and more than
    ``max_bytes``; then for a file that is shorter or longer than its header says, and for NaN and infinity.
    """
    with opened(path, max_bytes) as (file, size):
        packed = file.read(2) == _GZIP
        file.seek(0)
        try:
            if not packed:
                return _read(file, shown(path), size, max_bytes)
            with gzip.GzipFile(fileobj=file) as unpacked:
                return _read(unpacked, shown(path), size * _MOST_PACKED, max_bytes)  # type: ignore[arg-type]
        except (EOFError, zlib.error):
            raise EngineError(f"the gzip file {shown(path)} is damaged", "get it again") from None


def read_images(
    images: Path | str, labels: Path | str, max_bytes: int = MAX_BYTES
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (n, height, width) and their labels (n,), both of bytes, from two files as MNIST has them."""
    x, y = read_idx(images, max_bytes), read_idx(labels, max_bytes)
    for path, array, dimensions in ((images, x, 3), (labels, y, 1)):
        if array.dtype != np.uint8 or array.ndim != dimensions:
            raise EngineError(
                f"{shown(path)} holds {array.dtype} in {array.ndim} dimensions, not uint8 in {dimensions}",
                "give the file of images first, then that of labels",
            )
    if len(x) != len(y):
        raise EngineError(
            f"there are {len(x)} images but {len(y)} labels", "give two files that belong together"
        )
    return x.view(np.uint8), y.view(np.uint8)


def _read(file: BinaryIO, name: str, at_most: int, max_bytes: int) -> NDArray[np.generic]:
    """``at_most`` is how many bytes the file could have, so that an empty promise is seen at once."""
    dtype, shape, header = _read_header(file, name)
    count = checked_count(name, shape, dtype.itemsize, max_bytes)
    if header + count * dtype.itemsize > at_most:
        raise EngineError(f"{name} is too short for the {count:,} items that it promises", _HINT)
    array = np.empty(count, dtype)
    place, view = 0, array.view(np.uint8).data  # memory is really taken as it is filled
    while place < len(view):
        read = file.readinto(view[place : place + 2**20])  # type: ignore[attr-defined]
        if not read:
            raise EngineError(f"{name} ends after {header + place:,} bytes, too early", _HINT)
        place += read
    if file.read(1):
        raise EngineError(f"{name} is longer than its header says", _HINT)
    if dtype.kind == "f" and not np.isfinite(array).all():
        raise EngineError(f"{name} holds a value that is not finite", "remove missing values")
    if not dtype.isnative:
        array = array.byteswap(inplace=True).view(dtype.newbyteorder("="))
    return array.reshape(shape)


def _read_header(file: BinaryIO, name: str) -> tuple[np.dtype[np.generic], tuple[int, ...], int]:
    """Type, shape and the header's length in bytes."""
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES:
        raise EngineError(f"{name} does not begin like an IDX file", "give the file as it was downloaded")
    dimensions = magic[3]
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise EngineError(f"{name} promises {dimensions} dimensions, not 1 to {MAX_DIMENSIONS}", _HINT)
    sizes = file.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise EngineError(f"{name} ends in its header", _HINT)
    shape = tuple(int(size) for size in np.frombuffer(sizes, ">u4"))
    return np.dtype(TYPES[magic[2]]), shape, 4 + 4 * dimensions
