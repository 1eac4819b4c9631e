"""Wrong answers to the exercises of lesson 25, each with the message that it must meet."""

from tools.proof import Mutant

MUTANTS = {
    "rhyme_kind": [
        Mutant(
            "last_vowel",
            says="and not at the last one",
            edit=('phone[-1] in "12")', "phone[-1].isdigit())"),
        ),
        Mutant("only_main", says="a vowel with a 2 is stressed, too", edit=('phone[-1] in "12")', 'phone[-1] == "1")')),
        Mutant("no_identical", says="that is identical", edit=("if onsets[0] == onsets[1]:", "if False:")),
        Mutant(
            "one_consonant",
            says="not the last one alone",
            edit=(
                "while first > 0 and not phones[first - 1][-1].isdigit():",
                "if first > 0 and not phones[first - 1][-1].isdigit():",
            ),
        ),
        Mutant(
            "whole_word",
            says="not those of the whole word",
            edit=("for phone in phones[start:])\n    if", "for phone in phones)\n    if"),
        ),
        Mutant(
            "feminine_first",
            says="a feminine rhyme, too, is identical",
            edit=("if onsets[0] == onsets[1]:", "if onsets[0] == onsets[1] and vowels == 1:"),
        ),
        Mutant(
            "swapped",
            says="one vowel in the rhyming part makes it masculine",
            edit=('"masculine" if vowels == 1 else "feminine"', '"feminine" if vowels == 1 else "masculine"'),
        ),
        Mutant(
            "by_the_last_sound",
            says="also when a consonant ends it",
            edit=('"masculine" if vowels == 1 else', '"masculine" if not a[-1][-1].isdigit() or vowels == 1 else'),
        ),
        Mutant(
            "open_is_feminine",
            says="also when nothing follows the vowel",
            edit=('"masculine" if vowels == 1 else', '"masculine" if vowels == 1 and not a[-1].endswith("1") else'),
        ),
    ],
    "pick": [
        Mutant("relevant", says="those are the most relevant ones", edit=("- (1 - weight) * alike", "")),
        Mutant(
            "mean",
            says="the mean similarity",
            edit=(
                "max((similarity[i][j] for j in picked), default=0.0)",
                "np.mean([similarity[i][j] for j in picked]) if picked else 0.0",
            ),
        ),
        Mutant(
            "last",
            says="the last picked one only",
            edit=("for j in picked), default", "for j in picked[-1:]), default"),
        ),
        Mutant("least", says="the smallest similarity", edit=("max((similarity", "min((similarity")),
        Mutant(
            "summed",
            says="you summed",
            edit=("max((similarity[i][j] for j in picked), default=0.0)", "sum(similarity[i][j] for j in picked)"),
        ),
        Mutant(
            "swapped",
            says="the other way round",
            edit=("weight * relevance[i] - (1 - weight) * alike", "(1 - weight) * relevance[i] - weight * alike"),
        ),
        Mutant("added", says="taken off, not added", edit=("- (1 - weight)", "+ (1 - weight)")),
        Mutant("full", says="you took it off in full", edit=("(1 - weight) * alike", "alike")),
        Mutant(
            "sorted", says="in the order in which they were picked", edit=("return picked", "return sorted(picked)")
        ),
        Mutant("twice", says="picked twice", edit=("left.remove(best)", "pass")),
        Mutant("a_set", says="it must return list", edit=("return picked", "return set(picked)")),
        Mutant(
            "last_of_ties", says="you take the last one", edit=("max(left, key=value)", "max(left[::-1], key=value)")
        ),
        Mutant(
            "from_zero",
            says="do not start from 0",
            edit=(
                "max((similarity[i][j] for j in picked), default=0.0)",
                "max([0.0, *(similarity[i][j] for j in picked)])",
            ),
        ),
        Mutant(
            "above_zero",
            says="values may be negative",
            source="""
            def pick(relevance, similarity, k, weight):
                picked = []
                for _ in range(min(k, len(relevance))):
                    best, high = None, -0.6 if picked else 0.0
                    for i in range(len(relevance)):
                        alike = max((similarity[i][j] for j in picked), default=0.0)
                        value = weight * relevance[i] - (1 - weight) * alike
                        if i not in picked and value > high:
                            best, high = i, value
                    if best is not None:
                        picked.append(best)
                return picked
        """,
        ),
    ],
    "force_before_end": [
        Mutant("from_the_start", says="you count the whole phrase as missing", edit=("max(n for n", "min(n for n")),
        Mutant("early", says="one token too early", edit=("> left:", ">= left:")),
        Mutant("late", says="one token too late", edit=("> left:", "> left + 1:")),
        Mutant(
            "bag",
            says="not directly one after another",
            edit=("any(ids[i : i + size] == phrase for i in range(len(ids) - size + 1))", "set(phrase) <= set(ids)"),
        ),
        Mutant("may_end", says="the text must not end", edit=("token == end or ", "")),
        Mutant(
            "zero",
            says="keeps its own logit",
            edit=("    return out", "    return np.where(np.isfinite(out), 0.0, out)"),
        ),
        Mutant("always", says="nothing is changed", edit=("if any(", "if False and any(")),
        Mutant("changed", says="changed its input", edit=("out = logits.astype(float)", "out = logits")),
        Mutant(
            "last_token_only",
            says="look further back than the new token",
            edit=("most = min(size, len(text))", "most = min(size, len(text), 1)"),
        ),
        Mutant(
            "the_state_before",
            says="loses what was begun",
            source="""
            def force_before_end(logits, ids, phrase, length, end):
                size = len(phrase)
                if any(ids[i : i + size] == phrase for i in range(len(ids) - size + 1)):
                    return logits.copy()
                out = logits.astype(float)
                out[end] = -np.inf
                n = max(n for n in range(min(size - 1, len(ids)) + 1) if ids[len(ids) - n :] == phrase[:n])
                if length - len(ids) <= size - n:
                    only = np.full(len(out), -np.inf)
                    only[phrase[n]] = logits[phrase[n]]
                    return only
                return out
        """,
        ),
        Mutant(
            "without_fallback",
            says="when a beginning fails",
            source="""
            def force_before_end(logits, ids, phrase, length, end):
                size, left = len(phrase), length - len(ids) - 1
                if any(ids[i : i + size] == phrase for i in range(len(ids) - size + 1)):
                    return logits.copy()

                def missing(text):
                    n = 0
                    for token in text:
                        n = n + 1 if n < size and token == phrase[n] else int(token == phrase[0])
                    return size - n

                out = logits.astype(float)
                for token in range(len(out)):
                    if token == end or missing([*ids, token]) > left:
                        out[token] = -np.inf
                return out
        """,
        ),
        Mutant(
            "anywhere",
            says="what stands further in front does not count",
            edit=(
                "if text[len(text) - n :] == phrase[:n])",
                "if any(text[i : i + n] == phrase[:n] for i in range(len(text))))",
            ),
        ),
    ],
}
