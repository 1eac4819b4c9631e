import numpy as np
import pytest

from llmai_edu.apps.domain_vectors import remembering_encoder, save_vectors, stored_vectors, text_key


def test_known_texts_are_looked_up_and_others_encoded(monkeypatch):
    stored = {text_key("cat"): np.array([0.0, 2.0], np.float32)}
    monkeypatch.setattr("llmai_edu.apps.domain_vectors.stored_vectors", lambda name: stored)
    seen = []

    def encode(texts):
        seen.extend(texts)
        return np.tile([3.0, 4.0], (len(texts), 1))

    got = remembering_encoder(["any"], encode)(["dog", "cat", "cow"])
    assert np.allclose(got, [[0.6, 0.8], [0, 1], [0.6, 0.8]])
    assert seen == ["dog", "cow"]


def test_the_packaged_files_have_unit_vectors_of_distinct_texts():
    for name, size in (("medicine", 1918), ("questions", 1500), ("licences", 2000)):
        vectors = np.stack(list(stored_vectors(name).values()))
        assert len(vectors) >= size
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=2e-3)


def test_a_file_round_trips(tmp_path):
    from safetensors.numpy import load_file

    save_vectors(tmp_path / "a.safetensors", {"x": np.array([0.5, 0.25])})
    stored = load_file(tmp_path / "a.safetensors")
    assert stored["keys"].tolist() == [text_key("x")]
    assert stored["vectors"].tolist() == [[0.5, 0.25]]


@pytest.mark.data
def test_some_vectors_computed_again():
    from llmai_edu.apps.encoder import minilm_encoder
    from llmai_edu.apps.meaning import mean_vectors
    from llmai_edu.apps.registers import Register, load_register

    whole = load_register("medicine")
    known = stored_vectors("medicine")
    some = Register(whole.codes[600:606], whole.titles[600:606], whole.texts[600:606], "")
    again = mean_vectors(some, minilm_encoder())
    stored = np.stack([known[text_key(document)] for document in some.documents])
    assert np.allclose(again, stored, atol=2e-3)
    assert all(text_key(document) in known for document in whole.documents)
    shops = load_register("finance").documents
    asked = np.stack([stored_vectors("questions")[text_key(text)] for text in shops[:5]])
    assert np.allclose(minilm_encoder()(shops[:5]), asked, atol=2e-3)
