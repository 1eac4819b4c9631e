import pytest

from llmai_edu.apps.licence_diff import Change
from llmai_edu.apps.written_edits import WrittenEdit, apply_edit, change_of, written_edits
from llmai_edu.datasets.licences import load_licences

EDIT = WrittenEdit("X", "may not", "may", True, "")


def test_an_edit_finds_its_words_over_line_ends_and_once():
    assert apply_edit("You may\n  not go. Stay.", EDIT) == "You may go. Stay."
    assert change_of("You may\n  not go. Stay.", EDIT) == Change("You may not go.", "You may go.")
    with pytest.raises(ValueError, match="2 times"):
        apply_edit("may not may not", EDIT)


@pytest.mark.data
def test_every_written_edit_changes_its_licence():
    texts = load_licences()
    for edit in written_edits():
        change = change_of(texts[edit.licence], edit)
        assert change.old != change.new
