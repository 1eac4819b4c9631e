import re
from collections import Counter

import pytest

from llmai_edu.datasets import DATASETS, load_sentiment
from llmai_edu.datasets.sentiment import FILES, Review, read_reviews


def test_reads_lines_and_nothing_else_as_lines(tmp_path):
    path = tmp_path / "reviews.txt"
    path.write_bytes("1_1\t-0.5\tBad\x85 &amp;\tworse\r\n12_3\t2\tGood — é.".encode())
    assert read_reviews(path) == [Review("Bad\x85 &amp;\tworse", -0.5, 1), Review("Good — é.", 2.0, 12)]


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match="movies, tweets, products, news, not 'books'"):
        load_sentiment("books")


@pytest.fixture(scope="module")
def reviews():
    return {kind: load_sentiment(kind) for kind in FILES}


@pytest.mark.data
class TestTheCardTellsTheTruth:
    def test_counts(self, reviews):
        signs = {kind: Counter((r.score > 0) - (r.score < 0) for r in rows) for kind, rows in reviews.items()}
        assert signs == {
            "movies": {1: 5242, -1: 5326, 0: 37},
            "tweets": {1: 2897, -1: 1299, 0: 4},
            "products": {1: 2128, -1: 1482, 0: 98},
            "news": {1: 2204, -1: 2742, 0: 244},
        }
        for figure in (sum(map(len, reviews.values())), *map(len, reviews.values())):
            assert f"{figure:,}" in DATASETS["sentiment"].how_much

    def test_scores_and_documents(self, reviews):
        assert all(-4 <= review.score <= 4 for rows in reviews.values() for review in rows)
        documents = {kind: len({review.document for review in rows}) for kind, rows in reviews.items()}
        assert documents == {"movies": 10_605, "tweets": 4200, "products": 300, "news": 498}
        assert reviews["movies"][2] == Review("Effective but too tepid biopic", -0.6, 3)

    def test_faults(self, reviews):
        def count(kind, wanted):
            return sum(bool(wanted(review)) for review in reviews[kind])

        assert count("movies", lambda r: abs(r.score) < 0.5) == 533
        assert count("news", lambda r: abs(r.score) < 0.5) == 2220
        repeated = {
            kind: len(rows) - len({" ".join(r.text.lower().split()) for r in rows}) for kind, rows in reviews.items()
        }
        assert repeated == {"movies": 2, "tweets": 60, "products": 11, "news": 71}
        assert count("tweets", lambda r: "@" in r.text) == 2214
        assert count("movies", lambda r: " ," in r.text or " ." in r.text) == 267
        html = {kind: count(kind, lambda r: re.search(r"&\w+;|&#", r.text)) for kind in ("tweets", "products")}
        assert html == {"tweets": 162, "products": 44}
        assert count("products", lambda r: r.text != r.text.lower()) == 0
