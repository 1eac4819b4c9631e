"""Rankings against plain formulas: cosines, BM25 written out, and reciprocal ranks by hand."""

import math

import numpy as np
import pytest

from llmai_edu.apps.chunks import Chunk
from llmai_edu.apps.retrieval import DenseIndex, FusedIndex, KeywordIndex, plain_words

TEXTS = [
    "The card was lost.",
    "the lost card, the lost key",
    "Where is the bank? The bank is where the river is.",
    "Nothing at all",
    "",
    "the card was lost",
]
CHUNKS = [Chunk(text, f"{i}.txt", 0, len(text)) for i, text in enumerate(TEXTS)]


def letters(texts):
    """(N, 26) counts of letters, scaled to length 1; zero for a text without letters."""
    counts = np.array([[text.lower().count(c) for c in "abcdefghijklmnopqrstuvwxyz"] for text in texts], float)
    length = np.linalg.norm(counts, axis=1, keepdims=True)
    return counts / np.where(length > 0, length, 1)


def bm25(query, texts, k1=1.5, b=0.75):
    """Lucene's BM25, written out."""
    bags = [plain_words(text) for text in texts]
    mean = sum(map(len, bags)) / len(bags)
    scores = []
    for bag in bags:
        score = 0.0
        for word in plain_words(query):
            n, f = sum(word in other for other in bags), bag.count(word)
            idf = math.log(1 + (len(bags) - n + 0.5) / (n + 0.5))
            score += idf * f / (f + k1 * (1 - b + b * len(bag) / mean)) if f else 0
        scores.append(score)
    return scores


def test_dense_scores_are_cosines():
    index = DenseIndex(CHUNKS, letters)
    queries = ["lost card", "river"]
    np.testing.assert_allclose(index.scores(queries), letters(queries) @ letters(TEXTS).T, atol=2e-6)
    hits = index.search("river bank", k=3)
    assert hits[0].place == 2
    assert hits[0].chunk is CHUNKS[2]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize(("k1", "b"), [(1.5, 0.75), (1.2, 0.0), (0.9, 1.0)])
def test_keyword_scores_are_those_of_the_formula(k1, b):
    index = KeywordIndex(CHUNKS, k1=k1, b=b)
    queries = ["the lost card", "bank river bank", "unheard-of words", "lost zebra", "", "?!"]
    expected = [bm25(query, TEXTS, k1, b) for query in queries]
    np.testing.assert_allclose(index.scores(queries), expected, rtol=1e-5, atol=1e-6)


def test_keyword_score_by_hand():
    # "key" is in 1 of 6 texts, once among 6 words; the texts have 4 + 6 + 11 + 3 + 0 + 4 words, 28 / 6 in the mean.
    (hit,) = KeywordIndex(CHUNKS).search("KEY")
    assert hit.place == 1
    assert hit.score == pytest.approx(math.log(1 + 5.5 / 1.5) / (1 + 1.5 * (0.25 + 0.75 * 6 / (28 / 6))), rel=1e-5)


def test_a_chunk_without_a_word_of_the_query_is_not_found_by_words():
    index = KeywordIndex(CHUNKS)
    assert {hit.place for hit in index.search("lost", k=50)} == {0, 1, 5}
    assert index.search("zebra") == []


@pytest.mark.parametrize("make", [KeywordIndex, lambda chunks: DenseIndex(chunks, letters)])
def test_equal_scores_keep_the_order_of_the_chunks(make):
    places = [hit.place for hit in make(CHUNKS).search("card was lost", k=2)]
    assert places == [0, 5]  # the same words


def test_fused_scores_by_hand():
    chunks = CHUNKS[:3]

    class Fixed(KeywordIndex):
        def __init__(self, scores):
            self.chunks, self.fixed = chunks, np.array(scores)

        def scores(self, queries):
            return np.stack([self.fixed] * len(queries))

    fused = FusedIndex([Fixed([3.0, 9.0, 0.0]), Fixed([0.2, 0.1, 0.3])])  # 0 is not found by words
    expected = [1 / 62 + 1 / 62, 1 / 61 + 1 / 63, 1 / 61]
    np.testing.assert_allclose(fused.scores(["q", "r"]), [expected] * 2, atol=1e-12)
    assert [hit.place for hit in fused.search("q")] == [1, 0, 2]
    np.testing.assert_allclose(
        FusedIndex(fused.indexes, constant=1).scores(["q"]), [[1 / 3 + 1 / 3, 1 / 2 + 1 / 4, 1 / 2]]
    )


