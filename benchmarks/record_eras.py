"""Vectors of two eras of the speeches, the words that moved most between them, and the same with shuffled eras.

    python -m benchmarks.record_eras                  # about 6 minutes of one idle core, 1 GB
    python -m benchmarks.record_eras --shuffles 4 --dry-run

Every speech belongs to the era of its year. Vectors of each era are learned alone, laid over each other by orthogonal
Procrustes on all common words, and each frequent word's cosine distance to itself is measured. Then the speeches are
dealt out to two eras of the same sizes at random, again and again: a word has moved by more than chance when it moves
further than in nearly all of these. Benjamini and Hochberg's rule keeps the share of false finds in the list near 10 %.
Results go to llmai_edu/embeddings/eras.json, from which lesson 03 loads them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from scipy.stats import false_discovery_control, rankdata
from tqdm.auto import tqdm

import llmai_edu.embeddings
from benchmarks.common import save_result
from llmai_edu.datasets import Speech, load_speeches
from llmai_edu.embeddings.corpus import Corpus
from llmai_edu.embeddings.eras import align, chance_of, movement, shuffle_eras
from llmai_edu.embeddings.similarity import nearest
from llmai_edu.embeddings.vectors import WordVectors
from llmai_edu.embeddings.word2vec import train_word2vec
from llmai_edu.tokenizers import words

ERAS = {"1790-1912": range(1790, 1913), "1913-2026": range(1913, 2027)}
FREQUENT = 100  # occurrences in each era, for a word to be followed
SETTINGS = {"dim": 50, "window": 5, "negatives": 5, "epochs": 5}
TARGET = Path(llmai_edu.embeddings.__file__).with_name("eras.json")
Paragraphs = list[list[str]]


def paragraphs(speech: Speech) -> Paragraphs:
    """The words of a speech, paragraph by paragraph."""
    return [doc for line in speech.text.lower().split("\n") if (doc := words(line))]


def vectors_by_era(speeches: list[Paragraphs], era: np.ndarray, seed: int) -> list[WordVectors]:
    """Train on the speeches of each era."""
    models = []
    for number in range(len(ERAS)):
        docs = [doc for text, e in zip(speeches, era) if e == number for doc in text]
        rng = np.random.default_rng([seed, number])
        models.append(train_word2vec(Corpus.from_docs(docs), rng=rng, **SETTINGS).vectors)
    return models


def frequent_in_both(speeches: list[Paragraphs], era: np.ndarray) -> list[str]:
    """The words to follow, most frequent first."""
    corpora = [
        Corpus.from_docs([doc for text, e in zip(speeches, era) if e == number for doc in text], FREQUENT)
        for number in range(len(ERAS))
    ]
    return [word for word in corpora[0].words if word in corpora[1].id_of]


def moved(speeches: list[Paragraphs], era: np.ndarray, follow: list[str], seed: int) -> np.ndarray:
    """Return how far each word is from itself; nan where a dealt-out era hardly knows it."""
    before, after = vectors_by_era(speeches, era, seed)
    known = np.array([word in before and word in after for word in follow])
    distance = np.full(len(follow), np.nan)
    distance[known] = movement(before, after, [word for word, there in zip(follow, known) if there])
    return distance


def neighbours(vectors: WordVectors, word: str, count: int = 8) -> list[str]:
    """The nearest neighbours, without their cosines."""
    return [other for other, _ in nearest(align(vectors, vectors), word, count)]


def main() -> None:
    """Train, compare with chance, print the words, and store all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shuffles", type=int, default=60)
    parser.add_argument("--dry-run", action="store_true")
    args = parser.parse_args()
    every = load_speeches()
    speeches = [paragraphs(speech) for speech in every]
    era = np.array([next(i for i, years in enumerate(ERAS.values()) if s.year in years) for s in every])
    follow = frequent_in_both(speeches, era)
    real = np.stack([moved(speeches, era, follow, seed) for seed in range(3)])
    rng = np.random.default_rng(0)
    deals = [shuffle_eras(np.bincount(era), rng) for _ in range(args.shuffles)]
    shuffled = np.stack([moved(speeches, deal, follow, 100 + i) for i, deal in enumerate(tqdm(deals))])
    save = summary(speeches, era, follow, real, shuffled)
    if not args.dry_run:
        print("stored in", save_result("eras", save).replace(TARGET).name)


def summary(
    speeches: list[Paragraphs], era: np.ndarray, follow: list[str], real: np.ndarray, shuffled: np.ndarray
) -> dict:
    """Rank the words by how far they moved beyond chance, and print and return what was found."""
    usable = ~np.isnan(shuffled).any(0) & ~np.isnan(real).any(0)
    follow = [word for word, there in zip(follow, usable) if there]
    real, shuffled = real[:, usable], shuffled[:, usable]
    p = chance_of(real[0], shuffled)  # one training against one training: a mean of three would look too still
    found = false_discovery_control(p) <= 0.1
    z = (real[0] - shuffled.mean(0)) / shuffled.std(0)
    ranks = [rankdata(row) for row in real]
    models = vectors_by_era(speeches, era, 0)
    rows = [
        {
            "word": follow[i],
            "distance": round(float(real[:, i].mean()), 3),
            "shuffled_mean": round(float(shuffled[:, i].mean()), 3),
            "shuffled_max": round(float(shuffled[:, i].max()), 3),
            "z": round(float(z[i]), 1),
            "p": round(float(p[i]), 4),
            **{name: neighbours(model, follow[i]) for name, model in zip(ERAS, models)},
        }
        for i in np.argsort(-z)[:30]
    ]
    for row in rows:
        print(
            f"{row['word']:16}{row['distance']:6.2f}{row['shuffled_mean']:6.2f}{row['z']:6.1f}{row['p']:8.3f}  ", end=""
        )
        print(" | ".join(" ".join(row[name][:5]) for name in ERAS))
    facts = {
        "eras": {name: int(n) for name, n in zip(ERAS, np.bincount(era))},
        "frequent_in_both": FREQUENT,
        "settings": SETTINGS,
        "words_followed": len(follow),
        "shuffles": len(shuffled),
        "mean_distance": round(float(real.mean()), 4),
        "mean_distance_shuffled": [round(float(f(shuffled.mean(1))), 4) for f in (np.mean, np.min, np.max)],
        "beyond_chance_at_10_percent_false": int(found.sum()),
        "of_a_shuffle_the_same_rule_finds": int(
            (false_discovery_control(chance_of(shuffled[0], shuffled[1:])) <= 0.1).sum()
        ),
        "rank_correlation_between_seeds": round(float(np.corrcoef(ranks)[0, 1:].mean()), 3),
    }
    print(facts)
    return {**facts, "words": rows}


if __name__ == "__main__":
    main()
