"""The recorded runs are whole: every method and length with the same three seeds, on the same questions."""

from itertools import groupby

from llmai_edu.embeddings.glove_runs import load_glove_runs


def test_every_recipe_was_run_with_three_seeds():
    runs = load_glove_runs()
    recipes = {
        recipe: [run.seed for run in group] for recipe, group in groupby(runs, lambda run: (run.method, run.epochs))
    }
    assert recipes == {
        ("glove", 6): [0, 1, 2],
        ("glove", 25): [0, 1, 2],
        ("skipgram", 5): [0, 1, 2],
        ("skipgram", 25): [0, 1, 2],
    }


def test_scores_are_counts():
    for run in load_glove_runs():
        assert 0 <= run.topic_hits <= 80
        assert 0 <= run.analogies <= run.asked
    assert len({run.asked for run in load_glove_runs()}) == 1
