import re

import numpy as np
import pytest
import torch

from llmai_edu.apps.metre import scans
from llmai_edu.apps.pronunciation import rhymes, words_of
from llmai_edu.apps.verse_step import LONGEST, allowed_tokens, verse_step
from llmai_edu.generation.steps import probs_after
from tests.apps.verse_toys import DICTIONARY, TOY, WORDS


def draw(step, generator):
    ids = torch.zeros(1, 0, dtype=torch.int64)
    for _ in range(LONGEST):
        probs = probs_after(torch.zeros(1, TOY.vocab_size), ids, [step])
        ids = torch.cat([ids, torch.multinomial(probs, 1, generator=generator)], 1)
        if ids[0, -1] == WORDS.line_break:
            return TOY.decode(ids[0].tolist())
    raise AssertionError(f"no end: {TOY.decode(ids[0].tolist())!r}")


@pytest.mark.parametrize("rhyme_with", [None, "sea"])
def test_every_line_drawn_scans_and_rhymes(rhyme_with):
    generator = torch.Generator().manual_seed(0)
    step, firsts = verse_step(WORDS, rhyme_with, ["tree"]), set()
    for _ in range(100):
        line = draw(step, generator)
        assert scans(line, DICTIONARY)
        words = words_of(line)
        assert words[-1] != "tree"
        assert line[0].isupper()
        assert line[-1] == "\n"
        if rhyme_with:
            assert rhymes(words[-1], rhyme_with, DICTIONARY)
        assert not re.search(r"\b([a-z]+) \1\b", line.lower())
        long = [word for word in words if len(word) > 3]
        assert len(long) == len(set(long))
        firsts.add(words[0])
    assert len(firsts) > 10


def test_after_a_full_line_only_a_mark_and_a_break():
    day, me, may = (TOY.pieces.index(name) for name in ("Day", " on", " may"))
    line = [day, *[me, may] * 4, me]
    ending = WORDS.rhyming()
    assert {TOY.pieces[i] for i in np.flatnonzero(allowed_tokens(WORDS, line, ending))} == {"\n", *",.;:?!"}
    comma = TOY.pieces.index(",")
    assert np.flatnonzero(allowed_tokens(WORDS, [*line, comma], ending)).tolist() == [WORDS.line_break]
    assert not allowed_tokens(WORDS, [day, comma], ending)[comma]


def test_no_rhyme_is_an_error():
    with pytest.raises(ValueError, match="'compare'"):
        verse_step(WORDS, "compare")
