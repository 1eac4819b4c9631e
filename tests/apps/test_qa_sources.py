"""The sources carry names that can be cited, and the recorded vectors are MiniLM's own."""

import numpy as np
import pytest

from llmai_edu.apps import qa_sources
from llmai_edu.apps.encoder import minilm_encoder
from llmai_edu.apps.qa_sources import (
    RecordedEncoder,
    chunk_sources,
    fingerprints,
    load_sources,
    pack,
    recorded_vectors,
)
from llmai_edu.datasets import DataError


@pytest.fixture(scope="module")
def sources():
    return load_sources()


def test_every_section_has_a_name_of_its_own(sources):
    assert 500 < len(sources) < 650
    assert sum(name.startswith("Lesson ") for name in sources) > 300
    assert "Python's reference, 'with': The \"with\" statement" in sources


def test_two_sections_of_one_name_are_kept_apart():
    articles = {"a": "Cats\n****\n\nOne.\n\nCats\n****\n\nTwo."}
    names = [name for name in load_sources(articles) if name.startswith("Python")]
    assert names == ["Python's reference, 'a': Cats", "Python's reference, 'a': Cats (part 2)"]


def test_chunks_stand_in_their_section(sources):
    for chunk in chunk_sources(sources)[::50]:
        assert sources[chunk.source][chunk.start : chunk.end] == chunk.text


def test_eight_bits_are_enough():
    vectors = np.random.default_rng(0).standard_normal((50, 384))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    whole, scale = pack(vectors)
    assert np.abs(whole * scale[:, None] - vectors).max() <= scale.max() / 2 + 1e-6


def test_the_recorded_vectors_are_the_encoders(sources):
    keys, _ = recorded_vectors()
    assert (np.diff(keys) > 0).all()
    texts = [chunk.text for chunk in chunk_sources(sources)]
    encode = RecordedEncoder(minilm_encoder)
    some = texts[:: len(texts) // 12]
    recorded = encode(some)
    assert np.isin(fingerprints(texts), keys).mean() > 0.7  # on a Python that was not recorded, a part is new
    real = minilm_encoder()(some)
    assert (recorded * real).sum(1).min() > 0.9995
    assert np.abs(np.linalg.norm(recorded, axis=1) - 1).max() < 1e-5


def test_unknown_texts_go_to_the_real_encoder():
    encode = RecordedEncoder(lambda: lambda texts: np.eye(384, dtype=np.float32)[: len(texts)])
    known = chunk_sources(load_sources({}))[0].text
    found = encode(["nobody wrote this", known, "nor this"])
    assert encode.asked == 2
    np.testing.assert_array_equal(found[[0, 2]], np.eye(384, dtype=np.float32)[:2])
    assert 0 < abs(found[1, :5]).max() < 1


def test_a_missing_file_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(qa_sources, "files", lambda package: tmp_path)
    recorded_vectors.cache_clear()
    with pytest.raises(DataError, match=r"qa_vectors\.safetensors .* install it again"):
        recorded_vectors()
    monkeypatch.undo()
    recorded_vectors.cache_clear()
