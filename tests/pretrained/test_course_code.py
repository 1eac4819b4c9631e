import pytest

from llmai_edu.datasets import DataError
from llmai_edu.pretrained import course_code
from llmai_edu.pretrained.course_code import course_code_log, load_course_code
from llmai_edu.training.fim import SPECIAL


def test_the_model_and_its_tokenizer_fit():
    model, tokenizer = load_course_code()
    assert not model.training
    assert model.config.vocab_size == tokenizer.vocab_size == 4096
    assert set(SPECIAL) == set(tokenizer.special_tokens)
    assert sum(p.numel() for p in model.parameters()) * 2 < 4.5e6


def test_the_log_ends_lower_than_it_began():
    log = course_code_log()
    assert log["machine"]["packages"]["torch"]
    assert log["seed"] == 0
    assert log["log"][-1]["step"] == log["steps"]
    for name in ("holes", "left to right"):
        assert log["log"][-1][name] < log["log"][0][name]


def test_another_file_is_refused(monkeypatch):
    monkeypatch.setitem(course_code.SHA256, "course_code/log.json", "0" * 64)
    with pytest.raises(DataError, match="damaged"):
        course_code_log()
