"""The character model on Shakespeare: our GPT beside transformers' GPT-2, same recipe, and then a better setting.

    python -m benchmarks.record_char_gpt --part compare     # 2 models x 3 seeds x 2,000 steps
    python -m benchmarks.record_char_gpt --part settings    # each setting gets the processor time of our 2,000 steps

The recipe is that of nanoGPT's README for a CPU: 4 layers, 4 heads, 128 channels, context 64, batch 12, 2,000 steps,
AdamW with learning rate 1e-3 (warm-up of 100 steps, cosine to a tenth), betas .9 and .99, weight decay .1 on matrices,
gradients clipped at 1, no dropout. It is published with a validation loss of 1.88 on another, smaller cut of
Shakespeare. Both models are trained by the same loop, on the same windows; losses are nats a character, over the whole
text in windows that do not overlap. Settings are chosen on the validation text; the test text is measured for all.
Results go to the package (evaluation/char_gpt.json), the weights of our seed 0 to pretrained/.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from datetime import date
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from torch import nn

from benchmarks.common import machine
from llmai_edu.datasets.char_shakespeare import char_shakespeare
from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.pretrained.gpt2 import save_gpt2
from llmai_edu.tokenizers import CharTokenizer
from llmai_edu.training import History, Trainer, cosine
from llmai_edu.training.windows import WindowBatches, window_loss

FILE = Path(__file__).parents[1] / "llmai_edu" / "evaluation" / "char_gpt.json"
WEIGHTS = Path(__file__).parents[1] / "llmai_edu" / "pretrained" / "char_gpt"
RECIPE = {"n_layer": 4, "n_head": 4, "n_embd": 128, "context": 64, "batch": 12, "lr": 1e-3, "beta2": 0.99}
SAME_START = "transformers, from our start"  # its own draws would differ from ours, and so would the end
#: What is tried in the same minutes; each changes the recipe where it says so.
SETTINGS = {
    "lr 3e-3": {"lr": 3e-3},
    "lr 6e-3": {"lr": 6e-3},
    "batch 48, lr 3e-3": {"batch": 48, "lr": 3e-3},
    "context 128, lr 3e-3": {"context": 128, "lr": 3e-3},
    "context 128, batch 6, lr 6e-3": {"context": 128, "batch": 6, "lr": 6e-3},
    "6 layers of 96, lr 6e-3": {"n_layer": 6, "n_embd": 96, "lr": 6e-3},
    "2 layers of 192, lr 3e-3": {"n_layer": 2, "n_embd": 192, "lr": 3e-3},
}


class Theirs(nn.Module):
    """transformers' GPT-2, called as ours is."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        sizes = {name: getattr(config, name) for name in ("vocab_size", "n_positions", "n_embd", "n_layer", "n_head")}
        drop = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), 0.0)
        about = transformers.GPT2Config(**sizes, **drop, use_cache=False, bos_token_id=None, eos_token_id=None)
        self.model = transformers.GPT2LMHeadModel(about)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.model(ids).logits


def make(kind: str, setting: dict, vocab_size: int, seed: int) -> nn.Module:
    """Make an untrained model of a setting."""
    config = GPTConfig(vocab_size, setting["context"], *(setting[name] for name in ("n_embd", "n_layer", "n_head")))
    torch.manual_seed(seed)  # transformers draws from the global generator
    ours = GPT(config, generator=torch.Generator().manual_seed(seed))
    if kind == "ours":
        return ours
    theirs = Theirs(config)
    if kind == SAME_START:
        theirs.model.transformer.load_state_dict(ours.state_dict())
    return theirs


def optimizer(model: nn.Module, setting: dict) -> torch.optim.AdamW:
    """AdamW as nanoGPT makes it: weight decay on matrices alone."""
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    vectors = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=setting["lr"], betas=(0.9, setting["beta2"]))


