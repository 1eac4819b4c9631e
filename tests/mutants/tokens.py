from tools.proof import Mutant

MUTANTS = {
    "price_ratio": [
        Mutant(
            "characters",
            says="this is the ratio of characters",
            edit=("len(encode(translation)) / price", "len(translation) / len(original)"),
        ),
        Mutant(
            "upside_down",
            says="it is the other way round",
            edit=("len(encode(translation)) / price", "price / len(encode(translation))"),
        ),
        Mutant("difference", says="the difference of the prices", edit=("/ price", "- price")),
        Mutant("whole_numbers", says="divide with `/`", edit=("/ price", "// price")),
        Mutant(
            "distinct",
            says="you counted the different tokens",
            source="""
            def price_ratio(encode, original, translation):
                price = len(set(encode(original)))
                if price == 0:
                    raise ValueError("the original has no tokens")
                return len(set(encode(translation))) / price
        """,
        ),
        Mutant(
            "sum_of_ids",
            says="you added up the ids",
            source="""
            def price_ratio(encode, original, translation):
                price = sum(encode(original))
                if price == 0:
                    raise ValueError("the original has no tokens")
                return sum(encode(translation)) / price
        """,
        ),
        Mutant(
            "sheets_own_encode",
            says="use the `encode` that you are given",
            source="""
            def price_ratio(encode, original, translation):
                price = len(gpt2.encode(original.strip()))
                if price == 0:
                    raise ValueError("the original has no tokens")
                return len(gpt2.encode(translation)) / price
        """,
        ),
        Mutant(
            "characters_of_nothing",
            says="ask for the number of tokens, not of characters",
            edit=("if price == 0", "if not original"),
        ),
        Mutant(
            "no_empty_translation",
            says="a translation without tokens costs nothing",
            edit=("price == 0", "price == 0 or not translation"),
        ),
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
        Mutant(
            "backtracks",
            says="never given back",
            source="""
            def longest_match(word, vocabulary):
                def cut(start):
                    if start == len(word):
                        return []
                    for end in range(len(word), start, -1):
                        piece = ("##" if start else "") + word[start:end]
                        rest = cut(end) if piece in vocabulary else None
                        if rest is not None:
                            return [piece, *rest]
                    return None
                pieces = cut(0)
                return ["[UNK]"] if pieces is None else pieces
        """,
        ),
        Mutant(
            "unknown_letters_only",
            says="although every letter is known",
            source="""
            def longest_match(word, vocabulary):
                known = set("".join(vocabulary))
                if any(letter not in known for letter in word):
                    return ["[UNK]"]
                pieces, start = [], 0
                while start < len(word):
                    mark = "##" if start else ""
                    for end in range(len(word), start, -1):
                        if mark + word[start:end] in vocabulary:
                            pieces.append(mark + word[start:end])
                            break
                    else:
                        break
                    start = end
                return pieces
        """,
        ),
        Mutant(
            "marked_beginning",
            says="a piece with ## does not begin a word",
            edit=(
                "if piece in vocabulary:\n",
                'piece = piece if start or piece in vocabulary else f"##{piece}"\n'
                "            if piece in vocabulary:\n",
            ),
        ),
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
        Mutant(
            "numpys_own_draws",
            says="draw from `rng` and from nothing else",
            edit=("rng.random()", "np.random.random()"),
        ),
        Mutant(
            "own_generator",
            says="with another seed the result is another one",
            edit=("ids = list(ids)", "ids, rng = list(ids), np.random.default_rng(0)"),
        ),
        Mutant(
            "one_draw_for_all",
            says="each place needs its own draw",
            source="""
            def bpe_dropout(ids, ranks, products, p, rng):
                ids = list(ids)
                while True:
                    draw = rng.random()
                    left = [(ranks[pair], i) for i, pair in enumerate(pairwise(ids)) if pair in ranks and draw >= p]
                    if not left:
                        return ids
                    rank, i = min(left)
                    ids[i : i + 2] = [products[rank]]
        """,
        ),
        Mutant(
            "everywhere",
            says="merge at one place only",
            source="""
            def bpe_dropout(ids, ranks, products, p, rng):
                ids = list(ids)
                while True:
                    left = [(ranks[pair], pair) for pair in pairwise(ids) if pair in ranks and rng.random() >= p]
                    if not left:
                        return ids
                    rank, pair = min(left)
                    i = 0
                    while i < len(ids) - 1:
                        if (ids[i], ids[i + 1]) == pair:
                            ids[i : i + 2] = [products[rank]]
                        i += 1
        """,
        ),
        Mutant(
            "ends_apart_then_leftmost",
            says="not the leftmost place",
            source="""
            def bpe_dropout(ids, ranks, products, p, rng):
                ids = list(ids)
                while True:
                    places = [(ranks[pair], i) for i, pair in enumerate(pairwise(ids)) if pair in ranks]
                    left = [place for place in places if rng.random() >= p]
                    if not left:
                        return ids
                    rank, i = min(left) if p == 0 else min(left, key=lambda place: place[1])
                    ids[i : i + 2] = [products[rank]]
        """,
        ),
        Mutant(
            "ends_apart_then_any",
            says="not any of them",
            source="""
            def bpe_dropout(ids, ranks, products, p, rng):
                ids = list(ids)
                while True:
                    places = [(ranks[pair], i) for i, pair in enumerate(pairwise(ids)) if pair in ranks]
                    left = [place for place in places if rng.random() >= p]
                    if not left:
                        return ids
                    rank, i = min(left) if p == 0 else left[rng.integers(len(left))]
                    ids[i : i + 2] = [products[rank]]
        """,
        ),
        Mutant("in_place", says="changed its input", edit=("ids = list(ids)", "pass")),
    ],
}
