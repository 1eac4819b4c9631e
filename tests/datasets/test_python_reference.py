"""Python's reference: every article arrives, cut where a reader sees a heading, and no text twice."""

from pydoc_data.topics import topics

import pytest

from llmai_edu.datasets.python_reference import cut_at_headings, load_python_reference, reference_articles


def test_there_are_79_articles_of_this_python():
    articles = reference_articles()
    assert articles == topics
    assert len(articles) >= 79
    assert 400_000 < sum(map(len, articles.values())) < 700_000


def test_every_line_of_prose_arrives_once():
    sections = load_python_reference()
    texts = [one.text for one in sections]
    assert len(set(texts)) == len(texts)
    together = "\n".join(texts)
    for line in ("it is guaranteed", "The list of assertions"):  # words that no heading swallowed
        assert (line in together) == any(line in article for article in topics.values())
    lost = [
        line
        for article in topics.values()
        for line in article.split("\n")
        if len(line) > 60 and line.strip() not in together and line not in {one.heading for one in sections}
    ]
    assert lost == []


def test_a_section_stands_in_the_shortest_article_that_has_it():
    (with_,) = [one for one in load_python_reference() if one.heading == 'The "with" statement']
    assert with_.article == "with"
    assert 'The "with" statement\n****' in topics["with"]
    assert 'The "with" statement\n====' in topics["compound"]  # the longer one, which gives it up


@pytest.mark.parametrize(
    ("article", "want"),
    [
        ("Cats\n****\n\nThey purr.\n", [("Cats", "They purr.")]),
        ("Before.\n\nFood\n====\n\nMice.", [("", "Before."), ("Food", "Mice.")]),
        ("Empty\n=====\n\nFull\n----\n\nx", [("Full", "x")]),
        ("a table\n\n   ====   ====\n   x      y\n", [("", "a table\n\n   ====   ====\n   x      y")]),
    ],
)
def test_cut_by_hand(article, want):
    assert cut_at_headings(article) == want
