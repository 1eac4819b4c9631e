"""Do a lesson's claims hold for other seeds? `python -m tools.seeds STEM [--seeds 0 1 2]` runs a copy for each.

A lesson's setup cell says `seed = 0`, and all that is random on the page comes from it. Nothing is stored: the copies
are executed and thrown away. What fails is printed with its cell.
"""

import argparse
import re
import sys
import time
from pathlib import Path

from tools.execute import execute
from tools.faults import BuildError
from tools.layout import ROOT, chosen
from tools.percent import notebook

SEED = re.compile(r"^seed = \d+$", re.MULTILINE)


def with_seed(source: str, seed: int, file: str) -> str:
    """Return the page's source with another seed.

    Raises BuildError unless exactly one line says `seed = N`.

    >>> with_seed("seed = 0\\nrng = default_rng(seed)", 7, "page.py")
    'seed = 7\\nrng = default_rng(seed)'
    """
    if (found := len(SEED.findall(source))) != 1:
        raise BuildError(file, None, f"{found} lines say `seed = N`; one line of the setup cell must, and only one")
    return SEED.sub(f"seed = {seed}", source)


def run(page: Path, seed: int, verbose: bool = False) -> bool:
    """Execute the page with one seed, print what came of it, and return whether every assertion held."""
    file, began = page.stem, time.perf_counter()
    try:
        book = notebook(with_seed(page.read_text(encoding="utf-8"), seed, file))
        execute(book, ROOT / "notebooks", file)
    except BuildError as error:
        print(f"{file}, seed {seed}: {error}", flush=True)
        return False
    print(f"{file}, seed {seed}: every claim held, {time.perf_counter() - began:.0f} s", flush=True)
    for cell in book.cells if verbose else []:
        for output in cell.get("outputs", []):
            print(output.get("text", ""), end="")
    return True


def main(argv: list[str] | None = None) -> int:
    """Run the lesson under each seed, and return 1 if a claim failed under any."""
    parser = argparse.ArgumentParser(prog="python -m tools.seeds", description=__doc__.splitlines()[0])
    parser.add_argument("stem", help="a lesson, such as 03_word2vec")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--verbose", action="store_true", help="print everything that the cells print")
    arguments = parser.parse_args(argv)
    (page,) = [source for source in chosen(ROOT, [arguments.stem]) if source.parent.parent.name == "notebooks"]
    held = [run(page, seed, arguments.verbose) for seed in arguments.seeds]
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(main())
