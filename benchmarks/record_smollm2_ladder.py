"""Measure SmolLM2-135M's rung: bits per byte on a sample of the test split and on all of the address of 2026.

    python -m benchmarks.record_smollm2_ladder                 # about 6 minutes on two idle cores, 2 GB
    python -m benchmarks.record_smollm2_ladder --every 1       # the whole test split

Each document is encoded whole, after one <|endoftext|> (the separator of its training text; it is not scored and has no
bytes). A window of 2,048 tokens moves by 1,024, and only new tokens are scored. The sample is every eighth window
of the test split, spread evenly over its addresses. Bits are those of one tokenization of the text, so the figure is
an upper bound. The bytes are those of the scored tokens.
"""

from __future__ import annotations

import argparse
import time
from datetime import date

import numpy as np
import torch
import torch.nn.functional as F
from tqdm.auto import tqdm

from benchmarks.common import save_result
from llmai_edu.device import pick_device
from llmai_edu.evaluation import (
    Rung,
    Window,
    bits_per_byte,
    bootstrap_interval,
    ladder_text,
    nats_to_bits,
    paragraph_of_byte,
    record,
    sliding_windows,
)
from llmai_edu.models.llama import Llama
from llmai_edu.pretrained import load_smollm2
from llmai_edu.tokenizers import smollm2_tokenizer

CONTEXT, STRIDE = 2048, 1024


@torch.inference_mode()
def window_nats(model: Llama, ids: torch.Tensor, window: Window) -> np.ndarray:
    """Return -ln p of the scored tokens of a window, in float64."""
    hidden = model.hidden(ids[None, window.begin : window.end - 1])[0]  # (T, C)
    first = window.scored_from - 1 - window.begin  # the position that predicts the first scored token
    logits = model.lm_head(hidden[first:])  # only these: the head is the largest matrix
    targets = ids[window.scored_from : window.end]
    return F.cross_entropy(logits.float(), targets, reduction="none").double().cpu().numpy()


def measure(model: Llama, tokenizer, docs: list[bytes], every: int, device: torch.device) -> dict:
    """Return bits and bytes of every paragraph that was scored, and of every document."""
    separator = tokenizer.special_tokens["<|endoftext|>"]
    encoded = [[separator, *tokenizer.encode(doc.decode())] for doc in docs]
    windows = [(d, w) for d, ids in enumerate(encoded) for w in sliding_windows(len(ids), CONTEXT, STRIDE)]
    bits, sizes = ([np.zeros(paragraph_of_byte(doc)[-1] + 1) for doc in docs] for _ in range(2))
    for d, window in tqdm(windows[every // 2 :: every], unit="window"):
        lengths = np.array([0] + [len(tokenizer.id_to_bytes(i)) for i in encoded[d][1:]])
        assert lengths.sum() == len(docs[d]), "the tokens' bytes are not the document's"
        scored = slice(window.scored_from, window.end)
        paragraph = paragraph_of_byte(docs[d])[(np.cumsum(lengths) - lengths)[scored]]
        nats = window_nats(model, torch.tensor(encoded[d], device=device), window)
        np.add.at(bits[d], paragraph, nats_to_bits(nats))
        np.add.at(sizes[d], paragraph, lengths[scored])
    by_document = [[round(float(b.sum()), 1), int(n.sum())] for b, n in zip(bits, sizes)]
    bits, sizes = np.concatenate(bits), np.concatenate(sizes)
    return {"bits": bits[sizes > 0], "sizes": sizes[sizes > 0], "by_document": by_document}


def summary(measured: dict) -> tuple[float, list[float], int]:
    """Return bits per byte, its 95 % interval over paragraphs, and the bytes that were scored."""
    bits, sizes = measured["bits"], measured["sizes"]
    low, high = bootstrap_interval(bits, sizes, rng=np.random.default_rng(0))
    n_bytes = int(sizes.sum())
    return round(bits_per_byte(bits.sum() * np.log(2), n_bytes), 4), [round(low, 4), round(high, 4)], n_bytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=8, help="read every n-th window of the test split")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dry-run", action="store_true", help="print only, record nothing")
    args = parser.parse_args()
    device = pick_device(args.device)
    model, tokenizer, text = load_smollm2(device).eval(), smollm2_tokenizer(), ladder_text()
    began = time.perf_counter()
    parts = {"test": args.every, "fresh": 1}
    measured = {part: measure(model, tokenizer, text.doc_bytes(part), n, device) for part, n in parts.items()}
    seconds = time.perf_counter() - began
    (test, test_interval, test_bytes), (fresh, fresh_interval, _) = map(summary, measured.values())
    print(f"test {test} {test_interval} ({test_bytes} bytes), fresh {fresh} {fresh_interval}, {seconds:.0f} s")
    if args.dry_run:
        return
    record(
        Rung(
            name="SmolLM2-135M-Instruct (4-bit)",
            lesson="15_llama",
            family="pretrained",
            test=test,
            test_interval=test_interval,
            test_bytes=test_bytes,
            fresh=fresh,
            fresh_interval=fresh_interval,
            size=sum(p.numel() for p in model.parameters()),
            size_unit="parameters",
            budget="pretrained by its makers on 2 trillion tokens; nothing was fitted here",
            recipe=f"benchmarks/record_smollm2_ladder.py --every {args.every} --device {args.device}; float32; context "
            f"{CONTEXT}, stride {STRIDE}; <|endoftext|> before each document; it may have read the test text",
            seed=None,
            recorded=date.today().isoformat(),
        )
    )
    by_document = {part: measured[part]["by_document"] for part in parts}
    save_result("smollm2_ladder", {"columns": ["bits", "bytes"], "documents": "in order of the split", **by_document})


if __name__ == "__main__":
    main()
