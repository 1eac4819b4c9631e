"""Find a code for a text: a diagnosis for a complaint, a merchant code for a card line, the licence of a copy.

One method for all three: each code has a text, the score of a question and a code is the cosine of their vectors plus
a share of common words, the best codes are shown with calibrated probabilities, and a question that is near to nothing
is refused. It helps a person to look something up. It decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from scipy.special import logsumexp

from llmai_edu.apps.crisis import HELP, speaks_of_harm
from llmai_edu.apps.domain_vectors import remembering_encoder
from llmai_edu.apps.licence_diff import changed_sentences, told_changes
from llmai_edu.apps.meaning import MeanMeaning, PassageMeaning
from llmai_edu.apps.registers import DOMAINS, Register, load_register
from llmai_edu.apps.shingles import ShingleShare
from llmai_edu.apps.terminal import TerminalApp
from llmai_edu.apps.word_share import WordShare
from llmai_edu.evaluation.calibration import PlattScale

__all__ = ["Candidate", "CodeFinder", "Finding", "choose_floor", "log_odds", "open_app", "told_licence"]

TUNED_ON = {"medicine": "complaints", "finance": "descriptions", "law": "copies"}
SHARPNESS = 20.0  # MiniLM was trained to tell pairs apart by softmax(20 · cosine)


@dataclass(frozen=True)
class Candidate:
    """A code that may be meant: how sure, and the line of the register that it comes from."""

    code: str
    title: str
    source: str
    score: float
    probability: float


@dataclass(frozen=True)
class Finding:
    """The best codes, the best first; how probably the first is right; and whether the question was refused.

    help: where people can be reached, when the text spoke of harm; then there is no candidate.
    """

    candidates: tuple[Candidate, ...]
    probability: float
    refused: bool
    help: str = ""

    def __str__(self) -> str:
        if self.help:
            return self.help
        head = "Refused: nothing in the register is near to this. What is least far:" if self.refused else "Perhaps:"
        lines = [f"  {one.probability:>4.0%}  {one.code}  {one.title} ({one.source})" for one in self.candidates[:3]]
        return "\n".join([head, *lines])


def log_odds(scores: np.ndarray) -> np.ndarray:
    """Return the log-odds of each code among all codes, if softmax(20 · score) were its probability.

    scores: (Q, N). It is the score's lead over all others together.

    >>> log_odds(np.array([[0.5, 0.5]])).tolist()
    [[0.0, 0.0]]
    """
    logits = SHARPNESS * np.asarray(scores, float)
    peak = np.exp(logits - logsumexp(logits, axis=1, keepdims=True))
    return np.log(np.maximum(peak, 1e-300)) - np.log(np.maximum(1 - peak, 1e-15))


def choose_floor(own: np.ndarray, foreign: np.ndarray, refused: float = 0.9) -> float:
    """Return the floor for best scores of validation texts: midway where the two kinds part without a fault.

    own, foreign: the best score of each question of the domain, and of each text that should be refused. Where they
    overlap, the floor is where the share `refused` of the foreign ones falls below it. Raises ValueError for none.

    >>> choose_floor([0.75, 0.9], [0.1, 0.25]), choose_floor([0.2, 0.9], [0.1, 0.3, 0.2, 0.4, 0.0], refused=0.75)
    (0.5, 0.3)
    """
    own, foreign = np.asarray(own, float), np.asarray(foreign, float)
    if not len(own) or not len(foreign):
        raise ValueError(f"a floor needs own and foreign texts, got {len(own)} and {len(foreign)}")
    parted = own.min() > foreign.max()
    return float((own.min() + foreign.max()) / 2 if parted else np.quantile(foreign, refused))


class CodeFinder:
    """A register that can be asked. meaning and words: each with `.scores(queries)`, (Q, N).

    weight: how much the share of words counts beside the cosine. floor: a question whose best score is below it is
    refused. scales: from log-odds to probability for the first candidate, and for the others. All are chosen on
    validation questions (`benchmarks/make_domain_vectors.py`).

    >>> finder = CodeFinder.load("finance")                # doctest: +SKIP
    >>> finder.find("pizza delivery").candidates[0].code   # doctest: +SKIP
    '5812'
    """

    def __init__(
        self,
        register: Register,
        meaning,
        words,
        *,
        weight: float = 0.5,
        floor: float = 0.0,
        scales: Sequence[PlattScale] = (PlattScale(1.0, 0.0),),
    ):
        self.register, self.meaning, self.words = register, meaning, words
        self.weight, self.floor, self.scales = weight, floor, tuple(scales)

    @classmethod
    def load(cls, domain: str, tuned_on: str | None = None) -> CodeFinder:
        """Return the finder of "medicine", "finance" or "law", its data fetched first where necessary.

        tuned_on: the validation questions that its settings come from. Medicine has "complaints" in lay words, the
        default, and official "terms". Raises ValueError for another domain, DataError when the data cannot be had.
        """
        register, known = load_register(domain), _settings()
        name = f"{domain} {tuned_on or TUNED_ON[domain]}"
        if name not in known:
            raise ValueError(f"there are settings for {', '.join(known)}; not for {name}")
        settings = known[name]
        scales = [PlattScale(*pair) for pair in settings["scales"]]
        return cls(
            register,
            *parts_of(domain, register),
            weight=settings["weight"],
            floor=settings["floor"],
            scales=scales,
        )

    def scores(self, texts: Sequence[str]) -> np.ndarray:
        """Return (Q, N): the cosine plus `weight` times the share of words, for each text and code."""
        return self.meaning.scores(texts) + self.weight * self.words.scores(texts)

    def find(self, text: str, k: int = 5) -> Finding:
        """Return the k best codes for a text; none, and where to find help, for one that speaks of harm.

        Raises ValueError for a blank text.
        """
        if not text.strip():
            raise ValueError("write something to look for; the text is blank")
        if speaks_of_harm(text):
            return Finding((), 0.0, True, HELP)
        return self.findings(self.scores([text]), k)[0]

    def findings(self, scores: np.ndarray, k: int = 5) -> list[Finding]:
        """Return what a matrix of scores, (Q, N), amounts to."""
        odds, found = log_odds(scores), []
        for row, lead in zip(scores, odds):
            places = np.argsort(-row, kind="stable")[:k]
            sure = [
                float(self.scales[min(rank, len(self.scales) - 1)](lead[place])) for rank, place in enumerate(places)
            ]
            shown = tuple(self._candidate(place, row[place], p) for place, p in zip(places, sure))
            found.append(Finding(shown, sure[0], bool(row[places[0]] < self.floor)))
        return found

    def _candidate(self, place: int, score: float, probability: float) -> Candidate:
        register = self.register
        source = register.sources[place] if register.sources else register.source
        return Candidate(register.codes[place], register.titles[place], source, float(score), probability)


def told_licence(found: Finding, text: str, whole: str) -> str:
    """Return what an application says of a licence: no per cent, but what differs from the nearest one.

    whole: the text of the first candidate. The per cent means "if it is one of these", which nobody knows.

    >>> print(told_licence(Finding((Candidate("X", "X License", "a list", 0.9, 0.9),), 0.9, False), "Do it.", "Do it."))
    Nearest:
      X  X License (a list)
    No sentence of it differs from X.
    """
    if found.help or found.refused:
        return found.help or "Refused: none of the licences in the register is near to this text."
    lines = [f"  {one.code}  {one.title} ({one.source})" for one in found.candidates[:3]]
    first, changes = found.candidates[0].code, changed_sentences(whole, text)
    said = (
        f"What differs from {first}:\n{told_changes(changes)}"
        if changes
        else f"No sentence of it differs from {first}."
    )
    return "\n".join(["Nearest:", *lines, said])


def parts_of(domain: str, register: Register):
    """Return what measures meaning and what measures words in a domain."""
    if domain == "law":
        texts = [texts[0] for texts in register.texts]
        return PassageMeaning(register, remembering_encoder(["licences"])), ShingleShare(texts)
    encode = remembering_encoder(["questions"])
    stored = "medicine" if domain == "medicine" else None
    return MeanMeaning(register, encode, stored), WordShare(register.documents)


@cache
def _settings() -> dict:
    path = files(__package__) / "recorded" / "domain_settings.json"
    return json.loads(path.read_text(encoding="utf-8"))["domains"]


def open_app() -> TerminalApp:
    """Return the application for a terminal: `medicine: …`, `finance: …`, or `law: …` with a text or a file's path."""
    finders: dict[str, CodeFinder] = {}

    def answer(line: str) -> Iterator[str]:
        if speaks_of_harm(line):
            yield HELP
            return
        domain, _, text = line.partition(":")
        domain, text = domain.strip().lower(), text.strip()
        if domain not in DOMAINS or not text:
            yield f"Begin with {', '.join(f'{one}:' for one in DOMAINS)} and say what to look for."
            return
        if domain == "law" and len(text) < 1000 and Path(text).is_file():
            text = Path(text).read_text(encoding="utf-8")
        if domain not in finders:
            finders[domain] = CodeFinder.load(domain)
        found, register = finders[domain].find(text), finders[domain].register
        if domain == "law":
            whole = "" if not found.candidates else register.texts[register.codes.index(found.candidates[0].code)][0]
            yield told_licence(found, text, whole)
        else:
            yield str(found)
            yield "\nThe probabilities are estimated one by one: they need not sum to 1."
        yield "\nA list to look at, not a decision: a person who knows the subject decides."

    greeting = "Looks up codes and licences. It decides nothing about anybody."
    return TerminalApp(greeting, answer, "medicine: my ears ring all day")
