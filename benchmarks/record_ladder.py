"""Measure the counted rungs of the ladder on the whole test split and on the address of 2026, and record them.

    python -m benchmarks.record_ladder            # about 4 minutes of one core, 2.1 GB
    python -m benchmarks.record_ladder --max-order 4 --dry-run

Everything that is chosen (k of add-k, the order of the token models) is chosen on the validation split. The sweep
over orders goes to benchmarks/results/ngram_orders.json, the rungs to the package's ladder.json.
"""

from __future__ import annotations

import argparse
import time
from datetime import date

import numpy as np

from benchmarks.common import save_result
from llmai_edu.evaluation import (
    Rung,
    bits_per_byte,
    bootstrap_interval,
    compressed_bits_per_byte,
    ladder_text,
    nats_to_bits,
    paragraph_of_byte,
    record,
)
from llmai_edu.models.kneser_ney import ModifiedKneserNey
from llmai_edu.models.ngram import AddK, NGram
from llmai_edu.models.ngram_counts import count_ngrams
from llmai_edu.tokenizers import gpt2_tokenizer, train_bpe

LESSON, RECIPE = "02_ngram", "benchmarks/record_ladder.py"
TEXT = ladder_text()


class Bytes:
    """The trivial tokenizer: a document's bytes are its symbols."""

    vocab_size, name = 256, "bytes"

    def encode(self, doc: str) -> list[int] | bytes:
        return doc.encode()

    def starts(self, symbols: bytes) -> np.ndarray:
        return np.arange(len(symbols))


class Tokens:
    """A tokenizer of the package, with the byte at which each token starts."""

    def __init__(self, tokenizer, name: str):
        self.encode, self.vocab_size, self.name = tokenizer.encode, tokenizer.vocab_size, name
        self.lengths = np.array([len(tokenizer.id_to_bytes(i)) for i in range(self.vocab_size)])

    def starts(self, symbols: list[int]) -> np.ndarray:
        return np.cumsum(self.lengths[symbols]) - self.lengths[symbols]


def measure(model: NGram, units: Bytes | Tokens, part: str) -> tuple[float, list[float]]:
    """Return bits per byte on a part of the text, and its 95 % interval over paragraphs."""
    bits, sizes = [], []
    for doc in TEXT.doc_bytes(part):
        symbols = units.encode(doc.decode())
        paragraph = paragraph_of_byte(doc)
        nats = -model.log_prob(symbols)
        bits.append(np.bincount(paragraph[units.starts(symbols)], nats_to_bits(nats), paragraph[-1] + 1))
        sizes.append(np.bincount(paragraph))
    bits, sizes = np.concatenate(bits), np.concatenate(sizes)
    interval = bootstrap_interval(bits, sizes, rng=np.random.default_rng(0))
    return bits_per_byte(bits.sum() * np.log(2), int(sizes.sum())), list(interval)


def rung(name: str, family: str, test, fresh, size: int, size_unit: str, budget: str, recipe: str) -> Rung:
    """Build the record; test and fresh are (value, interval) pairs."""
    test_bytes = sum(map(len, TEXT.doc_bytes("test")))
    values = (round(test[0], 4), rounded(test[1]), test_bytes, round(fresh[0], 4), rounded(fresh[1]))
    return Rung(name, LESSON, family, *values, size, size_unit, budget, recipe, None, date.today().isoformat())


def rounded(interval: list[float] | None) -> list[float] | None:
    return interval and [round(float(x), 4) for x in interval]


def baseline_rungs() -> list[Rung]:
    """Uniform guessing, and the compressors alone and after reading the training text."""
    rungs = [rung("uniform", "uniform", (8.0, None), (8.0, None), 0, "parameters", "none", "log2 of 256 bytes")]
    for method in ("gzip", "xz"):
        for primed in (False, True):
            began = time.process_time()
            before = TEXT.train.encode() if primed else b""
            parts = [TEXT.test.encode(), TEXT.fresh.encode()]
            test, fresh = ((compressed_bits_per_byte(data, method, before), None) for data in parts)
            name = f"{method} after the training text" if primed else method
            budget = f"{time.process_time() - began:.0f} s of one core"
            size, unit = (len(before), "bytes of text kept") if primed else (0, "parameters")
            how = "growth of the compressed training text" if primed else "the text alone"
            rungs.append(rung(name, "compressor", test, fresh, size, unit, budget, f"{RECIPE}; {how}"))
    return rungs


