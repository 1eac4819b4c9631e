"""Our reader of GGUF files against the gguf library, on a file that the library wrote."""

import gguf
import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType as Kind

from llmai_edu.pretrained.gguf_file import dequantize_q4_1_block, open_gguf

KINDS = [Kind.F32, Kind.F16, Kind.BF16, Kind.Q8_0, Kind.Q4_0, Kind.Q4_1, Kind.Q5_1]


def write(path, alignment=None):
    """A file with one matrix of each kind, a vector, and metadata of several types."""
    rng = np.random.default_rng(0)
    writer = gguf.GGUFWriter(path, "llama")
    if alignment:
        writer.add_custom_alignment(alignment)
    writer.add_string("general.name", "a name in Ελληνικά")
    writer.add_array("a.list", ["x", "yz", ""])
    writer.add_array("some.numbers", [3, 1, 2])
    writer.add_float32("a.float", 0.25)
    writer.add_bool("a.flag", True)
    for kind in KINDS:
        packed = gguf.quants.quantize(rng.normal(size=(6, 64)).astype(np.float32), kind)
        writer.add_tensor(f"{kind.name}.weight", packed, raw_dtype=kind)
    writer.add_tensor("vector", rng.normal(size=5).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize("alignment", [None, 256])
def test_reads_what_the_gguf_library_reads(tmp_path, alignment):
    path = write(tmp_path / "small.gguf", alignment)
    file, reader = open_gguf(path), gguf.GGUFReader(path)
    expected = {key: field.contents() for key, field in reader.fields.items() if not key.startswith("GGUF.")}
    assert file.metadata == expected
    assert list(file.tensors) == [tensor.name for tensor in reader.tensors]
    for tensor in reader.tensors:
        numbers = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        ours = file.read(tensor.name)
        assert ours.dtype == torch.float32
        np.testing.assert_array_equal(ours.numpy(), numbers)


def test_what_was_read_can_be_changed_without_touching_the_file(tmp_path):
    path = write(tmp_path / "small.gguf")
    before = path.read_bytes()
    open_gguf(path).read("F32.weight").zero_()
    assert path.read_bytes() == before


def test_q4_1_by_hand_equals_the_library():
    weights = np.random.default_rng(0).normal(size=(50, 32)).astype(np.float32)
    blocks = gguf.quants.quantize(weights, Kind.Q4_1)  # (50, 20) bytes
    by_hand = np.stack([dequantize_q4_1_block(block.tobytes()) for block in blocks])
    np.testing.assert_array_equal(by_hand, gguf.quants.dequantize(blocks, Kind.Q4_1))


def test_q4_1_refuses_another_length():
    with pytest.raises(ValueError, match="has 20 bytes, got 18"):
        dequantize_q4_1_block(bytes(18))


def test_a_file_cut_anywhere_is_refused(tmp_path):
    whole = write(tmp_path / "whole.gguf").read_bytes()
    cut = tmp_path / "cut.gguf"
    for length in [4, 5, 20, 30, 100, 300, len(whole) // 2, len(whole) - 40]:
        cut.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"cut\.gguf.*fetch it again"):
            open_gguf(cut)


def test_refuses_another_format_a_newer_version_and_no_file(tmp_path):
    other = tmp_path / "model.gguf"
    other.write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(ValueError, match="does not begin with the letters GGUF"):
        open_gguf(other)
    other.write_bytes(b"GGUF" + (99).to_bytes(4, "little") + bytes(100))
    with pytest.raises(ValueError, match="99"):
        open_gguf(other)
    with pytest.raises(FileNotFoundError, match=r"give the path of a \.gguf file"):
        open_gguf(tmp_path / "none.gguf")


def number(value, size=4):
    return value.to_bytes(size, "little")


def entry(name=b"t", shape=(32,), kind=0, at=0):
    """One line of the list of tensors, by hand."""
    sizes = b"".join(number(size, 8) for size in reversed(shape))
    return number(len(name), 8) + name + number(len(shape)) + sizes + number(kind) + number(at, 8)


def by_hand(path, *entries, alignment=None):
    """A file of a few tensors, written byte by byte; alignment: the type and the bytes of that value."""
    value = b"" if alignment is None else number(17, 8) + b"general.alignment" + alignment
    path.write_bytes(
        b"GGUF" + number(3) + number(len(entries), 8) + number(bool(value), 8) + value + b"".join(entries) + bytes(4096)
    )
    return path


@pytest.mark.parametrize(
    ("alignment", "shown"),
    [
        (number(4) + number(0), "0"),
        (number(4) + number(24), "24"),
        (number(5) + number(2**32 - 32), "-32"),
        (number(8) + number(2, 8) + b"32", "'32'"),
        (number(7) + b"\x01", "True"),
        (number(6) + bytes(4), "0.0"),
    ],
)
def test_an_alignment_that_is_no_power_of_two_is_refused(tmp_path, alignment, shown):
    path = by_hand(tmp_path / "odd.gguf", entry(), alignment=alignment)
    with pytest.raises(ValueError, match=rf"odd\.gguf cannot be read: .*must be a power of 2, and is {shown}"):
        open_gguf(path)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([entry(at=8)], "t begins at byte 8, no multiple of its alignment 32"),
        ([entry(), entry(at=128)], "lists the tensor t twice"),
        ([entry(shape=())], r"t has the shape \(\), not one to four positive sizes"),
        ([entry(shape=(0, 32))], r"t has the shape \(0, 32\)"),
        ([entry(shape=(1, 1, 1, 1, 32))], "not one to four"),
        ([entry(kind=999)], r"t has the quantization 999, which is unknown .* take a file of .* Q8_0"),
        ([entry(shape=(2, 33), kind=Kind.Q4_1)], "t has rows of 33 numbers, no whole blocks of 32"),
        ([entry(name=b"\xff")], "a text is no UTF-8"),
        ([entry(shape=(2**40, 2**40))], "cut short"),
    ],
)
def test_a_list_of_tensors_that_makes_no_sense_is_refused(tmp_path, entries, message):
    assert list(open_gguf(by_hand(tmp_path / "odd.gguf", entry())).tensors) == ["t"]  # what is right passes
    with pytest.raises(ValueError, match=rf"odd\.gguf cannot be read: .*{message}"):
        open_gguf(by_hand(tmp_path / "odd.gguf", *entries))


def test_a_quantization_that_the_library_cannot_undo_is_refused_with_advice(tmp_path):
    file = open_gguf(by_hand(tmp_path / "odd.gguf", entry(kind=Kind.I32)))
    with pytest.raises(ValueError, match=r"odd\.gguf cannot be read: t has the quantization I32, .* Q8_0"):
        file.read("t")
