"""Progress: noted once all parts are passed, never at a teacher's desk, never in a learner's way."""

import json

import pytest

from llmai_edu.course import check, lessons, progress


@pytest.fixture
def path(tmp_path, monkeypatch):
    path = tmp_path / "deep" / "progress.json"
    monkeypatch.setenv("LLMAI_EDU_PROGRESS", str(path))
    return path


def ranked(words):
    return sorted(words)


def test_check_notes_what_was_passed(synthetic, path):
    check("synthetic.ranked", ranked)
    assert progress.solved() == {"synthetic.ranked"}
    assert [file.name for file in path.parent.iterdir()] == ["progress.json"]


def test_solved_when_all_parts_are_passed(path):
    progress.record("ngram.mix", "mix", 2)
    progress.record("ngram.mix", "mix", 2)
    assert progress.solved() == set()
    progress.record("ngram.mix", "sums", 2)
    assert progress.solved() == {"ngram.mix"}


def test_a_wrong_answer_is_not_noted(synthetic, path):
    with pytest.raises(AssertionError):
        check("synthetic.ranked", lambda words: words)
    assert not path.exists()


@pytest.mark.parametrize(("name", "value"), [("PROGRESS", "0"), ("PROGRESS", "off"), ("CHECK_SEED", "secret")])
def test_switched_off(monkeypatch, tmp_path, name, value):
    monkeypatch.setenv("LLMAI_EDU_PROGRESS", str(tmp_path / "p.json"))
    monkeypatch.setenv(f"LLMAI_EDU_{name}", value)
    progress.record("ngram.mix", "mix", 1)
    assert list(tmp_path.iterdir()) == []
    assert progress.solved() == set()


def test_unwritable_place_does_not_fail_the_check(synthetic, monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LLMAI_EDU_PROGRESS", str(tmp_path / "file" / "progress.json"))
    check("synthetic.ranked", ranked)
    assert "✓ ranked" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"ngram.mix": 3}', '{"ngram.mix": {"passed": null, "of": 1}}'])
def test_damaged_file_counts_as_none(path, content):
    path.parent.mkdir()
    path.write_text(content)
    assert progress.solved() == set()
    progress.record("ngram.mix", "mix", 1)
    assert progress.solved() == {"ngram.mix"}


def test_interrupted_write_keeps_the_old_file(path, monkeypatch):
    progress.record("ngram.mix", "mix", 1)
    monkeypatch.setattr(progress.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    progress.record("ngram.other", "other", 1)
    assert list(json.loads(path.read_text())) == ["ngram.mix"]
    assert len(list(path.parent.iterdir())) == 1


def test_table_marks_what_is_solved(path, monkeypatch):
    written = lessons.Lesson(2, "02_ngram", "N-grams", 1, exercises=("ngram.mix", "ngram.walk"), available=True)
    monkeypatch.setattr(progress, "LESSONS", (written, lessons.Lesson(3, "03_later", "Not written yet", 1)))
    progress.record("ngram.walk", "walk", 1)
    assert progress.progress_table() == "02_ngram         1 of 2   · mix  ✓ walk"
