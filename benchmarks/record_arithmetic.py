"""Learning from preferences on sums: the model to begin with, and runs of GRPO and DPO with their controls.

    python -m benchmarks.record_arithmetic --seeds 0 1 2       # about eight minutes of one core
    python -m benchmarks.record_arithmetic --seeds 0 --kinds rule --saved --dry-run

For each seed a Llama of 108 thousand weights learns sums from texts until 45 % of its answers to validation sums are
right, in whatever form; that of seed 0 comes with the package (pretrained/sum_start). From there:

- rule: GRPO, the reward is 1 for the right total in angle brackets. rule_long: four times as long (seed 0 only).
- random: the same, but every reward is a coin. What remains of the gain then is no learning from the reward.
- answers: the same steps and rows, but supervised, on the right answers in brackets.
- contains: GRPO with a careless rule: 1 if the digits of the total stand anywhere in the answer. contains_kl: the same
  with a price on leaving the start. strict: the rule of "rule" with all else as in "contains" (seed 0 only).
- dpo_0.1, dpo_1: DPO on pairs of a right and a wrong answer drawn from the start, for two values of beta.
- reward_model: a reward model on the same pairs, and best-of-n by its score.

Everything is measured on the test sums, at temperature 1. `loss` is the cross-entropy in nats a token of the right
answers in brackets. Results go to llmai_edu/training/recorded/arithmetic_runs.json.
"""

import argparse
import copy
import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.common import machine
from llmai_edu.finetuning.dpo_loop import dpo_step, pair_batch, pair_log_probs
from llmai_edu.finetuning.grpo_loop import grpo_step
from llmai_edu.finetuning.instruct import Example, answer_loss, pad_examples
from llmai_edu.finetuning.preference import reward_loss
from llmai_edu.finetuning.reward_model import RewardModel, pair_rewards
from llmai_edu.finetuning.rollouts import sample_group
from llmai_edu.finetuning.sum_judge import answer_texts, judge, pairs_from
from llmai_edu.finetuning.sums import END, sum_problems, sum_text, sum_tokenizer
from llmai_edu.models.llama import Llama
from llmai_edu.models.llama_config import LlamaConfig
from llmai_edu.pretrained.llama_hub import save_llama
from llmai_edu.pretrained.sum_start import load_sum_start

PACKAGE = Path(__file__).parents[1] / "llmai_edu"
TARGET, WEIGHTS = PACKAGE / "training" / "recorded" / "arithmetic_runs.json", PACKAGE / "pretrained" / "sum_start"
START = {"rate": 4e-3, "rows": 128, "goal": 0.45, "every": 25}
GRPO = {"rate": 5e-4, "prompts": 16, "group": 8, "steps": 200, "max_new_tokens": 6}
CARELESS = {**GRPO, "rate": 1e-3, "max_new_tokens": 10}
DPO = {"rate": 1e-4, "problems": 3000, "group": 8, "rows": 64, "steps": 100}
REWARD_MODEL = {"rate": 1e-3, "rows": 64, "steps": 200}
KL_PRICE, EVERY, DRAWS = 0.1, 20, 32
KINDS = {
    "rule": GRPO,
    "rule_long": {**GRPO, "steps": 800},
    "random": GRPO,
    "answers": GRPO,
    "contains": CARELESS,
    "strict": CARELESS,
    "contains_kl": {**CARELESS, "beta": KL_PRICE},
    "dpo_0.1": {**DPO, "beta": 0.1},
    "dpo_1": {**DPO, "beta": 1.0},
    "reward_model": {**DPO, **REWARD_MODEL},
}
SPLIT, TOKENIZER = sum_problems(), sum_tokenizer()


def optimizer(model: nn.Module, rate: float) -> torch.optim.AdamW:
    return torch.optim.AdamW(model.parameters(), rate, weight_decay=0.0, betas=(0.9, 0.95), fused=True)


def rows_of(problems: list, forms: tuple[bool, ...]) -> tuple[torch.Tensor, ...]:
    """Sums with their answers as ids, of which the answer counts."""
    texts = [sum_text(problem, form) + END for problem in problems for form in forms]
    begin = len(problems[0].prompt)
    return pad_examples([Example(TOKENIZER.encode(t), [0] * begin + [1] * (len(t) - begin)) for t in texts], 0)


def draw(model: Llama, problems: list, group: int, new: int, generator: torch.Generator) -> Any:
    prompts = [TOKENIZER.encode(problem.prompt) for problem in problems]
    return sample_group(model, prompts, group, new, stop_ids=[0], generator=generator)


