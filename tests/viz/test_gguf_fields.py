"""The fields of a GGUF file, against the writer of llama.cpp's own package."""

import struct
from itertools import pairwise

import numpy as np
import pytest
from gguf import GGUFWriter
from gguf.quants import GGMLQuantizationType, quantize

from llmai_edu.viz.gguf_fields import gguf_fields, q4_1_fields


@pytest.fixture
def written(tmp_path):
    writer = GGUFWriter(str(tmp_path / "small.gguf"), "llama")
    writer.add_uint32("llama.block_count", 7)
    writer.add_array("tokenizer.ggml.tokens", ["a", "bc", "déf"])
    writer.add_array("some.numbers", [1, 2, 3, 4])
    writer.add_tensor("one", np.arange(6, dtype=np.float32).reshape(2, 3))
    writer.add_tensor("two", np.ones(4, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return (tmp_path / "small.gguf").read_bytes()


def test_fields_touch_each_other_and_say_what_was_written(written):
    parts = gguf_fields(written)
    fields = [field for part in parts.values() for field in part]
    assert fields[0].start == 0
    assert all(one.stop == other.start for one, other in pairwise(fields))
    assert [field.value for field in parts["header"]] == ["GGUF", "3", "2", str(len(parts["facts"]) // 3)]
    names, values = ([f.value for f in parts["facts"] if f.name.startswith(which)] for which in ("name", "value"))
    said = dict(zip(names, values))
    assert said["general.architecture"] == "llama"
    assert said["llama.block_count"] == "7"
    assert said["tokenizer.ggml.tokens"] == "3 items"
    assert said["some.numbers"] == "4 items"
    assert [field.value for field in parts["tensors"]] == ["one", "2: [3, 2]", "0", "0", "two", "1: [4]", "0", "32"]
    assert 0 <= len(written) - fields[-1].stop - 48 < 64  # two tensors, and what fills up to multiples of 32


def test_a_memory_map_gives_the_same(written):
    assert gguf_fields(np.frombuffer(written, np.uint8)) == gguf_fields(written)


def test_refuses_what_is_no_file_or_half_of_one(written):
    with pytest.raises(ValueError, match="no GGUF file"):
        gguf_fields(b"GGML" + written[4:])
    for stop in (10, 40, 120):
        with pytest.raises(ValueError, match="cut short"):
            gguf_fields(written[:stop])
    with pytest.raises(ValueError, match="no value has the kind 77"):
        gguf_fields(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"x" + struct.pack("<I", 77))


def test_a_block_says_its_scale_minimum_and_numbers():
    weights = np.linspace(-1, 2, 32, dtype=np.float32)
    block = quantize(weights, GGMLQuantizationType.Q4_1).tobytes()
    fields = q4_1_fields(b"..." + block, 3)
    assert (fields[0].start, fields[-1].stop, len(fields)) == (3, 23, 18)
    scale, minimum = (float(field.value.split()[0]) for field in fields[:2])
    low, high = zip(*([int(n) for n in field.value[4:].split(" and ")] for field in fields[2:]))
    assert np.allclose(scale * np.array(low + high) + minimum, weights, atol=0.11)
    with pytest.raises(ValueError, match="only 19 are left"):
        q4_1_fields(block, 1)
