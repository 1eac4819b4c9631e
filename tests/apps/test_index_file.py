"""An index file comes back as it was, is written whole or not at all, and anything else is refused."""

import json
import zipfile

import numpy as np
import pytest

from llmai_edu.apps.chunks import Chunk
from llmai_edu.apps.index_file import read_index, write_index

CHUNKS = [Chunk("é 😀", "a.txt", 0, 3), Chunk("two", "b.txt", 7, 10)]


@pytest.fixture
def path(tmp_path):
    write_index(tmp_path / "i.npz", "Some", CHUNKS, {"x": np.arange(6.0).reshape(2, 3)})
    return tmp_path / "i.npz"


def test_an_index_comes_back_as_it_was(path):
    chunks, arrays = read_index(path, "Some")
    assert chunks == CHUNKS
    np.testing.assert_array_equal(arrays["x"], np.arange(6.0).reshape(2, 3))
    assert [file.name for file in path.parent.iterdir()] == ["i.npz"]


def test_a_failed_write_leaves_the_old_file(path, monkeypatch):
    def full(file, **arrays):
        file.write(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space"):
        write_index(path, "Some", [], {})
    assert read_index(path, "Some")[0] == CHUNKS
    assert len(list(path.parent.iterdir())) == 1


def test_another_index_and_no_file_are_named(path):
    with pytest.raises(ValueError, match=r"holds 'Some' of format .* and a Other"):
        read_index(path, "Other")
    with pytest.raises(FileNotFoundError, match="no index at"):
        read_index(path.with_name("none.npz"), "Some")


def half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path):
    data = bytearray(path.read_bytes())
    data[data.index(b"two")] ^= 1
    path.write_bytes(data)


def foreign(path):
    np.savez(path, y=np.zeros(2))


def bare_array(path):
    with path.open("wb") as file:
        np.save(file, np.zeros(2))


def pickled(path):
    with path.open("wb") as file:
        np.savez(file, about=np.array([{"format": "x"}], dtype=object))


def wrong_chunks(path):
    about = json.dumps({"format": "llmai_edu index 1", "kind": "Some", "chunks": [["abc", "s", 0, 9]]})
    np.savez(path, about=np.frombuffer(about.encode(), np.uint8))


def other_zip(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("hello.txt", "hello")


@pytest.mark.parametrize("spoil", [half, flipped, foreign, bare_array, pickled, wrong_chunks, other_zip])
def test_damaged_and_foreign_files_are_refused(path, spoil):
    spoil(path)
    with pytest.raises(ValueError, match="damaged or no index of ours"):
        read_index(path, "Some")


def test_a_text_and_an_empty_file_are_refused(path):
    for content in (b"", b"hello, I am no index"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="damaged or no index of ours"):
            read_index(path, "Some")
