"""Learning rates that change during a run: each maps the share of the run that is over to a factor of the rate."""

from collections.abc import Callable

from llmai_edu.training.trainer import cosine

__all__ = ["SCHEDULES", "constant", "warmup_stable_decay"]


def constant(done: float, warmup: float = 0.02) -> float:
    """A learning rate that rises at first, then stays.

    >>> [round(constant(done), 2) for done in (0.0, 0.01, 0.02, 1.0)]
    [0.0, 0.5, 1.0, 1.0]
    """
    return min(1.0, done / warmup) if warmup > 0 else 1.0


def warmup_stable_decay(done: float, warmup: float = 0.02, decay: float = 0.2, floor: float = 0.0) -> float:
    """A learning rate that rises, stays, and falls over the last share `decay` of the run, as 1 - √.

    Unlike a cosine it does not need the length of the run before the last part: one long run can be ended at several
    lengths by a decay from each of its checkpoints. Hu et al. 2024, "MiniCPM"; the shape of the fall is that of
    Hägele et al. 2024, "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations".

    >>> [round(warmup_stable_decay(done), 2) for done in (0.0, 0.01, 0.02, 0.8, 0.85, 1.0)]
    [0.0, 0.5, 1.0, 1.0, 0.5, 0.0]
    """
    if done < 1 - decay:
        return constant(done, warmup)
    fallen = min(1.0, max(0.0, (done - (1 - decay)) / decay)) if decay > 0 else 0.0
    return floor + (1 - floor) * (1 - fallen**0.5)


SCHEDULES: dict[str, Callable[..., float]] = {"constant": constant, "cosine": cosine, "wsd": warmup_stable_decay}
