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
