from tools.proof import Mutant

MUTANTS = {
    "measure": [
        Mutant("nats", says="these are nats: divide by ln 2", edit=(" / np.log(2)", "")),
        Mutant(
            "mean_of_means",
            says="a short document must not count as much",
            source="""
            def measure(log_prob, docs):
                return -np.mean([np.mean(log_prob(doc.encode())) for doc in docs]) / np.log(2)
        """,
        ),
        Mutant(
            "broken_as_given",
            says="the documents count alike",
            source="""
            def measure(log_prob, docs):
                return -np.mean([np.mean(log_prob(doc.encode())) for doc in docs])
        """,
        ),
        Mutant("sign", says="the sign is wrong", edit=("-float", "float")),
        Mutant(
            "characters",
            says="you divided by the number of characters",
            edit=("sum(len(data) for data in encoded)", "sum(len(doc) for doc in docs)"),
        ),
        Mutant(
            "joined",
            says="hand over one document at a time",
            source="""
            def measure(log_prob, docs):
                data = "".join(docs).encode()
                return -np.sum(log_prob(data)) / np.log(2) / len(data)
        """,
        ),
        Mutant(
            "rounded",
            says="do not round",
            edit=(
                "return surprise / np.log(2) / sum(len(data) for data in encoded)",
                "return round(surprise / np.log(2) / sum(map(len, encoded)), 3)",
            ),
        ),
        Mutant(
            "per_document",
            says="divided by the number of documents",
            edit=("sum(len(data) for data in encoded)", "len(docs)"),
        ),
    ],
    "witten_bell": [
        Mutant(
            "brackets",
            says="check your brackets",
            edit=(
                "(counts + kinds * lower) / (counts.sum() + kinds)",
                "counts + kinds * lower / (counts.sum() + kinds)",
            ),
        ),
        Mutant(
            "swapped", says="N and T are swapped", edit=("(counts + kinds * lower)", "(counts + counts.sum() * lower)")
        ),
        Mutant("total_for_kinds", says="not of all counts", edit=("np.count_nonzero(counts)", "counts.sum()")),
        Mutant(
            "vocabulary_for_kinds",
            says="not the whole vocabulary",
            source="""
            def witten_bell(counts, lower):
                counts, lower, kinds = np.asarray(counts), np.asarray(lower), len(counts)
                return (counts + kinds * lower) / (counts.sum() + kinds)
        """,
        ),
        Mutant("evenly", says="not evenly to all symbols", edit=("kinds * lower", "kinds / len(lower)")),
        Mutant("sum_above_one", says="the sum is not 1", edit=("(counts.sum() + kinds)", "counts.sum()")),
        Mutant(
            "often",
            says="a symbol that was seen once has been seen",
            edit=("np.count_nonzero(counts)", "(counts > 1).sum()"),
        ),
        Mutant("once", says="not only those seen once", edit=("np.count_nonzero(counts)", "(counts == 1).sum()")),
        Mutant(
            "no_lower",
            says="the lower distribution is missing",
            edit=("(counts + kinds * lower) / (counts.sum() + kinds)", "counts / counts.sum()"),
        ),
        Mutant("unseen_zeros", says="zeros are no distribution", edit=("return lower", "return np.zeros(len(lower))")),
        Mutant("unseen", says="a context that was never seen gives 0 / 0", edit=("kinds == 0", "False")),
        Mutant(
            "unseen_uniform",
            says="a context that was never seen knows nothing",
            edit=("return lower", "return np.full(len(lower), 1 / len(lower))"),
        ),
    ],
    "mixture_weight": [
        Mutant("no_mean", says="take the mean over the symbols", edit=("float(responsible.mean())", "responsible")),
        Mutant("of_the_second", says="the weight of the second model", edit=("return w", "return 1 - w")),
        Mutant("one_more", says="you began elsewhere or made one step more", edit=("range(steps)", "range(steps + 1)")),
        Mutant(
            "unweighted", says="the present w must weigh p and q", edit=("w * p / (w * p + (1 - w) * q)", "p / (p + q)")
        ),
        Mutant("hard", says="each symbol's share must be graded", edit=("w * p / (w * p + (1 - w) * q)", "(p > q)")),
        Mutant(
            "ratio_of_sums",
            says="divide symbol by symbol first",
            edit=("w * p / (w * p + (1 - w) * q)", "p.sum() / (p + q).sum() * np.ones(1)"),
        ),
    ],
}
