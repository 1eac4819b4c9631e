import numpy as np
import pytest

from llmai_edu.apps.word_share import WordShare

TEXTS = ["a red cat", "a blue dog", "a cat and a dog and a bird"]


def test_a_weight_by_hand():
    words = WordShare(TEXTS)
    assert np.isclose(words.most("red"), np.log(1 + 2.5 / 1.5))
    assert np.isclose(words.most("a a"), 2 * np.log(1 + 0.5 / 3.5))
    assert words.most("!") == 0


def test_shares_lie_between_0_and_1_and_strange_words_pull_down():
    words = WordShare(TEXTS)
    scores = words.scores(["red cat", "red zebra", "zebra", ""])
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores[0, 0] > scores[1, 0] > 0
    assert not scores[2:].any()
    assert scores[0].argmax() == 0
    with pytest.raises(ValueError, match="at least one text"):
        WordShare([])
