"""LoRA on SmolLM2, as lesson 20 does it: ranks, learning rates, whole matrices, and prompts instead of tuning.

    python -m benchmarks.record_lora            # about ten minutes of one core
    python -m benchmarks.record_lora ranks 0    # one of its parts, to run them side by side

The task is that of `finetuning.review_form`; the upper six blocks are tuned on states that are computed once. Losses
are those of the answers, in nats a token, on the validation part. Results go to
llmai_edu/training/recorded/lora_runs.json.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from benchmarks.common import machine
from llmai_edu.datasets import load_instructions
from llmai_edu.evaluation import ladder_text
from llmai_edu.finetuning.blocks import UpperBlocks, lower_states
from llmai_edu.finetuning.instruct import chat_example, pad_examples
from llmai_edu.finetuning.lora import add_lora
from llmai_edu.finetuning.review_form import INSTRUCTION, load_review_talks, read_form
from llmai_edu.finetuning.tuning import tune
from llmai_edu.generation.batch import generate_batch
from llmai_edu.pretrained import load_smollm2
from llmai_edu.tokenizers import smollm2_tokenizer

TARGET = Path(__file__).parent.parent / "llmai_edu" / "training" / "recorded" / "lora_runs.json"
FIRST, TARGETS, ALPHA, RATE, RANK = 24, ("q_proj", "v_proj"), 16, 5e-3, 8
PAIRS, ROUNDS, ROWS, HELD_OUT, SEEDS = 32, 2, 4, 60, (0, 1)
RANKS, RATES = (1, 2, 4, 8, 16, 64), (1e-3, 2.5e-3, 2e-2)
WHOLE_RATES = (1e-4, 3e-4, 1e-3)
KEPT = (1, 4, 16, 64, 192)
SPELLED_OUT = (
    f'{INSTRUCTION} Answer only {{"mood": "good", "next": "thank"}} or {{"mood": "bad", "next": "apologize"}}.'
)


class Bench:
    """The model, what it learns from, and what it is measured on, all as states below block FIRST."""

    def __init__(self) -> None:
        self.tokenizer, self.model = smollm2_tokenizer(), load_smollm2().requires_grad_(False).eval()
        self.end = self.tokenizer.special_tokens["<|im_end|>"]
        self.talks = load_review_talks()
        self.good, self.bad = (self.tokenizer.encode(word)[0] for word in ("good", "bad"))
        self.plain = {name: weight.clone() for name, weight in self.matrices().items()}
        talks = [self.example(talk) for talk in self.talks["valid"][:HELD_OUT]]
        others = [self.exchange(one) for one in load_instructions().valid]
        short = [one for one in others if len(one.ids) <= 72][:16]
        speech = self.tokenizer.encode(ladder_text().doc_bytes("fresh")[0].decode()[:1500])
        self.speech_bytes = len(self.tokenizer.decode(speech).encode())
        ids = torch.tensor([speech])
        self.held_out = self.stored(pad_examples(talks, 0))
        self.others = self.stored(pad_examples(short, 0))
        self.speech = self.stored((ids[:, :-1], ids[:, 1:], torch.ones_like(ids[:, 1:])))

    def example(self, talk):
        return chat_example(self.tokenizer, talk, self.end)

    def exchange(self, one):
        messages = [{"role": "user", "content": one.prompt}, {"role": "assistant", "content": one.answer}]
        return self.example(messages)

    def stored(self, batch):
        return (lower_states(self.model, batch[0], FIRST), *batch[1:])

    def learned(self, seed: int):
        """Pairs of a good and a bad review, drawn by the seed."""
        pairs = np.random.default_rng(seed).permutation(len(self.talks["train"]) // 2)[:PAIRS]
        talks = [self.talks["train"][2 * pair + side] for pair in pairs for side in (0, 1)]
        return self.stored(pad_examples([self.example(talk) for talk in talks], 0))

    def matrices(self) -> dict[str, torch.Tensor]:
        """The matrices beside which LoRA stands, by name."""
        named = self.model.named_parameters()
        return {name: w for name, w in named if name.split(".")[-2] in TARGETS and int(name.split(".")[1]) >= FIRST}

    def reset(self) -> UpperBlocks:
        """The model as it was, without thin matrices."""
        for _, block in self.model.layers.named_children():
            for target in TARGETS:
                part = getattr(block.self_attn, target)
                setattr(block.self_attn, target, getattr(part, "base", part))
        with torch.no_grad():
            for name, weight in self.matrices().items():
                weight.copy_(self.plain[name])
        self.model.requires_grad_(False)
        return UpperBlocks(self.model, FIRST)

    @torch.no_grad()
    def losses(self, upper: UpperBlocks, batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The loss of every counted token, its logits, and the token."""
        states, targets, counted = batch
        logits = torch.cat([upper(s, c) for s, c in zip(states.split(20), counted.split(20))])
        right = targets[counted.bool()]
        return F.cross_entropy(logits, right, reduction="none"), logits, right

    def measure(self, upper: UpperBlocks) -> dict[str, float]:
        """The loss, the loss at the mood alone, the choice between the two moods, and what became of the rest."""
        loss, logits, right = self.losses(upper, self.held_out)
        mood = (right == self.good) | (right == self.bad)
        chosen = torch.where(logits[:, self.good] > logits[:, self.bad], self.good, self.bad)
        other = self.losses(upper, self.others)[0]
        speech = self.losses(upper, self.speech)[0]
        return {
            "loss": round(loss.mean().item(), 5),
            "mood_loss": round(loss[mood].mean().item(), 5),
            "form_loss": round(loss[~mood].mean().item(), 5),
            "choice": round((chosen == right)[mood].float().mean().item(), 4),
            "instructions": round(other.mean().item(), 4),
            "speech_bits": round(speech.sum().item() / np.log(2) / self.speech_bytes, 4),
        }

    def lora(self, seed: int, rank: int, rate: float) -> UpperBlocks:
        upper = self.reset()
        draw = torch.Generator().manual_seed(seed)
        add_lora(self.model.layers[FIRST:], TARGETS, rank=rank, alpha=ALPHA, generator=draw)
        tune(upper, self.learned(seed), rate=rate, rounds=ROUNDS, rows=ROWS, generator=draw)
        return upper

    def whole(self, seed: int, rate: float) -> UpperBlocks:
        upper = self.reset()
        for weight in self.matrices().values():
            weight.requires_grad_(True)
        draw = torch.Generator().manual_seed(seed)
        tune(upper, self.learned(seed), rate=rate, rounds=ROUNDS, rows=ROWS, generator=draw)
        self.model.requires_grad_(False)
        return upper

    def prompted(self, system: str, shots: int, count: int) -> dict[str, Any]:
        """The model as it is, with `shots` solved examples in its prompt: its form, its moods, its loss."""
        solved = [message for talk in self.talks["train"][:shots] for message in talk[1:]]
        begin = [{"role": "system", "content": system}, *solved]
        talks = [[*begin, *talk[1:]] for talk in self.talks["valid"][:count]]
        examples = [self.example(talk) for talk in talks]
        upper, losses = UpperBlocks(self.model, FIRST), []
        for place in range(0, count, 20):
            losses.append(self.losses(upper, self.stored(pad_examples(examples[place : place + 20], 0)))[0])
        forms = self.forms(talks)
        return {"shots": shots, "seed": 0, "loss": round(torch.cat(losses).mean().item(), 4), **forms}

    def forms(self, talks) -> dict[str, float]:
        """The share of answers in the form, and the share with the right mood, written greedily."""
        answers = []
        for place in range(0, len(talks), 20):
            prompts = [self.tokenizer.chat_ids(talk[:-1]) for talk in talks[place : place + 20]]
            answers += generate_batch(self.model, prompts, 24, stop_ids=[self.end])
        forms = [read_form(self.tokenizer.decode(answer)) for answer in answers]
        right = [form == read_form(talk[-1]["content"]) for form, talk in zip(forms, talks)]
        formed = float(np.mean([form is not None for form in forms]))
        return {"answers": len(talks), "formed": round(formed, 4), "right": round(float(np.mean(right)), 4)}


