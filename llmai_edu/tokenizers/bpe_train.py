"""Learning the merges of byte-pair encoding from text, without counting anything twice.

The plain algorithm counts all pairs, merges the most frequent one, and counts again (Sennrich, Haddow and Birch
2016, algorithm 1). Three observations make it fast and change nothing in the result: each different word is handled
once, with its count; a merge touches only the words that hold the pair; and a pair's count, once it is in the
heap, can only fall, so the heap may be corrected when its top turns out to be out of date.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from heapq import heapify, heappop, heappush, heapreplace

import regex

from llmai_edu.tokenizers.bpe import BPETokenizer, utf8
from llmai_edu.tokenizers.merge import Pair, count_pairs, merge
from llmai_edu.tokenizers.pretokenize import GPT2_PATTERN
from llmai_edu.tokenizers.special import check_names, split_special

N_BYTES = 256


def train_bpe(
    texts: str | Iterable[str],
    vocab_size: int,
    *,
    special_tokens: Collection[str] = (),
    pattern: str = GPT2_PATTERN,
    min_count: int = 2,
) -> BPETokenizer:
    """Learn a byte-level BPE tokenizer of at most `vocab_size` tokens from one text or several.

    Ids 0 … 255 are the bytes, then come the merges in the order learned, then the special tokens, whose names are cut
    out of the texts first. Equally frequent pairs are merged in the order of their ids (the smaller first). Ends
    early, with fewer tokens, when no pair occurs `min_count` times. About 3 s for 12 MB and 4,096 tokens.
    Raises ValueError if `vocab_size` has no room for the bytes and the special tokens, or these are no list of names.

    >>> tokenizer = train_bpe("low lower lowest", 258)
    >>> tokenizer.tokens[256:], tokenizer.encode("low")
    ([b'lo', b'low'], [257])
    """
    check_names(special_tokens)
    n_merges = vocab_size - N_BYTES - len(special_tokens)
    if n_merges < 0:
        raise ValueError(
            f"vocab_size must be at least {vocab_size - n_merges} (bytes and special tokens), got {vocab_size}"
        )
    words = count_words([texts] if isinstance(texts, str) else texts, pattern, special_tokens)
    merges, tokens = learn_merges(words, n_merges, min_count=min_count)
    special = {name: len(tokens) + i for i, name in enumerate(special_tokens)}
    tokens += [name.encode() for name in special]
    return BPETokenizer(tokens, merges, special_tokens=special, pattern=pattern)


def count_words(
    texts: Iterable[str], pattern: str = GPT2_PATTERN, special_tokens: Collection[str] = ()
) -> Counter[bytes]:
    """How often each word of `pretokenize` occurs in all texts, special tokens left out.

    >>> count_words(["a b", "c b"])
    Counter({b' b': 2, b'a': 1, b'c': 1})
    """
    check_names(special_tokens)
    find_words, counts = regex.compile(pattern).findall, Counter()
    for text in texts:
        for piece in split_special(text, special_tokens):
            if piece not in special_tokens:
                counts.update(find_words(piece))
    return Counter({utf8(word): count for word, count in counts.items()})


def learn_merges(
    word_counts: Mapping[bytes, int], n_merges: int, *, min_count: int = 2
) -> tuple[list[Pair], list[bytes]]:
    """Learn up to `n_merges` new tokens; returns the merges in order and the bytes of every token.

    >>> learn_merges({b"low": 3, b"owl": 1}, 1)[0] == [(ord("o"), ord("w"))]
    True
    """
    pairs = PairIndex(word_counts)
    tokens = [bytes([byte]) for byte in range(N_BYTES)]
    merges: list[Pair] = []
    for new_id in range(N_BYTES, N_BYTES + n_merges):
        pair = pairs.most_frequent()
        if pair is None or pairs.counts[pair] < min_count:
            break
        pairs.merge(pair, new_id)
        merges.append(pair)
        tokens.append(tokens[pair[0]] + tokens[pair[1]])
    return merges, tokens


class PairIndex:
    """All words as ids, with the count of each pair and the words in which it occurs, kept up to date by merges.

    >>> pairs = PairIndex({b"aab": 2, b"ab": 1})
    >>> pairs.most_frequent() == (ord("a"), ord("b")), pairs.counts[pairs.most_frequent()]
    (True, 3)
    """

    def __init__(self, word_counts: Mapping[bytes, int]) -> None:
        self.words = [list(word) for word in word_counts]
        self.word_counts = list(word_counts.values())
        self.counts: dict[Pair, int] = defaultdict(int)
        self.holders: dict[Pair, set[int]] = defaultdict(set)  # pair -> indices of words, some perhaps out of date
        for i in range(len(self.words)):
            self._count_word(i, +1)
        # Smallest first: the largest count, then the smallest ids. This is the tie-break.
        self.heap = [(-count, pair) for pair, count in self.counts.items()]
        heapify(self.heap)

    def _count_word(self, i: int, sign: int) -> set[Pair]:
        pairs = count_pairs(self.words[i])
        for pair, count in pairs.items():
            self.counts[pair] += sign * count * self.word_counts[i]
            if sign > 0:
                self.holders[pair].add(i)
        return set(pairs)

    def most_frequent(self) -> Pair | None:
        """The pair with the highest count, the one with the smaller ids if several have it; None if none is left."""
        while self.heap:
            stored, pair = self.heap[0]
            if (count := self.counts[pair]) == -stored and count > 0:
                return pair
            if count > 0:
                heapreplace(self.heap, (-count, pair))
            else:
                heappop(self.heap)
        return None

    def merge(self, pair: Pair, new_id: int) -> None:
        """Replace `pair` by `new_id` in the words that hold it, and count only those words anew."""
        touched: set[Pair] = set()
        for i in self.holders.pop(pair):
            merged = merge(self.words[i], pair, new_id)
            if len(merged) < len(self.words[i]):
                self._count_word(i, -1)
                self.words[i] = merged
                touched |= self._count_word(i, +1)
        for new in touched:
            if new_id in new:  # only these can have gained
                heappush(self.heap, (-self.counts[new], new))
