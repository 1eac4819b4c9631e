"""Does span corruption help when few examples are at hand? The recorded runs of lesson 14.

    python -m benchmarks.record_t5                       # three seeds, about 4 core-minutes on one thread
    python -m benchmarks.record_t5 --seeds 0 --dry-run

A small T5 that reads letters is pretrained by span corruption on triples of words from the training part. Then it
learns one of three tasks of the lesson, "sort: haven" -> "aehnv", from 100 or 1,000 words; so does the same model from
its random start, by the same recipe. The learning rates and steps were not tuned. Both answer held-out words, once. The
answers go to llmai_edu/training/span_runs.json.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from pathlib import Path

import torch

from benchmarks.common import machine
from llmai_edu import training
from llmai_edu.datasets import load_speeches, split_by_key
from llmai_edu.generation.encoder_decoder import generate_encoder_decoder
from llmai_edu.models.seq2seq import pad
from llmai_edu.models.t5 import T5, T5Config
from llmai_edu.training import cosine
from llmai_edu.training.span_corruption import corrupt_spans, random_spans
from llmai_edu.training.text_to_text import text_to_text_loss

OUT = Path(training.__file__).parent / "span_runs.json"
LETTERS = " :abcdefghijklmnopqrstuvwxyz"
SENTINELS = range(len(LETTERS) + 2, len(LETTERS) + 10)
RECIPE = {
    "pretraining_steps": 500,
    "pretraining_lr": 0.004,
    "tuning_steps": 150,
    "tuning_lr": 0.004,
    "batch_size": 48,
    "examples": [100, 1000],
    "test": 400,
}

TASKS: dict[str, Callable[[str], str]] = {
    "reverse": lambda word: word[::-1],
    "sort": lambda word: "".join(sorted(word)),
    "vowels": lambda word: "".join(letter for letter in word if letter in "aeiou") or "none",
}

Batch = tuple[torch.Tensor, torch.Tensor]


def ids_of(text: str) -> list[int]:
    """The letters as ids, behind padding (0) and end (1), which closes the text."""
    return [LETTERS.index(letter) + 2 for letter in text] + [1]


def text_of(ids: list[int]) -> str:
    return "".join(LETTERS[i - 2] if i < SENTINELS[0] else "?" for i in ids if i > 1)


def load_words() -> tuple[list[str], list[str]]:
    """Words of three to eight letters that stand at least three times in the speeches: to train on, and to test."""
    counts = Counter(w for speech in load_speeches() for w in re.findall(r"\b[a-z]{3,8}\b", speech.text))
    words = sorted(word for word, count in counts.items() if count >= 3)
    train, _, test = split_by_key(words, key=str).parts
    return list(train), list(test)


def new_model(seed: int) -> T5:
    """2 + 2 blocks of 48 channels."""
    config = T5Config(
        vocab_size=SENTINELS[-1] + 1,
        d_model=48,
        d_kv=16,
        d_ff=192,
        num_layers=2,
        num_heads=4,
        dropout_rate=0.0,
        feed_forward_proj="gated-gelu",
    )
    return T5(config, generator=torch.Generator().manual_seed(seed))


def train(model: T5, next_batch: Callable[[], Batch], steps: int, lr: float) -> list[float]:
    """Adam with a cosine; the position biases, which have far to go, learn ten times as fast. Returns all losses."""
    rates = [{"params": [], "lr": lr}, {"params": [], "lr": 10 * lr}]
    for name, weight in model.named_parameters():
        rates[name.endswith("bias.weight")]["params"].append(weight)
    optimizer = torch.optim.Adam(rates, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: cosine(step / steps))
    losses = []
    model.train()
    for _ in range(steps):
        loss = text_to_text_loss(model, next_batch())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


def pretrain(model: T5, words: list[str], seed: int) -> list[float]:
    rng, generator = random.Random(seed), torch.Generator().manual_seed(seed)

    def next_batch() -> Batch:
        pairs = []
        for _ in range(RECIPE["batch_size"]):
            ids = ids_of(" ".join(rng.choices(words, k=3)))[:-1]
            pairs.append(corrupt_spans(ids, random_spans(len(ids), generator), SENTINELS))
        return pad([source for source, _ in pairs]), pad([target for _, target in pairs])

    return train(model, next_batch, RECIPE["pretraining_steps"], RECIPE["pretraining_lr"])


def tune(model: T5, task: str, words: list[str], seed: int) -> list[float]:
    rng = random.Random(seed)

    def next_batch() -> Batch:
        chosen = rng.choices(words, k=RECIPE["batch_size"])
        return pad([ids_of(f"{task}: {word}") for word in chosen]), pad([ids_of(TASKS[task](w)) for w in chosen])

    return train(model, next_batch, RECIPE["tuning_steps"], RECIPE["tuning_lr"])


def answers_of(model: T5, task: str, words: list[str]) -> list[str]:
    ids = pad([ids_of(f"{task}: {word}") for word in words])
    return [text_of(one) for one in generate_encoder_decoder(model.eval(), ids, 12, attention_mask=ids != 0)]


def run_seed(seed: int, words: list[str], test: list[str]) -> Iterator[dict]:
    """Both starts, each task."""
    pretrained = new_model(seed)
    losses = pretrain(pretrained, words, seed)
    about = {"first_loss": sum(losses[:20]) / 20, "last_loss": sum(losses[-50:]) / 50}
    for task, examples in product(TASKS, RECIPE["examples"]):
        few = random.Random(1000 + seed).sample(words, examples)
        for name, weights in (("pretrained", pretrained), ("random start", new_model(seed))):
            model = new_model(seed)
            model.load_state_dict(weights.state_dict())
            tuning = tune(model, task, few, seed)
            run = {"start": name, "seed": seed, "task": task, "examples": examples}
            run |= {"train_loss": sum(tuning[-20:]) / 20, "answers": answers_of(model, task, test)}
            yield run | (about if name == "pretrained" else {})


def main() -> None:
    """Train, answer the test words, and write everything down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--dry-run", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    began, (words, held_out) = time.process_time(), load_words()
    test, runs = random.Random(0).sample(held_out, RECIPE["test"]), []
    for seed in args.seeds:
        for run in run_seed(seed, words, test):
            right = sum(a == TASKS[run["task"]](w) for a, w in zip(run["answers"], test)) / len(test)
            print({key: value for key, value in run.items() if key != "answers"}, f"right {right:.3f}", flush=True)
            runs.append(run)
    seconds = round(time.process_time() - began)
    if not args.dry_run:
        about = {"recipe": RECIPE, "date": str(date.today()), "cpu_seconds": seconds, "machine": machine()}
        about |= {"train_words": len(words), "test": test}
        OUT.write_text(json.dumps(about | {"runs": runs}) + "\n", encoding="utf-8")
    print(f"{len(words)} training words; {seconds} CPU seconds")


if __name__ == "__main__":
    main()
