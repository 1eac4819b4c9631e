from tools.proof import Mutant

STEP = """
            def step(inputs, outputs, centre, context, drawn, rate):
                inputs, outputs = inputs.copy(), outputs.copy()
                {head}
                for place, target in enumerate([context, *drawn]):
                    error = sigmoid(outputs[target] @ {v}) - {label}
                    inputs[centre] -= rate * error * outputs[target]
                    outputs[target] -= rate * error * {v}
                return inputs, outputs
        """

MUTANTS = {
    "step": [
        Mutant(
            "broken_as_given_on_copies",
            says="the drawn words have the label 0, and the centre must not move",
            source=STEP.format(head="v = inputs[centre]", v="v", label="1"),
        ),
        Mutant(
            "moves_meanwhile",
            says="the centre moves while the loop still needs it",
            source=STEP.format(head="v = inputs[centre]", v="v", label="(place == 0)"),
        ),
        Mutant("labels_all_one", says="the drawn words have the label 0: they are", edit=("(place == 0)", "1")),
        Mutant("labels_swapped", says="the labels are swapped", edit=("(place == 0)", "(place > 0)")),
        Mutant(
            "uphill",
            says="the loss grows: subtract",
            source="""
            def step(inputs, outputs, centre, context, drawn, rate):
                new_inputs, new_outputs = inputs.copy(), outputs.copy()
                v = inputs[centre]
                for place, target in enumerate([context, *drawn]):
                    error = sigmoid(outputs[target] @ v) - (place == 0)
                    new_inputs[centre] += rate * error * outputs[target]
                    new_outputs[target] += rate * error * v
                return new_inputs, new_outputs
        """,
        ),
        Mutant(
            "centre_first",
            says="the centre moved before the targets' gradients were taken",
            source="""
            def step(inputs, outputs, centre, context, drawn, rate):
                inputs, outputs = inputs.copy(), outputs.copy()
                targets = [context, *drawn]
                error = sigmoid(outputs[targets] @ inputs[centre]) - np.eye(1, len(targets))[0]
                inputs[centre] -= rate * error @ outputs[targets]
                np.add.at(outputs, targets, -rate * np.outer(error, inputs[centre]))
                return inputs, outputs
        """,
        ),
        Mutant(
            "targets_first",
            says="the targets moved before the centre's gradient was taken",
            source="""
            def step(inputs, outputs, centre, context, drawn, rate):
                inputs, outputs = inputs.copy(), outputs.copy()
                targets = [context, *drawn]
                error = sigmoid(outputs[targets] @ inputs[centre]) - np.eye(1, len(targets))[0]
                np.add.at(outputs, targets, -rate * np.outer(error, inputs[centre]))
                inputs[centre] -= rate * error @ outputs[targets]
                return inputs, outputs
        """,
        ),
        Mutant(
            "centre_by_the_context_only",
            says="the drawn words move the centre, too",
            edit=(
                "new_inputs[centre] -= rate * error * outputs[target]",
                "new_inputs[centre] -= rate * error * outputs[target] * (place == 0)",
            ),
        ),
        Mutant(
            "fancy_index",
            says="moves once only: add the changes up",
            source="""
            def step(inputs, outputs, centre, context, drawn, rate):
                new_inputs, new_outputs = inputs.copy(), outputs.copy()
                targets = [context, *drawn]
                error = sigmoid(outputs[targets] @ inputs[centre]) - np.eye(1, len(targets))[0]
                new_inputs[centre] -= rate * error @ outputs[targets]
                new_outputs[targets] -= rate * np.outer(error, inputs[centre])
                return new_inputs, new_outputs
        """,
        ),
        Mutant(
            "reads_moved_rows",
            says="you read it after it had moved",
            source=STEP.format(head="v = inputs[centre].copy()", v="v", label="(place == 0)"),
        ),
        Mutant(
            "a_set_of_drawn",
            says="drawn twice stands for two answers",
            edit=("[context, *drawn]", "[context, *dict.fromkeys(drawn)]"),
        ),
        Mutant(
            "context_not_drawn",
            says="stands for a wrong answer, too; you left that out",
            edit=("[context, *drawn]", "[context, *(word for word in drawn if word != context)]"),
        ),
        Mutant(
            "label_by_word",
            says="the label belongs to the place",
            edit=("(place == 0)", "(target == context)"),
        ),
        Mutant("one_table", says="return both tables", edit=("return new_inputs, new_outputs", "return new_inputs")),
    ],
    "threshold_for": [
        Mutant("unweighted", says="weigh each word's probability", edit=("np.sum(f * np.min", "np.mean(1 * np.min")),
        Mutant("paper", says="this is the paper's formula", edit=("np.sqrt(t / f) + t / f", "np.sqrt(t / f)")),
        Mutant("no_root", says="the square root is missing", edit=("np.sqrt(t / f) + t / f", "t / f")),
        Mutant(
            "above_one",
            says="the probability is at most 1",
            edit=("np.minimum(1, np.sqrt(t / f) + t / f)", "(np.sqrt(t / f) + t / f)"),
        ),
        Mutant("skips", says="skips the share that it should keep", edit=("if kept < share", "if kept < 1 - share")),
        Mutant("rough", says="is the search long enough", edit=("range(60)", "range(9)")),
        Mutant("kept", says="not the share that it keeps", edit=("return (low + high) / 2", "return kept")),
        Mutant(
            "counts",
            says="f is a share of the text, not a count",
            source="""
            def threshold_for(counts, share):
                counts, low, high = np.asarray(counts), 0.0, float(np.sum(counts))
                for _ in range(80):
                    t = (low + high) / 2
                    kept = np.sum(counts * np.minimum(1, np.sqrt(t / counts) + t / counts)) / counts.sum()
                    low, high = (t, high) if kept < share else (low, t)
                return t
        """,
        ),
    ],
    "expected_pairs": [
        Mutant("flat", says="every pair counts 1 here", edit=("(window - distance + 1) / window", "1")),
        Mutant("glove", says="these are the weights 1/d", edit=("(window - distance + 1) / window", "1 / distance")),
        Mutant("one_too_few", says="one too few", edit=("window - distance + 1", "window - distance")),
        Mutant("not_divided", says="divide by the number of radii", edit=("+ 1) / window", "+ 1)")),
        Mutant(
            "uniform", says="near words are read more often", edit=("(window - distance + 1) / window", "1 / window")
        ),
        Mutant(
            "both_draw",
            says="the square of the probability",
            edit=("(window - distance + 1) / window", "((window - distance + 1) / window) ** 2"),
        ),
        Mutant(
            "fancy_index_pairs",
            says="counted once only: use np.add.at",
            source="""
            def expected_pairs(docs, n_words, window):
                table = np.zeros((n_words, n_words))
                for doc in docs:
                    ids = np.array(doc)
                    for d in range(1, window + 1):
                        table[ids[:-d], ids[d:]] += (window - d + 1) / window
                        table[ids[d:], ids[:-d]] += (window - d + 1) / window
                return table
        """,
        ),
        Mutant(
            "wraps_round",
            says="a negative index counts from the document's end",
            source="""
            def expected_pairs(docs, n_words, window):
                table = np.zeros((n_words, n_words))
                for doc in docs:
                    for i, centre in enumerate(doc):
                        for d in range(1, window + 1):
                            table[centre, doc[(i - d) % len(doc)]] += (window - d + 1) / window
                            if i + d < len(doc):
                                table[centre, doc[i + d]] += (window - d + 1) / window
                return table
        """,
        ),
        Mutant(
            "mean_radius",
            says="one mean distance",
            edit=("(window - distance + 1) / window", "float(distance <= (window + 1) / 2)"),
        ),
        Mutant("right_only", says="to the right only", edit=("distance = abs(i - j)", "distance = j - i")),
        Mutant("left_only", says="to the left only", edit=("distance = abs(i - j)", "distance = i - j")),
        Mutant(
            "symmetric_half",
            says="both words are centres, once each",
            edit=("(window - distance + 1) / window", "(window - distance + 1) / window / 2"),
        ),
        Mutant("own_place", says="a position is not its own neighbour", edit=("0 < distance", "0 <= distance")),
        Mutant(
            "no_twins",
            says="another occurrence of itself",
            edit=("0 < distance <= window", "centre != context and distance <= window"),
        ),
        Mutant(
            "joined",
            says="from one document into another",
            edit=("for doc in docs", "for doc in [sum(docs, [])]"),
        ),
    ],
}
