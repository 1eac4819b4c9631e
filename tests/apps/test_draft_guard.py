"""The guard: what counts as a claim, by hand-worked cases, and what it lets through on purpose."""

import pytest

from llmai_edu.apps.draft_guard import check_draft, cited, claims, denies

SOURCE = "Send it back in 30 days. It costs 4.90 euros, and nothing from Monday, 1 March. Mail to help@shop.example."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in 14 working days", {"14", "14 day"}),
        ("a 30-day trial", {"30", "30 day"}),
        ("$5 or 20 %", {"5", "5 dollar", "20", "20 percent"}),
        ("1,000 euros", {"1000", "1000 euro"}),
        ("4,90 €", {"4.9", "4.9 euro"}),
        ("€4.90", {"4.9", "4.9 euro"}),
        ("2-3 days", {"2", "3", "3 day"}),
        ("twelve months", {"12", "12 month"}),
        ("on Mondays in March", {"monday", "march"}),
        ("see www.shop.example/help.", {"www.shop.example/help"}),
        ("you may have one", set()),
        ("as [faq-12] says", set()),
        ("10 eurosport channels", {"10"}),
    ],
)
def test_claims_by_hand(text, found):
    assert claims(text) == found


@pytest.mark.parametrize(
    "draft",
    [
        "You have thirty days.",
        "That is € 4.90, from Monday on.",
        "It is 30.",
        "Write to help@shop.example.",
        "Sure, send it.",
    ],
)
def test_what_the_source_says_passes(draft):
    assert check_draft(draft, SOURCE).passed


@pytest.mark.parametrize(
    ("draft", "invented"),
    [
        ("You have 30 weeks.", ("30 week",)),
        ("You have 14 days.", ("14", "14 day")),
        ("It is 4.90 dollars.", ("4.9 dollar",)),
        ("Come on Tuesday.", ("tuesday",)),
        ("Write to boss@shop.example.", ("boss@shop.example",)),
    ],
)
def test_what_it_does_not_say_is_found(draft, invented):
    assert check_draft(draft, SOURCE).invented == invented


def test_a_denial_needs_one_in_the_source():
    assert check_draft("You can't send it back.", SOURCE).denied
    assert not check_draft("You can't send it back.", SOURCE + " We do not take opened tea.").denied
    assert denies("Unfortunately, yes.")
    assert not denies("Nothing to note: another knot.")


def test_a_wrong_promise_without_a_number_passes():
    assert check_draft("We refund everything, always.", SOURCE).passed


def test_labels():
    assert cited("Yes [a-b], and [c].") == ["a-b", "c"]
