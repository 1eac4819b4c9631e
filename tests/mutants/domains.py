"""Wrong answers to the exercises of lesson 29, each with the message that it must meet."""

from tools.proof import Mutant

NUMBER = r'list(re.finditer(r"\b\d{4}\b", line))'
GAP = "total += len(group) * abs(right[group].mean() - confidence[group].mean())"

MUTANTS = {
    "clean_line": [
        Mutant("prefix_left", says="the prefix is still there", edit=("line = line[len(prefix) :]", "pass")),
        Mutant(
            "prefix_anywhere",
            says="you took it out elsewhere, too",
            edit=("line = line[len(prefix) :]", 'line = line.replace("POS ", "").replace(prefix, "")'),
        ),
        Mutant("first_number", says="the store number is the last one", edit=("numbers[-1]", "numbers[0]")),
        Mutant(
            "any_digits",
            says="you cut at the first digits",
            edit=("numbers[-1].start()", r're.search(r"\d", line).start()'),
        ),
        Mutant(
            "city_left",
            says="the city after it has to go",
            edit=("line[: numbers[-1].start()]", "line[: numbers[-1].start()] + line[numbers[-1].end() :]"),
        ),
        Mutant("not_cut", says="are still there", edit=("line = line[: numbers[-1].start()]", "pass")),
        Mutant("upper", says="lower case, please", edit=("line.lower().split()", "line.split()")),
        Mutant("spaces", says="single spaces", edit=('" ".join(line.lower().split())', "line.lower()")),
        Mutant(
            "five_digits",
            says="five digits are no store number",
            edit=(NUMBER, r'list(re.finditer(r"\b\d{4,}\b", line))'),
        ),
        Mutant("inside", says="inside a longer word", edit=(NUMBER, r'list(re.finditer(r"(?<!\d)\d{4}(?!\d)", line))')),
        Mutant("two_prefixes", says="when a prefix is found, stop looking", edit=("            break\n", "")),
        Mutant(
            "all_prefixes",
            says="one prefix is taken off, once",
            source="""
            def clean_line(line):
                while any(line.startswith(prefix) for prefix in PREFIXES):
                    line = line[max(len(prefix) for prefix in PREFIXES if line.startswith(prefix)) :]
                numbers = list(re.finditer(r"\\b\\d{4}\\b", line))
                line = line[: numbers[-1].start()] if numbers else line
                return " ".join(line.lower().split())
        """,
        ),
        Mutant(
            "lower_first",
            says="the prefixes are in upper case",
            edit=("line.startswith(prefix)", "line.lower().startswith(prefix.lower())"),
        ),
        Mutant(
            "stripped_first",
            says="does not begin with a prefix",
            edit=("for prefix in", "line = line.strip()\n    for prefix in"),
        ),
        Mutant(
            "no_digit_after",
            says="whatever digits stand after it",
            edit=(NUMBER, r'list(re.finditer(r"\b\d{4}\b(?=\D*$)", line))'),
        ),
        Mutant(
            "needs_number",
            says="stays whole",
            edit=("if numbers:", "if not numbers:\n        return ''\n    if numbers:"),
        ),
    ],
    "even_bins_error": [
        Mutant(
            "unsorted",
            says="sort by confidence first",
            edit=('np.argsort(confidence, kind="stable")', "np.arange(len(confidence))"),
        ),
        Mutant("torn", says="`right` is not", edit=("right[group].mean()", "right[np.argsort(order)[group]].mean()")),
        Mutant(
            "plain_mean",
            says="weigh each with its number",
            edit=(GAP, "total += len(order) / bins * abs(right[group].mean() - confidence[group].mean())"),
        ),
        Mutant(
            "largest",
            says="that is the largest gap",
            edit=(GAP, "total = max(total, len(order) * abs(right[group].mean() - confidence[group].mean()))"),
        ),
        Mutant(
            "signed",
            says="take the absolute value",
            source="""
            def even_bins_error(confidence, right, bins):
                return abs(right.mean() - confidence.mean())
        """,
        ),
        Mutant(
            "single",
            says="mean gap of single answers",
            source="""
            def even_bins_error(confidence, right, bins):
                return abs(right - confidence).mean()
        """,
        ),
        Mutant(
            "squares",
            says="you squared the gaps",
            edit=(
                "abs(right[group].mean() - confidence[group].mean())",
                "(right[group].mean() - confidence[group].mean()) ** 2",
            ),
        ),
        Mutant("sum", says="divide by the number of answers", edit=("total / len(confidence)", "total")),
        Mutant(
            "width",
            says="those are bins of equal width",
            source="""
            def even_bins_error(confidence, right, bins):
                place = np.minimum((confidence * bins).astype(int), bins - 1)
                return sum(
                    (place == b).mean() * abs(right[place == b].mean() - confidence[place == b].mean())
                    for b in range(bins) if (place == b).any()
                )
        """,
        ),
        Mutant(
            "falling",
            says="you sorted the highest first",
            edit=('np.argsort(confidence, kind="stable")', 'np.argsort(-confidence, kind="stable")'),
        ),
        Mutant(
            "apart",
            says="each sorted by themselves",
            edit=(
                'order, total = np.argsort(confidence, kind="stable"), 0.0',
                "confidence, right = np.sort(confidence), np.sort(right)\n"
                "    order, total = np.arange(len(right)), 0.0",
            ),
        ),
        Mutant(
            "unstable",
            says="stay in the order in which they come",
            edit=('np.argsort(confidence, kind="stable")', "np.argsort(confidence)"),
        ),
        Mutant(
            "empty",
            says="leave them out",
            source="""
            def even_bins_error(confidence, right, bins):
                order, total = np.argsort(confidence, kind="stable"), 0.0
                with np.errstate(all="ignore"):
                    for group in np.array_split(order, bins):
                        size = np.float64(len(group))
                        mean = (right[group].sum() - confidence[group].sum()) / size
                        total += len(group) * abs(mean)
                return total / len(confidence)
        """,
        ),
    ],
    "cheapest_threshold": [
        Mutant(
            "chow",
            says="Chow's rule",
            source="""
            def cheapest_threshold(confidence, right, wrong_cost, refusal_cost):
                threshold = 1 - refusal_cost / wrong_cost
                answered = confidence >= threshold
                cost = wrong_cost * (answered & ~right).sum() + refusal_cost * (~answered).sum()
                return threshold, cost / len(right)
        """,
        ),
        Mutant("strict", says=">=, not >", edit=("confidence >= threshold", "confidence > threshold")),
        Mutant("sum", says="not the sum", edit=("cost / len(right)", "cost")),
        Mutant(
            "free",
            says="you charged the errors only",
            edit=("refusal_cost * (~answered).sum()", "0 * (~answered).sum()"),
        ),
        Mutant(
            "swapped",
            says="the prices are swapped",
            edit=(
                "wrong_cost * (answered & ~right).sum() + refusal_cost *",
                "refusal_cost * (answered & ~right).sum() + wrong_cost *",
            ),
        ),
        Mutant("right_charged", says="right answers in place of wrong", edit=("answered & ~right", "answered & right")),
        Mutant(
            "no_end",
            says="refusing everything is cheapest",
            edit=("[*np.unique(confidence), np.inf]", "[*np.unique(confidence)]"),
        ),
        Mutant("exact", says="with a tolerance", edit=("cost < best[1] - 1e-12", "cost < best[1]")),
        Mutant(
            "highest",
            says="take the lowest, which answers most",
            edit=("cost < best[1] - 1e-12", "cost <= best[1] + 1e-12"),
        ),
    ],
}
