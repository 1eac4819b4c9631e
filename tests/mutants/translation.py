"""Wrong answers to the exercises of lesson 26, each with the message that it must meet."""

from tools.proof import Mutant

LONGER = "max(len(reads), n_reference)"
FILL = 'return values[number] if number < len(values) else ""'
ONE_BLANK = 'return re.sub(" +", " ", filled),'
LOST = "[value for number, value in enumerate(values) if number not in seen]"
SEEN = "np.minimum(weights.sum(axis=0), 1.0)"
SUM = "beta * np.log(seen).sum()"
SCORE = "log_prob / ((5 + len(weights)) / 6) ** alpha"

MUTANTS = {
    "fair_lagging": [
        Mutant("own_length", says="of the translation alone", edit=(LONGER, "len(reads)")),
        Mutant("reference", says="of the reference alone", edit=(LONGER, "n_reference")),
        Mutant("all_words", says="you count all words", edit=("if read >= n_source:", "if False:")),
        Mutant("one_late", says="count t from 0", edit=("t * step", "(t + 1) * step")),
        Mutant("over_all", says="not by all that were written", edit=("total / (t + 1)", "total / len(reads)")),
        Mutant("no_due", says="take off what was due", edit=("read - t * step", "read")),
        Mutant(
            "stops_before",
            says="you stop before it",
            source="""
            def fair_lagging(reads, n_source, n_reference):
                step = n_source / max(len(reads), n_reference)
                late = [read - t * step for t, read in enumerate(reads) if read < n_source]
                return sum(late) / len(late)
        """,
        ),
        Mutant("empty", says="no division by zero", edit=("return n_source", "return 0.0")),
        Mutant(
            "never",
            says="ended before all was heard",
            edit=("total / (t + 1)", "total / (t + 1) if read >= n_source else total / n_source"),
        ),
    ],
    "put_back": [
        Mutant("invented_stay", says="you leave it in the text", edit=(FILL, FILL.replace('""', "match[0]"))),
        Mutant("one_digit", says="two digits or more", edit=(r"<p(\d+)>", r"<p(\d)>")),
        Mutant("the_seen", says="that were *not* written", edit=("number not in seen", "number in seen")),
        Mutant("backwards", says="in the order of their numbers", edit=(LOST, LOST + "[::-1]")),
        Mutant("numbers", says="not the numbers of the slots", edit=("[value for", "[number for")),
        Mutant("by_value", says="go by the numbers", edit=("number not in seen", "value not in filled")),
        Mutant("a_list", says="it must return tuple", edit=("return filled, " + LOST, "return [filled, " + LOST + "]")),
        Mutant("stripped", says="those at its ends too", edit=("return filled,", "return filled.strip(),")),
        Mutant("one_blank", says="you made one of several", edit=("return filled,", ONE_BLANK)),
        Mutant(
            "blank_before",
            says="the blank before it stays",
            source=r"""
            def put_back(text, values):
                met = {int(n) for n in re.findall(r"<p(\d+)>", text)}
                fill = lambda match: match[1] + values[int(match[2])] if int(match[2]) < len(values) else ""
                filled = re.sub(r"( ?)<p(\d+)>", fill, text)
                return filled, [value for number, value in enumerate(values) if number not in met]
        """,
        ),
        Mutant(
            "lost_once",
            says="both are lost",
            edit=(LOST, f"list(dict.fromkeys({LOST}))"),
        ),
        Mutant(
            "in_turn",
            says="the number says which value it is",
            source=r"""
            def put_back(text, values):
                met = {int(n) for n in re.findall(r"<p(\d+)>", text)}
                turn = iter(values)
                filled = re.sub(r"<p\d+>", lambda match: next(turn, ""), text)
                return filled, [value for number, value in enumerate(values) if number not in met]
        """,
        ),
        Mutant(
            "once",
            says="a slot may stand there twice",
            edit=("seen.add(number)", 'if number in seen:\n            return ""\n        seen.add(number)'),
        ),
        Mutant(
            "one_after_the_other",
            says="replace all slots in one pass",
            source=r"""
            def put_back(text, values):
                lost = [value for number, value in enumerate(values) if f"<p{number}>" not in text]
                for number, value in enumerate(values):
                    text = text.replace(f"<p{number}>", value)
                return re.sub(r"<p\d+>", "", text), lost
        """,
        ),
    ],
    "covered_score": [
        Mutant("wrong_axis", says="your coverage is 0", edit=("axis=0", "axis=1")),
        Mutant("uncapped", says="counts as 1 at most", edit=(SEEN, "weights.sum(axis=0)")),
        Mutant("plain_length", says="that is the plain length", edit=(SCORE, "log_prob / len(weights) ** alpha")),
        Mutant("mean", says="not a mean", edit=(SUM, "beta * np.log(seen).mean()")),
        Mutant("taken_off", says="and is added", edit=("score + beta", "score - beta")),
        Mutant("no_log", says="take the logarithm", edit=("np.log(seen)", "seen")),
        Mutant("columns", says="the number of rows", edit=("5 + len(weights)", "5 + weights.shape[1]")),
        Mutant("zero_times_infinity", says="0 times infinity is nan", edit=("if beta == 0:", "if False:")),
        Mutant(
            "floored",
            says="the score is minus infinity",
            edit=("np.log(seen)", "np.log(np.maximum(seen, 1e-9))"),
        ),
    ],
}
