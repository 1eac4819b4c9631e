"""The language model around a recurrent layer: torch's pieces put together by hand, reading on, tying, dropout."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.lstm import LSTM
from llmai_edu.models.recurrent_lm import RecurrentLM
from llmai_edu.models.rnn import RNN

LAYERS = [
    lambda: RNN(6, 6),
    lambda: LSTM(6, 8),
    lambda: nn.RNN(6, 8, batch_first=True),
    lambda: nn.LSTM(6, 8, num_layers=2, batch_first=True),
]
IDS = torch.randint(20, (3, 9), generator=torch.Generator().manual_seed(1))


def make(layer, **options):
    return RecurrentLM(20, layer(), generator=torch.Generator().manual_seed(0), **options).eval()


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("layer", LAYERS)
def test_equals_torchs_pieces(layer, tied):
    model = make(layer, tied=tied)
    y, _ = model.recurrent(F.embedding(IDS, model.embed.weight))
    if model.recurrent.hidden_size != 6:
        y = F.linear(y, model.project.weight)
    table = model.embed.weight if tied else model.head.weight
    torch.testing.assert_close(model(IDS)[0], F.linear(y, table, model.bias))


@pytest.mark.parametrize("cuts", [(1, 2, 3), (5,)])
@pytest.mark.parametrize("layer", LAYERS)
def test_reading_in_pieces_changes_nothing(layer, cuts):
    model, state, pieces = make(layer), None, []
    for piece in IDS.tensor_split(cuts, dim=1):
        logits, state = model(piece, state)
        pieces.append(logits)
    torch.testing.assert_close(torch.cat(pieces, dim=1), model(IDS)[0])


def test_our_layer_and_torchs_give_the_same_model():
    ours, theirs = make(lambda: LSTM(6, 8)), make(lambda: nn.LSTM(6, 8, batch_first=True))
    theirs.load_state_dict(ours.state_dict())
    torch.testing.assert_close(theirs(IDS), ours(IDS))


def test_tying_saves_one_matrix_whose_gradient_comes_from_both_ends():
    tied, untied = make(LAYERS[0]), make(LAYERS[0], tied=False)
    sizes = [sum(p.numel() for p in model.parameters()) for model in (tied, untied)]
    assert sizes[1] - sizes[0] == 20 * 6
    untied.load_state_dict(tied.state_dict() | {"head.weight": tied.embed.weight})
    for model in (tied, untied):
        F.cross_entropy(model(IDS[:, :-1])[0].flatten(0, 1), IDS[:, 1:].flatten()).backward()
    torch.testing.assert_close(tied.embed.weight.grad, untied.embed.weight.grad + untied.head.weight.grad)


def test_dropout_acts_in_training_only():
    model = make(LAYERS[0], dropout=0.5)
    assert torch.equal(model(IDS)[0], model(IDS)[0])
    model.train()
    assert not torch.equal(model(IDS)[0], model(IDS)[0])


def test_the_generator_decides_all_weights():
    first, again = (make(LAYERS[3]).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_refuses_a_layer_that_takes_time_first():
    with pytest.raises(ValueError, match="batch_first=True"):
        RecurrentLM(20, nn.LSTM(6, 8))
