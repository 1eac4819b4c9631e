"""Train the translators of lesson 09 for emoji names, with and without attention, and record what they write.

    python -m benchmarks.record_seq2seq                          # four languages, three seeds: about 6 core-minutes
    python -m benchmarks.record_seq2seq --languages fr --seeds 0 --dry-run

Each language has its own models, and byte-level BPE on both sides, learned on the training names. The settings were
chosen on the validation names of French, and are the same for both models and all languages. The test names were
translated once. A run that is stored already, by the same recipe, is not made again. Translations, recipe and training
curves go to llmai_edu/evaluation/translations_<language>.json.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import date
from pathlib import Path

import numpy as np
import torch

from benchmarks.common import machine
from llmai_edu import evaluation
from llmai_edu.datasets import load_emoji_names
from llmai_edu.datasets.parallel import Pair, split_pairs
from llmai_edu.device import seed_everything
from llmai_edu.models.seq2seq import END, START, AttentionSeq2Seq, Seq2Seq, pad, teacher_forcing_loss, translate
from llmai_edu.tokenizers import train_bpe
from llmai_edu.training import Trainer, cosine
from llmai_edu.training.lengths import LengthBatches

RECIPE = {
    "vocab_size": 1456,
    "embedding": 64,
    "hidden": 96,
    "attention": 64,
    "dropout": 0.3,
    "batch_size": 32,
    "steps": 768,
    "lr": 0.006,
    "clip": 1.0,
}
MODELS = {"one vector": Seq2Seq, "attention": AttentionSeq2Seq}
OFFSET = 3  # PAD, START and END come before the ids of the tokenizers


class Names:
    """The names of one language as ids, and back."""

    def __init__(self, language: str) -> None:
        self.split = split_pairs(load_emoji_names(language))
        self.source_bpe = train_bpe([pair.english.lower() for pair in self.split.train], RECIPE["vocab_size"])
        self.target_bpe = train_bpe([pair.foreign for pair in self.split.train], RECIPE["vocab_size"])

    def sources(self, pairs: tuple[Pair, ...]) -> torch.Tensor:
        """Return (N, S), each name in lower case and with END."""
        return pad([[i + OFFSET for i in self.source_bpe.encode(pair.english.lower())] + [END] for pair in pairs])

    def targets(self, pairs: tuple[Pair, ...]) -> torch.Tensor:
        """Return (N, T), each name from START to END."""
        return pad([[START, *(i + OFFSET for i in self.target_bpe.encode(pair.foreign)), END] for pair in pairs])

    def write(self, model: Seq2Seq, pairs: tuple[Pair, ...]) -> list[str]:
        """Translate."""
        return [
            self.target_bpe.decode([i - OFFSET for i in one.ids if i >= OFFSET])
            for one in translate(model, self.sources(pairs), 40)
        ]


def train(names: Names, kind: str, seed: int) -> tuple[Seq2Seq, Trainer]:
    """One run of the recipe."""
    seed_everything(seed)  # dropout draws from torch's global numbers
    generator = torch.Generator().manual_seed(seed)
    sizes = {"attention": RECIPE["attention"]} if kind == "attention" else {}
    sizes |= {name: RECIPE[name] for name in ("embedding", "hidden", "dropout")}
    vocabularies = names.source_bpe.vocab_size + OFFSET, names.target_bpe.vocab_size + OFFSET
    model = MODELS[kind](*vocabularies, **sizes, generator=generator)
    tensors = names.sources(names.split.train), names.targets(names.split.train)
    batches = LengthBatches(tensors, (tensors[1] > 0).sum(1), RECIPE["batch_size"], generator=generator)
    optimizer = torch.optim.Adam(model.parameters(), lr=RECIPE["lr"], fused=True)
    given = {"clip": RECIPE["clip"], "schedule": cosine, "progress": False, "clock": time.process_time}
    trainer = Trainer(model, teacher_forcing_loss, batches, optimizer, **given)
    trainer.run(steps=RECIPE["steps"])
    return model, trainer


def main() -> None:
    """Train every model of every language with every seed, and store what they write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--languages", nargs="+", default=["fr", "de", "es", "zh"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--dry-run", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    names = {language: Names(language) for language in args.languages}
    for seed in args.seeds:
        for language in args.languages:
            for kind in MODELS:
                if (kind, seed) not in {(run["model"], run["seed"]) for run in stored(language)}:
                    run = one_run(names[language], kind, seed)
                    report(names[language], run, language)
                    if not args.dry_run:
                        store(language, [*stored(language), run])


def one_run(names: Names, kind: str, seed: int) -> dict:
    """Train, translate the held-out names, and return what is recorded of it."""
    model, trainer = train(names, kind, seed)
    history = trainer.history
    return {
        "model": kind,
        "seed": seed,
        "parameters": sum(p.numel() for p in model.parameters()),
        "cpu_seconds": round(history.seconds[-1], 1),
        "losses": history.curve(history.steps // 48)[1].round(3).tolist(),
        "valid": names.write(model, names.split.valid),
        "test": names.write(model, names.split.test),
    }


def report(names: Names, run: dict, language: str) -> None:
    """Print the scores on the validation names."""
    references = [pair.foreign for pair in names.split.valid]
    given = {"language": language, "rng": np.random.default_rng(0), "resamples": 2}
    scores = evaluation.score_translations(run["valid"], references, **given)
    values = {name: round(estimate.value, 1) for name, estimate in scores.items()}
    print(language, run["model"], run["seed"], run["cpu_seconds"], run["losses"][-1], "validation", values, flush=True)


def place(language: str) -> Path:
    """Where the runs of a language are kept."""
    return Path(evaluation.__file__).parent / f"translations_{language}.json"


def stored(language: str) -> list[dict]:
    """The runs that are there already, made by the same recipe: an interrupted recording goes on from them."""
    if not place(language).exists():
        return []
    found = json.loads(place(language).read_text(encoding="utf-8"))
    return found["runs"] if found["recipe"] == RECIPE else []


def store(language: str, runs: list[dict]) -> None:
    """Write the runs of a language, whole or not at all."""
    about = {"script": "benchmarks/record_seq2seq.py", "recipe": RECIPE, "threads": 1}
    content = {"recorded": date.today().isoformat(), "machine": machine(), **about, "runs": runs}
    part = place(language).with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(place(language))


if __name__ == "__main__":
    main()
