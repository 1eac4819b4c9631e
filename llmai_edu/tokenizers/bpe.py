"""Byte-level byte-pair encoding, the tokenizer of GPT-2 and of most models since.

Any text becomes UTF-8 bytes, so nothing is ever unknown; learned merges then join bytes to longer tokens (Radford et
al. 2019, "Language Models are Unsupervised Multitask Learners", §2.2). Not handled: normalization, which GPT-2 does
not do either. `bpe_train` learns the merges, `merge` applies them, and this module makes a tokenizer of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Literal, Self

import regex

from llmai_edu.tokenizers.byte_unicode import bytes_to_text, text_to_bytes
from llmai_edu.tokenizers.json_file import read_json, write_json
from llmai_edu.tokenizers.merge import Pair, encode_long_word, encode_word
from llmai_edu.tokenizers.pretokenize import GPT2_PATTERN
from llmai_edu.tokenizers.special import AllowedSpecial, check_names, choose_special, split_special

LONG_WORD = 64  # bytes: from about here on the heap is the faster way to merge


class WordCache(dict[str, list[int]]):
    """A dictionary from word to ids that encodes a word when it is first asked for.

    Text repeats its words: the 12 MB of speeches hold 2.3 million words, but only 35 thousand different ones. A full
    cache is emptied and fills again, and long words are not kept, so memory stays bounded.
    """

    def __init__(self, encode: Callable[[str], list[int]], max_words: int) -> None:
        self.encode, self.max_words = encode, max_words

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.encode, self.max_words)  # a copy, for another process say, begins empty

    def __missing__(self, word: str) -> list[int]:
        ids = self.encode(word)
        if len(word) <= LONG_WORD:
            if len(self) >= self.max_words:
                self.clear()
            self[word] = ids
        return ids


class BPETokenizer:
    """Byte-level BPE: text -> ids -> text, from a vocabulary and an ordered list of merges.

    tokens: the bytes of each id, special tokens included. merges: pairs of ids in the order learned. special_tokens:
    name -> id. pattern: see `pretokenize`. cache_words: the most words whose ids are kept in memory.
    Raises ValueError when these do not fit together.

    >>> byte_tokens = [bytes([byte]) for byte in range(256)]
    >>> tokenizer = BPETokenizer([*byte_tokens, b"hi"], [(ord("h"), ord("i"))])
    >>> tokenizer.encode("hi!"), tokenizer.decode([256, 33])
    ([256, 33], 'hi!')
    """

    KIND = "byte-level BPE"  # what its file says that it holds
    FIELDS = ("tokens", "merges", "special_tokens", "pattern")

    def __init__(
        self,
        tokens: Sequence[bytes],
        merges: Sequence[Pair],
        *,
        special_tokens: Mapping[str, int] | None = None,
        pattern: str = GPT2_PATTERN,
        cache_words: int = 2**17,
    ) -> None:
        self.tokens, self.merges, self.pattern = list(tokens), [(a, b) for a, b in merges], pattern
        self.special_tokens = dict(special_tokens or {})
        ids = check_vocabulary(self.tokens, self.special_tokens)
        self.byte_ids = [ids.get(bytes([byte])) for byte in range(256)]
        self.products = merge_products(self.tokens, self.merges, ids)
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        self._find_words = regex.compile(pattern).findall
        self._caches = {
            "strict": WordCache(self._encode_word, cache_words),
            "ignore": WordCache(partial(self._encode_word, errors="ignore"), cache_words),
        }

    @property
    def vocab_size(self) -> int:
        """The number of ids, special tokens included."""
        return len(self.tokens)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.vocab_size} tokens, {len(self.special_tokens)} of them special)"

    def encode(
        self, text: str, *, allowed_special: AllowedSpecial = (), errors: Literal["strict", "ignore"] = "strict"
    ) -> list[int]:
        """Turn text into ids.

        A special token's name in `text` is plain text unless `allowed_special` names it (or is "all"): allow it
        only for text that you wrote yourself, never for a user's, who could end their turn and speak as the system.
        errors="ignore" drops bytes that have no token, as the reference implementations do; it matters only for a
        vocabulary without all 256 bytes, such as SmolLM2's. Raises ValueError for such a byte otherwise, for a lone
        surrogate (half of a UTF-16 pair, which has no UTF-8 form), and for an unknown special token; TypeError for
        anything but a text.
        """
        if not isinstance(text, str):
            raise TypeError(f"encode expects one text, got {type(text).__name__}")
        if errors not in self._caches:
            raise ValueError(f"errors must be {' or '.join(map(repr, self._caches))}, got {errors!r}")
        special = choose_special(self.special_tokens, allowed_special)
        ids: list[int] = []
        for piece in split_special(text, special):
            if piece in special:
                ids.append(special[piece])
            else:
                ids.extend(self._encode_plain(piece, errors))
        return ids

    def _encode_plain(self, text: str, errors: str) -> Iterable[int]:
        cache = self._caches[errors]
        return chain.from_iterable(map(cache.__getitem__, self._find_words(text)))

    def _encode_word(self, word: str, errors: str = "strict") -> list[int]:
        ids = [self.byte_ids[byte] for byte in utf8(word)]
        if None in ids:
            if errors == "strict":
                raise ValueError(missing_byte_message(word, self.byte_ids))
            ids = [token for token in ids if token is not None]
        merge_word = encode_word if len(ids) < LONG_WORD else encode_long_word
        return merge_word(ids, self.ranks, self.products)

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes that `ids` stand for. Raises ValueError for an id outside the vocabulary.

        Tokens may end inside a character: decode the bytes only when all of them are there.
        """
        ids = list(ids)
        if ids and not 0 <= min(ids) <= max(ids) < self.vocab_size:
            wrong = next(token for token in ids if not 0 <= token < self.vocab_size)
            raise ValueError(f"id {wrong} is outside this vocabulary of 0 … {self.vocab_size - 1}")
        return b"".join([self.tokens[token] for token in ids])

    def decode(self, ids: Iterable[int], *, skip_special_tokens: bool = False) -> str:
        """Turn ids into text; bytes that are no whole character (yet) become U+FFFD, the replacement character.

        Special tokens appear by name, or not at all with skip_special_tokens=True.
        """
        if skip_special_tokens:
            special = set(self.special_tokens.values())
            ids = [token for token in ids if token not in special]
        return self.decode_bytes(ids).decode("utf-8", errors="replace")

    def id_to_bytes(self, token: int) -> bytes:
        """The bytes of one id, perhaps only a part of a character. Raises ValueError outside the vocabulary."""
        return self.decode_bytes([token])

    def save(self, path: str | Path) -> None:
        """Write the tokenizer as JSON; raises OSError where that is not possible, and leaves no half file."""
        write_json(path, self.KIND, self._content())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a tokenizer that `save` wrote; raises ValueError saying what is wrong with the file."""
        content = read_json(path, cls.KIND, cls.FIELDS)
        try:
            return cls._from_content(content)
        except (TypeError, AttributeError, ValueError, regex.error) as error:
            raise ValueError(f"{path} is damaged: {error}; save the tokenizer again") from None

    def _content(self) -> dict[str, Any]:
        special = set(self.special_tokens.values())
        # A special token is written by its name, all others byte for byte in GPT-2's printable alphabet.
        tokens = ["" if i in special else bytes_to_text(token) for i, token in enumerate(self.tokens)]
        return {
            "pattern": self.pattern,
            "special_tokens": self.special_tokens,
            "tokens": tokens,
            "merges": self.merges,
        }

    @classmethod
    def _from_content(cls, content: dict[str, Any], **extra: Any) -> Self:
        tokens = [text_to_bytes(token) for token in content["tokens"]]
        for name, i in content["special_tokens"].items():
            if not 0 <= i < len(tokens):
                raise ValueError(f"special token {name!r} has id {i}, but there are {len(tokens)} tokens")
            tokens[i] = name.encode()
        special, pattern = content["special_tokens"], content["pattern"]
        return cls(tokens, content["merges"], special_tokens=special, pattern=pattern, **extra)


def utf8(text: str) -> bytes:
    """The UTF-8 bytes of `text`; raises ValueError saying what to do when it holds a lone surrogate.

    >>> utf8("é")
    b'\\xc3\\xa9'
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        raise ValueError(
            f"the text holds the lone surrogate U+{code:04X}, half of a character, which has no UTF-8 form; mend it "
            "first: text.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')"
        ) from None


