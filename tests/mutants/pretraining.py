"""Wrong answers to the exercises of lesson 16, each with the message that it must meet."""

from tools.proof import Mutant

ORDER = "np.random.default_rng((self.seed, self.epoch)).permutation(self.windows)"
STATE = '{"seed": self.seed, "epoch": self.epoch, "place": self.place}'


def pairs_where(condition: str, only: str = "[:100]") -> str:
    """A search that compares all pairs, of the first hundred rows unless `only` is empty."""
    return f"""
            def near_pairs(signatures, bands):
                size, found = signatures.shape[1] // bands, set()
                for i, a in enumerate(signatures{only}):
                    for j, b in enumerate(signatures[:i]):
                        if {condition}:
                            found.add((j, i))
                return found
        """


MUTANTS = {
    "near_pairs": [
        Mutant("a_list", says="return a set of pairs", edit=("return pairs", "return sorted(pairs)")),
        Mutant(
            "joined",
            says="tuples (i, j) of two row numbers",
            edit=("return pairs", "return {frozenset(pair) for pair in pairs}"),
        ),
        Mutant("with_itself", says="no pair with itself", edit=("rows[n + 1 :]", "rows[n:]")),
        Mutant("both_ways", says="in each pair (i, j), i must be smaller", edit=("rows[n + 1 :]", "rows if i != j")),
        Mutant(
            "any_place",
            says="bands at different places were compared",
            source="""
            def near_pairs(signatures, bands):
                places, found = {}, set()
                for row, signature in enumerate(signatures):
                    for band in np.split(signature, bands):
                        places.setdefault(tuple(band), set()).add(row)
                for rows in places.values():
                    found |= {(i, j) for i in rows for j in rows if i < j}
                return found
        """,
        ),
        Mutant(
            "count",
            says="as many equal numbers as a band has are not enough",
            source=pairs_where("(a == b).sum() >= size"),
        ),
        Mutant("all_bands", says="one whole band is enough", source=pairs_where("(a == b).all()")),
        Mutant("one_number", says="one equal number is not enough", source=pairs_where("(a == b).any()")),
        Mutant(
            "strided",
            says="the numbers of a band stand together",
            source=pairs_where("any((a[k::bands] == b[k::bands]).all() for k in range(bands))"),
        ),
        Mutant(
            "size_for_count",
            says="`bands` is how many bands there are",
            edit=("np.split(signatures, bands, axis=1)", "np.split(signatures, signatures.shape[1] // bands, axis=1)"),
        ),
        Mutant(
            "any_run",
            says="any run of that length was taken",
            source=pairs_where("any((a[k:k + size] == b[k:k + size]).all() for k in range(len(a) - size + 1))"),
        ),
        Mutant(
            "next_only",
            says="you linked each with the next one only",
            edit=("{(i, j) for n, i in enumerate(rows) for j in rows[n + 1 :]}", "set(zip(rows, rows[1:]))"),
        ),
        Mutant(
            "first_only",
            says="you linked each with the first one only",
            edit=(
                "{(i, j) for n, i in enumerate(rows) for j in rows[n + 1 :]}",
                "{(rows[0], j) for j in rows[1:]}",
            ),
        ),
        Mutant(
            "joined_key",
            says="joined to one text they are the same key",
            edit=("tuple(numbers.tolist())", '"".join(map(str, numbers))'),
        ),
        Mutant(
            "slow",
            says="are all pairs compared",
            source=pairs_where("any((x == y).all() for x, y in zip(np.split(a, bands), np.split(b, bands)))", ""),
        ),
    ],
    "document_mask": [
        Mutant(
            "end_begins",
            says="here it begins the next one",
            edit=("ends.cumsum() - ends", "ends.cumsum()"),
        ),
        Mutant(
            "end_alone",
            says="the end token was left alone",
            edit=("ends.cumsum() - ends", "np.where(ends, -1 - np.arange(len(ends)), ends.cumsum())"),
        ),
        Mutant("ahead", says="tokens of one document see later ones", edit=("np.tril(", "np.asarray(")),
        Mutant("exchanged", says="rows and columns are exchanged", edit=("np.tril(", "np.triu(")),
        Mutant(
            "not_itself",
            says="a token looks at itself, too",
            edit=("np.tril(document[:, None] == document)", "np.tril(document[:, None] == document, -1)"),
        ),
        Mutant(
            "causal_alone",
            says="this is the causal mask alone",
            edit=("document[:, None] == document", "np.ones((len(ends), len(ends)), dtype=bool)"),
        ),
        Mutant("inverted", says="True and False are exchanged", edit=("np.tril(", "~np.tril(")),
        Mutant("numbers", says="True and False, not numbers", edit=("np.tril(", "1 * np.tril(")),
    ],
    "ShuffledWindows": [
        Mutant(
            "drawn_again",
            says="an epoch gives each window exactly once",
            edit=(".permutation(self.windows)", ".integers(self.windows, size=self.windows)"),
        ),
        Mutant("unshuffled", says="they are not shuffled", edit=(ORDER, "np.arange(self.windows)")),
        Mutant(
            "a_rule",
            says="that is a rule, not a shuffled order",
            edit=(ORDER, "(11 * np.arange(self.windows) + self.seed + self.epoch) % self.windows"),
        ),
        Mutant(
            "rolled",
            says="an epoch repeats the order of another, begun elsewhere",
            edit=(ORDER, "np.roll(np.random.default_rng(self.seed).permutation(self.windows), self.epoch)"),
        ),
        Mutant(
            "number_added",
            says="with the same number added to each window",
            edit=(
                ORDER,
                "(np.random.default_rng(self.seed).permutation(self.windows) + self.epoch) % self.windows",
            ),
        ),
        Mutant(
            "stopped",
            says="`next` raised StopIteration",
            edit=(
                'self.load_state_dict({"seed": self.seed, "epoch": self.epoch + 1, "place": 0})',
                "raise StopIteration",
            ),
        ),
        Mutant(
            "no_wrap",
            says="`next` raised IndexError",
            edit=("if self.place == self.windows:", "if False:"),
        ),
        Mutant(
            "number_keys",
            says="JSON makes text of every key",
            source="""
            class ShuffledWindows:
                def __init__(self, windows, seed):
                    self.windows = windows
                    self.load_state_dict({0: seed, 1: 0, 2: 0})

                def __next__(self):
                    if self.place == self.windows:
                        self.load_state_dict({0: self.seed, 1: self.epoch + 1, 2: 0})
                    self.place += 1
                    return int(self.order[self.place - 1])

                def state_dict(self):
                    return {0: self.seed, 1: self.epoch, 2: self.place}

                def load_state_dict(self, state):
                    self.seed, self.epoch, self.place = state[0], state[1], state[2]
                    self.order = np.random.default_rng((self.seed, self.epoch)).permutation(self.windows)
        """,
        ),
        Mutant(
            "one_order",
            says="every epoch has an order of its own",
            edit=("default_rng((self.seed, self.epoch))", "default_rng(self.seed)"),
        ),
        Mutant(
            "global_numbers",
            says="two objects with the same seed should give the same numbers",
            edit=(ORDER, "np.random.permutation(self.windows)"),
        ),
        Mutant(
            "no_seed",
            says="another seed should give another order",
            edit=("default_rng((self.seed, self.epoch))", "default_rng((7, self.epoch))"),
        ),
        Mutant(
            "seed_forgotten",
            says="it goes on with the seed of the new object",
            edit=(
                'self.seed, self.epoch, self.place = state["seed"], state["epoch"], state["place"]',
                'self.seed = getattr(self, "seed", state["seed"])\n        '
                'self.epoch, self.place = state["epoch"], state["place"]',
            ),
        ),
        Mutant(
            "place_forgotten",
            says="it starts again with the first window",
            edit=(STATE, '{"seed": self.seed, "epoch": self.epoch, "place": 0}'),
        ),
        Mutant(
            "one_skipped", says="one window was skipped", edit=(STATE, STATE.replace("self.place", "self.place + 1"))
        ),
        Mutant(
            "one_repeated",
            says="one window comes a second time",
            edit=(STATE, STATE.replace("self.place", "max(0, self.place - 1)")),
        ),
        Mutant(
            "epoch_forgotten",
            says="it does not go on with the windows of that epoch",
            edit=(STATE, STATE.replace("self.epoch", "0")),
        ),
        Mutant(
            "order_saved",
            says="the state is too large",
            edit=(STATE, STATE.replace("}", ', "order": self.order.tolist()}')),
        ),
        Mutant(
            "an_array",
            says="cannot be written as JSON",
            edit=(STATE, STATE.replace("}", ', "order": self.order}')),
        ),
        Mutant(
            "same_dictionary",
            says="the state changed while the object went on",
            source="""
            class ShuffledWindows:
                def __init__(self, windows, seed):
                    self.windows = windows
                    self.load_state_dict({"seed": seed, "epoch": 0, "place": 0})

                def __next__(self):
                    if self.state["place"] == self.windows:
                        self.load_state_dict({**self.state, "epoch": self.state["epoch"] + 1, "place": 0})
                    self.state["place"] += 1
                    return int(self.order[self.state["place"] - 1])

                def state_dict(self):
                    return self.state

                def load_state_dict(self, state):
                    self.state = state
                    key = (state["seed"], state["epoch"])
                    self.order = np.random.default_rng(key).permutation(self.windows)
        """,
        ),
        Mutant(
            "next_epochs_unknown",
            says="the next ones have another order",
            source="""
            class ShuffledWindows:
                def __init__(self, windows, seed):
                    self.windows, self.seed, self.place, self.epoch = windows, seed, 0, 0
                    self.rng = np.random.default_rng(seed)
                    self.order = self.rng.permutation(windows)

                def __next__(self):
                    if self.place == self.windows:
                        self.order, self.place, self.epoch = self.rng.permutation(self.windows), 0, self.epoch + 1
                    self.place += 1
                    return int(self.order[self.place - 1])

                def state_dict(self):
                    return {"seed": self.seed, "epoch": self.epoch, "place": self.place}

                def load_state_dict(self, state):
                    rng = np.random.default_rng(state["seed"])
                    for _ in range(state["epoch"] + 1):
                        self.order = rng.permutation(self.windows)
                    self.seed, self.epoch, self.place = state["seed"], state["epoch"], state["place"]
        """,
        ),
    ],
}
