"""Rebuild notebooks and exercise sheets from their sources: `python -m tools.sync [STEM ...] [--force]`.

Always from the source to the notebook, never back. A page is executed only when its code, or a module of the package
that it reaches, has changed; `--force` executes it anyway.
"""

import argparse
import sys
from pathlib import Path

from tools.badges import refresh_readme
from tools.build import build
from tools.faults import BuildError
from tools.layout import ROOT, chosen


def main(argv: list[str] | None = None, root: Path = ROOT) -> int:
    """Build each page, go on after a failure, and return 1 if any failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.sync", description=__doc__.splitlines()[0])
    parser.add_argument("stems", nargs="*", metavar="STEM", help="lessons, such as 01_tokens (default: all)")
    parser.add_argument("--force", action="store_true", help="execute also what is up to date")
    arguments = parser.parse_args(argv)
    failed = False
    for source in chosen(root, arguments.stems):
        try:
            print(f"{source.relative_to(root).as_posix()}: {build(source, root, arguments.force)}", flush=True)
        except BuildError as error:
            failed = True
            print(f"{error}", file=sys.stderr, flush=True)
    try:
        if refresh_readme(root):
            print("README.md: badges rewritten")
    except BuildError as error:
        failed = True
        print(error, file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
