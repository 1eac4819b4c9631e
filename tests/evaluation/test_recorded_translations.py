"""The recorded translations: complete, of the length of the data's parts, and from one recipe."""

import json
from importlib.resources import files

import pytest

from llmai_edu.evaluation.recorded_translations import load_recorded_translations

LANGUAGES = ("fr", "de", "es", "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_models_with_three_seeds_wrote_every_held_out_name(language):
    runs = load_recorded_translations(language)
    kinds = {"attention", "one vector"}
    assert sorted((run.model, run.seed) for run in runs) == sorted((kind, seed) for kind in kinds for seed in range(3))
    assert {(len(run.valid), len(run.test)) for run in runs} == {(201, 198)}
    assert len({run.test for run in runs}) == 6
    assert all(run.losses[-1] < 0.5 * run.losses[0] for run in runs)


def test_all_languages_have_one_recipe():
    texts = [(files("llmai_edu.evaluation") / f"translations_{code}.json").read_text("utf-8") for code in LANGUAGES]
    recipes = [json.loads(text)["recipe"] for text in texts]
    assert all(recipe == recipes[0] for recipe in recipes)


def test_refuses_another_language():
    with pytest.raises(ValueError, match="translations into"):
        load_recorded_translations("it")
