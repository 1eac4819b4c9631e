from itertools import product

import pytest
import torch

from llmai_edu.generation.beam_batch import beam_search_batch
from llmai_edu.generation.encoder_decoder import generate_encoder_decoder
from llmai_edu.models.t5 import T5, T5Config


def tiny(vocab, seed=0):
    config = T5Config(vocab_size=vocab, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
    return T5(config, generator=torch.Generator().manual_seed(seed)).eval()


def log_prob(model, ids, written):
    """By asking for the whole text at once."""
    decoder = torch.tensor([[0, *written[:-1]]])
    logs = model(torch.tensor([ids]), decoder).log_softmax(-1)[0]
    return sum(logs[i, token].item() for i, token in enumerate(written))


@pytest.mark.parametrize("penalty", [0.0, 0.6, 1.0])
def test_with_room_for_all_it_finds_the_best_of_all(penalty):
    model, ids, end = tiny(4), [2, 3, 1], 1
    best = {}
    for length in (1, 2, 3):
        for body in product([0, 2, 3], repeat=length - 1):
            best[(*body, end)] = log_prob(model, ids, [*body, end]) / length**penalty
    wanted = max(best, key=best.get)
    # 40 beams hold every beginning of up to 3 tokens; unfinished ones come after the finished
    found = beam_search_batch(model, torch.tensor([ids]), 3, beams=40, length_penalty=penalty)[0]
    assert tuple(found[0].ids) == wanted[:-1]
    assert found[0].score == pytest.approx(best[wanted], abs=1e-5)
    assert len({tuple(one.ids) for one in found if one.log_prob > -torch.inf}) >= 13  # 1 + 3 + 9 finished


@pytest.mark.parametrize("seed", range(6))
def test_one_beam_is_greedy_and_a_batch_is_as_each_alone(seed):
    model = tiny(12, seed=seed)
    ids = torch.tensor([[5, 6, 7, 1], [8, 1, 0, 0], [9, 10, 1, 0]])
    mask = (ids != 0).int()
    greedy = generate_encoder_decoder(model, ids, 8, attention_mask=mask)
    assert [found[0].ids for found in beam_search_batch(model, ids, 8, attention_mask=mask, beams=1)] == greedy
    together = beam_search_batch(model, ids, 8, attention_mask=mask, beams=3)
    for row, found in zip(ids, together):
        alone = beam_search_batch(model, row[row != 0][None], 8, beams=3)[0]
        assert [one.ids for one in alone] == [one.ids for one in found]
        assert [one.score for one in alone] == pytest.approx([one.score for one in found], abs=1e-5)


def test_what_is_not_allowed_is_not_written():
    model, ids = tiny(12), torch.tensor([[5, 6, 1], [7, 8, 1]])
    allowed = torch.ones(2, 12, dtype=torch.bool)
    allowed[0, 2:7] = allowed[1, 7:] = False
    first, second = beam_search_batch(model, ids, 6, beams=3, allowed=allowed)
    assert all(not set(one.ids) & set(range(2, 7)) for one in first)
    assert all(not set(one.ids) & set(range(7, 12)) for one in second)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("beams", [1, 3])
def test_what_is_owed_is_written_exactly_so_often(beams, seed):
    model, ids = tiny(12, seed=seed), torch.tensor([[5, 6, 1], [7, 8, 1]])
    exactly = torch.full((2, 12), -1)
    exactly[:, 9:] = torch.tensor([[1, 2, 0], [0, 0, 1]])
    for row, found in zip(exactly, beam_search_batch(model, ids, 6, beams=beams, exactly=exactly)):
        for one in found:
            if one.log_prob > -torch.inf:
                assert [one.ids.count(token) for token in (9, 10, 11)] == row[9:].tolist()


def test_nothing_owed_changes_nothing():
    model, ids = tiny(12), torch.tensor([[5, 6, 1]])
    free = beam_search_batch(model, ids, 6, beams=3)
    assert beam_search_batch(model, ids, 6, beams=3, exactly=torch.full((1, 12), -1)) == free


def test_refusals():
    model, ids = tiny(12), torch.tensor([[5, 1]])
    with pytest.raises(ValueError, match="at least 1"):
        beam_search_batch(model, ids, 4, beams=0)
    with pytest.raises(ValueError, match="training mode"):
        beam_search_batch(model.train(), ids, 4)
