"""Five small Llamas, four lengths of training, two seeds: the runs to which lesson 17 fits its scaling law.

    python -m benchmarks.record_scaling rates        # which learning rate each size likes: about 13 core-minutes
    python -m benchmarks.record_scaling grid         # the forty runs: about half an hour of one core
    python -m benchmarks.record_scaling predict      # fits the law and writes down what it says of the sixth size
    python -m benchmarks.record_scaling held-out     # only then trains the sixth: about 25 core-minutes

The sixth takes the rate of the fifth: it gets no search of its own. All read the bytes of the speeches' training
years; the loss is that on the validation years, in nats a byte. One run serves all lengths: the rate stays, and from a
copy of the model it falls to 0 over the last fifth of each length (Hu et al. 2024; Hägele et al. 2024). Results go to
llmai_edu/training/recorded/scaling_runs.json, each as soon as it is there; what is there is not run again.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from benchmarks.common import machine
from llmai_edu.evaluation import ladder_text
from llmai_edu.models.llama import Llama
from llmai_edu.models.llama_config import LlamaConfig
from llmai_edu.training.clipping import clip_gradients
from llmai_edu.training.optimizers import set_learning_rate
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.scaling import bootstrap_laws, matrix_parameters, prediction, training_flops
from llmai_edu.training.token_file import PackedBatches
from llmai_edu.training.windows import window_loss

TARGET = Path(__file__).parent.parent / "llmai_edu" / "training" / "recorded" / "scaling_runs.json"
CONTEXT, ROWS, WARMUP, DECAY = 128, 16, 100, 0.2
SIZES = {"32x2": (32, 2), "48x3": (48, 3), "64x3": (64, 3), "96x4": (96, 4), "128x4": (128, 4)}
HELD_OUT = {"192x6": (192, 6)}
BUDGETS = (500_000, 1_000_000, 2_000_000, 4_000_000)
HELD_OUT_BUDGET = 6_000_000
RATES = (1.5e-3, 3e-3, 6e-3, 12e-3)
SWEEP_BUDGET = 1_000_000


def shape(name: str) -> LlamaConfig:
    """The Llama of a size: heads of sixteen channels, feed-forward layers of 8/3 of the channels."""
    channels, layers = (SIZES | HELD_OUT)[name]
    inner = round(channels * 8 / 3 / 16) * 16
    return LlamaConfig(256, channels, inner, layers, channels // 16, channels // 16, CONTEXT)


def held_out_loss(model: Llama, ids: np.ndarray, windows: int = 256) -> float:
    """Nats a byte on windows that are spread evenly over the validation text."""
    starts = np.linspace(0, len(ids) - CONTEXT - 1, windows).astype(int)
    batch = torch.from_numpy(ids[starts[:, None] + np.arange(CONTEXT + 1)].astype(np.int64))
    with torch.no_grad():
        return F.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten()).item()


def advance(model: Llama, optimizer: torch.optim.Optimizer, batches: PackedBatches, rate: float) -> None:
    """One step of training."""
    optimizer.zero_grad()
    window_loss(model, next(batches)).backward()
    clip_gradients(model.parameters(), 1.0)
    set_learning_rate(optimizer, rate)
    optimizer.step()


def runs_of(name: str, rate: float, seed: int, budgets: tuple[int, ...], data: dict[str, Any]) -> Iterator[dict]:
    """Train one size; yield its run at each length."""
    config = shape(name)
    model = Llama(config, generator=torch.Generator().manual_seed(seed))
    optimizer = adamw(model, rate)
    batches = PackedBatches(data["train"], ROWS, CONTEXT, seed=seed)
    done, seconds = 0, 0.0
    for budget in sorted(budgets):
        steps = budget // (ROWS * CONTEXT)
        began = time.process_time()
        while done < steps - round(DECAY * steps):
            done += 1
            advance(model, optimizer, batches, rate * min(1.0, done / WARMUP))
        seconds += time.process_time() - began
        ended, end_optimizer, end_batches = copy.deepcopy((model, optimizer, batches))
        began = time.process_time()
        for left in range(steps - done, 0, -1):
            share = (left - 0.5) / (steps - done)
            advance(ended, end_optimizer, end_batches, rate * (1 - math.sqrt(1 - share)))
        yield {
            "size": name,
            "parameters": matrix_parameters(config),
            "tokens": steps * ROWS * CONTEXT,
            "flops": training_flops(config, CONTEXT) * steps * ROWS * CONTEXT,
            "rate": rate,
            "seed": seed,
            "loss": round(held_out_loss(ended, data["valid"]), 5),
            "seconds": round(seconds + time.process_time() - began, 1),
        }


def best_rate(recorded: dict[str, Any], name: str) -> float:
    """The rate with the lowest loss in the sweep of a size."""
    sweep = [run for run in recorded["rates"] if run["size"] == name]
    if len(sweep) < len(RATES):
        raise SystemExit(f"the sweep of {name} is not recorded: python -m benchmarks.record_scaling rates")
    return min(sweep, key=lambda run: run["loss"])["rate"]


def read() -> dict[str, Any]:
    """What is recorded so far."""
    if TARGET.is_file():
        return json.loads(TARGET.read_text(encoding="utf-8"))
    return {"machine": machine(), "rates": [], "grid": [], "prediction": None, "held_out": []}


def write(recorded: dict[str, Any]) -> None:
    """Replace the recording in one step."""
    partial = TARGET.with_suffix(".part")
    partial.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, TARGET)


def load_data() -> dict[str, np.ndarray]:
    """The bytes of the training years and of the validation years."""
    text = ladder_text()
    return {part: np.frombuffer(getattr(text, part).encode(), dtype=np.uint8) for part in ("train", "valid")}


def main() -> None:
    """Record one part of the runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("rates", "grid", "predict", "held-out"))
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    recorded = read()
    if args.part == "predict":
        runs = recorded["grid"]
        laws = bootstrap_laws(*([run[key] for run in runs] for key in ("parameters", "tokens", "loss")))
        n, d = matrix_parameters(shape("192x6")), HELD_OUT_BUDGET // (ROWS * CONTEXT) * ROWS * CONTEXT
        middle, low, high = prediction(laws, n, d)
        recorded["prediction"] = {"parameters": n, "tokens": d, "loss": middle, "low": low, "high": high}
        write(recorded)
        print(recorded["prediction"])
        return
    data = load_data()
    if args.part == "rates":
        wanted = [("rates", name, rate, 0, (SWEEP_BUDGET,)) for name in SIZES for rate in RATES]
    elif args.part == "grid":
        wanted = [("grid", name, best_rate(recorded, name), seed, BUDGETS) for seed in (0, 1) for name in SIZES]
    else:
        if not recorded["prediction"]:
            raise SystemExit("first the prediction: python -m benchmarks.record_scaling predict")
        wanted = [("held_out", "192x6", best_rate(recorded, "128x4"), 0, (HELD_OUT_BUDGET,))]
    for part, name, rate, seed, budgets in wanted:
        if any((run["size"], run["rate"], run["seed"]) == (name, rate, seed) for run in recorded[part]):
            continue
        runs = list(runs_of(name, rate, seed, budgets, data))
        recorded[part] += runs
        write(recorded)
        print(*runs, sep="\n", flush=True)


if __name__ == "__main__":
    main()
