"""Verse under rhyme and metre: a language model that is only offered words which keep the form."""

import copy
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from llmai_edu.apps.metre import LENGTH, SCHEME, scheme_pairs
from llmai_edu.apps.verse_words import VerseWords, verse_words
from llmai_edu.generation.beam import reorder
from llmai_edu.generation.decoder import Decoder
from llmai_edu.generation.steps import Step, probs_after, temperature
from llmai_edu.models.cache import KVCache
from llmai_edu.pretrained.smollm2 import load_smollm2
from llmai_edu.tokenizers.chat import ChatTokenizer
from llmai_edu.tokenizers.smollm2 import smollm2_tokenizer

__all__ = ["Sonneteer", "open_app", "verse_step"]

LONGEST = 24  # tokens of a line: ten words, commas between, a mark and the line break
PROMPT = """Sonnet 18

Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date.

A sonnet about {topic}

"""


def verse_step(
    words: VerseWords, tokenizer: ChatTokenizer, start: int, rhyme_with: str | None = None, used: Sequence[str] = ()
) -> Step:
    """A step that leaves only tokens with which a line can still become an iambic pentameter that rhymes.

    start: where the line begins in `ids`. rhyme_with: the word that its last word must rhyme with; without one, the
    last word must be one that is easy to rhyme. used: words that may not stand at the end. The logits of all other
    tokens become -inf; some are always left.
    """
    inner, marks = (np.array([tokenizer.encode(sign)[0] for sign in signs]) for signs in (",;", ",.;:?!"))
    break_id = tokenizer.encode("\n")[0]
    ending = words.rhyming() if rhyme_with is None else words.partners(rhyme_with)
    ending &= ~np.isin(words.word, list(used))

    def allowed(line: list[int]) -> np.ndarray:
        """Which tokens may come next in this line: (V,) of bool."""
        mask, places, last = np.zeros(len(words.word), bool), 1, ""
        for token in line:
            last = str(words.word[token])
            places = int(words.moves(places)[token]) if last else places
        if places >> LENGTH & 1:  # the line is full
            mask[break_id] = True
            mask[marks] = bool(last)
            return mask
        after = words.moves(places)
        full = after >> LENGTH & 1 > 0
        mask = (after > 0) & (~full | ending) & (words.first == (not line))
        if last:
            mask &= words.word != last
            mask[inner] = True
        return mask

    def step(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        keep = np.stack([allowed(line) for line in ids[:, start:].tolist()])
        return logits.masked_fill(~torch.from_numpy(keep), -torch.inf)

    return step


class Sonneteer:
    """Writes verse on a topic, line by line, with a causal language model and the words that it may use.

    >>> poet = Sonneteer.load()  # doctest: +SKIP
    >>> for line in poet.poem("the sea", scheme="ABAB"):  # doctest: +SKIP
    ...     print(line)
    """

    def __init__(self, model: Decoder, tokenizer: ChatTokenizer, words: VerseWords) -> None:
        self.model, self.tokenizer, self.words = model, tokenizer, words
        self.break_id = tokenizer.encode("\n")[0]

    @classmethod
    def load(cls) -> "Sonneteer":
        """With SmolLM2 and the dictionary; about 8 seconds and 0.7 GB. Raises DataError when they cannot be had."""
        tokenizer = smollm2_tokenizer()
        return cls(load_smollm2().requires_grad_(False), tokenizer, verse_words(tokenizer))

    def poem(
        self, topic: str, scheme: str = SCHEME, *, candidates: int = 8, heat: float = 0.8, seed: int = 0
    ) -> Iterator[str]:
        """Yield the lines of a poem, each the likeliest of `candidates` drawn under the scheme and the metre.

        heat: the temperature of the draws. Raises ValueError for a scheme or a number of candidates that makes no poem.

        >>> list(poet.poem("the sea", scheme="AA"))  # doctest: +SKIP
        """
        if not scheme or candidates < 1:
            raise ValueError(f"a poem needs a scheme such as 'ABAB' and at least one candidate, got {scheme!r}")
        prompt = self.tokenizer.encode(PROMPT.format(topic=topic))
        return self._lines(prompt, scheme, candidates, heat, torch.Generator().manual_seed(seed))

    @torch.inference_mode()
    def _lines(
        self, prompt: list[int], scheme: str, candidates: int, heat: float, generator: torch.Generator
    ) -> Iterator[str]:
        """The loop inside `poem`: the prompt is read once, each line only by those that go on from it."""
        cache = self.model.new_cache(1, len(prompt) + len(scheme) * LONGEST)
        rhyme_of, ends, new = {later: first for first, later in scheme_pairs(scheme)}, [], prompt
        for number in range(len(scheme)):
            logits = self.model(torch.tensor([new]), cache, last_only=True)[:, -1]
            partner = ends[rhyme_of[number]] if number in rhyme_of else None
            step = verse_step(self.words, self.tokenizer, 0, partner, ends)
            lines = draw_lines(self.model, cache, logits, [step, temperature(heat)], candidates, self.break_id, generator)
            new = max(lines, key=lambda line: line[1])[0]
            ends.append([str(self.words.word[token]) for token in new if self.words.word[token]][-1])
            yield self.tokenizer.decode(new).rstrip("\n")


def draw_lines(
    model: Decoder,
    cache: KVCache,
    logits: torch.Tensor,
    steps: Sequence[Step],
    count: int,
    stop: int,
    generator: torch.Generator,
) -> list[tuple[list[int], float]]:
    """Draw `count` lines side by side, each up to and with the token `stop`, or up to 24 tokens.

    cache: what has been read, one text; it stays as it is. logits: (1, V), of what comes after it. Returns for each
    line its tokens and the log-probability that the plain model, without the steps, gives them.
    """
    branch = copy.copy(cache)
    reorder(branch, torch.zeros(count, dtype=torch.int64, device=logits.device))
    logits, lines, done = logits.repeat(count, 1), [([], 0.0)] * count, []
    for _ in range(LONGEST):
        ids = torch.tensor([line for line, _ in lines]).reshape(len(lines), -1).long()  # (B, t): all of one length
        drawn = torch.multinomial(probs_after(logits.cpu(), ids, steps), 1, generator=generator)  # (B, 1)
        plain = logits.float().log_softmax(-1).cpu().gather(1, drawn)[:, 0].tolist()
        lines = [([*line, token], score + p) for (line, score), token, p in zip(lines, drawn[:, 0].tolist(), plain)]
        done += [line for line in lines if line[0][-1] == stop]
        going = [row for row, line in enumerate(lines) if line[0][-1] != stop]
        if not going:
            return done
        if len(going) < len(lines):  # those that have ended leave the batch
            reorder(branch, torch.tensor(going, device=logits.device))
            lines = [lines[row] for row in going]
        logits = model(drawn[going].to(logits.device), branch, last_only=True)[:, -1]
    return done + lines


def open_app() -> "TerminalApp":
    """The sonnet writer for the terminal: a topic in, the lines as they are found."""
    from llmai_edu.apps.terminal import TerminalApp

    poet = Sonneteer.load()
    return TerminalApp("Give me a topic.", lambda line: (f"{text}\n" for text in poet.poem(line)), "the sea at night")
