"""Python's own language reference, as every Python carries it along: the texts behind `help("with")`.

The 79 articles are a part of the standard library (`pydoc_data.topics`), so nothing is fetched, and each Python has its
own: 465 KB in 3.11, 511 KB in 3.13. Several articles are parts of longer ones ("with" stands in "compound", too), so
they are cut at their headings, and of equal sections one is kept.
"""

import re
from dataclasses import dataclass
from pydoc_data.topics import topics

__all__ = ["LICENCE", "ReferenceSection", "cut_at_headings", "load_python_reference", "reference_articles"]

LICENCE = (
    "Python's documentation: copyright Python Software Foundation, PSF License Version 2; its examples: Zero-Clause BSD"
)

# A heading is a line with a line of = * ~ - ^ signs below it.
HEADING = re.compile(r'^(\S[^\n]*)\n([=*~^"-])\2{2,}[ ]*\n', re.MULTILINE)


@dataclass(frozen=True)
class ReferenceSection:
    """A part of an article: the article's name, such as "with", the heading that it stands under, and its text."""

    article: str
    heading: str
    text: str


def reference_articles() -> dict[str, str]:
    """The articles as this Python has them, by name.

    >>> reference_articles()["with"].startswith('The "with" statement')
    True
    """
    return dict(topics)


def load_python_reference(articles: dict[str, str] | None = None) -> list[ReferenceSection]:
    """The sections of the articles, each text once: in the shortest article that holds it.

    articles: those of another Python, in place of this one's.

    >>> cats = "Cats\\n****\\n\\nThey purr."
    >>> [one.heading for one in load_python_reference({"a": cats, "b": cats})]
    ['Cats']
    """
    articles = reference_articles() if articles is None else articles
    found: dict[str, ReferenceSection] = {}
    for name in sorted(articles, key=lambda name: (len(articles[name]), name)):
        for heading, text in cut_at_headings(articles[name]):
            if text not in found:
                found[text] = ReferenceSection(name, heading or name, text)
    return sorted(found.values(), key=lambda one: one.article)  # stable: the order inside an article stays


def cut_at_headings(article: str) -> list[tuple[str, str]]:
    """(heading, text) pairs of an article, in its order; what stands before the first heading has the heading "".

    >>> cut_at_headings("Cats\\n****\\n\\nThey purr.\\n\\nFood\\n====\\n\\nMice.")
    [('Cats', 'They purr.'), ('Food', 'Mice.')]
    """
    marks = list(HEADING.finditer(article))
    pairs = [("", article[: marks[0].start() if marks else len(article)])]
    for mark, after in zip(marks, [*marks[1:], None]):
        pairs.append((mark[1].strip(), article[mark.end() : after.start() if after else len(article)]))
    return [(heading, text.strip("\n ")) for heading, text in pairs if text.strip()]
