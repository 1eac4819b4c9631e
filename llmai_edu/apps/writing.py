"""Writing to order: a topic, words that must and must not come, a length and a tone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from llmai_edu.apps.sonnet import Sonneteer
from llmai_edu.apps.summaries import best_sentence, summary_ids
from llmai_edu.apps.terminal import TerminalApp
from llmai_edu.apps.verse_words import verse_words
from llmai_edu.generation.composed import generate_many_with
from llmai_edu.generation.controls import between_words, forbid_words, include_words, word_count
from llmai_edu.generation.decoder import Decoder
from llmai_edu.generation.sampling import generate
from llmai_edu.generation.steps import Step, temperature, top_p
from llmai_edu.generation.streaming import stream_text
from llmai_edu.pretrained.smollm2 import load_smollm2
from llmai_edu.tokenizers.chat import ChatTokenizer
from llmai_edu.tokenizers.smollm2 import smollm2_tokenizer

__all__ = ["Wish", "Writer", "kept", "open_app"]

LONGEST_TEXT = 4000  # characters to summarize in the terminal: some 1,000 tokens


@dataclass(frozen=True)
class Wish:
    """What is wanted of a short text.

    include, forbid: words; "rain" forbids "rainy", too. fewest, most: words of the whole text. tone: one word such as
    "cheerful", or nothing.

    >>> Wish("the sea", include=("lantern",)).request()
    'Write a short text about the sea. Use the word "lantern". Write between 25 and 40 words.'
    """

    topic: str
    include: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    fewest: int = 25
    most: int = 40
    tone: str = ""

    def __post_init__(self) -> None:
        if clash := [word for word in self.include for bad in self.forbid if word.lower().startswith(bad.lower())]:
            raise ValueError(f"{clash[0]!r} is asked for and forbidden at once")
        if short := [word for word in self.forbid if len(word) < 2]:
            raise ValueError(
                f"{short[0]!r} would forbid every word that begins with it: forbid words of two letters or more"
            )
        if self.fewest < 6 * len(self.include):
            raise ValueError(f"{len(self.include)} words to include need a text of {6 * len(self.include)} or more")

    def request(self) -> str:
        """The wish in words, as one would ask a person."""
        tone = f"{self.tone} " if self.tone else ""
        parts = [f"Write a short {tone}text about {self.topic}."]
        parts += [f"Use the word{'s' * (len(self.include) > 1)} {_listed(self.include)}."] if self.include else []
        parts += [f"Do not use the word{'s' * (len(self.forbid) > 1)} {_listed(self.forbid)}."] if self.forbid else []
        return " ".join([*parts, f"Write between {self.fewest} and {self.most} words."])


def _listed(words: Sequence[str]) -> str:
    return " and ".join(f'"{word}"' for word in words)


def kept(wish: Wish, text: str) -> dict[str, bool]:
    """Which of the countable wishes a text fulfils: include, forbid, length.

    >>> kept(Wish("rain", ("roof",), ("wet",), 6, 8), "Rain fell on the roof, and on wetter hills.")
    {'include': True, 'forbid': False, 'length': False}
    """
    low = text.lower()
    return {
        "include": all(re.search(rf"(?<![a-z]){re.escape(word.lower())}(?![a-z])", low) for word in wish.include),
        "forbid": not any(re.search(rf"(?<![a-z]){re.escape(word.lower())}", low) for word in wish.forbid),
        "length": wish.fewest <= word_count(text) <= wish.most,
    }


class Writer:
    """Writes short texts with a chat model, and holds it to the wishes token by token.

    >>> writer = Writer.load()  # doctest: +SKIP
    >>> "".join(writer.write(Wish("the sea", include=("lantern",), forbid=("water",))))  # doctest: +SKIP
    """

    def __init__(self, model: Decoder, tokenizer: ChatTokenizer, heat: float = 0.7) -> None:
        self.model, self.tokenizer, self.heat = model, tokenizer, heat

    @classmethod
    def load(cls) -> "Writer":
        """With SmolLM2; about 4 seconds and 0.7 GB. Raises DataError when it cannot be had."""
        return cls(load_smollm2().requires_grad_(False), smollm2_tokenizer())

    def write(self, wish: Wish, *, hold: bool = True, seed: int = 0) -> Iterator[str]:
        """Yield a text piece by piece; with hold=False the wishes only stand in the prompt."""
        ids = (token for _, token in self.write_many([wish], hold=hold, seeds=[seed]))
        return stream_text(self.tokenizer, ids)

    def write_many(self, wishes: Sequence[Wish], *, hold: bool, seeds: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Write several texts side by side, yielding (which, token) as they come."""
        prompts = [self.prompt(wish) for wish in wishes]
        steps = [top_p(0.95), temperature(self.heat)]
        if hold:
            chains = {tuple(ids): self.steps(wish, len(ids)) for wish, ids in zip(wishes, prompts)}
            steps = [*steps, by_prompt(chains)]
        longest = 2 * max(wish.most for wish in wishes) + 20
        return generate_many_with(self.model, prompts, longest, steps, seeds=seeds, stop_ids=[self.tokenizer.eos_id])

    def prompt(self, wish: Wish) -> list[int]:
        """The chat in which the wish is asked for, as tokens."""
        return self.tokenizer.chat_ids([{"role": "user", "content": wish.request()}])

    def steps(self, wish: Wish, start: int) -> list[Step]:
        """The steps that hold a text to the wish; the text begins at `start`, behind the prompt."""
        steps = [between_words(self.tokenizer, wish.fewest, wish.most, start)]
        if wish.forbid:
            steps.insert(0, forbid_words(self.tokenizer, wish.forbid, start))
        if wish.include:
            every = wish.fewest // (len(wish.include) + 1)
            steps.append(include_words(self.tokenizer, wish.include, start, every))
        return steps


