"""Wrong answers to the exercises of lesson 23, each with the message that it must meet."""

from tools.proof import Mutant

ERROR = "((q * scale - weights) ** 2).sum()"
CLIP = "np.clip(np.round(weights / scale), -m, m)"
SCORE = "np.abs(weight) * norms[:, None]"
S = "a**alpha / w ** (1 - alpha)"
MOVED = "return x / s, weight * s[:, None]"
RANK = "(rank >= 2).reshape(weight.shape)"

MUTANTS = {
    "best_scale": [
        Mutant("the_share", says="that is the share, not the scale", edit=("(error, scale)", "(error, float(share))")),
        Mutant("the_error", says="that is the error, not the scale", edit=("min(candidates)[1]", "min(candidates)[0]")),
        Mutant(
            "largest_fits",
            says="the largest weight got its place",
            source="""
            def best_scale(weights, bits, shares):
                return max(shares) * np.abs(weights).max() / (2 ** (bits - 1) - 1)
        """,
        ),
        Mutant("no_clip", says="must be cut off there", edit=(CLIP, "np.round(weights / scale)")),
        Mutant("first", says="the first share was kept", edit=("min(candidates)[1]", "candidates[0][1]")),
        Mutant("last", says="the last share was kept", edit=("min(candidates)[1]", "candidates[-1][1]")),
        Mutant(
            "signed", says="the largest weight is the largest in size", edit=("np.abs(weights).max()", "weights.max()")
        ),
        Mutant("power", says="one less than 2 to the power", edit=("2 ** (bits - 1) - 1", "2 ** (bits - 1)")),
        Mutant("no_sign", says="one of the bits is for the sign", edit=("2 ** (bits - 1) - 1", "2**bits - 1")),
        Mutant("absolute", says="the errors are squared", edit=(ERROR, "np.abs(q * scale - weights).sum()")),
        Mutant(
            "first_rise",
            says="stopped where the error rose for the first time",
            source="""
            def best_scale(weights, bits, shares):
                m = 2 ** (bits - 1) - 1
                best = None
                for share in sorted(shares, reverse=True):
                    scale = share * np.abs(weights).max() / m
                    error = ((np.clip(np.round(weights / scale), -m, m) * scale - weights) ** 2).sum()
                    if best is not None and error > best[0]:
                        break
                    best = error, scale
                return best[1]
        """,
        ),
        Mutant(
            "first_rise_in_order",
            says="the shares come in any order",
            source="""
            def best_scale(weights, bits, shares):
                m = 2 ** (bits - 1) - 1
                best = None
                for share in shares:
                    scale = share * np.abs(weights).max() / m
                    error = ((np.clip(np.round(weights / scale), -m, m) * scale - weights) ** 2).sum()
                    if best is not None and error > best[0]:
                        break
                    best = error, scale
                return best[1]
        """,
        ),
        Mutant("one_lower", says="yours go down to -m - 1", edit=("-m, m)", "-m - 1, m)")),
        Mutant("cut_off", says="cut off towards 0", edit=("np.round(weights / scale)", "np.trunc(weights / scale)")),
        Mutant("down", says="yours are rounded down", edit=("np.round(weights / scale)", "np.floor(weights / scale)")),
        Mutant(
            "list",
            says="return one number",
            edit=("min(candidates)[1]", "list(min(candidates))"),
        ),
    ],
    "two_of_four": [
        Mutant("turned", says="the mask is turned round", edit=("rank >= 2", "rank < 2")),
        Mutant("no_norms", says="the norms of the inputs do not count", edit=(SCORE, "np.abs(weight)")),
        Mutant("norms_alone", says="the norms alone do", edit=(SCORE, "norms[:, None] + 0 * weight")),
        Mutant("signed", says="compare sizes", edit=(SCORE, "weight * norms[:, None]")),
        Mutant(
            "side_by_side",
            says="yours stand side by side",
            source="""
            def two_of_four(weight, norms):
                score = np.abs(weight) * norms[:, None]
                groups = score.reshape(len(weight), -1, 4)
                return (groups.argsort(-1).argsort(-1) >= 2).reshape(weight.shape)
        """,
        ),
        Mutant(
            "far_apart",
            says="yours lie apart",
            source="""
            def two_of_four(weight, norms):
                score = np.abs(weight) * norms[:, None]
                groups = score.reshape(4, -1, weight.shape[1])
                return (groups.argsort(0).argsort(0) >= 2).reshape(weight.shape)
        """,
        ),
        Mutant(
            "half_a_column",
            says="half of each column stays",
            source="""
            def two_of_four(weight, norms):
                score = np.abs(weight) * norms[:, None]
                return score.argsort(0).argsort(0) >= len(weight) // 2
        """,
        ),
        Mutant(
            "one_mask",
            says="each output has a mask of its own",
            edit=(SCORE, "np.abs(weight).mean(1, keepdims=True) * norms[:, None] + 0 * weight"),
        ),
        Mutant("divided", says="you divided", edit=(SCORE, "np.abs(weight) / norms[:, None]")),
        Mutant("numbers", says="a mask of bool", edit=(RANK, RANK + ".astype(float)")),
        Mutant("groups", says="the shape of the matrix", edit=(RANK, "rank >= 2")),
        Mutant(
            "order",
            says="apply it twice",
            edit=(".argsort(axis=1).argsort(axis=1)", ".argsort(axis=1)"),
        ),
    ],
    "migrate": [
        Mutant("wrong_way", says="the wrong way", edit=(MOVED, "return x * s, weight / s[:, None]")),
        Mutant("x_alone", says="the matrix is not: the product", edit=(MOVED, "return x / s, weight")),
        Mutant("w_alone", says="the activations are not: the product", edit=(MOVED, "return x, weight * s[:, None]")),
        Mutant("swapped", says="alpha belongs to the activations", edit=(S, "a ** (1 - alpha) / w**alpha")),
        Mutant(
            "mean",
            says="not the mean",
            edit=(
                "np.abs(x).max(axis=0), np.abs(weight).max(axis=1)",
                "np.abs(x).mean(axis=0), np.abs(weight).mean(axis=1)",
            ),
        ),
        Mutant(
            "signed",
            says="a number below 0 counts",
            edit=(
                "np.abs(x).max(axis=0), np.abs(weight).max(axis=1)",
                "np.abs(x.max(axis=0)), np.abs(weight.max(axis=1))",
            ),
        ),
        Mutant("times", says="it belongs below the line", edit=(S, "a**alpha * w ** (1 - alpha)")),
        Mutant(
            "one_scale",
            says="one s for all",
            source="""
            def migrate(x, weight, alpha):
                s = np.abs(x).max() ** alpha / np.abs(weight).max() ** (1 - alpha)
                s = np.where((x == 0).all(0) | (weight == 0).all(1), 1, s)
                return x / s, weight * s[:, None]
        """,
        ),
        Mutant(
            "no_zeros",
            says="a channel of x that is all zeros gives",
            edit=("(a == 0) | (w == 0)", "np.zeros(len(a), bool)"),
        ),
        Mutant("only_x", says="a row of the matrix that is all zeros gives", edit=("(a == 0) | (w == 0)", "a == 0")),
        Mutant(
            "half_ones",
            says="the other stays as it is",
            edit=(
                "a, w = np.where(zero, 1.0, a), np.where(zero, 1.0, w)",
                "a, w = np.where(a == 0, 1.0, a), np.where(w == 0, 1.0, w)",
            ),
        ),
        Mutant(
            "replaced_later",
            says="look for zeros before you take the powers",
            source="""
            def migrate(x, weight, alpha):
                with np.errstate(all="ignore"):
                    s = np.abs(x).max(axis=0) ** alpha / np.abs(weight).max(axis=1) ** (1 - alpha)
                s = np.where(np.isfinite(s) & (s != 0), s, 1)
                return x / s, weight * s[:, None]
        """,
        ),
        Mutant(
            "no_sizes",
            says="take sizes, |x| and |w|",
            edit=(
                "np.abs(x).max(axis=0), np.abs(weight).max(axis=1)",
                # what negative numbers to a fractional power give, without the warning
                "*(np.where(top < 0, np.nan, top) for top in (x.max(axis=0), weight.max(axis=1))),",
            ),
        ),
    ],
}