def measure(model: Llama, step: int, new: int) -> dict[str, Any]:
    """One answer to each test sum."""
    drawn = draw(model, SPLIT.test, 1, new, torch.Generator().manual_seed(1000 + step))
    found = judge(drawn, SPLIT.test)
    contains = [str(one.total) in text for one, text in zip(SPLIT.test, answer_texts(drawn))]
    return {
        "step": step,
        "reward": round(found.reward.mean(), 4),
        "formed": round(found.formed.mean(), 4),
        "right": round(found.right.mean(), 4),
        "contains": round(float(np.mean(contains)), 4),
        "length": round(drawn.counted.sum().item() / len(drawn), 3),
    }


def many(model: Llama, new: int) -> dict[str, list[int]]:
    """How many of 32 answers are right, for every second test sum: in the wanted form, and in whatever form."""
    found = judge(draw(model, SPLIT.test[::2], DRAWS, new, torch.Generator().manual_seed(77)), SPLIT.test[::2])
    return {"rewarded": found.reward.sum(1).astype(int).tolist(), "right": found.right.sum(1).astype(int).tolist()}


@torch.no_grad()
def held_out_loss(model: Llama) -> float:
    return round(answer_loss(model, rows_of(SPLIT.test, (True,))).item(), 5)


def begin(seed: int) -> tuple[Llama, dict[str, Any]]:
    """Train on texts until the goal is met."""
    config = LlamaConfig(TOKENIZER.vocab_size, 64, 192, 2, 4, 4, 16)
    model = Llama(config, generator=torch.Generator().manual_seed(seed))
    data, generator = rows_of(SPLIT.train, (False, True)), torch.Generator().manual_seed(seed)
    tuned = torch.optim.AdamW(model.parameters(), START["rate"], weight_decay=0.1, betas=(0.9, 0.98), fused=True)
    step, right = 0, 0.0
    while right < START["goal"]:
        step += 1
        for part in tuned.param_groups:
            part["lr"] = START["rate"] * min(1, step / 30)
        chosen = torch.randint(len(data[0]), (START["rows"],), generator=generator)
        learn(model, tuned, answer_loss(model, tuple(part[chosen] for part in data)))
        if step % START["every"] == 0:
            drawn = draw(model, SPLIT.valid, 1, GRPO["max_new_tokens"], torch.Generator().manual_seed(1))
            right = judge(drawn, SPLIT.valid).right.mean()
    about = {"kind": "start", "seed": seed, "steps": step, "loss": held_out_loss(model)}
    return model.eval(), {**about, "curve": [measure(model, 0, GRPO["max_new_tokens"])], "many": many(model, 6)}


