"""Lesson 13's tiny letter networks, trained for longer than a page can wait: BERT's task, one side covered, GPT's task.

    python -m benchmarks.record_letter_bert     # 3 tasks x 3 seeds x 3,000 steps, about 15 minutes on one core

The code is the page's own (`llmai_edu.training.letters`), and so are the text (every tenth speech of the training part)
and the shape. Every 250 steps each network names the letters in 1,000 gaps in speeches of the validation part; nothing
is chosen by them. Results and the weights of seed 0 with both sides go to `llmai_edu/pretrained/letter_bert`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from datetime import date
from pathlib import Path

import torch
import torch.nn.functional as F

from benchmarks.common import machine
from llmai_edu.evaluation import ladder_text
from llmai_edu.models.bert import BertForMaskedLM
from llmai_edu.pretrained.bert import save_bert
from llmai_edu.training.letters import GAP, TASKS, letter_gaps, letter_ids, name_gaps, train_letters

FOLDER = Path(__file__).parents[1] / "llmai_edu" / "pretrained" / "letter_bert"
FILE = FOLDER / "runs.json"


def measure(model: BertForMaskedLM, task: str, windows: torch.Tensor) -> tuple[str, float]:
    """Which gaps were named right, as a text of 0 and 1, and nats a gap."""
    log_p = name_gaps(model, task, windows)
    right = (log_p.argmax(1) == windows[:, GAP]).int().tolist()
    return "".join(map(str, right)), F.nll_loss(log_p, windows[:, GAP]).item()


def run(task: str, seed: int, steps: int, train: torch.Tensor, windows: torch.Tensor) -> dict:
    """Train one network; return its curves and its answers."""
    curve = []

    def after(step: int, model: BertForMaskedLM) -> None:
        if step % 250 == 0:
            right, nats = measure(model, task, windows)
            curve.append([step, round(right.count("1") / len(right), 4), round(nats, 4)])

    model, losses = train_letters(task, train, seed, steps, after=after)
    if (task, seed) == ("both sides", 0):
        save_weights(model)
    right, nats = measure(model, task, windows)
    means = torch.tensor(losses).unflatten(0, (-1, 50)).mean(1).tolist()  # of 50 steps each
    found = {"task": task, "seed": seed, "steps": steps, "losses": [round(x, 4) for x in means], "curve": curve}
    return found | {"right": right, "nats": round(nats, 4)}


def save_weights(model: BertForMaskedLM) -> None:
    """Write the weights in half precision, in the hub's layout."""
    half = BertForMaskedLM(model.config)
    half.load_state_dict(model.state_dict())
    save_bert(half.half(), FOLDER)
    for name in ("model.safetensors", "config.json"):
        data = (FOLDER / name).read_bytes()
        print(f"{name}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", nargs="+", default=list(TASKS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=3000)
    args = parser.parse_args()
    torch.set_num_threads(1)
    text = ladder_text()
    train, windows = letter_ids(text.train_docs[::10]), letter_gaps(letter_ids(text.valid_docs))
    for seed in args.seeds:
        for task in args.tasks:
            found = run(task, seed, args.steps, train, windows)
            print(task, seed, found["curve"][-1], flush=True)
            content = json.loads(FILE.read_text()) if FILE.is_file() else {"runs": []}
            kept = [r for r in content["runs"] if (r["task"], r["seed"]) != (task, seed)]
            about = {"recorded": date.today().isoformat(), "machine": machine(), "threads": 1}
            runs = sorted([*kept, found], key=lambda r: (TASKS.index(r["task"]), r["seed"]))
            FILE.write_text(json.dumps(about | {"runs": runs}, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
