"""Wrong answers to the exercises of lesson 28, each with the message that it must meet."""

from tools.proof import Mutant

FIRST = "next(shares, 0.0)"
BEST = "return max(score(one) for one in truths)"
F1 = "return 2 * both / (got[1] - got[0] + truth[1] - truth[0])"

MUTANTS = {
    "mean_reciprocal_rank": [
        Mutant(
            "found_only",
            says="you left it out",
            edit=(
                "return sum(values) / len(values)",
                "values = [v for v in values if v] or [0.0]\n    return sum(values) / len(values)",
            ),
        ),
        Mutant("from_two", says="places count from 1", edit=("enumerate(row[:k], 1)", "enumerate(row[:k], 2)")),
        Mutant(
            "all_right",
            says="you added up all of them",
            edit=(FIRST, "sum(shares)"),
        ),
        Mutant(
            "last",
            says="not the last",
            edit=(FIRST, "[0.0, *shares][-1]"),
        ),
        Mutant("no_cut", says="the first k chunks only", edit=("row[:k]", "row")),
        Mutant("one_more", says="place k + 1 is beyond", edit=("row[:k]", "row[: k + 1]")),
        Mutant("one_short", says="the chunk in place k belongs", edit=("row[:k]", "row[: k - 1]")),
        Mutant("hits", says="share of questions with a hit", edit=("1 / n for", "1.0 for")),
        Mutant("total", says="that is the sum over the questions", edit=("sum(values) / len(values)", "sum(values)")),
        Mutant("a_list", says="return one number", edit=("sum(values) / len(values)", "values")),
        Mutant(
            "mean_place",
            says="1 over the mean place",
            edit=(
                "return sum(values) / len(values)",
                "places = [1 / v for v in values if v] or [float('inf')]\n    return len(places) / sum(places)",
            ),
        ),
    ],
    "span_f1": [
        Mutant("mean", says="you took the mean", edit=(BEST, "return sum(score(one) for one in truths) / len(truths)")),
        Mutant("first", says="you took the first", edit=(BEST, "return score(truths[0])")),
        Mutant("last", says="you took the last", edit=(BEST, "return score(truths[-1])")),
        Mutant(
            "largest_overlap",
            says="not the one with the largest overlap",
            edit=(BEST, "return score(max(truths, key=lambda t: min(got[1], t[1]) - max(got[0], t[0])))"),
        ),
        Mutant(
            "inclusive",
            says="the end is not part of a span",
            edit=(
                "def score(truth):",
                "got = (got[0], got[1] + 1)\n\n    def score(truth):\n        truth = (truth[0], truth[1] + 1)",
            ),
        ),
        Mutant("jaccard", says="(Jaccard)", edit=(F1, "return both / (got[1] - got[0] + truth[1] - truth[0] - both)")),
        Mutant("precision", says="precision alone", edit=(F1, "return both / (got[1] - got[0])")),
        Mutant("recall", says="recall alone", edit=(F1, "return both / (truth[1] - truth[0])")),
        Mutant(
            "plain_mean",
            says="F1 is the harmonic one",
            edit=(F1, "return (both / (got[1] - got[0]) + both / (truth[1] - truth[0])) / 2"),
        ),
        Mutant(
            "negative",
            says="yours is below it",
            edit=(
                "max(0, min(got[1], truth[1]) - max(got[0], truth[0]))",
                "min(got[1], truth[1]) - max(got[0], truth[0])",
            ),
        ),
        Mutant(
            "absolute",
            says="yours is above it",
            edit=(
                "max(0, min(got[1], truth[1]) - max(got[0], truth[0]))",
                "abs(min(got[1], truth[1]) - max(got[0], truth[0]))",
            ),
        ),
        Mutant(
            "refused_right",
            says="None refuses to give it",
            edit=("return float(got is None and not truths)", "return float(got is None)"),
        ),
        Mutant(
            "any_span",
            says="every span is wrong",
            edit=("return float(got is None and not truths)", "return float(not truths)"),
        ),
    ],
    "find_quote": [
        Mutant(
            "squeezed",
            says="the original has more white space",
            edit=(
                "found = re.search(pattern, text, re.DOTALL)",
                'found = re.search(pattern, " ".join(text.split()), re.DOTALL)',
            ),
        ),
        Mutant(
            "any_order",
            says="the parts must stand in their order",
            source="""
            def find_quote(quote, text):
                import re
                parts = [part.split() for part in quote.split("…") if part.strip()]
                spans = [re.search(r"\\s+".join(map(re.escape, words)), text) for words in parts]
                if not parts or not all(spans):
                    return None
                return min(one.start() for one in spans), max(one.end() for one in spans)
        """,
        ),
        Mutant(
            "independent",
            says="not from the beginning of the text",
            source="""
            def find_quote(quote, text):
                import re
                parts = [part.split() for part in quote.split("…") if part.strip()]
                spans = [re.search(r"\\s+".join(map(re.escape, words)), text) for words in parts]
                if not parts or not all(spans):
                    return None
                if any(two.start() < one.end() for one, two in zip(spans, spans[1:])):
                    return None
                return spans[0].start(), spans[-1].end()
        """,
        ),
        Mutant(
            "whole_words",
            says="inside a word",
            edit=("for words in parts)\n", "for words in parts)\n    pattern = r'(?<!\\w)' + pattern + r'(?!\\w)'\n"),
        ),
        Mutant("apart", says="nothing need be left out", edit=('".*?".join', '".+?".join')),
        Mutant("no_space", says="the text must have some", edit=('r"\\s+".join', 'r"\\s*".join')),
        Mutant(
            "three_dots",
            says="three dots are three dots",
            edit=('quote.split("…")', 'quote.replace("...", "…").split("…")'),
        ),
        Mutant("greedy", says="not at the last", edit=('".*?".join', '".*".join')),
        Mutant("one_line", says="go over the end of a line", edit=("text, re.DOTALL)", "text)")),
        Mutant("pattern", says="stands for itself", edit=("map(re.escape, words)", "words")),
        Mutant("any_case", says="capital and small", edit=("re.DOTALL)", "re.DOTALL | re.IGNORECASE)")),
        Mutant("spaces", says="any run of white space", edit=('r"\\s+".join', '" ".join')),
        Mutant(
            "first_part",
            says="that of the first part",
            edit=(
                "return found.span() if found else None",
                "return re.search(pattern.split('.*?')[0], text).span() if found else None",
            ),
        ),
        Mutant(
            "the_text",
            says="not the text between them",
            edit=("return found.span() if found else None", "return found[0] if found else None"),
        ),
        Mutant(
            "empty",
            says="without any word is none",
            edit=("if not parts:\n        return None", "if not parts:\n        return 0, 0"),
        ),
        Mutant(
            "overlap",
            says="yours overlap",
            source="""
            def find_quote(quote, text):
                import re
                at, first, last = 0, None, None
                for part in [part.split() for part in quote.split("…") if part.strip()]:
                    found = re.compile(r"\\s+".join(map(re.escape, part))).search(text, at)
                    if not found:
                        return None
                    first = found.start() if first is None else first
                    at, last = found.start() + 1, found.end()
                return None if first is None else (first, last)
        """,
        ),
    ],
}
