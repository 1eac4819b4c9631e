"""Does span corruption help when few examples are at hand? The recorded runs of lesson 14.

    python -m benchmarks.record_t5                       # three seeds, about 3 core-minutes on one thread
    python -m benchmarks.record_t5 --seeds 0 --dry-run

A small T5 that reads letters is pretrained by span corruption on triples of words from the training part. Then it
learns to mend words in which two neighbouring letters were swapped, "mend: haert" -> "heart", from few such pairs; so
does the same model from its random start, by the same recipe. No setting was chosen by these results. Both answer
held-out words, once. Beside them stands a model of three letters in a row, which tries all swaps and takes the
likeliest word; it has counted the same training words. The answers go to llmai_edu/training/span_runs.json.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
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
    "pretraining_steps": 800,
    "pretraining_lr": 0.004,
    "tuning_steps": 200,
    "tuning_lr": 0.002,
    "batch_size": 48,
    "examples": [200, 1000],
    "test": 400,
}

Batch = tuple[torch.Tensor, torch.Tensor]


def ids_of(text: str) -> list[int]:
    """The letters as ids, behind padding (0) and end (1), which closes the text."""
    return [LETTERS.index(letter) + 2 for letter in text] + [1]


def text_of(ids: list[int]) -> str:
    return "".join(LETTERS[i - 2] if i < SENTINELS[0] else "?" for i in ids if i > 1)


def load_words() -> tuple[list[str], list[str]]:
    """Words of four to eight letters that stand at least three times in the speeches: to train on, and to test."""
    counts = Counter(w for speech in load_speeches() for w in re.findall(r"\b[a-z]{4,8}\b", speech.text))
    words = sorted(word for word, count in counts.items() if count >= 3)
    train, _, test = split_by_key(words, key=str).parts
    return list(train), list(test)


def swaps(word: str) -> list[str]:
    """The word with each two neighbouring letters swapped, where that changes it."""
    every = [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]
    return [other for other in every if other != word]


def misspelled(words: list[str], known: set[str], rng: random.Random) -> list[tuple[str, str]]:
    """Pairs of a word with two letters swapped, which is no word itself, and the word."""
    pairs = []
    for word in words:
        if wrong := [other for other in swaps(word) if other not in known]:
            pairs.append((rng.choice(wrong), word))
    return pairs


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


def tune(model: T5, pairs: list[tuple[str, str]], seed: int) -> list[float]:
    rng = random.Random(seed)

    def next_batch() -> Batch:
        chosen = rng.choices(pairs, k=RECIPE["batch_size"])
        return pad([ids_of(f"mend: {wrong}") for wrong, _ in chosen]), pad([ids_of(word) for _, word in chosen])

    return train(model, next_batch, RECIPE["tuning_steps"], RECIPE["tuning_lr"])


def mended(model: T5, wrong: list[str]) -> list[str]:
    ids = pad([ids_of(f"mend: {word}") for word in wrong])
    return [text_of(one) for one in generate_encoder_decoder(model.eval(), ids, 12, attention_mask=ids != 0)]


def mended_by_trigrams(words: list[str], wrong: list[str]) -> list[str]:
    """Of all swaps, the one whose runs of three letters are likeliest: counts of the training words, plus 0.1."""
    runs = Counter(run for word in words for run in zip(f"  {word} ", f" {word} ", f"{word} "))
    pairs = Counter(run[:2] for run in runs.elements())

    def surprise(word: str) -> float:
        read = zip(f"  {word} ", f" {word} ", f"{word} ")
        return -sum(math.log((runs[run] + 0.1) / (pairs[run[:2]] + 2.7)) for run in read)

    return [min(swaps(word), key=surprise) for word in wrong]


def run_seed(seed: int, words: list[str], test: list[tuple[str, str]]) -> Iterator[dict]:
    """Both starts, each number of examples."""
    wrong = [pair[0] for pair in test]
    pretrained = new_model(seed)
    losses = pretrain(pretrained, words, seed)
    about = {"first_loss": sum(losses[:20]) / 20, "last_loss": sum(losses[-50:]) / 50}
    yield {"start": "pretrained", "seed": seed, "examples": 0, "answers": mended(pretrained, wrong)} | about
    for examples in RECIPE["examples"]:
        rng = random.Random(1000 + seed)
        pairs = misspelled(rng.sample(words, 2 * examples), set(words), rng)[:examples]
        for name, weights in (("pretrained", pretrained), ("random start", new_model(seed))):
            model = new_model(seed)
            model.load_state_dict(weights.state_dict())
            tuning = tune(model, pairs, seed)
            run = {"start": name, "seed": seed, "examples": examples, "answers": mended(model, wrong)}
            yield run | {"train_loss": sum(tuning[-20:]) / 20}


def main() -> None:
    """Train, answer the test words, and write everything down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--dry-run", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    began, (words, held_out) = time.process_time(), load_words()
    pairs = misspelled(held_out, {*words, *held_out}, random.Random(0))
    test = random.Random(0).sample(pairs, RECIPE["test"])
    truth = [word for _, word in test]
    runs = [{"start": "three letters", "answers": mended_by_trigrams(words, [wrong for wrong, _ in test])}]
    for seed in args.seeds:
        for run in run_seed(seed, words, test):
            right = sum(a == t for a, t in zip(run["answers"], truth)) / len(truth)
            print({key: value for key, value in run.items() if key != "answers"}, f"right {right:.3f}", flush=True)
            runs.append(run)
    seconds = round(time.process_time() - began)
    if not args.dry_run:
        about = {"recipe": RECIPE, "date": str(date.today()), "cpu_seconds": seconds, "machine": machine()}
        about |= {"train_words": len(words), "wrong": [wrong for wrong, _ in test], "truth": truth}
        OUT.write_text(json.dumps(about | {"runs": runs}) + "\n", encoding="utf-8")
    right = sum(a == t for a, t in zip(runs[0]["answers"], truth)) / len(truth)
    print(f"three letters {right:.3f}; {len(words)} training words; {seconds} CPU seconds")


if __name__ == "__main__":
    main()