def test_fusion_does_not_ask_how_large_scores_are():
    words, meaning = KeywordIndex(CHUNKS), DenseIndex(CHUNKS, letters)
    fused = FusedIndex([words, meaning])
    assert {hit.place for hit in fused.search("lost card", k=6)} == set(range(6))
    assert fused.search("lost card")[0].place in (0, 1)
    turned = FusedIndex([meaning, words])
    np.testing.assert_array_equal(turned.scores(["lost key"]), fused.scores(["lost key"]))


def every_index(chunks):
    words, meaning = KeywordIndex(chunks), DenseIndex(chunks, letters)
    return [words, meaning, FusedIndex([words, meaning])]


@pytest.mark.parametrize("kind", range(3))
def test_edges(kind):
    index = every_index(CHUNKS)[kind]
    assert index.search("  \n") == []
    assert len(index.search("the lost card", k=99)) <= len(CHUNKS)
    assert index.scores([]).shape == (0, len(CHUNKS))
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        index.search("card", k=0)
    with pytest.raises(ValueError, match=r"not one text; write \['card'\]"):
        index.scores("card")
    empty = every_index([])[kind]
    assert empty.search("card") == []
    assert every_index(CHUNKS[4:5])[kind].search("card", k=1)[:0] == []  # a chunk without a word


def test_nothing_is_printed(capfd):
    KeywordIndex(CHUNKS).search("card")
    assert capfd.readouterr() == ("", "")


def test_indexes_come_back_from_their_files(tmp_path):
    words, meaning = KeywordIndex(CHUNKS, k1=1.2), DenseIndex(CHUNKS, letters)
    words.save(tmp_path / "words.npz")
    meaning.save(tmp_path / "meaning.npz")
    asked = []

    def encode(texts):
        asked.extend(texts)
        return letters(texts)

    again = DenseIndex.load(tmp_path / "meaning.npz", encode)
    assert asked == [TEXTS[0]]  # to see that it is the same encoder
    assert again.search("lost card") == meaning.search("lost card")
    assert KeywordIndex.load(tmp_path / "words.npz").search("lost card") == words.search("lost card")
    with pytest.raises(ValueError, match="holds 'KeywordIndex'"):
        DenseIndex.load(tmp_path / "words.npz", letters)


def test_another_encoder_is_refused(tmp_path):
    DenseIndex(CHUNKS, letters).save(tmp_path / "i.npz")
    with pytest.raises(ValueError, match="vectors of 26 numbers, this encoder makes 25"):
        DenseIndex.load(tmp_path / "i.npz", lambda texts: np.eye(25)[[0] * len(texts)])
    with pytest.raises(ValueError, match="made by another encoder"):
        DenseIndex.load(tmp_path / "i.npz", lambda texts: letters(texts)[:, ::-1])


def test_an_empty_index_comes_back(tmp_path):
    for name, index in zip(("w", "d"), every_index([])):
        index.save(tmp_path / name)
    assert KeywordIndex.load(tmp_path / "w").search("card") == []
    assert DenseIndex.load(tmp_path / "d", letters).search("card") == []


def test_wrong_vectors_are_refused():
    with pytest.raises(ValueError, match="6 vectors for 6 texts"):
        DenseIndex(CHUNKS, lambda texts: np.eye(3))
    with pytest.raises(ValueError, match="length 1"):
        DenseIndex(CHUNKS, lambda texts: 2 * np.eye(len(texts)))


def test_indexes_of_different_chunks_are_not_fused():
    with pytest.raises(ValueError, match="all of the same chunks"):
        FusedIndex([KeywordIndex(CHUNKS), KeywordIndex(CHUNKS[1:])])
    with pytest.raises(ValueError, match="at least one index"):
        FusedIndex([])
