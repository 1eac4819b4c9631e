from tools.proof import Mutant

ZERO_STATE = ("state)  # (B, t, V)", "None)  # (B, t, V)")

MUTANTS = {
    "stream_loss": [
        Mutant(
            "broken_as_given",
            says="this is the broken program, with all three faults in it",
            source="""
            def stream_loss(model, text, steps):
                total = 0.0
                for begin in range(0, text.shape[1], steps):
                    piece = text[:, begin : begin + steps]
                    logits, _ = model(piece, None)
                    logits = logits.reshape(len(piece), -1, piece.shape[1])
                    total += F.cross_entropy(logits, piece, reduction="sum").item()
                return total / text.numel()
        """,
        ),
        Mutant("no_state", says="the state is thrown away: each piece begins", edit=ZERO_STATE),
        Mutant(
            "view",
            says="they cut the same numbers up anew: use transpose",
            edit=("logits.transpose(1, 2)", "logits.reshape(len(logits), -1, logits.shape[1])"),
        ),
        Mutant(
            "not_moved",
            says="the targets are not moved",
            edit=("inputs, targets = text[:, :-1], text[:, 1:]", "inputs, targets = text, text"),
        ),
        Mutant(
            "moved_only",
            says="the state is thrown away and the logits are scrambled still",
            source="""
            def stream_loss(model, text, steps):
                inputs, targets = text[:, :-1], text[:, 1:]
                total = 0.0
                for begin in range(0, inputs.shape[1], steps):
                    piece = inputs[:, begin : begin + steps]
                    logits, _ = model(piece, None)
                    logits = logits.reshape(len(piece), -1, piece.shape[1])
                    total += F.cross_entropy(logits, targets[:, begin : begin + steps], reduction="sum").item()
                return total / targets.numel()
        """,
        ),
        Mutant(
            "moved_within_each_piece",
            says="move the whole text by one, then cut",
            source="""
            def stream_loss(model, text, steps):
                total, count, state = 0.0, 0, None
                for begin in range(0, text.shape[1], steps):
                    piece = text[:, begin : begin + steps]
                    logits, state = model(piece, state)
                    logits, wanted = logits[:, :-1], piece[:, 1:]
                    total += F.cross_entropy(logits.transpose(1, 2), wanted, reduction="sum").item()
                    count += wanted.numel()
                return total / count
        """,
        ),
        Mutant(
            "mean_of_means",
            says="a shorter last piece must not count as much",
            source="""
            def stream_loss(model, text, steps):
                inputs, targets = text[:, :-1], text[:, 1:]
                means, state = [], None
                for begin in range(0, inputs.shape[1], steps):
                    logits, state = model(inputs[:, begin : begin + steps], state)
                    wanted = targets[:, begin : begin + steps]
                    means.append(F.cross_entropy(logits.transpose(1, 2), wanted).item())
                return sum(means) / len(means)
        """,
        ),
        Mutant(
            "all_ids",
            says="divide by the number of predictions, which is one less",
            edit=("total / targets.numel()", "total / text.numel()"),
        ),
        Mutant(
            "one_less_in_all",
            says="one prediction less for EACH text",
            edit=("targets.numel()", "(text.numel() - 1)"),
        ),
        Mutant(
            "flattened_crosswise",
            says="flattened in different orders",
            edit=(
                "F.cross_entropy(logits.transpose(1, 2), wanted,",
                "F.cross_entropy(logits.transpose(0, 1).flatten(0, 1), wanted.flatten(),",
            ),
        ),
        Mutant(
            "cut_first",
            says="a piece of one id leaves nothing to read",
            source="""
            def stream_loss(model, text, steps):
                total, state = 0.0, None
                for begin in range(0, text.shape[1], steps):
                    piece = text[:, begin : begin + steps + 1]
                    logits, state = model(piece[:, :-1], state)
                    total += F.cross_entropy(logits.transpose(1, 2), piece[:, 1:], reduction="sum").item()
                return total / text[:, 1:].numel()
        """,
        ),
        Mutant("per_step", says="you divided by the steps alone", edit=("targets.numel()", "targets.shape[1]")),
        Mutant("sum", says="now divide by the number of predictions", edit=("total / targets.numel()", "total")),
        Mutant(
            "in_one_piece",
            says="no more than `steps` ids may be read at once",
            source="""
            def stream_loss(model, text, steps):
                logits, _ = model(text[:, :-1], None)
                return F.cross_entropy(logits.transpose(1, 2), text[:, 1:]).item()
        """,
        ),
    ],
    "gru_step": [
        Mutant(
            "z_of_the_new", says="z is the share of the OLD state", edit=("(1 - z) * n + z * h", "z * n + (1 - z) * h")
        ),
        Mutant("r_on_both", says="it must not touch what comes from x", edit=("n_x + r * n_h", "r * (n_x + n_h)")),
        Mutant("swapped", says="r and z are swapped", edit=("r, z = torch.sigmoid", "z, r = torch.sigmoid")),
        Mutant("no_r", says="r is missing", edit=("r * n_h", "n_h")),
        Mutant("sigmoid_n", says="a sigmoid is for gates", edit=("torch.tanh", "torch.sigmoid")),
        Mutant("no_tanh", says="went through no tanh", edit=("torch.tanh(n_x + r * n_h)", "n_x + r * n_h")),
        Mutant("r_times_h", says="you multiplied h itself", edit=("r * n_h", "r * h")),
        Mutant("old_whole", says="the old state came in whole", edit=("+ z * h", "+ h")),
        Mutant("as_lstm", says="as if it were the memory of an LSTM", edit=("(1 - z) * n", "n")),
    ],
    "file_bytes": [
        Mutant("weights", says="these are weights; the bytes are asked for", edit=(" * bytes_per_weight", "")),
        Mutant("always_two", says="and not always 2", edit=("* bytes_per_weight", "* 2")),
        Mutant("always_four", says="and not always 4", edit=("* bytes_per_weight", "* 4")),
        Mutant("one_bias", says="torch keeps two biases", edit=("2 * hidden", "hidden")),
        Mutant("no_state_matrix", says="AND one for the state", edit=(" + hidden * hidden", "")),
        Mutant("one_gate", says="you counted one", edit=("4 * (hidden", "(hidden")),
        Mutant("three_gates", says="you counted three", edit=("4 * (hidden", "3 * (hidden")),
        Mutant(
            "no_project",
            says="the projection is missing",
            edit=("0 if hidden == channels else channels * hidden", "0"),
        ),
        Mutant(
            "always_project",
            says="where H is C there is no projection",
            edit=("0 if hidden == channels else channels * hidden", "channels * hidden"),
        ),
        Mutant(
            "tied_swapped", says="tied, the head has no table", edit=("0 if tied else table", "table if tied else 0")
        ),
        Mutant("always_tied", says="untied, the head has a second table", edit=("0 if tied else table", "0")),
        Mutant("head_of_h", says="it is V x C", edit=("0 if tied else table", "0 if tied else vocab * hidden")),
        Mutant("no_token_bias", says="the biases of the V tokens are missing", edit=("head + vocab)", "head)")),
        Mutant(
            "project_bias",
            says="the projection has no bias",
            edit=("channels * hidden\n", "channels * hidden + channels\n"),
        ),
    ],
}
