"""BLEU and chrF by hand-worked cases, and the bootstrap against sacrebleu's own."""

import math

import numpy as np
import pytest
import sacrebleu

from llmai_edu.evaluation.translation import bleu_signature, compare_translations, score_translations


def rng(seed=0):
    return np.random.default_rng(seed)


def values(hypotheses, references, language="fr"):
    scores = score_translations(hypotheses, references, language=language, rng=rng(), resamples=2)
    return scores["bleu"].value, scores["chrf"].value


def test_bleu_by_hand():
    hypotheses = ["the cat sat on the mat", "a dog"]
    references = ["the cat sat on a mat", "a dog ran"]
    # Words: 7 of 8 ("the" stands twice, but once in the reference). Pairs: the-cat, cat-sat, sat-on, a-dog of 6.
    # Triples: the-cat-sat, cat-sat-on of 4. Quadruples: the-cat-sat-on of 3. 8 words for 9.
    by_hand = (7 / 8 * 4 / 6 * 2 / 4 * 1 / 3) ** (1 / 4) * math.exp(1 - 9 / 8)
    assert values(hypotheses, references)[0] == pytest.approx(100 * by_hand)


def test_chrf_by_hand():
    # "ab" and "abc", each once and once alone. Singles: 2 of 2 and of 3. Pairs: 1 of 1 and of 2. Triples: the
    # hypotheses have none, so that the average is over two orders. "xy" adds 2 and 2, and 1 and 1, and no match.
    hypotheses, references = ["ab", "xy"], ["abc", "vw"]
    precision = (2 / 4 + 1 / 2) / 2
    recall = (2 / 5 + 1 / 3) / 2
    assert values(hypotheses, references)[1] == pytest.approx(100 * 5 * precision * recall / (4 * precision + recall))


def test_chinese_counts_characters():
    same_characters, references = ["今天天气很好", "我们去公园"], ["今天 天气 很好", "我们 去 公园"]
    assert values(same_characters, references, "zh")[0] == pytest.approx(100)
    assert values(same_characters, references, "fr")[0] < 1
    assert "tok:zh" in bleu_signature("zh")
    assert "tok:13a" in bleu_signature("de")


def noisy(n=150, seed=1):
    words = ["le", "la", "un", "chat", "chien", "grand", "petit", "rouge", "noir", "mange", "dort", "table"]
    source = rng(seed)
    references = [" ".join(source.choice(words, source.integers(3, 9))) for _ in range(n)]
    hypotheses = [
        " ".join(word if source.random() < 0.7 else source.choice(words) for word in text.split())
        for text in references
    ]
    return hypotheses, references


@pytest.mark.parametrize(("name", "metric"), [("bleu", sacrebleu.BLEU()), ("chrf", sacrebleu.CHRF())])
def test_the_interval_is_sacrebleus(name, metric):
    hypotheses, references = noisy()
    ours = score_translations(hypotheses, references, language="fr", rng=rng())[name]
    theirs = metric.corpus_score(hypotheses, [references], n_bootstrap=1000)
    assert ours.value == pytest.approx(theirs.score)
    assert (ours.low + ours.high) / 2 == pytest.approx(theirs._mean, abs=0.15 * float(theirs._ci))
    assert (ours.high - ours.low) / 2 == pytest.approx(float(theirs._ci), rel=0.1)


def test_a_gain_is_the_difference_and_pairing_narrows_it():
    hypotheses, references = noisy()
    worse = [text if i % 3 else text.rsplit(" ", 1)[0] + " rien" for i, text in enumerate(hypotheses)]
    gain = compare_translations(hypotheses, worse, references, language="fr", rng=rng())
    ours, theirs = (score_translations(t, references, language="fr", rng=rng()) for t in (hypotheses, worse))
    for name in ("bleu", "chrf"):
        assert gain[name].value == pytest.approx(ours[name].value - theirs[name].value)
        assert gain[name].excludes_zero
        assert gain[name].high - gain[name].low < ours[name].high - ours[name].low
    nothing = compare_translations(hypotheses, hypotheses, references, language="fr", rng=rng(), resamples=20)
    assert (nothing["bleu"].low, nothing["bleu"].high) == (0, 0)


def test_the_seed_repeats():
    hypotheses, references = noisy(20)
    one, two, three = (
        score_translations(hypotheses, references, language="fr", rng=rng(seed), resamples=50) for seed in (1, 1, 2)
    )
    assert one == two != three


@pytest.mark.parametrize(
    ("hypotheses", "references", "language", "message"),
    [
        (["a"], ["a"], "fr", "at least 2"),
        (["a", "b"], ["a", "b", "c"], "fr", "as many texts as references"),
        (["a", "b"], ["a", "b"], "tlh", "en, fr, de, es, zh"),
    ],
)
def test_bad_input_is_refused_with_a_reason(hypotheses, references, language, message):
    with pytest.raises(ValueError, match=message):
        score_translations(hypotheses, references, language=language, rng=rng())
    with pytest.raises(ValueError, match=message):
        compare_translations(references, hypotheses, references, language=language, rng=rng())


def test_a_level_that_is_no_share_is_refused():
    with pytest.raises(ValueError, match="share"):
        score_translations(["a", "b"], ["a", "b"], language="fr", rng=rng(), level=95)