def sweep(units: Bytes | Tokens, max_order: int) -> list[dict]:
    """Fit modified Kneser-Ney at every order and measure it on three parts."""
    docs = [units.encode(doc) for doc in TEXT.train_docs]
    rows = []
    for order in range(1, max_order + 1):
        began = time.process_time()
        model = ModifiedKneserNey.fit(docs, order, units.vocab_size)
        seconds = time.process_time() - began
        parts = {part: measure(model, units, part) for part in ("valid", "test", "fresh")}
        rows.append({"units": units.name, "order": order, "seconds": round(seconds, 1), "ngrams": len(model.counts)})
        rows[-1] |= {part: round(value, 4) for part, (value, _) in parts.items()}
        rows[-1] |= {f"{part}_interval": rounded(parts[part][1]) for part in ("test", "fresh")}
        print(rows[-1], flush=True)
    return rows


def kneser_ney_rung(row: dict, name: str) -> Rung:
    """Turn a row of the sweep into a rung."""
    budget = f"{row['seconds']:.0f} s of one core"
    test, fresh = ((row[part], row[f"{part}_interval"]) for part in ("test", "fresh"))
    recipe = f"{RECIPE}; modified Kneser-Ney, order {row['order']}, {row['units']}"
    if row["units"] != "bytes":
        recipe += "; one tokenization a text, so an upper bound"
    return rung(name, "n-gram", test, fresh, row["ngrams"], "n-grams", budget, recipe)


def add_k_rung(max_order: int) -> Rung:
    """The best add-k model by the validation split, over orders and k."""
    units, docs = Bytes(), TEXT.doc_bytes("train")
    began = time.process_time()
    counts = count_ngrams(docs, max_order)
    tried = {}
    for order in range(1, max_order + 1):
        for k in (1.0, 0.1, 0.01, 0.001, 0.0001):
            tried[order, k] = measure(AddK(counts.up_to(order), k), units, "valid")[0]
            print(f"add-k, order {order}, k {k}: valid {tried[order, k]:.4f}", flush=True)
    order, k = min(tried, key=tried.get)
    budget = f"{time.process_time() - began:.0f} s of one core, choosing k and order"
    model = AddK(counts.up_to(order), k)
    test, fresh = (measure(model, units, part) for part in ("test", "fresh"))
    recipe = f"{RECIPE}; order {order}, k = {k}, bytes"
    return rung("n-gram, add-k", "n-gram", test, fresh, len(model.counts), "n-grams", budget, recipe)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--max-order", type=int, default=12, help="highest order over bytes (tokens: half of it)")
    parser.add_argument("--dry-run", action="store_true", help="print only, record nothing")
    args = parser.parse_args()
    byte_rows = sweep(Bytes(), args.max_order)
    rungs = [kneser_ney_rung(row, f"Kneser–Ney, order {row['order']}") for row in byte_rows]
    rungs += [*baseline_rungs(), add_k_rung(min(6, args.max_order))]
    token_rows = []
    bpe = Tokens(train_bpe(TEXT.train, 4096), "BPE of 4,096 tokens")
    for units in (bpe, Tokens(gpt2_tokenizer(), "GPT-2's 50,257 tokens")):
        rows = sweep(units, max(1, args.max_order // 2))
        best = min(rows, key=lambda row: row["valid"])
        rungs.append(kneser_ney_rung(best, f"Kneser–Ney over {units.name}"))
        token_rows += rows
    for each in rungs:
        print(f"{each.test:7.4f} {each.fresh:7.4f}  {each.name}")
        if not args.dry_run:
            record(each)
    if not args.dry_run:
        save_result("ngram_orders", {"seconds": "of one core, without encoding", "rows": byte_rows + token_rows})


if __name__ == "__main__":
    main()
