import hashlib
import json

import pytest

from llmai_edu.datasets import DataError
from llmai_edu.datasets.card import Artifact
from llmai_edu.datasets.manifest import FILENAME, check_files, is_complete, is_intact, read_manifest, write_manifest

TWO = Artifact("two", "1.0", "two-1.0.zip", "ab12", 99, ("data/*.txt", "b.txt"), 3)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.txt").write_bytes(b"abc")
    (tmp_path / "b.txt").write_bytes(b"")
    write_manifest(tmp_path, TWO, ["data/a.txt", "b.txt"])
    return tmp_path


def test_records_what_lies_there(folder):
    entry = json.loads((folder / FILENAME).read_text())["files"]["data/a.txt"]
    assert entry == {"size": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
    assert (check_files(folder, TWO), is_complete(folder, TWO), is_intact(folder, TWO)) == (2, True, True)


def test_notices_a_missing_a_shortened_and_a_changed_file(folder):
    (folder / "data/a.txt").write_bytes(b"abd")
    assert is_complete(folder, TWO)
    assert not is_intact(folder, TWO)
    with pytest.raises(DataError, match=r"a\.txt was changed or damaged"):
        check_files(folder, TWO)
    (folder / "data/a.txt").write_bytes(b"ab")
    assert not is_complete(folder, TWO)
    (folder / "data/a.txt").unlink()
    assert not is_complete(folder, TWO)
    with pytest.raises(DataError, match=r"a\.txt is missing"):
        check_files(folder, TWO)


ENTRY = {"size": 0, "sha256": hashlib.sha256(b"").hexdigest()}


@pytest.mark.parametrize(
    "names", [[], ["b.txt"], ["data/a.txt"], ["data/a.txt", "b.txt", "c.txt"]], ids=["none", "one", "other", "more"]
)
def test_a_record_of_other_files_than_the_artifacts_counts_as_none(names, folder):
    for name in names:
        (folder / name).write_bytes(b"")
    (folder / FILENAME).write_text(json.dumps({"files": dict.fromkeys(names, ENTRY)}))
    assert (is_complete(folder, TWO), is_intact(folder, TWO)) == (False, False)
    with pytest.raises(DataError, match="missing or damaged"):
        check_files(folder, TWO)


@pytest.mark.parametrize(
    "record", [None, "", "{", "[]", "{}", '{"files": []}', '{"files": {"b.txt": 3, "data/a.txt": {}}}', "\ud800"]
)
def test_an_unreadable_record_counts_as_none(record, folder):
    if record is None:
        (folder / FILENAME).unlink()
    else:
        (folder / FILENAME).write_bytes(record.encode("utf-8", "surrogatepass"))
    assert read_manifest(folder, TWO) is None
    assert not is_complete(folder, TWO)
    with pytest.raises(DataError, match="missing or damaged"):
        check_files(folder, TWO)
