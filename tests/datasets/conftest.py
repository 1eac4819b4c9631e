"""A package index on 127.0.0.1 that behaves, or misbehaves as it is told."""

import hashlib
import io
import json
import threading
import zipfile
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from llmai_edu.datasets import registry, settings
from llmai_edu.datasets.card import Artifact, Dataset

FILES = {"tiny/data/a.txt": b"first\n" * 300, "tiny/data/b.txt": bytes(range(256)) * 8, "tiny/code.py": b"1 / 0"}


def make_wheel(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def make_dataset(body, filename="tiny-1.0-py3-none-any.whl", members=("tiny/data/*.txt",), unpacked=10_000, inner=None):
    digest = hashlib.sha256(body).hexdigest()
    artifact = Artifact("tiny", "1.0", filename, digest, len(body), members, unpacked, inner)
    return Dataset("tiny", "A tiny set", artifact, True, "words", "two files", "CC0", "here", "nobody", ("it is tiny",))


class LoopbackIndex:
    """Serves `body` as the one file of the project "tiny".

    page: how the project page is: json, html, missing, empty, garbage, other (announces another sha256), ftp
    (points to such an address), stall.
    file: how the file comes: good, truncate, truncate_quietly, corrupt, long, stall, redirect, loop, ftp, or a
    status such as 404. gate: what each request for the file waits for first.
    """

    def __init__(self):
        self.body, self.filename = make_wheel(FILES), "tiny-1.0-py3-none-any.whl"
        self.page, self.file = "json", "good"
        self.gate = lambda: None
        self.requests = []
        self.released = threading.Event()
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                index.requests.append(self.path)
                with suppress(ConnectionError):  # some clients give up, as their tests want them to
                    index.answer_file(self) if self.path.startswith("/files/") else index.answer_page(self)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def root(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def url(self):
        return self.root + "/simple"

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def send(self, request, status, body=b"", **headers):
        request.send_response(status)
        for name, value in {"Content_Length": len(body), **headers}.items():
            if value is not None:
                request.send_header(name.replace("_", "-"), str(value))
        request.end_headers()
        request.wfile.write(body)

    def answer_page(self, request):
        address = f"../../files/{self.filename}"
        digest = "0" * 64 if self.page == "other" else hashlib.sha256(self.body).hexdigest()
        if self.page == "ftp":
            address = "ftp://127.0.0.1/file"
        if self.page == "stall":
            self.released.wait(20)
        if self.page == "missing":
            self.send(request, 404)
        elif self.page == "garbage":
            self.send(request, 200, b"{", Content_Type="application/vnd.pypi.simple.v1+json")
        elif self.page == "html":
            text = f'<html><body><a href="{address}#sha256={digest}">{self.filename}</a></body></html>'
            self.send(request, 200, text.encode(), Content_Type="text/html")
        else:
            files = [{"filename": self.filename, "url": address, "hashes": {"sha256": digest}}]
            page = {"meta": {"api-version": "1.0"}, "name": "tiny", "files": [] if self.page == "empty" else files}
            kind = "application/vnd.pypi.simple.v1+json"
            self.send(request, 200, json.dumps(page).encode(), Content_Type=kind)

    def answer_file(self, request):
        self.gate()
        body, half = self.body, len(self.body) // 2
        kind = "good" if request.path.startswith("/files/good/") else self.file
        if kind == "truncate":
            self.send(request, 200, body[:half], Content_Length=len(body))
            request.close_connection = True
        elif kind == "truncate_quietly":
            self.send(request, 200, body[:half], Content_Length=None)
        elif kind == "corrupt":
            self.send(request, 200, body[:half] + bytes([body[half] ^ 1]) + body[half + 1 :])
        elif kind == "long":
            self.send(request, 200, body + b"!")
        elif kind == "stall":
            self.send(request, 200, body[:half], Content_Length=len(body))
            request.wfile.flush()
            self.released.wait(20)
        elif kind == "redirect":
            self.send(request, 302, Location=f"/files/good/{self.filename}")
        elif kind == "loop":
            self.send(request, 302, Location=request.path)
        elif kind == "ftp":
            self.send(request, 302, Location="ftp://127.0.0.1/file")
        elif kind == "good":
            self.send(request, 200, body)
        else:
            self.send(request, int(kind))


@pytest.fixture
def index():
    server = LoopbackIndex()
    yield server
    server.close()


@pytest.fixture
def clean_settings(monkeypatch, tmp_path):
    """An empty cache, and none of this machine's own settings."""
    for name in ("LLMAI_EDU_INDEX", "LLMAI_EDU_OFFLINE", "PIP_INDEX_URL", "PIP_CERT", "PIP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(settings, "_pip_config", dict)
    monkeypatch.setenv("NO_PROXY", "*")
    cache = tmp_path / "cache"
    monkeypatch.setenv("LLMAI_EDU_CACHE", str(cache))
    return cache


@pytest.fixture
def tiny(index, clean_settings, monkeypatch):
    """The data set "tiny", pinned to what the loopback index serves."""
    dataset = make_dataset(index.body)
    monkeypatch.setitem(registry.DATASETS, "tiny", dataset)
    monkeypatch.setenv("LLMAI_EDU_INDEX", index.url)
    return dataset


@pytest.fixture
def pin(index, tiny, monkeypatch):
    """A function that lets the index serve another body, and pins "tiny" to it."""

    def pin_body(body, **details):
        index.body = body
        index.filename = details.get("filename", index.filename)
        dataset = make_dataset(body, **details)
        monkeypatch.setitem(registry.DATASETS, "tiny", dataset)
        return dataset

    return pin_body


@pytest.fixture
def listing(clean_settings):
    """A function that lists the cache: every path below it with its size."""

    def list_cache():
        return sorted((str(p.relative_to(clean_settings)), p.stat().st_size) for p in clean_settings.rglob("*"))

    return list_cache


@pytest.fixture
def wheel():
    return make_wheel


@pytest.fixture
def files():
    return dict(FILES)
