"""Controls on what is written, as steps over the logits: words that must not come, words that must, and a length.

All of them look at the text, not at tokens: a word may be cut into tokens in several ways.
"""

import re
from collections.abc import Sequence
from typing import Protocol

import torch

from llmai_edu.generation.steps import Step

__all__ = ["WordTokenizer", "between_words", "forbid_words", "include_words", "word_count"]

_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")


class WordTokenizer(Protocol):
    """What the controls need of a tokenizer."""

    vocab_size: int
    eos_id: int

    def encode(self, text: str) -> list[int]: ...

    def decode(self, ids: Sequence[int]) -> str: ...

    def id_to_bytes(self, id: int) -> bytes: ...


def word_count(text: str) -> int:
    """How many words a text has: runs of letters, with apostrophes and hyphens inside.

    >>> word_count("It's a well-known fact, 42.")
    4
    """
    return len(_WORD.findall(text))


def token_texts(tokenizer: WordTokenizer) -> list[str]:
    """Every token as text in lower case; bytes that are no whole character become a replacement sign."""
    return [tokenizer.id_to_bytes(id).decode(errors="replace").lower() for id in range(tokenizer.vocab_size)]


def growing(names: Sequence[str]) -> torch.Tensor:
    """Which tokens go on with a word that stands before them: (V,) of bool.

    >>> growing(["ly", " a", "'s", "."]).tolist()
    [True, False, True, False]
    """
    return torch.tensor([name[:1].isalpha() or name[:1] in ("-", "'", "’") for name in names])


def forbid_words(tokenizer: WordTokenizer, words: Sequence[str], start: int) -> Step:
    """Forbid words, and whatever begins with them ("rain" forbids "rainy"), however they are cut into tokens.

    start: where the written text begins in `ids`; the prompt stands before it. Raises ValueError for an empty word.

    >>> step = forbid_words(tokenizer, ["rain"], start=0)  # doctest: +SKIP
    """
    if not all(words):
        raise ValueError("an empty word would forbid every text")
    names = token_texts(tokenizer)
    rules = []  # what the text must end with, as a pattern, and the tokens that would then complete the word
    for word in (word.lower() for word in words):
        inside = [token for token, name in enumerate(names) if re.search(rf"(?<![a-z]){re.escape(word)}", name[1:])]
        inside = [token for token in inside if re.search(rf"[^a-z]{re.escape(word)}", names[token])]
        rules.append((re.compile(""), torch.tensor(inside).long()))
        for cut in range(len(word)):
            tokens = [token for token, name in enumerate(names) if name.startswith(word[cut:])]
            rules.append((re.compile(rf"(?<![a-z]){re.escape(word[:cut])}$"), torch.tensor(tokens).long()))

    def step(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        logits = logits.clone()
        for row, line in enumerate(ids[:, start:].tolist()):
            text = tokenizer.decode(line).lower()
            for pattern, tokens in rules:
                if pattern.search(text):
                    logits[row, tokens] = -torch.inf
        return logits

    return step


def include_words(tokenizer: WordTokenizer, words: Sequence[str], start: int, every: int, top: int = 30) -> Step:
    """See to it that each of the words comes, in this order, one at the latest after each `every` tokens.

    A word that is still missing is taken as soon as its first token is among the `top` likeliest; when its time is up
    it is written whatever the model thinks of it. Until all are there the text cannot end.

    start: where the written text begins in `ids`. Raises ValueError for numbers below 1.
    """
    if every < 1 or top < 1:
        raise ValueError(f"every and top must be at least 1, got {every} and {top}")
    pieces = [tokenizer.encode(f" {word}") for word in words]
    grows = growing(token_texts(tokenizer))

    def forced(line: list[int], scores: torch.Tensor) -> tuple[int | None, bool]:
        """The token that has to come, if one has to, and whether a word is missing."""
        text = tokenizer.decode(line)
        for number, (word, tokens) in enumerate(zip(words, pieces)):
            for done in range(len(tokens) - 1, 0, -1):
                if line[-done:] == tokens[:done] and not _holds(text, word):
                    return tokens[done], True  # the word has been begun
            if not _holds(text, word):
                late = len(line) >= (number + 1) * every
                liked = int((scores > scores[tokens[0]]).sum()) < top
                return (tokens[0] if line and (late or liked) else None), True
        return None, False

    def step(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        logits = logits.clone()
        for row, line in enumerate(ids[:, start:].tolist()):
            if any(line[-len(tokens) :] == tokens for tokens in pieces):
                logits[row, grows] = -torch.inf  # "clock" is there, and must not become "clockwork"
            token, missing = forced(line, logits[row])
            if token is not None:
                kept = logits[row, token].clone()
                logits[row] = -torch.inf
                logits[row, token] = kept if torch.isfinite(kept) else 0.0
            elif missing:
                logits[row, tokenizer.eos_id] = -torch.inf
        return logits

    return step


def _holds(text: str, word: str) -> bool:
    """Whether a text holds a word, as a whole one, in any case."""
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text, re.IGNORECASE) is not None


def between_words(tokenizer: WordTokenizer, fewest: int, most: int, start: int) -> Step:
    """Let the text end with a sentence, after at least `fewest` words; cut it with a full stop at `most`.

    The first sentence that ends between the two is the last one. start: where the written text begins in `ids`. Raises
    ValueError unless 1 ≤ fewest ≤ most.
    """
    if not 1 <= fewest <= most:
        raise ValueError(f"lengths must satisfy 1 ≤ fewest ≤ most, got {fewest} and {most}")
    stop, names = tokenizer.encode(".")[0], token_texts(tokenizer)
    grows = growing(names)

    def step(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        logits = logits.clone()
        for row, line in enumerate(ids[:, start:].tolist()):
            text = tokenizer.decode(line)
            count, ended = word_count(text), text.rstrip()[-1:] in (".", "!", "?")
            if count >= fewest and ended:
                logits[row] = -torch.inf
                logits[row, tokenizer.eos_id] = 0.0
                continue
            logits[row, tokenizer.eos_id] = -torch.inf
            if count >= most:  # no word may begin; the last one may be finished
                kept = logits[row, stop].clone()
                logits[row] = logits[row].masked_fill(~grows, -torch.inf) if text[-1:].isalpha() else -torch.inf
                logits[row, stop] = kept if torch.isfinite(kept) else 0.0
        return logits

    return step
