"""Does a generator that chooses among the first five add to the first? And spoiled card lines (lesson 29).

    python -m benchmarks.record_domains choices   # SmolLM2-135M in bfloat16, about 5 core-minutes
    python -m benchmarks.record_domains lines     # MiniLM reads 198 card lines at five levels, 1 core-minute
    python -m benchmarks.record_domains controls --seed 0   # MiniLM with random weights reads the whole register

Complaints in lay words, 40 of validation and 60 of test, drawn by their hash, and the finder's five best categories.
SmolLM2 is asked in two ways: how likely each category's title is after the complaint (the mean log-probability of its
tokens, with and without that after no complaint taken off), and which letter it would answer, with the five in the
finder's order and in the reverse order. Nothing is generated. The controls ask how much of the finder
comes from MiniLM's training. Everything goes to
llmai_edu/training/recorded/domain_runs.json; which way is taken is chosen on the page, on validation.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks.common import machine
from llmai_edu.apps.card_lines import LEVELS, card_line
from llmai_edu.apps.domain_questions import complaints, domain_questions
from llmai_edu.apps.domains import CodeFinder
from llmai_edu.apps.meaning import mean_vectors
from llmai_edu.apps.registers import load_register
from llmai_edu.datasets.diagnoses import ask_terms
from llmai_edu.pretrained.control import randomized
from llmai_edu.pretrained.minilm import embed_sentences, load_minilm
from llmai_edu.pretrained.smollm2 import load_smollm2
from llmai_edu.tokenizers import smollm2_tokenizer
from llmai_edu.tokenizers.wordpiece import minilm_tokenizer

TARGET = Path(__file__).parent.parent / "llmai_edu" / "training" / "recorded" / "domain_runs.json"
ASKED = {"valid": 40, "test": 60}
BEFORE = "A patient says: {}\nThe doctor's diagnosis:"
NEUTRAL = "The doctor's diagnosis:"
LETTERS = "ABCDE"


class Reader:
    """SmolLM2 as a judge of texts."""

    def __init__(self) -> None:
        self.tokenizer = smollm2_tokenizer()
        self.model = load_smollm2(dtype=torch.bfloat16)

    @torch.inference_mode()
    def likelihoods(self, prompt: str, endings: list[str]) -> list[float]:
        """The mean log-probability of the tokens of each ending after the prompt."""
        start = self.tokenizer.encode(prompt)
        ends = [self.tokenizer.encode(" " + ending) for ending in endings]
        size = len(start) + max(map(len, ends))
        ids = torch.zeros(len(ends), size, dtype=torch.long)
        for row, end in zip(ids, ends):
            row[: len(start) + len(end)] = torch.tensor([*start, *end])
        states = self.model.hidden(ids)[:, len(start) - 1 : -1]
        log_p = self.model.lm_head(states).float().log_softmax(-1)
        picked = log_p.gather(-1, ids[:, len(start) :, None])[..., 0]
        return [float(row[: len(end)].mean()) for row, end in zip(picked, ends)]

    @torch.inference_mode()
    def letters(self, complaint: str, titles: list[str]) -> list[float]:
        """The log-probability of each letter as the answer."""
        listed = "\n".join(f"{letter}. {title}" for letter, title in zip(LETTERS, titles))
        message = f"A patient says: {complaint}\n\nWhich diagnosis fits best?\n{listed}\n\nAnswer with one letter."
        ids = self.tokenizer.chat_ids([{"role": "user", "content": message}])
        log_p = self.model(torch.tensor([ids]), last_only=True)[0, -1].float().log_softmax(-1)
        return [float(log_p[self.tokenizer.encode(letter)[0]]) for letter in LETTERS]


def choices(keep) -> list[dict]:
    """What the finder and SmolLM2 say of each complaint."""
    finder, reader, runs = CodeFinder.load("medicine"), Reader(), []
    neutral: dict[str, float] = {}
    for part, n in ASKED.items():
        for asked in ask_terms(complaints(part), n):
            found = finder.find(asked.text).candidates
            titles = [one.title for one in found]
            if new := [title for title in titles if title not in neutral]:
                neutral |= dict(zip(new, reader.likelihoods(NEUTRAL, new)))
            runs.append(
                {
                    "part": part,
                    "text": asked.text,
                    "codes": [one.code for one in found],
                    "right": [one.code in asked.answers for one in found],
                    "finder": [round(one.score, 5) for one in found],
                    "likelihood": [round(x, 4) for x in reader.likelihoods(BEFORE.format(asked.text), titles)],
                    "without": [round(neutral[title], 4) for title in titles],
                    "letters": [round(x, 4) for x in reader.letters(asked.text, titles)],
                    "letters_reversed": [round(x, 4) for x in reader.letters(asked.text, titles[::-1])[::-1]],
                }
            )
            keep(runs)
    return runs


def lines(keep, seeds=(0, 1, 2)) -> list[dict]:
    """The first ten ranks of spoiled card lines, for words, meaning, and both."""
    finder, asked, runs = CodeFinder.load("finance"), domain_questions("finance", "test"), []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        for level in range(len(LEVELS)):
            texts = [card_line(one.text, level, rng) for one in asked]
            cosines, shares = finder.meaning.scores(texts), finder.words.scores(texts)
            ways = {"words": shares, "meaning": cosines, "both": cosines + finder.weight * shares}
            for way, scores in ways.items():
                order = np.argsort(-scores, axis=1, kind="stable")
                ranks = [
                    next(r for r, i in enumerate(row) if finder.register.codes[i] in one.answers)
                    for row, one in zip(order, asked)
                ]
                runs.append({"seed": seed, "level": level, "way": way, "ranks": ranks, "example": texts[0]})
            keep(runs)
    return runs


def controls(keep, seed: int) -> list[dict]:
    """The places of the first right category when MiniLM's weights are random: it reads every text of the register."""
    model, tokenizer, register = randomized(load_minilm(), seed=seed), minilm_tokenizer(), load_register("medicine")

    def encode(texts: list[str]) -> np.ndarray:
        print(len(texts), "texts", flush=True)
        return embed_sentences(model, tokenizer, texts)

    vectors, run = mean_vectors(register, encode), {"seed": seed}
    for kind, asked in (("complaints", complaints("test")), ("terms", domain_questions("medicine", "test"))):
        order = np.argsort(-(encode([one.text for one in asked]) @ vectors.T), axis=1, kind="stable")
        run[kind] = [
            next(r for r, i in enumerate(row) if register.codes[i] in one.answers) for row, one in zip(order, asked)
        ]
    others = json.loads(TARGET.read_text(encoding="utf-8")).get("controls", [])
    runs = sorted([run, *(one for one in others if one["seed"] != seed)], key=lambda one: one["seed"])
    keep(runs)
    return runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("choices", "lines", "controls"))
    parser.add_argument("--seed", type=int, default=0, help="of the random weights, for controls")
    arguments = parser.parse_args()
    what, began = arguments.what, time.process_time()

    def keep(runs: list[dict]) -> None:
        found = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
        found["seed"] = 0  # SmolLM2 draws nothing; the seeds of card lines and controls stand in their runs
        found["settings"] = {
            "asked": ASKED,
            "before": BEFORE,
            "neutral": NEUTRAL,
            "levels": LEVELS,
            "dtype": "bfloat16",
        }
        found["machine"] = machine()
        found[what] = runs
        found.setdefault("cpu_seconds", {})[what] = round(time.process_time() - began, 1)
        TARGET.write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")
        print(len(runs), f"{time.process_time() - began:.0f} s", flush=True)

    if what == "controls":
        controls(keep, arguments.seed)
    else:
        {"choices": choices, "lines": lines}[what](keep)
    print(f"{time.process_time() - began:.0f} core-seconds")


if __name__ == "__main__":
    main()
