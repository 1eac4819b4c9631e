from tools.proof import Mutant

MUTANTS = {
    "count_pairs": [
        Mutant(
            "joined",
            says="must not meet the first of the next",
            edit=("for doc in docs:", "for doc in [[word for doc in docs for word in doc]]:"),
        ),
        Mutant("short_range", says="still has a weight", edit=("range(1, window + 1)", "range(1, window)")),
        Mutant("inverse", says="this is 1 / d", edit=("(window - d + 1) / window", "1 / d")),
        Mutant("flat", says="every one counts 1", edit=("(window - d + 1) / window", "1")),
        Mutant(
            "one_less", says="not (window - d) / window", edit=("(window - d + 1) / window", "(window - d) / window")
        ),
        Mutant("not_divided", says="divide the weight by the window", edit=(" / window", "")),
        Mutant(
            "one_way",
            says="in both directions",
            edit=("table[other, word] = table.get((other, word), 0) + weight", "pass"),
        ),
        Mutant(
            "equal_once",
            says="the meeting still counts twice",
            edit=("table[other, word] =", "if other != word: table[other, word] ="),
        ),
        Mutant(
            "never_itself",
            says="a word may stand near itself",
            edit=("if i + d < len(doc):", "if i + d < len(doc) and doc[i + d] != word:"),
        ),
        Mutant(
            "as_given",
            says="this is not the weight of every pair",
            source="""
            def count_pairs(docs, window):
                text = [word for doc in docs for word in doc]
                table = {}
                for i, word in enumerate(text):
                    for d in range(1, window):
                        if i + d < len(text):
                            pair = (word, text[i + d])
                            table[pair] = table.get(pair, 0) + 1 / d
                return table
        """,
        ),
        Mutant(
            "zeros",
            says="never met",
            edit=(
                "    table = {}",
                "    table = {(p, q): 0 for doc in docs for p in doc for other in docs for q in other}",
            ),
        ),
        Mutant(
            "mirrored",
            says="overwrites it",
            source="""
            def count_pairs(docs, window):
                table = {}
                for doc in docs:
                    for i, word in enumerate(doc):
                        for d, other in enumerate(doc[i + 1 : i + 1 + window], 1):
                            table[word, other] = table.get((word, other), 0) + (window - d + 1) / window
                for a, b in list(table):
                    table[b, a] = table[a, b]
                return table
        """,
        ),
        Mutant(
            "replaced",
            says="the last one replaced the earlier ones",
            source="""
            def count_pairs(docs, window):
                table = {}
                for doc in docs:
                    for i, word in enumerate(doc):
                        for d, other in enumerate(doc[i + 1 : i + 1 + window], 1):
                            table[word, other] = table[other, word] = (window - d + 1) / window
                return table
        """,
        ),
    ],
    "mul_scores": [
        Mutant(
            "no_unit",
            says="divide every row by its length",
            edit=("vectors / np.linalg.norm(vectors, axis=1, keepdims=True)", "vectors"),
        ),
        Mutant(
            "matrix_norm",
            says="these are not the scores",
            edit=("np.linalg.norm(vectors, axis=1, keepdims=True)", "np.linalg.norm(vectors)"),
        ),
        Mutant("no_shift", says="into the range 0 to 1", edit=("(unit @ unit[word] + 1) / 2", "unit @ unit[word]")),
        Mutant("swapped_ab", says="a and b are swapped", edit=("in (a, b, c))", "in (b, a, c))")),
        Mutant("swapped_ac", says="a and c are swapped", edit=("in (a, b, c))", "in (c, b, a))")),
        Mutant(
            "adds",
            says="here you multiply and divide",
            edit=("scores = near_b * near_c / (near_a + 0.001)", "scores = unit @ (unit[b] - unit[a] + unit[c])"),
        ),
        Mutant("no_epsilon", says="the 0.001 in the denominator is missing", edit=("(near_a + 0.001)", "near_a")),
        Mutant("no_division", says="divide by the nearness to a", edit=(" / (near_a + 0.001)", "")),
        Mutant("brackets", says="before you divide", edit=("(near_a + 0.001)", "near_a + 0.001")),
        Mutant("half_forgotten", says="forgot the half", edit=("(unit @ unit[word] + 1) / 2", "unit @ unit[word] + 1")),
        Mutant("all_allowed", says="give all three minus infinity", edit=("scores[[a, b, c]] = -np.inf", "pass")),
        Mutant("only_c", says="only one of the three words", edit=("scores[[a, b, c]]", "scores[c]")),
        Mutant("b_allowed", says="b may be no answer", edit=("scores[[a, b, c]]", "scores[[a, c]]")),
        Mutant("a_allowed", says="a may be no answer", edit=("scores[[a, b, c]]", "scores[[b, c]]")),
        Mutant("zero", says="not 0", edit=("= -np.inf", "= 0")),
        Mutant(
            "removed",
            says="keep a score for every word",
            edit=("    return scores", "    return np.delete(scores, [a, b, c])"),
        ),
    ],
    "single_word_p": [
        Mutant("strict", says="not larger", edit=(">= found - 1e-9", "> found + 1e-9")),
        Mutant(
            "added_once_more",
            says="do not add it again",
            edit=(
                "return float(np.mean(np.array(splits) >= found - 1e-9))",
                "return (sum(s >= found - 1e-9 for s in splits) + 1) / (len(splits) + 1)",
            ),
        ),
        Mutant("smaller", says="you counted the smaller ones", edit=(">= found - 1e-9", "< found - 1e-9")),
        Mutant("at_most", says="at most as large", edit=(">= found - 1e-9", "<= found + 1e-9")),
        Mutant(
            "two_sided",
            says="leans to either side",
            edit=("np.array(splits) >= found - 1e-9", "np.abs(splits) >= abs(found) - 1e-9"),
        ),
        Mutant(
            "other_size",
            says="must be as large as A",
            edit=("range(len(every)), len(a))", "range(len(every)), len(b))"),
        ),
        Mutant(
            "half", says="not half of all", edit=("range(len(every)), len(a))", "range(len(every)), len(every) // 2)")
        ),
        Mutant("no_tolerance", says="use 1e-9", edit=("found - 1e-9", "found")),
        Mutant("dots", says="use cosines", edit=(" / np.linalg.norm(every, axis=1) / np.linalg.norm(word)", "")),
        Mutant("count", says="return their share", edit=("np.mean(np.array", "np.sum(np.array")),
        Mutant(
            "association",
            says="this is the association",
            edit=("return float(np.mean(np.array(splits) >= found - 1e-9))", "return found"),
        ),
    ],
}
