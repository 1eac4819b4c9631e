"""The mood probe against scikit-learn, and the word list by hand."""

import numpy as np
import pytest

from llmai_edu.apps.mood import HARSH, KIND, MoodReader, mood_by_words
from llmai_edu.datasets.shop_faq import MOODS


def test_the_probe_is_scikit_learns():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    x, moods = rng.standard_normal((30, 5)), [MOODS[i] for i in rng.integers(0, 3, 30)]
    reader = MoodReader.fit(x, moods, l2=2.0)
    theirs = LogisticRegression(C=1 / 2.0, tol=1e-8, max_iter=1000).fit(x, moods)
    order = [list(theirs.classes_).index(mood) for mood in MOODS]
    np.testing.assert_allclose(reader.probabilities(x), theirs.predict_proba(x)[:, order], atol=1e-4)
    assert reader.read(x) == list(theirs.predict(x))


def test_another_mood_is_refused():
    with pytest.raises(ValueError, match="bored"):
        MoodReader.fit(np.eye(2), ["calm", "bored"])


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("The worst shop ever!!", "angry"),
        ("I love it, thanks", "pleased"),
        ("Where is my parcel?", "calm"),
        ("thanks for the broken pot", "calm"),  # one of each
        ("Great. Broken, useless rubbish.", "angry"),
    ],
)
def test_the_list_by_hand(text, mood):
    assert mood_by_words(text) == mood


def test_no_word_is_on_both_lists():
    assert not HARSH & KIND
