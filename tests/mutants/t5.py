from tools.proof import Mutant

MUTANTS = {
    "restore": [
        Mutant(
            "by_turn",
            says="not by its turn",
            source="""
            def restore(source, target, sentinels):
                spans = []
                for token in target:
                    if token in sentinels:
                        spans.append([])
                    elif spans:
                        spans[-1].append(token)
                text, k = [], 0
                for token in source:
                    if token in sentinels:
                        text += spans[k] if k < len(spans) else []
                        k += 1
                    else:
                        text.append(token)
                return text
        """,
        ),
        Mutant("left_in", says="you left it in the text", edit=("spans.get(token, [])", "spans.get(token, [token])")),
        Mutant("with_marks", says="replaces them", edit=("(spans.get(token, [])", "([token, *spans.get(token, [])]")),
        Mutant(
            "last_time", says="you took the last", edit=("spans.setdefault(token, current)", "spans[token] = current")
        ),
        Mutant(
            "both_times",
            says="you joined both",
            edit=(
                "current = []\n            spans.setdefault(token, current)",
                "current = spans.setdefault(token, [])",
            ),
        ),
        Mutant(
            "swallowed",
            says="also one that is not in the source",
            edit=("for token in target:", "for token in (t for t in target if t not in sentinels or t in source):"),
        ),
        Mutant(
            "before_the_first",
            says="you gave it to one",
            edit=(
                "current = []\n            spans.setdefault(token, current)",
                "current = current if not spans else []\n            spans.setdefault(token, current)",
            ),
        ),
        Mutant(
            "at_the_end",
            says="you put it at the end",
            edit=(
                "for token in source for i in (",
                "for token in [*source, *(t for t in spans if t not in source)] for i in (",
            ),
        ),
        Mutant("one_token", says="you took one", edit=("spans.get(token, [])", "spans.get(token, [])[:1]")),
    ],
    "prefix_mask": [
        Mutant(
            "turned_over",
            says="turned over",
            edit=(
                "return seen & (i < lengths) & (j < lengths)",
                "return (seen & (i < lengths) & (j < lengths)).transpose(0, 2, 1)",
            ),
        ),
        Mutant("causal", says="read backwards only", edit=("(j <= i) | (j < prefix)", "(j <= i) | (j < 0 * prefix)")),
        Mutant("sees_the_answer", says="it may see only itself", edit=("(j < prefix)", "(i < prefix)")),
        Mutant("everything", says="the answer must not look ahead", edit=("(j <= i)", "(j >= 0)")),
        Mutant("forwards", says="look at those after it", edit=("(j <= i)", "(j >= i)")),
        Mutant(
            "one_of_the_padding",
            says="one of the padding",
            edit=("& (i < lengths) & (j < lengths)", "& (i <= lengths) & (j <= lengths)"),
        ),
        Mutant("not_itself", says="looks at itself, too", edit=("(j <= i)", "(j < i)")),
        Mutant("one_more", says="it ends one earlier", edit=("(j < prefix)", "(j <= prefix)")),
        Mutant("prefix_alone", says="not at the prefix alone", edit=("(j <= i)", "(j == i)")),
        Mutant("padding_looks", says="padding looks at nothing", edit=("& (i < lengths)", "")),
        Mutant(
            "no_padding", says="padding was forgotten", edit=("& (i < lengths) & (j < lengths)", "& (lengths >= 0)")
        ),
        Mutant("first_row", says="you used the first row's for all", edit=("(j < prefix)", "(j < prefix[:1])")),
        Mutant(
            "opposite",
            says="says the opposite",
            edit=("return seen & (i < lengths) & (j < lengths)", "return ~(seen & (i < lengths) & (j < lengths))"),
        ),
        Mutant(
            "numbers",
            says="an array of bool",
            edit=(
                "return seen & (i < lengths) & (j < lengths)",
                "return (seen & (i < lengths) & (j < lengths)).astype(int)",
            ),
        ),
    ],
    "bucket_range": [
        Mutant(
            "linear",
            says="by a factor, not by a step",
            edit=("e * (M / e) ** ((b - e) / (s - e))", "e + (b - e) * (M - e) / (s - e)"),
        ),
        Mutant("one_too_far", says="where the next begins", edit=("begin(b + 1) - 1", "begin(b + 1)")),
        Mutant("down", says="round up, not down", edit=("math.ceil", "math.floor")),
        Mutant("nearest", says="rounding to the nearest", edit=("math.ceil", "round")),
        Mutant(
            "floor_and_one",
            says="floor + 1 is not rounding up",
            edit=("b if b <= e else math.ceil(", "b if b < e else 1 + math.floor("),
        ),
        Mutant("closed", says="has no greatest distance", edit=("None if b == s - 1", "M if b == s - 1")),
        Mutant("some_end", says="give None there", edit=("None if b == s - 1", "9 * M if b == s - 1")),
        Mutant("one_side", says="each side has n/2 buckets", edit=("s = n // 2", "s = n")),
        Mutant(
            "floats", says="give whole numbers", edit=("        return low, high", "        return float(low), high")
        ),
        Mutant("from_one", says="starts at e, not at 1", edit=("(M / e) **", "M **")),
        Mutant("all_buckets", says="not n nor s", edit=("/ (s - e))", "/ s)")),
        Mutant("from_zero", says="counts from bucket e on", edit=("((b - e) /", "(b /")),
        Mutant("formula_for_all", says="does not hold for them", edit=("b if b <= e else math.ceil", "math.ceil")),
        Mutant(
            "begins_at_m",
            says="the last bucket begins before M",
            edit=("low, high = begin(b),", "low, high = (M if b == s - 1 else begin(b)),"),
        ),
        Mutant("sides", says="turned the sides around", edit=("if bucket >= s:", "if bucket < s:")),
        Mutant(
            "distances",
            says="behind the query, the relative position is negative",
            edit=("return None if high is None else -high, -low", "return low, high"),
        ),
        Mutant(
            "greater_first",
            says="give the smaller first",
            edit=("return None if high is None else -high, -low", "return -low, None if high is None else -high"),
        ),
        Mutant(
            "only_the_first",
            says="return two things",
            edit=(
                "        return low, high\n    return None if high is None else -high, -low",
                "        return low\n    return -low",
            ),
        ),
    ],
}
