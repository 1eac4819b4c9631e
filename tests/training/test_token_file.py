"""Token files and packed batches: nothing lost, nothing twice, and the place in the text comes back."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.training.token_file import PackedBatches, read_tokens, write_tokens


def some(n: int) -> np.ndarray:
    return np.arange(n, dtype=np.uint16)


@pytest.mark.parametrize(("vocab_size", "dtype"), [(256, np.uint16), (2**16, np.uint16), (2**16 + 1, np.uint32)])
def test_documents_come_back_with_their_ends(tmp_path, vocab_size, dtype):
    path = tmp_path / "ids.npy"
    assert write_tokens(path, ([1, 2], [], [vocab_size - 1]), vocab_size=vocab_size, end=0) == 6
    ids = read_tokens(path)
    assert ids.tolist() == [1, 2, 0, 0, vocab_size - 1, 0]
    assert ids.dtype == dtype
    assert isinstance(ids, np.memmap)


def test_a_bad_id_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "ids.npy"
    write_tokens(path, [[1]], vocab_size=5)
    with pytest.raises(ValueError, match="document 1 holds id 5"):
        write_tokens(path, [[2], [5]], vocab_size=5)
    with pytest.raises(ValueError, match="no tokens"):
        write_tokens(path, [[]], vocab_size=5)
    assert read_tokens(path).tolist() == [1]
    assert [p.name for p in tmp_path.iterdir()] == ["ids.npy"]


def test_a_file_cut_short_and_a_missing_one_are_named(tmp_path):
    path = tmp_path / "ids.npy"
    write_tokens(path, [list(range(100))], vocab_size=200)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ValueError, match="damaged"):
        read_tokens(path)
    with pytest.raises(FileNotFoundError, match="write_tokens"):
        read_tokens(tmp_path / "other.npy")
    np.save(tmp_path / "floats.npy", np.zeros(3))
    with pytest.raises(ValueError, match="float64"):
        read_tokens(tmp_path / "floats.npy")


@given(n=st.integers(13, 200), batch=st.integers(1, 3), steps=st.integers(1, 4), seed=st.integers(0, 9))
def test_an_epoch_has_every_target_once_but_for_a_last_part_of_a_batch(n, batch, steps, seed):
    batches = PackedBatches(some(n), batch, steps, seed=seed)
    whole = batches.windows // batch
    targets = torch.cat([next(batches)[1].flatten() for _ in range(whole)])
    assert batches.epoch == 0
    assert len(targets.unique()) == len(targets) == whole * batch * steps
    next(batches)
    assert batches.epoch == 1


def test_each_epoch_has_its_own_order_that_the_seed_gives():
    one, two = (PackedBatches(some(100), 4, 3, seed=7) for _ in range(2))
    first = [next(one)[0] for _ in range(16)]
    assert all(torch.equal(x, next(two)[0]) for x in first)
    assert not torch.equal(first[0], first[8])


@pytest.mark.parametrize("drawn", [0, 1, 7, 8, 9, 20])
def test_a_run_goes_on_where_it_was(drawn):
    run, again = PackedBatches(some(100), 4, 3, seed=1), PackedBatches(some(100), 4, 3, seed=2)
    for _ in range(drawn):
        next(run)
    again.load_state_dict(run.state_dict())
    assert all(torch.equal(next(run)[0], next(again)[0]) for _ in range(12))


def test_two_processes_see_together_what_one_sees():
    whole = PackedBatches(some(100), 4, 3, seed=1)
    parts = [PackedBatches(some(100), 4, 3, seed=1, rank=rank, world_size=2) for rank in range(2)]
    for _ in range(10):
        x = next(whole)[0]
        a, b = (next(part)[0] for part in parts)
        assert torch.equal(torch.stack([a, b], 1).flatten(0, 1), x)


def test_too_short_and_uneven_are_refused():
    with pytest.raises(ValueError, match="3 windows of 3"):
        PackedBatches(some(10), 4, 3, seed=0)
    with pytest.raises(ValueError, match="even part"):
        PackedBatches(some(100), 3, 3, seed=0, world_size=2)
    other = PackedBatches(some(50), 4, 3, seed=0)
    with pytest.raises(ValueError, match="windows"):
        other.load_state_dict(PackedBatches(some(100), 4, 3, seed=0).state_dict())
