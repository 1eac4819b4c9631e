from tools.proof import Mutant

MUTANTS = {
    "backward": [
        Mutant("overwrites", says="add them up, the second must not replace", edit=("grad += rate", "grad = rate")),
        Mutant(
            "adds_but_early",
            says="before all that was computed from it had reported",
            source="""
            def backward(result):
                result.grad = 1.0
                waiting = [result]
                while waiting:
                    number = waiting.pop()
                    for earlier, rate in number.came_from:
                        earlier.grad += rate * number.grad
                        waiting.append(earlier)
        """,
        ),
        Mutant(
            "adds_but_twice",
            says="and later once more",
            source="""
            def backward(result):
                result.grad = 1.0
                waiting = [result]
                while waiting:
                    number = waiting.pop(0)
                    for earlier, rate in number.came_from:
                        earlier.grad += rate * number.grad
                        waiting.append(earlier)
        """,
        ),
        Mutant(
            "list_before_the_past",
            says="each number is met once, but some too early",
            source="""
            def backward(result):
                order = []

                def visit(number):
                    if number not in order:
                        order.append(number)
                        for earlier, _ in number.came_from:
                            visit(earlier)

                visit(result)
                for number in order:
                    number.grad = 0.0
                result.grad = 1.0
                for number in order:
                    for earlier, rate in number.came_from:
                        earlier.grad += rate * number.grad
        """,
        ),
        Mutant(
            "breadth_first",
            says="each number once, but some before all",
            source="""
            def backward(result):
                order = [result]
                for number in order:
                    number.grad = 0.0
                    for earlier, _ in number.came_from:
                        if earlier not in order:
                            order.append(earlier)
                result.grad = 1.0
                for number in order:
                    for earlier, rate in number.came_from:
                        earlier.grad += rate * number.grad
        """,
        ),
        Mutant("forwards", says="the way back begins at the result", edit=("reversed(order)", "order")),
        Mutant("not_begun", says="the result changes with itself at the rate 1", edit=("result.grad = 1.0", "pass")),
        Mutant("not_forgotten", says="what an earlier call left", edit=("number.grad = 0.0", "pass")),
        Mutant(
            "every_way",
            says="once for each way to it",
            source="""
            def backward(result):
                def forget(number, met):
                    if number not in met:
                        met.add(number)
                        number.grad = 0.0
                        for earlier, _ in number.came_from:
                            forget(earlier, met)

                def go(number, slope):
                    number.grad += slope
                    for earlier, rate in number.came_from:
                        go(earlier, slope * rate)

                forget(result, set())
                go(result, 1.0)
        """,
        ),
    ],
    "wish_slope": [
        Mutant("first_only", says="of the first part alone", edit=(" + 2 * c * log_z * p", "")),
        Mutant("sign", says="the sign is wrong", edit=("return p - occurred", "return occurred - p")),
        Mutant("no_two", says="the square has the slope 2", edit=("2 * c * log_z * p", "c * log_z * p")),
        Mutant("chain_broken_off", says="the chain goes on", edit=("2 * c * log_z * p", "2 * c * log_z")),
        Mutant("p_minus_occurred", says="not p_k minus what occurred", edit=("log_z * p", "log_z * (p - occurred)")),
        Mutant("at_the_target", says="not only with the target's", edit=("log_z * p", "log_z * p * occurred")),
        Mutant(
            "one_over_z", says="1 / Z is not yet the rate", edit=("2 * c * log_z * p", "2 * c * log_z / np.exp(log_z)")
        ),
        Mutant("no_square", says="without the square", edit=("2 * c * log_z * p", "c * p")),
        Mutant("kept_square", says="you kept the square", edit=("2 * c * log_z * p", "c * log_z**2 * p")),
        Mutant("shifted", says="add it again", edit=("largest + np.log", "np.log")),
        Mutant("base_two", says="with the base 2", edit=("c * log_z * p", "c * log_z / np.log(2) * p")),
        Mutant("size_of_ln_z", says="take no absolute value", edit=("2 * c * log_z", "2 * c * abs(log_z)")),
        Mutant("no_c", says="c is missing", edit=("2 * c * log_z", "2 * log_z")),
        Mutant("second_only", says="the first part is missing", edit=("p - occurred + ", "")),
        Mutant("overflow", says="is infinite: take the largest", edit=("largest = logits.max()", "largest = 0.0")),
    ],
    "steps_needed": [
        Mutant("fastest", says="not for the fastest", edit=("max(abs", "min(abs")),
        Mutant(
            "gentlest",
            says="the gentlest direction alone",
            edit=("max(abs(1 - lr * c) for c in curvatures)", "abs(1 - lr * min(curvatures))"),
        ),
        Mutant(
            "steepest",
            says="this asks the steepest direction alone",
            edit=("max(abs(1 - lr * c) for c in curvatures)", "abs(1 - lr * max(curvatures))"),
        ),
        Mutant(
            "leaping_is_lost",
            says="does not mean that it runs away",
            edit=("slowest >= 1", "any(1 - lr * c < 0 for c in curvatures)"),
        ),
        Mutant("floor", says="one step too few", edit=("math.ceil", "math.floor")),
        Mutant("one_more", says="one step too many", edit=("return math.ceil", "return 1 + math.ceil")),
        Mutant(
            "not_at_most",
            says="no further step is needed",
            edit=(
                "return math.ceil(math.log(share) / math.log(slowest))",
                "return math.floor(math.log(share) / math.log(slowest)) + 1",
            ),
        ),
        Mutant(
            "no_size",
            says="have no logarithm: it is the size",
            edit=(
                "return math.ceil(math.log(share) / math.log(slowest))",
                "return max(math.ceil(math.log(share) / math.log(1 - lr * c)) for c in curvatures)",
            ),
        ),
        Mutant("border_forgotten", says="before you divide", edit=("slowest >= 1", "slowest > 1")),
        Mutant("not_whole", says="a step count is a whole number", edit=("math.ceil", "")),
        Mutant(
            "average",
            says="must not be averaged",
            edit=("max(abs(1 - lr * c) for c in curvatures)", "abs(1 - lr * sum(curvatures) / len(curvatures))"),
        ),
        Mutant(
            "each",
            says="for all parameters together",
            edit=(
                "return math.ceil(math.log(share) / math.log(slowest))",
                "return [math.ceil(math.log(share) / math.log(abs(1 - lr * c))) for c in curvatures]",
            ),
        ),
        Mutant(
            "runs_away",
            says="a factor of size above 1 makes",
            edit=("slowest >= 1", "slowest == 1"),
        ),
        Mutant(
            "border",
            says="at the border the factor is -1",
            source="""
            def steps_needed(curvatures, lr, share):
                slowest = max(abs(1 - lr * c) for c in curvatures)
                if slowest > 1:
                    return math.inf
                if slowest in (0, 1):
                    return 1
                return math.ceil(math.log(share) / math.log(slowest))
        """,
        ),
    ],
}
