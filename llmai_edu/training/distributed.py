"""One run on several processes: each holds a part of the batch (DDP), or a part of the model as well (FSDP2).

`torchrun --nproc-per-node=2 train.py` starts the processes and tells each its number, which `join` reads. On GPUs they
talk through NCCL, on CPUs through gloo, and the code is the same.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_optimizer_state_dict,
    set_model_state_dict,
    set_optimizer_state_dict,
)
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.nn.parallel import DistributedDataParallel

from llmai_edu.training.checkpoint import load_state, random_states, save_state, set_random_states
from llmai_edu.training.pretraining import Pretraining

__all__ = ["ParallelPretraining", "Processes", "data_parallel", "join", "ring_all_reduce_bytes", "sharded"]

WHOLE = StateDictOptions(full_state_dict=True, cpu_offload=True)


@dataclass(frozen=True)
class Processes:
    """Which of how many processes this is, and the device that it computes on."""

    rank: int = 0
    world_size: int = 1
    device: str = "cpu"

    @property
    def first(self) -> bool:
        """Whether this process is the one that prints and writes."""
        return self.rank == 0


@contextlib.contextmanager
def join() -> Iterator[Processes]:
    """Meet the other processes that torchrun started, and part at the end; without torchrun, be the only one.

    Raises ValueError when the environment names a process outside the number of processes.

    >>> with join() as processes:
    ...     processes.world_size
    1
    """
    rank, world_size = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if not 0 <= rank < world_size:
        raise ValueError(f"RANK is {rank} and WORLD_SIZE {world_size}: start the processes with torchrun")
    cuda = torch.cuda.is_available()
    device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if cuda else "cpu"
    if cuda:
        torch.cuda.set_device(device)
    if world_size == 1:
        yield Processes(0, 1, device)
        return
    dist.init_process_group("nccl" if cuda else "gloo")
    try:
        yield Processes(rank, world_size, device)
    finally:
        dist.destroy_process_group()


def data_parallel(model: nn.Module) -> nn.Module:
    """Every process holds the whole model and a part of the batch; backward averages the gradients between them.

    The gradients lie in the buckets that are sent, so that there is no second copy of them. Li et al. 2020, "PyTorch
    Distributed".
    """
    return DistributedDataParallel(model, gradient_as_bucket_view=True)


def sharded(model: nn.Module, blocks: str) -> nn.Module:
    """Every process holds a part of each matrix, its gradient and its optimizer state, and fetches a block to use it.

    blocks: the name of the list of blocks in the model, such as "h" in a GPT or "layers" in a Llama; each is fetched
    and let go by itself. Raises ValueError when the model has no such list. Rajbhandari et al. 2020, "ZeRO"; Zhao et
    al. 2023, "PyTorch FSDP".
    """
    stack = getattr(model, blocks, None)
    if not isinstance(stack, nn.ModuleList):
        lists = [name for name, part in model.named_children() if isinstance(part, nn.ModuleList)]
        raise ValueError(f"the model has no list of blocks called {blocks!r}; its lists are {lists}")
    kind = next(model.parameters()).device.type
    mesh = init_device_mesh(kind, (dist.get_world_size(),))
    for block in stack:
        fully_shard(block, mesh=mesh)
    return fully_shard(model, mesh=mesh)


def ring_all_reduce_bytes(values: int, world_size: int, bytes_each: int = 4) -> float:
    """How many bytes each process sends so that all hold the sum: 2 (p - 1) / p of the vector, in a ring.

    First each of the p parts travels round to be added up, then round again to be told (Patarasuk and Yuan 2009).

    >>> ring_all_reduce_bytes(1000, world_size=2), ring_all_reduce_bytes(1000, world_size=1)
    (4000.0, 0.0)
    """
    return 2 * (world_size - 1) / world_size * values * bytes_each


class ParallelPretraining(Pretraining):
    """`Pretraining` by several processes, each with its own rows of every batch; with one process, the same run.

    model: plain, or from `data_parallel` or `sharded`. batches: know their rank and world_size (`PackedBatches`).
    A checkpoint holds the whole model and is written by the first process: it moves between one process and many, and
    between DDP and FSDP2. Only one process alone resumes bit for bit when there is dropout.
    """

    def __init__(self, *args: Any, processes: Processes, **options: Any) -> None:
        if not processes.first:
            options |= {"progress": False, "report": None}
        super().__init__(*args, **options)
        self.processes = processes

    def step(self, lr: float) -> tuple[float, float, int]:
        """One step of all; the number of targets is theirs together."""
        loss, norm, units = super().step(lr)
        return loss, norm, units * self.processes.world_size

    def backward(self, batch: tuple[torch.Tensor, ...]) -> float:
        """Add up the gradients; return the mean loss over all processes, so that all decide alike."""
        loss = super().backward(batch)
        if self.processes.world_size == 1:
            return loss
        mean = torch.tensor(loss, device=self.processes.device)
        dist.all_reduce(mean)
        return mean.item() / self.processes.world_size

    def shorten(self) -> float:
        """Clip the gradient by its whole length, of which a sharded model holds a part here."""
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
        return (norm.full_tensor() if hasattr(norm, "full_tensor") else norm).item()

    @contextlib.contextmanager
    def sharing(self, last: bool) -> Iterator[None]:
        """Exchange gradients after the last part of a batch only."""
        if isinstance(self.model, FSDPModule):
            self.model.set_requires_gradient_sync(last)
        quiet = isinstance(self.model, DistributedDataParallel) and not last
        with self.model.no_sync() if quiet else contextlib.nullcontext():
            yield

    def save(self, path: str | Path) -> None:
        """Gather the whole state, and let the first process write it."""
        rest = {name: part.state_dict() for name, part in self.parts().items() if name not in ("model", "optimizer")}
        state = {
            "model": get_model_state_dict(self.model, options=WHOLE),
            "optimizer": get_optimizer_state_dict(self.model, self.optimizer, options=WHOLE),
            "rest": rest,
            "random": random_states(),
        }
        if self.processes.first:
            save_state(state, path)
        if self.processes.world_size > 1:
            dist.barrier()

    def load(self, path: str | Path) -> None:
        """Go on from a checkpoint of any number of processes. Raises ValueError for another kind of checkpoint."""
        state = load_state(path)
        if not isinstance(state, dict) or state.keys() != {"model", "optimizer", "rest", "random"}:
            raise ValueError(f"{path} is no checkpoint of ParallelPretraining; Trainer and Pretraining write others")
        set_model_state_dict(self.model, state["model"], options=WHOLE)
        set_optimizer_state_dict(self.model, self.optimizer, state["optimizer"], options=WHOLE)
        parts = self.parts()
        for name, values in state["rest"].items():
            parts[name].load_state_dict(values)
        set_random_states(state["random"])

    def keep(self) -> None:
        """Write a checkpoint of this step into the folder; the first process tidies up."""
        self.folder.folder.mkdir(parents=True, exist_ok=True)
        self.save(self.folder.path(self.history.steps))
        if self.processes.first:
            self.folder.tidy(self.history.steps)
