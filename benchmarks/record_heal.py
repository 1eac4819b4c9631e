"""Cut course-base down, let it heal with the text alone and with its teacher, and write one healed model down.

    python -m benchmarks.record_heal TOKENS.npy          # about 6 minutes of one core; --write makes TOKENS.npy first

The model loses two of its four layers and half of the channels of the two that stay. Both ways of healing start from
the same weights and read the same batches in the same order; the seed decides the order. TOKENS.npy is course-base's
training text in its own tokens, as for `record_distill`. The model that is written is the one of the first seed that
learned from the teacher, in 8 bits; all figures are of the weights in float32.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import os
import time
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import llmai_edu.pretrained
import llmai_edu.training
from benchmarks.common import machine
from benchmarks.record_distill import write_training_text
from llmai_edu.compression.prune import drop_layers, input_norms, keep_channels
from llmai_edu.compression.quantized_llama import quantize_model, save_quantized
from llmai_edu.evaluation import ladder_text, nats_to_bits
from llmai_edu.finetuning.distill import Distillation
from llmai_edu.models.llama import Llama
from llmai_edu.pretrained.course_base import load_course_base
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.pretraining import Pretraining
from llmai_edu.training.schedules import warmup_stable_decay
from llmai_edu.training.token_file import PackedBatches, read_tokens
from llmai_edu.training.windows import window_loss

RECORDING = Path(llmai_edu.training.__file__).parent / "recorded" / "heal_runs.json"
WEIGHTS = Path(llmai_edu.pretrained.__file__).parent / "course_small.safetensors"
DROPPED, SHARE = [1, 3], 0.5
WAYS = ("text", "teacher")


def windows(tokenizer, docs: tuple[str, ...], count: int, length: int) -> tuple[torch.Tensor, int]:
    """One window from the middle of each of the first documents: ids (count, length + 1), and bytes of the targets."""
    rows = []
    for doc in docs[:count]:
        ids = tokenizer.encode(doc)
        rows.append(ids[len(ids) // 2 :][: length + 1])
    return torch.tensor(rows), sum(len(tokenizer.id_to_bytes(i)) for row in rows for i in row[1:])


@torch.no_grad()
def bits(model: Llama, ids: torch.Tensor, n_bytes: int) -> float:
    """Bits per byte of the windows."""
    nats = F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten(), reduction="sum")
    return round(nats_to_bits(nats.item()) / n_bytes, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tokens", type=Path)
    parser.add_argument("--write", action="store_true", help="make the token file first")
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    args = parser.parse_args()
    if args.write:
        write_training_text(args.tokens)
    ids, text = read_tokens(args.tokens), ladder_text()
    teacher, tokenizer = load_course_base()
    reading = torch.from_numpy(ids[: 16 * 256].astype(np.int64)).view(16, 256)  # of the training text
    narrow = keep_channels(teacher, SHARE, input_norms(teacher, reading))
    cut = drop_layers(narrow, DROPPED)
    valid, test = (windows(tokenizer, docs, 12, 256) for docs in (text.valid_docs, text.test_docs))
    runs, kept = [], None
    for seed in args.seeds:
        for way in WAYS:
            model = copy.deepcopy(cut).requires_grad_()
            run = Pretraining(
                model,
                Distillation(teacher, share=1.0) if way == "teacher" else window_loss,
                PackedBatches(ids, args.rows, args.length, seed=seed),
                adamw(model, args.rate),
                clip=1.0,
                schedule=lambda done: warmup_stable_decay(done, warmup=0.05, decay=0.5),
                evaluate=lambda model: bits(model, *valid),
                evaluate_every=args.steps // 6,
                progress=False,
                clock=time.process_time,
            )
            history = run.run(steps=args.steps)
            curve = [[0, bits(cut, *valid)]] + [[point.step, point.value] for point in history.evaluations]
            runs.append({"way": way, "seed": seed, "seconds": round(history.seconds[-1], 1), "curve": curve})
            runs[-1]["test"] = bits(model, *test)
            print(runs[-1], flush=True)
            if kept is None and way == "teacher":
                kept = quantize_model(model.eval(), 8)
                save_quantized(kept, WEIGHTS)
                print("sha256", hashlib.sha256(WEIGHTS.read_bytes()).hexdigest(), flush=True)
    recording = {
        "date": date.today().isoformat(),
        "machine": machine(),
        "settings": {name: getattr(args, name) for name in ("steps", "rows", "length", "rate")}
        | {"dropped": DROPPED, "share": SHARE},
        "parameters": sum(p.numel() for p in cut.parameters()),
        "test": {"teacher": bits(teacher, *test), "cut": bits(cut, *test)},
        "runs": runs,
    }
    partial = RECORDING.with_suffix(".part")
    partial.write_text(json.dumps(recording, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, RECORDING)


if __name__ == "__main__":
    main()
