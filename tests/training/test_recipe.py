"""Recipes: read from TOML, and refused with a word on what is wrong."""

from importlib.resources import files

import pytest

from llmai_edu.training.recipe import load_recipe, recipe_names

TEXT = (files("llmai_edu.training") / "recipes" / "course_base.toml").read_text(encoding="utf-8")


def test_the_courses_recipe_stays_within_what_is_promised():
    recipe = load_recipe("course_base")
    assert 4000 <= recipe.vocab_size <= 8192
    shape = recipe.llama()
    per_layer = 4 * shape.hidden_size**2 + 3 * shape.hidden_size * shape.intermediate_size + 2 * shape.hidden_size
    total = recipe.vocab_size * shape.hidden_size + shape.num_hidden_layers * per_layer + shape.hidden_size
    assert total <= 18e6
    assert recipe.tokens == recipe.steps * recipe.batch_size * recipe.context


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_of_the_package_can_be_read_and_bears_its_own_name(name):
    assert load_recipe(name).name == name


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("batch_size = 8", "batch_size = 0", "batch_size must be a positive"),
        ("learning_rate = 2.5e-3", "learning_rate = 0", "learning_rate must be above 0"),
        ("decay = 0.2", "decay = 1.2", "shares of one run"),
        ("speeches = 2", "speeches = 0", "repeat counts readings"),
        ("context = 256", "context = 1024", "context 1024 is longer than the 512"),
        ("clip = 1.0", "", "missing: clip"),
        ("clip = 1.0", "clip = 1.0\nclipp = 2", "unknown: clipp"),
        ("num_attention_heads = 4", "num_attention_heads = 3", "num_attention_heads"),
        ("[training]", "[training", "no TOML file"),
    ],
)
def test_a_wrong_recipe_is_refused(tmp_path, old, new, word):
    assert old in TEXT
    path = tmp_path / "wrong.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=word.replace("[", r"\[")):
        load_recipe(path)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(FileNotFoundError, match="course_base"):
        load_recipe("nothing")
