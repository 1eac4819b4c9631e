import errno
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import threading
from dataclasses import asdict, replace

import pytest

from llmai_edu.datasets import DATASETS, DataError, archive, download, fetch, is_present, verify
from llmai_edu.datasets.fetch import PARTIAL, check_free_space, dataset_folder, sweep

# How the server misbehaves, and words that the message must hold: what happened, and what to do.
FILE_FAULTS = {
    "truncate": ["broke off", "try again"],
    "truncate_quietly": ["stopped after", "of", "bytes", "try again"],
    "corrupt": ["another sha256", "LLMAI_EDU_INDEX"],
    "long": ["more than", "LLMAI_EDU_INDEX"],
    "stall": ["sent nothing for 0.3 s", "try again later"],
    "loop": ["redirects in a circle", "LLMAI_EDU_INDEX"],
    "ftp": ["redirects to the unsafe address ftp://127.0.0.1/file", "LLMAI_EDU_INDEX"],
    "401": ["401", "login"],
    "404": ["404", "LLMAI_EDU_INDEX"],
    "500": ["500", "fault is the server's", "try again later"],
}
PAGE_FAULTS = {
    "missing": ["has no tiny:", "LLMAI_EDU_INDEX"],
    "empty": ["has no tiny-1.0-py3-none-any.whl", "LLMAI_EDU_INDEX"],
    "garbage": ["does not answer like a package index", "LLMAI_EDU_INDEX"],
    "ftp": ["points to the unsafe address ftp://127.0.0.1/file", "LLMAI_EDU_INDEX"],
    "other": ["offers another file", "LLMAI_EDU_INDEX"],
    "stall": ["sent nothing for 0.3 s", "try again later"],
}


def try_fetch(words):
    with pytest.raises(DataError) as caught:
        fetch("tiny", progress=False, timeout=0.3)
    message = str(caught.value)
    assert message.startswith("cannot fetch tiny: ")
    assert "\n" not in message
    for word in words:
        assert word in message
    return message


def second_try_works(files):
    folder = fetch("tiny", progress=False, timeout=5)
    assert is_present("tiny")
    assert verify("tiny") == 2
    assert (folder / "tiny/data/a.txt").read_bytes() == files["tiny/data/a.txt"]


@pytest.mark.parametrize("page", ["json", "html"])
def test_brings_the_named_members_and_nothing_else(page, index, tiny, files, listing):
    index.page = page
    assert not is_present("tiny")
    folder = fetch("tiny", progress=False)
    unpacked = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    record = unpacked.pop(".llmai_edu.json")
    assert unpacked == {name: content for name, content in files.items() if name.startswith("tiny/data/")}
    assert json.loads(record)["sha256"] == tiny.artifact.sha256
    assert not any(name.startswith(PARTIAL) for name, _ in listing())


def test_a_second_call_asks_nobody(index, tiny):
    fetch("tiny", progress=False)
    asked = len(index.requests)
    fetch("tiny", progress=False)
    assert len(index.requests) == asked


@pytest.mark.parametrize("fault", FILE_FAULTS)
def test_a_misbehaving_file_server(fault, index, tiny, files, listing):
    index.file = fault
    dataset_folder("tiny").mkdir(parents=True)
    (dataset_folder("tiny") / "damaged.txt").write_text("left by an older fault")
    before = listing()
    try_fetch(FILE_FAULTS[fault])
    assert listing() == before
    index.file = "good"
    second_try_works(files)


@pytest.mark.parametrize("fault", PAGE_FAULTS)
def test_a_misbehaving_index_page(fault, index, tiny, files, listing):
    index.page = fault
    try_fetch(PAGE_FAULTS[fault])
    assert listing() == []
    index.page = "json"
    second_try_works(files)


def test_a_good_redirect_is_followed(index, tiny, files):
    index.file = "redirect"
    second_try_works(files)


def test_an_index_that_cannot_be_reached(index, tiny, files, listing, monkeypatch):
    monkeypatch.setenv("LLMAI_EDU_INDEX", "http://127.0.0.1:9/simple")  # the discard port: nobody listens
    try_fetch(["http://127.0.0.1:9/simple", "cannot be reached", "connect to the network"])
    assert listing() == []
    monkeypatch.setenv("LLMAI_EDU_INDEX", index.url)
    second_try_works(files)


