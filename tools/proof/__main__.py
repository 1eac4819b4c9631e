"""Print the proof, one line an exercise and one a mutant; exit with 1 when something does not hold."""

import argparse
import sys

from tools.faults import BuildError
from tools.layout import ROOT, chosen
from tools.proof.prove import SEEDS, Proof, prove


def lines_of(proofs: list[Proof]) -> list[str]:
    """The proof of one sheet as text."""
    whole, *exercises = proofs
    lines = [whole.name, *(f"  FAULT {fault}" for fault in whole.faults)]
    for proof in exercises:
        if not proof.faults:
            lines.append(
                f"  {proof.name}: solution passes under {len(SEEDS)} seeds, blank refused with NotImplementedError, "
                f"{len(proof.refusals)} mutants refused:"
            )
        lines += [f"  {proof.name}: FAULT {fault}" for fault in proof.faults]
        lines += [f"    ✗ {name:<24} {message}" for name, message in proof.refusals]
    return lines


def main(argv: list[str] | None = None) -> int:
    """Prove the sheets named, or all; return 1 when something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tools.proof", description=__doc__.splitlines()[0])
    parser.add_argument("stems", nargs="*", help="sheets, such as 02_ngram (default: all)")
    sources = chosen(ROOT, parser.parse_args(argv).stems)
    stems = [path.stem for path in sources if path.parent.parent.name == "solutions"]
    holds = True
    for stem in stems:
        try:
            proofs = prove(stem)
        except (BuildError, FileNotFoundError) as error:
            proofs = [Proof(stem, [str(error)])]
        print("\n".join(lines_of(proofs)), flush=True)
        holds = holds and not any(proof.faults for proof in proofs)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
