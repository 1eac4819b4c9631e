"""The FAQ of an invented web shop, and messages to it: the small world of the lesson on customer service.

All of it was written for the course by a language model that never saw the retriever. Nobody's letters are in it, and
that is also its limit: real customers write in other ways. The paraphrases were ordered after the first messages had
turned out to be situations; their writer saw the entries only. Our own data, CC BY 4.0.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from .errors import DataError
from .hash_split import Split, unit_hash

__all__ = ["FaqEntry", "Message", "ShopFaq", "load_shop_faq", "split_shop_faq"]

FILE = "shop_faq.json"
UNSEEN = 1 / 3  # of the entries: all that is asked about them lies in the test
MOODS = ("calm", "angry", "pleased")


@dataclass(frozen=True)
class FaqEntry:
    """One entry: its name, such as "returns-period", what it is about, a question, and the shop's answer."""

    id: str
    topic: str
    question: str
    answer: str


@dataclass(frozen=True)
class Message:
    """What somebody writes to the shop.

    entry: the id of the FAQ entry that answers it, or None. kind: "situation" for a message from which the entry's
    question must be inferred; "paraphrase" for that question in other words; what sort of off-topic message it is; or
    the mood of its author, one of `MOODS`.
    """

    text: str
    entry: str | None
    kind: str


@dataclass(frozen=True)
class ShopFaq:
    """The shop, its FAQ, and four sorts of messages, each in the parts train, valid and test.

    unseen: the ids of the entries whose situations and paraphrases all lie in the test part. Paraphrases and off-topic
    messages have no train part.
    """

    name: str
    entries: tuple[FaqEntry, ...]
    situations: Split[Message]
    paraphrases: Split[Message]
    off_topic: Split[Message]
    moods: Split[Message]
    unseen: frozenset[str]


def load_shop_faq() -> ShopFaq:
    """The FAQ and the messages that come with the package. Raises DataError when the file is missing or damaged.

    >>> load_shop_faq().entries[0].id
    'returns-period'
    """
    source = files(__package__) / FILE
    if not source.is_file():
        raise DataError(f"{FILE} of the course's package is missing: install the package again")
    try:
        return split_shop_faq(json.loads(source.read_text(encoding="utf-8")))
    except (ValueError, KeyError) as error:
        raise DataError(f"{FILE} of the course's package cannot be read ({error!r}): install it again") from None


def split_shop_faq(content: dict[str, Any]) -> ShopFaq:
    """The parts of a file of this form; fingerprints of the texts decide, so that the order plays no role.

    A third of the entries is kept for the test alone. Of every other entry's situations, a third each goes to train,
    valid and test; of its paraphrases, 40 % are valid and 60 % test. Off-topic messages are halved into valid and test;
    of moods, 40 % are train, 20 % valid, 40 % test.
    """
    ids = sorted((entry["id"] for entry in content["entries"]), key=unit_hash)
    unseen = frozenset(ids[: round(UNSEEN * len(ids))])
    asked: dict[str, list[Split[Message]]] = {"situation": [], "paraphrase": []}
    for entry in content["entries"]:
        for kind, shares in (("situation", (1 / 3, 1 / 3, 1 / 3)), ("paraphrase", (0, 0.4, 0.6))):
            messages = [Message(text, entry["id"], kind) for text in entry[f"{kind}s"]]
            asked[kind].append(dealt(messages, (0, 0, 1) if entry["id"] in unseen else shares))
    off = [Message(one["text"], None, one["kind"]) for one in content["off_topic"]]
    moods = [Message(one["text"], one["id"], one["mood"]) for one in content["mood"]]
    return ShopFaq(
        content["shop"]["name"],
        tuple(FaqEntry(*(one[key] for key in ("id", "topic", "question", "answer"))) for one in content["entries"]),
        joined(asked["situation"]),
        joined(asked["paraphrase"]),
        by_kind(off, (0, 0.5, 0.5)),
        by_kind(moods, (0.4, 0.2, 0.4)),
        unseen,
    )


def dealt(messages: Sequence[Message], shares: Sequence[float]) -> Split[Message]:
    """Deal messages out in the order of their fingerprints: so many of them to train, then to valid, then to test.

    >>> split = dealt([Message(text, None, "a") for text in "abcdef"], (1 / 3, 1 / 3, 1 / 3))
    >>> [len(part) for part in split.parts]
    [2, 2, 2]
    """
    order = sorted(messages, key=lambda one: unit_hash(one.text))
    first, second = round(shares[0] * len(order)), round((shares[0] + shares[1]) * len(order))
    return Split(tuple(order[:first]), tuple(order[first:second]), tuple(order[second:]))


def by_kind(messages: Sequence[Message], shares: Sequence[float]) -> Split[Message]:
    """Deal out every kind by itself, so that each part has its share of each."""
    kinds = list(dict.fromkeys(one.kind for one in messages))
    return joined([dealt([one for one in messages if one.kind == kind], shares) for kind in kinds])


def joined(splits: Sequence[Split[Message]]) -> Split[Message]:
    """One split of several: train with train, valid with valid, test with test."""
    take: Callable[[str], tuple[Message, ...]] = lambda part: tuple(one for s in splits for one in getattr(s, part))
    return Split(take("train"), take("valid"), take("test"))
