"""Wrong answers to the exercises of lesson 27, each with the message that it must meet."""

from tools.proof import Mutant

ROW = "return [p, s, *after, m, *before, *middle, end]"
BEFORE = "before = prefix[len(prefix) - keep :]"
AFTER = "after = suffix[: room - keep]"

MUTANTS = {
    "spm_row": [
        Mutant(
            "psm",
            says="that is prefix, suffix, middle (PSM)",
            edit=(
                ROW,
                "return [p, *before, s, *after, m, *middle, end]",
            ),
        ),
        Mutant("no_end", says="the end token is missing", edit=("*middle, end]", "*middle]")),
        Mutant(
            "mark_before_middle",
            says="the middle mark stands before the middle itself",
            edit=("m, *before, *middle", "*before, m, *middle"),
        ),
        Mutant(
            "mark_before_prefix",
            says="you put it before the prefix",
            edit=(
                ROW,
                "return [s, *after, m, p, *before, *middle, end]",
            ),
        ),
        Mutant(
            "each_its_own",
            says="each mark before its own part",
            edit=(ROW, "return [s, *after, p, *before, m, *middle, end]"),
        ),
        Mutant("odd_token", says="the odd token belongs to the suffix", edit=("room // 2", "(room + 1) // 2")),
        Mutant("middle_first", says="it is the other way round", edit=("*before, *middle", "*middle, *before")),
        Mutant("head", says="you kept its first ones", edit=(BEFORE, "before = prefix[:keep]")),
        Mutant(
            "tail",
            says="you kept its last ones",
            edit=(AFTER, "after = suffix[len(suffix) - min(len(suffix), room - keep) :]"),
        ),
        Mutant(
            "halves",
            says="what one side does not need of its half",
            edit=(
                "keep = min(len(prefix), max(room // 2, room - len(suffix)))",
                "keep = min(len(prefix), room // 2); room = keep + room - room // 2",
            ),
        ),
        Mutant("whole", says="nothing was shortened", edit=(BEFORE, "before, room = prefix, 10**6; keep = 0")),
        Mutant("minus_zero", says="that is the whole list", edit=(BEFORE, "before = prefix[-keep:]")),
    ],
    "pass_hat_k": [
        Mutant(
            "pass_at_k",
            says="that is pass@k",
            source="""
            def pass_hat_k(right, n, k):
                wrong = n - np.asarray(right)[:, None]
                return 1 - np.prod(np.maximum(wrong - np.arange(k), 0) / (n - np.arange(k)), axis=1)
        """,
        ),
        Mutant(
            "none",
            says="none of the k is right",
            edit=("right[:, None]", "n - right[:, None]"),
        ),
        Mutant(
            "replacement",
            says="(c/n)^k draws the same answer",
            source="""
            def pass_hat_k(right, n, k):
                return (np.asarray(right) / n) ** k
        """,
        ),
        Mutant(
            "one",
            says="k is not in it",
            source="""
            def pass_hat_k(right, n, k):
                return np.asarray(right) / n
        """,
        ),
        Mutant(
            "at_least_one",
            says="at least one, and drawn with replacement",
            source="""
            def pass_hat_k(right, n, k):
                return 1 - (1 - np.asarray(right) / n) ** k
        """,
        ),
        Mutant(
            "same_bag",
            says="from those that are left",
            edit=("(n - drawn)", "n"),
        ),
        Mutant("list", says="it must return ndarray, not list", edit=(".prod(axis=1)", ".prod(axis=1).tolist()")),
        Mutant(
            "factorials",
            says="a number on the way has become too large (OverflowError",
            source="""
            def pass_hat_k(right, n, k):
                from math import factorial
                choices = [factorial(c) / factorial(c - k) if c >= k else 0.0 for c in np.asarray(right).tolist()]
                return np.array(choices) / (factorial(n) / factorial(n - k))
        """,
        ),
        Mutant(
            "floats",
            says="the numbers of choices are too large for a float",
            source="""
            def pass_hat_k(right, n, k):
                drawn = np.arange(k)
                with np.errstate(all="ignore"):
                    return np.prod(np.asarray(right)[:, None] - drawn + 0.0, axis=1) / np.prod(n - drawn + 0.0)
        """,
        ),
    ],
    "chance_in_first": [
        Mutant(
            "optimist",
            says="the best place among its equals",
            edit=("return min(max((k - better) / equal, 0.0), 1.0)", "return float(better < k)"),
        ),
        Mutant(
            "pessimist",
            says="the worst place among its equals",
            edit=("return min(max((k - better) / equal, 0.0), 1.0)", "return float(better + equal <= k)"),
        ),
        Mutant("all_of_k", says="the better ones all stand before it for sure", edit=("(k - better)", "k")),
        Mutant("lowest", says="you counted from the lowest", edit=("scores > scores[place]", "scores < scores[place]")),
        Mutant(
            "tolerance",
            says="scores that differ by a little are not equal",
            source="""
            def chance_in_first(scores, place, k):
                equal = np.abs(scores - scores[place]) < 1e-3
                better = ((scores > scores[place]) & ~equal).sum()
                return min(max((k - better) / equal.sum(), 0.0), 1.0)
        """,
        ),
        Mutant("itself", says="itself included", edit=("(k - better) / equal", "(k - better) / max(equal - 1, 1)")),
        Mutant(
            "by_order",
            says="by the order of the lines",
            edit=(
                "return min(max((k - better) / equal, 0.0), 1.0)",
                'return float(np.argsort(-scores, kind="stable").tolist().index(place) < k)',
            ),
        ),
        Mutant(
            "below_zero",
            says="the chance is 0, no less than that",
            edit=("max((k - better) / equal, 0.0)", "(k - better) / equal"),
        ),
        Mutant(
            "above_one",
            says="the chance is 1, no more than that",
            edit=("return min(max((k - better) / equal, 0.0), 1.0)", "return max((k - better) / equal, 0.0)"),
        ),
    ],
}
