import pytest

from llmai_edu.tokenizers.special import check_names, choose_special, split_special

SPECIAL = {"<|end|>": 300, "<|end|>!": 301}


def test_nothing_is_allowed_by_default_and_all_on_request():
    assert choose_special(SPECIAL, ()) == {}
    assert choose_special(SPECIAL, "all") == SPECIAL
    assert choose_special(SPECIAL, ["<|end|>"]) == {"<|end|>": 300}


def test_a_bare_name_is_refused_because_it_would_be_read_letter_by_letter():
    with pytest.raises(ValueError, match="must be 'all' or a set of names"):
        choose_special(SPECIAL, "<|end|>")


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"\['<eos>'\] are no special tokens here; known are"):
        choose_special(SPECIAL, {"<eos>"})


def test_the_longest_name_wins_and_no_piece_is_empty():
    assert split_special("<|end|>!<|end|>a", SPECIAL) == ["<|end|>!", "<|end|>", "a"]
    assert split_special("", SPECIAL) == split_special("", ()) == []
    assert split_special("a.b", ["."]) == ["a", ".", "b"]  # names are text, not regular expressions


def test_names_are_a_list_and_none_is_empty():
    check_names(SPECIAL)
    check_names([])
    with pytest.raises(ValueError, match=r"must be a list of names, not the text '<a>'; write \['<a>'\]"):
        check_names("<a>")
    with pytest.raises(ValueError, match="at least one character"):
        check_names(["<a>", ""])
