import pytest
import torch
from torch import nn

from llmai_edu.training.group_rates import GroupRateAdamW, faster
from llmai_edu.training.optimizers import set_learning_rate

OPTIONS = {"betas": (0.9, 0.95), "weight_decay": 0.01}


def trained(optimizer_of, rates):
    torch.manual_seed(0)
    model = nn.Linear(4, 3)
    optimizer = optimizer_of(model)
    for rate in rates:
        set_learning_rate(optimizer, rate)
        (model(torch.ones(2, 4)) ** 2).sum().backward()
        optimizer.step()
        optimizer.zero_grad()
    return model


def test_as_torch_with_the_rates_written_out():
    ours = trained(lambda model: GroupRateAdamW(faster(model, "bias", 10), 0.01, **OPTIONS), [0.01] * 5)
    theirs = torch.manual_seed(0) and nn.Linear(4, 3)
    optimizer = torch.optim.AdamW([{"params": [theirs.weight]}, {"params": [theirs.bias], "lr": 0.1}], 0.01, **OPTIONS)
    for _ in range(5):
        (theirs(torch.ones(2, 4)) ** 2).sum().backward()
        optimizer.step()
        optimizer.zero_grad()
    assert torch.allclose(ours.weight, theirs.weight)
    assert torch.allclose(ours.bias, theirs.bias)


def test_the_schedule_sets_one_rate_for_all():
    model = nn.Linear(4, 3)
    optimizer = GroupRateAdamW(faster(model, "bias", 10), 0.01)
    set_learning_rate(optimizer, 0.5)
    model(torch.ones(1, 4)).sum().backward()
    optimizer.step()
    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.5]


def test_an_unknown_name():
    with pytest.raises(ValueError, match="no parameter 'embedding'; it has weight, bias"):
        faster(nn.Linear(2, 2), "embedding", 2)
