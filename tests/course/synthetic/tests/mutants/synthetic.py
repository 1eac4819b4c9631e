"""Wrong answers to the sheet that only the tests know."""

from tools.proof import Mutant

MUTANTS = {
    "mix": [
        Mutant(
            "swapped",
            says="the weights are swapped",
            edit=("weight * p + (1 - weight) * q", "weight * q + (1 - weight) * p"),
        ),
        Mutant("one_only", says="left out the second", edit=(" + (1 - weight) * q", "")),
        Mutant("any_weight", says="above 1 must be refused", edit=("not 0 <= weight <= 1", "False")),
        Mutant(
            "unnormalized",
            says="not the mixture",
            source="""
                def mix(p, q, weight):
                    return p + q
            """,
        ),
    ],
    "ranked": [
        Mutant("in_place", says="changed its input", edit=("return sorted(words)", "words.sort()\n    return words")),
        Mutant("downwards", says="sorted downwards", edit=("sorted(words)", "sorted(words)[::-1]")),
        Mutant("no_return", says="did you forget `return`", edit=("return sorted", "sorted")),
    ],
    "Tally": [
        Mutant("last", says="only the last one", edit=("+= number", "= number")),
        Mutant("shared", says="must start at 0", edit=("self.total +=", "Tally.total +=")),
        Mutant("off", says="the total is off", edit=("+= number", "+= number + 1")),
    ],
}