def by_prompt(chains: dict[tuple[int, ...], list[Step]]) -> Step:
    """A step that applies to each text the steps of the prompt with which it begins.

    >>> halve = by_prompt({(1,): [temperature(2.0)], (2,): []})
    >>> halve(torch.tensor([[0.0, 2.0], [0.0, 2.0]]), torch.tensor([[1, 5], [2, 5]])).tolist()
    [[-1.0, 0.0], [0.0, 2.0]]
    """

    def step(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        rows = []
        for row, line in zip(logits, ids):
            found = next(steps for prompt, steps in chains.items() if tuple(line[: len(prompt)].tolist()) == prompt)
            row = row[None]
            for one in found:
                row = one(row, line[None])
            rows.append(row)
        return torch.cat(rows)

    return step


def open_app() -> TerminalApp:
    """Automatic writing for the terminal: "summarize: a text", "sonnet: a topic", "write: a topic +word -word"."""
    writer = Writer.load()
    poets: list[Sonneteer] = []  # the dictionary is read when the first sonnet is asked for

    def answer(line: str) -> Iterator[str]:
        kind, _, rest = line.partition(":")
        kind, rest = kind.strip().lower(), rest.strip()
        if kind == "summarize" and len(rest) > LONGEST_TEXT:
            yield f"The text has {len(rest):,} characters; summarize: takes at most {LONGEST_TEXT:,}. Give it a part."
        elif kind == "summarize" and rest:
            yield f"most central: {best_sentence(rest)}\nwritten: "
            ids = generate(writer.model, summary_ids(writer.tokenizer, rest), 40, stop_ids=[writer.tokenizer.eos_id])
            yield from stream_text(writer.tokenizer, ids)
        elif kind == "sonnet" and rest:
            poets[:] = poets or [Sonneteer(writer.model, writer.tokenizer, verse_words(writer.tokenizer))]
            yield from (f"{text}\n" for text in poets[0].poem(rest))
        elif kind == "write" and rest:
            yield from writer.write(read_wish(rest))
        else:
            yield "Begin with summarize:, write: or sonnet:, and say what or about what."

    return TerminalApp(
        "summarize: a text, write: a topic +word -word, sonnet: a topic", answer, "write: rain +roof -wet"
    )


def read_wish(text: str) -> Wish:
    """A topic with words to include after + and words to forbid after -.

    >>> read_wish("a walk in the rain +roof -wet").include
    ('roof',)
    """
    words = text.split()
    plus, minus = (tuple(w[1:] for w in words if w[0] == sign and len(w) > 1) for sign in "+-")
    return Wish(" ".join(word for word in words if word[0] not in "+-"), plus, minus)
