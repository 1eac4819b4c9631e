r"""Cutting text into words before any merging: the regular expressions of GPT-2 and SmolLM2.

BPE never merges across the borders drawn here, so "dog." and "dog!" share the token of "dog" (Radford et al. 2019,
"Language Models are Unsupervised Multitask Learners", §2.2).
"""

import regex

# English contractions; then letters, digits or other signs, each with at most one space in front; then white space,
# which leaves its last space to the word that follows.
GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

# The same after every digit was cut out as a word of its own, written as one expression: a digit ends a run of
# white space just as the end of the text does.
SMOLLM2_PATTERN = r"\p{N}|'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?![^\s\p{N}])|\s+"


def pretokenize(text: str, pattern: str = GPT2_PATTERN) -> list[str]:
    """Cut `text` into the words inside which BPE may merge; joined, they are the text again.

    >>> pretokenize("It's 1862,  Sir.")
    ['It', "'s", ' 1862', ',', ' ', ' Sir', '.']
    >>> pretokenize("in 1862", SMOLLM2_PATTERN)
    ['in', ' ', '1', '8', '6', '2']
    """
    return regex.findall(pattern, text)