def test_offline_is_said_before_anybody_is_asked(index, tiny, files, listing, monkeypatch):
    monkeypatch.setenv("LLMAI_EDU_OFFLINE", "1")
    try_fetch(["not in the cache", "LLMAI_EDU_OFFLINE", "unset it"])
    assert index.requests == []
    monkeypatch.delenv("LLMAI_EDU_OFFLINE")
    second_try_works(files)
    monkeypatch.setenv("LLMAI_EDU_OFFLINE", "1")
    second_try_works(files)  # a filled cache needs no network
    (dataset_folder("tiny") / "tiny/data/a.txt").unlink()
    try_fetch(["damaged in the cache", "unset it"])


@pytest.mark.parametrize("as_url", [False, True])
def test_a_local_folder_serves_as_index_even_offline(as_url, index, tiny, files, tmp_path, listing, monkeypatch):
    shelf = tmp_path / "shelf"
    monkeypatch.setenv("LLMAI_EDU_INDEX", shelf.as_uri() if as_url else str(shelf))
    monkeypatch.setenv("LLMAI_EDU_OFFLINE", "1")
    try_fetch([str(shelf), "neither a web address nor a folder"])
    shelf.mkdir()
    try_fetch([str(shelf), "holds no tiny-1.0", "copy that file into it"])
    (shelf / tiny.artifact.filename).write_bytes(index.body[:-1])
    try_fetch(["stopped after"])
    assert listing() == []
    (shelf / tiny.artifact.filename).write_bytes(index.body)
    second_try_works(files)
    assert index.requests == []


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "C:/evil.txt", "tiny/data/..\\evil.txt"])
def test_an_archive_with_unsafe_paths(name, index, pin, wheel, files, tmp_path, listing):
    pin(wheel({**files, name: b"evil"}))
    try_fetch(["unsafe path", "evil.txt", "nothing was unpacked"])
    assert listing() == []
    assert not list(tmp_path.rglob("evil.txt"))
    pin(wheel(files))
    second_try_works(files)


def test_an_archive_that_unpacks_to_too_much(index, pin, wheel, files, listing):
    bomb = wheel({**files, "tiny/data/bomb.txt": bytes(1_000_000)})
    pin(bomb)
    try_fetch(["more than was announced"])
    assert listing() == []
    pin(wheel(files))
    second_try_works(files)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, ["is full", "free some space"]),
        (errno.EROFS, ["cannot be written to", "permissions"]),
        (errno.EIO, ["cannot be used", os.strerror(errno.EIO)]),
    ],
)
def test_a_disk_that_fails_while_unpacking(code, words, tiny, files, listing, monkeypatch):
    def fail(*args):
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(archive, "_write", fail)
        try_fetch([*words, str(dataset_folder("tiny").parent), "LLMAI_EDU_CACHE"])
    assert listing() == []
    second_try_works(files)


