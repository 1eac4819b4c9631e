"""What is stale: a made file that differs from what its source would make today, and files that lack their partner."""

from collections.abc import Iterable
from pathlib import Path

from nbformat import NotebookNode

from tools.badges import badge_faults
from tools.build import expected_inputs, target
from tools.course_map import map_faults
from tools.faults import BuildError, Fault
from tools.fingerprint import outputs_digest
from tools.first_cell import opening_faults
from tools.layout import course_map, name_of, sources
from tools.percent import load, notebook
from tools.quotes import quote_faults
from tools.sheets import leak_faults, release

# Every lesson has all of these; {stem} is `01_tokens`, {name} is `tokens`.
PARTNERS = {
    "lesson": "notebooks/src/{stem}.py",
    "notebook": "notebooks/{stem}.ipynb",
    "solved sheet's master": "solutions/src/{stem}.py",
    "solved sheet": "solutions/{stem}.ipynb",
    "exercise sheet": "exercises/{stem}.ipynb",
    "checks": "llmai_edu/course/checks/{name}.py",
    "mutants": "tests/mutants/{name}.py",
}


def stale_faults(root: Path) -> list[Fault]:
    """List everything stale or missing under a repository's root."""
    faults = partner_faults(root)
    try:
        faults += badge_faults(root)
    except BuildError as error:
        faults.append(error.fault)
    for folder in ("notebooks", "solutions"):
        for source in sources(root, folder):
            try:
                faults += page_faults(source, root)
            except BuildError as error:
                faults.append(error.fault)
    return faults


def partner_faults(root: Path) -> list[Fault]:
    """List the lessons that stand in one place and not in another, the map of the course included."""
    try:
        listed = set(course_map(root))
    except BuildError as error:
        return [error.fault]
    numbered = "[0-9][0-9]_*"
    found = {
        path.stem
        for pattern in PARTNERS.values()
        if "{stem}" in pattern
        for path in root.glob(pattern.format(stem=numbered))
    }
    faults = [
        Fault(
            "llmai_edu/course/lessons.py",
            None,
            f"LESSONS has no written lesson {stem}, but files of it are here; add it",
        )
        for stem in sorted(found - listed)
    ]
    for stem in sorted(found | listed):
        for what, pattern in PARTNERS.items():
            file = pattern.format(stem=stem, name=name_of(stem))
            if not (root / file).is_file():
                faults.append(Fault(file, None, f"{stem} has no {what}; every lesson has one; write it, or run sync"))
    return faults


def page_faults(source: Path, root: Path) -> list[Fault]:
    """List what is stale in one source and in the notebooks that are made from it."""
    file = source.relative_to(root).as_posix()
    text = source.read_text(encoding="utf-8")
    faults = quote_faults(text, root, file) + opening_faults(text, root, file) + map_faults(text, root, file)
    book, path = notebook(text), target(source)
    if path.is_file():
        stored, name = load(path, root), path.relative_to(root).as_posix()
        faults += cell_faults(stored, book, name, allowed=["llmai_edu"]) + hash_faults(stored, book, source, root)
    if source.parent.parent.name == "solutions":
        faults += _sheet_faults(book, file, root / "exercises" / path.name, root)
    return faults


def _sheet_faults(master: NotebookNode, file: str, path: Path, root: Path) -> list[Fault]:
    sheet = release(master, file)
    faults = leak_faults(master, sheet, file)
    if path.is_file():
        stored, name = load(path, root), path.relative_to(root).as_posix()
        faults += cell_faults(stored, sheet, name)
        if any(cell.get("outputs") for cell in stored.cells):
            faults.append(Fault(name, None, "holds outputs; a blank sheet has none; run sync"))
    return faults


def cell_faults(stored: NotebookNode, fresh: NotebookNode, file: str, allowed: Iterable[str] = ()) -> list[Fault]:
    """List the cells in which a stored notebook differs from the one that its source makes."""
    faults = []
    if {k: v for k, v in stored.metadata.items() if k not in allowed} != fresh.metadata:
        faults.append(Fault(file, None, "the notebook's metadata differ from what sync writes; run sync"))
    if len(stored.cells) != len(fresh.cells):
        message = f"has {len(stored.cells)} cells where its source has {len(fresh.cells)}; edit the source and run sync"
        return [*faults, Fault(file, None, message)]
    for number, (old, new) in enumerate(zip(stored.cells, fresh.cells), 1):
        differing = [key for key in ("cell_type", "source", "metadata", "id") if old.get(key) != new.get(key)]
        if differing:
            what = {"cell_type": "cell type", "source": "text"}.get(differing[0], differing[0])
            faults.append(Fault(file, number, f"its {what} differs from the source's; edit the source and run sync"))
    return faults


def hash_faults(stored: NotebookNode, book: NotebookNode, source: Path, root: Path) -> list[Fault]:
    """Compare the hashes that a notebook stores with its inputs and with its outputs."""
    file = target(source).relative_to(root).as_posix()
    marks = stored.metadata.get("llmai_edu", {})
    faults = []
    if marks.get("inputs") != expected_inputs(book, source, root):
        message = "outputs are stale: its code, or a module of the package that it reaches, has changed; run sync"
        faults.append(Fault(file, None, message))
    if marks.get("outputs") != outputs_digest(stored):
        message = "outputs are not the ones that sync stored (was it run and saved in JupyterLab?); run sync"
        faults.append(Fault(file, None, message))
    return faults