@torch.inference_mode()
def text_loss(model: nn.Module, ids: torch.Tensor, context: int) -> float:
    """Nats a character, over windows that do not overlap."""
    windows = ids[: (len(ids) - 1) // context * context + 1].long()
    x, y = windows[:-1].view(-1, context), windows[1:].view(-1, context)
    total = 0.0
    for a, b in zip(x.split(64), y.split(64)):
        total += float(F.cross_entropy(model(a).flatten(0, 1), b.flatten(), reduction="sum"))
    return total / x.numel()


def run(kind: str, setting: dict, seed: int, texts: dict, args: argparse.Namespace, seconds: float | None) -> dict:
    """Train one model; return its curve and its losses."""
    model = make(kind, setting, texts["vocab_size"], seed)
    draw = torch.Generator().manual_seed(1000 + seed)  # the same windows for both models
    context = setting["context"]
    trainer = Trainer(
        model,
        window_loss,
        WindowBatches(texts["train"], setting["batch"], context, generator=draw),
        optimizer(model, setting),
        clip=1.0,
        schedule=lambda done: cosine(done, warmup=0.05, floor=0.1),
        evaluate=lambda m: text_loss(m, texts["valid"][:40_000], context),
        evaluate_every=100 if seconds is None else 10**9,
        progress=False,
        clock=lambda: time.process_time() / args.threads,
    )
    trainer.run(steps=args.steps if seconds is None else None, seconds=seconds)
    history: History = trainer.history
    if kind == "ours" and seed == 0 and seconds is None:
        save_weights(trainer.model)
    steps, loss = history.curve(100)
    return {
        "model": kind,
        "setting": setting,
        "seed": seed,
        "steps": history.steps,
        "seconds": round(history.seconds[-1], 1),
        "parameters": sum(p.numel() for p in model.parameters()),
        "tokens": history.units[-1],
        "train_curve": [[int(s), round(float(x), 4)] for s, x in zip(steps, loss)],
        "valid_curve": [[e.step, round(e.value, 4)] for e in history.evaluations],
        "valid": round(text_loss(model, texts["valid"], context), 4),
        "test": round(text_loss(model, texts["test"], context), 4),
    }


def save_weights(model: GPT) -> None:
    """Write the weights in half precision, in the hub's layout."""
    half = GPT(model.config)
    half.load_state_dict(model.state_dict())
    save_gpt2(half.half(), WEIGHTS)
    data = (WEIGHTS / "model.safetensors").read_bytes()
    print(f"weights: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=("compare", "settings"), required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--kinds", nargs="+", default=["ours", "transformers", SAME_START])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--settings", nargs="+", default=list(SETTINGS))
    parser.add_argument("--dry-run", action="store_true", help="print only, record nothing")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    parts = char_shakespeare()
    tokenizer = CharTokenizer.from_text(parts.train)
    texts = {
        name: torch.tensor(tokenizer.encode(getattr(parts, name)), dtype=torch.uint8)
        for name in ("train", "valid", "test")
    } | {"vocab_size": tokenizer.vocab_size}
    content = json.loads(FILE.read_text()) if FILE.is_file() else {}
    runs = content.get(args.part, [])
    if args.part == "compare":
        plan = [(kind, RECIPE, seed, None) for seed in args.seeds for kind in args.kinds]
    else:
        seconds = min(r["seconds"] for r in content["compare"] if r["model"] == "ours")
        plan = [("ours", RECIPE | SETTINGS[s], seed, seconds) for seed in args.seeds for s in args.settings]
    for kind, setting, seed, seconds in plan:
        found = run(kind, setting, seed, texts, args, seconds)
        runs = [r for r in runs if (r["model"], r["setting"], r["seed"]) != (kind, setting, seed)] + [found]
        print({k: v for k, v in found.items() if not k.endswith("curve")}, flush=True)
        if not args.dry_run:
            content |= {"recorded": date.today().isoformat(), "machine": machine(), "threads": args.threads}
            content[args.part] = runs
            FILE.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
