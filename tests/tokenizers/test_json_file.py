import json

import pytest

from llmai_edu.tokenizers import json_file
from llmai_edu.tokenizers.json_file import read_json, write_json


def test_round_trip_with_kind_and_version(tmp_path):
    path = tmp_path / "t.json"
    write_json(path, "test", {"a": ["é", "\ud800"]})
    assert read_json(path, "test", ("a",))["a"] == ["é", "\ud800"]
    assert json.loads(path.read_text())["version"] == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not a JSON file"),
        ("[1]", "holds 'no tokenizer', expected 'test'"),
        ('{"kind": "words", "version": 1}', "holds 'words', expected 'test'; load it with the class that saved it"),
        ('{"kind": "test", "version": 2, "a": 1}', "has format version 2, this program reads 1"),
        ('{"kind": "test", "a": 1}', "has format version None"),
        ('{"kind": "test", "version": 1}', r"lacks \['a'\]"),
    ],
)
def test_other_files_are_refused(tmp_path, content, message):
    (tmp_path / "t.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        read_json(tmp_path / "t.json", "test", ("a",))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "t.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="is not a JSON file"):
        read_json(tmp_path / "t.json", "test", ())


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "none.json", "test", ())


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "t.json"
    write_json(path, "test", {"a": 1})

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(json_file.os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_json(path, "test", {"a": 2})
    assert read_json(path, "test", ("a",))["a"] == 1
    assert list(tmp_path.iterdir()) == [path]
