import numpy as np
import pytest
from scipy.special import softmax

from llmai_edu.apps.crisis import HELP
from llmai_edu.apps.domains import CodeFinder, choose_floor, log_odds, open_app
from llmai_edu.apps.registers import Register
from llmai_edu.evaluation.calibration import PlattScale

REGISTER = Register(("A", "B", "C"), ("a", "b", "c"), (("x",), ("y",), ("z",)), "a list")


class Fixed:
    def __init__(self, rows):
        self.rows = rows

    def scores(self, queries):
        return np.array([self.rows[query] for query in queries])


def finder(**settings):
    meaning = Fixed({"q": [0.2, 0.9, 0.5], "far": [0.1, 0.1, 0.2]})
    words = Fixed({"q": [1.0, 0.0, 0.0], "far": [0.0, 0.0, 0.0]})
    return CodeFinder(REGISTER, meaning, words, **settings)


def test_log_odds_are_those_of_the_softmax():
    scores = np.random.default_rng(0).normal(size=(4, 6)) / 10
    p = softmax(20 * scores, axis=1)
    assert np.allclose(log_odds(scores), np.log(p / (1 - p)))
    assert np.isfinite(log_odds(np.array([[9.0, 0.0]]))).all()


def test_score_order_probability_and_floor():
    scales = (PlattScale(0.5, 1.0), PlattScale(0.0, 0.0))
    one = finder(weight=0.5, floor=0.3, scales=scales)
    assert np.allclose(one.scores(["q"]), [[0.7, 0.9, 0.5]])
    found = one.find("q", k=2)
    assert [candidate.code for candidate in found.candidates] == ["B", "A"]
    assert np.isclose(found.probability, scales[0](log_odds(one.scores(["q"])).max()))
    assert found.candidates[1].probability == 0.5
    assert not found.refused
    assert one.find("far").refused
    assert finder(weight=2.0).find("q").candidates[0].code == "A"


def test_an_answer_shows_three_lines_with_source_and_never_one():
    text = str(finder().find("q"))
    assert text.count("(a list)") == 3
    assert "Refused" in str(finder(floor=5.0).find("q"))
    with pytest.raises(ValueError, match="blank"):
        finder().find("  ")


def test_a_text_about_harm_finds_help_and_no_code():
    found = finder().find("I want to kill myself")
    assert (found.candidates, found.refused, str(found)) == ((), True, HELP)


def test_the_floor_lies_midway_or_where_nine_in_ten_are_refused():
    assert choose_floor([0.8, 0.9], [0.2, 0.4]) == pytest.approx(0.6)
    foreign = np.random.default_rng(0).random(200)
    assert np.mean(foreign < choose_floor([0.5, 2.0], foreign)) == pytest.approx(0.9, abs=0.01)
    with pytest.raises(ValueError, match="0 and 1"):
        choose_floor([], [0.5])


@pytest.mark.data
def test_a_licence_is_told_by_what_differs():
    finder, app = CodeFinder.load("law"), open_app()
    text = finder.register.texts[finder.register.codes.index("ISC")][0]
    told = "".join(app.answer(f"law: {text.replace('with or without fee', 'without fee')}"))
    assert "ISC  ISC License (choosealicense.com)" in told
    assert "[-with or-]" in told
    assert "%" not in told
    assert "No sentence of it differs" in "".join(app.answer(f"law: {text}"))
    assert "Refused" in "".join(app.answer("law: four score and seven years ago our fathers brought forth"))


@pytest.mark.data
def test_the_application_answers_and_says_what_it_is_not(tmp_path):
    app = open_app()
    assert "5812" in "".join(app.answer("finance: restaurants and eating places"))
    assert "a person who knows" in "".join(app.answer("finance: shoes"))
    assert "Begin with medicine:" in "".join(app.answer("shoes"))
    assert "Begin with" in "".join(app.answer("law:"))


@pytest.mark.data
def test_settings_are_named():
    with pytest.raises(ValueError, match="medicine complaints"):
        CodeFinder.load("finance", tuned_on="gossip")
