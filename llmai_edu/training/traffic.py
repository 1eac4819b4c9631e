"""What training on many devices costs: bytes that are sent, bytes that are held, and a plan on paper.

All formulae are per process. Sizes are in bytes, speeds in bytes or operations a second, times in seconds.
"""

import math
from dataclasses import dataclass

__all__ = [
    "Cluster",
    "Plan",
    "best_checkpoint_interval",
    "held_bytes",
    "pipeline_bubble",
    "plan_run",
    "sent_bytes",
]

WAYS = ("ddp", "zero1", "zero2", "zero3")


def sent_bytes(parameters: int, world_size: int, way: str = "ddp", bytes_each: int = 4) -> float:
    """How many bytes a process sends in one step, in rings.

    way: "ddp" adds up the gradients (all-reduce), "zero1" and "zero2" send as much, "zero3" (FSDP) gathers the weights
    twice, forward and backward, and adds the gradients up in parts. Raises ValueError for another way, or no process.
    Rajbhandari et al. 2020, "ZeRO", section 7.

    >>> sent_bytes(1000, world_size=4), sent_bytes(1000, world_size=4, way="zero3")
    (6000.0, 9000.0)
    """
    check_way(world_size, way)
    passes = 3 if way == "zero3" else 2
    return passes * (world_size - 1) / world_size * parameters * bytes_each


def held_bytes(parameters: int, world_size: int, way: str = "ddp") -> float:
    """Bytes of weights, gradients and optimizer that a process holds, in mixed precision with Adam.

    2 for the weight and 2 for the gradient in sixteen bits, 12 for the optimizer: the weight in 32 bits and two means.
    "zero1" divides the optimizer among the processes, "zero2" the gradients as well, "zero3" (FSDP) all. Activations
    are not counted. Errors as for `sent_bytes`. Rajbhandari et al. 2020, figure 1.

    >>> held_bytes(1000, world_size=4), held_bytes(1000, world_size=4, way="zero3")
    (16000.0, 4000.0)
    """
    check_way(world_size, way)
    stage = WAYS.index(way)
    parts = [world_size if stage >= least else 1 for least in (3, 2, 1)]  # weights, gradients, optimizer
    return float(sum(size * parameters / part for size, part in zip((2, 2, 12), parts)))


def check_way(world_size: int, way: str) -> None:
    """Refuse what is no number of processes, or no way to share the work."""
    if world_size < 1:
        raise ValueError(f"world_size counts processes, at least 1, got {world_size}")
    if way not in WAYS:
        raise ValueError(f"way is one of {', '.join(WAYS)}, got {way!r}")


def pipeline_bubble(stages: int, parts: int) -> float:
    """The share of a pipeline's time in which a stage has nothing to do: (s - 1) / (m + s - 1).

    stages: devices, each with some of the layers. parts: pieces into which a batch is cut. Raises ValueError when
    either is below 1. Huang et al. 2019, "GPipe".

    >>> pipeline_bubble(stages=4, parts=1), round(pipeline_bubble(stages=4, parts=12), 2)
    (0.75, 0.2)
    """
    if min(stages, parts) < 1:
        raise ValueError(f"stages and parts count from 1, got {stages} and {parts}")
    return (stages - 1) / (parts + stages - 1)


def best_checkpoint_interval(saving: float, between_failures: float) -> float:
    """The seconds between two checkpoints that lose the least time: √(2 · saving · time between failures).

    Young 1974, "A first order approximation to the optimum checkpoint interval": good while the interval is short
    beside the time between failures. Raises ValueError unless both are above 0.

    >>> best_checkpoint_interval(saving=50, between_failures=10_000)
    1000.0
    """
    if min(saving, between_failures) <= 0:
        raise ValueError(f"both times must be above 0, got {saving} and {between_failures}")
    return math.sqrt(2 * saving * between_failures)


@dataclass(frozen=True)
class Cluster:
    """Machines for a paper plan.

    devices: GPUs in all. flops: operations a second of one at its best, in the type of the products. memory: bytes of
    one. bandwidth: bytes a second that each can send to others. utilization: the share of `flops` that is reached.
    failures: how often one device fails a day.
    """

    devices: int
    flops: float = 989e12
    memory: float = 80e9
    bandwidth: float = 50e9
    utilization: float = 0.4
    failures: float = 419 / 54 / 16_384


@dataclass(frozen=True)
class Plan:
    """What a run on a cluster would take: see `plan_run`."""

    days: float
    held: float
    fits: bool
    compute_seconds: float
    send_seconds: float
    failures: float
    checkpoint_minutes: float
    lost: float


def plan_run(
    cluster: Cluster, parameters: float, tokens: float, *, batch_tokens: float, way: str = "zero3", saving: float = 60.0
) -> Plan:
    """Plan a run on paper: 6 operations for each parameter and token, weights and gradients sent in sixteen bits.

    batch_tokens: tokens of one step of all devices. saving: seconds to write a checkpoint. The plan assumes that
    sending is hidden behind computing where it takes less time, and that a failure costs half an interval between
    checkpoints. days: of computing and sending, without what failures and checkpoints add, which `lost` gives as a
    share. held: bytes of weights, gradients and optimizer on each device; `fits` leaves half of the memory for
    activations. Raises ValueError for numbers that are not positive.

    >>> plan = plan_run(Cluster(devices=1000), parameters=8e9, tokens=160e9, batch_tokens=16e6)
    >>> round(plan.days, 2), plan.fits
    (0.22, True)
    """
    if min(parameters, tokens, batch_tokens, saving, cluster.devices) <= 0:
        raise ValueError("parameters, tokens, batch_tokens, saving and devices must be above 0")
    compute = 6 * parameters * batch_tokens / (cluster.devices * cluster.flops * cluster.utilization)
    send = sent_bytes(parameters, cluster.devices, way, bytes_each=2) / cluster.bandwidth
    seconds = tokens / batch_tokens * max(compute, send)
    held = held_bytes(parameters, cluster.devices, way)
    per_day = cluster.failures * cluster.devices
    between = 86_400 / per_day
    interval = best_checkpoint_interval(saving, between)
    return Plan(
        days=seconds / 86_400,
        held=held,
        fits=held <= cluster.memory / 2,
        compute_seconds=compute,
        send_seconds=send,
        failures=per_day * seconds / 86_400,
        checkpoint_minutes=interval / 60,
        lost=saving / interval + interval / 2 / between,
    )
