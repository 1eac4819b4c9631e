"""The convolution against torch's, the network against torch's pieces, and a filter that looks for a known phrase."""

import pytest
import torch
import torch.nn.functional as F

from llmai_edu.models.cnn import TextCNN, ngram_scores


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def make(**options):
    options = {"channels": 6, "filters": 7, "widths": (2, 3), "generator": torch.Generator().manual_seed(0)} | options
    return TextCNN(30, 3, **options).eval()


def ids_of(*lengths, width=12):
    ids = torch.randint(1, 30, (len(lengths), width), generator=torch.Generator().manual_seed(1))
    for row, length in enumerate(lengths):
        ids[row, length:] = 0
    return ids


@pytest.mark.parametrize("width", [1, 2, 5])
def test_scores_and_gradients_equal_torchs_convolution(width, device):
    x, weight, bias = (
        t.to(device).requires_grad_() for t in (draw(4, 9, 6), draw(7, width, 6, seed=1), draw(7, seed=2))
    )
    ours = ngram_scores(x, weight, bias)  # (B, places, F)
    theirs = F.conv1d(x.transpose(1, 2), weight.transpose(1, 2), bias).transpose(1, 2)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
    grad = draw(*ours.shape, seed=3).to(device)
    torch.testing.assert_close(
        torch.autograd.grad(ours, (x, weight, bias), grad),
        torch.autograd.grad(theirs, (x, weight, bias), grad),
        rtol=1e-4,
        atol=1e-5,
    )


def test_logits_equal_torchs_pieces_on_a_full_text():
    model, ids = make(), ids_of(12, 12)
    x = model.embed(ids).transpose(1, 2)
    pooled = [
        F.relu(F.conv1d(x, weight.transpose(1, 2), bias)).amax(2) for weight, bias in zip(model.filters, model.biases)
    ]
    torch.testing.assert_close(model(ids), F.linear(torch.cat(pooled, 1), model.head.weight, model.head.bias))


def test_finds_are_the_best_ngrams_as_written_out():
    model, ids = make(), ids_of(12, 12)
    x = model.embed(ids)
    for find, weight, bias in zip(model.finds(ids), model.filters, model.biases):
        score, start = ngram_scores(x, weight, bias).max(dim=1)
        torch.testing.assert_close(find.score, score)
        assert torch.equal(find.start, start)


def test_padding_changes_nothing():
    model, ids = make(), ids_of(12, 5, 3)
    with torch.no_grad():
        for bias in model.biases:
            bias += 1.0  # so that empty windows would fire if they counted
        together = model(ids)
        for row, length in enumerate((12, 5, 3)):
            torch.testing.assert_close(model(ids[row : row + 1, :length])[0], together[row])


@pytest.mark.parametrize("length", [0, 1, 2])
def test_a_text_shorter_than_the_filters_is_filled_up(length):
    model = make(widths=(3, 4))
    assert model(ids_of(12)[:, :length]).shape == (1, 3)


def test_the_vector_of_padding_counts_for_nothing():
    model, ids = make(), ids_of(1, 2)
    before = model(ids)
    with torch.no_grad():
        model.embed.weight[0] += 10.0
    torch.testing.assert_close(model(ids), before)


def test_a_filter_finds_the_phrase_that_it_looks_for():
    model, phrase = make(), torch.tensor([7, 8, 9])
    ids = torch.full((1, 12), 3)
    ids[0, 5:8] = phrase
    with torch.no_grad():
        model.filters[1][0] = model.embed(phrase)
        two, three = model.finds(ids)
    assert (two.width, three.width, three.start[0, 0].item()) == (2, 3, 5)
    assert three.score[0, 0].item() == pytest.approx(model.embed(phrase).square().sum().item(), rel=1e-5)


def test_given_vectors_are_used_and_may_be_frozen():
    vectors = draw(30, 6)
    model = make(vectors=vectors, frozen=True)
    assert torch.equal(model.embed.weight, vectors)
    model(ids_of(12)).sum().backward()
    assert model.embed.weight.grad is None
    assert model.filters[0].grad is not None


def test_dropout_acts_in_training_only():
    model, ids = make(), ids_of(12)
    assert torch.equal(model(ids), model(ids))
    model.train()
    assert not torch.equal(model(ids), model(ids))


def test_bad_inputs_are_refused():
    with pytest.raises(ValueError, match="too short"):
        ngram_scores(torch.zeros(1, 2, 6), torch.zeros(1, 3, 6), torch.zeros(1))
    with pytest.raises(ValueError, match=r"vectors must have shape \(30, 6\)"):
        make(vectors=draw(30, 5))
