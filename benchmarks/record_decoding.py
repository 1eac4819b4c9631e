"""A dozen passages continued in many ways, sentences found by beam search, and drafts tried: what lesson 22 shows.

    python -m benchmarks.record_decoding               # about six minutes of one core

SmolLM2-135M-Instruct from its 4-bit file. Results go to llmai_edu/training/recorded/decoding.json.
"""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch

from benchmarks.common import machine
from llmai_edu.evaluation import ladder_text
from llmai_edu.generation.beam import beam_search
from llmai_edu.generation.composed import generate_many_with, usual_steps
from llmai_edu.generation.speculative import NgramDraft, PromptLookup, Speculation, generate_speculative
from llmai_edu.models.llama import Llama
from llmai_edu.pretrained import load_smollm2
from llmai_edu.tokenizers import smollm2_tokenizer

TARGET = Path(__file__).parent.parent / "llmai_edu" / "training" / "recorded" / "decoding.json"
PROMPT, LENGTH, PLACE, BEAMS = 40, 48, 0.25, 4
# The settings of `usual_steps`; a name that begins with "greedy" takes the likeliest token after the steps.
SETTINGS: dict[str, dict[str, Any]] = {
    "greedy": {},
    **{f"temperature {t}": {"heat": t} for t in (1.0, 0.7, 1.2)},
    **{f"top-p {p}": {"p": p} for p in (0.9, 0.5)},
    **{f"greedy, repetition {r}": {"repetition": r} for r in (1.1, 1.3)},
    "top-k 50": {"k": 50},
    "min-p 0.1": {"least": 0.1},
    "hot, top-p 0.9": {"heat": 1.5, "p": 0.9},
    "hot, min-p 0.1": {"heat": 1.5, "least": 0.1},
}
LONGEST, WIDTHS, PENALTIES = 40, (1, 4), (0.0, 1.0)
FREE = (
    "Write a short story about a lighthouse.",
    "Explain why the sky is blue.",
)
SEED = 0  # of the drafts; each continued passage has its own, its number
TOKENS, ROUNDS = 48, ((0.0, 4), (0.0, 8), (1.0, 4))  # temperature, guesses


