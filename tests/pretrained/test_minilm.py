"""The real MiniLM in our BERT against transformers' on the same files, whose mean pooling is the recorder's."""

import numpy as np
import pytest
import torch

from benchmarks.record_minilm import TEXTS as RECORDED
from benchmarks.record_minilm import reference_vectors
from llmai_edu.datasets import DATASETS
from llmai_edu.datasets.weights import minilm_folder
from llmai_edu.models.bert import BertConfig, BertModel
from llmai_edu.pretrained.minilm import embed_sentences, load_minilm, mean_pooling, minilm_reference
from llmai_edu.tokenizers.wordpiece import SPECIAL, WordPieceTokenizer, minilm_tokenizer

TEXTS = [
    "A cat sits on the mat.",
    "",
    "Fellow-citizens of the Senate and of the House of Representatives: " + "the state of the Union is strong, " * 8,
    "Déjà vu",
    "A kitten rests on the rug.",
    "long " * 400,
    "How do I mend a bicycle?",
]


def test_padding_does_not_count_in_the_mean():
    states = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]])
    torch.testing.assert_close(mean_pooling(states, mask), torch.stack([states[0].mean(0), states[1, :2].mean(0)]))


def test_the_order_and_the_batches_of_texts_do_not_matter(device):
    tokenizer = WordPieceTokenizer([*SPECIAL, *"abcdefgh", *(f"##{c}" for c in "abcdefgh")])
    config = BertConfig(tokenizer.vocab_size, 16, 2, 4, 32, 64)
    model = BertModel(config, generator=torch.Generator().manual_seed(0)).eval().to(device)
    texts = ["abc", "a b c d e f", "h", "", "gg hh a b"]
    together = embed_sentences(model, tokenizer, texts, batch_size=2)
    alone = np.concatenate([embed_sentences(model, tokenizer, [text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    assert len(np.unique(together.round(4), axis=0)) == len(texts)
    assert embed_sentences(model, tokenizer, []).shape == (0, 16)
    with pytest.raises(ValueError, match="a list of texts"):
        embed_sentences(model, tokenizer, "abc")


@pytest.mark.data
def test_embeddings_equal_those_of_transformers(device):
    expected = reference_vectors(TEXTS)
    ours = embed_sentences(load_minilm(device), minilm_tokenizer(), TEXTS, batch_size=3)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-5)
    assert np.abs(ours[0] - ours[2]).max() > 0.05


@pytest.mark.data
def test_numbers_of_the_card():
    model, card = load_minilm(), DATASETS["minilm"]
    pooler = 384 * 384 + 384
    total = sum(p.numel() for p in model.parameters()) + pooler
    assert f"{total:,} parameters" in card.how_much
    config = model.config
    assert (config.num_hidden_layers, config.num_attention_heads, config.hidden_size) == (6, 12, 384)
    assert config.max_position_embeddings == 512
    tokens = minilm_tokenizer().tokens
    assert f"{len(tokens):,} WordPiece tokens" in card.how_much
    assert any(f"{sum(map(str.isascii, tokens)):,} of the tokens are ASCII" in fault for fault in card.known_faults)
    assert any("62 %" in fault for fault in card.known_faults)
    assert round(726_484_430 / 1_170_060_424, 2) == 0.62
    assert "726,484,430" in (minilm_folder() / "README.md").read_text(encoding="utf-8")


@pytest.mark.data
def test_the_recording_is_what_transformers_computes():
    recorded = minilm_reference()
    assert recorded["texts"] == RECORDED
    np.testing.assert_allclose(recorded["vectors"], reference_vectors(RECORDED), rtol=0, atol=2e-6)
