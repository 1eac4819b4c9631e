"""One text or many, with steps: as the exact distribution says, the same for a seed, greedy as `generate`."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from llmai_edu.generation.composed import generate_many_with, generate_with, usual_steps
from llmai_edu.generation.sampling import generate
from llmai_edu.generation.steps import frequency_penalty, probs_after, repetition_penalty, top_k
from llmai_edu.models.llama import Llama, LlamaConfig

PROMPT = [1, 2, 1]
CHAINS = {
    "nothing": {},
    "temperature": {"heat": 0.6},
    "top-k": {"k": 3},
    "top-p": {"p": 0.7},
    "min-p": {"least": 0.3},
    "repetition": {"repetition": 1.6},
    "frequency": {"frequency": 0.7},
    "all": {"heat": 1.3, "k": 5, "p": 0.9, "least": 0.05, "repetition": 1.2, "frequency": 0.2},
}


def llama(scale: float = 2.0) -> Llama:
    model = Llama(LlamaConfig(6, 16, 32, 2, 2, 1, 64), generator=torch.Generator().manual_seed(0)).eval()
    with torch.no_grad():
        for p in model.parameters():
            p *= scale
    return model


def gathered(pairs, rows: int) -> list[list[int]]:
    texts = [[] for _ in range(rows)]
    for row, token in pairs:
        texts[row].append(token)
    return texts


@torch.no_grad()
def exact_pairs(model: Llama, steps) -> np.ndarray:
    """The probability of each of the 36 continuations of two tokens, from logits without a cache."""
    table = np.zeros(36)
    for a, b in product(range(6), repeat=2):
        logits = model(torch.tensor([[*PROMPT, a]]))[0, -2:]
        first = probs_after(logits[:1], torch.tensor([PROMPT]), steps)[0, a]
        table[6 * a + b] = first * probs_after(logits[1:], torch.tensor([[*PROMPT, a]]), steps)[0, b]
    return table / table.sum()


@pytest.mark.parametrize("chain", CHAINS)
def test_drawn_texts_have_the_exact_distribution_also_in_a_batch(chain):
    """1,200 pairs in batches of 100, each with its own seed, among prompts of another length."""
    model, steps = llama(), usual_steps(**CHAINS[chain])
    exact, counts = exact_pairs(model, steps), np.zeros(36)
    for start in range(0, 1200, 100):
        prompts = [PROMPT] * 100 + [[4, 5, 1, 2, 3]]
        texts = gathered(generate_many_with(model, prompts, 2, steps, seeds=range(start, start + 101)), 101)
        for (a, b), count in Counter(map(tuple, texts[:100])).items():
            counts[6 * a + b] += count
    assert counts[exact == 0].sum() == 0
    likely = exact * 1200 >= 5
    seen, want = np.append(counts[likely], counts[~likely].sum()), np.append(exact[likely], exact[~likely].sum())
    assert chisquare(seen[want > 0], want[want > 0] / want.sum() * 1200).pvalue > 1e-4


def test_a_text_of_a_batch_is_what_is_written_alone():
    model, prompts, steps = llama(1.5), [[1], [2, 3, 4, 5], [0, 1]], [repetition_penalty(1.3), top_k(4)]
    together = gathered(generate_many_with(model, prompts, 12, steps, seeds=[5, 6, 5]), 3)
    assert together == [list(generate_with(model, p, 12, steps, seed=s)) for p, s in zip(prompts, [5, 6, 5])]


def test_without_a_seed_and_steps_it_is_greedy_decoding():
    model = llama()
    assert list(generate_with(model, PROMPT, 15)) == list(generate(model, PROMPT, 15))
    assert list(generate_with(model, PROMPT, 15, usual_steps(0), seed=3)) == list(generate(model, PROMPT, 15))


def test_the_steps_see_the_prompt_and_what_was_written():
    text = list(generate_with(llama(), [1, 2], 4, [frequency_penalty(1e6)]))
    assert sorted([1, 2, *text]) == [0, 1, 2, 3, 4, 5]


def test_it_streams_and_ends_before_a_stop_token():
    model = llama()
    plain = list(generate(model, PROMPT, 15))
    stop = plain[4]
    assert list(generate_with(model, PROMPT, 15, stop_ids=[stop])) == plain[: plain.index(stop)]
    calls, real = [], Llama.forward
    stream = generate_with(model, PROMPT, 15)
    Llama.forward = lambda self, *args, **kwargs: calls.append(1) or real(self, *args, **kwargs)
    try:
        next(stream)
        assert len(calls) == 1
    finally:
        Llama.forward = real


def test_what_cannot_be_is_refused_at_once():
    with pytest.raises(ValueError, match="nothing to continue"):
        generate_many_with(llama(), [], 3)
    with pytest.raises(ValueError, match="a seed each"):
        generate_many_with(llama(), [[1], [2]], 3, seeds=[1])
    with pytest.raises(ValueError, match="context of 64"):
        generate_with(llama(), [1], 64)
    with pytest.raises(ValueError, match="temperature must be"):
        usual_steps(-1.0)
