"""The recorded GPT: the rung of the ladder, and refused when it is not the recorded one."""

import pytest

from llmai_edu.datasets import DataError, load_speeches
from llmai_edu.evaluation import load_ladder
from llmai_edu.evaluation.language_model import score_documents
from llmai_edu.evaluation.sliding_context import SlidingContext
from llmai_edu.pretrained import course_gpt
from llmai_edu.pretrained.course_gpt import load_course_gpt


@pytest.mark.data
def test_it_is_the_rung_of_the_ladder():
    model, tokenizer = load_course_gpt()
    (rung,) = [rung for rung in load_ladder() if rung.name == "GPT"]
    assert sum(p.numel() for p in model.parameters()) == rung.size
    fresh = [speech.text for speech in load_speeches() if speech.year == 2026]
    context = model.config.n_positions
    reader = SlidingContext(model, context, context // 2)
    start = tokenizer.special_tokens["<|endoftext|>"]
    score = score_documents(reader, tokenizer, fresh, start=start, chunk=context // 2)
    assert score.bits_per_byte == pytest.approx(rung.fresh, abs=0.002)  # half precision, and rounded


def test_refuses_another_file(monkeypatch):
    monkeypatch.setitem(course_gpt.SHA256, "course_gpt/model.safetensors", "0" * 64)
    with pytest.raises(DataError, match="is damaged"):
        load_course_gpt()
