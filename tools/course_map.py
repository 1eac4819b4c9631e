"""The chart of the course in a lesson, made from the map of lessons: what stands between two markers is sync's."""

import re
from pathlib import Path

from tools.faults import BuildError, Fault
from tools.layout import course_module
from tools.percent import numbers, split

BEGIN, END = "<!-- map:start -->", "<!-- map:end -->"
BETWEEN = re.compile(rf"^# {BEGIN}\n(?:#.*\n)*?# {END}$", flags=re.MULTILINE)


def chart_lines(root: Path) -> str:
    """Return the chart as commented lines of a percent source, from marker to marker."""
    chart = course_module(root)["course_map_mermaid"]()
    return "\n".join(f"# {line}" for line in [BEGIN, "```mermaid", *chart.split("\n"), "```", END])


def refresh_map(text: str, root: Path, file: str) -> str:
    """Rewrite the chart in a source that has the markers; any other stays as it is.

    Raises BuildError when one marker stands without the other, or outside a Markdown cell.
    """
    if BEGIN not in text and END not in text:
        return text
    header, segments = split(text)
    for place, segment in enumerate(segments):
        if BEGIN not in segment and END not in segment:
            continue
        if not segment.startswith("# %% [markdown]") or len(BETWEEN.findall(segment)) != 1:
            message = f"needs {BEGIN} and, lines below it, {END}, once, in a Markdown cell; sync fills in the chart"
            raise BuildError(file, numbers(segments)[place], message)
        segments[place] = BETWEEN.sub(lambda _: chart_lines(root), segment)
    return header + "".join(segments)


def map_faults(text: str, root: Path, file: str) -> list[Fault]:
    """Say whether a source's chart differs from the map of lessons."""
    try:
        fresh = refresh_map(text, root, file)
    except BuildError as error:
        return [error.fault]
    segments = split(text)[1]
    message = "the chart differs from the map in llmai_edu/course/lessons.py; run sync"
    return [
        Fault(file, number, message)
        for number, old, new in zip(numbers(segments), segments, split(fresh)[1])
        if old != new
    ]
