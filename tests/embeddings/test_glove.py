"""Gradients against finite differences, AdaGrad against torch's, and a table that the vectors must explain."""

import numpy as np
import pytest
import torch

from llmai_edu.embeddings.cooccurrence import Cooccurrence, count_cooccurrence
from llmai_edu.embeddings.corpus import Corpus
from llmai_edu.embeddings.glove import adagrad, glove_gradients, glove_loss, glove_weight, train_glove

B, C = 4, 5


def random_case() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    w, c = (torch.randn(B, C, generator=generator, dtype=torch.float64) for _ in range(2))
    w[:, -1] = c[:, -2] = 1
    return [w, c, torch.randn(B, generator=generator).double(), torch.rand(B, generator=generator).double()]


def test_gradients_are_finite_differences():
    w, c, log_value, weight = random_case()
    for which, (gradient, constant) in enumerate(zip(glove_gradients(w, c, log_value, weight), (C - 1, C - 2))):
        for place in np.ndindex(B, C):
            losses = []
            for step in (1e-6, -1e-6):
                moved = [w.clone(), c.clone()]
                moved[which][place] += step
                losses.append(glove_loss(*moved, log_value, weight).item())
            wanted = 0.0 if place[1] == constant else (losses[0] - losses[1]) / 2e-6
            assert gradient[place].item() == pytest.approx(wanted, abs=1e-6)


def test_the_loss_is_the_papers():
    w, c, log_value, weight = random_case()
    wanted = sum(0.5 * weight[n] * (w[n, :-2] @ c[n, :-2] + w[n, -2] + c[n, -1] - log_value[n]) ** 2 for n in range(B))
    torch.testing.assert_close(glove_loss(w, c, log_value, weight), wanted)


def test_weights_by_hand():
    assert glove_weight(torch.tensor([16.0, 1.0, 99.0]), limit=16, power=0.75).tolist() == [1.0, 0.125, 1.0]


def test_adagrad_is_torchs_when_no_row_repeats():
    generator = torch.Generator().manual_seed(0)
    table, squares = torch.randn(6, 3, generator=generator), torch.zeros(6, 3)
    theirs = table.clone().requires_grad_()
    optimizer = torch.optim.Adagrad([theirs], lr=0.1, eps=1e-8)
    for _ in range(5):
        ids = torch.randperm(6, generator=generator)[:4]
        gradient = torch.randn(4, 3, generator=generator)
        adagrad(table, squares, ids, gradient, rate=0.1)
        theirs.grad = torch.zeros(6, 3).index_copy(0, ids, gradient)
        optimizer.step()
    torch.testing.assert_close(table, theirs.detach())


def test_a_repeated_row_adds_squares_first_and_then_both_steps():
    table, squares = torch.zeros(1, 1), torch.zeros(1, 1)
    adagrad(table, squares, torch.tensor([0, 0]), torch.tensor([[3.0], [4.0]]), rate=1.0)
    assert squares.item() == 25.0
    assert table.item() == pytest.approx(-(3 + 4) / 5)


def table_of_rank_two(n: int = 12) -> tuple[Cooccurrence, np.ndarray]:
    """A full table whose logarithm is biases plus two dimensions."""
    rng = np.random.default_rng(0)
    left = rng.normal(0, 0.7, (n, 2))
    log_value = left @ left.T + np.add.outer(rng.random(n), rng.random(n)) + 1
    row, column = np.indices((n, n)).reshape(2, -1)
    return Cooccurrence(row, column, np.exp(log_value).ravel(), tuple(f"w{i}" for i in range(n))), log_value


def test_a_table_of_two_dimensions_is_explained_by_two_dimensions():
    counts, log_value = table_of_rank_two()
    model = train_glove(counts, rng=np.random.default_rng(0), dim=2, epochs=3000, limit=1.0)
    np.testing.assert_allclose((model.w @ model.c.T).numpy(), log_value, atol=0.05)
    assert (model.w[:, -1] == 1).all()
    assert (model.c[:, -2] == 1).all()


def test_words_that_keep_company_become_neighbours():
    rng = np.random.default_rng(0)
    docs = [[f"{c}-{k}" for k in rng.integers(0, 8, 20)] for c in rng.integers(0, 4, 300)]
    counts = count_cooccurrence(Corpus.from_docs(docs), window=5)
    vectors = train_glove(counts, rng=rng, dim=8, epochs=30).vectors
    assert vectors.matrix.shape == (32, 8)
    cosine = vectors.unit @ vectors.unit.T - 2 * np.eye(32)
    label = np.array([word[0] for word in vectors.words])
    assert (label[np.argsort(-cosine, 1)[:, :7]] == label[:, None]).mean() > 0.95


def test_a_seed_repeats_the_run():
    counts, _ = table_of_rank_two()
    first, second = (train_glove(counts, rng=np.random.default_rng(1), dim=2, epochs=3) for _ in range(2))
    assert torch.equal(first.w, second.w)
    assert first.history == second.history


def test_bad_input_is_refused():
    empty = Cooccurrence(*(np.array([]) for _ in range(3)), ("a",))
    with pytest.raises(ValueError, match="table is empty"):
        train_glove(empty, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="at least 1"):
        train_glove(table_of_rank_two()[0], rng=np.random.default_rng(0), dim=0)