def truncated(bench: Bench, upper: UpperBlocks) -> tuple[list[dict], dict[str, dict]]:
    """What is left of a change of whole matrices when only its largest singular directions are kept."""
    changes = {name: w.detach() - bench.plain[name] for name, w in bench.matrices().items()}
    parts = {name: torch.linalg.svd(change, full_matrices=False) for name, change in changes.items()}
    draw, shown = torch.Generator().manual_seed(0), {}
    for name in list(changes)[:2] + list(changes)[-2:]:
        noise = torch.randn(changes[name].shape, generator=draw)
        noise *= changes[name].norm() / noise.norm()
        of_noise = torch.linalg.svdvals(noise)
        shown[name] = {
            "change": [float(f"{s:.4g}") for s in parts[name][1].tolist()],
            "noise": [float(f"{s:.4g}") for s in of_noise.tolist()],
            "weight_norm": round(bench.plain[name].norm().item(), 3),
        }
    runs = []
    for kept in KEPT:
        with torch.no_grad():
            for name, weight in bench.matrices().items():
                u, s, vt = parts[name]
                weight.copy_(bench.plain[name] + (u[:, :kept] * s[:kept]) @ vt[:kept])
        energy = np.mean([(s[:kept].square().sum() / s.square().sum()).item() for _, s, _ in parts.values()])
        runs.append({"kept": kept, "seed": 0, "energy": round(float(energy), 4), **bench.measure(upper)})
        print(runs[-1], flush=True)
    return runs, shown


