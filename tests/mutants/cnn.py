from tools.proof import Mutant

MUTANTS = {
    "strongest": [
        Mutant(
            "broken_as_given",
            says="it must return (B, F), the maximum over the places",
            source="""
            def strongest(scores, lengths, width):
                return scores.max(axis=2)
        """,
        ),
        Mutant(
            "over_padding",
            says="you read over the padding",
            source="""
            def strongest(scores, lengths, width):
                return scores.max(axis=1)
        """,
        ),
        Mutant(
            "begins_inside",
            says="reaches into the padding",
            source="""
            def strongest(scores, lengths, width):
                counts = np.arange(scores.shape[1]) < np.asarray(lengths)[:, None]
                return np.where(counts[:, :, None], scores, -np.inf).max(axis=1)
        """,
        ),
        Mutant("one_too_many", says="one place too many", edit=("- width, 0", "- width + 1, 0")),
        Mutant("one_missing", says="you leave out the last phrase that fits", edit=("<= last", "< last")),
        Mutant("zero_for_padding", says="places that do not count became 0", edit=("-np.inf", "0")),
        Mutant(
            "relu",
            says="no ReLU here",
            edit=(
                "return np.where(counts[:, :, None], scores, -np.inf).max(axis=1)",
                "return np.maximum(np.where(counts[:, :, None], scores, -np.inf).max(axis=1), 0)",
            ),
        ),
        Mutant(
            "mean",
            says="this is the mean over the places",
            edit=(
                "np.where(counts[:, :, None], scores, -np.inf).max(axis=1)",
                "np.where(counts[:, :, None], scores, 0).sum(axis=1) / counts.sum(axis=1)[:, None]",
            ),
        ),
        Mutant(
            "shortest_end_for_all",
            says="you cut all at the shortest",
            source="""
            def strongest(scores, lengths, width):
                return scores[:, : max(1, min(lengths) - width + 1)].max(axis=1)
        """,
        ),
        Mutant(
            "short_is_minus_infinity",
            says="the maximum of nothing is minus infinity",
            edit=("np.maximum(np.asarray(lengths) - width, 0)", "np.asarray(lengths) - width"),
        ),
        Mutant(
            "short_is_zero",
            says="a sentence shorter than the filter got 0",
            source="""
            def strongest(scores, lengths, width):
                ends = np.asarray(lengths) - width + 1
                return np.array([s[:e].max(axis=0) if e > 0 else 0 * s[0] for s, e in zip(scores, ends)])
        """,
        ),
        Mutant(
            "maximum_of_nothing",
            says="NumPy takes no maximum of nothing",
            source="""
            def strongest(scores, lengths, width):
                ends = np.asarray(lengths) - width + 1
                return np.array([s[:e].max(axis=0) for s, e in zip(scores, ends)])
        """,
        ),
        Mutant(
            "end_from_behind",
            says="a negative end counts from behind",
            source="""
            def strongest(scores, lengths, width):
                ends = np.asarray(lengths) - width + 1
                return np.array([s[: e or None].max(axis=0) for s, e in zip(scores, ends)])
        """,
        ),
    ],
    "gappy_scores": [
        Mutant(
            "no_gap",
            says="the words are neighbours",
            edit=("width = filters.shape[1]", "width, step = filters.shape[1], 1"),
        ),
        Mutant(
            "step_skips_so_many",
            says="step = 2 skips one word, not two",
            edit=("width = filters.shape[1]", "width, step = filters.shape[1], step + 1"),
        ),
        Mutant(
            "jumping_places",
            says="the places follow each other one by one",
            source="""
            def gappy_scores(x, filters, biases, step):
                width = filters.shape[1]
                begins = range(0, len(x) - width + 1, step)
                return np.array([[(x[t : t + width] * f).sum() for f in filters] for t in begins]) + biases
        """,
        ),
        Mutant(
            "too_few_places",
            says="gappy_scores: the filter spans (w - 1) * step + 1 words",
            edit=("len(x) - (width - 1) * step", "len(x) - width * step"),
        ),
        Mutant(
            "padded",
            says="the last places reach beyond the sentence",
            source="""
            def gappy_scores(x, filters, biases, step):
                width = filters.shape[1]
                padded = np.concatenate([x, np.zeros(((width - 1) * step, x.shape[1]))])
                windows = np.stack([padded[j * step : j * step + len(x)] for j in range(width)], 1)
                return np.einsum("twc,fwc->tf", windows, filters) + biases
        """,
        ),
        Mutant(
            "turned_round",
            says="the places come first, then the filters",
            edit=("return scores", "return scores.T"),
        ),
        Mutant("no_bias", says="add each filter's bias", edit=(" + biases", "")),
        Mutant(
            "bias_for_each_row",
            says="the bias is added once for each place",
            edit=("filters[:, j].T", "filters[:, j].T + (biases if j else 0)"),
        ),
        Mutant("upside_down", says="the filter is upside down", edit=("filters[:, j]", "filters[:, width - 1 - j]")),
        Mutant("relu", says="no ReLU here", edit=("return scores", "return np.maximum(scores, 0)")),
    ],
    "luck": [
        Mutant(
            "one_direction",
            says="this is one direction only",
            source="""
            def luck(right_a, right_b):
                from math import comb

                n, k = int((right_a != right_b).sum()), int((right_a & ~right_b).sum())
                return sum(comb(n, i) / 2**n for i in range(max(k, n - k), n + 1))
        """,
        ),
        Mutant(
            "a_wins_at_least",
            says="something as far on the other side counts, too",
            edit=("abs(i - n / 2) >= abs(k - n / 2)", "i >= k"),
        ),
        Mutant("strictly", says="those just as far belong in", edit=(">= abs(k", "> abs(k")),
        Mutant(
            "exactly",
            says="the probability of exactly this result",
            edit=("abs(i - n / 2) >= abs(k - n / 2)", "i == k"),
        ),
        Mutant(
            "mirror_only",
            says="exactly k and its mirror image alone",
            edit=("abs(i - n / 2) >= abs(k - n / 2)", "i in (k, n - k)"),
        ),
        Mutant(
            "all_sentences",
            says="sentences on which both are right or both are wrong say nothing",
            edit=(
                "int((right_a != right_b).sum()), int((right_a & ~right_b).sum())",
                "len(right_a), int(right_a.sum())",
            ),
        ),
        Mutant(
            "wrong_n",
            says="n is the number of sentences on which exactly one is right",
            edit=("int((right_a != right_b).sum())", "len(right_a)"),
        ),
        Mutant(
            "complement",
            says="the p-value is the rest",
            edit=(">= abs(k", "< abs(k"),
        ),
        Mutant(
            "numpy_integers",
            says="`2**n` overflows for NumPy's integers",
            edit=(
                "int((right_a != right_b).sum()), int((right_a & ~right_b).sum())",
                "(right_a != right_b).sum(), (right_a & ~right_b).sum()",
            ),
        ),
        Mutant(
            "doubled",
            says="a probability cannot exceed 1",
            edit=(
                "return sum(comb(n, i) / 2**n for i in range(n + 1) if abs(i - n / 2) >= abs(k - n / 2))",
                "return 2 * sum(comb(n, i) / 2**n for i in range(max(k, n - k), n + 1))",
            ),
        ),
    ],
}
