"""Streams go on where they ended, shuffled batches hold every example once an epoch, and both can be resumed."""

import pytest
import torch

from llmai_edu.training.batches import ShuffledBatches, StreamBatches


def shuffled(n=10, batch_size=4, seed=0):
    x = torch.arange(n)
    return ShuffledBatches((x, -x), batch_size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("n", "batch", "steps"), [(24, 3, 4), (25, 3, 4), (26, 2, 5), (7, 1, 7)])
def test_each_stream_goes_on_round_the_ring(n, batch, steps):
    batches = StreamBatches(torch.arange(n), batch, steps)
    drawn = [next(batches) for _ in range(12)]
    for row in range(batch):
        x = torch.cat([x[row] for x, _ in drawn])
        y = torch.cat([y[row] for _, y in drawn])
        assert torch.equal(x, (x[0] + torch.arange(len(x))) % n)
        assert torch.equal(y, (x + 1) % n)
    assert batches.epochs == pytest.approx(12 * batch * steps / n)


def test_together_the_streams_read_everything():
    batches = StreamBatches(torch.arange(24), 3, 4)
    assert sorted(torch.cat([next(batches)[0].flatten() for _ in range(2)]).tolist()) == list(range(24))


def test_small_integers_are_stored_and_int64_comes_out():
    x, y = next(StreamBatches(torch.arange(24, dtype=torch.int16), 3, 4))
    assert x.dtype == y.dtype == torch.int64


def test_an_epoch_holds_every_example_once_with_its_label():
    batches = shuffled()
    orders = []
    for _ in range(3):
        epoch = [next(batches) for _ in range(3)]
        x, y = (torch.cat(part) for part in zip(*epoch))
        assert sorted(x.tolist()) == list(range(10))
        assert torch.equal(y, -x)
        orders.append(x.tolist())
    assert orders[0] != orders[1] != orders[2]


@pytest.mark.parametrize("make", [shuffled, lambda seed=0: StreamBatches(torch.arange(30), 2, 4)])
@pytest.mark.parametrize("before", [0, 1, 3, 5])
def test_a_loaded_position_goes_on_as_if_nothing_had_been(make, before):
    straight = make()
    for _ in range(before):
        next(straight)
    resumed = make(seed=9) if make is shuffled else make()
    state = straight.state_dict()
    state = {key: value.clone() if isinstance(value, torch.Tensor) else value for key, value in state.items()}
    resumed.load_state_dict(state)
    for _ in range(8):
        assert all(torch.equal(a, b) for a, b in zip(next(straight), next(resumed)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: StreamBatches(torch.arange(7), 2, 4),
        lambda: StreamBatches(torch.zeros(2, 50), 2, 4),
        lambda: ShuffledBatches((torch.zeros(3), torch.zeros(4)), 2, generator=torch.Generator()),
        lambda: ShuffledBatches((torch.zeros(0),), 2, generator=torch.Generator()),
    ],
)
def test_bad_data_is_refused(make):
    with pytest.raises(ValueError, match="need"):
        make()
