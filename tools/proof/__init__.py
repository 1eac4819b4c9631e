"""The proof of the exercises: `python -m tools.proof [stem ...]`.

For every exercise of every sheet: the solution passes, the blank is refused with NotImplementedError and nothing
else, each planted wrong answer is refused with its own message, all of it under several seeds, and the student's
sheet holds no line of the solution. Sheets run in this process, without kernels.
"""

from tools.proof.mutants import Mutant
from tools.proof.prove import Proof, prove

__all__ = ["Mutant", "Proof", "prove"]
