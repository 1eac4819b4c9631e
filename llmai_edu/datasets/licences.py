"""The texts of 42 licences by their SPDX names."""

import ast
from pathlib import Path

from .errors import DataError
from .fetch import fetch

__all__ = ["load_licences", "read_templates", "read_tuple"]

TEMPLATES = {
    "CC-BY-3.0": "cc_by",
    "CC-BY-NC-3.0": "cc_by_nc",
    "CC-BY-NC-ND-3.0": "cc_by_nc_nd",
    "CC-BY-NC-SA-3.0": "cc_by_nc_sa",
    "CC-BY-ND-3.0": "cc_by_nd",
    "CC-BY-SA-3.0": "cc_by_sa",
    "CDDL-1.0": "cddl",
}


def load_licences() -> dict[str, str]:
    """Return 42 licence texts, fetched first where necessary; raises DataError when they cannot be had.

    >>> load_licences()["MIT"].split()[:2]  # doctest: +SKIP
    ['MIT', 'License']
    """
    first = read_tuple(fetch("licences") / "identify" / "vendor" / "licenses.py")
    return first | read_templates(fetch("more-licences") / "lice2" / "templates")


def read_tuple(path: Path) -> dict[str, str]:
    """Return the pairs of the assignment `LICENSES = (…)` of a Python file; it is parsed, never run.

    Raises DataError when no such assignment of plain strings is there.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "LICENSES":
            try:
                return dict(ast.literal_eval(node.value))
            except ValueError:
                break
    raise DataError(f"{path.name} assigns no LICENSES of plain strings: is it the pinned file?")


def read_templates(folder: Path) -> dict[str, str]:
    """Return the licences of a folder of templates."""
    return {name: (folder / f"template-{stem}.txt").read_text(encoding="utf-8") for name, stem in TEMPLATES.items()}
