"""Windows: every place of the text is drawn, targets are one later, and a run can be resumed."""

import pytest
import torch
import torch.nn.functional as F

from llmai_edu.training.windows import WindowBatches, window_loss


def batches(n=12, size=3, steps=4, seed=0):
    return WindowBatches(torch.arange(n), size, steps, generator=torch.Generator().manual_seed(seed))


def test_every_window_can_come_and_none_runs_over_the_end():
    drawn = batches()
    starts = [int(row[0]) for _ in range(100) for row in next(drawn)[0]]
    assert set(starts) == set(range(8))  # the window 7..10 has target 11, the last token
    x, y = next(drawn)
    assert torch.equal(y, x + 1)
    assert drawn.epochs == 101 * 12 / 12


def test_goes_on_where_it_was_saved():
    drawn = batches()
    next(drawn)
    state = drawn.state_dict()
    expected = [next(drawn)[0] for _ in range(3)]
    other = batches(seed=9)
    other.load_state_dict(state)
    assert all(torch.equal(next(other)[0], x) for x in expected)
    assert other.epochs == drawn.epochs


def test_loss_is_the_mean_surprise():
    table = torch.randn(7, 7, generator=torch.Generator().manual_seed(0))
    x, y = torch.tensor([[1, 2], [3, 4]]), torch.tensor([[2, 3], [4, 5]])
    expected = -sum(F.log_softmax(table[a], -1)[b] for a, b in zip(x.flatten(), y.flatten())) / 4
    torch.testing.assert_close(window_loss(lambda ids: table[ids], (x, y)), expected)


@pytest.mark.parametrize(("n", "size", "steps"), [(4, 3, 4), (12, 0, 4), (12, 3, 0)])
def test_refuses_what_gives_no_window(n, size, steps):
    with pytest.raises(ValueError, match="need a longer text"):
        batches(n, size, steps)
