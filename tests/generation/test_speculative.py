"""Whatever is drafted, the text has the model's own distribution, and greedy texts are the same token for token."""

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from llmai_edu.generation.sampling import generate
from llmai_edu.generation.speculative import (
    NgramDraft,
    PromptLookup,
    Speculation,
    generate_speculative,
    keep_drafted,
)
from llmai_edu.models.llama import Llama, LlamaConfig


def llama(vocab_size: int = 6, scale: float = 1.0) -> Llama:
    model = Llama(LlamaConfig(vocab_size, 16, 32, 2, 2, 1, 64), generator=torch.Generator().manual_seed(0)).eval()
    with torch.no_grad():
        for p in model.parameters():
            p *= scale
    return model


@pytest.mark.parametrize("draft", [[0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [1.0, 0.0, 0.0], [0.2, 0.5, 0.3]])
def test_the_first_token_has_the_targets_distribution(draft):
    target, q = torch.tensor([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]]), torch.tensor([draft])
    generator, counts = torch.Generator().manual_seed(0), np.zeros(3)
    for token in torch.multinomial(q[0], 4000, replacement=True, generator=generator).tolist():
        counts[keep_drafted(target, q, [token], generator)[0]] += 1
    assert chisquare(counts, 4000 * target[0].double().numpy()).pvalue > 1e-4


def test_a_draft_equal_to_the_target_is_always_kept():
    p = torch.tensor([[0.2, 0.5, 0.3]])
    kept = [keep_drafted(p.repeat(3, 1), p.repeat(2, 1), [1, 2], torch.Generator().manual_seed(s)) for s in range(50)]
    assert all(tokens[:2] == [1, 2] for tokens in kept)
    assert {len(tokens) for tokens in kept} == {3}


@pytest.mark.parametrize("draft", [PromptLookup(6, n=2), NgramDraft([0, 1, 2, 3, 4, 5, 1, 2, 0] * 3, 6, n=2)])
@pytest.mark.parametrize("k", [1, 3, 7])
def test_greedy_text_is_the_models(draft, k):
    model, prompt = llama(scale=3.0), [1, 2, 3, 1, 2]
    stats = Speculation()
    text = list(generate_speculative(model, prompt, 30, draft, k=k, stats=stats))
    assert text == list(generate(model, prompt, 30))
    assert stats.new_tokens == 30
    assert stats.passes == 30 - stats.kept
    assert 0 < stats.kept <= stats.drafted


def test_drawn_pairs_have_the_models_distribution():
    """Two tokens, the first drafted by a bigram: 36 outcomes against the products of the model's probabilities."""
    model, prompt = llama(scale=2.0), [1, 2]
    draft = NgramDraft([2, 3, 2, 4, 2, 3, 3, 1, 4, 2], 6, n=2)
    with torch.no_grad():
        first = model(torch.tensor([prompt]))[0, -1].softmax(-1)
        both = torch.tensor([[*prompt, token] for token in range(6)])
        exact = (first[:, None] * model(both)[:, -1].softmax(-1)).flatten().double().numpy()
    generator, counts = torch.Generator().manual_seed(0), np.zeros(36)
    for _ in range(1500):
        a, b = generate_speculative(model, prompt, 2, draft, k=2, temperature=1.0, generator=generator)
        counts[6 * a + b] += 1
    likely = exact * 1500 >= 5
    rest = [counts[~likely].sum()], [exact[~likely].sum() * 1500]
    seen, want = np.append(counts[likely], rest[0]), np.append(exact[likely] * 1500, rest[1])
    assert chisquare(seen[want > 0], want[want > 0] * seen.sum() / want.sum()).pvalue > 1e-4


def test_a_draft_of_a_large_vocabulary_takes_a_row_for_each_guess_and_no_more():
    drafted, q = PromptLookup(1_000_000, n=2)([1, 2, 7, 8, 1, 2], k=2)  # a table of all would have 10 ** 12 numbers
    assert drafted == [7, 8]
    assert q.shape == (2, 1_000_000)
    assert [row.nonzero().flatten().tolist() for row in q] == [[7], [8]]
    assert q.sum(1).tolist() == [1, 1]


def test_it_ends_before_a_stop_token():
    model, prompt = llama(scale=3.0), [1, 2, 3, 1, 2]
    plain = list(generate(model, prompt, 20))
    stop = plain[7]
    text = list(generate_speculative(model, prompt, 20, PromptLookup(6), stop_ids=[stop]))
    assert text == plain[: plain.index(stop)]


def test_what_cannot_be_is_refused_at_once():
    with pytest.raises(ValueError, match="k counts"):
        generate_speculative(llama(), [1], 3, PromptLookup(6), k=0)
    with pytest.raises(ValueError, match="2 drafted tokens"):
        keep_drafted(torch.ones(2, 3), torch.ones(2, 3), [1, 1])
    with pytest.raises(ValueError, match="at least 2"):
        NgramDraft([1, 2], 6, n=1)
    assert PromptLookup(6)([1], k=3)[0] == []
