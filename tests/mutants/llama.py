from tools.proof import Mutant

AS_GIVEN = """
            def rolling(q, k, v, window, turn):
                keys, values = np.zeros((window, k.shape[1])), np.zeros((window, v.shape[1]))
                outputs = []
                for t in range(len(q)):
                    slot = t % window
                    keys[slot], values[slot] = turn(k[t], slot), v[t]
                    scores = keys @ turn(q[t], slot) / math.sqrt(k.shape[1])
                    weights = np.exp(scores - scores.max())
                    outputs.append(weights / weights.sum() @ values)
                return np.array(outputs)
        """

MUTANTS = {
    "rolling": [
        Mutant("as_given", says="nothing was mended", source=AS_GIVEN),
        Mutant(
            "slots",
            says="not its slot in the cache",
            edit=(
                "turn(key, t), value\n        products = kept_k[:filled] @ turn(query, t)",
                "turn(key, slot), value\n        products = kept_k[:filled] @ turn(query, slot)",
            ),
        ),
        Mutant("zeros_seen", says="places that were never written", edit=("min(t + 1, window)", "window")),
        Mutant(
            "keys_at_slots", says="the keys are still turned to their slot", edit=("turn(key, t)", "turn(key, slot)")
        ),
        Mutant(
            "query_at_slot", says="the query is still turned to its slot", edit=("turn(query, t)", "turn(query, slot)")
        ),
        Mutant(
            "one_more",
            says="one too many",
            source="""
            def rolling(q, k, v, window, turn):
                keys = np.array([turn(x, t) for t, x in enumerate(k)])
                outputs = []
                for t in range(len(q)):
                    seen = slice(max(0, t - window), t + 1)
                    scores = keys[seen] @ turn(q[t], t) / math.sqrt(k.shape[1])
                    weights = np.exp(scores - scores.max())
                    outputs.append(weights / weights.sum() @ v[seen])
                return np.array(outputs)
        """,
        ),
        Mutant(
            "no_window",
            says="only the last `window` tokens count",
            source="""
            def rolling(q, k, v, window, turn):
                keys = np.array([turn(x, t) for t, x in enumerate(k)])
                outputs = []
                for t in range(len(q)):
                    scores = keys[: t + 1] @ turn(q[t], t) / math.sqrt(k.shape[1])
                    weights = np.exp(scores - scores.max())
                    outputs.append(weights / weights.sum() @ v[: t + 1])
                return np.array(outputs)
        """,
        ),
        Mutant(
            "not_turned",
            says="queries and keys were not turned",
            edit=("slot, filled =", "turn = lambda x, _: x\n        slot, filled ="),
        ),
        Mutant("unscaled", says="divided by the square root of D", edit=(" / math.sqrt(k.shape[1])", "")),
        Mutant(
            "turned_again",
            says="`turn` is called too often",
            source="""
            def rolling(q, k, v, window, turn):
                outputs = []
                for t in range(len(q)):
                    start = max(0, t - window + 1)
                    keys = np.array([turn(k[n], n) for n in range(start, t + 1)])
                    scores = keys @ turn(q[t], t) / math.sqrt(k.shape[1])
                    weights = np.exp(scores - scores.max())
                    outputs.append(weights / weights.sum() @ v[start : t + 1])
                return np.array(outputs)
        """,
        ),
    ],
    "stretched_rope": [
        Mutant("not_stretched", says="multiply them by trained / T", edit=(" * min(1.0, trained / length)", "")),
        Mutant(
            "wrong_way",
            says="they must become smaller",
            edit=("min(1.0, trained / length)", "max(1.0, length / trained)"),
        ),
        Mutant(
            "cut_off",
            says="not cut off",
            edit=("np.arange(length) * min(1.0, trained / length)", "np.minimum(np.arange(length), trained - 1)"),
        ),
        Mutant(
            "set_to_trained",
            says="not all set to `trained`",
            edit=("np.arange(length) * min(1.0, trained / length)", "np.minimum(np.arange(length), trained)"),
        ),
        Mutant(
            "in_place",
            says="from the first one after it was turned",
            edit=(
                "a, b = x[:, 0::2], x[:, 1::2]\n    turned = np.empty_like(x)",
                "turned = x.copy()\n    a, b = turned[:, 0::2], turned[:, 1::2]",
            ),
        ),
        Mutant(
            "whole",
            says="only whole positions",
            edit=(
                "np.arange(length) * min(1.0, trained / length)",
                "np.floor(np.arange(length) * min(1.0, trained / length))",
            ),
        ),
        Mutant(
            "halves",
            says="paired as halves",
            source="""
            def stretched_rope(x, theta, trained):
                length, size = x.shape
                positions = np.arange(length) * min(1.0, trained / length)
                angles = positions[:, None] * theta ** (-np.arange(0, size, 2) / size)
                a, b = x[:, : size // 2], x[:, size // 2 :]
                first = a * np.cos(angles) - b * np.sin(angles)
                return np.concatenate((first, b * np.cos(angles) + a * np.sin(angles)), 1)
        """,
        ),
        Mutant(
            "slow_exponent",
            says="the speeds are too high",
            edit=("-np.arange(0, size, 2) / size", "-np.arange(size // 2) / size"),
        ),
        Mutant(
            "growing",
            says="the exponent is negative",
            edit=("(-np.arange(0, size, 2) / size)", "(np.arange(0, size, 2) / size)"),
        ),
        Mutant(
            "other_direction",
            says="turned in the other direction",
            edit=("angles = positions[:, None]", "angles = -positions[:, None]"),
        ),
        Mutant(
            "as_halves",
            says="each must stand where it was",
            edit=("return turned", "return np.concatenate((turned[:, 0::2], turned[:, 1::2]), 1)"),
        ),
        Mutant(
            "ends_fixed",
            says="the factor is trained / T",
            edit=("min(1.0, trained / length)", "min(1.0, (trained - 1) / (length - 1))"),
        ),
        Mutant(
            "always", says="never multiply by more than 1", edit=("min(1.0, trained / length)", "(trained / length)")
        ),
        Mutant(
            "short_untouched",
            says="a short text is turned, too",
            edit=("length, size = x.shape", "length, size = x.shape\n    if length <= trained: return x"),
        ),
    ],
    "pack_blocks": [
        Mutant("float32", says="float16 has 2", edit=('"<e"', '"<f"')),
        Mutant(
            "one_scale",
            says="each block of 32 has its own",
            source="""
            def pack_blocks(weights):
                scale = np.abs(weights).max() / 127
                return struct.pack("<e", scale) + np.round(weights / scale).astype(np.int8).tobytes()
        """,
        ),
        Mutant(
            "by_128",
            says="not over 128",
            source="""
            def pack_blocks(weights):
                packed = b""
                for block in weights.reshape(-1, 32):
                    scale = np.abs(block).max() / 128
                    q = np.clip(np.round(block / scale), -128, 127) if scale else np.zeros(32)
                    packed += struct.pack("<e", scale) + q.astype(np.int8).tobytes()
                return packed
        """,
        ),
        Mutant("big_endian", says="the low byte of the scale comes first", edit=('"<e"', '">e"')),
        Mutant(
            "cut",
            says="you cut off what is behind the point",
            edit=("np.round(block / scale)", "np.trunc(block / scale)"),
        ),
        Mutant("floor", says="rounded down", edit=("np.round(block / scale)", "np.floor(block / scale)")),
        Mutant(
            "behind",
            says="the scale comes before the numbers",
            edit=(
                'struct.pack("<e", scale) + q.astype(np.int8).tobytes()',
                'q.astype(np.int8).tobytes() + struct.pack("<e", scale)',
            ),
        ),
        Mutant(
            "unsigned",
            says="nothing is added to make them positive",
            edit=("q.astype(np.int8)", "(q + 128).astype(np.uint8)"),
        ),
        Mutant(
            "not_absolute",
            says="take absolute values first",
            source="""
            def pack_blocks(weights):
                packed = b""
                for block in weights.reshape(-1, 32):
                    scale = block.max() / 127
                    q = np.round(block / scale) if scale else np.zeros(32)
                    packed += struct.pack("<e", scale) + q.astype(np.int16).astype(np.int8).tobytes()
                return packed
        """,
        ),
        Mutant(
            "rounded_scale",
            says="you divided by the one that was rounded",
            edit=("np.round(block / scale)", "np.round(block / np.float32(np.float16(scale)))"),
        ),
        Mutant(
            "scales_first",
            says="all scales come first",
            source="""
            def pack_blocks(weights):
                blocks = weights.reshape(-1, 32)
                scales = np.abs(blocks).max(1, keepdims=True) / 127
                q = np.round(blocks / np.where(scales > 0, scales, 1)).astype(np.int8)
                return scales.astype("<f2").tobytes() + q.tobytes()
        """,
        ),
        Mutant(
            "zeros_divided",
            says="a block of zeros gives 0 / 0",
            edit=("np.round(block / scale) if scale > 0 else np.zeros(32)", "np.round(block / scale)"),
        ),
        Mutant(
            "zeros_skipped",
            says="a block of zeros has 34 bytes",
            edit=(
                "scale = np.abs(block).max() / 127",
                "scale = np.abs(block).max() / 127\n        if scale == 0: continue",
            ),
        ),
        Mutant("not_bytes", says="return `bytes`", edit=("return packed", "return list(packed)")),
    ],
}