def learn(model: nn.Module, tuned: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    tuned.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    tuned.step()


def online(kind: str, start: Llama, seed: int, setting: dict[str, Any]) -> tuple[Llama, dict[str, Any]]:
    """GRPO with one of the rewards, or the supervised control of equal steps and rows."""
    model, reference = copy.deepcopy(start), copy.deepcopy(start).requires_grad_(False)
    tuned, rng = optimizer(model, setting["rate"]), np.random.default_rng(seed)
    generator, new = torch.Generator().manual_seed(seed), setting["max_new_tokens"]
    data, curve, kl = rows_of(SPLIT.train, (True,)), [measure(model, 0, new)], [0.0]
    for step in range(1, setting["steps"] + 1):
        if kind == "answers":
            chosen = torch.randint(len(data[0]), (setting["prompts"] * setting["group"],), generator=generator)
            learn(model, tuned, answer_loss(model, tuple(part[chosen] for part in data)))
        else:
            problems = [SPLIT.train[place] for place in rng.integers(len(SPLIT.train), size=setting["prompts"])]
            drawn = draw(model, problems, setting["group"], new, generator)
            rewards = judge(drawn, problems).reward.flatten()
            if kind == "random":
                rewards = (rng.random(len(drawn)) < 0.5).astype(float)
            if kind.startswith("contains"):
                pairs = zip(answer_texts(drawn), np.repeat([one.total for one in problems], setting["group"]))
                rewards = np.array([float(str(total) in text) for text, total in pairs])
            found = grpo_step(model, tuned, drawn, rewards, reference=reference, beta=setting.get("beta", 0.0))
            kl.append(found.kl)
        if step % EVERY == 0:
            curve.append({**measure(model, step, new), "kl": round(float(np.mean(kl[-EVERY:])), 4)})
    shown = SPLIT.test[5:800:80]
    texts = answer_texts(draw(model, shown, 1, new, torch.Generator().manual_seed(5)))
    return model, {"curve": curve, "shown": [[one.prompt, text] for one, text in zip(shown, texts)]}


def offline(kind: str, start: Llama, seed: int, setting: dict[str, Any]) -> tuple[Llama | None, dict[str, Any]]:
    """DPO, or a reward model, on pairs that the start itself drew."""
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    places = rng.permutation(len(SPLIT.train))[: setting["problems"]]
    problems = [SPLIT.train[place] for place in places]
    pairs, _ = pairs_from(draw(start, problems, setting["group"], 6, generator), problems, rng)
    held, formed = pairs_from(draw(start, SPLIT.test, 8, 6, generator), SPLIT.test, rng)
    train, test = pair_batch(pairs), pair_batch(held)
    if kind == "reward_model":
        model = RewardModel(copy.deepcopy(start))
    else:
        model = copy.deepcopy(start)
        with torch.no_grad():
            before, test_before = pair_log_probs(model, train), pair_log_probs(model, test)
    tuned, curve = optimizer(model, setting["rate"]), [] if kind == "reward_model" else [measure(model, 0, 6)]
    for step in range(1, setting["steps"] + 1):
        chosen = torch.randint(len(train), (setting["rows"],), generator=generator)
        batch = train.take(chosen)
        if kind == "reward_model":
            learn(model, tuned, reward_loss(*pair_rewards(model, batch)))
            continue
        dpo_step(model, tuned, batch, tuple(part[chosen] for part in before), beta=setting["beta"])
        if step % EVERY == 0:
            with torch.no_grad():
                moved = [now - then for now, then in zip(pair_log_probs(model, test), test_before)]
            better, worse = (round(one.mean().item(), 3) for one in moved)
            curve.append({**measure(model, step, 6), "better": better, "worse": worse})
    if kind != "reward_model":
        return model, {"pairs": len(train), "curve": curve}
    with torch.no_grad():
        better, worse = pair_rewards(model, test)
        drawn = draw(start, SPLIT.test[::2], DRAWS, 6, generator)
        lengths = drawn.counted.mul(torch.arange(1, drawn.ids.shape[1] + 1)).amax(1)
        scores = model(drawn.ids, lengths).view(-1, DRAWS).numpy()
    reward, best = judge(drawn, SPLIT.test[::2]).reward, {}
    for n in (1, 2, 4, 8, 16, 32):
        best[n] = [
            round(float(x), 4)
            for x in (
                np.mean([row[s[:n].argmax()] for row, s in zip(reward, scores)]),
                scores[:, :n].max(1).mean(),
                reward[:, :n].max(1).mean(),
            )
        ]  # by the model's score: the true reward, and the score; and the true reward of the best by the rule
    accuracy = (better > worse).numpy()
    about = {"pairs": len(train), "accuracy": accuracy.mean(), "accuracy_formed": accuracy[formed].mean()}
    return None, {**{k: round(float(v), 4) for k, v in about.items()}, "best_of": best}


def save_weights(model: Llama) -> None:
    save_llama(model, WEIGHTS)
    for name in ("model.safetensors", "config.json"):
        print(name, hashlib.sha256((WEIGHTS / name).read_bytes()).hexdigest(), flush=True)


def record(found: dict[str, Any], dry_run: bool) -> None:
    print({key: value for key, value in found.items() if key != "many"}, flush=True)
    if dry_run:
        return
    content = json.loads(TARGET.read_text()) if TARGET.is_file() else {"runs": []}
    same = (found["kind"], found["seed"])
    runs = [run for run in content["runs"] if (run["kind"], run["seed"]) != same] + [found]
    settings = {"start": START, "kinds": KINDS}
    content = {"recorded": date.today().isoformat(), "machine": machine(), "settings": settings}
    content["runs"] = sorted(runs, key=lambda run: (run["kind"], run["seed"]))
    TARGET.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--saved", action="store_true", help="seed 0 begins with the weights in the package")
    parser.add_argument("--dry-run", action="store_true", help="print only, record nothing")
    args = parser.parse_args()
    torch.set_num_threads(1)
    for seed in args.seeds:
        if args.saved and seed == 0:
            start = load_sum_start()
            about = {"loss": held_out_loss(start)}
        else:
            start, about = begin(seed)
            record(about, args.dry_run)
        if seed == 0 and not args.saved and not args.dry_run:
            save_weights(start)
        for kind in args.kinds:
            if kind in ("rule_long", "strict") and seed:
                continue
            train = offline if kind.startswith(("dpo", "reward")) else online
            model, found = train(kind, start, seed, KINDS[kind])
            if model is not None:
                found |= {"loss": held_out_loss(model), "many": many(model, KINDS[kind].get("max_new_tokens", 6))}
            record({"kind": kind, "seed": seed, "loss": about["loss"], **found}, args.dry_run)


if __name__ == "__main__":
    main()