def test_a_cache_folder_that_cannot_be_written(tiny, files, clean_settings, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patched:  # root may write anywhere, so file modes would not do
        patched.setattr(tempfile, "mkdtemp", refuse)
        try_fetch([str(clean_settings), "cannot be written to", "LLMAI_EDU_CACHE"])
    second_try_works(files)


def test_a_cache_folder_that_is_a_file(tiny, files, clean_settings):
    clean_settings.write_text("no folder")
    try_fetch([str(clean_settings), "LLMAI_EDU_CACHE"])
    assert clean_settings.read_text() == "no folder"
    clean_settings.unlink()
    second_try_works(files)


def test_too_little_free_space_is_said_before_the_download(tmp_path):
    check_free_space(tmp_path, 0)
    with pytest.raises(DataError, match=r"needs 1,000,000,000,000 MB .* MB left: free some space"):
        check_free_space(tmp_path, 10**18)


def test_an_interruption_leaves_nothing(tiny, files, listing, monkeypatch):
    class Interrupted:
        def __init__(self, *args, **kwargs):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def update(self, count):
            assert listing()  # there is something half-written to clean up
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(download, "tqdm", Interrupted)
        try_fetch(["interrupted", "nothing was kept", "run it again"])
    assert listing() == []
    second_try_works(files)


def test_missing_files_are_fetched_again_and_changed_ones_repaired(tiny, files):
    path = fetch("tiny", progress=False) / "tiny/data/a.txt"
    path.unlink()
    assert not is_present("tiny")
    with pytest.raises(DataError, match=r"tiny is damaged, .*a\.txt is missing: run llmai-edu data fetch tiny"):
        verify("tiny")
    second_try_works(files)
    path.write_bytes(files["tiny/data/a.txt"].upper())
    assert is_present("tiny")  # the size is right
    with pytest.raises(DataError, match="changed or damaged"):
        verify("tiny")
    fetch("tiny", progress=False, repair=True)
    second_try_works(files)


def test_a_record_without_files_is_damage_and_fetched_again(tiny, files):
    record = fetch("tiny", progress=False) / ".llmai_edu.json"
    record.write_text('{"files": {}}')
    assert not is_present("tiny")
    with pytest.raises(DataError, match=r"tiny is damaged, .*: run llmai-edu data fetch tiny"):
        verify("tiny")
    second_try_works(files)


def test_the_progress_bar_has_the_name_of_the_data_set(tiny, monkeypatch, capsys):
    monkeypatch.setitem(DATASETS, "letters", replace(tiny, name="letters"))  # its package is still called tiny
    fetch("letters")
    assert capsys.readouterr().err.lstrip().startswith("letters: ")


def test_verify_of_what_is_absent(tiny):
    with pytest.raises(DataError, match="tiny is not in the cache: run llmai-edu data fetch tiny"):
        verify("tiny")


def test_an_archive_inside_the_archive(pin, files, listing):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as inner:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            inner.addfile(info, io.BytesIO(content))
    outer = io.BytesIO()
    with tarfile.open(fileobj=outer, mode="w:gz") as sdist:
        info = tarfile.TarInfo("tiny-1.0/more/inner.tar.gz")
        info.size = packed.tell()
        sdist.addfile(info, io.BytesIO(packed.getvalue()))
    pin(outer.getvalue(), filename="tiny-1.0.tar.gz", inner="tiny-1.0/more/inner.tar.gz")
    second_try_works(files)
    assert not any("inner" in name for name, _ in listing())


def test_what_the_cache_holds_is_read_without_the_web_client():
    code = "import sys, llmai_edu.datasets; print({'torch', 'requests', 'pypi_simple', 'tqdm'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_another_choice_of_members_is_another_folder(index, pin, files):
    before = fetch("tiny", progress=False)
    pin(index.body, members=("tiny/data/a.txt",))
    after = fetch("tiny", progress=False)
    assert before != after
    assert verify("tiny") == 1


CHILD = """
import json, sys
from llmai_edu.datasets import registry, fetch, verify
from llmai_edu.datasets.card import Artifact, Dataset
card = json.loads(sys.argv[1])
card["artifact"]["members"] = tuple(card["artifact"]["members"])
registry.DATASETS["tiny"] = Dataset(**{**card, "artifact": Artifact(**card["artifact"])})
fetch("tiny", progress=False)
print(verify("tiny"))
"""


def test_two_processes_at_once(index, tiny, listing):
    index.gate = threading.Barrier(2, timeout=60).wait  # both have begun before either gets the file
    command = [sys.executable, "-W", "error", "-c", CHILD, json.dumps(asdict(tiny))]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    results = [(*child.communicate(timeout=60), child.returncode) for child in children]
    assert results == [("2\n", "", 0)] * 2
    assert index.requests.count(f"/files/{tiny.artifact.filename}") == 2
    assert len({name.split(os.sep)[0] for name, _ in listing()}) == 1


def test_sweep_takes_only_old_leftovers(clean_settings):
    old, new, other = (clean_settings / name for name in (PARTIAL + "old", PARTIAL + "new", "speeches"))
    for folder in (old, new, other):
        folder.mkdir(parents=True)
        (folder / "file").touch()
    for folder in (old, other):
        os.utime(folder, (0, 0))
    sweep(clean_settings)
    assert [old.exists(), new.exists(), other.exists()] == [False, True, True]


@pytest.mark.data
@pytest.mark.parametrize(("name", "count"), [("speeches", 251), ("gpt2-tokenizer", 3), ("smollm2", 2)])
def test_the_core_data_are_whole(name, count):
    assert verify(name) == count
    announced = fetch(name).joinpath(".llmai_edu.json").read_text(encoding="utf-8")
    sizes = [entry["size"] for entry in json.loads(announced)["files"].values()]
    assert sum(sizes) == DATASETS[name].artifact.unpacked
