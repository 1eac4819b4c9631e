"""gensim's cosines for the rated pairs of WordSim353, as lesson 03 shows them beside its own.

    python -m benchmarks.record_wordsim               # about 2 minutes of one idle core, 1 GB

gensim trains on the same paragraphs with the settings of the lesson, once for each kind and seed. Kept are the pairs
with the people's mean rating (Finkelstein and others 2002, "Placing Search in Context: The Concept Revisited"; CC BY
4.0), in lower case, and gensim's cosine of each pair, null for a pair that holds a word which the speeches do not have
five times. The result goes to llmai_edu/embeddings/wordsim353.json.
"""

from __future__ import annotations

import json
from datetime import date
from importlib.metadata import version
from pathlib import Path

from gensim.models import KeyedVectors, Word2Vec
from gensim.test.utils import datapath

import llmai_edu.embeddings
from benchmarks.bench_word2vec import GENSIM_RATE, MIN_COUNT, NEGATIVES, SUBSAMPLE, WINDOW, paragraphs

DIM, EPOCHS, SEEDS = 50, 5, (1, 2, 3)
TARGET = Path(llmai_edu.embeddings.__file__).with_name("wordsim353.json")


def rated_pairs() -> list[tuple[str, str, float]]:
    """The pairs and their mean ratings, 0 to 10, from the copy that gensim ships."""
    lines = Path(datapath("wordsim353.tsv")).read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return [(a.lower(), b.lower(), float(rating)) for a, b, rating in rows]


def cosines(vectors: KeyedVectors, pairs: list[tuple[str, str, float]]) -> list[float | None]:
    """The cosine of each pair, None where a word is unknown."""
    return [round(float(vectors.similarity(a, b)), 4) if a in vectors and b in vectors else None for a, b, _ in pairs]


def main() -> None:
    """Train for every kind and seed, and store pairs and cosines."""
    docs, pairs, found = paragraphs(), rated_pairs(), {}
    options = {"vector_size": DIM, "window": WINDOW, "negative": NEGATIVES, "sample": SUBSAMPLE}
    for kind, rate in GENSIM_RATE.items():
        found[kind] = []
        for seed in SEEDS:
            model = Word2Vec(
                docs, sg=int(kind == "skipgram"), alpha=rate, workers=1, epochs=EPOCHS, min_count=MIN_COUNT, seed=seed,
                **options,
            )  # fmt: skip
            found[kind].append(cosines(model.wv, pairs))
            print(kind, seed, model.wv.evaluate_word_pairs(datapath("wordsim353.tsv"))[1][0], flush=True)
    facts = {
        "recorded": str(date.today()),
        "recipe": "python -m benchmarks.record_wordsim",
        "gensim": version("gensim"),
        "settings": {"dim": DIM, "window": WINDOW, "negatives": NEGATIVES, "epochs": EPOCHS, "min_count": MIN_COUNT},
        "source": "WordSimilarity-353, Finkelstein et al. 2002, CC BY 4.0; words in lower case, the cosines are added",
    }
    rows = [json.dumps([*pair, *scores]) for pair, *scores in zip(pairs, *found["skipgram"], *found["cbow"])]
    head = json.dumps(
        facts | {"columns": ["word", "word", "rating"] + [f"{k} {s}" for k in found for s in SEEDS]}, indent=1
    )
    TARGET.write_text(f'{head[:-2]},\n "rows": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n", encoding="utf-8")
    print("stored in", TARGET.name)


if __name__ == "__main__":
    main()
