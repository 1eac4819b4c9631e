"""Extractive answers: of the chunks that were found, the one sentence that answers the question, word for word.

A sentence is scored by its meaning (the cosine of its vector and the question's) and by its words (the share of the
question's words that it has, rare ones counting more). What comes out is a quotation: it stands in the source.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from llmai_edu.apps.chunks import Chunk
from llmai_edu.apps.retrieval import plain_words

__all__ = ["Sentence", "best_sentences", "cut_sentences", "rarity", "sentence_scores", "shared_words", "squeeze"]

# A sentence ends with a sign and white space before a capital, quotation mark or bracket; or at a blank line or bullet.
END = re.compile(r'(?<=[.!?:])["”)]?\s+(?=["“(A-Z*`_])|\n\s*\n|\n\s*(?=[*•-]\s|\d+\.\s)')
SHORTEST = 20  # characters: what is shorter answers nothing
WORDS_WEIGHT = 0.6  # chosen on validation questions


@dataclass(frozen=True)
class Sentence:
    """A sentence and where it stands: in which chunk, from which character on. `text` has single spaces."""

    text: str
    chunk: Chunk
    start: int
    score: float = 0.0


def squeeze(text: str) -> str:
    """A text with every run of white space as one space: lines may be broken elsewhere, words may not.

    >>> squeeze("  as one\\n   line ")
    'as one line'
    """
    return " ".join(text.split())


def cut_sentences(chunk: Chunk) -> list[Sentence]:
    """The sentences of a chunk, in their order; pieces of fewer than 20 characters are left out.

    >>> text = "Cats purr when they are happy.  Dogs bark\\nat the mailman."
    >>> [one.text for one in cut_sentences(Chunk(text, "pets", 0, len(text)))]
    ['Cats purr when they are happy.', 'Dogs bark at the mailman.']
    """
    edges = [0, *(end for found in END.finditer(chunk.text) for end in found.span()), len(chunk.text)]
    pieces = [(start, squeeze(chunk.text[start:end])) for start, end in zip(edges[::2], edges[1::2])]
    return [Sentence(text, chunk, start) for start, text in pieces if len(text) >= SHORTEST]


def rarity(chunks: Sequence[Chunk]) -> Callable[[str], float]:
    """How much a word tells: the log of one over the share of chunks that have it (Spärck Jones 1972).

    >>> weight = rarity([Chunk("a dog", "x", 0, 5), Chunk("a cat", "x", 6, 11)])
    >>> weight("a") < weight("cat") < weight("unicorn")
    True
    """
    have: dict[str, int] = {}
    for chunk in chunks:
        for word in set(plain_words(chunk.text)):
            have[word] = have.get(word, 0) + 1
    return lambda word: math.log((len(chunks) + 1) / (have.get(word, 0) + 0.5))


def shared_words(question: str, text: str, weight: Callable[[str], float]) -> float:
    """The share of the question's words that the text has, each counted by its weight; 0 to 1.

    >>> shared_words("the cat", "a cat", {"the": 1.0, "cat": 3.0}.get)
    0.75
    """
    asked, has = dict.fromkeys(plain_words(question)), set(plain_words(text))
    total = sum(map(weight, asked))
    return sum(weight(word) for word in asked if word in has) / total if total else 0.0


def sentence_scores(
    question: str,
    sentences: Sequence[Sentence],
    encode: Callable[[list[str]], np.ndarray],
    weight: Callable[[str], float],
    words_weight: float = WORDS_WEIGHT,
) -> np.ndarray:
    """The score of each sentence, (N,): cosine plus `words_weight` times the share of the question's words.

    >>> text = "Cats purr when they are happy."
    >>> alone = cut_sentences(Chunk(text, "pets", 0, len(text)))
    >>> encode = lambda texts: np.ones((len(texts), 1), np.float32)
    >>> sentence_scores("happy cats", alone, encode, lambda word: 1.0).round(2).tolist()
    [1.6]
    """
    vectors = encode([question, *(one.text for one in sentences)])  # (1 + N, C)
    words = [shared_words(question, one.text, weight) for one in sentences]
    return vectors[1:] @ vectors[0] + words_weight * np.array(words)


def best_sentences(
    question: str,
    chunks: Sequence[Chunk],
    encode: Callable[[list[str]], np.ndarray],
    weight: Callable[[str], float],
    k: int = 1,
    *,
    words_weight: float = WORDS_WEIGHT,
) -> list[Sentence]:
    """The k best sentences of the chunks, the best first, each text once; none when the chunks have none.

    encode: from texts to vectors of length 1. weight: from a word to how much it tells, such as `rarity(all_chunks)`.
    """
    known = {one.text: one for chunk in reversed(chunks) for one in cut_sentences(chunk)}  # the first chunk wins
    sentences = list(known.values())
    if not sentences:
        return []
    scores = sentence_scores(question, sentences, encode, weight, words_weight)
    order = np.argsort(-scores, kind="stable")[:k]
    return [Sentence(sentences[i].text, sentences[i].chunk, sentences[i].start, float(scores[i])) for i in order]
