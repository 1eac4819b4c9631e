"""Lists of words to test vectors with: pairs for analogies, topics of the speeches, and the sets of published WEATs.

The sets of WEAT are those of Caliskan, Bryson and Narayanan 2017 ("Semantics derived automatically from language
corpora contain human-like biases", tests 1, 2, 6 and 7), in lower case. The pairs and topics were written for this
course, before anything was measured on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

__all__ = ["PAIRS", "TOPICS", "WEAT_TESTS", "WORD_SETS", "WeatTest", "analogy_questions"]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    flat = _words(text)
    return tuple(zip(flat[::2], flat[1::2]))


# Each category holds twelve pairs that stand in one relation.
PAIRS: dict[str, tuple[tuple[str, str], ...]] = {
    "country, capital": _pairs(
        "france paris germany berlin italy rome spain madrid japan tokyo china beijing russia moscow egypt cairo "
        "greece athens austria vienna poland warsaw portugal lisbon"
    ),
    "country, adjective": _pairs(
        "france french germany german italy italian spain spanish japan japanese china chinese russia russian "
        "egypt egyptian greece greek austria austrian poland polish portugal portuguese"
    ),
    "country, currency": _pairs(
        "japan yen russia ruble india rupee mexico peso thailand baht poland zloty hungary forint china yuan "
        "israel shekel vietnam dong sweden krona turkey lira"
    ),
    "man, woman": _pairs(
        "man woman king queen father mother son daughter brother sister husband wife uncle aunt nephew niece "
        "grandfather grandmother boy girl prince princess actor actress"
    ),
    "one, many": _pairs(
        "dog dogs house houses child children city cities car cars book books tree trees bird birds eye eyes "
        "year years foot feet idea ideas"
    ),
    "more of it": _pairs(
        "big bigger small smaller fast faster slow slower high higher low lower old older young younger "
        "strong stronger weak weaker cheap cheaper long longer"
    ),
    "now, then": _pairs(
        "go went see saw take took write wrote speak spoke give gave find found think thought say said know knew "
        "begin began fall fell"
    ),
    "how it is done": _pairs(
        "slow slowly quick quickly quiet quietly happy happily safe safely rapid rapidly careful carefully "
        "rare rarely usual usually serious seriously calm calmly sudden suddenly"
    ),
    "not so": _pairs(
        "happy unhappy known unknown likely unlikely able unable fair unfair certain uncertain aware unaware "
        "willing unwilling usual unusual clear unclear expected unexpected comfortable uncomfortable"
    ),
}

# Eight subjects of the State of the Union addresses, ten words each.
TOPICS: dict[str, tuple[str, ...]] = {
    "months": _words("january february march april june july august september october november"),
    "numbers": _words("two three four five six seven eight nine ten twenty"),
    "nations": _words("france spain mexico britain germany japan china russia cuba italy"),
    "money": _words("gold silver coin currency notes bonds debt treasury bank banks"),
    "forces": _words("army navy troops soldiers ships vessels officers regiments militia cavalry"),
    "family": _words("children parents mother father wife husband family son daughter mothers"),
    "law": _words("court courts judges judge jury justice attorney supreme judicial judiciary"),
    "farming": _words("farmers farm crops cotton corn wheat agriculture farms acres soil"),
}


def analogy_questions(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str, str, str]]:
    """Return every question that two of the pairs give: a is to b as c is to d, in both orders.

    >>> analogy_questions([("man", "woman"), ("king", "queen")])
    [('man', 'woman', 'king', 'queen'), ('king', 'queen', 'man', 'woman')]
    """
    return [(*first, *second) for first, second in permutations(pairs, 2)]


WORD_SETS: dict[str, tuple[str, ...]] = {
    name: _words(words)
    for name, words in {
        "flowers": "aster clover hyacinth marigold poppy azalea crocus iris orchid rose bluebell daffodil lilac pansy "
        "tulip buttercup daisy lily peony violet carnation gladiola magnolia petunia zinnia",
        "insects": "ant caterpillar flea locust spider bedbug centipede fly maggot tarantula bee cockroach gnat "
        "mosquito termite beetle cricket hornet moth wasp blackfly dragonfly horsefly roach weevil",
        "instruments": "bagpipe cello guitar lute trombone banjo clarinet harmonica mandolin trumpet bassoon drum harp "
        "oboe tuba bell fiddle harpsichord piano viola bongo flute horn saxophone violin",
        "weapons": "arrow club gun missile spear axe dagger harpoon pistol sword blade dynamite hatchet rifle tank "
        "bomb firearm knife shotgun teargas cannon grenade mace slingshot whip",
        "pleasant": "caress freedom health love peace cheer friend heaven loyal pleasure diamond gentle honest lucky "
        "rainbow diploma gift honor miracle sunrise family happy laughter paradise vacation",
        "unpleasant": "abuse crash filth murder sickness accident death grief poison stink assault disaster hatred "
        "pollute tragedy divorce jail poverty ugly cancer kill rotten vomit agony prison",
        "men's names": "john paul mike kevin steve greg jeff bill",
        "women's names": "amy joan lisa sarah diana kate ann donna",
        "career": "executive management professional corporation salary office business career",
        "family": "home parents children family cousins marriage wedding relatives",
        "mathematics": "math algebra geometry calculus equations computation numbers addition",
        "arts": "poetry art dance literature novel symphony drama sculpture",
        "male": "male man boy brother he him his son",
        "female": "female woman girl sister she her hers daughter",
    }.items()
}


@dataclass(frozen=True)
class WeatTest:
    """Two sets of targets, two of attributes (names in WORD_SETS), and the effect size that was published for them.

    The published figures are of GloVe vectors of 300 dimensions trained on 840 thousand million words of web pages.
    """

    x: str
    y: str
    a: str
    b: str
    published: float

    @property
    def sets(self) -> tuple[tuple[str, ...], ...]:
        """The four sets of words, in the order that `weat` wants."""
        return tuple(WORD_SETS[name] for name in (self.x, self.y, self.a, self.b))


WEAT_TESTS = (
    WeatTest("flowers", "insects", "pleasant", "unpleasant", 1.50),
    WeatTest("instruments", "weapons", "pleasant", "unpleasant", 1.53),
    WeatTest("men's names", "women's names", "career", "family", 1.81),
    WeatTest("mathematics", "arts", "male", "female", 1.06),
)
