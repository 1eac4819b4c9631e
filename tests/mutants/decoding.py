"""Wrong answers to the exercises of lesson 22, each with the message that it must meet."""

from tools.proof import Mutant

RANGE = "range(len(ids) - size)"
ORDER = "np.argsort(np.abs(surprise - entropy))"
KEEP = "if u * q[token] < p[token]:"
BEYOND = "np.maximum(p - q, 0)"

MUTANTS = {
    "blocked": [
        Mutant(
            "first_place",
            says="after the first place only",
            edit=(
                "return sorted(found)",
                "return [ids[[ids[s : s + size] for s in range(len(ids))].index(last) + size]]",
            ),
        ),
        Mutant(
            "last_place",
            says="after the last place only",
            edit=("found.add(ids[start + size])", "found = {ids[start + size]}"),
        ),
        Mutant("n_tokens", says="n - 1 = 2; that is the answer for the last 3", edit=("size = n - 1", "size = n")),
        Mutant(
            "last_one",
            says="n - 1 = 2; that is the answer for the last 1",
            edit=("size = n - 1", "size = min(n - 1, 1)"),
        ),
        Mutant("n_ignored", says="n - 1 = 1; that is the answer for the last 2", edit=("size = n - 1", "size = 2")),
        Mutant(
            "at_most_two",
            says="n - 1 = 3; that is the answer for the last 2",
            edit=("size = n - 1", "size = min(n - 1, 2)"),
        ),
        Mutant(
            "a_bag",
            says="you compared them in any order",
            edit=("if ids[start : start + size] == last:", "if sorted(ids[start : start + size]) == sorted(last):"),
        ),
        Mutant(
            "ends_only",
            says="these are not the tokens",
            edit=(
                "if ids[start : start + size] == last:",
                "if not size or (ids[start] == last[0] and ids[start + size - 1] == last[-1]):",
            ),
        ),
        Mutant("left_out", says="the two n-grams may overlap", edit=(RANGE, "range(len(ids) - size - 1)")),
        Mutant(
            "several_times",
            says="each token once, please",
            source="""
            def blocked(ids, n):
                size = n - 1
                last = ids[len(ids) - size :]
                return sorted(ids[s + size] for s in range(len(ids) - size) if ids[s : s + size] == last)
        """,
        ),
        Mutant("a_set", says="it must return list", edit=("return sorted(found)", "return found")),
        Mutant(
            "all_tokens",
            says="those are all tokens of the text",
            edit=("return sorted(found)", "return sorted(set(ids))"),
        ),
        Mutant("minus_zero", says="with n = 1 you found nothing", edit=("ids[len(ids) - size :]", "ids[-size:]")),
        Mutant(
            "too_short",
            says="holds no n-gram",
            edit=("return sorted(found)", "return sorted(found) if len(ids) >= n else sorted(ids)"),
        ),
    ],
    "keep_typical": [
        Mutant("top_p", says="those are the likeliest tokens, as in top-p", edit=(ORDER, "np.argsort(-probs)")),
        Mutant("farthest", says="farthest from the entropy", edit=(ORDER, "np.argsort(-np.abs(surprise - entropy))")),
        Mutant("least", says="those are the least likely tokens", edit=(ORDER, "np.argsort(entropy - surprise)")),
        Mutant("shares", says="divide their probabilities", edit=("kept / kept.sum()", "kept")),
        Mutant("one_missing", says="one is missing", edit=("before < mass", "before + probs[order] <= mass")),
        Mutant(
            "plain_mean",
            says="you took the plain mean",
            edit=("(probs[some] * surprise[some]).sum()", "surprise[some].mean()"),
        ),
        Mutant(
            "median",
            says="you took the median",
            edit=("(probs[some] * surprise[some]).sum()", "np.median(surprise[some])"),
        ),
        Mutant(
            "equal_shares",
            says="get equal shares",
            edit=("kept / kept.sum()", "(kept > 0) / (kept > 0).sum()"),
        ),
        Mutant("bits", says="one is in bits", edit=(ORDER, "np.argsort(np.abs(surprise - entropy / np.log(2)))")),
        Mutant(
            "nan",
            says="0 · log 0 is nan",
            source="""
            def keep_typical(probs, mass):
                surprise = -np.log(probs)
                order = np.argsort(np.abs(surprise - (probs * surprise).sum()))
                before = np.cumsum(probs[order]) - probs[order]
                kept = np.zeros_like(probs)
                kept[order[before < mass]] = probs[order[before < mass]]
                return kept / kept.sum()
        """,
        ),
    ],
    "keep_or_replace": [
        Mutant("from_p", says="is drawn from all of p", edit=(BEYOND, "p")),
        Mutant("from_q", says="is drawn from q;", edit=(BEYOND, "q")),
        Mutant(
            "without_token",
            says="from p without the refused token",
            edit=(BEYOND, "np.where(np.arange(len(p)) == token, 0, p)"),
        ),
        Mutant("p_where", says="the tokens are right, their weights are not", edit=(BEYOND, "np.where(p > q, p, 0)")),
        Mutant(
            "most_above",
            says="where p is most above q",
            edit=(BEYOND, "(np.arange(len(p)) == np.argmax(p - q)).astype(float)"),
        ),
        Mutant("minimum", says="is what guessing and keeping give already", edit=(BEYOND, "np.minimum(p, q)")),
        Mutant("absolute", says="you took the absolute difference", edit=(BEYOND, "np.abs(p - q)")),
        Mutant("other_way", says="what q has beyond p", edit=(BEYOND, "np.maximum(q - p, 0)")),
        Mutant("q_over_p", says="you have q / p", edit=(KEEP, "if u < q[token] / p[token]:")),
        Mutant("p_alone", says="you took p alone", edit=(KEEP, "if u < p[token]:")),
        Mutant("never_below", says="is refused sometimes, not always", edit=(KEEP, "if p[token] >= q[token]:")),
        Mutant("above", says="not when it is above", edit=(KEEP, "if u > p[token] / q[token]:")),
        Mutant(
            "not_divided",
            says="by its sum before you compare",
            edit=("w * gains[-1]", "w"),
        ),
        Mutant("all_kept", says="the draft's distribution", edit=(KEEP, "if True:")),
        Mutant("u_twice", says="you used u for both", edit=("w * gains[-1]", "u * gains[-1]")),
        Mutant("equal", says="u may be exactly 0", edit=(KEEP, "if u * q[token] <= p[token]:")),
        Mutant("at_it", says="w may be exactly 0", edit=('side="right"', 'side="left"')),
    ],
}
