"""Readers of IDX, NPZ and CSV: what was written is read, and what would hurt is refused before it does."""

import gzip
import io
import os
import struct
import time
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.engine.datasets.idx import read_idx, read_images
from tutor.engine.datasets.npz import read_npz
from tutor.engine.datasets.numeric import read_csv
from tutor.errors import EngineError

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
CODES = {"u1": 8, "i1": 9, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx(array, code=None, shape=None):
    """The bytes of an IDX file, straight from the format's description."""
    array = np.asarray(array)
    code = CODES[array.dtype.str[1:]] if code is None else code
    shape = array.shape if shape is None else shape
    header = bytes([0, 0, code, len(shape)]) + b"".join(struct.pack(">I", size) for size in shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def zipped(entries, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def npy(shape, descr="'<f4'", data=b"", version=1, order="False"):
    """The bytes of an NPY file with the header as given."""
    header = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + data


@pytest.fixture
def write(tmp_path):
    def write(content, name="data"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refused(reader, path, words, **options):
    """One short line, soon, and without taking memory for what the file promises."""
    tracemalloc.start()
    start = time.process_time()
    try:
        with pytest.raises(EngineError, match=words) as caught:
            reader(path, **options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - start < 3 and peak < 4 * 2**20
    assert "\n" not in caught.value.message and len(caught.value.message) < 200
    assert caught.value.message.isprintable()


def name_of(value):
    return value if isinstance(value, str) and len(value) < 40 else "file"


class TestIdx:
    @pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
    @pytest.mark.parametrize("kind", list(CODES))
    def test_every_type_is_read_as_it_was_written(self, write, kind, pack):
        array = (np.arange(24) - (0 if kind == "u1" else 9)).astype(kind).reshape(2, 3, 4)
        read = read_idx(write(pack(idx(array))))
        assert read.dtype == array.dtype and read.dtype.isnative and read.tolist() == array.tolist()

    def test_images_and_their_labels(self, write):
        x, y = write(idx(IMAGES), "x"), write(gzip.compress(idx(np.array([3, 5], np.uint8))), "y")
        images, labels = read_images(x, y)
        assert images.tolist() == IMAGES.tolist() and labels.tolist() == [3, 5]
        refused(lambda path: read_images(path, x), y, "not uint8 in 3")
        refused(lambda path: read_images(x, path), write(idx(np.zeros(3, np.uint8)), "z"), "2 images but 3")

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "is empty"),
            (b"\0\0\x08", "does not begin like an IDX file"),
            (b"\x89PNG\r\n\x1a\n", "does not begin like an IDX file"),
            (idx(IMAGES, code=0x0A), "does not begin like an IDX file"),
            (b"\0\0\x08\0", "promises 0 dimensions"),
            (b"\0\0\x08\xff" + b"\xff" * 2000, "promises 255 dimensions"),
            (b"\0\0\x08\x03\0\0", "ends in its header"),
            (idx(IMAGES)[:-1], "too short"),
            (idx(IMAGES) + b"x", "longer than its header"),
            (idx(IMAGES, shape=(2**20, 2**20)), "would take 1 TiB"),
            (idx(IMAGES, shape=(2**32 - 1,) * 4), "more than 1,000 TiB"),
            (idx(IMAGES, shape=(2**29,)), "too short"),
            (idx(IMAGES, shape=(0, 3)), "no examples"),
            (idx(np.array([1, np.nan], "f4")), "not finite"),
            (idx(np.array([1, np.inf], "f8")), "not finite"),
        ],
        ids=name_of,
    )
    def test_damage_and_promises_are_refused_at_once(self, write, content, words):
        refused(read_idx, write(content), words)
        if content:
            refused(read_idx, write(gzip.compress(content)), words + "|too early")

    def test_a_gzip_bomb_is_not_unpacked(self, write):
        bomb = gzip.compress(idx(IMAGES) + bytes(2**26))
        assert len(bomb) < 2**18
        refused(read_idx, write(bomb), "longer than its header")
        refused(read_idx, write(gzip.compress(bytes(2**26))), "promises 0 dim|does not begin")
        # One whose header promises what it holds is bounded by what the caller allows.
        honest = gzip.compress(idx(np.zeros(2**25, np.uint8)))
        refused(read_idx, write(honest), "would take 32 MiB", max_bytes=2**20)

    def test_damaged_gzip(self, write):
        packed = gzip.compress(idx(np.random.default_rng(0).integers(0, 256, 5000).astype(np.uint8)))
        for damaged in (
            packed[:-9],
            packed[:40] + b"\0\0\0\0" + packed[44:],
            packed[:-6] + b"\1" + packed[-5:],
        ):
            refused(read_idx, write(damaged), "damaged|cannot be read")

    @settings(max_examples=150, deadline=None)
    @given(st.binary(max_size=60), st.booleans())
    def test_random_bytes_never_do_more_than_be_refused(self, tmp_path_factory, tail, pack):
        path = tmp_path_factory.mktemp("fuzz") / "data"
        path.write_bytes(gzip.compress(b"\0\0" + tail) if pack else b"\0\0" + tail)
        try:
            assert read_idx(path).size > 0
        except EngineError as error:
            assert "\n" not in error.message


class TestNpz:
    def test_arrays_are_read_as_they_were_written(self, write):
        rng = np.random.default_rng(0)
        arrays = {
            "x": rng.normal(size=(5, 3)).astype(np.float32),
            "y": np.arange(4),
            "fortran": np.asfortranarray(rng.normal(size=(3, 4))),
            "big": np.arange(6, dtype=">i4"),
            "flags": np.array([True, False]),
            "scalar": np.array(2.5),
            "half": np.ones(3, np.float16),
        }
        read = read_npz(write(npz(**arrays)))
        assert list(read) == list(arrays)
        for name, array in arrays.items():
            assert read[name].shape == array.shape and read[name].tolist() == array.tolist()
            assert read[name].dtype.isnative and read[name].dtype.kind == array.dtype.kind

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "is empty"),
            (b"PK", "no NPZ file"),
            (b"hello" * 100, "no NPZ file"),
            (npz(x=IMAGES)[:-30], "no NPZ file|damaged"),
            (zipped({}), "lists 0 arrays"),
            (zipped({f"{i}.npy": b"" for i in range(1001)}), "lists 1,001 arrays"),
            (zipped({"readme.txt": b"hello"}), "no array"),
            (zipped({"x\x1b]52;c.txt": b"hello"}), "no array"),
            (zipped({"x.npy": b"no array"}), "damaged"),
            (zipped({"x.npy": npy("(2,)", "'|O'", b"cos\nsystem\n(S'true'\ntR.")}), "not plain numbers"),
            (npz(x=np.array([{}], dtype=object)), "not plain numbers"),
            (npz(x=np.array(["a", "b"])), "not plain numbers"),
            (npz(x=np.array([1j])), "not plain numbers"),
            (npz(x=np.zeros(2, [("a", "f4")])), "not plain numbers"),
            (npz(x=np.array(["2020-01-01"], "M8[D]")), "not plain numbers"),
            (npz(x=np.zeros((0, 3))), "no examples"),
            (npz(x=np.array([np.nan])), "not finite"),
            (zipped({"x.npy": npy(f"({2**40},)")}), "would take 4 TiB"),
            (zipped({"x.npy": npy(f"({10**3000},)")}), "more than 1,000 TiB"),
            (zipped({"x.npy": npy(f"({2**20},)")}), "not as long"),
            (zipped({"x.npy": npy("(-2, -3)", data=bytes(24))}), "negative"),
            (zipped({"x.npy": npy("(2,)", data=bytes(12))}), "not as long"),
            (zipped({"x.npy": npy("(2,)", "'<f4'.__class__", bytes(8))}), "damaged"),
            (zipped({"x.npy": npy("(" * 5000)}), "damaged"),
            (zipped({"x.npy": npy("'x'" * 20_000)}), "damaged"),
            (zipped({"x.npy": b"\x93NUMPY\2\0\xff\xff\xff\xff{"}), "damaged"),
            (zipped({"x.npy": npy("(2,)", data=bytes(8))}, zipfile.ZIP_LZMA), "damaged"),
        ],
        ids=name_of,
    )
    def test_damage_objects_and_promises_are_refused_at_once(self, write, content, words):
        refused(read_npz, write(content), words)

    def test_a_zip_bomb_is_not_unpacked(self, write):
        zeros = zipped({"x.npy": npy("(2,)", data=bytes(2**26))})
        assert len(zeros) < 2**18
        refused(read_npz, write(zeros), "not as long")
        several = zipped({f"{i}.npy": npy(f"({2**18},)", data=bytes(2**20)) for i in range(8)})
        refused(read_npz, write(several), "would take 8 MiB", max_bytes=2**22)

    def test_an_entry_that_lies_about_its_size_is_refused(self, write):
        content = zipped({"x.npy": npy("(2,)", data=bytes(2**24))})
        true, false = (struct.pack("<I", size) for size in (2**24 + len(npy("(2,)")), 8 + len(npy("(2,)"))))
        assert content.count(true) == 2
        refused(read_npz, write(content.replace(true, false)), "damaged")

    @settings(max_examples=150, deadline=None)
    @given(st.integers(0, 10**6), st.binary(min_size=1, max_size=4))
    def test_flipped_bytes_never_do_more_than_be_refused(self, tmp_path_factory, place, bytes_):
        content = bytearray(npz(x=IMAGES, y=np.arange(3.0)))
        place %= len(content)
        content[place : place + len(bytes_)] = bytes_
        path = tmp_path_factory.mktemp("fuzz") / "data.npz"
        path.write_bytes(content)
        try:
            read_npz(path)
        except EngineError as error:
            assert "\n" not in error.message