def repeated(ids: Sequence[int], n: int = 4) -> float:
    """The share of the n-grams of a text that stood in it before."""
    grams = [tuple(ids[start : start + n]) for start in range(len(ids) - n + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


@torch.inference_mode()
def surprise(model: Llama, prompts: list[list[int]], texts: list[list[int]]) -> torch.Tensor:
    """-log p of each token of each text under the plain model, (texts, LENGTH)."""
    rows = []
    for prompt, text in zip(prompts, texts):
        logits = model(torch.tensor([prompt + text]))[0, len(prompt) - 1 : -1].log_softmax(-1)
        rows.append(-logits.gather(1, torch.tensor(text)[:, None])[:, 0])
    return torch.stack(rows)


def measured(model: Llama, prompts: list[list[int]], texts: list[list[int]], decode) -> dict[str, Any]:
    """What is kept of a way to write: for each text surprise and repetition, for each place the mean surprise."""
    values = surprise(model, prompts, texts)
    pairs = [pair for text in texts for pair in pairwise(text)]
    return {
        "surprise": [round(value, 4) for value in values.mean(1).tolist()],
        "by_place": [round(value, 4) for value in values.mean(0).tolist()],
        "repeated": [round(repeated(text), 4) for text in texts],
        "distinct_pairs": round(len(set(pairs)) / len(pairs), 4),
        "first_texts": [decode(text) for text in texts[:3]],
    }


def passages(docs: Sequence[str], encode) -> tuple[list[list[int]], list[list[int]]]:
    """Prompts from the validation speeches, and how their authors went on."""
    prompts, human = [], []
    for doc in docs:
        ids = encode(doc)
        start = int(PLACE * len(ids))
        prompts.append(ids[start : start + PROMPT])
        human.append(ids[start + PROMPT : start + PROMPT + LENGTH])
    return prompts, human


def written(model: Llama, prompts: list[list[int]], human: list[list[int]], decode) -> dict[str, Any]:
    """All ways to go on, measured by the plain model."""
    found = {"human": measured(model, prompts, human, decode)}
    for name, setting in SETTINGS.items():
        texts: list[list[int]] = [[] for _ in prompts]
        seeds = None if name.startswith("greedy") else range(len(prompts))
        for row, token in generate_many_with(model, prompts, LENGTH, usual_steps(**setting), seeds=seeds):
            texts[row].append(token)
        found[name] = measured(model, prompts, texts, decode)
        print(name, sum(found[name]["surprise"]) / len(texts), sum(found[name]["repeated"]) / len(texts), flush=True)
    texts = [beam_search(model, prompt, LENGTH, beams=BEAMS)[0].ids for prompt in prompts]
    found[f"beam {BEAMS}"] = measured(model, prompts, texts, decode)
    return found


def sentences(model: Llama, prompts: list[list[int]], stops: list[int]) -> list[dict[str, Any]]:
    """The best sentence for each width and length penalty."""
    found = []
    for width in WIDTHS:
        for penalty in PENALTIES:
            best = [
                beam_search(model, prompt, LONGEST, beams=width, length_penalty=penalty, stop_ids=stops)[0]
                for prompt in prompts[:8]
            ]
            row = {
                "beams": width,
                "penalty": penalty,
                "log_prob": [round(hypothesis.log_prob, 4) for hypothesis in best],
                "length": [len(hypothesis.ids) for hypothesis in best],
                "repeated": [round(repeated(hypothesis.ids), 4) for hypothesis in best],
            }
            found.append(row)
            print(width, penalty, sum(row["log_prob"]), sum(row["length"]), flush=True)
    return found


class Watched:
    """A draft that writes down how many tokens it guessed in each round, and how many had been kept before."""

    def __init__(self, draft, stats: Speculation) -> None:
        self.draft, self.stats, self.guessed, self.kept_before = draft, stats, [], []

    def __call__(self, ids, k, generator):
        drafted, q = self.draft(ids, k, generator)
        self.guessed.append(len(drafted))
        self.kept_before.append(self.stats.kept)
        return drafted, q


def speculation(model: Llama, docs: Sequence[str], train: str, tokenizer) -> list[dict[str, Any]]:
    """Rounds of each draft on prompts that are answered by copying, and on others."""
    copy = [f"Repeat this text word for word:\n\n{doc[3000:].partition('. ')[2][:300]}" for doc in docs[5:7]]
    counts = tokenizer.encode(train)
    drafts = {
        "look-up": PromptLookup(tokenizer.vocab_size),
        "trigram": NgramDraft(counts, tokenizer.vocab_size, n=3),
    }
    found = []
    for kind, questions in (("copy", copy), ("free", FREE)):
        for question in questions:
            ids = tokenizer.chat_ids([{"role": "user", "content": question}])
            for name, draft in drafts.items():
                for heat, k in ROUNDS:
                    stats, generator = Speculation(), torch.Generator().manual_seed(SEED)
                    watched = Watched(draft, stats)
                    for _ in generate_speculative(
                        model, ids, TOKENS, watched, k=k, temperature=heat, generator=generator,
                        stop_ids=[tokenizer.eos_id], stats=stats,
                    ):  # fmt: skip
                        pass
                    ends = [*watched.kept_before[1:], stats.kept]
                    kept = [after - before for before, after in zip(watched.kept_before, ends)]
                    found.append({
                        "kind": kind, "draft": name, "temperature": heat, "k": k, "tokens": stats.new_tokens,
                        "passes": stats.passes, "guessed": watched.guessed, "kept": kept,
                    })  # fmt: skip
                    print(
                        {key: found[-1][key] for key in ("kind", "draft", "temperature", "k", "tokens", "passes")},
                        flush=True,
                    )
    return found


def main() -> None:
    torch.set_num_threads(1)
    model, tokenizer, text = load_smollm2().requires_grad_(False), smollm2_tokenizer(), ladder_text()
    prompts, human = passages(text.valid_docs, tokenizer.encode)
    stops = [tokenizer.encode(mark)[0] for mark in (".", "?", "!")]
    recording = {
        "script": "python -m benchmarks.record_decoding",
        "machine": machine(),
        "model": "SmolLM2-135M-Instruct, 4-bit file",
        "prompt_tokens": PROMPT,
        "new_tokens": LENGTH,
        "settings": SETTINGS,
        "seeds": {"written": list(range(len(prompts))), "speculation": SEED},
    }
    for name, part in (
        ("written", lambda: written(model, prompts, human, tokenizer.decode)),
        ("speculation", lambda: speculation(model, text.valid_docs, text.train[-2_000_000:], tokenizer)),
        ("sentences", lambda: sentences(model, prompts, stops)),
    ):
        recording[name] = part()
        TARGET.write_text(json.dumps(recording, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
