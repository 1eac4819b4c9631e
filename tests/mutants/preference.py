"""Wrong answers to the exercises of lesson 21, each with the message that it must meet."""

from tools.proof import Mutant

RULE = 'return float(once and answer.endswith(f"<{total}>"))'
ONCE = 'once = answer.count("<") == 1 and answer.count(">") == 1'
MEAN_BETTER = "(better * counted_better).sum(axis=1) / counted_better.sum(axis=1)"
MEAN_WORSE = "(worse * counted_worse).sum(axis=1) / counted_worse.sum(axis=1)"
LOSS = "return np.logaddexp(0, -margin).mean()"
GRPO = "return centred / np.where(equal, 1, spread) / lengths / rewards.size"
DR = "return centred / longest / rewards.size"

MUTANTS = {
    "strict_rule": [
        Mutant("anywhere", says="it stands in no brackets", edit=(RULE, "return float(str(total) in answer)")),
        Mutant(
            "begins",
            says="begins with the right digits was rewarded",
            edit=(RULE, 'return float(once and f"<{total}" in answer)'),
        ),
        Mutant(
            "whole_text",
            says="ends with the right number in brackets and is worth 1",
            edit=(RULE, 'return float(answer == f"<{total}>")'),
        ),
        Mutant("last_one", says="two answers were given, and the first is wrong", edit=(ONCE, "once = True")),
        Mutant(
            "first_one",
            says="two answers were given, and the last is wrong",
            source="""
            def strict_rule(answer, total):
                import re

                found = re.search(r"<([0-9]+)>", answer)
                return float(found is not None and found[1] == str(total))
        """,
        ),
        Mutant(
            "not_at_the_end",
            says="goes on behind the bracket",
            edit=(RULE, 'return float(once and f"<{total}>" in answer)'),
        ),
        Mutant(
            "computes",
            says="the sum itself was handed in",
            source="""
            def strict_rule(answer, total):
                import re

                found = re.fullmatch(r"[^<>]*<([^<>]+)>", answer)
                return float(found is not None and eval(found[1].lstrip("0 ")) == total)
        """,
        ),
        Mutant(
            "as_integer",
            says="a zero stands before the number",
            source="""
            def strict_rule(answer, total):
                import re

                found = re.fullmatch(r"[^<>]*<([0-9]+)>", answer)
                return float(found is not None and int(found[1]) == total)
        """,
        ),
        Mutant(
            "other_script",
            says="digits of another script",
            source="""
            def strict_rule(answer, total):
                import re

                found = re.fullmatch(r"[^<>]*<((?!0)\\d+)>", answer)
                return float(found is not None and int(found[1]) == total)
        """,
        ),
        Mutant(
            "stripped",
            says="there are spaces within the brackets",
            source="""
            def strict_rule(answer, total):
                import re

                found = re.fullmatch(r"[^<>]*<([^<>]*)>", answer)
                return float(found is not None and found[1].strip() == str(total))
        """,
        ),
        Mutant(
            "dollar",
            says="a line break stands behind the bracket",
            source="""
            def strict_rule(answer, total):
                import re

                return float(re.match(f"[^<>]*<{total}>$", answer) is not None)
        """,
        ),
        Mutant("opening_only", says="a `>` stands in the text before", edit=(ONCE, 'once = answer.count("<") == 1')),
        Mutant("closing_only", says="a `<` stands in the text before", edit=(ONCE, 'once = answer.count(">") == 1')),
        Mutant("truth", says="it must return", edit=(RULE, 'return "right" if once else "wrong"')),
    ],
    "simpo_loss": [
        Mutant(
            "sums",
            says="SimPO takes the mean over the answer's tokens",
            edit=(
                f"mean_better = {MEAN_BETTER}\n    mean_worse = {MEAN_WORSE}",
                "mean_better = (better * counted_better).sum(axis=1)\n"
                "    mean_worse = (worse * counted_worse).sum(axis=1)",
            ),
        ),
        Mutant(
            "prompt",
            says="the prompt and the padding were counted",
            edit=(
                f"mean_better = {MEAN_BETTER}\n    mean_worse = {MEAN_WORSE}",
                "mean_better = better.mean(axis=1)\n    mean_worse = worse.mean(axis=1)",
            ),
        ),
        Mutant(
            "width",
            says="you divided by the width of the row",
            edit=(
                f"mean_better = {MEAN_BETTER}\n    mean_worse = {MEAN_WORSE}",
                "mean_better = (better * counted_better).mean(axis=1)\n"
                "    mean_worse = (worse * counted_worse).mean(axis=1)",
            ),
        ),
        Mutant("gamma_sign", says="gamma is subtracted from the margin", edit=("- gamma", "+ gamma")),
        Mutant("no_gamma", says="gamma is missing", edit=(" - gamma", "")),
        Mutant(
            "gamma_inside",
            says="gamma was multiplied by beta",
            edit=("(mean_better - mean_worse) - gamma", "(mean_better - mean_worse - gamma)"),
        ),
        Mutant(
            "exchanged",
            says="better and worse are exchanged",
            edit=("(mean_better - mean_worse)", "(mean_worse - mean_better)"),
        ),
        Mutant("sign", says="the sign is wrong", edit=(LOSS, "return -np.logaddexp(0, -margin).mean()")),
        Mutant(
            "probability",
            says="that is the mean probability",
            edit=(LOSS, "return (1 / (1 + np.exp(-margin))).mean()"),
        ),
        Mutant(
            "mean_first",
            says="the mean of the margins was taken first",
            edit=(LOSS, "return np.logaddexp(0, -margin.mean())"),
        ),
        Mutant("total", says="the sum over the pairs", edit=(LOSS, "return np.logaddexp(0, -margin).sum()")),
        Mutant("each", says="return one number", edit=(LOSS, "return np.logaddexp(0, -margin)")),
        Mutant(
            "overflow",
            says="`np.exp` overflows",
            edit=(LOSS, "return -np.log(1 / (1 + np.exp(-margin))).mean()"),
        ),
        Mutant(
            "small_number",
            says="the loss was cut off",
            edit=(LOSS, "return -np.log(1 / (1 + np.exp(-margin)) + 1e-12).mean()"),
        ),
        Mutant(
            "pooled",
            says="each answer has a mean of its own",
            edit=(
                f"mean_better = {MEAN_BETTER}\n    mean_worse = {MEAN_WORSE}",
                "mean_better = better[counted_better == 1].mean()\n    mean_worse = worse[counted_worse == 1].mean()",
            ),
        ),
        Mutant(
            "index_by_row",
            says="picks the places 0 and 1",
            edit=(
                f"mean_better = {MEAN_BETTER}\n    mean_worse = {MEAN_WORSE}",
                "mean_better = np.array([row[mask].mean() for row, mask in zip(better, counted_better)])\n"
                "    mean_worse = np.array([row[mask].mean() for row, mask in zip(worse, counted_worse)])",
            ),
        ),
        Mutant(
            "index_at_once",
            says="picks the rows 0 and 1",
            edit=(
                f"mean_better = {MEAN_BETTER}\n    mean_worse = {MEAN_WORSE}",
                "mean_better = better[counted_better].mean()\n    mean_worse = worse[counted_worse].mean()",
            ),
        ),
        Mutant(
            "index_with_axis",
            says="picks whole rows of the batch",
            edit=(
                f"mean_better = {MEAN_BETTER}\n    mean_worse = {MEAN_WORSE}",
                "mean_better = better[counted_better].mean(axis=1)\n    mean_worse = worse[counted_worse].mean(axis=1)",
            ),
        ),
    ],
    "token_weights": [
        Mutant("population", says="divides by G - 1", edit=("ddof=1", "ddof=0")),
        Mutant(
            "of_the_answer",
            says="that is the weight of the answer",
            edit=(" / lengths / rewards.size", " / rewards.size"),
        ),
        Mutant(
            "no_mean", says="the mean over the answers is missing", edit=(" / lengths / rewards.size", " / lengths")
        ),
        Mutant(
            "of_a_group",
            says="you divided by the answers of a group",
            edit=(" / lengths / rewards.size", " / lengths / rewards.shape[1]"),
        ),
        Mutant(
            "everybody",
            says="with its own group, not with all answers",
            source="""
            def token_weights(rewards, lengths, longest=None):
                centred = rewards - rewards.mean()
                if longest is not None:
                    return centred / longest / rewards.size
                return centred / rewards.std(ddof=1) / lengths / rewards.size
        """,
        ),
        Mutant(
            "not_centred",
            says="the rewards were not centred",
            edit=("rewards - rewards.mean(axis=1, keepdims=True)", "rewards"),
        ),
        Mutant(
            "by_tokens",
            says="you divided by all tokens",
            edit=(" / lengths / rewards.size", " / lengths.sum()"),
        ),
        Mutant(
            "same",
            says="you gave the weights of GRPO",
            edit=("    if longest is not None:\n        return centred / longest / rewards.size\n", ""),
        ),
        Mutant(
            "still_spread",
            says="nothing is divided by the standard deviation",
            edit=(DR, "return centred / (rewards.std(axis=1, ddof=1, keepdims=True) + 1e-9) / longest / rewards.size"),
        ),
        Mutant("own_length", says="plays no part", edit=(DR, "return centred / lengths / rewards.size")),
        Mutant("both", says="both are divided by", edit=(DR, "return centred / longest / lengths / rewards.size")),
        Mutant("not_a_number", says="has a standard deviation of 0", edit=("np.where(equal, 1, spread)", "spread")),
        Mutant(
            "above_zero", says="three rewards of 0.1 are equal", edit=("np.where(equal, 1,", "np.where(spread == 0, 1,")
        ),
        Mutant(
            "longest_here",
            says="the greatest of these lengths",
            edit=(DR, "return centred / lengths.max() / rewards.size"),
        ),
        Mutant(
            "columns",
            says="a row: mean and standard deviation go along",
            source="""
            def token_weights(rewards, lengths, longest=None):
                centred = rewards - rewards.mean(axis=0)
                if longest is not None:
                    return centred / longest / rewards.size
                with np.errstate(all="ignore"):
                    return centred / rewards.std(axis=0, ddof=1) / lengths / rewards.size
        """,
        ),
        Mutant(
            "columns_with_eps",
            says="its mean and its standard deviation go along",
            source="""
            def token_weights(rewards, lengths, longest=None):
                centred = rewards - rewards.mean(axis=0)
                if longest is not None:
                    return centred / longest / rewards.size
                return centred / (rewards.std(axis=0, ddof=1) + 1e-9) / lengths / rewards.size
        """,
        ),
        Mutant(
            "spread_of_columns",
            says="as the mean does",
            edit=(
                "    spread = rewards.std(axis=1, ddof=1, keepdims=True)\n"
                "    equal = np.ptp(rewards, axis=1, keepdims=True) == 0\n"
                "    return centred / np.where(equal, 1, spread) / lengths / rewards.size",
                "    spread = rewards.std(axis=0, ddof=1, keepdims=True)\n"
                "    equal = np.ptp(rewards, axis=1, keepdims=True) == 0\n    with np.errstate(all='ignore'):\n"
                "        return centred / np.where(equal, 1, spread) / lengths / rewards.size",
            ),
        ),
        Mutant(
            "mean_of_columns",
            says="as the standard deviation does",
            edit=("rewards.mean(axis=1,", "rewards.mean(axis=0,"),
        ),
        Mutant(
            "mean_of_columns_dr",
            says="with `longest`, too, its mean",
            edit=(DR, "return (rewards - rewards.mean(axis=0)) / longest / rewards.size"),
        ),
    ],
}
