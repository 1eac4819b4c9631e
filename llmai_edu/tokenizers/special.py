"""Special tokens: ids that mean something to the model and that no user may type.

`<|im_end|>` ends a turn. If text from a user were allowed to become that token, they could close their own turn and
speak as the system: *prompt injection* by token. So text is plain text everywhere unless the caller allows otherwise.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import regex

AllowedSpecial = Collection[str] | Literal["all"]


def choose_special(special_tokens: Mapping[str, int], allowed: AllowedSpecial) -> dict[str, int]:
    """The special tokens that may be encoded as such: none of them by default, all of them with "all".

    Raises ValueError for a name that is not a special token of this tokenizer, or a bare string instead of a set.

    >>> choose_special({"<a>": 7, "<b>": 8}, {"<b>"})
    {'<b>': 8}
    """
    if allowed == "all":
        return dict(special_tokens)
    if isinstance(allowed, str):
        raise ValueError(
            f"allowed_special must be 'all' or a set of names, not the text {allowed!r}; write {{{allowed!r}}}"
        )
    unknown = sorted(set(allowed) - set(special_tokens))
    if unknown:
        raise ValueError(f"{unknown} are no special tokens here; known are {sorted(special_tokens)}")
    return {name: special_tokens[name] for name in special_tokens if name in allowed}


def check_names(names: Iterable[str]) -> None:
    """Raise ValueError when the names of special tokens are a bare string, or one of them is empty."""
    if isinstance(names, str):
        raise ValueError(f"special_tokens must be a list of names, not the text {names!r}; write [{names!r}]")
    if "" in names:
        raise ValueError("a special token needs a name of at least one character, got ''")


def split_special(text: str, names: Iterable[str]) -> list[str]:
    """Cut `text` so that every special token stands alone; the longest name wins where two begin together.

    >>> split_special("Hi<|end|>you", ["<|end|>"])
    ['Hi', '<|end|>', 'you']
    """
    names = sorted(names, key=len, reverse=True)
    if not names:
        return [text] if text else []
    pieces = regex.split("(" + "|".join(map(regex.escape, names)) + ")", text)
    return [piece for piece in pieces if piece]
