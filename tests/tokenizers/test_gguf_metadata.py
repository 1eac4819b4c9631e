import gguf
import pytest

from llmai_edu.datasets import smollm2_gguf
from llmai_edu.tokenizers.gguf_metadata import read_gguf_metadata

VALUES = {
    "uint8": 255, "int8": -128, "uint16": 65535, "int16": -5, "uint32": 2**32 - 1, "int32": -7, "float32": 0.5,
    "uint64": 2**64 - 1, "int64": -(2**63), "float64": 0.1, "bool": True, "string": "é漢", "array": ["a", "", "ü"],
}  # fmt: skip


@pytest.fixture
def written(tmp_path):
    """A file by the `gguf` library with a value of every type."""
    path = tmp_path / "small.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    for kind, value in VALUES.items():
        getattr(writer, f"add_{kind}")(f"x.{kind}", value)
    writer.add_array("x.ints", [1, -2, 3])
    writer.add_array("x.floats", [0.5, 1.5])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path


def test_every_type_that_gguf_writes_is_read(written):
    metadata = read_gguf_metadata(written)
    assert {name: metadata[f"x.{name}"] for name in VALUES} == VALUES
    assert (metadata["x.ints"], metadata["x.floats"]) == ([1, -2, 3], [0.5, 1.5])
    assert metadata["x.bool"] is True
    assert metadata["general.architecture"] == "llama"


@pytest.mark.data
def test_equals_gguf_on_the_real_file():
    reader = gguf.GGUFReader(smollm2_gguf())
    theirs = {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}
    ours = read_gguf_metadata(smollm2_gguf())
    assert ours.keys() == theirs.keys()
    assert ours == theirs


def test_a_file_that_ends_early_is_refused_wherever_it_ends(written, tmp_path):
    whole = written.read_bytes()
    for length in range(len(whole)):
        (tmp_path / "cut.gguf").write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"cut\.gguf (is no GGUF file|cannot be read: it is damaged)"):
            read_gguf_metadata(tmp_path / "cut.gguf")


def test_another_version_is_refused(written):
    content = bytearray(written.read_bytes())
    content[4] = 1
    written.write_bytes(content)
    with pytest.raises(ValueError, match="GGUF version 1; versions"):
        read_gguf_metadata(written)


def number(value, size=4):
    return value.to_bytes(size, "little")


def by_hand(path, name, kind, content):
    """A file with one value, written byte by byte."""
    path.write_bytes(b"GGUF" + number(3) + number(0, 8) + number(1, 8) + number(len(name), 8) + name + kind + content)
    return path


def nested(depth):
    """An array that holds one array, that holds one array …; the innermost is an empty list of bytes."""
    return (number(9) + number(1, 8)) * (depth - 1) + number(0) + number(0, 8)


@pytest.mark.parametrize(
    ("name", "kind", "content", "message"),
    [
        (b"k", 99, b"", "no value has the type 99"),
        (b"k", 8, number(2, 8) + b"\xc3(", "a text is no UTF-8"),
        (b"\xff", 0, b"\x01", "a text is no UTF-8"),
        (b"k", 9, nested(9), "more than 8 deep"),
        (b"k", 9, nested(5000), "more than 8 deep"),
        (b"k", 9, number(0) + number(2**63, 8), "ends early"),
        (b"k", 9, number(8) + number(2**63, 8), "ends early"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(tmp_path, name, kind, content, message):
    path = by_hand(tmp_path / "odd.gguf", name, number(kind), content)
    with pytest.raises(ValueError, match=rf"odd\.gguf cannot be read: it is damaged.*{message}.*; fetch it again"):
        read_gguf_metadata(path)


def test_arrays_of_arrays_are_read(tmp_path):
    assert read_gguf_metadata(by_hand(tmp_path / "odd.gguf", b"k", number(9), nested(8))) == {"k": [[[[[[[[]]]]]]]]}
