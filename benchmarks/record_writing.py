"""Sonnets under rhyme and metre, summaries and texts with controls, written by SmolLM2: what lesson 25 measures.

    python -m benchmarks.record_writing sonnets        # one part: sonnets, summaries or controls
    python -m benchmarks.record_writing                # all of them: about ten minutes of one core

SmolLM2-135M-Instruct from its 4-bit file, in float32. Results go to llmai_edu/training/recorded/writing.json.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import torch

from benchmarks.common import machine
from llmai_edu.apps.sonnet import PROMPT, Sonneteer, choose
from llmai_edu.apps.summaries import summary_ids
from llmai_edu.apps.writing import Wish, Writer, kept
from llmai_edu.datasets.docstrings import load_docstring_pairs
from llmai_edu.datasets.hash_split import unit_hash
from llmai_edu.generation.batch import generate_batch
from llmai_edu.generation.composed import generate_many_with, usual_steps

TARGET = Path(__file__).parent.parent / "llmai_edu" / "training" / "recorded" / "writing.json"
SEED, HEAT, CANDIDATES, LINES = 0, 0.8, 4, 14
TOPICS = (
    "the sea at night",
    "an old bicycle",
    "the first snow",
    "a letter never sent",
    "the moon",
    "my mother's hands",
    "a city in the rain",
    "growing old",
    "a garden in spring",
    "the last train",
    "a lost friend",
    "music",
    "the hunger of wolves",
    "a mirror",
    "bread",
    "the loss of a king",
    "a sleepless night",
    "the stars",
    "war and peace",
    "the river",
)
ASKED = (
    "Write a Shakespearean sonnet about {topic}: fourteen lines in iambic pentameter that rhyme ABAB CDCD EFEF GG. "
    "Write only the poem."
)
FORBIDDEN = {
    "the sea": ("water", "wave"),
    "winter": ("snow", "cold"),
    "a market": ("people", "buy"),
    "the night": ("dark", "star"),
    "a forest": ("tree", "green"),
    "a train journey": ("window", "station"),
    "music": ("sound", "note"),
    "the sun": ("light", "warm"),
    "a school": ("student", "learn"),
    "bread": ("bake", "oven"),
    "a river": ("water", "flow"),
    "a wedding": ("love", "bride"),
    "a storm": ("wind", "rain"),
    "a library": ("book", "read"),
    "a garden": ("flower", "plant"),
    "an old house": ("door", "room"),
    "a dog": ("friend", "tail"),
    "the moon": ("night", "sky"),
    "a mountain": ("peak", "climb"),
    "a ship": ("sail", "sea"),
}
INCLUDED = (
    "lantern",
    "spoon",
    "ladder",
    "orange",
    "pocket",
    "clock",
    "button",
    "carpet",
    "hammer",
    "letter",
    "mirror",
    "needle",
    "basket",
    "candle",
    "ticket",
    "umbrella",
)
TONES = ("cheerful", "gloomy")
ITEMS, SHORTEST, LONGEST, SUMMARY_TOKENS = 100, 120, 700, 32


@torch.inference_mode()
def log_probs(model, prompts: Sequence[list[int]], texts: Sequence[list[int]]) -> list[list[float]]:
    """The log-probability of each token of each text under the plain model."""
    found = []
    for prompt, text in zip(prompts, texts):
        logits = model(torch.tensor([prompt + text]))[0, len(prompt) - 1 : -1].log_softmax(-1)
        found.append(logits.gather(1, torch.tensor(text)[:, None])[:, 0].tolist())
    return found


def per_line(tokenizer, ids: list[int], scores: list[float]) -> list[dict[str, Any]]:
    """A text cut into lines that are not empty: the line, its tokens and their log-probability."""
    lines, tokens, score = [], [], 0.0
    for token, one in [*zip(ids, scores), (None, 0.0)]:
        if token is not None:
            tokens.append(token)
            score += one
        if token is None or "\n" in tokenizer.decode([token]):
            if text := tokenizer.decode(tokens).strip():
                lines.append({"text": text, "tokens": len(tokens), "log_prob": round(score, 3)})
            tokens, score = [], 0.0
    return lines[:LINES]


def sonnets(poet: Sonneteer) -> dict[str, Any]:
    """Each topic in three ways: under the form, freely after the same prompt, and asked for in a chat."""
    model, tokenizer = poet.model, poet.tokenizer
    found: dict[str, list] = {"constrained": [], "free": [], "asked": []}
    candidates = []
    for first in range(0, len(TOPICS), 10):
        topics, poems = TOPICS[first : first + 10], [[] for _ in range(10)]
        for groups in poet.poems(topics, candidates=CANDIDATES, heat=HEAT, seed=SEED + first):
            for poem, group in zip(poems, groups):
                best = choose(group)
                score = max(line[1] for line in group)
                poem.append({"text": poet.text(best), "tokens": len(best), "log_prob": round(score, 3)})
                candidates.append([[len(line), round(value, 3)] for line, value in group])
            print(f"{process_time():.0f} s", poems[0][-1], flush=True)
        found["constrained"] += poems
    plain = [tokenizer.encode(PROMPT.format(topic=topic)) for topic in TOPICS]
    chats = [tokenizer.chat_ids([{"role": "user", "content": ASKED.format(topic=topic)}]) for topic in TOPICS]
    for name, prompts in (("free", plain), ("asked", chats)):
        texts: list[list[int]] = [[] for _ in prompts]
        seeds = range(SEED, SEED + len(prompts))
        for row, token in generate_many_with(
            model, prompts, 190, usual_steps(HEAT), seeds=seeds, stop_ids=[tokenizer.eos_id]
        ):
            texts[row].append(token)
        scores = log_probs(model, prompts, texts)
        found[name] = [per_line(tokenizer, *one) for one in zip(texts, scores)]
        print(f"{process_time():.0f} s", name, found[name][0], flush=True)
    return {"topics": TOPICS, "poems": found, "candidates": candidates}


def summaries(poet: Sonneteer) -> dict[str, Any]:
    """A hundred test pairs, drawn by a fingerprint of their text, each with a summary that the model wrote."""
    model, tokenizer = poet.model, poet.tokenizer
    some = [pair for pair in load_docstring_pairs().test if SHORTEST <= len(pair.body) <= LONGEST]
    some = sorted(some, key=lambda pair: unit_hash(pair.body))[:ITEMS]
    some.sort(key=lambda pair: len(pair.body))  # texts of like length are read together
    rows = []
    for first in range(0, len(some), 10):
        part = some[first : first + 10]
        prompts = [summary_ids(tokenizer, pair.body) for pair in part]
        written = generate_batch(model, prompts, SUMMARY_TOKENS, stop_ids=[tokenizer.eos_id])
        rows += [pair._asdict() | {"written": tokenizer.decode(ids).strip()} for pair, ids in zip(part, written)]
        print(f"{process_time():.0f} s", rows[-1], flush=True)
    return {"items": rows, "tokens": SUMMARY_TOKENS}


def wishes() -> list[Wish]:
    """Two wishes a topic, a cheerful and a gloomy one; two words to include, and two typical ones forbidden."""
    rng, found = np.random.default_rng(SEED), []
    for topic, forbidden in FORBIDDEN.items():
        for tone in TONES:
            found.append(Wish(topic, tuple(rng.choice(INCLUDED, 2, replace=False).tolist()), forbidden, 25, 40, tone))
    return found


def controls(poet: Sonneteer) -> dict[str, Any]:
    """Forty wishes, once only asked for, and once held to."""
    writer, wanted = Writer(poet.model, poet.tokenizer), wishes()
    found: dict[str, Any] = {"wishes": [asdict(wish) for wish in wanted]}
    for name, hold in (("asked", False), ("held", True)):
        found[name] = []
        for first in range(0, len(wanted), 10):
            part = wanted[first : first + 10]
            texts: list[list[int]] = [[] for _ in part]
            for row, token in writer.write_many(part, hold=hold, seeds=range(first, first + 10)):
                texts[row].append(token)
            scores = log_probs(writer.model, [writer.prompt(wish) for wish in part], texts)
            for ids, score in zip(texts, scores):
                row = {"text": writer.tokenizer.decode(ids).strip(), "tokens": len(ids), "log_prob": sum(score)}
                found[name].append(row)
            print(f"{process_time():.0f} s", name, found[name][-1], kept(part[-1], found[name][-1]["text"]), flush=True)
    return found


PARTS = {"sonnets": sonnets, "summaries": summaries, "controls": controls}


def main() -> None:
    torch.set_num_threads(1)
    poet = Sonneteer.load()
    for name in sys.argv[1:] or PARTS:
        found = PARTS[name](poet)
        whole = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
        whole |= {
            "script": "python -m benchmarks.record_writing",
            "machine": machine(),
            "model": "SmolLM2-135M-Instruct, 4-bit file",
            "seed": SEED,
            "heat": HEAT,
            "candidates": CANDIDATES,
            name: found,
        }
        TARGET.write_text(json.dumps(whole, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
