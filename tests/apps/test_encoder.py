"""The encoder is MiniLM, and is loaded once."""

import numpy as np
import pytest

from llmai_edu.apps.chunks import Chunk
from llmai_edu.apps.encoder import minilm_encoder
from llmai_edu.apps.retrieval import DenseIndex
from llmai_edu.pretrained.minilm import minilm_reference


@pytest.mark.data
def test_the_encoder_gives_the_recorded_vectors():
    encode, recorded = minilm_encoder(), minilm_reference()
    vectors = encode(recorded["texts"])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, recorded["vectors"], atol=1e-4)
    assert encode([]).shape == (0, 384)
    assert minilm_encoder() is encode


@pytest.mark.data
def test_a_question_finds_its_answer_without_a_shared_word():
    texts = ["Refunds take three days.", "A kitten purrs.", "The bank opens at nine."]
    index = DenseIndex([Chunk(text, "s", 0, len(text)) for text in texts], minilm_encoder())
    assert index.search("When do I get my money back?", k=1)[0].place == 0
