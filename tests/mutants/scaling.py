"""Wrong answers to the exercises of lesson 17, each with the message that it must meet."""

from tools.proof import Mutant

LOWEST = "float(np.exp(-b / (2 * a)))"
PRICE = "return 6 * small * (B / left) ** (1 / beta) / flops"
SQUARED = "((floor + factor * x - loss) ** 2)"
ERROR = f"            error = {SQUARED}.sum()\n"
NO_SIZE = '"the parabola opens downwards: no size is best"'

MUTANTS = {
    "best_size": [
        Mutant(
            "plain_axis",
            says="one in the logarithm of the size",
            source="""
            def best_size(sizes, losses):
                if np.polyfit(np.log(sizes), losses, 2)[0] <= 0:
                    raise ValueError("no best size")
                a, b, _ = np.polyfit(sizes / np.mean(sizes), losses, 2)
                return -b / (2 * a) * np.mean(sizes)
        """,
        ),
        Mutant("logarithm", says="that is the logarithm of the size", edit=(LOWEST, "float(-b / (2 * a))")),
        Mutant("best_tried", says="the best of the sizes tried", edit=(LOWEST, "sizes[np.argmin(losses)]")),
        Mutant(
            "the_loss",
            says="that is the lowest loss",
            edit=(LOWEST, "float(np.polyval(np.polyfit(np.log(sizes), losses, 2), -b / (2 * a)))"),
        ),
        Mutant(
            "clipped",
            says="do not clip it to them",
            edit=(LOWEST, "float(np.clip(np.exp(-b / (2 * a)), min(sizes), max(sizes)))"),
        ),
        Mutant("derivative", says="is zero at -b / (2a), not at -b / a", edit=("-b / (2 * a)", "-b / a")),
        Mutant("sign", says="the sign is wrong", edit=("-b / (2 * a)", "b / (2 * a)")),
        Mutant("ten", says="10 was raised to the result", edit=("np.exp(-b", "np.power(10.0, -b")),
        Mutant("both_logs", says="you took their logarithm, too", edit=(", losses, 2)", ", np.log(losses), 2)")),
        Mutant(
            "highest",
            says="it has a highest point and no lowest one",
            edit=(f"    if a <= 0:\n        raise ValueError({NO_SIZE})\n", ""),
        ),
        Mutant("silent", says="say in the ValueError what is wrong", edit=(f"ValueError({NO_SIZE})", "ValueError")),
    ],
    "fit_with_floor": [
        Mutant(
            "no_floor",
            says="that is the straight line on logarithmic axes again",
            source="""
            def fit_with_floor(d, loss, betas):
                slope, height = np.polyfit(np.log(d), np.log(loss), 1)
                return 0.0, np.exp(height), -slope
        """,
        ),
        Mutant(
            "exchanged",
            says="E and B are exchanged",
            edit=("float(floor), float(factor * middle**beta)", "float(factor * middle**beta), float(floor)"),
        ),
        Mutant("largest", says="the exponent with the largest error", edit=("min(candidates)", "max(candidates)")),
        Mutant("first", says="the first exponent was kept", edit=("min(candidates)", "candidates[0]")),
        Mutant("last", says="the last exponent was kept", edit=("min(candidates)", "candidates[-1]")),
        Mutant("not_put_right", says="B not put right afterwards", edit=("factor * middle**beta", "factor")),
        Mutant("wrong_way", says="you multiplied where you should divide", edit=("middle**beta", "middle**-beta")),
        Mutant("two_numbers", says="return three numbers", edit=("[1:]", "[1:3]")),
        Mutant("negative", says="E is below 0", edit=("if floor >= 0:", "if True:")),
        Mutant(
            "set_to_zero",
            says="a negative floor is not set to 0: its exponent is left out;",
            edit=("if floor >= 0:\n" + ERROR, "if True:\n" + ERROR + "            floor = max(0, floor)\n"),
        ),
        Mutant(
            "set_to_zero_at_once",  # its error is large then, so that it is seen only where no floor is above 0
            says="if that leaves none, a ValueError is raised",
            edit=("if floor >= 0:\n", "if True:\n            floor = max(0, floor)\n"),
        ),
        Mutant("relative", says="chosen by the relative error", edit=("- loss) ** 2)", "- loss) ** 2 / loss**2)")),
        Mutant(
            "logarithms",
            says="chosen by the error of the logarithms",
            edit=(SQUARED, "(np.log(np.maximum(floor + factor * x, 1e-9) / loss) ** 2)"),
        ),
        Mutant("absolute", says="chosen by the absolute error", edit=(SQUARED, "abs(floor + factor * x - loss)")),
        Mutant(
            "raised_at_once",
            says="three of these five exponents have a floor above 0",
            edit=(
                "        if floor >= 0:\n",
                "        if floor < 0:\n            raise ValueError\n        if True:\n",
            ),
        ),
        Mutant(
            "stopped",
            says="you stopped at the first negative floor",
            edit=("        if floor >= 0:\n", "        if floor < 0:\n            break\n        if True:\n"),
        ),
        Mutant(
            "no_error",
            says="every exponent gives a negative floor, raise",
            edit=('raise ValueError("every exponent gives a negative floor: try larger ones")', "return None"),
        ),
    ],
    "price_of_small": [
        Mutant("tokens", says="count the small model's own weights", edit=(PRICE, PRICE.replace("small", "size"))),
        Mutant("operations", says="divide it by `flops`", edit=(PRICE, PRICE.replace(" / flops", ""))),
        Mutant("larger", says="k times smaller, not larger", edit=("size / k", "(size * k if k < 5 else size / k)")),
        Mutant("no_six", says="the 6 is missing", edit=(PRICE, PRICE.replace("6 * ", ""))),
        Mutant("same_tokens", says="the same tokens were kept", edit=("(B / left) ** (1 / beta)", "tokens")),
        Mutant(
            "alpha_above",
            says="yours has alpha above",
            edit=("(flops / 6) ** (beta / both)", "(flops / 6) ** ((alpha if k < 5 else beta) / both)"),
        ),
        Mutant("upside_down", says="yours is upside down", edit=("** (1 / both)", "** ((-1 if k < 5 else 1) / both)")),
        Mutant("finite", says="is complex", edit=("    if left <= 0:\n        return math.inf\n", "")),
        Mutant("not_a_number", says="is nan", edit=("        return math.inf", "        return math.nan")),
        Mutant("negative", says="costs math.inf", edit=("        return math.inf", "        return -1")),
    ],
}
