"""The sentence VAE of lesson 10 with five recipes, beside a language model of the same size, three seeds each.

    python -m benchmarks.record_vae                   # about 3 minutes of one idle core, 1 GB
    python -m benchmarks.record_vae --seeds 0 --dry-run

All are trained for the same number of steps on the same short sentences of Shakespeare's plays, and measured once on
the test sentences; the recipes were chosen on the validation sentences. Results go to llmai_edu/training/vae_runs.json.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks.common import machine
from llmai_edu.datasets import load_shakespeare, split_by_key
from llmai_edu.datasets.short_sentences import short_sentences
from llmai_edu.evaluation import bootstrap_interval
from llmai_edu.models.recurrent_lm import RecurrentLM
from llmai_edu.models.vae import (
    SentenceVAE,
    cross_entropies,
    decode_words,
    elbo_terms,
    importance_bound,
    pad_sentences,
)
from llmai_edu.training import ShuffledBatches, Trainer, VAELoss

TARGET = Path(__file__).parent.parent / "llmai_edu" / "training" / "vae_runs.json"
STEPS, BATCH, LR, LATENT, CHANNELS, HIDDEN = 500, 64, 3e-3, 8, 64, 128
RECIPES = {
    "plain": {},
    "warm-up": {"warmup": 300},
    "warm-up, word dropout": {"warmup": 300, "word_dropout": 0.3},
    "free bits": {"floor": 0.75},
    "all three": {"floor": 0.75, "warmup": 300, "word_dropout": 0.3},
}


def seeded(seed: int) -> torch.Generator:
    """A generator that starts from a seed."""
    return torch.Generator().manual_seed(seed)


def load() -> tuple[list[str], list[list[tuple[str, ...]]]]:
    """The vocabulary of the training sentences, and the three parts with the sentences that have no other words."""
    split = split_by_key(short_sentences(work.text for work in load_shakespeare()), key=" ".join)
    counts = Counter(word for sentence in split.train for word in set(sentence))
    words = sorted(word for word, count in counts.items() if count >= 5)
    known = set(words)
    return words, [[s for s in part if known.issuperset(s)] for part in split.parts]


def train(model: nn.Module, loss, ids: torch.Tensor, seed: int, steps: int) -> float:
    """Train a model, and return the seconds of CPU that it took."""
    batches = ShuffledBatches((ids,), BATCH, generator=seeded(seed + 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=LR)
    began = time.process_time()
    Trainer(model, loss, batches, optimizer, clip=5.0, progress=False).run(steps=steps)
    return time.process_time() - began


def linear_r2(features: list[torch.Tensor], targets: list[torch.Tensor]) -> float:
    """R² on the second part of a linear regression on the first."""
    x, test_x = (torch.cat((f, torch.ones(len(f), 1)), 1).double() for f in features)
    y, test_y = (t.double() for t in targets)
    error = test_x @ torch.linalg.lstsq(x, y[:, None]).solution[:, 0] - test_y
    return float(1 - error.square().mean() / test_y.var(correction=0))


@torch.no_grad()
def measure(model: SentenceVAE, train_ids: torch.Tensor, ids: torch.Tensor) -> dict:
    """Everything that is told of a model, and the nats of every sentence for the comparison."""
    words = torch.stack([elbo_terms(model, ids, noise(i, ids, model))[0] for i in range(8)]).mean(0)
    kl = elbo_terms(model, ids, noise(0, ids, model))[1]
    codes = [model.encode(part)[0] for part in (train_ids, ids)]
    lengths = [(part != model.boundary).sum(1) for part in (train_ids, ids)]
    written = decode_words(model, codes[1], ids.shape[1])
    return {
        "reconstruction": float(words.mean()),
        "kl": float(kl.sum(1).mean()),
        "kl_per_dimension": [round(float(k), 3) for k in kl.mean(0)],
        "negative_elbo": float((words + kl.sum(1)).mean()),
        "importance_bound_16": float(importance_bound(model, ids, 16, generator=seeded(0)).mean()),
        "length_r2": linear_r2(codes, lengths),
        "different_outputs": len({tuple(sentence) for sentence in written}),
        "sentence_nats": (words + kl.sum(1)).numpy(),
    }


def noise(i: int, ids: torch.Tensor, model: SentenceVAE) -> torch.Tensor:
    """Draw number `i` for each sentence, (B, D)."""
    return torch.randn(len(ids), model.latent, generator=seeded(i))


def language_model(parts: list[torch.Tensor], vocab: int, seed: int, steps: int) -> np.ndarray:
    """Train a language model with the decoder's sizes; return its nats for each test sentence."""

    def loss(model: nn.Module, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        return cross_entropies(model(batch[0][:, :-1])[0], batch[0][:, 1:], vocab).mean()

    model = RecurrentLM(vocab + 1, nn.LSTM(CHANNELS, HIDDEN, batch_first=True), generator=seeded(seed))
    train(model, loss, parts[0], seed, steps)
    with torch.no_grad():
        return cross_entropies(model(parts[2][:, :-1])[0], parts[2][:, 1:], vocab).numpy()


def main() -> None:
    """Train all, print a line for each, and store the lines."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--dry-run", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    vocabulary, sentences = load()
    id_of = {word: i for i, word in enumerate(vocabulary, 1)}  # 0 is the unknown word
    vocab = len(vocabulary) + 1
    parts = [pad_sentences([[id_of[w] for w in s] for s in part], vocab) for part in sentences]
    rows = []
    for seed in args.seeds:
        reference = language_model(parts, vocab, seed, args.steps)
        rows.append({"recipe": "language model", "seed": seed, "nats": float(reference.mean())})
        print(rows[-1], flush=True)
        for name, recipe in RECIPES.items():
            model = SentenceVAE(vocab, latent=LATENT, channels=CHANNELS, hidden=HIDDEN, generator=seeded(seed))
            cpu = train(model, VAELoss(seeded(seed + 1), **recipe), parts[0], seed, args.steps)
            row = measure(model, parts[0], parts[2])
            gap = row.pop("sentence_nats") - reference
            row["behind_language_model"] = [
                float(gap.mean()),
                *bootstrap_interval(gap, np.ones(len(gap)), rng=np.random.default_rng(0)),
            ]
            rows.append({"recipe": name, "seed": seed, "cpu_seconds": round(cpu, 1), **row})
            print(rows[-1], flush=True)
    facts = {
        "steps": args.steps,
        "batch": BATCH,
        "lr": LR,
        "latent": LATENT,
        "channels": CHANNELS,
        "hidden": HIDDEN,
        "vocabulary": vocab,
        "sentences": [len(part) for part in sentences],
    }
    if not args.dry_run:
        content = {"date": date.today().isoformat(), "machine": machine(), **facts, "rows": rows}
        TARGET.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
