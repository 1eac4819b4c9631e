"""Collect the paragraphs of lessons 11 to 23: `python -m benchmarks.record_course_pages` (a second).

Lessons 00 to 10 are collected by `record_paragraphs.py`, and lesson 13 searches in them; the rest goes to a file of its
own, `datasets/course_later_pages.json`, so that lesson 13 stays as it is. Run `record_qa.py vectors` afterwards.
"""

import json

from benchmarks.record_paragraphs import FOLDER, ROOT, paragraphs_of

FIRST, LAST = 11, 23


def collect() -> list[dict[str, str]]:
    """The paragraphs of the later lessons, in the order of the pages."""
    pages = sorted((ROOT / "notebooks" / "src").glob("*.py"))
    chosen = [page for page in pages if FIRST <= int(page.stem[:2]) <= LAST]
    return [one for page in chosen for one in paragraphs_of(page.stem, page.read_text("utf-8"))]


if __name__ == "__main__":
    path = FOLDER / "course_later_pages.json"
    path.write_text(json.dumps(collect(), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{path.stat().st_size:,} bytes")
