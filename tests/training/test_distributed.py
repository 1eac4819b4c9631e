"""Two processes train as one does, with DDP and FSDP2, and their checkpoints move between them."""

import socket

import numpy as np
import pytest
import torch
import torch.distributed as dist
from torch.multiprocessing import spawn

from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.training.checkpoint import load_state, save_state
from llmai_edu.training.checkpoint_folder import CheckpointFolder
from llmai_edu.training.distributed import (
    ParallelPretraining,
    Processes,
    data_parallel,
    join,
    ring_all_reduce_bytes,
    sharded,
)
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.schedules import constant
from llmai_edu.training.token_file import PackedBatches
from llmai_edu.training.windows import window_loss

IDS = np.random.default_rng(0).integers(11, size=400).astype(np.uint16)
CONFIG = GPTConfig(vocab_size=11, n_positions=8, n_embd=8, n_layer=2, n_head=2)
WAYS = {"ddp": data_parallel, "fsdp": lambda model: sharded(model, "h")}


def training(processes: Processes, wrap=lambda model: model, place=None, **options) -> ParallelPretraining:
    model = wrap(GPT(CONFIG, generator=torch.Generator().manual_seed(0)))
    batches = PackedBatches(IDS, 4, 8, seed=3, rank=processes.rank, world_size=processes.world_size)
    folder = CheckpointFolder(place) if place else None
    options = {"clip": 0.5, "schedule": constant, "progress": False} | options
    return ParallelPretraining(
        model, window_loss, batches, adamw(model, 1e-2), processes=processes, folder=folder, **options
    )


def whole_gradient(run: ParallelPretraining) -> torch.Tensor:
    """The gradient of the first batch, gathered where it is sharded."""
    run.optimizer.zero_grad()
    run.backward(next(run.batches))
    grads = [p.grad for p in run.model.parameters()]
    return torch.cat([(g.full_tensor() if hasattr(g, "full_tensor") else g).flatten() for g in grads])


def sent_bytes(run: ParallelPretraining) -> int:
    """The bytes that DDP hands to all-reduce in one backward pass."""
    sizes = []

    def count(_, bucket):
        sizes.append(bucket.buffer().numel() * bucket.buffer().element_size())
        return dist.all_reduce(bucket.buffer().div_(2), async_op=True).get_future().then(lambda f: f.value()[0])

    run.model.register_comm_hook(None, count)
    run.backward(next(run.batches))
    return sum(sizes)


def process(rank: int, port: int, place: str) -> None:
    """What each of two processes does; the first writes down what came out."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
    processes, out = Processes(rank, 2), {}
    for name, wrap in WAYS.items():
        out[f"{name} gradient"] = whole_gradient(training(processes, wrap))
        out[f"{name} in parts"] = whole_gradient(training(processes, wrap, accumulate=2))
        run = training(processes, wrap, f"{place}/{name}", checkpoint_every=3)
        out[f"{name} losses"] = run.run(steps=6).loss
        went_on = training(processes, wrap, f"{place}/one")  # one process wrote this
        went_on.resume()
        out[f"{name} after one"] = went_on.run(steps=6).loss
    out["payload"] = sent_bytes(training(processes, data_parallel))
    run = training(processes, data_parallel)
    run.run(steps=2)
    out["storages"] = len({p.grad.untyped_storage().data_ptr() for p in run.model.parameters()})
    if rank == 0:
        save_state(out, f"{place}/out.safetensors")
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """What two processes found, where, and the same run by one."""
    place = tmp_path_factory.mktemp("two")
    training(Processes(), place=place / "one").run(steps=3)
    alone = training(Processes())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    spawn(process, (port, str(place)), nprocs=2)
    return load_state(place / "out.safetensors"), place, alone.run(steps=6).loss


@pytest.mark.parametrize("way", WAYS)
def test_gradients_and_losses_are_those_of_one_process(two, way):
    out, _, losses = two
    alone = whole_gradient(training(Processes()))
    torch.testing.assert_close(out[f"{way} gradient"], alone, atol=1e-6, rtol=0)
    torch.testing.assert_close(out[f"{way} in parts"], alone, atol=1e-6, rtol=0)
    np.testing.assert_allclose(out[f"{way} losses"], losses, atol=1e-6, rtol=0)


@pytest.mark.parametrize("way", WAYS)
def test_a_checkpoint_of_two_goes_on_with_one_and_the_other_way_round(two, way):
    out, place, losses = two
    alone = training(Processes(), place=place / way)
    (place / way / "step-00000006.safetensors").unlink()
    assert alone.resume() == 3
    np.testing.assert_allclose(alone.run(steps=6).loss, losses, atol=1e-6, rtol=0)
    np.testing.assert_allclose(out[f"{way} after one"], losses, atol=1e-6, rtol=0)


def test_the_bytes_handed_over_are_those_of_the_formula(two):
    parameters = sum(p.numel() for p in GPT(CONFIG).parameters())
    assert two[0]["payload"] == ring_all_reduce_bytes(parameters, world_size=2) == 4 * parameters


def test_ddp_keeps_its_gradients_in_one_bucket_and_nowhere_else(two):
    assert two[0]["storages"] == 1


def test_without_torchrun_there_is_one_process(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with join() as processes:
        assert (processes.world_size, processes.first) == (1, True)
    monkeypatch.setenv("RANK", "3")
    with pytest.raises(ValueError, match="torchrun"), join():
        pass


def test_a_model_without_such_blocks_and_another_checkpoint_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"its lists are \['h'\]"):
        sharded(GPT(CONFIG), "layers")
    save_state({"parts": {}}, tmp_path / "other")
    with pytest.raises(ValueError, match="no checkpoint of ParallelPretraining"):
        training(Processes()).load(tmp_path / "other")
