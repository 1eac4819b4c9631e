"""GloVe trained longer on the speeches than lesson 04 can wait for, beside skip-gram on the same words.

    python -m benchmarks.record_glove                 # about 5 minutes of one idle core, 1 GB

Corpus, settings and measures are the lesson's: neighbours of topic words (`topic_hits`) and analogies, both on the
lists of `embeddings.word_lists`. Every seed trains GloVe for 6 and for 25 epochs, and skip-gram for 5 and for 25. The
result goes to llmai_edu/embeddings/glove_runs.json.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np

import llmai_edu.embeddings
from llmai_edu.datasets import load_speeches
from llmai_edu.embeddings.cooccurrence import count_cooccurrence
from llmai_edu.embeddings.corpus import Corpus
from llmai_edu.embeddings.glove import train_glove
from llmai_edu.embeddings.similarity import analogy_accuracy
from llmai_edu.embeddings.vectors import WordVectors
from llmai_edu.embeddings.word2vec import train_word2vec
from llmai_edu.embeddings.word_lists import PAIRS, TOPICS, analogy_questions
from llmai_edu.tokenizers import words

MIN_COUNT, WINDOW, DIM, LIMIT, SEEDS = 20, 5, 50, 10.0, (0, 1, 2)
EPOCHS = {"glove": (6, 25), "skipgram": (5, 25)}
TARGET = Path(llmai_edu.embeddings.__file__).with_name("glove_runs.json")


def corpus() -> Corpus:
    """The speeches in lower case, one document a paragraph."""
    docs = (words(line.lower()) for speech in load_speeches() for line in speech.text.split("\n"))
    return Corpus.from_docs(docs, MIN_COUNT)


def topic_hits(vectors: WordVectors) -> int:
    """For how many of the 80 words of TOPICS the nearest of the other 79 belongs to the same topic."""
    label = np.repeat(np.arange(len(TOPICS)), 10)
    unit = vectors.unit[vectors.rows(word for topic in TOPICS.values() for word in topic)]
    return int((label[(unit @ unit.T - 2 * np.eye(80)).argmax(1)] == label).sum())


def scores(vectors: WordVectors) -> dict[str, int]:
    """Topic hits of 80, and right analogies of those whose words are all known."""
    found = [analogy_accuracy(vectors, analogy_questions(pairs)) for pairs in PAIRS.values()]
    right, asked, _ = (sum(column) for column in zip(*found))
    return {"topic_hits": topic_hits(vectors), "analogies": right, "asked": asked}


def main() -> None:
    """Train for every seed, method and number of epochs, and store the scores."""
    text, rows = corpus(), []
    table = count_cooccurrence(text, WINDOW)
    for seed in SEEDS:
        for method, lengths in EPOCHS.items():
            for epochs in lengths:
                rng = np.random.default_rng(seed)
                if method == "glove":
                    model = train_glove(table, rng=rng, dim=DIM, epochs=epochs, limit=LIMIT)
                else:
                    model = train_word2vec(text, rng=rng, dim=DIM, window=WINDOW, epochs=epochs)
                rows.append({"method": method, "epochs": epochs, "seed": seed, **scores(model.vectors)})
                print(rows[-1], flush=True)
    settings = {"min_count": MIN_COUNT, "window": WINDOW, "dim": DIM, "limit": LIMIT}
    facts = {"recorded": str(date.today()), "recipe": "python -m benchmarks.record_glove", "settings": settings}
    TARGET.write_text(json.dumps({**facts, "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
