from pathlib import Path

import pytest

from llmai_edu.datasets import DataError
from llmai_edu.datasets.index import find_artifact, local_folder
from llmai_edu.datasets.web import Session


@pytest.mark.parametrize("page", ["json", "html"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_finds_the_file_on_a_simple_api(page, slash, index, tiny):
    index.page = page
    with Session() as session:
        address = find_artifact(tiny.artifact, index.url + slash, session, 5)
    assert address == f"{index.root}/files/{tiny.artifact.filename}"
    assert index.requests == ["/simple/tiny/"]


def test_no_location_means_the_public_index(tiny, monkeypatch):
    asked = []

    def get(self, url, **kwargs):
        asked.append(url)
        raise ConnectionRefusedError

    monkeypatch.setattr(Session, "get", get)
    with Session() as session, pytest.raises(ConnectionRefusedError):
        find_artifact(tiny.artifact, None, session, 5)
    assert asked[0].startswith("https://")
    assert asked[0].endswith("/simple/tiny/")


def test_a_folder_with_or_without_project_folders(tiny, tmp_path):
    path = tmp_path / "tiny" / tiny.artifact.filename
    path.parent.mkdir()
    path.touch()
    assert find_artifact(tiny.artifact, str(tmp_path), None, 5) == path
    assert find_artifact(tiny.artifact, path.parent.as_uri(), None, 5) == path
    with pytest.raises(DataError, match="neither a web address nor a folder"):
        find_artifact(tiny.artifact, "htps://typo.example/simple", None, 5)


def test_local_folder(tmp_path):
    assert local_folder("HTTPS://a.example") is None
    assert local_folder(tmp_path.as_uri()) == tmp_path
    assert local_folder("~/wheels") == Path.home() / "wheels"
