"""Measuring in chunks and side by side against reading each document alone, in one piece, and a count by hand."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.evaluation.language_model import score_documents, token_nats
from llmai_edu.models.mlp_lm import MLPLM
from llmai_edu.models.recurrent_lm import RecurrentLM
from llmai_edu.models.rnn import RNN
from llmai_edu.tokenizers import train_bpe

START = 300
MODELS = [
    lambda g: RecurrentLM(301, RNN(4, 6), generator=g, dropout=0.5),
    lambda g: RecurrentLM(301, nn.LSTM(4, 6, num_layers=2, batch_first=True), generator=g),
    lambda g: MLPLM(301, context=4, channels=3, hidden=5, start=START, generator=g),
]
DOCS = [[1, 2, 3], [], list(range(50)), [7], list(range(20, 50))]


def make(build, device="cpu"):
    return build(torch.Generator().manual_seed(0)).to(device).eval()


@pytest.mark.parametrize("build", MODELS)
@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_chunks_and_neighbours_change_nothing(build, chunk, device):
    model = make(build, device)
    nats = token_nats(model, DOCS, start=START, chunk=chunk)
    assert [len(n) for n in nats] == [len(doc) for doc in DOCS]
    for doc, ours in zip(DOCS, nats):
        if doc:
            ids = torch.tensor([[START, *doc]], device=device)
            expected = F.cross_entropy(model(ids[:, :-1])[0][0], ids[0, 1:], reduction="none")
            np.testing.assert_allclose(ours, expected.detach().cpu(), rtol=1e-4, atol=1e-5)


class Uniform(nn.Module):
    """Knows nothing, and carries nothing."""

    def __init__(self, vocab_size):
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(vocab_size))

    def forward(self, ids, state=None):
        return self.logits.expand(*ids.shape, -1), None


def test_a_model_that_knows_nothing_needs_log2_of_the_vocabulary_a_token():
    docs = ["low low lower\n\nlowest", "é"]
    tokenizer = train_bpe("low low lower lowest", 300, special_tokens=["<|endoftext|>"])
    start = tokenizer.special_tokens["<|endoftext|>"]
    score = score_documents(Uniform(tokenizer.vocab_size).eval(), tokenizer, docs, start=start)
    tokens = sum(len(tokenizer.encode(doc)) for doc in docs)
    assert score.sizes.tolist() == [15, 6, 2]
    assert score.bits_per_byte == pytest.approx(math.log2(tokenizer.vocab_size) * tokens / 23)
    assert score.bits[2] == pytest.approx(2 * math.log2(tokenizer.vocab_size))  # é is two bytes, two tokens
    low, high = score.interval(np.random.default_rng(0))
    assert low <= score.bits_per_byte <= high


def test_a_model_in_training_is_refused():
    with pytest.raises(ValueError, match=r"call model\.eval\(\)"):
        token_nats(make(MODELS[0]).train(), DOCS, start=START)


def test_a_tokenizer_that_loses_bytes_is_refused():
    class Loses:
        vocab_size = 301

        def encode(self, text):
            return [1] * (len(text) - 1)

        def id_to_bytes(self, token):
            return b"x"

    with pytest.raises(ValueError, match="the tokens have 3 bytes, the document 4"):
        score_documents(make(MODELS[0]), Loses(), ["abcd"], start=START)
