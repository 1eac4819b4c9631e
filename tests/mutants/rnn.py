from tools.proof import Mutant

MUTANTS = {
    "gradient_in_pieces": [
        Mutant("state_thrown_away", says="not with 0", edit=("states = [carried]", "states = [0.0]")),
        Mutant("targets_of_the_first", says="not ys[0]", edit=("ys[begin + i]", "ys[i]")),
        Mutant("nothing_from_later", says="`from_later` is missing", edit=(" + later)", ")")),
        Mutant(
            "whole_text",
            says="at the start of a piece the gradient ends",
            edit=("range(0, len(xs), steps)", "(steps := len(xs)) and [0]"),
        ),
        Mutant(
            "as_given",
            says="all three faults are still there",
            source="""
            def gradient_in_pieces(xs, ys, w, u, b, steps):
                total = 0.0
                for start in range(0, len(xs), steps):
                    h = [0.0]
                    for x in xs[start : start + steps]:
                        h.append(math.tanh(w * x + u * h[-1] + b))
                    from_later = 0.0
                    for t in reversed(range(len(h) - 1)):
                        g = 2 * (h[t + 1] - ys[t]) * (1 - h[t + 1] ** 2)
                        total += g * h[t]
                        from_later = g * u
                return total
        """,
        ),
        Mutant(
            "only_the_state",
            says="the state is carried, but two",
            source="""
            def gradient_in_pieces(xs, ys, w, u, b, steps):
                total, state = 0.0, 0.0
                for start in range(0, len(xs), steps):
                    h = [state]
                    for x in xs[start : start + steps]:
                        h.append(math.tanh(w * x + u * h[-1] + b))
                    state = h[-1]
                    for t in reversed(range(len(h) - 1)):
                        total += 2 * (h[t + 1] - ys[t]) * (1 - h[t + 1] ** 2) * h[t]
                return total
        """,
        ),
        Mutant(
            "after_the_tanh",
            says="put it inside the bracket",
            edit=(
                "(2 * (states[i + 1] - ys[begin + i]) + later) * (1 - states[i + 1] ** 2)",
                "2 * (states[i + 1] - ys[begin + i]) * (1 - states[i + 1] ** 2) + later",
            ),
        ),
        Mutant(
            "later_lives_on",
            says="at the start of a piece's way back",
            edit=(
                "later, carried = 0.0, states[-1]",
                "later, carried = (0.0 if begin == 0 else later), states[-1]",
            ),
        ),
        Mutant(
            "mean_of_pieces",
            says="do not take their mean",
            edit=("return derivative", "return derivative * steps / len(xs)"),
        ),
        Mutant("half", says="the 2 is missing", edit=("return derivative", "return derivative / 2")),
        Mutant(
            "short_piece_left_out",
            says="the last piece may be shorter",
            edit=("range(0, len(xs), steps)", "range(0, len(xs) - steps + 1, steps)"),
        ),
    ],
    "mean_of_clipped": [
        Mutant(
            "clips_the_mean",
            says="you clipped the mean; clip the gradient of each text first",
            source="""
            def mean_of_clipped(texts, limit):
                means = [np.mean(one, axis=0) for one in zip(*texts)]
                length = math.sqrt(sum(np.sum(g**2) for g in means))
                return [g * min(1.0, limit / length) for g in means]
        """,
        ),
        Mutant(
            "each_parameter",
            says="each parameter was clipped by itself",
            source="""
            def mean_of_clipped(texts, limit):
                clipped = []
                for gradients in texts:
                    lengths = [max(float(np.linalg.norm(g)), 1e-12) for g in gradients]
                    clipped.append([g * min(1.0, limit / n) for g, n in zip(gradients, lengths)])
                return [np.mean(one, axis=0) for one in zip(*clipped)]
        """,
        ),
        Mutant(
            "each_number",
            says="every number was clipped by itself",
            edit=("factor * g for", "np.clip(g, -limit, limit) for"),
        ),
        Mutant(
            "lengthens",
            says="you lengthened it",
            edit=("limit / length if length > limit else 1.0", "limit / max(length, 1e-12)"),
        ),
        Mutant("sum", says="this is the sum over the texts", edit=("np.mean(one, axis=0)", "np.sum(one, axis=0)")),
        Mutant(
            "no_root",
            says="the root is missing",
            edit=("math.sqrt(sum(np.sum(g**2) for g in gradients))", "sum(np.sum(g**2) for g in gradients)"),
        ),
        Mutant(
            "parts_added",
            says="the lengths of the parts do not add up",
            edit=("math.sqrt(sum(np.sum(g**2) for g in gradients))", "sum(np.linalg.norm(g) for g in gradients)"),
        ),
        Mutant("mean_over_everything", says="the shape is wrong", edit=("np.mean(one, axis=0)", "np.mean(one)")),
        Mutant(
            "zero_over_zero",
            says="a gradient of length 0 gives 0 / 0",
            edit=(
                "limit / length if length > limit else 1.0",
                "np.minimum(1.0, np.float64(limit) / length) if length else np.nan",
            ),
        ),
        Mutant(
            "zero_raises",
            says="you divide by a length of 0",
            edit=("limit / length if length > limit else 1.0", "min(1.0, limit / length)"),
        ),
        Mutant(
            "zero_left_out",
            says="a text whose gradient is 0 is a text, too",
            edit=("clipped.append(", "length and clipped.append("),
        ),
    ],
    "half_life": [
        Mutant("linear", says="the slope of the tanh is missing", edit=("np.diag(1 - np.asarray(h) ** 2) @ ", "")),
        Mutant("no_square", says="with the square", edit=("np.asarray(h) ** 2", "np.asarray(h)")),
        Mutant("tanh_twice", says="after the tanh", edit=("np.asarray(h) ** 2", "np.tanh(h) ** 2")),
        Mutant(
            "singular_value",
            says="the largest singular value rules one step",
            edit=("np.abs(np.linalg.eigvals(jacobian)).max()", "np.linalg.norm(jacobian, 2)"),
        ),
        Mutant(
            "real_part",
            says="take its absolute value, not its real part",
            edit=("np.abs(np.linalg.eigvals(jacobian)).max()", "np.linalg.eigvals(jacobian).real.max()"),
        ),
        Mutant("smallest", says="not the smallest", edit=(".max()", ".min()")),
        Mutant("mean", says="not the mean", edit=(".max()", ".mean()")),
        Mutant("one_over_e", says="this shrinks to 1/e", edit=("math.log(0.5)", "-1")),
        Mutant(
            "upside_down",
            says="upside down",
            edit=("math.log(0.5) / math.log(radius)", "math.log(radius) / math.log(0.5)"),
        ),
        Mutant("sign", says="the sign is wrong", edit=("math.log(0.5)", "math.log(2)")),
        Mutant("factor", says="this is the factor", edit=("math.log(0.5) / math.log(radius)", "radius")),
        Mutant("exactly_one", says="a factor of exactly 1", edit=("if radius < 1", "if radius <= 1")),
        Mutant("no_growth", says="this gradient grows", edit=(" if radius < 1 else math.inf", "")),
    ],
}
