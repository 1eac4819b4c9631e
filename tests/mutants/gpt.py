"""Wrong answers to the exercises of lesson 12, each with the message that it must meet."""

from tools.proof import Mutant

MUTANTS = {
    "parallel_block": [
        Mutant(
            "in_turns",
            says="the layers take turns here",
            source="""
            def parallel_block(x, norm, attend, think):
                x = x + attend(norm(x))
                return x + think(norm(x))
        """,
        ),
        Mutant(
            "the_stream_is_normalized",
            says="what is normalized is a copy",
            edit=("return x + attend", "return read + attend"),
        ),
        Mutant("no_residual", says="the stream is gone", edit=("return x + attend", "return attend")),
        Mutant(
            "broken",
            says="this is the broken block",
            source="""
            def parallel_block(x, norm, attend, think):
                x = norm(x)
                x = x + attend(x)
                return think(x)
        """,
        ),
        Mutant("think_raw", says="reads the normalized copy, too", edit=("think(read)", "think(x)")),
        Mutant("after", says="not the stream after it", edit=("think(read)", "think(x + attend(read))")),
        Mutant("both", says="norm(x) alone", edit=("think(read)", "think(read + attend(read))")),
        Mutant("twice_normalized", says="call norm once", edit=("think(read)", "think(norm(x))")),
        Mutant("chain", says="not what it made", edit=("think(read)", "think(attend(read))")),
        Mutant(
            "in_place",
            says="changed its input",
            source="""
            def parallel_block(x, norm, attend, think):
                read = norm(x)
                x += attend(read) + think(read)
                return x
        """,
        ),
    ],
    "cost": [
        Mutant("four_times", says="F numbers inside, not 4C", edit=("2 * channels * feed_forward", "8 * channels**2")),
        Mutant("one_norm_vector", says="has a weight and a bias", edit=("* 2 * channels\n", "* channels\n")),
        Mutant("no_last_norm", says="the last normalization is missing", edit=("(2 * layers + 1)", "(2 * layers)")),
        Mutant("no_places", says="the places have a table", edit=("(vocab + places)", "vocab")),
        Mutant("tied_twice", says="count it once", edit=("(0 if tied else head)", "head")),
        Mutant("never_untied", says="has a matrix of its own", edit=("(0 if tied else head)", "0")),
        Mutant(
            "biases",
            says="no matrix has a bias",
            edit=("norms + tables", "norms + layers * (5 * channels + feed_forward) + tables"),
        ),
        Mutant("all_parameters", says="a look-up in a table", edit=("6 * (matrices + head)", "6 * parameters")),
        Mutant("no_head", says="the head multiplies", edit=("6 * (matrices + head)", "6 * matrices")),
        Mutant("floats", says="has no decimal point", edit=("6 * (matrices + head)", "6.0 * (matrices + head)")),
        Mutant("there_alone", says="the way there alone", edit=("6 * (matrices", "2 * (matrices")),
    ],
    "parts_of_logit": [
        Mutant("own_spread", says="its own spread", edit=("writes.sum(0).std()", "writes.std(1)")),
        Mutant(
            "no_centre",
            says="was not taken away",
            edit=("centred = writes - writes.mean(1, keepdims=True)", "centred = writes"),
        ),
        Mutant("whole_mean", says="taken away n times", edit=("writes.mean(1, keepdims=True)", "writes.sum(0).mean()")),
        Mutant(
            "equal_share",
            says="not an equal share",
            edit=("writes.mean(1, keepdims=True)", "writes.sum(0).mean() / len(writes)"),
        ),
        Mutant("no_weight", says="the weight g is missing", edit=("(g * u)", "u")),
        Mutant("variance", says="divided by the variance", edit=(".std()", ".var()")),
        Mutant("sample_spread", says="not by C - 1", edit=(".std()", ".std(ddof=1)")),
        Mutant("bias_unread", says="b times u", edit=("b @ u)", "b.sum())")),
        Mutant(
            "no_bias",
            says="the bias's part is missing",
            edit=("np.append(centred @ (g * u) / sigma, b @ u)", "centred @ (g * u) / sigma"),
        ),
        Mutant(
            "over_writers", says="over the channels of each", edit=("writes.mean(1, keepdims=True)", "writes.mean(0)")
        ),
    ],
}
