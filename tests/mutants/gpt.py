"""Wrong answers to the exercises of lesson 12, each with the message that it must meet."""

from tools.mutant import Mutant

