"""Customer service: find the FAQ entry, read the mood, draft a reply, check it, and know when to call a person."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from safetensors.numpy import load_file

from llmai_edu.apps.draft_guard import check_draft, cited
from llmai_edu.apps.encoder import minilm_encoder
from llmai_edu.apps.faq_finder import find_scores, sureness
from llmai_edu.apps.mood import MoodReader
from llmai_edu.apps.terminal import TerminalApp
from llmai_edu.datasets.shop_faq import FaqEntry, ShopFaq, load_shop_faq
from llmai_edu.evaluation.calibration import PlattScale

__all__ = ["Decision", "Reply", "SupportDesk", "open_app"]

SENTENCE = re.compile(r"(?<=[.!?])\s+")
TURN = "Customer:"  # here a draft begins to invent what the customer says next
HANDED = "A colleague of ours will answer you. (Handed over: {reason}.)"
SORRY = (
    "We are sorry if something went wrong. A colleague of ours will answer you first of all. (Handed over: {reason}.)"
)


@dataclass(frozen=True)
class Decision:
    """What the desk makes of a message before a word is written.

    entry: the entry that it found. confidence: the probability that it is the right one. mood: of the message. reason:
    why a person has to answer, or "" when the desk may. others: the next two entries.
    """

    entry: FaqEntry
    confidence: float
    mood: str
    reason: str
    others: tuple[FaqEntry, ...]


@dataclass(frozen=True)
class Reply:
    """The text that goes to the customer, the decision behind it, and the draft, also where the guard stopped it."""

    text: str
    decision: Decision
    draft: str | None = None


class SupportDesk:
    """The whole desk; `SupportDesk.load()` makes the one of the lesson.

    writer: `draft(entry, message)` gives the pieces of a draft; without it, the entry's own words are sent.

    >>> desk = SupportDesk.load()                          # doctest: +SKIP
    >>> desk.answer("how many days to send it back?").text  # doctest: +SKIP
    """

    def __init__(
        self,
        faq: ShopFaq,
        encode: Callable[[list[str]], np.ndarray],
        vectors: np.ndarray,
        bridge: np.ndarray | None,
        platt: PlattScale,
        mood: MoodReader,
        bar: float,
        writer: object | None = None,
    ) -> None:
        if len(vectors) != len(faq.entries):
            raise ValueError(f"there are {len(faq.entries)} entries and {len(vectors)} vectors")
        self.faq, self.encode, self.vectors, self.bridge = faq, encode, vectors, bridge
        self.platt, self.mood, self.bar, self.writer = platt, mood, bar, writer

    @classmethod
    def load(cls, *, drafts: bool = False) -> "SupportDesk":
        """The desk with what `benchmarks/record_support.py` fitted; drafts: whether SmolLM2 writes the replies.

        Raises DataError when a model is not in the cache and cannot be fetched.
        """
        fitted = load_file(str(files(__package__) / "support_desk.safetensors"))
        fitted = {name: value.astype(np.float64) for name, value in fitted.items()}
        faq, writer = load_shop_faq(), None
        if drafts:
            from llmai_edu.apps.reply_writer import ReplyWriter

            writer = ReplyWriter(faq.name)
        slope, offset, bar = fitted["settings"].tolist()
        mood = MoodReader(fitted["mood_weight"], fitted["mood_bias"])
        scale = PlattScale(slope, offset)
        return cls(faq, minilm_encoder(), fitted["vectors"], fitted["bridge"], scale, mood, bar, writer)

    def decide(self, message: str) -> Decision:
        """Find the entry, read the mood, and say who answers. Raises ValueError for a blank message."""
        if not message.strip():
            raise ValueError("the message is empty: write what the customer wants to know")
        vector = self.encode([message])
        scores = find_scores(vector, self.vectors, self.bridge)
        first, *rest = (self.faq.entries[i] for i in np.argsort(-scores[0], kind="stable")[:3])
        confidence, mood = float(self.platt(sureness(scores))[0]), self.mood.read(vector)[0]
        reason = "unsure what is asked" if confidence < self.bar else "the customer is angry" if mood == "angry" else ""
        return Decision(first, confidence, mood, reason, tuple(rest))

    def answer(self, message: str) -> Reply:
        """The reply to a message, complete."""
        decision = self.decide(message)
        if decision.reason or self.writer is None:
            return Reply(self.plain(decision), decision)
        draft = "".join(self.writer.draft(decision.entry, message))
        return Reply(guarded(draft, decision.entry), decision, draft)

    def stream(self, message: str) -> Iterator[str]:
        """The reply in pieces: a draft's sentence is shown when it is whole and the guard has let it pass."""
        decision = self.decide(message)
        if decision.reason or self.writer is None:
            yield self.plain(decision)
            return
        held, shown = "", False
        for piece in self.writer.draft(decision.entry, message):
            held += piece
            if TURN in held:
                held = held.split(TURN)[0]
                break
            *whole, held = SENTENCE.split(held)
            for sentence in whole:
                if not check_draft(sentence, source_of(decision.entry)).passed:
                    yield own_words(decision.entry)
                    return
                yield without_label(sentence) + " "
                shown = True
        if held.strip() and held.rstrip()[-1] in ".!?" and check_draft(held, source_of(decision.entry)).passed:
            yield without_label(held) + " "
            shown = True
        yield f"[{decision.entry.id}]" if shown else own_words(decision.entry)

    def plain(self, decision: Decision) -> str:
        """The reply without a model: the entry's own words, or that a person will answer."""
        if decision.reason:
            return (SORRY if decision.mood == "angry" else HANDED).format(reason=decision.reason)
        return own_words(decision.entry)


def source_of(entry: FaqEntry) -> str:
    """What a draft may rest on."""
    return f"{entry.question} {entry.answer}"


def own_words(entry: FaqEntry) -> str:
    """The entry's answer, with its label.

    >>> own_words(FaqEntry("gifts", "orders", "Do you wrap gifts?", "Yes, for 3 euros."))
    'Yes, for 3 euros. [gifts]'
    """
    return f"{entry.answer} [{entry.id}]"


def without_label(text: str) -> str:
    """A text without its labels: the program puts the right one at the end.

    >>> without_label("Yes [gifts].")
    'Yes.'
    """
    for label in cited(text):
        text = text.replace(f"[{label}]", "")
    return re.sub(r"\s+([.,!?])", r"\1", text).strip()


def guarded(draft: str, entry: FaqEntry) -> str:
    """The draft's whole sentences with the entry's label, or the entry's own words when the guard finds something.

    >>> entry = FaqEntry("gifts", "orders", "Do you wrap gifts?", "Yes, for 3 euros.")
    >>> guarded("We do, for 3 euros. It is", entry), guarded("We do, for 5 euros.", entry)
    ('We do, for 3 euros. [gifts]', 'Yes, for 3 euros. [gifts]')
    """
    whole = [one for one in SENTENCE.split(draft.split(TURN)[0].strip()) if one.rstrip()[-1:] in tuple(".!?")]
    text = without_label(" ".join(whole))
    if not text or not check_draft(text, source_of(entry)).passed:
        return own_words(entry)
    return f"{text} [{entry.id}]"


def open_app() -> TerminalApp:
    """The desk for the terminal. It answers with the entries' own words: lesson 24 measures that drafts are worse."""
    desk = SupportDesk.load()
    greeting = (
        f"Customer service of {desk.faq.name}, an invented shop for tea and coffee. When unsure, it calls a person."
    )
    return TerminalApp(greeting, desk.stream, "how many days do I have to send something back?")
