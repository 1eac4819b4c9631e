from tools.proof import Mutant

MUTANTS = {
    "price_ratio": [
        Mutant(
            "characters",
            says="this is the ratio of characters",
            source="""
            def price_ratio(encode, original, translation):
                if not original:
                    raise ValueError("nothing")
                return len(translation) / len(original)
        """,
        ),
        Mutant(
            "upside_down",
            says="it is the other way round",
            edit=("len(encode(translation)) / price", "price / len(encode(translation))"),
        ),
        Mutant("difference", says="the difference of the prices", edit=("/ price", "- price")),
        Mutant("whole_numbers", says="divide with `/`", edit=("/ price", "// price")),
        Mutant("nothing_for_free", says="without tokens must be refused", edit=("price == 0", "False")),
    ],
    "longest_match": [
        Mutant(
            "shortest",
            says="try the furthest end first",
            edit=("range(len(word), start, -1)", "range(start + 1, len(word) + 1)"),
        ),
        Mutant(
            "unmarked",
            says="carry the mark ##",
            edit=("pieces.append(piece)", 'pieces.append(piece.removeprefix("##"))'),
        ),
        Mutant("looked_up_bare", says="looked up with its mark", edit=('"##" if start else ""', '""')),
        Mutant(
            "end_unknown", says="the whole word becomes [UNK]", edit=('return ["[UNK]"]', 'return [*pieces, "[UNK]"]')
        ),
        Mutant("gives_up", says="the pieces before it do not count", edit=('return ["[UNK]"]', "return pieces")),
        Mutant("reverse", says="in reverse order", edit=("return pieces", "return pieces[::-1]")),
    ],
    "bpe_dropout": [
        Mutant(
            "inverted", says="a place stays when its draw is at least p", edit=("rng.random() >= p", "rng.random() < p")
        ),
        Mutant("latest_first", says="with p = 0 nothing is dropped", edit=("min(left)", "max(left)")),
        Mutant(
            "never_drops", says="with p = 1 every place is dropped", edit=("rng.random() >= p", "rng.random() >= 0")
        ),
        Mutant(
            "once",
            says="anew at each step",
            source="""
            def bpe_dropout(ids, ranks, products, p, rng):
                kept = {pair: rank for pair, rank in sorted(ranks.items()) if rng.random() >= p}
                ids = list(ids)
                while True:
                    left = [(kept[pair], i) for i, pair in enumerate(pairwise(ids)) if pair in kept]
                    if not left:
                        return ids
                    rank, i = min(left)
                    ids[i : i + 2] = [products[rank]]
        """,
        ),
        Mutant(
            "by_kind",
            says="each place is dropped by its own draw",
            source="""
            def bpe_dropout(ids, ranks, products, p, rng):
                ids = list(ids)
                while True:
                    kept = {pair for pair in sorted(set(pairwise(ids))) if pair in ranks and rng.random() >= p}
                    left = [(ranks[pair], i) for i, pair in enumerate(pairwise(ids)) if pair in kept]
                    if not left:
                        return ids
                    rank, i = min(left)
                    ids[i : i + 2] = [products[rank]]
        """,
        ),
        Mutant("in_place", says="changed its input", edit=("ids = list(ids)", "pass")),
    ],
}
