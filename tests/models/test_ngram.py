"""The common interface: distributions that sum to 1, one recursion in three forms, hand-worked probabilities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmai_edu.models.kneser_ney import AbsoluteDiscounting, KneserNey, ModifiedKneserNey
from llmai_edu.models.ngram import AddK, JelinekMercer, MaximumLikelihood, NGram

RUNGS = [MaximumLikelihood, AddK, JelinekMercer, AbsoluteDiscounting, KneserNey, ModifiedKneserNey]
V = 6  # symbol 5 never occurs in the corpora, so that there are always unseen ones
DOCS = st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=25), min_size=1, max_size=5)
CONTEXT = st.lists(st.integers(0, 5), max_size=5)


@pytest.mark.parametrize("rung", RUNGS)
@settings(deadline=None, max_examples=40)
@given(docs=DOCS, context=CONTEXT)
def test_every_distribution_sums_to_one(rung, docs, context):
    model = rung.fit(docs, order=3, vocab_size=V)
    seen = docs[0][:2]
    for some in (context, seen, [], [5, 5]):
        p = model.distribution(some)
        assert p.shape == (V,)
        assert (p >= 0).all()
        assert abs(p.sum() - 1) < 1e-12


@pytest.mark.parametrize("rung", RUNGS)
@settings(deadline=None, max_examples=40)
@given(docs=DOCS, text=st.lists(st.integers(0, 5), max_size=12))
def test_log_prob_walks_through_the_distributions(rung, docs, text):
    model = rung.fit(docs, order=3, vocab_size=V)
    one_by_one = [model.prob(text[:t], text[t]) for t in range(len(text))]
    np.testing.assert_allclose(np.exp(model.log_prob(text)), one_by_one, rtol=1e-12, atol=0)


def test_maximum_likelihood_by_hand_and_its_failure():
    # the cat. the car.: after "ca" come t and r, once each; "cab" was never seen, so it is called impossible.
    model = MaximumLikelihood.fit([b"the cat. the car."], order=3)
    assert model.prob(b"ca", ord("t")) == 0.5
    assert model.prob(b"ca", ord("b")) == 0.0
    assert np.isneginf(model.log_prob(b"cab")[-1])
    assert model.log_prob(b"cat").tolist() == pytest.approx(np.log([2 / 17, 1.0, 0.5]))


def test_add_k_by_hand():
    # After a: b twice, c once.  p(b|a) = (2 + k) / (3 + 3k); after c (only at the end) nothing: uniform.
    model = AddK.fit([[0, 1, 0, 1, 0, 2]], order=2, vocab_size=3, k=0.5)
    assert model.prob([0], 1) == pytest.approx(2.5 / 4.5)
    assert model.prob([0], 0) == pytest.approx(0.5 / 4.5)
    np.testing.assert_allclose(model.distribution([2]), 1 / 3)


def test_jelinek_mercer_by_hand():
    # a b a b a c over {a, b, c, d}; p1(b) = .8 * 2/6 + .2 / 4; p2(b|a) = .6 * 2/3 + .4 * p1(b)
    model = JelinekMercer.fit([[0, 1, 0, 1, 0, 2]], order=2, vocab_size=4, weight=[0.8, 0.6])
    p1 = 0.8 * 2 / 6 + 0.2 / 4
    assert model.prob([], 1) == pytest.approx(p1)
    assert model.prob([0], 1) == pytest.approx(0.6 * 2 / 3 + 0.4 * p1)
    assert model.prob([2], 1) == pytest.approx(p1)  # nothing ever followed c


def test_samples_have_the_frequencies_of_the_model():
    model = AddK.fit([[0, 1, 0, 1, 0, 2]], order=2, vocab_size=3, k=0.5)
    drawn = model.sample(np.random.default_rng(0), 20_000, prompt=[0])
    after_a = drawn[1:][drawn[:-1] == 0]
    share = np.bincount(after_a, minlength=3) / len(after_a)
    np.testing.assert_allclose(share, model.distribution([0]), atol=0.02)


def test_sampling_repeats_with_its_seed_and_follows_the_prompt():
    model = MaximumLikelihood.fit([b"abcdef"], order=2)
    draws = [model.sample(np.random.default_rng(1), 4, prompt=b"ab").tolist() for _ in range(2)]
    assert draws[0] == draws[1] == list(b"cdef")
    assert model.sample(np.random.default_rng(1), 0, prompt=b"ab").tolist() == []


def test_a_vocabulary_of_tokens():
    model = ModifiedKneserNey.fit([[49151, 7, 49151, 7, 300]], order=3, vocab_size=49152)
    assert model.distribution([49151]).argmax() == 7
    assert model.log_prob([49151, 7]).shape == (2,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: AddK.fit([b"abc"], 2, k=0), "positive"),
        (lambda: AddK.fit([b"abc"], 2, k=np.inf), "positive and finite, got inf"),
        (lambda: JelinekMercer.fit([b"abc"], 2, weight=1.5), "0..1"),
        (lambda: JelinekMercer.fit([b"abc"], 2, weight=np.nan), "weight must lie in 0..1, got nan"),
        (lambda: JelinekMercer.fit([b"abc"], 2, weight=[0.5, np.nan]), "weight must lie in 0..1"),
        (lambda: JelinekMercer.fit([b"abc"], 2, weight=[0.5] * 3), r"one weight, or 2: .* got \[0.5, 0.5, 0.5\]"),
        (lambda: KneserNey.fit([b"abc"], 2, discount=[0.5] * 3), "one discount, or 2"),
        (lambda: KneserNey.fit([b"abc"], 2, discount=-0.1), "discount must lie in 0..1, got -0.1"),
        (lambda: MaximumLikelihood.fit([b"abc"], 2).prob(b"a", 256), "0..255"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_bare_frame_has_no_smoothing():
    with pytest.raises(NotImplementedError, match="smooth"):
        NGram.fit([b"abc"], 2)
