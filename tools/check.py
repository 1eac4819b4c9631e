"""Check that nothing is stale and that every page keeps the house rules: `python -m tools.check`.

Executes nothing and loads no torch. Prints each fault as `file:cell: what is wrong; what was expected; what to do`,
cells counted from 1, and exits with 1 if there is any.
"""

import argparse
import sys
from pathlib import Path

from tools.build import target
from tools.code_rules import about_faults, code_faults
from tools.faults import BuildError, Fault
from tools.layout import ROOT, course_map, sources
from tools.output_rules import output_faults
from tools.percent import load, notebook
from tools.repository_rules import repository_faults
from tools.stale import stale_faults
from tools.text_rules import text_faults

MODULE_LINES = 260


def style_faults(root: Path) -> list[Fault]:
    """List the broken house rules in all sources and stored notebooks."""
    faults = []
    try:
        lessons = course_map(root)
    except BuildError:  # reported among what is stale
        lessons = {}
    for folder in ("notebooks", "solutions"):
        for source in sources(root, folder):
            file, lesson = source.relative_to(root).as_posix(), folder == "notebooks"
            book, path = notebook(source.read_text(encoding="utf-8")), target(source)
            faults += text_faults(book, file, root, folder) + code_faults(book, file, lesson)
            if lesson:
                faults += about_faults(book, file, lessons.get(source.stem))
            try:
                if path.is_file():
                    faults += output_faults(load(path, root), path, path.relative_to(root).as_posix())
            except BuildError:  # reported among what is stale
                continue
    return faults


def long_modules(root: Path) -> list[str]:
    """Return a warning for each module of the package that is longer than the house likes."""
    lengths = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in sorted((root / "llmai_edu").rglob("*.py"))}
    return [
        f"warning: {path.relative_to(root).as_posix()}: {lines} lines; the house likes 250 at most; split it by concept"
        for path, lines in lengths.items()
        if lines > MODULE_LINES
    ]


def main(argv: list[str] | None = None, root: Path = ROOT) -> int:
    """Print every fault and return 1 if there is one."""
    argparse.ArgumentParser(prog="python -m tools.check", description=__doc__.splitlines()[0]).parse_args(argv)
    faults = list(dict.fromkeys(stale_faults(root) + style_faults(root) + repository_faults(root)))
    for line in (*long_modules(root), *faults):
        print(line)
    if faults:
        print(f"{len(faults)} faults. What `sync` can mend: python -m tools.sync", file=sys.stderr)
    else:
        print("nothing is stale, and every page keeps the house rules")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
