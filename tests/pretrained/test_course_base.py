"""The course's base model: the rung of the ladder, its log and cards, refused when it is not the recorded one."""

import pytest

from llmai_edu.datasets import DataError, load_speeches
from llmai_edu.evaluation import load_ladder
from llmai_edu.evaluation.language_model import score_documents
from llmai_edu.evaluation.sliding_context import SlidingContext
from llmai_edu.pretrained import course_base
from llmai_edu.pretrained.course_base import CONTEXT, course_base_card, course_base_log, load_course_base
from llmai_edu.training.recipe import load_recipe


def rung():
    (found,) = [rung for rung in load_ladder() if rung.name == "course-base"]
    return found


@pytest.mark.data
def test_it_is_the_rung_of_the_ladder():
    model, tokenizer = load_course_base()
    assert sum(p.numel() for p in model.parameters()) == rung().size
    fresh = [speech.text for speech in load_speeches() if speech.year == 2026]
    reader = SlidingContext(model, CONTEXT, CONTEXT // 2)
    score = score_documents(reader, tokenizer, fresh, start=tokenizer.special_tokens["<|endoftext|>"], chunk=128)
    assert score.bits_per_byte == pytest.approx(rung().fresh, abs=1e-3)


def test_it_is_what_the_recipe_says():
    model, tokenizer = load_course_base()
    recipe = load_recipe("course_base")
    assert model.config == recipe.llama(tokenizer.vocab_size)
    assert recipe.context == CONTEXT
    last = course_base_log()[-1]
    assert (last["step"], last["tokens"]) == (recipe.steps, recipe.tokens)


def test_the_log_goes_down_on_every_source():
    log = course_base_log()
    assert [entry["step"] for entry in log] == sorted({entry["step"] for entry in log})
    first, last = log[0]["bits_per_byte"], log[-1]["bits_per_byte"]
    assert all(last[source] < first[source] for source in first)


def test_the_cards_tell_the_figures():
    card = course_base_card()
    assert card.startswith("# course-base\n")
    assert f"{rung().test:.4f}" in card
    assert f"{rung().size:,} parameters" in card
    assert "| speeches |" in course_base_card("data")


def test_refuses_another_file(monkeypatch):
    monkeypatch.setitem(course_base.SHA256, "course_base/model.safetensors", "0" * 64)
    with pytest.raises(DataError, match="is damaged"):
        load_course_base()


def test_refuses_another_card():
    with pytest.raises(ValueError, match="none called 'business'"):
        course_base_card("business")
