"""The README's table of lessons, with their costs and links to Colab, made from the map of the course."""

from pathlib import Path
from typing import Any

from tools.faults import Fault
from tools.first_cell import colab_url
from tools.layout import course_module, repository_address, write_atomically

BEGIN, END = "<!-- badges:start -->", "<!-- badges:end -->"
PICTURE = "https://colab.research.google.com/assets/colab-badge.svg"


def table(root: Path) -> str:
    """Return the map's own Markdown table, with a badge for each lesson that is written."""
    address = repository_address(root)

    def badge(lesson: Any) -> str:
        return f"[![Open {lesson.title} in Colab]({PICTURE})]({colab_url(address, 'notebooks', lesson.stem)})"

    return course_module(root)["course_table"](badge)


def refreshed(readme: str, root: Path) -> str:
    """Return the README with a fresh table between its markers; a README without them stays as it is."""
    before, begin, rest = readme.partition(BEGIN)
    if not begin or END not in rest:
        return readme
    return f"{before}{BEGIN}\n{table(root)}\n{END}{rest.partition(END)[2]}"


def refresh_readme(root: Path) -> bool:
    """Rewrite the table in README.md; return whether anything changed."""
    path = root / "README.md"
    return path.is_file() and write_atomically(path, refreshed(path.read_text(encoding="utf-8"), root))


def badge_faults(root: Path) -> list[Fault]:
    """Say whether the README's table is stale."""
    path = root / "README.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if refreshed(text, root) == text:
        return []
    return [Fault("README.md", None, "the table of badges differs from the map of the course; run sync")]
