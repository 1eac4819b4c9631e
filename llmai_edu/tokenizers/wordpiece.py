"""WordPiece, the tokenizer of BERT: words in lower case, cut into the longest pieces that the vocabulary has.

It throws away what `clean` of lesson 01 throws away (capitals, accents, the kind of white space), so a text cannot be
restored from its ids. A piece that continues a word is written with two signs before it: "embedding" is em, ##bed,
##ding. Schuster and Nakajima 2012; Devlin et al. 2019.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from llmai_edu.datasets.weights import minilm_folder
from llmai_edu.tokenizers.json_file import read_json, write_json
from llmai_edu.tokenizers.special import AllowedSpecial, choose_special, split_special

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LONGEST_WORD = 100  # characters; a longer word is [UNK] as a whole
ASCII_SIGNS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
CHINESE = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),  # from 2B920, not 2B820: a slip of the reference, which its vocabularies were made with
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


@dataclass(frozen=True)
class Batch:
    """Texts as rows of one length. ids, attention_mask (0 at padding), token_type_ids (1 in a second text): (B, T)."""

    ids: np.ndarray
    attention_mask: np.ndarray
    token_type_ids: np.ndarray


def sign_kind(character: str) -> str:
    """What becomes of a character: it is dropped, counts as a space, stands alone as a word, or is kept.

    >>> [sign_kind(c) for c in "a\\x00\\t,中"]
    ['keep', 'drop', 'space', 'alone', 'alone']
    """
    category, code = unicodedata.category(character), ord(character)
    if character in "\t\n\r" or category in ("Zs", "Zl", "Zp"):
        return "space"
    if code in (0, 0xFFFD) or category in ("Cc", "Cf", "Co"):
        return "drop"
    is_chinese = any(first <= code <= last for first, last in CHINESE)
    return "alone" if is_chinese or character in ASCII_SIGNS or category[0] == "P" else "keep"


class Table(dict):
    """For `str.translate`: asks a function about a character when it first occurs, and remembers the answer."""

    def __init__(self, replace: Callable[[str], str]) -> None:
        self.replace = replace

    def __missing__(self, code: int) -> str:
        self[code] = self.replace(chr(code))
        return self[code]


def cleaned(character: str) -> str:
    """The character, a space, or nothing.

    >>> [cleaned(c) for c in "a\\x00\\t"]
    ['a', '', ' ']
    """
    return {"space": " ", "drop": ""}.get(sign_kind(character), character)


def lowered(character: str) -> str:
    """The character in lower case, nothing for an accent, and spaces around what stands alone.

    >>> [lowered(c) for c in "A\\u0301,"]
    ['a', '', ' , ']
    """
    if unicodedata.category(character) == "Mn":
        return ""
    # One character at a time: in a whole word, `str.lower` treats a Greek sigma by its neighbours.
    return "".join(f" {c} " if sign_kind(c) == "alone" else c for c in character.lower())


CLEANED, LOWERED = Table(cleaned), Table(lowered)


def basic_words(text: str) -> list[str]:
    """Cut a text into words and signs, in lower case and without accents; Chinese characters stand alone.

    >>> basic_words("Déjà vu: 中文!")
    ['deja', 'vu', ':', '中', '文', '!']
    """
    apart = unicodedata.normalize("NFD", text.translate(CLEANED))  # a letter and its accents become two characters
    return apart.translate(LOWERED).split()


def longest_pieces(word: str, vocabulary: dict[str, int]) -> list[str] | None:
    """Cut a word from left to right, each time taking the longest piece that is in the vocabulary.

    Returns None when some rest begins with no known piece: then the whole word is unknown.

    >>> longest_pieces("unwanted", {"un": 0, "unw": 1, "##want": 2, "##ed": 3, "##anted": 4})
    ['unw', '##anted']
    """
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        for end in range(len(word), start, -1):
            if (piece := prefix + word[start:end]) in vocabulary:
                break
        else:
            return None
        pieces.append(piece)
        start = end
    return pieces


class WordPieceTokenizer:
    """BERT's tokenizer over a vocabulary: `encode` cuts a text, `encode_batch` makes what a BERT reads.

    tokens: all tokens in the order of their ids, the five special ones among them. Raises ValueError when one of these
    is missing or a token occurs twice.

    >>> tokenizer = WordPieceTokenizer([*SPECIAL, "token", "##s", "!"])
    >>> tokenizer.encode("Tokens!"), tokenizer.decode([5, 6, 7])
    ([5, 6, 7], 'tokens !')
    >>> tokenizer.encode_batch(["Tokens!", "token"]).ids.tolist()
    [[2, 5, 6, 7, 3], [2, 5, 3, 0, 0]]
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = list(tokens)
        self.vocabulary = {token: i for i, token in enumerate(self.tokens)}
        if missing := [name for name in SPECIAL if name not in self.vocabulary]:
            raise ValueError(f"a WordPiece vocabulary needs the special tokens {', '.join(missing)}")
        if len(self.vocabulary) != len(self.tokens):
            raise ValueError("a token occurs twice in the vocabulary; each needs an id of its own")
        self.special_tokens = {name: self.vocabulary[name] for name in SPECIAL}
        self.known_words: dict[str, list[int]] = {}
        self.pad_id, self.unk_id, self.cls_id, self.sep_id, self.mask_id = self.special_tokens.values()

    @property
    def vocab_size(self) -> int:
        """V: how many tokens there are."""
        return len(self.tokens)

    def encode(self, text: str, allowed_special: AllowedSpecial = ()) -> list[int]:
        """The ids of a text, without [CLS] and [SEP].

        allowed_special: special tokens that count as such where they stand in the text, such as {"[MASK]"}; without
        it "[MASK]" is three plain tokens. Raises ValueError for an unknown special token.
        """
        special, ids = choose_special(self.special_tokens, allowed_special), []
        for part in split_special(text, special):
            if part in special:
                ids.append(special[part])
            else:
                ids += [i for word in basic_words(part) for i in self.word_ids(word)]
        return ids

    def word_ids(self, word: str) -> list[int]:
        """The ids of one cleaned word; [UNK] when it cannot be put together from pieces, or is too long."""
        if (ids := self.known_words.get(word)) is None:
            pieces = longest_pieces(word, self.vocabulary) if len(word) <= LONGEST_WORD else None
            ids = [self.unk_id] if pieces is None else [self.vocabulary[piece] for piece in pieces]
            if len(self.known_words) < 100_000:
                self.known_words[word] = ids
        return ids

    def encode_batch(
        self,
        texts: Sequence[str | tuple[str, str]],
        max_length: int | None = None,
        allowed_special: AllowedSpecial = (),
    ) -> Batch:
        """What a BERT reads: [CLS] text [SEP], or [CLS] first [SEP] second [SEP], padded on the right to one length.

        max_length: longer texts are cut off (of a pair the longer one first), [CLS] and [SEP] stay.
        """
        if isinstance(texts, str) or not texts:
            raise ValueError(f"texts must be a list of at least one text, got {texts!r}")
        rows = [
            self.wrap([self.encode(part, allowed_special) for part in parts], max_length)
            for parts in ((text,) if isinstance(text, str) else text for text in texts)
        ]
        shape = len(rows), max(len(ids) for ids, _ in rows)
        batch = Batch(np.full(shape, self.pad_id), np.zeros(shape, np.int64), np.zeros(shape, np.int64))
        for row, (ids, types) in enumerate(rows):
            batch.ids[row, : len(ids)] = ids
            batch.attention_mask[row, : len(ids)] = 1
            batch.token_type_ids[row, : len(ids)] = types
        return batch

    def wrap(self, parts: list[list[int]], max_length: int | None) -> tuple[list[int], list[int]]:
        """One or two texts' ids with [CLS] before and [SEP] after each, and the number of the text for each id."""
        room = None if max_length is None else max_length - 1 - len(parts)
        if room is not None and room < 0:
            raise ValueError(f"max_length must leave room for [CLS] and [SEP], got {max_length}")
        if room is not None and sum(map(len, parts)) > room:
            *shorter, longest = sorted(parts, key=len)  # the lists themselves: cut in place
            for part in shorter:
                del part[room // 2 :]
            del longest[room - sum(map(len, shorter)) :]
        ids, types = [self.cls_id], [0]
        for number, part in enumerate(parts):
            ids += [*part, self.sep_id]
            types += [number] * (len(part) + 1)
        return ids, types

    def decode(self, ids: Sequence[int], skip_special: bool = True) -> str:
        """The tokens joined by spaces, continuing pieces without one. What cleaning took away does not come back."""
        text = ""
        for i in ids:
            token = self.tokens[i]
            if skip_special and token in self.special_tokens:
                continue
            is_rest = token.startswith("##") and text
            text += token[2:] if is_rest else f" {token}" if text else token
        return text

    def id_to_bytes(self, i: int) -> bytes:
        """The token as the vocabulary writes it, in UTF-8."""
        return self.tokens[i].encode()

    def save(self, path: str | Path) -> None:
        """Write the tokenizer to a JSON file."""
        write_json(path, "wordpiece", {"tokens": self.tokens})

    @classmethod
    def load(cls, path: str | Path) -> "WordPieceTokenizer":
        """Read what `save` wrote. Raises ValueError for another file."""
        return cls(read_json(path, "wordpiece", ("tokens",))["tokens"])

    @classmethod
    def from_vocab(cls, path: str | Path) -> "WordPieceTokenizer":
        """Read a `vocab.txt` as the hub has it: one token a line, in the order of the ids."""
        return cls(Path(path).read_text(encoding="utf-8").removesuffix("\n").split("\n"))


def minilm_tokenizer() -> WordPieceTokenizer:
    """MiniLM's tokenizer, which is that of the English uncased BERT: 30,522 tokens.

    Raises DataError when its files cannot be had.

    >>> minilm_tokenizer().decode(minilm_tokenizer().encode("Embeddings"))  # doctest: +SKIP
    'embeddings'
    """
    return WordPieceTokenizer.from_vocab(minilm_folder() / "vocab.txt")
