"""Sampling against distributions worked out by hand on three tokens, and against transformers' own
filters."""

import pytest
import torch
from scipy.stats import chisquare
from transformers.generation import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from llmai_edu.generation.sampling import generate, keep_top_k, keep_top_p, next_token_probs, sample
from llmai_edu.models.llama import Llama, LlamaConfig

HALF = torch.tensor([0.5, 0.3, 0.2]).log()  # the logits of a model that knows three tokens


def seeded(device="cpu", seed=0):
    return torch.Generator(device).manual_seed(seed)


# What is drawn. Temperature 0.5 squares the probabilities, 2 takes their roots; then they are divided by their sum.
BY_HAND = [
    ({}, [0.5, 0.3, 0.2]),
    ({"temperature": 0.5}, [0.25 / 0.38, 0.09 / 0.38, 0.04 / 0.38]),
    ({"temperature": 2.0}, [0.41545, 0.32180, 0.26275]),
    ({"temperature": 0.0}, [1, 0, 0]),
    ({"top_k": 1}, [1, 0, 0]),
    ({"top_k": 2}, [0.5 / 0.8, 0.3 / 0.8, 0]),
    ({"top_k": 9}, [0.5, 0.3, 0.2]),
    ({"top_p": 0.4}, [1, 0, 0]),
    ({"top_p": 0.6}, [0.5 / 0.8, 0.3 / 0.8, 0]),
    ({"top_p": 0.9}, [0.5, 0.3, 0.2]),
    ({"top_p": 1.0}, [0.5, 0.3, 0.2]),
    ({"top_k": 2, "top_p": 0.6}, [1, 0, 0]),  # of the two left, the first has 0.625 already
    ({"temperature": 0.5, "top_p": 0.6}, [1, 0, 0]),  # 0.658 after cooling
]


@pytest.mark.parametrize(("settings", "expected"), BY_HAND)
def test_probabilities_by_hand(settings, expected):
    probs = next_token_probs(HALF, **settings)
    torch.testing.assert_close(probs, torch.tensor(expected, dtype=torch.float32), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("settings", "expected"), BY_HAND)
def test_draws_follow_the_probabilities(settings, expected, device):
    n = 20_000
    draws = sample(HALF.expand(n, 3).to(device), generator=seeded(device), **{"temperature": 1.0, **settings})
    counts = torch.bincount(draws.cpu(), minlength=3).tolist()
    possible = [i for i, p in enumerate(expected) if p > 0]
    assert sum(counts[i] for i in possible) == n  # a token that was ruled out is never drawn
    if len(possible) > 1:
        share = torch.tensor([expected[i] for i in possible], dtype=torch.float64)
        assert chisquare([counts[i] for i in possible], n * (share / share.sum())).pvalue > 1e-3


def test_filters_equal_transformers(device):
    logits = 3 * torch.randn(8, 50, generator=seeded()).to(device)
    theirs = TemperatureLogitsWarper(0.7)(None, logits)
    torch.testing.assert_close(keep_top_k(logits, 7), TopKLogitsWarper(7)(None, logits))
    for p in (0.1, 0.5, 0.95):
        torch.testing.assert_close(keep_top_p(logits, p), TopPLogitsWarper(p)(None, logits))
        chained = TopPLogitsWarper(p)(None, TopKLogitsWarper(20)(None, theirs)).softmax(-1)
        torch.testing.assert_close(next_token_probs(logits, 0.7, 20, p), chained)


def test_tokens_that_tie_with_the_last_of_top_k_stay():
    assert keep_top_k(torch.tensor([2.0, 1.0, 1.0, 0.0]), 2).tolist() == [2.0, 1.0, 1.0, -torch.inf]


def test_top_p_stops_as_soon_as_p_is_reached():
    assert (keep_top_p(torch.zeros(4), 0.5) > -torch.inf).sum() == 2  # 0.25 + 0.25, exactly


def test_top_p_1_keeps_every_token():
    logits = 6 * torch.randn(49_152, generator=seeded())
    assert torch.equal(next_token_probs(logits, top_p=1.0), logits.softmax(-1))


def test_top_p_always_leaves_a_token():
    probs = next_token_probs(torch.zeros(1000), top_p=1e-9)
    assert probs.sum() == 1
    assert (probs > 0).sum() == 1


def test_filters_that_would_leave_no_token_are_refused():
    for k in (0, -1):
        with pytest.raises(ValueError, match=f"k must be at least 1, got {k}"):
            keep_top_k(HALF, k)
    for p in (0, 1.1, float("nan")):
        with pytest.raises(ValueError, match=f"p must be above 0 and at most 1, got {p}"):
            keep_top_p(HALF, p)


@pytest.mark.parametrize("temperature", [1e-30, 1e-39, 1e-300])
def test_the_smallest_temperatures_are_greedy(temperature, device):
    logits = torch.tensor([[3.0, -2.0, 5.0], [-1e4, -torch.inf, -2e4]], device=device)
    probs = next_token_probs(logits, temperature, top_k=2)
    assert probs.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert sample(logits, temperature, generator=seeded(device)).tolist() == [2, 0]


