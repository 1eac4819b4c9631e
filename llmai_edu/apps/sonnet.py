"""Verse under rhyme and metre: a language model that is only offered words which keep the form."""

from collections.abc import Iterator, Sequence

import torch

from llmai_edu.apps.metre import SCHEME, scheme_pairs
from llmai_edu.apps.verse_step import LONGEST, verse_step
from llmai_edu.apps.verse_words import VerseWords, verse_words
from llmai_edu.generation.batch import pad_left
from llmai_edu.generation.beam import reorder
from llmai_edu.generation.decoder import Decoder
from llmai_edu.generation.steps import Step, probs_after, temperature
from llmai_edu.pretrained.smollm2 import load_smollm2
from llmai_edu.tokenizers.chat import ChatTokenizer
from llmai_edu.tokenizers.smollm2 import smollm2_tokenizer

__all__ = ["PROMPT", "Line", "Sonneteer", "choose", "likeliest"]

PROMPT = """Sonnet 18, on summer

Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date.

Sonnet 155, on {topic}

"""

Line = tuple[list[int], float]  # its tokens, and their log-probability under the plain model


class Sonneteer:
    """Writes verse on a topic, line by line, with a causal language model and the words that it may use.

    >>> poet = Sonneteer.load()  # doctest: +SKIP
    >>> for line in poet.poem("the sea", scheme="ABAB"):  # doctest: +SKIP
    ...     print(line)
    """

    def __init__(self, model: Decoder, tokenizer: ChatTokenizer, words: VerseWords) -> None:
        self.model, self.tokenizer, self.words = model, tokenizer, words

    @classmethod
    def load(cls) -> "Sonneteer":
        """With SmolLM2 and the dictionary; about 7 seconds and 1 GB. Raises DataError when they cannot be had."""
        tokenizer = smollm2_tokenizer()
        return cls(load_smollm2().requires_grad_(False), tokenizer, verse_words(tokenizer))

    def poem(
        self, topic: str, scheme: str = SCHEME, *, candidates: int = 6, heat: float = 0.8, seed: int = 0
    ) -> Iterator[str]:
        """Yield the lines of a poem, each the likeliest of `candidates` drawn under the scheme and the metre.

        heat: the temperature of the draws. Raises ValueError for a scheme or a number of candidates that makes no poem.

        >>> list(poet.poem("the sea", scheme="AA"))  # doctest: +SKIP
        """
        lines = self.poems([topic], scheme, candidates=candidates, heat=heat, seed=seed)
        return (self.text(choose(found[0])) for found in lines)

    def poems(
        self, topics: Sequence[str], scheme: str = SCHEME, *, candidates: int = 6, heat: float = 0.8, seed: int = 0
    ) -> Iterator[list[list[Line]]]:
        """Write several poems side by side; yield, for each line number, the candidates of each poem.

        The likeliest candidate is the one with which a poem goes on: `choose` returns it.
        """
        if not scheme or candidates < 1 or not topics:
            raise ValueError(f"a poem needs a topic, a scheme such as 'ABAB' and a candidate, got {topics}, {scheme!r}")
        prompts = [self.tokenizer.encode(PROMPT.format(topic=topic)) for topic in topics]
        return self._lines(prompts, scheme, candidates, heat, torch.Generator().manual_seed(seed))

    def text(self, tokens: Sequence[int]) -> str:
        """A line as text, without the line break."""
        return self.tokenizer.decode(list(tokens)).rstrip("\n")

    @torch.inference_mode()
    def _lines(
        self, prompts: list[list[int]], scheme: str, candidates: int, heat: float, generator: torch.Generator
    ) -> Iterator[list[list[Line]]]:
        """The loop inside `poems`: every prompt is read once, every line only by those that go on from it."""
        ids, mask = pad_left(prompts, pad_id=0)
        self.cache = self.model.new_cache(len(prompts), ids.shape[1] + len(scheme) * LONGEST)
        logits = self.model(ids, self.cache, attention_mask=mask, last_only=True)[:, -1]  # (P, V)
        best, rhyme_of = torch.arange(len(prompts)), {later: first for first, later in scheme_pairs(scheme)}
        ends: list[list[str]] = [[] for _ in prompts]
        for number in range(len(scheme)):
            rows = best.repeat_interleave(candidates)  # every poem's text, once for each candidate
            reorder(self.cache, rows)
            steps = []
            for end in ends:
                partner = end[rhyme_of[number]] if number in rhyme_of else None
                steps.append([verse_step(self.words, partner, end), temperature(heat)])
            lines, logits = self._draw(logits[rows], steps, candidates, generator)
            groups = [lines[i : i + candidates] for i in range(0, len(lines), candidates)]
            best = torch.tensor([i * candidates + group.index(likeliest(group)) for i, group in enumerate(groups)])
            for end, group in zip(ends, groups):
                end.append(self.last_word(choose(group)))
            yield groups

    def _draw(
        self, logits: torch.Tensor, steps: list[list[Step]], candidates: int, generator: torch.Generator
    ) -> tuple[list[Line], torch.Tensor]:
        """Draw a line for each row, `candidates` rows a poem; logits: (B, V) of what comes first. Returns new logits.

        A row whose line has ended is carried along with padding, so that all lines end together.
        """
        lines: list[Line] = [([], 0.0) for _ in logits]
        for _ in range(LONGEST):
            going = [row for row, (line, _) in enumerate(lines) if line[-1:] != [self.words.line_break]]
            if not going:
                break
            drawn, plain = torch.zeros(len(lines), 1, dtype=torch.int64), logits.log_softmax(-1)
            for row in going:
                line, score = lines[row]
                probs = probs_after(logits[row : row + 1], torch.tensor([line]).long(), steps[row // candidates])
                drawn[row] = token = torch.multinomial(probs[0], 1, generator=generator)
                lines[row] = ([*line, int(token)], score + float(plain[row, token]))
            mask = torch.zeros(len(lines), 1, dtype=torch.int64)
            mask[going] = 1
            new = self.model(drawn, self.cache, attention_mask=mask, last_only=True)[:, -1]
            logits = torch.where(mask.bool(), new, logits)
        return lines, logits

    def last_word(self, tokens: Sequence[int]) -> str:
        """The last word of a line."""
        return next(str(self.words.word[token]) for token in reversed(tokens) if self.words.word[token])


def likeliest(group: list[Line]) -> Line:
    """The candidate with the highest log-probability."""
    return max(group, key=lambda line: line[1])


def choose(group: list[Line]) -> list[int]:
    """The tokens of the likeliest candidate.

    >>> choose([([1, 2], -9.0), ([3, 2], -7.5)])
    [3, 2]
    """
    return likeliest(group)[0]
