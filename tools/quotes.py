"""Quotation cells: a cell marked `quote="llmai_edu.pkg.module:name"` holds the package's own definition.

The module is read, never imported, so a quotation costs no torch and works when the module does not.
"""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

from tools.faults import BuildError, Fault
from tools.layout import parse_module
from tools.percent import cell_of, numbers, split, with_body

COLUMNS = 96  # as in notebooks/src/ruff.toml


def definition(root: Path, quote: str) -> str:
    """Return the source of a function, class, constant or method, with decorators and docstring, at column 0.

    quote: `llmai_edu.pkg.module:name` or `llmai_edu.pkg.module:Class.method`. Raises LookupError, in words for
    the author, when there is no such module or name.
    """
    module, _, name = quote.partition(":")
    stem = root.joinpath(*module.split("."))
    path = next((p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.is_file()), None)
    if path is None or not name or not module.startswith("llmai_edu."):
        raise LookupError(f'quote="{quote}": no such module; write llmai_edu.package.module:name')
    node: ast.AST = parse_module(path)
    for part in name.split("."):
        found = [child for child in getattr(node, "body", []) if part in _names(child)]
        if not found:
            raise LookupError(
                f'quote="{quote}": {module} has no {name}; correct the name, or quote the module it is in'
            )
        node = found[-1]
    return _formatted(_cut(path.read_text(encoding="utf-8").splitlines(), node), COLUMNS)


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _cut(lines: list[str], node: ast.AST) -> str:
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    indent = " " * node.col_offset
    return "\n".join(line.removeprefix(indent) for line in lines[first - 1 : node.end_lineno])


@cache
def _formatted(body: str, columns: int) -> str:
    """Format a definition as ruff would in the lesson, whose cells are narrower than the package's files."""
    config = Path(__file__).resolve().parent.parent / "pyproject.toml"
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--config",
        str(config),
        "--config",
        f"line-length={columns}",
        "-",
    ]
    return subprocess.run(command, input=body, text=True, capture_output=True, check=True).stdout.strip()


def quote_of(segment: str) -> str | None:
    """Return what a segment quotes, or None."""
    return cell_of(segment).metadata.get("quote") if "quote=" in segment.split("\n", 1)[0] else None


def refresh_quotes(text: str, root: Path, file: str) -> str:
    """Rewrite the body of every quotation cell from the package. Raises BuildError when a name is not found."""
    header, segments = split(text)
    for i, segment in enumerate(segments):
        if quote := quote_of(segment):
            try:
                segments[i] = _with_definition(segment, definition(root, quote), last=i == len(segments) - 1)
            except LookupError as error:
                raise BuildError(file, numbers(segments)[i], error.args[0]) from None
    return header + "".join(segments)


def _with_definition(segment: str, body: str, last: bool) -> str:
    if cell_of(segment).source.strip() == body:
        return segment
    return with_body(segment, body).rstrip("\n") + "\n" if last else with_body(segment, body)


def quote_faults(text: str, root: Path, file: str) -> list[Fault]:
    """List quotations that differ from the package, that cannot be found, or that no later cell uses."""
    faults = []
    segments = split(text)[1]
    cells = [cell_of(segment) for segment in segments]
    for place, (number, cell) in enumerate(zip(numbers(segments), cells), 1):
        if not (quote := cell.metadata.get("quote")):
            continue
        try:
            body = definition(root, quote)
        except LookupError as error:
            faults.append(Fault(file, number, error.args[0]))
            continue
        if cell.source.strip() != body:
            faults.append(Fault(file, number, f"differs from {quote}; a quotation is the package's text; run sync"))
        name = quote.split(":")[1].split(".")[-1]
        later = [c.source for c in cells[place:] if c.cell_type == "code"]
        if not any(uses(source, name) for source in later):
            faults.append(Fault(file, number, f"quotes {name}, but no later cell calls it; call it, or drop the quote"))
        elif any(imports(source, name) for source in later):
            faults.append(Fault(file, number, f"a later cell imports {name} over the learner's own; drop that import"))
    return faults


def uses(source: str, name: str) -> bool:
    """Say whether code calls a name, passes it on or assigns it; a line that only shows it does not count.

    >>> uses("y = f(x)", "f"), uses("Model.forward = f", "f"), uses("f", "f"), uses("other.f(x)", "f")
    (True, True, False, False)
    """
    tree = parsed(source)
    shown = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) and id(node) not in shown
        for node in ast.walk(tree)
    )


def imports(source: str, name: str) -> bool:
    """Say whether code imports something under this name."""
    nodes = (node for node in ast.walk(parsed(source)) if isinstance(node, ast.Import | ast.ImportFrom))
    return any((alias.asname or alias.name) == name for node in nodes for alias in node.names)


def parsed(source: str) -> ast.Module:
    """Parse a cell's code with its magics blanked; a cell in another language (`%%bash`) or broken is empty.

    >>> len(parsed("%matplotlib inline\\nx = 1").body), len(parsed("%%bash\\nls").body)
    (2, 0)
    """
    if source.lstrip().startswith("%%"):
        return ast.Module([], [])
    lines = ["pass" if line[:1] in ("%", "!") else line for line in source.split("\n")]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        return ast.Module([], [])
