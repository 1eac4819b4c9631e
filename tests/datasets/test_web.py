import pytest
import requests

from llmai_edu.datasets import DataError
from llmai_edu.datasets.web import Session, errors_explained, is_downgrade, shown


@pytest.mark.parametrize(
    ("before", "location", "refused"),
    [
        ("https://a.example/x", "http://a.example/y", True),
        ("https://a.example/x", "HTTP://a.example/y", True),
        ("https://a.example/x", "file:///etc/passwd", True),
        ("https://a.example/x", "https://b.example/y", False),
        ("https://a.example/x", "//b.example/y", False),
        ("https://a.example/x", "/y", False),
        ("http://a.example/x", "https://a.example/y", False),
        ("http://a.example/x", "ftp://a.example/y", True),
    ],
)
def test_redirects(before, location, refused):
    response = requests.Response()
    response.status_code, response.url, response.headers["location"] = 302, before, location
    response.raw = None
    response._content_consumed = True
    with Session() as session:
        if not refused:
            assert session.get_redirect_target(response) == location
            return
        with pytest.raises(DataError, match=r"https?://a\.example/x redirects to the unsafe address .*LLMAI_EDU_INDEX"):
            session.get_redirect_target(response)


def test_secrets_of_an_address_are_not_shown():
    assert shown("https://ann:secret@index.example:8080/simple/?token=1#x") == "https://index.example:8080/simple/"
    assert is_downgrade("https://a", "http://a")


def test_a_cert_that_is_not_there_is_not_passed_over(tmp_path):
    with pytest.raises(DataError, match=r"pip's setting cert names .*nowhere\.pem, which does not exist"):
        Session(cert=str(tmp_path / "nowhere.pem"))
    (tmp_path / "ca.pem").touch()
    with Session(cert=str(tmp_path / "ca.pem"), proxy="http://proxy.example:3128") as session:
        assert session.verify == str(tmp_path / "ca.pem")
        assert session.proxies["https"] == "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.exceptions.SSLError(), "certificate of https://a.example/ is not trusted here: set PIP_CERT"),
        (requests.exceptions.ConnectTimeout(), "sent nothing for 7 s: try again later"),
        (requests.exceptions.ConnectionError("Read timed out."), "sent nothing for 7 s"),
        (requests.exceptions.ConnectionError("refused"), "cannot be reached: connect to the network"),
        (requests.exceptions.ChunkedEncodingError(), "broke off: try again"),
        (requests.exceptions.InvalidURL(), "no usable address"),
    ],
)
def test_each_error_says_what_to_do(error, words):
    with pytest.raises(DataError, match=words), errors_explained("https://u:secret@a.example/", 7.0):
        raise error
