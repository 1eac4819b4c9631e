"""The simple opponent of a completer: a table of which line stood between which two lines.

It asks, from the surest to the least sure: what stood between this line and that one, most often? After this line?
Before that one? Anywhere? Lines are compared without their indentation.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

__all__ = ["LineMemory"]


class LineMemory:
    """Counts of lines by their neighbours, over some texts.

    >>> memory = LineMemory(["if a:\\n    return b\\nreturn c\\n", "x\\nreturn c\\n"])
    >>> memory.fill("if a:\\n    ", "\\nreturn c\\n"), memory.fill("something new\\n", "\\nsomething new\\n")
    ('return b', 'return c')
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.tables: dict[tuple[str | None, str | None], Counter[str]] = defaultdict(Counter)
        for text in texts:
            self.read(text)

    def read(self, text: str) -> None:
        """Count the lines of one more text."""
        lines = bare_lines(text)
        for before, line, after in zip(["", *lines], lines, [*lines[1:], ""]):
            for key in ((before, after), (before, None), (None, after), (None, None)):
                self.tables[key][line] += 1

    def fill(self, prefix: str, suffix: str) -> str:
        """The line that most often stood between the last line of the prefix and the first of the suffix.

        Lines of the prefix and of the suffix count, too, and decide where the texts say nothing.
        """
        before, after = (bare_lines(part) for part in (prefix, suffix))
        near = LineMemory((prefix, suffix))
        keys = [before[-1] if before else "", after[0] if after else ""]
        for key in ((keys[0], keys[1]), (keys[0], None), (None, keys[1]), (None, None)):
            for memory in (near, self) if key != (None, None) else (self, near):
                if key in memory.tables:
                    return memory.tables[key].most_common(1)[0][0]
        return ""


def bare_lines(text: str) -> list[str]:
    """The lines of a text without indentation, blank ones left out.

    >>> bare_lines("a\\n\\n    b\\n")
    ['a', 'b']
    """
    return [line.strip() for line in text.split("\n") if line.strip()]
