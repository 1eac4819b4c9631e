"""Measure what each part of Llama buys at a very small scale: `python -m benchmarks.record_llama_ablation`.

Decoders of about 0.15 million parameters read bytes of the speeches for 350 steps each, on one thread (about ten
minutes in all). Every variant but the first adds one part to the one before; the seed decides the weights and the
batches, so that two variants of one seed differ little but in the part. The learning rate was not tuned for any.
"""

from __future__ import annotations

import argparse
import json
import math
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

TARGET = Path(__file__).resolve().parent.parent / "llmai_edu" / "pretrained" / "llama_ablation.json"
C, LAYERS, HEADS, CONTEXT, BATCH, RATE = 72, 2, 4, 128, 16, 6e-3
VARIANTS = {
    "no positions": {"positions": "none"},
    "GPT": {},
    "+ RMSNorm": {"norm": "rms"},
    "+ RoPE": {"norm": "rms", "positions": "rope"},
    "+ SwiGLU": {"norm": "rms", "positions": "rope", "gated": True},
    "+ grouped queries": {"norm": "rms", "positions": "rope", "gated": True, "key_heads": 2},
}


class Block(nn.Module):
    """One block, with the parts that the variant names; no matrix has a bias."""

    def __init__(self, norm: str = "layer", positions: str = "learned", gated: bool = False, key_heads: int = HEADS):
        super().__init__()
        make = (lambda: RMSNorm(C, 1e-5)) if norm == "rms" else (lambda: nn.LayerNorm(C))
        self.norms = nn.ModuleList([make(), make()])
        self.rope, self.gated = positions == "rope", gated
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
        return x + self.down(swiglu(self.gate(y), self.up(y)) if self.gated else F.gelu(self.up(y)))


class Decoder(nn.Module):
    """Bytes in, a logit for each next byte out; the head is tied."""

    def __init__(self, seed: int, **parts: Any) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.table = nn.Embedding(256, C)
        learned = parts.get("positions", "learned") == "learned"
        self.places = nn.Embedding(CONTEXT, C) if learned else None
        norm = parts.get("norm", "layer")
        self.blocks = nn.ModuleList(Block(**parts) for _ in range(LAYERS))
        self.norm = RMSNorm(C, 1e-5) if norm == "rms" else nn.LayerNorm(C)
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
    return model


@torch.inference_mode()
def bits(model: Decoder, data: torch.Tensor, length: int) -> np.ndarray:
    """Bits per byte at every position of windows of one length: (length,)."""
    rows = data[: len(data) // (length + 1) * (length + 1)].long().unflatten(0, (-1, length + 1))
    losses = [
        F.cross_entropy(model(part[:, :-1]).transpose(1, 2), part[:, 1:], reduction="none") for part in rows.split(32)
    ]
    return (torch.cat(losses).mean(0) / math.log(2)).numpy()


def stored() -> dict[str, Any]:
    """The rows that an interrupted recording left, or empty ones."""
    if TARGET.exists():
        return json.loads(TARGET.read_text(encoding="utf-8"))["rows"]
    return {name: {"parameters": 0, "bits": [], "beyond": []} for name in VARIANTS}


def main() -> None:
    """Train all variants with all seeds, seed by seed; write the bits per byte of each; go on where it was cut."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=350)
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    text = ladder_text()
    train_bytes, valid_bytes = (
        np.frombuffer(b"\n\n".join(text.doc_bytes(part)), np.uint8) for part in ("train", "valid")
    )
    data, held = torch.tensor(train_bytes), torch.tensor(valid_bytes)
    starts = torch.randint(len(held) - 257, (300, 1), generator=torch.Generator().manual_seed(0))
    held, rows = held[starts + torch.arange(257)], stored()
    settings = {"steps": args.steps, "context": CONTEXT, "batch": BATCH, "channels": C, "layers": LAYERS}
    for seed in range(args.seeds):
        for name, parts in VARIANTS.items():
            row = rows[name]
            if len(row["bits"]) > seed:
                continue
            model = train(parts, data, seed, args.steps).eval()
            row["parameters"] = sum(p.numel() for p in model.parameters())
            row["bits"].append(round(float(bits(model, held[:, : CONTEXT + 1].flatten(), CONTEXT).mean()), 4))
            if model.places is None:  # twice as far as it was trained: the second half alone
                row["beyond"].append(round(float(bits(model, held.flatten(), 2 * CONTEXT)[CONTEXT:].mean()), 4))
            print(f"{name:<18} seed {seed} {row['bits'][-1]:.4f} {row['beyond'][-1:]}", flush=True)
            TARGET.write_text(json.dumps({**settings, "rows": rows, "machine": machine()}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
