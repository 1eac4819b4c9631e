"""A grid and a random search of three hyperparameters, and runs with four batch sizes: what lesson 17 shows of both.

    python -m benchmarks.record_search               # about ten minutes of one core

The models are small ones of `record_scaling`, and so are text and loss. Results go to
llmai_edu/training/recorded/search_runs.json.
"""

import json
import os
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.common import machine
from benchmarks.record_scaling import CONTEXT, held_out_loss, load_data, shape
from llmai_edu.models.llama import Llama
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.pretraining import Pretraining
from llmai_edu.training.schedules import warmup_stable_decay
from llmai_edu.training.token_file import PackedBatches
from llmai_edu.training.windows import window_loss

TARGET = Path(__file__).parent.parent / "llmai_edu" / "training" / "recorded" / "search_runs.json"
SEARCH = {"size": "32x2", "tokens": 500_000, "rows": 16}
RATES, DECAYS, WARMUPS = (1e-3, 6e-3, 36e-3), (0.01, 0.1, 1.0), (0.02, 0.1, 0.5)
POINTS, AGAIN = 27, (1, 2, 3, 4)
BATCH = {"size": "48x3", "tokens": 1_000_000, "weight_decay": 0.1, "warmup": 0.2}
ROWS, BATCH_RATES = (4, 16, 64, 256), (1.5e-3, 3e-3, 6e-3, 12e-3, 24e-3)


def train(setting: dict[str, Any], seed: int, data: dict[str, np.ndarray]) -> dict[str, Any]:
    """Train once; return the setting with its loss."""
    model = Llama(shape(setting["size"]), generator=torch.Generator().manual_seed(seed))
    run = Pretraining(
        model,
        window_loss,
        PackedBatches(data["train"], setting["rows"], CONTEXT, seed=seed),
        adamw(model, setting["rate"], weight_decay=setting["weight_decay"]),
        clip=1.0,
        schedule=lambda done: warmup_stable_decay(done, warmup=setting["warmup"]),
        progress=False,
        jump=1e9,
    )
    run.run(steps=setting["tokens"] // (setting["rows"] * CONTEXT))
    done = {**setting, "seed": seed, "loss": round(held_out_loss(model, data["valid"]), 5)}
    print(done, flush=True)
    return done


def searched(data: dict[str, np.ndarray]) -> dict[str, list]:
    """The grid, the random points in the same ranges, and the best of each again with other seeds."""
    keys = ("rate", "weight_decay", "warmup")
    grid = [dict(zip(keys, point)) for point in product(RATES, DECAYS, WARMUPS)]
    rng = np.random.default_rng(0)
    ranges = [np.log([min(values), max(values)]) for values in (RATES, DECAYS, WARMUPS)]
    drawn = np.exp([[rng.uniform(*ends) for ends in ranges] for _ in range(POINTS)])
    random = [dict(zip(keys, (float(f"{x:.3g}") for x in point))) for point in drawn]
    found = {
        name: [train({**SEARCH, **point}, 0, data) for point in points]
        for name, points in (("grid", grid), ("random", random))
    }
    for name in ("grid", "random"):
        best = min(found[name], key=lambda run: run["loss"])
        setting = {key: value for key, value in best.items() if key not in ("seed", "loss")}
        found[f"{name}_again"] = [train(setting, seed, data) for seed in AGAIN]
    return found


def main() -> None:
    """Run all, and write the recording at the end."""
    torch.set_num_threads(1)
    data = load_data()
    found = searched(data)
    found["batch"] = [train({**BATCH, "rows": rows, "rate": rate}, 0, data) for rows in ROWS for rate in BATCH_RATES]
    partial = TARGET.with_suffix(".part")
    partial.write_text(json.dumps({"machine": machine(), **found}, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, TARGET)


if __name__ == "__main__":
    main()
