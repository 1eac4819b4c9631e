"""Wrong answers to the exercises of lesson 18, each with the message that it must meet."""

from tools.proof import Mutant

TOTAL = "return sum(layers) + (parts - 1) * min(slowest)"


def cut(stages: str) -> str:
    """An answer that looks at one cut only."""
    return f"""
            def best_cut(layers, stages, parts):
                times = {stages}
                return sum(layers) + (parts - 1) * max(times)
        """


MUTANTS = {
    "ring_all_reduce": [
        Mutant(
            "as_given",
            says="finished parts are not added",
            source="""
            def ring_all_reduce(vectors, send):
                p = len(vectors)
                parts = [np.array_split(vector.copy(), p) for vector in vectors]
                for lap in range(2):
                    for travel in range(p - 1):
                        messages = [send(r, parts[r][(r + travel) % p]) for r in range(p)]
                        for r in range(p):
                            parts[(r - 1) % p][(r + travel) % p] += messages[r]
                return [np.concatenate(own) for own in parts]
        """,
        ),
        Mutant(
            "input_changed",
            says="changed its input",
            source="""
            def ring_all_reduce(vectors, send):
                p = len(vectors)
                own = [np.array_split(vector, p) for vector in vectors]
                for step in range(2 * (p - 1)):
                    numbers = [(r + step) % p for r in range(p)]
                    arrived = [send(r, own[r][number]) for r, number in enumerate(numbers)]
                    for r, number in enumerate(numbers):
                        if step >= p - 1:
                            own[(r - 1) % p][number][:] = 0
                        own[(r - 1) % p][number] += arrived[r]
                return [np.concatenate(pieces) for pieces in own]
        """,
        ),
        Mutant(
            "the_mean", says="that is the mean", edit=("np.concatenate(pieces) for", "np.concatenate(pieces) / p for")
        ),
        Mutant(
            "nothing",
            says="nothing was exchanged",
            edit=("left[number] + arrived[r] if step < p - 1 else arrived[r]", "left[number]"),
        ),
        Mutant("not_joined", says="put the parts together again", edit=("np.concatenate(pieces) for", "pieces[0] for")),
        Mutant("one_only", says="return a list of", edit=("for pieces in own]", "for pieces in own][0]")),
        Mutant(
            "whole_vectors",
            says="too much was sent",
            source="""
            def ring_all_reduce(vectors, send):
                p = len(vectors)
                sums, moving = [vector.copy() for vector in vectors], list(vectors)
                for _ in range(2 * (p - 1)):
                    arrived = [send(r, moving[r]) for r in range(p)]
                    moving = [arrived[(r + 1) % p] for r in range(p)]
                    if _ < p - 1:
                        sums = [one + new for one, new in zip(sums, moving)]
                return sums
        """,
        ),
        Mutant(
            "without_the_wire",
            says="`send` was used too little",
            source="""
            def ring_all_reduce(vectors, send):
                return [sum(vectors) for _ in vectors]
        """,
        ),
        Mutant(
            "dummy_messages",
            says="a spoiled message changed nothing",
            source="""
            def ring_all_reduce(vectors, send):
                p = len(vectors)
                for step in range(2 * (p - 1)):
                    for r in range(p):
                        send(r, np.array_split(vectors[r], p)[(r + step) % p])
                return [sum(vectors) for _ in vectors]
        """,
        ),
        Mutant(
            "wrong_sender", says="process 1 sends numbers that it cannot have", edit=("send(r, ", "send((r + 1) % p, ")
        ),
        Mutant(
            "to_the_right",
            says="process 0 sends numbers that it cannot have",
            source="""
            def ring_all_reduce(vectors, send):
                p = len(vectors)
                parts = [np.array_split(vector.copy(), p) for vector in vectors]
                for travel in range(2 * (p - 1)):
                    moving = [(r - travel) % p for r in range(p)]
                    messages = [send(r, parts[r][moving[r]].copy()) for r in range(p)]
                    for r in range(p):
                        right, part = (r + 1) % p, moving[r]
                        adding = travel < p - 1
                        parts[right][part] = messages[r] + parts[right][part] if adding else messages[r]
                return [np.concatenate(own) for own in parts]
        """,
        ),
        Mutant(
            "arrives_here",
            says="has arrived at r's neighbour, not at r",
            source="""
            def ring_all_reduce(vectors, send):
                p = len(vectors)
                own = [np.array_split(vector.copy(), p) for vector in vectors]
                for step in range(2 * (p - 1)):
                    arrived = [send(r, own[r][(r + step) % p]) for r in range(p)]
                    for r in range(p):
                        part = (r + step + 1) % p
                        own[r][part] = own[r][part] + arrived[r] if step < p - 1 else arrived[r]
                return [np.concatenate(pieces) for pieces in own]
        """,
        ),
        Mutant(
            "one_array",
            says="processes share an array",
            edit=(
                "return [np.concatenate(pieces) for pieces in own]",
                "return [np.concatenate(pieces) for pieces in own][:1] * p",
            ),
        ),
        Mutant(
            "float32",
            says="keep the type of the vectors",
            edit=("np.concatenate(pieces) for", "np.concatenate(pieces).astype(np.float32) for"),
        ),
    ],
    "shared_gradient": [
        Mutant(
            "plain_mean",
            says="the same say as one with many",
            edit=("count / total * gradient", "gradient / len(counts)"),
        ),
        Mutant("sums", says="divide by the number of all counted tokens", edit=("count / total", "count")),
        Mutant("no_weights", says="this is the sum of the gradients", edit=("count / total * gradient", "gradient")),
        Mutant(
            "wrong_way_round",
            says="many tokens, much weight",
            edit=("count / total * gradient", "1 / count / sum(1 / c for c in counts if c) * gradient"),
        ),
        Mutant("processes", says="divided by the number of processes", edit=("count / total", "count / len(counts)")),
        Mutant("nan", says="0 times nan is nan", edit=(" if count)", ")")),
        Mutant(
            "nan_to_num",
            says="a nan was taken for 0",
            edit=("total * gradient for", "total * np.nan_to_num(gradient) for"),
        ),
        Mutant(
            "any_nan",
            says="a process with a nan was left out",
            edit=(" if count)", " if not np.isnan(gradient).any())"),
        ),
        Mutant("any_zero", says="only when nobody counted", edit=("if total == 0", "if 0 in counts")),
        Mutant(
            "divides",
            says="before you divide by 0",
            edit=(
                '    if total == 0:\n        raise ValueError("no process counted a token: there is no mean")\n',
                "    1 / total\n",
            ),
        ),
        Mutant(
            "zeros",
            says="there is no mean: raise a ValueError",
            edit=('raise ValueError("no process counted a token: there is no mean")', "return 0 * np.ones(4)"),
        ),
    ],
    "best_cut": [
        Mutant(
            "equal_numbers",
            says="stages with equal numbers of layers",
            source=cut("[sum(group) for group in np.array_split(layers, stages)]"),
        ),
        Mutant(
            "dealt_out",
            says="the layers of a stage are neighbours",
            source="""
            def best_cut(layers, stages, parts):
                times = [0] * stages
                for layer in sorted(layers)[::-1]:
                    times[int(np.argmin(times))] += layer
                return sum(layers) + (parts - 1) * max(times)
        """,
        ),
        Mutant(
            "filled",
            says="filling each stage up to the average",
            source="""
            def best_cut(layers, stages, parts):
                times, goal = [0], sum(layers) / stages
                for place, layer in enumerate(layers):
                    must = len(layers) - place <= stages - len(times)
                    if len(times) < stages and times[-1] and (times[-1] + layer > goal or must):
                        times.append(0)
                    times[-1] += layer
                return sum(layers) + (parts - 1) * max(times)
        """,
        ),
        Mutant(
            "filled_over",
            says="stages filled until they reach the average",
            source="""
            def best_cut(layers, stages, parts):
                times, goal = [0], sum(layers) / stages
                for place, layer in enumerate(layers):
                    must = len(layers) - place <= stages - len(times)
                    if len(times) < stages and times[-1] and (times[-1] >= goal or must):
                        times.append(0)
                    times[-1] += layer
                return sum(layers) + (parts - 1) * max(times)
        """,
        ),
        Mutant(
            "not_the_last",
            says="the last stage may be the last layer alone",
            edit=("range(1, len(layers))", "range(1, max(stages, len(layers) - 1))"),
        ),
        Mutant(
            "not_the_first",
            says="the first stage may be the first layer alone",
            edit=("range(1, len(layers))", "range(min(2, len(layers) - stages + 1), len(layers))"),
        ),
        Mutant(
            "first",
            says="not of the first one",
            edit=("max(sum(layers[a:b]) for a, b in pairwise(edges))", "sum(layers[: edges[1]])"),
        ),
        Mutant("one_by_one", says="the stages work at the same time", edit=(TOTAL, "return parts * sum(layers)")),
        Mutant(
            "no_start", says="the first part must go through all stages", edit=(TOTAL, "return parts * min(slowest)")
        ),
        Mutant("one_more", says="come parts - 1 others", edit=("(parts - 1)", "parts")),
        Mutant(
            "all_slowest",
            says="every stage was given the time of the slowest",
            edit=(TOTAL, "return (parts + stages - 1) * min(slowest)"),
        ),
        Mutant("longest", says="that is the longest time", edit=("min(slowest)", "max(slowest)")),
        Mutant(
            "last",
            says="not of the last one",
            edit=("max(sum(layers[a:b]) for a, b in pairwise(edges))", "sum(layers[edges[-2] :])"),
        ),
        Mutant("places", says="return one number", edit=(TOTAL, "return slowest")),
    ],
}
