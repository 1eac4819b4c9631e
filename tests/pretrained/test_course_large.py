"""The larger base model: what its recipe says, its rung, its two logs; refused when it is not the recorded one."""

import pytest

from llmai_edu.datasets import DataError
from llmai_edu.evaluation import load_ladder
from llmai_edu.pretrained import course_large
from llmai_edu.pretrained.course_large import CONTEXT, course_large_card, course_large_log, load_course_large
from llmai_edu.training.pretrain import source_bits
from llmai_edu.training.recipe import load_recipe
from llmai_edu.training.token_file import write_tokens


def test_it_is_what_the_recipe_says_and_the_rung_of_the_ladder():
    model, tokenizer = load_course_large()
    recipe = load_recipe("course_large")
    assert (model.config, recipe.context) == (recipe.llama(tokenizer.vocab_size), CONTEXT)
    (rung,) = [rung for rung in load_ladder() if rung.name == "course-large"]
    assert sum(p.numel() for p in model.parameters()) == rung.size <= 18e6
    assert f"{rung.test:.4f}" in course_large_card()


def test_it_reads_english_better_than_letters_in_a_row(tmp_path):
    model, tokenizer = load_course_large()
    texts = {"english": "We must help the people of this country to find work. " * 8, "noise": "xq vj zkw pf gh " * 25}
    for name, text in texts.items():
        write_tokens(tmp_path / f"valid_{name}.npy", [tokenizer.encode(text[:200])], vocab_size=tokenizer.vocab_size)
    (tmp_path / "bytes_per_token.json").write_text('{"english": 4.0, "noise": 2.0}')
    bits = source_bits(model, tmp_path, CONTEXT)
    assert bits["english"] < 2 < bits["noise"]


@pytest.mark.parametrize("run", ["log", "weak_decay"])
def test_the_logs_end_where_the_recipe_ends(run):
    recipe, last = load_recipe("course_large"), course_large_log(run)[-1]
    assert (last["step"], last["tokens"]) == (recipe.steps, recipe.tokens)


def test_refuses_another_file_and_another_log(monkeypatch):
    with pytest.raises(ValueError, match="none called 'strong'"):
        course_large_log("strong")
    monkeypatch.setitem(course_large.SHA256, "course_large/model.safetensors", "0" * 64)
    with pytest.raises(DataError, match="is damaged"):
        load_course_large()
