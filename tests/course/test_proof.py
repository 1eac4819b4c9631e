"""The proof of the exercises, on every sheet of the course; and that the proof itself can fail."""

import shutil
from functools import lru_cache

import pytest

from tools.faults import BuildError
from tools.layout import ROOT, sources
from tools.proof import Mutant, prove
from tools.proof.__main__ import lines_of
from tools.proof.sheet import read_sheet

MASTERS = sources(ROOT, "solutions")
EXERCISES = [(path.stem, task.name) for path in MASTERS for task in read_sheet(path).tasks]

prove_once = lru_cache(prove)


@pytest.mark.parametrize("stem", [path.stem for path in MASTERS])
def test_sheet(stem):
    whole, *_ = prove_once(stem)
    assert whole.faults == []


@pytest.mark.parametrize(("stem", "name"), EXERCISES)
def test_exercise(stem, name):
    proof = next(proof for proof in prove_once(stem)[1:] if proof.name == name)
    print("\n".join(lines_of([proof, proof])[1:]))  # shown by pytest -s, and when it fails
    assert proof.faults == []
    assert len(proof.refusals) >= 3


def test_synthetic_sheet(synthetic):
    whole, *proofs = prove("99_synthetic", synthetic)
    assert [proof.faults for proof in (whole, *proofs)] == [[], [], [], []]
    assert [(proof.name, len(proof.refusals)) for proof in proofs] == [("mix", 4), ("ranked", 3), ("Tally", 3)]
    text = "\n".join(lines_of([whole, *proofs]))
    assert "mix: solution passes under 4 seeds, blank refused with NotImplementedError, 4 mutants refused" in text
    assert "✗ swapped                  mix: the weights are swapped" in text


SHEET, MUTANTS = "solutions/src/99_synthetic.py", "tests/mutants/synthetic.py"
RANKED = '''def ranked(words):
    """The words in the order of a dictionary, in a new list."""
    ### BEGIN SOLUTION'''
FAULTS = {
    "wrong solution": (SHEET, "return sorted(words)", "return words[:]", "the solution fails under seed ''"),
    "mutant that is right": (MUTANTS, '"sorted(words)[::-1]"', '"sorted(words, key=str)"', "but: it passes"),
    "mutant with another message": (MUTANTS, '"sorted downwards"', '"sorted upwards"', "must meet 'sorted upwards'"),
    "mutant that crashes": (MUTANTS, '"+= number + 1"', '"+= nothing"', "NameError"),
    "mutant that fits nowhere": (MUTANTS, '("return sorted", ', '("yield sorted", ', "stands 0 times"),
    "two with one message": (MUTANTS, '"the total is off"', '"only the last one"', "expect the same message"),
    "too few": (
        MUTANTS,
        '        Mutant("last", says="only the last one", edit=("+= number", "= number")),\n',
        "",
        "2 mutants",
    ),
    "mutants of nothing": (MUTANTS, '"ranked": [', '"rank": [', "there are mutants of rank"),
    "points": (SHEET, '"points": 2', '"points": 5', "the checks declare"),
    "heading": (SHEET, "●●○ · 5 minutes", "●●● · 5 minutes", "must say ●●○ · 5 minutes · 3 points"),
    "no hint": (SHEET, "<details><summary>Hint</summary>\n#\n# What", "What", "no folded hint"),
    "leak": (
        SHEET,
        "What is left for the second one?",
        "return weight * p + (1 - weight) * q",
        "the student's sheet shows",
    ),
    "another exercise checked": (SHEET, '"synthetic.ranked"', '"synthetic.mix"', "check {'synthetic.mix'}"),
    "part left out": (SHEET, 'mix, part="mix_sums_to_one"', "mix", "the checks declare"),
    "blank that breaks at once": (SHEET, RANKED, "### BEGIN SOLUTION\ndef ranked(words):", "the cell itself raises"),
    "check from an open cell": (
        SHEET,
        '4, "schema_version": 3, "solution": false, "task": false}\nfrom llmai_edu.course import check\n',
        '4, "schema_version": 3, "solution": false, "task": false}\n',
        "must begin with `from llmai_edu.course import check`",
    ),
    "cell that fails": (SHEET, "print(pi)\n", "print(undefined)\n", "cell 2 raises NameError"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_the_proof_fails_on(case, synthetic, tmp_path):
    file, old, new, fault = FAULTS[case]
    root = shutil.copytree(synthetic, tmp_path / "root")
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    found = [one for proof in prove("99_synthetic", root) for one in proof.faults]
    assert any(fault in one for one in found), found


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"test_ranked"', '"test_sorted"', "'test_sorted' tests no exercise"),
        ('check("synthetic.ranked", ranked)', "assert ranked([]) == []", "calls check(...) once, this one 0 times"),
    ],
)
def test_a_sheet_that_cannot_be_read(old, new, fault, synthetic, tmp_path):
    root = shutil.copytree(synthetic, tmp_path / "root")
    text = (root / SHEET).read_text(encoding="utf-8")
    (root / SHEET).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BuildError, match="99_synthetic") as refused:
        prove("99_synthetic", root)
    assert fault in str(refused.value)


def test_without_mutants_there_is_no_proof(synthetic, tmp_path):
    root = shutil.copytree(synthetic, tmp_path / "root")
    (root / MUTANTS).unlink()
    with pytest.raises(BuildError, match="wrong answers is missing"):
        prove("99_synthetic", root)


def test_a_mutant_is_an_edit_or_a_source():
    with pytest.raises(ValueError, match="either an edit or a source"):
        Mutant("empty", says="x").apply("")
    with pytest.raises(ValueError, match="stands 2 times"):
        Mutant("twice", says="x", edit=("a", "b")).apply("a a")
    assert Mutant("whole", says="x", source="\n    def f():\n        return 1\n").apply("") == "def f():\n    return 1"