def ranks(seed: int) -> dict[str, Any]:
    """LoRA of several ranks."""
    bench, found = Bench(), {"ranks": []}
    if seed == 0:
        found["untuned"] = [{"seed": seed, **bench.measure(bench.reset())}]
    for rank in RANKS:
        upper = bench.lora(seed, rank, RATE)
        forms = bench.forms(bench.talks["valid"][:HELD_OUT]) if rank == RANK else {}
        found["ranks"].append({"seed": seed, "rank": rank, "rate": RATE, **bench.measure(upper), **forms})
        print("ranks", found["ranks"][-1], flush=True)
    return found


def whole(seed: int) -> dict[str, Any]:
    """Whole matrices, other rates for LoRA; with seed 0 also what is left of a change that is cut off."""
    bench, found = Bench(), {"whole": [], "rates": []}
    for rate in WHOLE_RATES:
        found["whole"].append({"seed": seed, "rate": rate, **bench.measure(bench.whole(seed, rate))})
        print("whole", found["whole"][-1], flush=True)
    if seed == 0:
        best = min(found["whole"], key=lambda run: run["loss"])
        found["truncated"], found["singular"] = truncated(bench, bench.whole(0, best["rate"]))
        found["sizes"] = {"speech_bytes": bench.speech_bytes, "instructions": len(bench.others[0])}
    for rate in RATES:
        run = {"seed": seed, "rank": RANK, "rate": rate, **bench.measure(bench.lora(seed, RANK, rate))}
        found["rates"].append(run)
        print("rates", run, flush=True)
    return found


def prompts(_: int) -> dict[str, Any]:
    """The model as it is, asked in three ways."""
    bench, found = Bench(), []
    for system, shots, kind in ((INSTRUCTION, 0, "plain"), (SPELLED_OUT, 0, "spelled out"), (INSTRUCTION, 4, "shots")):
        found.append({"kind": kind, **bench.prompted(system, shots, HELD_OUT)})
        print("prompts", found[-1], flush=True)
    return {"prompts": found}


PARTS = [("ranks", 0), ("ranks", 1), ("whole", 0), ("whole", 1), ("prompts", 0)]


def part_file(name: str, seed: int) -> Path:
    """Where a part waits for the others."""
    return TARGET.with_name(f"lora_runs.{name}-{seed}.part")


def record(name: str, seed: int) -> None:
    """Run one part in this process."""
    torch.set_num_threads(1)
    found = {"ranks": ranks, "whole": whole, "prompts": prompts}[name](seed)
    part_file(name, seed).write_text(json.dumps(found), encoding="utf-8")


def main() -> None:
    """Run one part (`ranks 0`), or all that are missing; when all are there, write the recording."""
    if sys.argv[1:]:
        record(sys.argv[1], int(sys.argv[2]))
    else:
        for name, seed in PARTS:
            if not part_file(name, seed).exists():
                record(name, seed)
    if not all(part_file(*part).exists() for part in PARTS):
        return
    found: dict[str, Any] = {}
    for part in PARTS:
        for name, runs in json.loads(part_file(*part).read_text(encoding="utf-8")).items():
            found[name] = found[name] + runs if isinstance(runs, list) and name in found else runs
    settings = {
        "first_block": FIRST,
        "targets": TARGETS,
        "alpha": ALPHA,
        "examples": 2 * PAIRS,
        "rounds": ROUNDS,
        "rows": ROWS,
        "held_out": HELD_OUT,
        "spelled_out": SPELLED_OUT,
    }
    partial = TARGET.with_suffix(".part")
    content = {"machine": machine(), "settings": settings, **found}
    partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, TARGET)
    for part in PARTS:
        part_file(*part).unlink()


if __name__ == "__main__":
    main()
