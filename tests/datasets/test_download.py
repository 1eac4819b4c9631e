import pytest

from llmai_edu.datasets import DataError
from llmai_edu.datasets.download import download, save_checked
from llmai_edu.datasets.web import Session


def test_writes_the_chunks_and_shows_a_bar_only_if_asked(index, tiny, tmp_path, capsys):
    for label in (None, "letters"):
        save_checked(tiny.artifact, iter([index.body[:10], index.body[10:]]), tmp_path / "x", label)
        assert (tmp_path / "x").read_bytes() == index.body
        shown = capsys.readouterr().err.lstrip()
        assert shown.startswith("letters: ") if label else not shown


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda body: body[:-1], r"stopped after \d+ of \d+ bytes"),
        (lambda body: b"", "stopped after 0 of"),
        (lambda body: body + b"!", "has more than"),
        (lambda body: body[:-1] + b"!", "has another sha256"),
    ],
)
def test_only_the_pinned_bytes_pass(spoil, words, index, tiny, tmp_path):
    with pytest.raises(DataError, match=words):
        save_checked(tiny.artifact, iter([spoil(index.body)]), tmp_path / "x")


def test_an_endless_body_is_not_read_to_its_end(tiny, tmp_path):
    def endless():
        while True:
            yield bytes(1000)

    with pytest.raises(DataError, match="has more than"):
        save_checked(tiny.artifact, endless(), tmp_path / "x")
    assert (tmp_path / "x").stat().st_size <= tiny.artifact.size


def test_the_server_is_asked_for_plain_bytes(index, tiny, tmp_path):
    with Session() as session:
        assert session.headers["Accept-Encoding"] == "identity"
        download(tiny.artifact, f"{index.root}/files/x", tmp_path / "x", session, 5)
    assert (tmp_path / "x").read_bytes() == index.body


def test_a_local_file_that_cannot_be_read(tiny, tmp_path):
    with pytest.raises(DataError, match=r"cannot be read"):
        download(tiny.artifact, tmp_path / "absent", tmp_path / "x", None, 5)
