"""The cut of Shakespeare for models over characters."""

import pytest

from llmai_edu.datasets.char_shakespeare import char_shakespeare, cut
from llmai_edu.datasets.shakespeare import load_shakespeare


def test_parts_are_the_text_in_order():
    text = "".join(chr(97 + i % 26) for i in range(1003))
    parts = cut(text)
    assert parts.train + parts.valid + parts.test == text
    assert (len(parts.train), len(parts.valid), len(parts.test)) == (902, 50, 51)


@pytest.mark.data
def test_what_the_docstring_says():
    parts = char_shakespeare()
    works = {work.title: work.text for work in load_shakespeare()}
    assert len(parts.train) == 4_546_535
    assert works["The Winter's Tale"][-1000:] in parts.valid
    assert works["Timon of Athens"] in parts.valid
    assert not set(parts.valid + parts.test) - set(parts.train)
