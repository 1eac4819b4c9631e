"""Sentences that people rated for sentiment: film reviews, tweets, product reviews, editorials."""

from dataclasses import dataclass
from pathlib import Path

from .fetch import fetch

FILES = {
    "movies": "movieReviewSnippets_GroundTruth.txt",
    "tweets": "tweets_GroundTruth.txt",
    "products": "amazonReviewSnippets_GroundTruth.txt",
    "news": "nytEditorialSnippets_GroundTruth.txt",
}


@dataclass(frozen=True)
class Review:
    """One sentence.

    score: the mean rating, -4 (extremely negative) to 4 (extremely positive). document: the review or article that it
    was taken from, as a number; for movies and tweets each sentence has its own.
    """

    text: str
    score: float
    document: int


def load_sentiment(kind: str = "movies") -> list[Review]:
    """Return the rated sentences of one kind, in the order of the file; fetched first if they are not in the cache.

    kind: "movies", "tweets", "products" or "news". The texts are as in the file, HTML such as &amp; included. Raises
    ValueError for another kind, DataError when the file cannot be had. Hutto and Gilbert, "VADER", ICWSM 2014.

    >>> load_sentiment("movies")[2]  # doctest: +SKIP
    Review(text='Effective but too tepid biopic', score=-0.6, document=3)
    """
    if kind not in FILES:
        raise ValueError(f"there are sentences of the kinds {', '.join(FILES)}, not {kind!r}")
    return read_reviews(fetch("sentiment") / "hutto_ICWSM_2014" / FILES[kind])


def read_reviews(path: Path) -> list[Review]:
    """Return the reviews of a file of lines `document_sentence TAB score TAB text`."""
    # Not `splitlines`: it would also cut at characters that stand inside of a text.
    lines = path.read_bytes().decode("utf-8").split("\r\n")
    rows = [line.split("\t", 2) for line in lines if line]
    return [Review(text, float(score), int(number.split("_")[0])) for number, score, text in rows]