class TestCsv:
    @pytest.mark.parametrize(
        "text",
        [
            "1,2\n3,4\n",
            "1;2\r\n3;4",
            "1\t2\n\n3\t4\n",
            " 1 2\n 3  4\n",
            "a,b\n1,2\n3,4\n",
            "\ufeffa,b\n1,2\n3,4\n",
            "\ufeff1,2\n3,4\n",
            "1e0,2.0\n+3,4.\n",
        ],
    )
    def test_the_usual_forms(self, write, text):
        assert read_csv(write(text)).tolist() == [[1, 2], [3, 4]]

    def test_one_column(self, write):
        assert read_csv(write("y\n1\n2\n")).tolist() == [[1], [2]]

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ("", "is empty"),
            ("\n\n", "no rows of numbers"),
            ("a,b\n", "no rows of numbers"),
            ("1,2\n3,x\n", "'x', in line 2, column 2"),
            ("a,b\n1,2\n3,\n", "'', in line 3, column 2"),
            ("1,nan\n", "'nan', in line 1, column 2"),
            ("a,b\n1,1e999\n", "'1e999', in line 2, column 2"),
            (",2\n3,4\n", "'', in line 1, column 1"),
            ("1,2\n3,4,5\n", "3 columns in line 2, but 2 before"),
            ("1,\x1b[2J\n", "no finite number"),
            (b"\xff\xfe1\x00", "not UTF-8"),
            (b"1,2\n3,\xff\n", "not UTF-8"),
            ("1,2\n" + "1," * 2**20, "signs in line 2"),
        ],
        ids=name_of,
    )
    def test_what_is_no_table_of_numbers_is_refused(self, write, content, words):
        tracemalloc.start()
        with pytest.raises(EngineError, match=words) as caught:
            read_csv(write(content))
        assert tracemalloc.get_traced_memory()[1] < 2**25
        tracemalloc.stop()
        assert caught.value.message.isprintable() and len(caught.value.message) < 200


@pytest.mark.parametrize("reader", [read_idx, read_npz, read_csv])
class TestFiles:
    def test_what_is_no_file_is_refused(self, reader, tmp_path):
        refused(reader, tmp_path / "none", "no file 'none'")
        refused(reader, tmp_path, "not a regular file")
        refused(reader, "a\0b", "cannot be read")
        refused(reader, tmp_path / "x" / "\x1b[31m", "no file")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_a_pipe_is_refused_and_does_not_block(self, reader, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        refused(reader, tmp_path / "pipe", "not a regular file")

    def test_a_huge_file_is_not_read(self, reader, tmp_path):
        path = tmp_path / "huge"
        with path.open("wb") as file:
            file.truncate(2**33)  # sparse
        refused(reader, path, "would take 8 GiB")


@pytest.mark.parametrize("reader", [read_csv, read_npz])
@pytest.mark.parametrize(
    ("path", "limits", "words"),
    [
        (None, {}, "path must be a text"),
        (3, {}, "path must be a text"),
        ("x", {"max_bytes": None}, "max_bytes"),
    ],
)
def test_what_names_no_file_is_refused(reader, path, limits, words):
    refused(reader, path, words, **limits)
