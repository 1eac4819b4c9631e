"""Which tokens a line of verse may go on with, as a step over the logits."""

from collections.abc import Sequence

import numpy as np
import torch

from llmai_edu.apps.metre import LENGTH
from llmai_edu.apps.verse_words import VerseWords
from llmai_edu.generation.steps import Step

__all__ = ["LONGEST", "allowed_tokens", "verse_step"]

COMMAS = 3
LONGEST = LENGTH + COMMAS + 2  # tokens of a line: words, commas, a mark at the end, the line break


def allowed_tokens(words: VerseWords, line: Sequence[int], ending: np.ndarray) -> np.ndarray:
    """Which tokens may come next, so that the line can still become an iambic pentameter with such an ending.

    line: the tokens of the line so far. ending: (V,) of bool, the words that may fill the line. A word of more than
    three letters may stand in a line once, no word twice in a row without a comma. Returns (V,) of bool; some token is
    always left, if `ending` holds some words of one syllable.
    """
    places, last = 1, ""  # bit 0: the first word begins at place 0
    for token in line:
        last = str(words.word[token])
        places = int(words.moves(places)[token]) if last else places
    mask = np.zeros(len(words.word), bool)
    if places >> LENGTH & 1:  # the line is full: a mark or none, then the line break
        mask[words.line_break] = True
        mask[list(words.marks)] = bool(last)
        return mask
    after = words.moves(places)
    fills = (after >> LENGTH & 1).astype(bool)
    mask = (after > 0) & (~fills | ending) & (words.first == (not line))
    said = [str(words.word[token]) for token in line if len(words.word[token]) > 3]
    mask &= ~np.isin(words.word, [*said, last])
    if last and sum(token in words.commas for token in line) < COMMAS:
        mask[list(words.commas)] = True
    return mask


def verse_step(words: VerseWords, rhyme_with: str | None = None, used: Sequence[str] = ()) -> Step:
    """A step for lines that begin with the first of `ids`: the logits of all tokens that break the form become -inf.

    rhyme_with: the word with which the line's last word must rhyme; without one, the last word must be one that is easy
    to rhyme. used: words that may not stand at the end. Raises ValueError when no word of one syllable is left for it.
    """
    ending = words.rhyming() if rhyme_with is None else words.partners(rhyme_with)
    ending &= ~np.isin(words.word, list(used))
    if not (ending & (words.after[LENGTH - 1] > 0)).any():
        raise ValueError(f"no word of one syllable is left that rhymes with {rhyme_with!r}")

    def step(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        keep = np.stack([allowed_tokens(words, line, ending) for line in ids.tolist()])
        return logits.masked_fill(~torch.from_numpy(keep), -torch.inf)

    return step
