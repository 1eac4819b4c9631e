import textwrap

from llmai_edu.datasets.docstrings import load_docstring_pairs, read_docstring_pairs, sentences

SOURCE = '''
def good():
    """Copy a file to another place.

    The target may be a folder. Permissions are copied, too. Links are followed, e.g. The
    ones to folders.

        >>> good()  # code is left out. It is no prose. Not at all.

    Errors are raised as they come.
    """

def short():
    """Copy a file to another place.

    The target may be a folder. That is all of it.
    """

class Two:
    """Copy a file. And another one to it.

    The target may be a folder. Permissions are copied, too. Links are followed at once.
    """
'''


def test_a_pair_needs_one_first_sentence_and_three_more(tmp_path):
    (tmp_path / "files.py").write_text(textwrap.dedent(SOURCE))
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "test_files.py").write_text(textwrap.dedent(SOURCE))
    (tmp_path / "broken.py").write_text("def (")
    (pair,) = read_docstring_pairs(tmp_path)
    assert (pair.module, pair.name, pair.summary) == ("files", "good", "Copy a file to another place.")
    assert pair.body.startswith("The target may be a folder. Permissions are copied, too. Links")
    assert pair.body.endswith("folders. Errors are raised as they come.")
    assert ">>>" not in pair.body


def test_abbreviations_and_initials_end_no_sentence():
    assert sentences("See J. Smith. He knows.") == ["See J. Smith.", "He knows."]
    assert sentences("") == []


def test_the_running_library():
    split = load_docstring_pairs()
    train, valid, test = ({pair.module for pair in part} for part in split.parts)
    assert not train & valid | train & test | valid & test
    assert len(split.test) > 100
    for pair in split.test:
        assert 5 <= len(pair.summary.split()) <= 30
        assert pair.body[-1:] in (".", "!", "?")
    # counted by paragraph there are three or more; joined, two of which the second begins small may read as one
    assert sum(len(sentences(pair.body)) >= 3 for pair in split.test) > 0.9 * len(split.test)
    assert len({pair.body for part in split.parts for pair in part}) == sum(map(len, split.parts))
