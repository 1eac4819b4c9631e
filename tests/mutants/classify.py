"""Wrong answers to the exercises of lesson 19, each with the message that it must meet."""

from tools.proof import Mutant

COUNT = "        right += int((model(x).argmax(1) == labels).sum())\n        total += len(labels)\n"
SAME = " and words[i].lower() != words[j].lower()"
BARE = "word.rstrip(signs).lower()"
REACH = "reach = 0 if word[-1] in signs else 3"
FIX, END = "                free[j] = False\n", "                if words[j][-1] in signs:\n                    break\n"
RETURN = "return float(reported), float(test.max(1).mean() - reported)"

MUTANTS = {
    "accuracy": [
        Mutant("dropout", says="in training mode, with dropout on", edit=("    model.eval()\n", "")),
        Mutant(
            "by_batch",
            says="a short batch must not count as much",
            edit=(
                COUNT,
                "        right += float((model(x).argmax(1) == labels).mean())\n        total += 1\n",
            ),
        ),
        Mutant(
            "last_batch",
            says="that is the last batch alone",
            edit=(COUNT, COUNT.replace("+=", "=")),
        ),
        Mutant("wrong_ones", says="the share of wrong answers", edit=("== labels", "!= labels")),
        Mutant("number", says="divide by the number of examples", edit=("return right / total", "return right")),
        Mutant("stays", says="is in evaluation mode now", edit=("    model.train(before)\n", "")),
        Mutant("always_training", says="is in training mode now", edit=("model.train(before)", "model.train()")),
        Mutant(
            "asked_twice",
            says="once for each batch",
            edit=("        total += len(labels)\n", "        total += len(model(x))\n"),
        ),
    ],
    "allowed_pairs": [
        Mutant("movable", says="the negation itself must stay", edit=("            free[i] = False\n", "")),
        Mutant("two", says="three words after it, not two", edit=("else 3", "else 2")),
        Mutant("four", says="three words after it, not four", edit=("else 3", "else 4")),
        Mutant("alone", says="may not move either", edit=("else 3", "else 0")),
        Mutant("endless", says="at most three words", edit=("else 3", "else 99")),
        Mutant("not_nt", says="words that end in n't", edit=(' or bare.endswith("n\'t")', "")),
        Mutant("capitals", says="may be written in capitals", edit=(BARE, "word.rstrip(signs)")),
        Mutant("same_word", says="the same word are no pair", edit=(SAME, "")),
        Mutant("both_ways", says="each pair must stand there once", edit=("i < j and", "i != j and")),
        Mutant("backwards", says="give each pair as (i, j) with i < j", edit=("(i, j) for", "(j, i) for")),
        Mutant("from_one", says="places are counted from 0", edit=("(i, j) for", "(i + 1, j + 1) for")),
        Mutant(
            "no_sign",
            says="a sign ends what a negation governs",
            edit=(END, ""),
        ),
        Mutant(
            "before_sign",
            says="the word that bears the sign is still governed",
            edit=(FIX + END, END + FIX),
        ),
        Mutant("own_sign", says="governs nothing", edit=(REACH, "reach = 3")),
        Mutant("unstripped", says="look at it without", edit=(BARE, "word.lower()")),
    ],
    "honest_report": [
        Mutant("by_test", says="the test has chosen", edit=("valid.argmax(1)", "test.argmax(1)")),
        Mutant(
            "validation",
            says="the accuracy reported is that on the test",
            edit=("test[np.arange(len(test)), chosen].mean()", "valid.max(1).mean()"),
        ),
        Mutant("one_for_all", says="you chose one for all", edit=("valid.argmax(1)", "valid.mean(0).argmax()")),
        Mutant("last", says="that is the last epoch", edit=("valid.argmax(1)", "-1")),
        Mutant(
            "latest",
            says="the earliest is to be taken",
            edit=("valid.argmax(1)", "valid.shape[1] - 1 - valid[:, ::-1].argmax(1)"),
        ),
        Mutant(
            "sign",
            says="the sign of the optimism",
            edit=("test.max(1).mean() - reported", "reported - test.max(1).mean()"),
        ),
        Mutant(
            "not_subtracted",
            says="subtract what is reported",
            edit=("test.max(1).mean() - reported", "test.max(1).mean()"),
        ),
        Mutant("highest_of_all", says="you took the highest of all", edit=("test.max(1).mean()", "test.max()")),
        Mutant("mean_curve", says="the highest of the mean curve", edit=("test.max(1).mean()", "test.mean(0).max()")),
        Mutant(
            "exchanged",
            says="the two numbers are exchanged",
            edit=(RETURN, "return float(test.max(1).mean() - reported), float(reported)"),
        ),
        Mutant("one_number", says="return two numbers", edit=(RETURN, "return float(reported)")),
        Mutant(
            "columns",
            says="a row is a seed",
            edit=("chosen = valid.argmax(1)", "valid, test = valid.T, test.T\n    chosen = valid.argmax(1)"),
        ),
    ],
}
