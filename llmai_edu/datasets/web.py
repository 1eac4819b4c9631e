"""Talking to a web server: a careful session, and its many errors told in words that help."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests

from .errors import DataError

OTHER_INDEX = "set LLMAI_EDU_INDEX to another package index"


class Session(requests.Session):
    """A `requests.Session` that follows at most five redirects, none that leaves https.

    cert: a file of trusted certificates, and proxy: an address, both as in pip's settings.
    """

    def __init__(self, cert: str | None = None, proxy: str | None = None):
        super().__init__()
        self.max_redirects = 5
        # The bytes as they lie on the server: their number is checked.
        self.headers["Accept-Encoding"] = "identity"
        if cert is not None:
            if not Path(cert).exists():
                raise DataError(f"pip's setting cert names {cert}, which does not exist: correct it or unset it")
            self.verify = cert
        if proxy is not None:
            self.proxies = {"http": proxy, "https": proxy}

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return where `resp` points on, or None; raises DataError if that would leave https or the web."""
        target = super().get_redirect_target(resp)
        if target is not None and is_downgrade(resp.url, urljoin(resp.url, target)):
            resp.close()
            raise DataError(f"{shown(resp.url)} redirects to the unsafe address {shown(target)}: {OTHER_INDEX}")
        return target


def is_downgrade(before: str, after: str) -> bool:
    """Return whether going from one address to another leaves https, or http and https altogether.

    >>> is_downgrade("https://a/", "http://a/"), is_downgrade("http://a/", "https://a/")
    (True, False)
    """
    allowed = ("https",) if urlsplit(before).scheme == "https" else ("http", "https")
    return urlsplit(after).scheme not in allowed


def shown(url: str) -> str:
    """Return the address without user, password and query, fit for a message.

    >>> shown("https://ann:secret@index.example/simple/?token=1")
    'https://index.example/simple/'
    """
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


@contextmanager
def errors_explained(url: str, timeout: float) -> Iterator[None]:
    """Turn what `requests` raises inside the block into a DataError that says what to do."""
    try:
        yield
    except requests.exceptions.SSLError:
        raise DataError(
            f"the certificate of {shown(url)} is not trusted here: set PIP_CERT to your organisation's certificate file"
        ) from None
    except requests.exceptions.TooManyRedirects:
        raise DataError(f"{shown(url)} redirects in a circle: {OTHER_INDEX}") from None
    except requests.exceptions.HTTPError as error:
        raise DataError(_status_explained(error.response)) from None
    except requests.exceptions.Timeout:
        raise DataError(_stalled(url, timeout)) from None
    except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
        if "Read timed out" in str(error):  # requests names a stall in the middle of a body so
            raise DataError(_stalled(url, timeout)) from None
        if isinstance(error, requests.exceptions.ChunkedEncodingError):
            raise DataError(f"the connection to {shown(url)} broke off: try again") from None
        raise DataError(f"{shown(url)} cannot be reached: connect to the network, or {OTHER_INDEX}") from None
    except requests.exceptions.RequestException:
        raise DataError(f"{shown(url)} is no usable address: {OTHER_INDEX}") from None


def _stalled(url: str, timeout: float) -> str:
    return f"{shown(url)} sent nothing for {timeout:g} s: try again later, or {OTHER_INDEX}"


def _status_explained(response: requests.Response) -> str:
    code = response.status_code
    if code in (401, 403, 407):
        advice = "it wants a login or forbids the file; ask who runs it, or " + OTHER_INDEX
    elif code >= 500:
        advice = "the fault is the server's; try again later, or " + OTHER_INDEX
    else:
        advice = OTHER_INDEX
    return f"{shown(response.url)} answered {code} {response.reason}: {advice}"
