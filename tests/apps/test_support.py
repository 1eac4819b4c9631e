"""The desk with a toy encoder and a scripted writer: who answers, what is shown, and that streaming says the same."""

import numpy as np
import pytest

from llmai_edu.apps.mood import MoodReader
from llmai_edu.apps.support import SupportDesk, guarded, without_label
from llmai_edu.datasets.hash_split import Split
from llmai_edu.datasets.shop_faq import FaqEntry, ShopFaq
from llmai_edu.evaluation.calibration import PlattScale

ENTRIES = (
    FaqEntry("gifts", "orders", "Do you wrap gifts?", "Yes, in paper, for 3 euros."),
    FaqEntry("pay", "payment", "How can I pay?", "By card or by bank transfer within 14 days."),
    FaqEntry("mugs", "products", "Are mugs hot?", "Some of them are."),
)
NOTHING = Split((), (), ())
FAQ = ShopFaq("Toy", ENTRIES, NOTHING, NOTHING, NOTHING, NOTHING, frozenset())


def encode(texts):
    """Three directions, one for each entry, and a fourth one for anger."""
    words = ("wrap", "pay", "mug", "!")
    found = np.array([[word in text for word in words] for text in texts], float) + 1e-3
    return found / np.linalg.norm(found, axis=1, keepdims=True)


class Scripted:
    """A writer that says what it is told to, in pieces of three characters."""

    def __init__(self, text):
        self.text = text

    def draft(self, entry, message):
        return (self.text[i : i + 3] for i in range(0, len(self.text), 3))


def desk(text=None, bar=0.5):
    vectors = np.eye(4)[:3]
    mood = MoodReader(np.array([[0, 0, 0, 0.0], [0, 0, 0, 9], [0, 0, 0, -9]]), np.array([1.0, 0, 0]))
    writer = None if text is None else Scripted(text)
    return SupportDesk(FAQ, encode, vectors, None, PlattScale(5.0, -5.0), mood, bar, writer)


def test_a_sure_message_gets_the_entrys_own_words():
    reply = desk().answer("please wrap it")
    assert reply.text == "Yes, in paper, for 3 euros. [gifts]"
    assert (reply.decision.entry.id, reply.decision.reason, reply.draft) == ("gifts", "", None)
    assert reply.decision.confidence > 0.99


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("what?", "unsure what is asked"),
        ("wrap and pay", "unsure what is asked"),
        ("wrap it!", "the customer is angry"),
    ],
)
def test_a_person_is_called(message, reason):
    for text in (None, "Never shown."):
        found = desk(text, bar=0.3 if "!" in message else 0.5)
        reply = found.answer(message)
        assert reply.decision.reason == reason
        assert "colleague" in reply.text
        assert reply.draft is None
        assert "".join(found.stream(message)) == reply.text


@pytest.mark.parametrize(
    ("draft", "shown"),
    [
        ("We do, in paper. It is 3 euros [gifts].", "We do, in paper. It is 3 euros. [gifts]"),
        ("Yes, for 3 euros. And then we", "Yes, for 3 euros. [gifts]"),  # the unfinished sentence goes
        ("It costs 5 euros.", "Yes, in paper, for 3 euros. [gifts]"),
        ("We cannot wrap it.", "Yes, in paper, for 3 euros. [gifts]"),
        ("For 3 euros.\nCustomer: And 5?", "For 3 euros. [gifts]"),  # it goes on in the customer's name
        ("no end", "Yes, in paper, for 3 euros. [gifts]"),
    ],
)
def test_drafts_are_checked_whole_or_by_the_sentence(draft, shown):
    found = desk(draft)
    assert found.answer("wrap it").text == shown
    assert "".join(found.stream("wrap it")) == shown


def test_the_stream_stops_at_the_first_wrong_sentence():
    pieces = list(desk("We do. It costs 5 euros. Sure.").stream("wrap it"))
    assert pieces == ["We do. ", "Yes, in paper, for 3 euros. [gifts]"]


def test_wrong_labels_are_replaced():
    assert guarded("By card [gifts].", ENTRIES[1]) == "By card. [pay]"
    assert without_label("Yes [x] , it is [y].") == "Yes, it is."


def test_empty_messages_and_wrong_sizes_are_refused():
    with pytest.raises(ValueError, match="empty"):
        desk().decide("  ")
    with pytest.raises(ValueError, match="3 entries and 2 vectors"):
        SupportDesk(FAQ, encode, np.eye(2), None, PlattScale(1, 0), None, 0.5)
