from tools.proof import Mutant

CUT = "a.reshape(len(x), n_heads, size).transpose(1, 0, 2)"
MUTANTS = {
    "mend": [
        Mutant(
            "as_given",
            says="all four faults are still there",
            source="""
            def mend(x, w_q, w_k, w_v, w_o, slopes):
                T, C = x.shape
                H = len(slopes)
                q, k, v = ((x @ w).reshape(H, T, C // H) for w in (w_q, w_k, w_v))
                t = np.arange(T)
                scores = q @ k.transpose(0, 2, 1) / np.sqrt(C)
                scores = scores - slopes[:, None, None] * (t[:, None] - t)
                powers = np.exp(scores - scores.max(axis=1, keepdims=True))
                weights = powers / powers.sum(axis=1, keepdims=True)
                weights = weights * (t[:, None] >= t)
                return (weights @ v).transpose(1, 0, 2).reshape(T, C) @ w_o
        """,
        ),
        Mutant(
            "bare_reshape",
            says="one fault is left: the cutting of the heads",
            edit=(CUT, "a.reshape(n_heads, len(x), size)"),
        ),
        Mutant("root_of_all", says="one fault is left: the division", edit=("np.sqrt(size)", "np.sqrt(x.shape[1])")),
        Mutant(
            "over_the_queries",
            says="one fault is left: the direction of the softmax",
            source="""
            def mend(x, w_q, w_k, w_v, w_o, slopes):
                T, C = x.shape
                H = len(slopes)
                q, k, v = ((x @ w).reshape(T, H, C // H).transpose(1, 0, 2) for w in (w_q, w_k, w_v))
                t = np.arange(T)
                scores = q @ k.transpose(0, 2, 1) / np.sqrt(C // H) - slopes[:, None, None] * (t[:, None] - t)
                scores = np.where(t[:, None] >= t, scores, -np.inf)
                powers = np.exp(scores - scores.max(axis=1, keepdims=True))
                weights = powers / powers.sum(axis=1, keepdims=True)
                return (weights @ v).transpose(1, 0, 2).reshape(T, C) @ w_o
        """,
        ),
        Mutant(
            "mask_after",
            says="one fault is left: the mask",
            source="""
            def mend(x, w_q, w_k, w_v, w_o, slopes):
                T, C = x.shape
                H = len(slopes)
                q, k, v = ((x @ w).reshape(T, H, C // H).transpose(1, 0, 2) for w in (w_q, w_k, w_v))
                t = np.arange(T)
                scores = q @ k.transpose(0, 2, 1) / np.sqrt(C // H) - slopes[:, None, None] * (t[:, None] - t)
                powers = np.exp(scores - scores.max(axis=2, keepdims=True))
                weights = powers / powers.sum(axis=2, keepdims=True) * (t[:, None] >= t)
                return (weights @ v).transpose(1, 0, 2).reshape(T, C) @ w_o
        """,
        ),
        Mutant(
            "two_left",
            says="two faults are left: the cutting",
            source="""
            def mend(x, w_q, w_k, w_v, w_o, slopes):
                T, C = x.shape
                H = len(slopes)
                q, k, v = ((x @ w).reshape(H, T, C // H) for w in (w_q, w_k, w_v))
                t = np.arange(T)
                scores = q @ k.transpose(0, 2, 1) / np.sqrt(C) - slopes[:, None, None] * (t[:, None] - t)
                scores = np.where(t[:, None] >= t, scores, -np.inf)
                powers = np.exp(scores - scores.max(axis=2, keepdims=True))
                weights = powers / powers.sum(axis=2, keepdims=True)
                return (weights @ v).transpose(1, 0, 2).reshape(T, C) @ w_o
        """,
        ),
        Mutant(
            "far_preferred",
            says="the penalty has the wrong sign",
            edit=("np.sqrt(size) - slopes", "np.sqrt(size) + slopes"),
        ),
        Mutant("mask_of_zeros", says="a score of 0 is no mask", edit=("-np.inf", "0.0")),
        Mutant(
            "no_mask", says="the causal mask is missing", edit=("np.where(distance >= 0, scores, -np.inf)", "scores")
        ),
        Mutant("looks_ahead", says="look ahead and not back", edit=("distance >= 0", "distance <= 0")),
        Mutant("not_mixed", says="w_o, is missing", edit=(".reshape(x.shape) @ w_o", ".reshape(x.shape)")),
        Mutant(
            "overflows",
            says="the largest score that its query may see",
            edit=("np.exp(scores - scores.max(axis=2, keepdims=True))", "np.exp(scores)"),
        ),
        Mutant("not_itself", says="the first token sees itself", edit=("distance >= 0", "distance > 0")),
        Mutant("minus_ten_thousand", says="a finite number hides nothing", edit=("-np.inf", "-1e4")),
        Mutant("not_divided", says="the scores are not divided by √D", edit=(" / np.sqrt(size)", "")),
        Mutant("root_of_heads", says="divided by √H", edit=("np.sqrt(size)", "np.sqrt(n_heads)")),
        Mutant(
            "penalty_too",
            says="the penalty is divided by √D, too",
            edit=("slopes[:, None, None] * distance", "slopes[:, None, None] * distance / np.sqrt(size)"),
        ),
        Mutant("not_turned_back", says="not turned back", edit=("y.transpose(1, 0, 2).reshape(", "y.reshape(")),
    ],
    "packed": [
        Mutant(
            "one_document",
            says="documents see each other: each token",
            edit=("np.arange(len(lengths))", "0 * np.arange(len(lengths))"),
        ),
        Mutant(
            "by_length",
            says="neighbours of equal length",
            edit=("np.repeat(np.arange(len(lengths)), lengths)", "np.repeat(lengths, lengths)"),
        ),
        Mutant("padding_together", says="padding sees padding", edit=(" & (document >= 0)", "")),
        Mutant(
            "both_ways", says="tokens look ahead in their document", edit=("same & np.tri(size, dtype=bool)", "same")
        ),
        Mutant(
            "turned", says="the mask is turned over", edit=("np.tri(size, dtype=bool)", "np.tri(size, dtype=bool).T")
        ),
        Mutant(
            "not_itself",
            says="tokens do not see themselves",
            edit=("np.tri(size, dtype=bool)", "np.tri(size, k=-1, dtype=bool)"),
        ),
        Mutant(
            "hidden_is_true", says="True where it may not", edit=("return mask, positions", "return ~mask, positions")
        ),
        Mutant(
            "padding_itself", says="padding sees itself", edit=("return mask,", "return mask | np.diag(document < 0),")
        ),
        Mutant(
            "runs_on",
            says="the places run on over the documents: each begins",
            edit=("np.concatenate([np.arange(n) for n in [0, *lengths]])", "np.arange(total)"),
        ),
        Mutant("from_one", says="counted from 0, not from 1", edit=("[np.arange(n) for n", "[np.arange(n) + 1 for n")),
        Mutant(
            "numbers",
            says="the numbers of the documents",
            edit=("return mask, positions", "return mask, np.maximum(document, 0)"),
        ),
        Mutant(
            "float_positions",
            says="an array of integers",
            edit=("return mask, positions", "return mask, positions.astype(float)"),
        ),
        Mutant("only_full", says="what is left of the row is padding", edit=("total > size", "total != size")),
        Mutant("exactly_full", says="they fit, and it was refused", edit=("total > size", "total >= size")),
        Mutant("floats", says="an array of bool", edit=("return mask,", "return mask.astype(float),")),
        Mutant(
            "cut_off",
            says="raise ValueError",
            source="""
            def packed(lengths, size):
                document = np.repeat(np.arange(len(lengths)), lengths)[:size]
                positions = np.concatenate([np.arange(n) for n in lengths])[:size]
                rest = size - len(document)
                document = np.pad(document, (0, rest), constant_values=-1)
                same = (document[:, None] == document) & (document >= 0)
                return same & np.tri(size, dtype=bool), np.pad(positions, (0, rest))
        """,
        ),
    ],
    "one_pass": [
        Mutant("no_correction", says="neither z nor y", edit=("np.exp(m - new_m)", "1.0")),
        Mutant("only_z", says="z is corrected for the new maximum, y is not", edit=("y = y * correction", "y = y")),
        Mutant("only_y", says="y is corrected for the new maximum, z is not", edit=("z = z * correction", "z = z")),
        Mutant("not_divided", says="not divided by z", edit=("return y / z", "return y")),
        Mutant("no_root", says="not divided by √D", edit=(" / np.sqrt(q.shape[1])", "")),
        Mutant("by_d", says="divided by D, not by its root", edit=("np.sqrt(q.shape[1])", "q.shape[1]")),
        Mutant(
            "powers_overflow",
            says="relative to its own largest score so far",
            edit=("np.maximum(m, scores.max(axis=1, keepdims=True))", "np.zeros((len(q), 1))"),
        ),
        Mutant(
            "own_block",
            says="the larger of the old m and the block's maximum",
            edit=("np.maximum(m, scores.max(axis=1, keepdims=True))", "scores.max(axis=1, keepdims=True)"),
        ),
        Mutant("turned_over", says="old minus new", edit=("np.exp(m - new_m)", "np.exp(new_m - m)")),
        Mutant(
            "begins_at_zero",
            says="begin with m = -inf",
            edit=("np.full((len(q), 1), -np.inf)", "np.zeros((len(q), 1))"),
        ),
        Mutant(
            "mean_of_answers",
            says="the mean over the blocks' answers",
            source="""
            def one_pass(q, blocks):
                answers = []
                for k, v in blocks:
                    scores = q @ k.T / np.sqrt(q.shape[1])
                    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
                    answers.append(powers / powers.sum(axis=1, keepdims=True) @ v)
                return np.mean(answers, axis=0)
        """,
        ),
        Mutant(
            "own_maxima",
            says="bring all to one maximum",
            source="""
            def one_pass(q, blocks):
                z, y = 0.0, 0.0
                for k, v in blocks:
                    scores = q @ k.T / np.sqrt(q.shape[1])
                    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
                    z, y = z + powers.sum(axis=1, keepdims=True), y + powers @ v
                return y / z
        """,
        ),
        Mutant(
            "all_at_once",
            says="holds a table of all scores",
            source="""
            def one_pass(q, blocks):
                pairs = [(k.copy(), v.copy()) for k, v in blocks]
                k, v = (np.concatenate(parts) for parts in zip(*pairs))
                scores = q @ k.T / np.sqrt(q.shape[1])
                powers = np.exp(scores - scores.max(axis=1, keepdims=True))
                return powers / powers.sum(axis=1, keepdims=True) @ v
        """,
        ),
        Mutant(
            "kept_for_later",
            says="m was not carried on",
            source="""
            def one_pass(q, blocks):
                k, v = (np.concatenate(parts) for parts in zip(*blocks))
                scores = q @ k.T / np.sqrt(q.shape[1])
                powers = np.exp(scores - scores.max(axis=1, keepdims=True))
                return powers / powers.sum(axis=1, keepdims=True) @ v
        """,
        ),
    ],
}
