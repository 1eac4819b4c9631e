"""What each part of a GPT buys: small models of lesson 12 with one part taken out or put elsewhere, three seeds each.

    python -m benchmarks.record_gpt_ablation          # about 4 minutes of one idle core, 1 GB
    python -m benchmarks.record_gpt_ablation --seeds 0 --dry-run

All are trained on the characters of Shakespeare for the same number of steps and measured on the same windows of the
validation part. Results go to llmai_edu/training/gpt_parts.json.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from datetime import date
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from benchmarks.common import machine
from llmai_edu.datasets.char_shakespeare import char_shakespeare
from llmai_edu.models.gpt import GPT, GPTBlock, GPTConfig
from llmai_edu.tokenizers import CharTokenizer
from llmai_edu.training import Trainer, cosine
from llmai_edu.training.windows import WindowBatches, window_loss

TARGET = Path(__file__).parent.parent / "llmai_edu" / "training" / "gpt_parts.json"
CONTEXT, BATCH, CHANNELS, HEADS = 64, 12, 64, 4
SMALL = {"layers": 2, "steps": 600, "lr": 5e-3, "warmup": 0.1}
DEEP = {"layers": 12, "steps": 150, "lr": 1e-3, "warmup": 0.0}


class NoAttention(GPTBlock):
    """Each token on its own."""

    def forward(self, x, mask=None, cache=None):
        return x + self.mlp(self.ln_2(x))


class NoFeedForward(GPTBlock):
    """Attention alone."""

    def forward(self, x, mask=None, cache=None):
        return x + self.attn(self.ln_1(x), mask, cache)


class NoResidual(GPTBlock):
    """What a layer makes replaces the stream."""

    def forward(self, x, mask=None, cache=None):
        return self.mlp(self.ln_2(self.attn(self.ln_1(x), mask, cache)))


class PostNorm(GPTBlock):
    """The order of 2017: add first, and normalize the stream itself."""

    def forward(self, x, mask=None, cache=None):
        x = self.ln_1(x + self.attn(x, mask, cache))
        return self.ln_2(x + self.mlp(x))


BLOCKS = {
    "no attention": NoAttention,
    "no feed-forward layer": NoFeedForward,
    "no residual": NoResidual,
    "post-norm, 12 layers": PostNorm,
    "post-norm, 12 layers, warm-up": PostNorm,
}
#: name -> changes of the recipe.
RECIPES = {
    "whole": SMALL,
    "no attention": SMALL,
    "no feed-forward layer": SMALL,
    "no residual": SMALL,
    "no positions": SMALL,
    "no normalization": SMALL,
    "pre-norm, 12 layers": DEEP,
    "post-norm, 12 layers": DEEP,
    "post-norm, 12 layers, warm-up": DEEP | {"warmup": 0.5},
}


def build(name: str, vocab_size: int, layers: int, seed: int) -> GPT:
    """The model with its part taken out; what is not used gets no gradient and stays as drawn."""
    config = GPTConfig(vocab_size, CONTEXT, CHANNELS, layers, HEADS)
    model = GPT(config, generator=torch.Generator().manual_seed(seed))
    for block in model.h:
        block.__class__ = BLOCKS.get(name, GPTBlock)
        if name == "no normalization":
            block.ln_1, block.ln_2 = nn.Identity(), nn.Identity()
    if name == "no positions":
        nn.init.zeros_(model.wpe.weight).requires_grad_(False)
    if name == "no normalization":
        model.ln_f = nn.Identity()
    return model


def run(name: str, seed: int, train: torch.Tensor, windows: torch.Tensor, vocab_size: int) -> dict:
    """Train one model and measure it."""
    recipe = RECIPES[name]
    model = build(name, vocab_size, recipe["layers"], seed)
    batches = WindowBatches(train, BATCH, CONTEXT, generator=torch.Generator().manual_seed(seed))
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=recipe["lr"], betas=(0.9, 0.99), weight_decay=0.1)
    began = time.process_time()
    trainer = Trainer(
        model,
        window_loss,
        batches,
        optimizer,
        clip=1.0,
        schedule=lambda done: cosine(done, recipe["warmup"]) if recipe["warmup"] else 1.0,
        progress=False,
    )
    history = trainer.run(steps=recipe["steps"])
    with torch.no_grad():
        logits = model(windows[:, :-1])
    used = sum(p.numel() for p in weights if p.grad is not None)
    return {
        "name": name,
        "seed": seed,
        "nats": round(F.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten()).item(), 4),
        "curve": [round(float(v), 3) for v in history.curve(30)[1]],
        "parameters": used,
        "cpu_seconds": round(time.process_time() - began, 1),
    } | recipe


def main() -> None:
    """Run all recipes and seeds, and write the file after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--only", nargs="+", default=list(RECIPES))
    parser.add_argument("--dry-run", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    text = char_shakespeare()
    tokenizer = CharTokenizer.from_text(text.train + text.valid + text.test)
    train = torch.tensor(tokenizer.encode(text.train), dtype=torch.uint8)
    valid = torch.tensor(tokenizer.encode(text.valid), dtype=torch.uint8)
    windows = valid[: 1000 * (CONTEXT + 1)].view(1000, CONTEXT + 1).long()
    rows = []
    for seed in args.seeds:
        for name in args.only:
            rows.append(run(name, seed, train, windows, tokenizer.vocab_size))
            print({key: value for key, value in rows[-1].items() if key != "curve"}, flush=True)
    if not args.dry_run:
        about = {"context": CONTEXT, "batch": BATCH, "channels": CHANNELS, "heads": HEADS}
        content = {"date": date.today().isoformat(), "machine": machine(), **about, "rows": rows}
        partial = TARGET.with_suffix(".partial")
        partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        os.replace(partial, TARGET)


if __name__ == "__main__":
    main()
