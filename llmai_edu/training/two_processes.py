"""The experiments of lesson 18 that need several processes, for torchrun to start.

    torchrun --standalone --nproc-per-node 2 -m llmai_edu.training.two_processes FOLDER

Every process writes what it found to `FOLDER/rank0.json`, `rank1.json` and so on; a checkpoint of each way of sharing
the work stays in `FOLDER/ddp` and `FOLDER/fsdp`. The text is the speeches, byte by byte.
"""

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch.utils._python_dispatch import TorchDispatchMode

from llmai_edu.evaluation import ladder_text
from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.training.checkpoint_folder import CheckpointFolder
from llmai_edu.training.distributed import ParallelPretraining, Processes, data_parallel, join, sharded
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.schedules import constant
from llmai_edu.training.token_file import PackedBatches
from llmai_edu.training.windows import window_loss

__all__ = ["CONFIG", "STEPS", "WAYS", "build", "main", "whole_gradient"]

CONFIG = GPTConfig(vocab_size=256, n_positions=64, n_embd=64, n_layer=2, n_head=4)
ROWS, STEPS = 8, 20
WAYS = {"one": lambda model: model, "ddp": data_parallel, "fsdp": lambda model: sharded(model, "h")}


def build(processes: Processes, way: str = "one", folder: Path | None = None, **options: Any) -> ParallelPretraining:
    """A small GPT on the speeches, ready to run; the same first weights and batches whatever the way.

    way: "one" process alone, "ddp" or "fsdp". folder: where its checkpoints go. options: as for `Pretraining`.
    """
    text = ladder_text().train[:200_000].encode()
    ids = np.frombuffer(text, dtype=np.uint8).astype(np.uint16)
    model = WAYS[way](GPT(CONFIG, generator=torch.Generator().manual_seed(0)))
    batches = PackedBatches(ids, ROWS, CONFIG.n_positions, seed=0, rank=processes.rank, world_size=processes.world_size)
    options = {"clip": 1.0, "schedule": constant, "progress": False, "checkpoint_every": STEPS // 2} | options
    return ParallelPretraining(
        model,
        window_loss,
        batches,
        adamw(model, 3e-3),
        processes=processes,
        folder=CheckpointFolder(folder) if folder else None,
        **options,
    )


def whole_gradient(run: ParallelPretraining) -> torch.Tensor:
    """The gradient of the next batch as one vector, gathered where it lies in parts."""
    run.optimizer.zero_grad()
    run.backward(next(run.batches))
    gradients = [p.grad for p in run.model.parameters()]
    return torch.cat([(g.full_tensor() if hasattr(g, "full_tensor") else g).flatten() for g in gradients])


def held_bytes_here(run: ParallelPretraining) -> int:
    """Bytes of weights, gradients and optimizer in this process, between two steps."""
    means = [t for memory in run.optimizer.state.values() for t in memory.values() if t.ndim]
    tensors = [*run.model.parameters(), *(p.grad for p in run.model.parameters()), *means]
    local = [t.to_local() if hasattr(t, "to_local") else t for t in tensors]
    return sum(t.numel() * t.element_size() for t in local)


def bucket_bytes(run: ParallelPretraining) -> list[int]:
    """The bytes of each bucket of gradients that DDP hands to all-reduce for one batch, in one part or several."""
    sizes = []

    def note(_: Any, bucket: dist.GradBucket) -> torch.futures.Future[torch.Tensor]:
        sizes.append(bucket.buffer().numel() * bucket.buffer().element_size())
        shared = dist.all_reduce(bucket.buffer().div_(dist.get_world_size()), async_op=True)
        return shared.get_future().then(lambda done: done.value()[0])

    run.model.register_comm_hook(None, note)
    run.backward(next(run.batches))
    return sizes


class Listener(TorchDispatchMode):
    """Notes each collective operation while it is active: its name, and the bytes of the whole tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, int]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if func.namespace == "c10d" and (tensors := [a for a in args if isinstance(a, torch.Tensor)]):
            self.heard.append((func.__name__.split(".")[0], max(t.numel() * t.element_size() for t in tensors)))
        return func(*args, **(kwargs or {}))


def collectives(run: ParallelPretraining) -> list[tuple[str, int]]:
    """The collective operations of one forward and backward pass, in their order."""
    batch = next(run.batches)
    run.optimizer.zero_grad()
    with Listener() as listener:
        window_loss(run.model, batch).backward()
    return listener.heard


def experiments(processes: Processes, folder: Path) -> dict[str, Any]:
    """Everything that the page shows, as this process sees it."""
    found: dict[str, Any] = {"rank": processes.rank, "world_size": processes.world_size}
    found["rows"] = next(build(processes).batches)[0][:, :8].tolist()
    for way in ("ddp", "fsdp"):
        found[f"{way}_gradient"] = whole_gradient(build(processes, way))[::500].tolist()
        run = build(processes, way, folder / way)
        found[f"{way}_losses"] = run.run(steps=STEPS).loss
        found[f"{way}_held"] = held_bytes_here(run)
    found["bucket_bytes"] = bucket_bytes(build(processes, "ddp"))
    in_parts, after_each = build(processes, "ddp", accumulate=4), build(processes, "ddp", accumulate=4)
    after_each.sharing = lambda last: contextlib.nullcontext()  # never quiet
    found["bucket_bytes_in_parts"] = bucket_bytes(in_parts)
    found["bucket_bytes_after_each"] = bucket_bytes(after_each)
    found["collectives"] = collectives(build(processes, "fsdp"))
    return found


def main(place: str) -> None:
    """Run the experiments in this process, and write what it found."""
    torch.set_num_threads(1)
    with join() as processes:
        found = experiments(processes, Path(place))
    (Path(place) / f"rank{processes.rank}.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
