"""NPZ archives of plain numbers, as ``numpy.savez`` writes them; nothing in them is ever executed."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError
from typing import IO, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tutor.engine.datasets.files import MAX_BYTES, check_bytes, checked_count, opened, shown
from tutor.errors import EngineError

MAX_ARRAYS = 1_000
_MAX_DIRECTORY = 2**20
_MAX_HEADER = 10_000
_HINT = "write it with numpy.savez"
_END = struct.Struct("<4s4xHHLLH")
"""How an archive ends: signature, disks, entries here, entries, bytes of their list, its place, comment."""
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ArithmeticError, LookupError, MemoryError, RuntimeError,
           SyntaxError, TokenError, TypeError, ValueError)  # fmt: skip
"""What zipfile and numpy raise on damaged files."""


def read_npz(path: Path | str, max_bytes: int = MAX_BYTES) -> dict[str, NDArray[np.generic]]:
    """All arrays in an NPZ file by name: numbers or truth values, finite, none of them empty.

    As ``np.load(path, allow_pickle=False)``, but before memory is taken for an array its type, its shape and
    the sum of all sizes (``max_bytes``) are checked against each other, and what an entry unpacks to is
    bounded by that. Raises EngineError for everything else, objects (pickles) among it.
    """
    name = shown(path)
    with opened(path, max_bytes) as (file, size):
        try:
            _check_directory(file, size, name)
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
                check_bytes(name, sum(entry.file_size for entry in entries), max_bytes)
                return {_name(entry, name): _read(archive, entry, name, max_bytes) for entry in entries}
        except _DAMAGE:
            raise EngineError(f"{name} is damaged, or no NPZ file", _HINT) from None


def _check_directory(file: BinaryIO, size: int, name: str) -> None:
    """Refuse a list of entries that would itself fill the memory; zipfile reads it whole."""
    tail_size = min(size, _END.size + 20 + 2**16)  # the longest comment, and what announces a 64-bit archive
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) < place + _END.size:
        raise EngineError(f"{name} is no NPZ file", _HINT)
    _, _, entries, directory, _, _ = _END.unpack_from(tail, place)
    if not 1 <= entries <= MAX_ARRAYS or directory > _MAX_DIRECTORY or b"PK\6\7" in tail[:place]:
        raise EngineError(
            f"{name} lists {entries:,} arrays, in {directory:,} bytes", f"give 1 to {MAX_ARRAYS:,} arrays"
        )
    file.seek(0)


def _name(entry: zipfile.ZipInfo, name: str) -> str:
    if not entry.filename.endswith(".npy"):
        raise EngineError(f"{name} holds something that is no array: {shown(entry.filename)}", _HINT)
    return entry.filename.removesuffix(".npy")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, max_bytes: int) -> NDArray[np.generic]:
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError  # of the others zipfile unpacks any amount at once
    what = f"the array {shown(entry.filename.removesuffix('.npy'))} in {name}"
    with archive.open(entry) as file:
        dtype, shape, fortran_order, header = _read_header(file)
        if dtype.kind not in "buif" or dtype.itemsize > 8:
            raise EngineError(f"{what} holds {str(dtype)[:40]}, not plain numbers", "convert it to float32")
        count = checked_count(what, shape, dtype.itemsize, max_bytes)
        if header + count * dtype.itemsize != entry.file_size:
            raise EngineError(f"{what} is not as long as its shape says", "it is damaged")
        flat = np.frombuffer(file.read(entry.file_size), dtype)
    if flat.size != count:
        raise EngineError(f"{what} ends too early", "it is damaged")
    if dtype.kind == "f" and not np.isfinite(flat).all():
        raise EngineError(f"{what} holds a value that is not finite", "remove missing values")
    if dtype.kind == "b":  # a byte that is neither 0 nor 1 would be no proper truth value
        flat = flat.view(np.uint8) != 0
    array = flat.reshape(shape, order="F" if fortran_order else "C")
    return np.asarray(array, array.dtype.newbyteorder("="), order="C")


def _read_header(file: IO[bytes]) -> tuple[np.dtype[np.generic], tuple[int, ...], bool, int]:
    """Type, shape, whether in Fortran's order, and the header's length; ValueError if it makes no sense."""
    start = file.read(8)
    version = np.lib.format.read_magic(io.BytesIO(start))
    width = 2 if version == (1, 0) else 4
    length_bytes = file.read(width)
    length = int.from_bytes(length_bytes, "little")
    if length > _MAX_HEADER or version > (2, 0):
        raise ValueError
    header = io.BytesIO(length_bytes + file.read(length))
    read = np.lib.format.read_array_header_1_0 if width == 2 else np.lib.format.read_array_header_2_0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of headers that only Python 2 could have written
        shape, fortran_order, dtype = read(header, max_header_size=_MAX_HEADER)
    return dtype, shape, fortran_order, 8 + width + length
