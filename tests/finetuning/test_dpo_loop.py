"""The DPO loop: log-probabilities token by token, the first loss ln 2, parts as the whole, and a preference learned."""

import math

import pytest
import torch

from llmai_edu.finetuning.dpo_loop import TokenPair, dpo_step, pair_batch, pair_log_probs
from llmai_edu.models.llama import Llama
from llmai_edu.models.llama_config import LlamaConfig

PAIRS = [TokenPair([1, 2], [3, 4, 0], [5, 0]), TokenPair([6], [2, 0], [7, 7, 7, 0]), TokenPair([3, 3, 3], [1], [2])]


def llama():
    return Llama(LlamaConfig(8, 16, 32, 1, 2, 1, 16), generator=torch.Generator().manual_seed(0)).eval()


def reference(model, batch):
    with torch.no_grad():
        return pair_log_probs(model, batch)


def test_log_probs_are_those_of_each_answer_alone():
    model = llama()
    better, worse = pair_log_probs(model, pair_batch(PAIRS))
    for place, pair in enumerate(PAIRS):
        for answer, got in ((pair.better, better[place]), (pair.worse, worse[place])):
            want = 0.0
            for length in range(len(answer)):
                read = [*pair.prompt, *answer[:length]]
                want += model(torch.tensor([read]))[0, -1].log_softmax(-1)[answer[length]].item()
            assert got.item() == pytest.approx(want, abs=1e-5)


def test_the_first_loss_is_a_coins():
    model, batch = llama(), pair_batch(PAIRS)
    found = dpo_step(model, torch.optim.SGD(model.parameters(), 0.1), batch, reference(model, batch))
    assert found.loss == pytest.approx(math.log(2), abs=1e-6)
    assert (found.margin, found.better, found.worse) == pytest.approx((0, 0, 0), abs=1e-5)
    assert found.norm > 0


def test_parts_give_the_gradient_of_the_whole():
    batch, found = pair_batch(PAIRS), []
    for rows in (None, 2):
        model = llama()
        with torch.no_grad():
            then = tuple(one + 0.3 for one in pair_log_probs(model, batch))
        dpo_step(model, torch.optim.SGD(model.parameters(), 0.0), batch, then, rows=rows, max_norm=1e9)
        found.append(torch.cat([weight.grad.flatten() for weight in model.parameters()]))
    torch.testing.assert_close(*found, atol=1e-7, rtol=1e-4)


def test_a_preference_is_learned_and_the_reference_stays():
    model, batch = llama(), pair_batch(PAIRS)
    then, optimizer = reference(model, batch), torch.optim.AdamW(model.parameters(), 1e-2)
    history = [dpo_step(model, optimizer, batch, then, beta=0.5) for _ in range(30)]
    assert history[-1].loss < 0.1
    assert history[-1].accuracy == 1.0
    assert history[-1].better - history[-1].worse == pytest.approx(history[-1].margin / 0.5, rel=1e-4)
    torch.testing.assert_close(then, reference(llama(), batch))


def test_what_is_refused():
    model, batch = llama(), pair_batch(PAIRS)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with pytest.raises(ValueError, match="no pairs"):
        pair_batch([])
    with pytest.raises(ValueError, match="nothing is left of an answer of pair 2"):
        pair_batch(PAIRS, longest=3)
    with pytest.raises(ValueError, match="must not learn"):
        dpo_step(model, optimizer, batch, pair_log_probs(model, batch))
    with pytest.raises(ValueError, match="batch of 3 pairs"):
        dpo_step(model, optimizer, batch, (torch.zeros(2), torch.zeros(2)))
