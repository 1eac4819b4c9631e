"""House rules for what is no page: the documents at the root, the package's text, and notebooks that nobody builds."""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.faults import Fault
from tools.text_rules import HOST, REGISTRY, foreign, link_faults

BUILT_FROM = {"notebooks": "notebooks", "solutions": "solutions", "exercises": "solutions"}


def repository_faults(root: Path) -> list[Fault]:
    """List the broken rules in the root's documents and the package's modules, and the notebooks without a source."""
    return [*_document_faults(root), *_module_faults(root), *_stray_notebooks(root)]


def _document_faults(root: Path) -> Iterator[Fault]:
    for path in sorted(root.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        yield from (Fault(path.name, None, message) for message in link_faults(text, root))
        yield from _foreign_lines(path, text, root, REGISTRY)


def _module_faults(root: Path) -> Iterator[Fault]:
    for path in sorted((root / "llmai_edu").rglob("*.py")):
        # The code that asks an index shows made-up ones in its examples, so only a real host counts here.
        yield from _foreign_lines(path, path.read_text(encoding="utf-8"), root, HOST)


def _foreign_lines(path: Path, text: str, root: Path, registry: re.Pattern[str]) -> Iterator[Fault]:
    file = path.relative_to(root).as_posix()
    for number, line in enumerate(text.split("\n"), 1):
        yield from (Fault(file, None, f"line {number} {message}") for message in foreign(line, registry))


def _stray_notebooks(root: Path) -> Iterator[Fault]:
    """A numbered notebook that the map does not know is found with its partners (tools/stale.py)."""
    strays = [path for path in root.glob("*.ipynb") if not path.name.startswith(".")]
    for folder, origin in BUILT_FROM.items():
        for path in (root / folder).rglob("*.ipynb"):
            inside = path.relative_to(root / folder)
            if any(part.startswith(".") for part in inside.parts):  # JupyterLab's checkpoints
                continue
            built = inside.parent == Path() and (root / origin / "src" / f"{path.stem}.py").is_file()
            if not built and not re.match(r"\d\d_", path.name):
                strays.append(path)
    message = "is built from no source; write one, or keep the notebook outside the repository"
    yield from (Fault(path.relative_to(root).as_posix(), None, message) for path in sorted(strays))