def test_one_row_or_many():
    assert sample(HALF, 0).shape == ()
    assert sample(HALF, generator=seeded()).shape == ()
    assert sample(HALF.expand(4, 3), generator=seeded()).shape == (4,)


def test_bfloat16_logits_are_sampled_in_float32():
    probs = next_token_probs(HALF.bfloat16(), 0.9, top_p=0.95)
    assert probs.dtype == torch.float32
    assert sample(HALF.bfloat16(), generator=seeded()).item() in (0, 1, 2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": -0.1}, "temperature must be 0 .* got -0.1"),
        ({"temperature": float("nan")}, "temperature must be 0"),
        ({"temperature": float("inf")}, "temperature must be 0"),
        ({"top_k": 0}, "top_k must be at least 1"),
        ({"top_p": 0.0}, "top_p must be above 0"),
        ({"top_p": 1.1}, "top_p must be above 0 and at most 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused_everywhere(settings, message, model):
    for call in (lambda: sample(HALF, **settings), lambda: next_token_probs(HALF, **settings)):
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(ValueError, match=message):
        generate(model, [1], 3, **settings)  # at the call: nothing was drawn yet


# The loop.


@pytest.fixture(scope="module")
def model(device):
    config = LlamaConfig(40, 32, 64, 2, 4, 2, max_position_embeddings=48, tie_word_embeddings=False)
    model = Llama(config, generator=seeded()).to(device)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(8 if weight.ndim == 2 else 1)  # far from uniform: greedy has something to choose
    return model


def slowly(model, ids, steps):
    """Greedy decoding without a cache: the whole text is read again for every token."""
    ids = list(ids)
    with torch.no_grad():
        for _ in range(steps):
            logits = model(torch.tensor([ids], device=model.lm_head.weight.device))
            ids.append(logits[0, -1].argmax().item())
    return ids[-steps:]


@pytest.mark.parametrize("prompt", [[3], [5, 9, 2, 7], list(range(28))])
def test_greedy_equals_decoding_without_a_cache(model, prompt):
    written = list(generate(model, prompt, 20))
    assert written == slowly(model, prompt, 20)
    assert len(set(written)) > 2  # or equality would say little


def test_draws_are_those_of_the_distribution_at_every_step(model):
    """Two tokens drawn 1,000 times: the pairs follow the chain rule."""
    device = model.lm_head.weight.device
    generator, n, prompt = seeded(device), 1_000, [5, 9]
    settings = {"temperature": 1.5, "top_k": 3}
    with torch.no_grad():
        first = next_token_probs(model(torch.tensor([prompt], device=device))[0, -1], **settings)
        expected = {}
        for a in first.nonzero().flatten().tolist():
            second = next_token_probs(model(torch.tensor([[*prompt, a]], device=device))[0, -1], **settings)
            expected |= {(a, b): (first[a] * second[b]).item() for b in second.nonzero().flatten().tolist()}
    pairs = [tuple(generate(model, prompt, 2, generator=generator, **settings)) for _ in range(n)]
    assert set(pairs) <= set(expected)
    common = [pair for pair, p in expected.items() if n * p >= 5]
    counts, share = [pairs.count(pair) for pair in common], [expected[pair] for pair in common]
    assert len(common) > 2
    assert chisquare([*counts, n - sum(counts)], [*(n * p for p in share), n * (1 - sum(share))]).pvalue > 1e-3


def test_the_same_seed_writes_the_same_text(model):
    device = model.lm_head.weight.device
    first, again, other = (
        list(generate(model, [1, 2], 20, temperature=1.0, generator=seeded(device, seed))) for seed in (0, 0, 1)
    )
    assert first == again != other


def test_streams_and_stops_before_a_stop_id(model):
    written = list(generate(model, [5, 9, 2, 7], 20))
    stop = written[6]
    assert list(generate(model, [5, 9, 2, 7], 20, stop_ids=[stop])) == written[: written.index(stop)]
    stream = generate(model, [5, 9, 2, 7], 20)
    assert [next(stream), next(stream)] == written[:2]


def test_takes_a_tensor_and_fills_the_context_to_the_brim(model):
    assert len(list(generate(model, torch.arange(8), 40))) == 40  # 48 in all
    with pytest.raises(ValueError, match="8 prompt tokens and 41 new ones exceed the model's context of 48"):
        generate(model, torch.arange(8), 41)


@pytest.mark.parametrize(
    ("ids", "count", "message"),
    [
        ([], 5, "at least one token id"),
        ([[1, 2]], 5, "at least one token id"),
        ([1, 40], 5, r"must lie in 0 … 39, got 1 … 40"),
        ([-1], 5, r"must lie in 0 … 39"),
        ([1.7, 2.2], 5, "must be whole numbers, got torch.float32"),
        ([True], 5, "must be whole numbers, got torch.bool"),
        ([1], 0, "max_new_tokens must be at least 1"),
    ],
)
def test_refuses_prompts_that_cannot_be_continued(model, ids, count, message):
    with pytest.raises(ValueError, match=message):
        generate(model, ids, count)
