"""House rules for documents, modules and notebooks without a source."""

import pytest

from tools import check
from tools.repository_rules import repository_faults


def write(root, file, text):
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md", "TEACHING.md", "CHANGELOG.md"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("see [the rules](RULES.md)", "links to RULES.md, which is not there"),
        ("see [the rules][r]\n\n[r]: RULES.md", "links to RULES.md, which is not there"),
        ("A\n\ncopy it to /home/ada/x", "line 3 names the machine path `/home/a`"),
        ("see https://pypi.org/project/x", "line 1 names the registry `pypi.org`"),
        ("```\npip install -i https://mirror.example.org/simple x\n```", "line 2 names the registry"),
        ("TODO: say more", "line 1 says TODO"),
    ],
)
def test_a_bad_document_is_refused(tmp_path, file, text, message):
    write(tmp_path, file, text)
    (fault,) = repository_faults(tmp_path)
    assert str(fault).startswith(f"{file}: ")
    assert message in fault.message


def test_a_good_document_passes(tmp_path):
    write(tmp_path, "LICENSE", "")
    write(
        tmp_path,
        "README.md",
        "[terms](LICENSE), [below](#x), [out](https://example.org/a), `[not](a-link)`\n"
        "pip install torch --index-url https://download.pytorch.org/whl/cpu\n",
    )
    assert repository_faults(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('"""A module.\n\n>>> load("/tmp/x")\n"""', "line 3 names the machine path `/tmp/x`"),
        ("x = 1  # FIXME", "line 1 says FIXME"),
        ('INDEX = "https://pypi.org/simple"', "line 1 names the registry `pypi.org`"),
    ],
)
def test_a_bad_module_is_refused(tmp_path, text, message):
    write(tmp_path, "llmai_edu/toy/x.py", text)
    (fault,) = repository_faults(tmp_path)
    assert str(fault).startswith(f"llmai_edu/toy/x.py: {message}")


def test_a_module_may_show_an_index_that_does_not_exist(tmp_path):
    write(tmp_path, "llmai_edu/x.py", '"""A room.\n\n>>> index("https://index.example/simple")\n"""')
    assert repository_faults(tmp_path) == []


@pytest.mark.parametrize(
    "file", ["notebooks/scratch.ipynb", "exercises/mine.ipynb", "solutions/old/a.ipynb", "Untitled.ipynb"]
)
def test_a_stray_notebook_is_refused(built, file, capsys):
    write(built, file, "{}")
    assert check.main([], built) == 1
    assert capsys.readouterr().out.startswith(f"{file}: is built from no source")


def test_a_numbered_stray_is_found_once_as_a_lesson_that_the_map_does_not_have(built, capsys):
    write(built, "notebooks/09_other.ipynb", "{}")
    assert check.main([], built) == 1
    printed = capsys.readouterr().out
    assert "LESSONS has no written lesson 09_other" in printed
    assert "built from no source" not in printed


def test_jupyters_own_copies_are_left_alone(built):
    write(built, "notebooks/.ipynb_checkpoints/01_zipf-checkpoint.ipynb", "{}")
    assert repository_faults(built) == []
