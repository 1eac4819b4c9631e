import io
import ntpath
import posixpath
import tarfile
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmai_edu.datasets import DataError
from llmai_edu.datasets.archive import Member, _write, check_member_name, choose_members, unpack

PIECES = st.sampled_from(["a", "b.txt", "..", ".", "", "C:", "\\", "nul", "Con.txt", "x ", "y.", "\0", "é", "…", "/"])
NAMES = st.lists(PIECES, min_size=1, max_size=6).map("/".join) | st.lists(PIECES, max_size=6).map("".join) | st.text()


@given(NAMES)
@example("/etc/passwd")
@example("a/../../b")
@example("C:/b")
@example("..\\b")
def test_a_name_that_passes_stays_below_the_folder_on_every_system(name):
    try:
        check_member_name(name)
    except DataError:
        return
    for system, root in ((posixpath, "/srv/cache"), (ntpath, "D:\\cache")):
        target = system.normpath(system.join(root, name))
        assert target.startswith(root + system.sep)
        assert len(target.split(system.sep)) == len(root.split(system.sep)) + name.count("/") + 1


@given(st.lists(st.text("abcxyz019_-é", min_size=1, max_size=8).map(lambda part: part + "_"), min_size=1, max_size=5))
def test_plain_names_pass(parts):
    assert check_member_name("/".join(parts)) == "/".join(parts)


@pytest.mark.parametrize(
    "name", ["a//b", "a/./b", "./a", "a/", "", "a/nul.txt", "COM1", "x./b", "x /b", "a:stream", "a\\b", "a\0b", "a\nb"]
)
def test_names_that_some_system_reads_otherwise_are_refused(name):
    with pytest.raises(DataError, match="unsafe path"):
        check_member_name(name)


def test_choose_members():
    names = ["p/data/x.json", "p/data/deep/y.json", "p/code.py", "LICENSE"]
    assert choose_members(names, ("p/data/*.json", "LICENSE")) == [names[0], names[1], names[3]]
    with pytest.raises(DataError, match=r"holds no member 'p/\*\.csv'"):
        choose_members(names, ("LICENSE", "p/*.csv"))


@pytest.mark.parametrize("names", [["a.txt", "a.txt"], ["a.txt", "A.TXT"], ["a", "a/b.txt"], ["A/b.txt", "a"]])
def test_names_that_would_overwrite_each_other(names):
    with pytest.raises(DataError, match="twice"):
        choose_members(names, ("*",))


def make_tar(path, files, links=(), mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, kind in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "../../etc/passwd"
            archive.addfile(info)


def test_an_sdist_gives_the_named_members(tmp_path):
    files = {"tiny-1.0/data/a.txt": b"aa", "tiny-1.0/data/b.bin": bytes(3_000_000), "tiny-1.0/setup.py": b"1 / 0"}
    make_tar(tmp_path / "tiny.tar.gz", files)
    names = unpack(tmp_path / "tiny.tar.gz", ("tiny-1.0/data/*",), tmp_path / "out", 3_000_002)
    assert names == ["tiny-1.0/data/a.txt", "tiny-1.0/data/b.bin"]
    found = {
        p.relative_to(tmp_path / "out").as_posix(): p.read_bytes()
        for p in (tmp_path / "out").rglob("*.*")
        if p.is_file()
    }
    assert found == {name: files[name] for name in names}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused_if_they_are_wanted(kind, tmp_path):
    make_tar(tmp_path / "t.tar.gz", {"d/a.txt": b"aa"}, [("d/link.txt", kind)])
    with pytest.raises(DataError, match=r"'d/link\.txt' is a link or a device"):
        unpack(tmp_path / "t.tar.gz", ("d/*.txt",), tmp_path / "out", 100)
    assert not (tmp_path / "out/d/link.txt").exists()
    assert unpack(tmp_path / "t.tar.gz", ("d/a.txt",), tmp_path / "again", 100) == ["d/a.txt"]


def test_a_symbolic_link_in_a_zip_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "z.whl", "w") as archive:
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(DataError, match=r"'link\.txt' is a link"):
        unpack(tmp_path / "z.whl", ("link.txt",), tmp_path / "out", 100)


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "a/../../evil.txt"])
def test_unsafe_names_in_a_tar(name, tmp_path):
    make_tar(tmp_path / "t.tar.gz", {"a.txt": b"aa", name: b"evil"})
    with pytest.raises(DataError, match=r"unsafe path .*evil"):
        unpack(tmp_path / "t.tar.gz", ("a.txt",), tmp_path / "out", 100)
    assert not (tmp_path / "out").exists()


def test_the_limit_counts_declared_and_real_bytes(tmp_path):
    with zipfile.ZipFile(tmp_path / "z.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bytes(1000))
    with pytest.raises(DataError, match="more than was announced"):
        unpack(tmp_path / "z.whl", ("a.txt",), tmp_path / "out", 999)
    assert not (tmp_path / "out").exists()
    assert unpack(tmp_path / "z.whl", ("a.txt",), tmp_path / "out", 1000) == ["a.txt"]
    liar = Member("liar.txt", 1, lambda: io.BytesIO(bytes(1000)))
    with pytest.raises(DataError, match="larger than announced"):
        _write(liar, tmp_path / "liar.txt", 999)


@pytest.mark.parametrize("damage", ["no archive", "cut tar", "wrong zip checksum"])
def test_a_damaged_archive_is_told_in_one_line(damage, tmp_path):
    path = tmp_path / "damaged"
    if damage == "no archive":
        path.write_bytes(b"hello")
    elif damage == "cut tar":
        make_tar(path, {"a.txt": bytes(range(256)) * 1000})
        path.write_bytes(path.read_bytes()[:-40])
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.txt", b"right")
        path.write_bytes(path.read_bytes().replace(b"right", b"wrong"))
    with pytest.raises(DataError, match="damaged is damaged"):
        unpack(path, ("a.txt",), tmp_path / "out", 10**6)
