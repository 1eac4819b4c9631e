"""What each part of Llama buys at a very small scale: small decoders, each with one part more than the one before.

    python -m benchmarks.record_llama_ablation          # about 15 minutes of one idle core, 1 GB
    python -m benchmarks.record_llama_ablation --seeds 0 --steps 20 --dry-run

All read the bytes of the speeches for the same number of steps; the seed decides the weights and the batches. Three of
them are trained four times as long, too. The learning rate was tuned for none. Results go to
llmai_edu/training/llama_parts.json.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from benchmarks.common import machine
from llmai_edu.evaluation import ladder_text
from llmai_edu.models.attention import attention
from llmai_edu.models.llama import RMSNorm, swiglu
from llmai_edu.models.rope import apply_rope, rope_angles

TARGET = Path(__file__).parent.parent / "llmai_edu" / "training" / "llama_parts.json"
C, LAYERS, HEADS, CONTEXT, BATCH, RATE, STEPS = 72, 2, 4, 128, 16, 6e-3, 350
VARIANTS: dict[str, dict[str, Any]] = {
    "no positions": {"positions": "none"},
    "GPT": {},
    "+ RMSNorm": {"norm": "rms"},
    "+ RoPE": {"norm": "rms", "positions": "rope"},
    "+ SwiGLU": {"norm": "rms", "positions": "rope", "gated": True},
    "+ grouped queries": {"norm": "rms", "positions": "rope", "gated": True, "key_heads": 2},
}
LONGER = ("no positions", "GPT", "+ RoPE")


class Block(nn.Module):
    """One block, with the parts that the variant names; no matrix has a bias."""

    def __init__(self, norm: str = "layer", positions: str = "learned", gated: bool = False, key_heads: int = HEADS):
        super().__init__()
        self.norms = nn.ModuleList([make_norm(norm), make_norm(norm)])
        self.rope = positions == "rope"
        kv = C // HEADS * key_heads
        self.q, self.k, self.v, self.o = (nn.Linear(C, n, bias=False) for n in (C, kv, kv, C))
        inner = 8 * C // 3 if gated else 4 * C  # three matrices or two: the same number of parameters
        self.up, self.down = nn.Linear(C, inner, bias=False), nn.Linear(inner, C, bias=False)
        self.gate = nn.Linear(C, inner, bias=False) if gated else None

    def heads(self, x: torch.Tensor) -> torch.Tensor:
        return x.unflatten(-1, (-1, C // HEADS)).transpose(1, 2)

    def forward(self, x: torch.Tensor, angles: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        y = self.norms[0](x)
        q, k, v = self.heads(self.q(y)), self.heads(self.k(y)), self.heads(self.v(y))
        if self.rope:
            q, k = apply_rope(q, *angles), apply_rope(k, *angles)
        x = x + self.o(attention(q, k, v, causal=True).transpose(1, 2).flatten(2))
        y = self.norms[1](x)
        return x + self.down(F.gelu(self.up(y)) if self.gate is None else swiglu(self.gate(y), self.up(y)))


class Decoder(nn.Module):
    """Bytes in, a logit for each next byte out; the head is tied."""

    def __init__(self, seed: int, **parts: Any) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.table = nn.Embedding(256, C)
        self.places = nn.Embedding(CONTEXT, C) if parts.get("positions", "learned") == "learned" else None
        self.blocks = nn.ModuleList(Block(**parts) for _ in range(LAYERS))
        self.norm = make_norm(parts.get("norm", "layer"))
        for weight in self.parameters():
            if weight.ndim == 2:
                nn.init.normal_(weight, std=0.05)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        positions = torch.arange(ids.shape[1])
        angles = rope_angles(positions, C // HEADS, 10_000.0)
        x = self.table(ids)
        if self.places is not None:
            x = x + self.places(positions)
        for block in self.blocks:
            x = block(x, angles)
        return self.norm(x) @ self.table.weight.T


def make_norm(kind: str) -> nn.Module:
    """RMSNorm, or PyTorch's LayerNorm with its bias."""
    return RMSNorm(C, 1e-5) if kind == "rms" else nn.LayerNorm(C)


def train(parts: dict[str, Any], data: torch.Tensor, seed: int, steps: int) -> Decoder:
    """Train one variant with AdamW, a short warm-up and a cosine; the batches hang on the seed alone."""
    model, draw = Decoder(seed, **parts), torch.Generator().manual_seed(1000 + seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min((step + 1) / 20, 0.5 * (1 + math.cos(math.pi * step / steps)))
        at = torch.randint(len(data) - CONTEXT - 1, (BATCH, 1), generator=draw)
        rows = data[at + torch.arange(CONTEXT + 1)].long()
        loss = F.cross_entropy(model(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model.eval()


@torch.inference_mode()
def bits(model: Decoder, windows: torch.Tensor) -> np.ndarray:
    """Bits per byte at each position, the mean over all windows: (n, T + 1) → (T,)."""
    losses = [
        F.cross_entropy(model(part[:, :-1]).transpose(1, 2), part[:, 1:], reduction="none")
        for part in windows.long().split(32)
    ]
    return (torch.cat(losses).mean(0) / math.log(2)).numpy()


def run(name: str, seed: int, steps: int, data: torch.Tensor, windows: torch.Tensor) -> dict[str, Any]:
    """Train one variant; measure it on windows of 2 · CONTEXT bytes: their first half, and where it can, the second."""
    began = time.process_time()
    model = train(VARIANTS[name], data, seed, steps)
    row = {"name": name, "seed": seed, "steps": steps, "parameters": sum(p.numel() for p in model.parameters())}
    row["bits"] = round(float(bits(model, windows[:, : CONTEXT + 1]).mean()), 4)
    if model.places is None:
        row["beyond"] = round(float(bits(model, windows)[CONTEXT:].mean()), 4)
    return row | {"cpu_seconds": round(time.process_time() - began, 1)}


def main() -> None:
    """Run all variants and seeds, the longer ones last, and write the file after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--longer-seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--dry-run", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    text = ladder_text()
    data, held = (
        torch.from_numpy(np.frombuffer(b"\n\n".join(text.doc_bytes(part)), np.uint8).copy())
        for part in ("train", "valid")
    )
    starts = torch.randint(len(held) - 2 * CONTEXT - 1, (300, 1), generator=torch.Generator().manual_seed(0))
    windows = held[starts + torch.arange(2 * CONTEXT + 1)]
    runs = [(name, seed, args.steps) for seed in args.seeds for name in VARIANTS]
    runs += [(name, seed, 4 * args.steps) for seed in args.longer_seeds for name in LONGER]
    about = {"context": CONTEXT, "batch": BATCH, "channels": C, "layers": LAYERS, "heads": HEADS, "lr": RATE}
    rows: list[dict[str, Any]] = []
    for name, seed, steps in runs:
        rows.append(run(name, seed, steps, data, windows))
        print(rows[-1], flush=True)
        if not args.dry_run:
            content = {"date": date.today().isoformat(), "machine": machine(), **about, "rows": rows}
            partial = TARGET.with_suffix(".partial")
            partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
            os.replace(partial, TARGET)


if __name__ == "__main__":
    main()
