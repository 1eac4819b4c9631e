import hashlib
import json

import pytest

from llmai_edu.datasets import DataError
from llmai_edu.datasets.manifest import FILENAME, check_files, is_complete, is_intact, read_manifest, write_manifest


@pytest.fixture
def folder(tiny, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.txt").write_bytes(b"abc")
    (tmp_path / "b.txt").write_bytes(b"")
    write_manifest(tmp_path, tiny.artifact, ["data/a.txt", "b.txt"])
    return tmp_path


def test_records_what_lies_there(folder):
    entry = json.loads((folder / FILENAME).read_text())["files"]["data/a.txt"]
    assert entry == {"size": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
    assert (check_files(folder), is_complete(folder), is_intact(folder)) == (2, True, True)


def test_notices_a_missing_a_shortened_and_a_changed_file(folder):
    (folder / "data/a.txt").write_bytes(b"abd")
    assert is_complete(folder)
    assert not is_intact(folder)
    with pytest.raises(DataError, match=r"a\.txt was changed or damaged"):
        check_files(folder)
    (folder / "data/a.txt").write_bytes(b"ab")
    assert not is_complete(folder)
    (folder / "data/a.txt").unlink()
    assert not is_complete(folder)
    with pytest.raises(DataError, match=r"a\.txt is missing"):
        check_files(folder)


@pytest.mark.parametrize("record", [None, "", "{", "[]", "{}", '{"files": []}', "\ud800"])
def test_an_unreadable_record_counts_as_none(record, folder):
    if record is None:
        (folder / FILENAME).unlink()
    else:
        (folder / FILENAME).write_bytes(record.encode("utf-8", "surrogatepass"))
    assert read_manifest(folder) is None
    assert not is_complete(folder)
    with pytest.raises(DataError, match="missing or damaged"):
        check_files(folder)
