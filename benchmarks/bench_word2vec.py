"""word2vec on the speeches, ours beside gensim's: words a second, and Spearman's rho on gensim's own wordsim353 list.

    python -m benchmarks.bench_word2vec             # about 6 minutes on two idle cores, 1 GB

Both read the same lists of words, one a paragraph, choose the same vocabulary and train with the same settings for as
many epochs; the clock runs from the lists to the vectors. They take turns, and the fastest of the rounds counts; every
round has its own seed. On a busy machine read the words per second of processor time: waiting is not in them. gensim
scores both. Its CBOW follows the original program, which does not divide the gradient by the number of neighbours, so
ours takes a higher learning rate: each has its own default.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
from gensim.models import KeyedVectors, Word2Vec
from gensim.test.utils import datapath

from benchmarks.common import save_result
from llmai_edu.datasets import load_speeches
from llmai_edu.embeddings.corpus import Corpus
from llmai_edu.embeddings.word2vec import train_word2vec
from llmai_edu.tokenizers import words

DIM, WINDOW, NEGATIVES, MIN_COUNT, SUBSAMPLE = 100, 5, 5, 5, 1e-3
GENSIM_RATE = {"skipgram": 0.025, "cbow": 0.05}  # the original program's defaults


def paragraphs() -> list[list[str]]:
    """The speeches in lower case, one list of words a paragraph."""
    docs = (words(line.lower()) for speech in load_speeches() for line in speech.text.split("\n"))
    return [doc for doc in docs if doc]


def ours(docs: list[list[str]], kind: str, workers: int, epochs: int, seed: int) -> KeyedVectors:
    """Train with this package, and hand the vectors to gensim for scoring."""
    options = {"dim": DIM, "window": WINDOW, "negatives": NEGATIVES, "subsample": SUBSAMPLE}
    corpus = Corpus.from_docs(docs, MIN_COUNT)
    model = train_word2vec(
        corpus, rng=np.random.default_rng(seed), kind=kind, workers=workers, epochs=epochs, **options
    )
    keyed = KeyedVectors(DIM)
    keyed.add_vectors(list(model.words), model.inputs.numpy())
    return keyed


def gensims(docs: list[list[str]], kind: str, workers: int, epochs: int, seed: int) -> KeyedVectors:
    """Train with gensim."""
    options = {"vector_size": DIM, "window": WINDOW, "negative": NEGATIVES, "sample": SUBSAMPLE, "min_count": MIN_COUNT}
    rate, sg = GENSIM_RATE[kind], int(kind == "skipgram")
    return Word2Vec(docs, sg=sg, alpha=rate, workers=workers, epochs=epochs, seed=seed, **options).wv


LIBRARIES: dict[str, Callable] = {"llmai_edu": ours, "gensim": gensims}


def measure(docs: list[list[str]], epochs: int, rounds: int) -> list[dict]:
    """Return a row for each kind, number of threads and library."""
    n_words = epochs * sum(map(len, docs))
    cases = [(kind, threads, name) for kind in GENSIM_RATE for threads in (1, 2) for name in LIBRARIES]
    seconds, processor, quality = ({case: [] for case in cases} for _ in range(3))
    for seed in range(1, rounds + 1):
        for case in cases:
            kind, threads, name = case
            clock, cpu = time.perf_counter(), time.process_time()
            keyed = LIBRARIES[name](docs, kind, threads, epochs, seed)
            seconds[case].append(time.perf_counter() - clock)
            processor[case].append(time.process_time() - cpu)
            quality[case].append(float(keyed.evaluate_word_pairs(datapath("wordsim353.tsv"))[1][0]))
    return [
        {
            "kind": kind,
            "threads": threads,
            "library": name,
            "words_per_s": round(n_words / min(seconds[kind, threads, name])),
            "words_per_processor_s": round(n_words / min(processor[kind, threads, name])),
            "seconds": [round(s, 2) for s in seconds[kind, threads, name]],
            "processor_seconds": [round(s, 2) for s in processor[kind, threads, name]],
            "wordsim353": [round(rho, 3) for rho in quality[kind, threads, name]],
        }
        for kind, threads, name in cases
    ]


def main() -> None:
    """Measure, print the table, and store it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    docs, load = paragraphs(), round(os.getloadavg()[0], 1)
    rows = measure(docs, args.epochs, args.rounds)
    n_words = sum(map(len, docs))
    print(f"{n_words:,} words, {DIM} dimensions, window {WINDOW}, {NEGATIVES} negatives, {args.epochs} epochs")
    print(f"{'kind':10}{'threads':>8}  {'library':11}{'words/s':>11}{'/ proc. s':>12}  wordsim353 of each seed")
    for row in rows:
        rhos = " ".join(f"{rho:.3f}" for rho in row["wordsim353"])
        speeds = f"{row['words_per_s']:11,}{row['words_per_processor_s']:12,}"
        print(f"{row['kind']:10}{row['threads']:8}  {row['library']:11}{speeds}  {rhos}")
    settings = {"dim": DIM, "window": WINDOW, "negatives": NEGATIVES, "min_count": MIN_COUNT, "subsample": SUBSAMPLE}
    payload = {
        "gensim": version("gensim"),
        "words": n_words,
        "epochs": args.epochs,
        "load_before": load,
        **settings,
        "rows": rows,
    }
    print("stored in", save_result("word2vec", payload).name)


if __name__ == "__main__":
    main()
