"""The loss of a stream is that of the whole text read at once; its gradient stays within the batch."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.lstm import LSTM
from llmai_edu.models.recurrent_lm import RecurrentLM
from llmai_edu.training.batches import StreamBatches
from llmai_edu.training.losses import NextTokenLoss, classification_loss

IDS = torch.randint(11, (41,), generator=torch.Generator().manual_seed(0))


def make():
    return RecurrentLM(11, LSTM(4, 6), generator=torch.Generator().manual_seed(0))


def test_the_state_goes_from_batch_to_batch():
    model, loss, batches = make(), NextTokenLoss(), StreamBatches(IDS, 1, 10)
    losses = [loss(model, next(batches)).item() for _ in range(4)]
    whole = F.cross_entropy(model(IDS[None, :40])[0][0], IDS[1:])
    assert sum(losses) / 4 == pytest.approx(whole.item(), rel=1e-5)


def test_no_gradient_reaches_the_batch_before():
    model, loss, batches = make(), NextTokenLoss(), StreamBatches(IDS, 1, 10)
    loss(model, next(batches))
    assert not any(part.requires_grad for part in loss.state)


def test_its_state_goes_on():
    model, straight, resumed, batches = make(), NextTokenLoss(), NextTokenLoss(), StreamBatches(IDS, 2, 5)
    straight(model, next(batches))
    resumed.load_state_dict(straight.state_dict())
    batch = next(batches)
    assert torch.equal(resumed(model, batch), straight(model, batch))


def test_classification_by_hand():
    model = nn.Identity()
    loss = classification_loss(model, (torch.tensor([[0.0, 0.0], [0.0, 0.0]]), torch.tensor([0, 1])))
    assert loss.item() == pytest.approx(0.6931, abs=1e-4)
