"""Wrong answers to the exercises of lesson 24, each with the message that it must meet."""

from tools.proof import Mutant

COST = "wrong * (answered & ~right).sum() + person * (~answered).sum()"
BARS = "[*np.unique(confidence), np.inf]"
SCALED = "(score - low) / (high - low) if high > low else 1.0"
TIMES = "total[name] * len(seen[name])"
UNIT = "vectors / np.linalg.norm(vectors, axis=1, keepdims=True)"
LOWEST = "low, high = min(scores, default=0), max(scores, default=0)"
KEPT = "i < j and nearest[j] == i and likeness[i, j] >= floor"

MUTANTS = {
    "cheapest_bar": [
        Mutant("equal_costs", says="count equally", edit=(COST, "(answered & ~right).sum() + (~answered).sum()")),
        Mutant(
            "exchanged",
            says="the two costs are exchanged",
            edit=(COST, "person * (answered & ~right).sum() + wrong * (~answered).sum()"),
        ),
        Mutant(
            "free_hand_over",
            says="you counted only those that it would have known",
            edit=(COST, "wrong * (answered & ~right).sum() + person * (~answered & right).sum()"),
        ),
        Mutant("mistakes_only", says="hand-overs cost something, too", edit=(COST, "(answered & ~right).sum()")),
        Mutant(
            "per_answer",
            says="divide by all messages",
            edit=(COST, f"({COST}) / max(answered.sum(), 1)"),
        ),
        Mutant("above", says="you answered only above it", edit=("confidence >= bar", "confidence > bar")),
        Mutant(
            "the_cost",
            says="that is the cheapest cost; return the bar",
            edit=("return float(best)", "return float(least) / len(right)"),
        ),
        Mutant(
            "between_equals",
            says="you cut between equal ones",
            source="""
            def cheapest_bar(confidence, right, wrong, person):
                order = np.lexsort((~right, -confidence))
                best, least = np.inf, person * len(right)
                for n in range(1, len(right) + 1):
                    cost = wrong * (~right[order[:n]]).sum() + person * (len(right) - n)
                    if cost < least - 1e-9:
                        best, least = confidence[order[n - 1]], cost
                return float(best)
        """,
        ),
        Mutant(
            "two_shares",
            says="share of wrong ones among the answered",
            edit=(
                COST,
                "wrong * (answered & ~right).sum() / max(answered.sum(), 1) + person * (~answered).mean()",
            ),
        ),
        Mutant(
            "trusts_the_confidence",
            says="as if it were a true probability",
            edit=(COST, "wrong * (1 - confidence)[answered].sum() + person * (~answered).sum()"),
        ),
        Mutant(
            "formula",
            says="count the costs instead",
            source="""
            def cheapest_bar(confidence, right, wrong, person):
                return 1 - person / wrong
        """,
        ),
        Mutant(
            "the_sum",
            says="that is the cheapest cost, of all messages",
            edit=("return float(best)", "return float(least)"),
        ),
        Mutant("no_infinity", says="infinity answers none", edit=(BARS, "np.unique(confidence)")),
        Mutant("lowest", says="that is the lowest", edit=("cost <= least + 1e-12", "cost < least - 1e-12")),
    ],
    "fuse_scores": [
        Mutant("not_scaled", says="on another scale", edit=(SCALED, "score")),
        Mutant("by_the_highest", says="subtract it before you divide", edit=(SCALED, "score / high")),
        Mutant(
            "one_scale",
            says="those of all lists together",
            edit=(
                LOWEST,
                "every = [score for found in lists for _, score in found]; low, high = min(every), max(every)",
            ),
        ),
        Mutant(
            "by_score_only",
            says="equal scores stand in the order of their names",
            edit=("key=lambda pair: (-pair[1], pair[0])", "key=lambda pair: -pair[1]"),
        ),
        Mutant("sum_alone", says="that is the sum alone", edit=(TIMES, "total[name]")),
        Mutant("mean", says="that is the mean", edit=(TIMES, "total[name] / len(seen[name])")),
        Mutant("all_lists", says="not with the number of all lists", edit=(TIMES, "total[name] * len(lists)")),
        Mutant(
            "above_zero",
            says="also when its score there became 0",
            edit=(TIMES, "total[name] * sum(s > 0 for s in seen[name])"),
        ),
        Mutant(
            "ranks",
            says="reciprocal rank fusion, as on the page",
            source="""
            def fuse_scores(lists):
                total = {}
                for found in lists:
                    for place, (name, score) in enumerate(sorted(found, key=lambda pair: -pair[1])):
                        total[name] = total.get(name, 0) + 1 / (60 + place + 1)
                return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))
        """,
        ),
        Mutant("worst_first", says="yours begins with the worst", edit=("(-pair[1], pair[0])", "(pair[1], pair[0])")),
        Mutant(
            "a_dict",
            says="not dict",
            edit=("return sorted(fused, key=lambda pair: (-pair[1], pair[0]))", "return dict(fused)"),
        ),
        Mutant("zero", says="divides", edit=(SCALED, "(score - low) / (high - low)")),
        Mutant("flat_is_zero", says="each gets 1", edit=(SCALED, "(score - low) / ((high - low) or 1)")),
    ],
    "twins": [
        Mutant(
            "itself",
            says="no twin of itself",
            source="""
            def twins(vectors, floor):
                unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
                nearest = (unit @ unit.T).argmax(1)
                return [(i, int(j)) for i, j in enumerate(nearest) if i <= j and nearest[j] == i]
        """,
        ),
        Mutant("dots", says="divide each by its length", edit=(UNIT, "vectors")),
        Mutant(
            "all_pairs",
            says="those are all pairs",
            source="""
            def twins(vectors, floor):
                unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
                likeness = unit @ unit.T
                n = len(unit)
                pairs = [(i, j) for i in range(n) for j in range(i + 1, n) if likeness[i, j] >= floor]
                return sorted(pairs, key=lambda pair: -likeness[pair])
        """,
        ),
        Mutant(
            "one_way",
            says="in both directions",
            source="""
            def twins(vectors, floor):
                unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
                likeness = unit @ unit.T
                np.fill_diagonal(likeness, -np.inf)
                nearest = likeness.argmax(1)
                pairs = {tuple(sorted((i, int(j)))) for i, j in enumerate(nearest) if likeness[i, j] >= floor}
                return sorted(pairs, key=lambda pair: -likeness[pair])
        """,
        ),
        Mutant("twice", says="each pair once", edit=(KEPT, "nearest[j] == i and likeness[i, j] >= floor")),
        Mutant("no_floor", says="you kept them", edit=(KEPT, "i < j and nearest[j] == i")),
        Mutant("by_number", says="in the order of their numbers", edit=("-likeness[pair]", "pair")),
        Mutant("least_first", says="with the least alike", edit=("-likeness[pair]", "likeness[pair]")),
        Mutant(
            "above_the_floor", says="at least* the floor", edit=("likeness[i, j] >= floor", "likeness[i, j] > floor")
        ),
        Mutant(
            "greedy",
            says="whose nearest is taken",
            source="""
            def twins(vectors, floor):
                unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
                likeness = unit @ unit.T
                n, taken, pairs = len(unit), set(), []
                every = [(i, j) for i in range(n) for j in range(i + 1, n) if likeness[i, j] >= floor]
                for i, j in sorted(every, key=lambda pair: -likeness[pair]):
                    if not taken & {i, j}:
                        taken |= {i, j}
                        pairs.append((i, j))
                return pairs
        """,
        ),
        Mutant(
            "absolute",
            says="its absolute value",
            edit=("likeness = unit @ unit.T", "likeness = np.abs(unit @ unit.T)"),
        ),
        Mutant("minus_one_diagonal", says="a -1 on the diagonal", edit=("-np.inf", "-1.0")),
        Mutant("zero_diagonal", says="with 0 on the diagonal", edit=("-np.inf", "0.0")),
        Mutant(
            "in_place",
            says="changed its input",
            edit=(UNIT, "vectors.__itruediv__(np.linalg.norm(vectors, axis=1, keepdims=True))"),
        ),
    ],
}
