"""Quotation cells hold the package's text."""

import inspect
import textwrap

import pytest

from llmai_edu.course import lessons
from tools.faults import BuildError
from tools.layout import ROOT
from tools.quotes import definition, quote_faults, refresh_quotes

PAGE = '# %% quote="llmai_edu.toy.zipf:slope"\npass\n\n# %%\nprint(slope(1))\n'


def test_a_definition_is_what_inspect_returns():
    assert definition(ROOT, "llmai_edu.course.lessons:lesson") == inspect.getsource(lessons.lesson).strip()
    assert definition(ROOT, "llmai_edu.course.lessons:Lesson") == inspect.getsource(lessons.Lesson).strip()
    method = textwrap.dedent(inspect.getsource(lessons.Lesson.name.fget)).strip()
    assert definition(ROOT, "llmai_edu.course.lessons:Lesson.name").splitlines()[1:] == method.splitlines()[1:]


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
