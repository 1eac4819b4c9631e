"""Reading on with a limited context: what a token sees, against reading each window by hand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from llmai_edu.evaluation.language_model import token_nats
from llmai_edu.evaluation.sliding_context import SlidingContext
from llmai_edu.models.gpt import GPT, GPTConfig

MODEL = GPT(GPTConfig(50, 8, 16, 2, 2), generator=torch.Generator().manual_seed(0)).eval()
for weight in MODEL.parameters():
    weight.data *= 8  # or every token would be as likely as any other


def by_hand(doc, chunk):
    """-ln p of each token, from the window that belongs to its chunk."""
    text, nats = [49, *doc], []
    for begin in range(0, len(doc), chunk):
        first = max(0, begin - (8 - chunk))
        window = torch.tensor([text[first : begin + chunk]])
        logp = F.log_softmax(MODEL(window)[0].detach(), -1)
        nats += [-float(logp[t - first, text[t + 1]]) for t in range(begin, min(begin + chunk, len(doc)))]
    return nats


@pytest.mark.parametrize("chunk", [1, 3, 4, 7])
def test_scores_are_those_of_windows_read_by_hand(chunk):
    rng = np.random.default_rng(chunk)
    docs = [rng.integers(0, 49, size=n).tolist() for n in (1, 5, 23)]
    found = token_nats(SlidingContext(MODEL, 8, chunk), docs, start=49, chunk=chunk)
    for doc, nats in zip(docs, found):
        np.testing.assert_allclose(nats, by_hand(doc, chunk), rtol=1e-4)


def test_refusals():
    with pytest.raises(ValueError, match="leave no past"):
        SlidingContext(MODEL, 8, 8)
    with pytest.raises(ValueError, match="at most 4 tokens"):
        SlidingContext(MODEL, 8, 4)(torch.zeros(1, 5, dtype=torch.int64))


def test_training_mode_is_the_model_s():
    assert not SlidingContext(MODEL, 8, 4).training
    with pytest.raises(ValueError, match="training mode"):
        token_nats(SlidingContext(MODEL, 8, 4).train(), [[1]], start=0, chunk=4)
