"""SmolLM2 tuned by DPO on written preferences and by GRPO on sums that can be checked: recorded for lesson 21.

    python -m benchmarks.record_preferences grpo --worth right --rate 1e-4 --limit 62 --out FOLDER     # on a GPU
    python -m benchmarks.record_preferences grpo --worth halves --rate 3e-4 --limit 230 --out FOLDER
    python -m benchmarks.record_preferences grpo --worth random --rate 3e-4 --limit 230 --out FOLDER   # the control
    python -m benchmarks.record_preferences dpo --beta 0.1 --seed 0 --out FOLDER
    python -m benchmarks.record_preferences plain --out FOLDER                          # judges without tuning, CPU
    python -m benchmarks.record_preferences join --out FOLDER                           # into the package

All runs train LoRA of rank 8 beside every matrix of the blocks, in float32 (TF32 products on a GPU). A run ends after
its steps or, with --limit, after so many seconds, and says which.

GRPO: sums, differences and products of small numbers; 32 questions a step, 16 answers each at temperature 1. Three
ways to say what an answer is worth. "halves": 1/2 when its last number is right, and 1/2 when it is a number and
nothing else. "right": nothing unless its last number is right, then 1/2, and 1 when it is a number and nothing else.
"random": the throw of a coin. Held out are questions whose pair of numbers no training question has, in either order.
Measured before and after: greedy answers and four drawn ones to each.

DPO: the 300 pairs in five folds by conversation, each fold judged by a model that was tuned on the other four. Rows
longer than 768 tokens are left out. Judged is whether the margin of the better answer over the worse, against the
model before tuning, is positive; "plain" has what two simple judges say: the longer answer, and the answer that the
untuned model finds likelier. There is no win rate: it would need a judge, and we have none that we trust.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

import llmai_edu.training
from benchmarks.common import machine
from llmai_edu.datasets import load_instructions, load_preferences
from llmai_edu.datasets.hash_split import unit_hash
from llmai_edu.device import pick_device
from llmai_edu.finetuning.adapter_file import save_adapter
from llmai_edu.finetuning.dpo_loop import PairBatch, TokenPair, dpo_step, pair_batch, pair_log_probs
from llmai_edu.finetuning.grpo_loop import GRPOStep, train_grpo
from llmai_edu.finetuning.instruct import chat_example, pad_examples
from llmai_edu.finetuning.lora import add_lora
from llmai_edu.finetuning.rollouts import Rollouts, sample_group, token_log_probs
from llmai_edu.generation.batch import generate_batch
from llmai_edu.models.llama import Llama
from llmai_edu.pretrained import load_smollm2
from llmai_edu.tokenizers import smollm2_tokenizer
from llmai_edu.training.parameter_groups import adamw

TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
RANK, ALPHA = 8, 16.0
PROMPTS, GROUP, NEW_TOKENS, STEPS = 32, 16, 16, 150
HELD_OUT, DRAWN = 256, 4
LONGEST, FOLDS, EPOCHS, PAIRS = 768, 5, 3, 16
ANSWERS, ANSWER_TOKENS = 64, 160
TOKENIZER = smollm2_tokenizer()


def load(device: torch.device, seed: int) -> Llama:
    """SmolLM2 with fresh thin matrices."""
    model = load_smollm2(device)
    generator = torch.Generator(device=device).manual_seed(seed)
    return add_lora(model, TARGETS, rank=RANK, alpha=ALPHA, generator=generator).eval()


class OutOfTime(Exception):
    """The run has used its seconds; what it has learned is measured all the same."""


# ---- sums


def questions() -> tuple[list[str], list[str]]:
    """All questions, for training and held out; which pair of numbers belongs where follows from a fingerprint."""
    parts: tuple[list[str], list[str]] = ([], [])
    for sign, most in (("+", 30), ("-", 30), ("*", 12)):
        for a in range(2, most + 1):
            for b in range(2, most + 1):
                small, large = sorted((a, b))
                held_out = unit_hash(f"{small} {sign} {large}") < 0.2
                parts[held_out].append(f"{a} {sign} {b}")
    return parts


def prompt_ids(question: str) -> list[int]:
    content = f"What is {question}? Answer with a number only."
    return TOKENIZER.chat_ids([{"role": "user", "content": content}])


def worth(question: str, answer: str) -> tuple[float, float]:
    """Whether the last number is right, and whether the answer is a number and nothing else."""
    a, sign, b = question.split()
    true = {"+": int(a) + int(b), "-": int(a) - int(b), "*": int(a) * int(b)}[sign]
    numbers = re.findall(r"-?\d+", answer)
    right = bool(numbers) and int(numbers[-1]) == true
    return float(right), float(re.fullmatch(r"-?\d+", answer.strip()) is not None)


def worths(drawn: Sequence[Sequence[int]], asked: Sequence[str]) -> np.ndarray:
    """(answers, 2): right and bare."""
    return np.array([worth(question, TOKENIZER.decode(list(ids))) for question, ids in zip(asked, drawn, strict=True)])


def examine(model: Llama, asked: list[str], device: torch.device) -> dict[str, Any]:
    """Greedy answers and drawn ones to the held-out questions."""
    prompts = [prompt_ids(question) for question in asked]
    greedy = generate_batch(model, prompts, NEW_TOKENS, stop_ids=[TOKENIZER.eos_id])
    found = worths(greedy, asked)
    generator = torch.Generator(device=device).manual_seed(99)
    drawn = sample_group(model, prompts, DRAWN, NEW_TOKENS, stop_ids=[TOKENIZER.eos_id], generator=generator)
    each = worths(drawn.answers, [question for question in asked for _ in range(DRAWN)])
    return {
        "greedy_right": found[:, 0].astype(int).tolist(),
        "greedy_bare": found[:, 1].astype(int).tolist(),
        "drawn_right": each[:, 0].reshape(-1, DRAWN).sum(1).astype(int).tolist(),
        "drawn_bare": each[:, 1].reshape(-1, DRAWN).sum(1).astype(int).tolist(),
        "answers": [TOKENIZER.decode(ids) for ids in greedy[:40]],
    }


def alpaca_loss(model: Llama, device: torch.device, count: int) -> float:
    """Nats a token of the held-out answers to instructions: what the tuning costs elsewhere."""
    sums = np.zeros(2)
    for one in load_instructions().valid[:count]:
        talk = [{"role": "user", "content": one.prompt}, {"role": "assistant", "content": one.answer}]
        inputs, targets, counted = pad_examples([chat_example(TOKENIZER, talk, TOKENIZER.eos_id)], 0, longest=512)
        ids = torch.cat([inputs, targets[:, -1:]], dim=1).to(device)
        with torch.no_grad():
            chances = token_log_probs(model, ids).cpu()
        sums += -(chances * counted).sum().item(), counted.sum().item()
    return float(sums[0] / sums[1])


def run_grpo(options: argparse.Namespace) -> dict[str, Any]:
    device = pick_device(options.device)
    model = load(device, options.seed)
    train, held_out = questions()
    asked = random.Random(0).sample(held_out, options.held_out)
    draw = random.Random(options.seed)
    generator = torch.Generator(device=device).manual_seed(options.seed)
    chosen: list[str] = []
    parts: list[list[float]] = []

    def draw_prompts() -> list[list[int]]:
        chosen[:] = draw.sample(train, options.prompts)
        return [prompt_ids(question) for question in chosen]

    def reward(rollouts: Rollouts, prompts: Sequence[Sequence[int]]) -> list[float]:
        found = worths(rollouts.answers, [question for question in chosen for _ in range(rollouts.group)])
        parts.append(found.mean(0).tolist())
        if options.worth == "random":
            return [float(draw.random() < 0.5) for _ in rollouts.answers]
        if options.worth == "halves":
            return found.mean(1).tolist()
        return (found[:, 0] * (1 + found[:, 1]) / 2).tolist()

    curve: list[dict[str, float]] = []

    def report(step: int, one: GRPOStep) -> None:
        right, bare = parts[-1]
        entry = {"step": step, "right": right, "bare": bare, "teaching": one.teaching, "length": one.length}
        curve.append({key: round(value, 4) for key, value in entry.items()})
        if time.time() - began > options.limit:
            raise OutOfTime
        if step % 10 == 1:
            print(f"{options.worth} seed {options.seed} rate {options.rate:g}", curve[-1], flush=True)

    before, loss_before, began = (
        examine(model, asked, device),
        alpaca_loss(model, device, options.instructions),
        time.time(),
    )
    with contextlib.suppress(OutOfTime):
        train_grpo(
            model,
            adamw(model, options.rate, weight_decay=0.0),
            draw_prompts,
            reward,
            steps=options.steps,
            group=GROUP,
            max_new_tokens=NEW_TOKENS,
            stop_ids=[TOKENIZER.eos_id],
            generator=generator,
            report=report,
            rows=options.rows,
        )
    seconds = time.time() - began
    after, loss = examine(model, asked, device), alpaca_loss(model, device, options.instructions)
    if options.adapter:
        save_adapter(model, options.adapter, base="SmolLM2-135M-Instruct")
    return {
        "worth": options.worth,
        "seed": options.seed,
        "rate": options.rate,
        "seconds": round(seconds),
        "asked": asked,
        "before": before,
        "after": after,
        "loss_before": round(loss_before, 4),
        "loss": round(loss, 4),
        "curve": curve,
    }


# ---- written preferences


def token_pairs() -> tuple[list[TokenPair], list[int]]:
    """The pairs that fit, as ids, and the fold of each: equal conversations share one."""
    pairs, folds, split = [], [], load_preferences()
    for one in (pair for part in split.parts for pair in part):
        prompt = TOKENIZER.chat_ids(list(one.messages))
        better, worse = ([*TOKENIZER.encode(text), TOKENIZER.eos_id] for text in (one.better, one.worse))
        if len(prompt) + max(len(better), len(worse)) <= LONGEST:
            pairs.append(TokenPair(prompt, better, worse))
            folds.append(int(unit_hash(json.dumps(one.messages)) * FOLDS))
    return pairs, folds


def whole_log_probs(model: Llama, batch: PairBatch, rows: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    """`pair_log_probs` in parts, without gradients."""
    with torch.no_grad():
        parts = [pair_log_probs(model, batch.part(start, start + rows)) for start in range(0, len(batch), rows)]
    return torch.cat([one[0] for one in parts]), torch.cat([one[1] for one in parts])


def run_dpo(options: argparse.Namespace) -> dict[str, Any]:
    device = pick_device(options.device)
    pairs, folds = token_pairs()
    margins, plain, lengths, answers = {}, {}, {}, {"before": [], "after": []}
    curves: list[list[dict[str, float]]] = []
    began = time.time()
    for fold in range(options.folds):
        model = load(device, options.seed)
        train = [pair for pair, own in zip(pairs, folds) if own != fold]
        places = [place for place, own in enumerate(folds) if own == fold]
        batch, held_out = (
            pair_batch(part, pad_id=0, device=device) for part in (train, [pairs[place] for place in places])
        )
        reference, held_reference = whole_log_probs(model, batch), whole_log_probs(model, held_out)
        questions_here = [list(pairs[place].prompt) for place in places][: ANSWERS // FOLDS]
        answers["before"] += answer_lengths(model, questions_here)
        curves.append(tune(model, batch, reference, options))
        better, worse = whole_log_probs(model, held_out)
        margin = options.beta * ((better - held_reference[0]) - (worse - held_reference[1]))
        for index, place in enumerate(places):
            margins[place] = round(margin[index].item(), 4)
            plain[place] = round((held_reference[0] - held_reference[1])[index].item(), 3)
            lengths[place] = [len(pairs[place].better), len(pairs[place].worse)]
        answers["after"] += answer_lengths(model, questions_here)
        share = np.mean([margins[place] > 0 for place in margins])
        print(f"beta {options.beta} rate {options.rate:g} seed {options.seed} fold {fold}: {share:.3f}", flush=True)
    order = sorted(margins)
    return {
        "beta": options.beta,
        "seed": options.seed,
        "rate": options.rate,
        "seconds": round(time.time() - began),
        "pairs": len(pairs),
        "margin": [margins[place] for place in order],
        "log_prob_before": [plain[place] for place in order],
        "lengths": [lengths[place] for place in order],
        "answer_tokens": answers,
        "curves": curves,
    }


def run_plain(options: argparse.Namespace) -> dict[str, Any]:
    """What judges without any tuning say of the pairs of the first `--folds` folds."""
    device, began = pick_device(options.device), time.time()
    pairs, folds = token_pairs()
    chosen = [pair for pair, own in zip(pairs, folds) if own < options.folds]
    model, rows = load_smollm2(device).eval(), []
    for pair in chosen:
        better, worse = whole_log_probs(model, pair_batch([pair], device=device))
        rows.append([round(better.item(), 3), round(worse.item(), 3), len(pair.better), len(pair.worse)])
    sizes = [sum(own == fold for own in folds) for fold in range(FOLDS)]
    return {
        "fold_sizes": sizes,
        "folds": options.folds,
        "log_probs_and_lengths": rows,
        "seconds": round(time.time() - began),
    }


def tune(
    model: Llama, batch: PairBatch, reference: tuple[torch.Tensor, torch.Tensor], options: argparse.Namespace
) -> list[dict[str, float]]:
    """Three epochs of DPO; what each step gave."""
    optimizer, rng, curve = adamw(model, options.rate, weight_decay=0.0), np.random.default_rng(options.seed), []
    for _ in range(options.epochs):
        order = torch.from_numpy(rng.permutation(len(batch))).to(batch.ids.device)
        for chosen in order.split(PAIRS):
            both = torch.cat([chosen, chosen + len(batch)])
            part = PairBatch(batch.ids[both], batch.counted[both])
            longest = int(part.counted.any(0).nonzero().max()) + 1  # what nobody counts at the right is not computed
            part = PairBatch(part.ids[:, :longest], part.counted[:, :longest])
            one = dpo_step(model, optimizer, part, tuple(r[chosen] for r in reference), beta=options.beta, rows=4)
            entry = {"loss": one.loss, "accuracy": one.accuracy, "better": one.better, "worse": one.worse}
            curve.append({key: round(value, 3) for key, value in entry.items()})
    return curve


def answer_lengths(model: Llama, prompts: list[list[int]]) -> list[int]:
    """Tokens of the greedy answer to each prompt, at most `ANSWER_TOKENS`."""
    return [len(ids) for ids in generate_batch(model, prompts, ANSWER_TOKENS, stop_ids=[TOKENIZER.eos_id])]


# ---- all runs together


def join(folder: Path) -> Path:
    """Put the runs of a folder into one file of the package.

    dpo_log.json, where it is there, tells of runs that were cut off: what the lines that they had printed say.
    """
    runs = {kind: [json.loads(path.read_text()) for path in sorted(folder.glob(f"{kind}_[!l]*.json"))] for kind in RUNS}
    settings = {"rank": RANK, "alpha": ALPHA, "prompts": PROMPTS, "group": GROUP, "steps": STEPS, "epochs": EPOCHS}
    where = runs["grpo"][0]["machine"]
    for run in (run for kind in runs.values() for run in kind):
        run.pop("machine", None)
    content = {"machine": where, "settings": settings, "grpo": runs["grpo"], "plain": runs["plain"][0]}
    if runs["dpo"]:
        content["dpo"] = runs["dpo"]
    if (folder / "dpo_log.json").is_file():
        content["dpo_log"] = json.loads((folder / "dpo_log.json").read_text())
    path = Path(llmai_edu.training.__file__).parent / "recorded" / "preference_runs.json"
    path.write_text(json.dumps(content) + "\n", encoding="utf-8")
    return path


RUNS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {"grpo": run_grpo, "dpo": run_dpo, "plain": run_plain}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=(*RUNS, "join"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--beta", type=float, default=0.1)
    parser.add_argument("--worth", choices=("right", "halves", "random"), default="right")
    parser.add_argument("--device")
    parser.add_argument("--adapter", type=Path, help="where the thin matrices of a GRPO run go")
    for name, value in (
        ("steps", STEPS),
        ("prompts", PROMPTS),
        ("rows", 256),
        ("held-out", HELD_OUT),
        ("instructions", 64),
        ("limit", 3600),
    ):
        parser.add_argument(f"--{name}", type=int, default=value)
    for name, value in (("folds", FOLDS), ("epochs", EPOCHS)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    if options.kind == "join":
        print("stored in", join(options.out).name)
        return
    torch.set_float32_matmul_precision("high")
    options.out.mkdir(parents=True, exist_ok=True)
    where = machine() | ({"gpu": torch.cuda.get_device_name()} if torch.cuda.is_available() else {})
    result = RUNS[options.kind](options) | {"machine": where}
    name = f"{options.worth if options.kind == 'grpo' else options.beta}_{options.rate:g}"
    path = options.out / f"{options.kind}_{name}_{options.seed}.json"
    path.write_text(json.dumps(result), encoding="utf-8")
    print("written", path.name, f"in {result['seconds']} s", flush=True)


if __name__ == "__main__":
    main()
