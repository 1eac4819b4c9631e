"""An application in the terminal: a greeting, a prompt, and the answer as it comes.

This module loads no model, so that `llmai-edu --help` answers at once; `open_app` does.
"""

import difflib
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["APPS", "TerminalApp", "open_app", "run_terminal"]

APPS = ("support", "writing", "translation", "code", "qa", "domains")


@dataclass(frozen=True)
class TerminalApp:
    """What an application's `open_app()` returns.

    greeting: what it does and cannot do, in a line or two. answer: from a line of the user's to the pieces of the
    answer as they come. example: a line to try.

    >>> app = TerminalApp("I repeat.", lambda line: iter([line, "!"]), "Hello")
    >>> "".join(app.answer(app.example))
    'Hello!'
    """

    greeting: str
    answer: Callable[[str], Iterator[str]]
    example: str


def open_app(name: str) -> TerminalApp:
    """Load an application by its name, one of APPS, with the models and data that it needs.

    Raises ValueError for an unknown name or an application that this version does not have, and DataError when its
    data cannot be had.

    >>> "".join(open_app("support").answer("My card is lost."))  # doctest: +SKIP
    """
    if name not in APPS:
        near = difflib.get_close_matches(name.lower(), APPS, n=1)
        guess = f"; did you mean {near[0]}?" if near else "."
        raise ValueError(f"no application {name!r}{guess} There are: {', '.join(APPS)}")
    module = f"llmai_edu.apps.{name}"
    try:
        return importlib.import_module(module).open_app()
    except ModuleNotFoundError as error:
        if error.name != module:  # something that the application imports is missing
            raise
        raise ValueError(f"the application {name!r} is not in this version of llmai_edu: update it") from None


def run_terminal(
    app: TerminalApp,
    question: str | None = None,
    *,
    read: Callable[[str], str] = input,
    write: Callable[[str], object] = lambda piece: print(piece, end="", flush=True),
) -> None:
    """Answer one question; without one, greet, and answer line after line until an empty one, Ctrl-D or Ctrl-C.

    read: from a prompt to the line that was typed. write: shows a piece of text at once. What `app.answer` raises is
    raised for one question, and shown as a line in a conversation, which then goes on.

    >>> run_terminal(TerminalApp("I repeat.", lambda line: iter([line, "!"]), "Hello"), "Good morning")
    Good morning!
    """
    if question is not None:
        _answer(app, question, write)
        return
    write(f"{app.greeting}\nFor example: {app.example}\nAn empty line ends it.\n")
    try:
        while line := read("> ").strip():
            try:
                _answer(app, line, write)
            except Exception as error:
                write(f"\n{type(error).__name__}: {error}\n")
    except (EOFError, KeyboardInterrupt):
        write("\n")


def _answer(app: TerminalApp, line: str, write: Callable[[str], object]) -> None:
    """Write the pieces as they come, and end the line."""
    for piece in app.answer(line):
        write(piece)
    write("\n")
