"""Quotation cells hold the package's text."""

import ast
import inspect
import textwrap
import tomllib

import pytest

from llmai_edu.course import lessons
from tools.faults import BuildError
from tools.layout import ROOT
from tools.quotes import COLUMNS, definition, quote_faults, refresh_quotes

PAGE = '# %% quote="llmai_edu.toy.zipf:slope"\npass\n\n# %%\nprint(slope(1))\n'


def test_a_definition_is_what_inspect_returns_but_for_the_width_of_its_lines():
    for name, value in [
        ("lesson", lessons.lesson),
        ("Lesson", lessons.Lesson),
        ("Lesson.name", lessons.Lesson.name.fget),
    ]:
        source = textwrap.dedent(inspect.getsource(value))
        quoted = definition(ROOT, f"llmai_edu.course.lessons:{name}")
        assert ast.dump(ast.parse(quoted)) == ast.dump(ast.parse(source))


def test_a_quotation_fits_the_width_of_a_cell(tmp_path):
    module = tmp_path / "llmai_edu" / "wide.py"
    module.parent.mkdir()
    arguments = ", ".join(f"argument_{i}" for i in range(8))
    module.write_text(f"def wide({arguments}):\n    return [{arguments}]\n", encoding="utf-8")
    assert max(map(len, module.read_text(encoding="utf-8").splitlines())) > COLUMNS
    assert max(map(len, definition(tmp_path, "llmai_edu.wide:wide").splitlines())) <= COLUMNS


def test_a_method_is_dedented_and_formatted_as_ruff_will(course):
    assert definition(course, "llmai_edu.toy.zipf:Law.at").startswith('def at(self, rank):\n    """Return')


def test_decorator_and_docstring_are_quoted(course):
    body = definition(course, "llmai_edu.toy.zipf:slope")
    assert body.startswith("@functools.cache\ndef slope")
    assert "Of a line." in body


def test_a_constant_can_be_quoted(course):
    assert definition(course, "llmai_edu.toy.zipf:SCALE") == "SCALE = 2"


@pytest.mark.parametrize(
    ("quote", "message"),
    [
        ("llmai_edu.toy.zipf:slop", "llmai_edu.toy.zipf has no slop"),
        ("llmai_edu.toy.zipf:Law.off", "has no Law.off"),
        ("llmai_edu.toy:slope", "quote the module it is in"),
        ("llmai_edu.toy.nowhere:slope", "no such module"),
        ("llmai_edu.toy.zipf", "write llmai_edu.package.module:name"),
        ("os:getcwd", "no such module"),
    ],
)
def test_a_name_that_is_not_there_is_refused(course, quote, message):
    with pytest.raises(BuildError, match=message) as error:
        refresh_quotes(PAGE.replace("llmai_edu.toy.zipf:slope", quote), course, "page.py")
    assert str(error.value).startswith("page.py:1: ")
    assert [f.cell for f in quote_faults(PAGE.replace("llmai_edu.toy.zipf:slope", quote), course, "page.py")] == [1]


def test_refresh_writes_the_definition_and_then_nothing(course):
    fresh = refresh_quotes(PAGE, course, "page.py")
    assert "return SCALE * rank\n\n\n# %%\n" in fresh
    assert refresh_quotes(fresh, course, "page.py") == fresh
    assert quote_faults(fresh, course, "page.py") == []


def test_a_changed_definition_is_a_fault_until_refreshed(course, edit):
    fresh = refresh_quotes(PAGE, course, "page.py")
    edit(course / "llmai_edu/toy/zipf.py", "SCALE * rank", "SCALE + rank")
    assert "differs from llmai_edu.toy.zipf:slope" in str(quote_faults(fresh, course, "page.py")[0])
    assert quote_faults(refresh_quotes(fresh, course, "page.py"), course, "page.py") == []


@pytest.mark.parametrize(
    ("later", "message"),
    [
        ("slope", "no later cell calls it"),
        ("zipf.slope(1)", "no later cell calls it"),
        ("'slope(1)'", "no later cell calls it"),
        ("from llmai_edu.toy import slope\nslope(1)", "imports slope over the learner's own"),
    ],
)
def test_a_quote_that_nothing_uses_is_a_fault(course, later, message):
    page = refresh_quotes(PAGE.replace("print(slope(1))", later), course, "page.py")
    assert [message in str(fault) for fault in quote_faults(page, course, "page.py")] == [True]


@pytest.mark.parametrize("later", ["slope(1)", "list(map(slope, [1]))", "Law.slope = slope"])
def test_a_quote_that_is_called_passed_or_assigned_is_used(course, later):
    assert quote_faults(refresh_quotes(PAGE.replace("print(slope(1))", later), course, "p.py"), course, "p.py") == []


@pytest.mark.parametrize("folder", ["notebooks", "solutions"])
def test_quotations_are_as_wide_as_ruff_makes_the_lessons(folder):
    settings = tomllib.loads((ROOT / folder / "src" / "ruff.toml").read_text(encoding="utf-8"))
    assert settings["line-length"] == COLUMNS
