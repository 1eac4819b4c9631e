"""Wrong answers to the exercises of lesson 19, each with the message that it must meet."""

from tools.proof import Mutant

COUNT = "        right += int((model(x).argmax(1) == labels).sum())\n        total += len(labels)\n"
SAME = " and words[i].lower() != words[j].lower()"
BARE = "word.rstrip(signs).lower()"
REACH = "reach = 0 if word[-1] in signs else 3"
WHOLE = 'bare in ("not", "no", "never", "without")'
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
        Mutant(
            "attribute_both",
            says="does not reach the layers within",
            source="""
            def accuracy(model, batches):
                before, model.training = model.training, False
                right = sum(int((model(x).argmax(1) == labels).sum()) for x, labels in batches)
                model.training = before
                return right / sum(len(labels) for _, labels in batches)
            """,
        ),
        Mutant(
            "attribute_back",
            says="not in the mode that they had",
            edit=("model.train(before)", "model.training = before"),
        ),
        Mutant(
            "first_times",
            says="as if every batch were as long as the first",
            edit=("return right / total", "return right / (len(batches[0][1]) * len(batches))"),
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
        Mutant("unstripped", says="a sign at its end: look at it without", edit=(BARE, "word.lower()")),
        Mutant(
            "one_stripped",
            says="several signs at its end",
            edit=(BARE, "(word[:-1] if word[-1] in signs else word).lower()"),
        ),
        Mutant(
            "inner_sign",
            says="that in `3.5` does not",
            edit=("if words[j][-1] in signs", "if any(sign in words[j] for sign in signs)"),
        ),
        Mutant("exact", says="`The` and `the` are the same word", edit=(SAME, " and words[i] != words[j]")),
        Mutant(
            "bare_compared",
            says="the whole word counts, with its signs",
            edit=(SAME, " and words[i].rstrip(signs).lower() != words[j].rstrip(signs).lower()"),
        ),
        Mutant("ends_nt", says="`brilliant`, which ends in nt", edit=('endswith("n\'t")', 'endswith(("n\'t", "nt"))')),
        Mutant(
            "ending",
            says="`piano` ends in a negation",
            edit=(WHOLE, 'bare.endswith(("not", "no", "never", "without"))'),
        ),
        Mutant(
            "beginning",
            says="`nothing` begins with a negation",
            edit=(WHOLE, 'bare.startswith(("not", "no", "never", "without"))'),
        ),
        Mutant(
            "inside",
            says="`another` holds a negation",
            edit=(WHOLE, 'any(one in bare for one in ("not", "no", "never", "without"))'),
        ),
        Mutant(
            "not_anew",
            says="governs anew",
            edit=("        if bare in (", "        if not free[i]:\n            continue\n        if bare in ("),
        ),
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
        Mutant(
            "highest_reported",
            says="the first number is each seed's highest test accuracy",
            edit=(RETURN, "return float(test.max(1).mean()), float(test.max(1).mean() - reported)"),
        ),
        Mutant(
            "optimism_valid",
            says="these are those on validation",
            edit=(RETURN, "return float(reported), float(valid.max(1).mean() - reported)"),
        ),
        Mutant(
            "arguments",
            says="`valid` and `test` are exchanged",
            edit=("chosen = valid.argmax(1)", "valid, test = test, valid\n    chosen = valid.argmax(1)"),
        ),
        Mutant(
            "turned",
            says="it is the other way round",
            edit=(
                "    chosen = valid.argmax(1)\n    reported = test[",
                "    chosen = test.argmax(1)\n    reported = valid[",
            ),
        ),
        Mutant("one_number", says="return two numbers", edit=(RETURN, "return float(reported)")),
        Mutant(
            "columns",
            says="a row is a seed",
            edit=("chosen = valid.argmax(1)", "valid, test = valid.T, test.T\n    chosen = valid.argmax(1)"),
        ),
    ],
}
