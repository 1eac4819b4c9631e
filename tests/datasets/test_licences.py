import pytest

from llmai_edu.datasets import DataError
from llmai_edu.datasets.licences import load_licences, read_tuple


def test_the_file_is_parsed_and_never_run(tmp_path):
    (tmp_path / "a.py").write_text("1 / 0\nLICENSES = (('A', 'do\\nthis'),)\n")
    assert read_tuple(tmp_path / "a.py") == {"A": "do\nthis"}
    (tmp_path / "b.py").write_text("LICENSES = make()\n")
    with pytest.raises(DataError, match="plain strings"):
        read_tuple(tmp_path / "b.py")


@pytest.mark.data
def test_the_cards_tell_the_truth():
    texts = load_licences()
    assert len(texts) == 42
    sizes = [len(text) for text in texts.values()]
    assert (sum(sizes[:35]), sum(sizes[35:])) == (333_051, 138_103)
    words = [len(text.split()) for text in list(texts.values())[:35]]
    assert (min(words), max(words)) == (73, 5_644)
