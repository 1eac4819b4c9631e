import numpy as np
import pytest

from llmai_edu.datasets import DataError, load_glove
from llmai_edu.datasets.word_vectors import read_vectors


def test_words_and_vectors_that_do_not_fit_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("llmai_edu.datasets.word_vectors.read_distinct_strings", lambda path: ["a", "b"])
    np.save(tmp_path / "glove_6B_50d_emb.npy", np.zeros((3, 50), np.float32))
    with pytest.raises(DataError, match="2 words, but vectors of shape"):
        read_vectors(tmp_path)


@pytest.mark.data
class TestTheCardTellsTheTruth:
    def test_vectors(self):
        words, vectors = load_glove()
        assert len(words) == 400_000
        assert (vectors.shape, vectors.dtype, type(vectors)) == ((400_000, 50), np.float32, np.memmap)
        assert not vectors.flags.writeable
        lengths = np.linalg.norm(vectors, axis=1)
        assert [lengths.mean(), lengths.min(), lengths.max()] == pytest.approx([4.47, 0.05, 14.12], abs=0.005)

    def test_words(self):
        words, _ = load_glove()
        assert words[:5] == ["the", ",", ".", "of", "to"]
        assert all(word == word.lower() for word in words)
        assert {"first", "ﬁrst", "#ccc", "社区"} - set(words) == set()

    def test_rows_and_words_belong_together(self):
        words, vectors = load_glove()
        row = {word: i for i, word in enumerate(words[:20_000])}
        frequent = vectors[:20_000] / np.linalg.norm(vectors[:20_000], axis=1, keepdims=True)
        wanted = vectors[row["king"]] - vectors[row["man"]] + vectors[row["woman"]]
        order = np.argsort(-frequent @ wanted)
        best = [words[i] for i in order if words[i] not in ("king", "man", "woman")]
        assert best[0] == "queen"