def missing_byte_message(word: str, byte_ids: Sequence[int | None]) -> str:
    """Say which byte of `word` has no token, and what to do."""
    byte = next(byte for byte in utf8(word) if byte_ids[byte] is None)
    return f"no token for the byte 0x{byte:02X} of {word!r}; encode with errors='ignore' to leave it out"


def check_vocabulary(tokens: Sequence[bytes], special_tokens: Mapping[str, int]) -> dict[bytes, int]:
    """Map each ordinary token to its id; raises ValueError for a token listed twice or a misplaced special one.

    >>> check_vocabulary([b"a", b"b", b"<end>"], {"<end>": 2})
    {b'a': 0, b'b': 1}
    """
    check_names(special_tokens)
    for name, i in special_tokens.items():
        if not 0 <= i < len(tokens) or tokens[i] != name.encode():
            raise ValueError(f"special token {name!r} must stand in tokens at its id {i}")
    special = set(special_tokens.values())
    ids: dict[bytes, int] = {}
    for i, token in enumerate(tokens):
        if i not in special and ids.setdefault(token, i) != i:
            raise ValueError(f"token {token!r} is listed twice, as {ids[token]} and {i}")
    return ids


def merge_products(tokens: Sequence[bytes], merges: Iterable[Pair], ids: Mapping[bytes, int]) -> list[int]:
    """The id that each merge makes: that of its two tokens' bytes joined. Raises ValueError when there is none.

    >>> merge_products([b"a", b"b", b"ab"], [(0, 1)], {b"a": 0, b"b": 1, b"ab": 2})
    [2]
    """
    products = []
    for left, right in merges:
        if not (0 <= left < len(tokens) and 0 <= right < len(tokens)):
            raise ValueError(f"merge ({left}, {right}) names an id outside 0 … {len(tokens) - 1}")
        if (product := ids.get(tokens[left] + tokens[right])) is None:
            raise ValueError(f"merge ({left}, {right}) makes {tokens[left] + tokens[right]!r}, which has no id")
        products.append(product)
    return products
