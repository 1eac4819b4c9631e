import numpy as np
import pytest

from llmai_edu.apps.licence_edits import CLAUSES, KINDS, NAMES, WORDS, alter_words, edit_licence, paragraphs

TEXT = (
    "Title\n\nCopyright (c) [year] [fullname]\n\n"
    "You may do this and that with it, if you keep these lines.\n\nNo warranty."
)


def edited(kind, seed=0, part="test"):
    return edit_licence(TEXT, kind, np.random.default_rng(seed), part)


def test_parts_share_no_name_clause_or_word():
    for table in (NAMES, CLAUSES, WORDS):
        assert not set(table["valid"]) & set(table["test"])


def test_each_kind_does_what_it_says():
    assert "[year]" not in edited("filled")
    assert edited("rewrapped").split() == TEXT.split()
    for seed in range(5):
        assert len(paragraphs(edited("clause deleted", seed))) == 3
        assert len(paragraphs(edited("clause inserted", seed))) == 5
        assert paragraphs(edited("clause deleted", seed))[0] == "Title"
    assert edited("excerpt") == paragraphs(TEXT)[2]
    changed = [a != b for a, b in zip(TEXT.split(), edited("words altered").split(), strict=True)]
    assert sum(changed) == round(0.4 * len(changed))


def test_a_seed_repeats_and_kinds_are_checked():
    assert all(edited(kind, 3) == edited(kind, 3) for kind in KINDS)
    with pytest.raises(ValueError, match="there are the kinds"):
        edited("burnt")
    with pytest.raises(ValueError, match="share is a number"):
        alter_words("a", 2, np.random.default_rng(0), ["x"])
