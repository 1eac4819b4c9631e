import numpy as np
import pytest
import torch
import torch.nn.functional as F

from llmai_edu.apps.surprisal import line_scores, reciprocal_rank, token_surprise
from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.tokenizers import train_bpe

TEXT = "a = 1\nfor i in b:\n    c = i\n"


def test_the_sum_is_the_loss_of_the_text_and_lines_are_those_of_the_last_character():
    tokenizer = train_bpe([TEXT * 3], 270)
    config = GPTConfig(tokenizer.vocab_size, 64, n_embd=16, n_layer=1, n_head=2)
    model = GPT(config, generator=torch.Generator().manual_seed(0)).eval()
    nats, lines = token_surprise(model, tokenizer, TEXT, start=0)
    ids = torch.tensor([[0, *tokenizer.encode(TEXT)]])
    with torch.no_grad():
        loss = F.cross_entropy(model(ids[:, :-1])[0], ids[0, 1:], reduction="sum")
    assert nats.sum() == pytest.approx(loss.item(), rel=1e-5)
    ends = np.cumsum([len(tokenizer.id_to_bytes(token)) for token in ids[0, 1:].tolist()]) - 1
    assert lines.tolist() == [1 + TEXT[:end].count("\n") for end in ends]


def test_scores_of_lines():
    nats, lines = np.array([1.0, 4.0, 2.0, 2.0]), np.array([1, 1, 3, 3])
    assert line_scores(nats, lines, [1, 2, 3], "sum").tolist() == [5, 0, 4]
    assert line_scores(nats, lines, [3, 1], "mean").tolist() == [2, 2.5]
    assert line_scores(nats, lines, [1, 3], "max").tolist() == [4, 2]
    with pytest.raises(ValueError, match="not 'median'"):
        line_scores(nats, lines, [1], "median")


def test_ties_are_broken_by_all_orders_at_once():
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 3, 7).astype(float)
    for place in range(7):
        drawn = []
        for _ in range(4000):
            order = np.lexsort((rng.random(7), -scores))
            drawn.append(1 / (1 + int(np.flatnonzero(order == place)[0])))
        assert reciprocal_rank(scores, place) == pytest.approx(np.mean(drawn), abs=0.02)
    assert reciprocal_rank(np.zeros(3), 1) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
