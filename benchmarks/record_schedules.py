"""Three schedules of the learning rate at three rates, and five lengths of warm-up: the runs that lesson 16 compares.

    python -m benchmarks.record_schedules            # about ten minutes of one core

The smallest Llama of `record_scaling` reads two million bytes of the speeches' training years; the loss is that on the
validation years, in nats a byte. Results go to llmai_edu/training/recorded/schedules.json.
"""

import json
import os
from pathlib import Path

import torch

from benchmarks.common import machine
from benchmarks.record_scaling import CONTEXT, ROWS, held_out_loss, load_data, shape
from llmai_edu.models.llama import Llama
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.pretraining import Pretraining
from llmai_edu.training.schedules import SCHEDULES
from llmai_edu.training.token_file import PackedBatches
from llmai_edu.training.windows import window_loss

TARGET = Path(__file__).parent.parent / "llmai_edu" / "training" / "recorded" / "schedules.json"
SIZE, BYTES, SEEDS = "32x2", 2_000_000, (0, 1, 2)
RATES, WARMUP = (3e-3, 6e-3, 12e-3), 0.1  # shares of the run
WARMUPS, WARM_RATE = (0.0, 0.02, 0.05, 0.2), 12e-3


def loss_of(schedule: str, rate: float, warmup: float, seed: int, data: dict) -> float:
    """Train once and measure."""
    model = Llama(shape(SIZE), generator=torch.Generator().manual_seed(seed))
    batches = PackedBatches(data["train"], ROWS, CONTEXT, seed=seed)
    run = Pretraining(
        model,
        window_loss,
        batches,
        adamw(model, rate),
        clip=1.0,
        schedule=lambda done: SCHEDULES[schedule](done, warmup=warmup),
        progress=False,
    )
    run.run(steps=BYTES // (ROWS * CONTEXT))
    return round(held_out_loss(model, data["valid"]), 5)


def main() -> None:
    """Run all, and write the recording at the end."""
    torch.set_num_threads(1)
    data = load_data()
    wanted = [(schedule, rate, WARMUP) for schedule in SCHEDULES for rate in RATES]
    wanted += [("wsd", WARM_RATE, warmup) for warmup in WARMUPS]
    runs = []
    for schedule, rate, warmup in wanted:
        for seed in SEEDS:
            loss = loss_of(schedule, rate, warmup, seed, data)
            runs.append({"schedule": schedule, "rate": rate, "warmup": warmup, "seed": seed, "loss": loss})
            print(runs[-1], flush=True)
    facts = {"size": SIZE, "bytes": BYTES // (ROWS * CONTEXT) * ROWS * CONTEXT, "decay": 0.2}
    partial = TARGET.with_suffix(".part")
    partial.write_text(json.dumps({"machine": machine(), **facts, "runs": runs}, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, TARGET)


if __name__ == "__main__":
    main()
