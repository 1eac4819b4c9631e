import numpy as np
import pytest
from scipy import sparse

from llmai_edu.embeddings.pair_vectors import pair_vectors, positive_pmi


def synthetic_pairs(seed, n_words=30, n_pairs=600):
    """A language of n_words words, and another in which word i is called n_words + i."""
    rng = np.random.default_rng(seed)
    texts = [rng.choice(n_words, size=rng.integers(2, 6), replace=False) for _ in range(n_pairs)]
    return [[*text, *(text + n_words)] for text in texts]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_word_is_nearest_to_its_translation(seed):
    vectors = pair_vectors(synthetic_pairs(seed), vocab_size=60, channels=20)
    likeness = vectors[:30] @ vectors[30:].T
    assert (likeness.argmax(1) == np.arange(30)).mean() >= 0.6


def test_where_the_pairs_are_torn_apart_it_is_not():
    pairs = synthetic_pairs(0)
    torn = [[t for t in a if t < 30] + [t for t in b if t >= 30] for a, b in zip(pairs, pairs[1:] + pairs[:1])]
    vectors = pair_vectors(torn, vocab_size=60, channels=20)
    likeness = vectors[:30] @ vectors[30:].T
    assert (likeness.argmax(1) == np.arange(30)).mean() < 0.2


def test_positive_pmi_against_the_formula_written_out():
    rng = np.random.default_rng(0)
    half = rng.poisson(1.0, (6, 6)).astype(float)
    counts = half + half.T
    total = counts.sum()
    context = counts.sum(0) ** 0.75
    context /= context.sum()
    wanted = np.zeros((6, 6))
    for a in range(6):
        for b in range(6):
            if counts[a, b]:
                joint = counts[a, b] / total
                one_way = np.log(joint / (counts[a].sum() / total * context[b]))
                other_way = np.log(joint / (counts[b].sum() / total * context[a]))
                wanted[a, b] = (max(one_way, 0) + max(other_way, 0)) / 2
    np.testing.assert_allclose(positive_pmi(sparse.csr_matrix(counts)).toarray(), wanted, atol=1e-12)


def test_lonely_tokens_get_directions_of_their_own_and_the_seed_decides_them():
    pairs = synthetic_pairs(0)
    first, again, other = (pair_vectors(pairs, 64, 20, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose((first**2).sum(1), 20, rtol=1e-5)
    assert abs(first[60] @ first[61]) < 15
    assert not np.allclose(first[60], other[60])


@pytest.mark.parametrize("channels", [0, 60])
def test_channels_are_fewer_than_tokens(channels):
    with pytest.raises(ValueError, match="channels must be from 1 to 59"):
        pair_vectors(synthetic_pairs(0), 60, channels)
