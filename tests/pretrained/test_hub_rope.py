"""Both spellings of rotary positions mean the same, and what we write is read back. (Against transformers: with the
models, in test_llama_hub.)"""

import pytest

from llmai_edu.models.rope_scaling import LinearScaling, Llama3Scaling
from llmai_edu.pretrained.hub_rope import read_rope, rope_entries

LLAMA3 = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}


@pytest.mark.parametrize("scaling", [None, LinearScaling(2.0), Llama3Scaling(**LLAMA3)])
def test_reads_what_it_writes(scaling):
    assert read_rope(rope_entries(500.0, scaling)) == (500.0, scaling)


def test_a_silent_file_turns_as_the_paper():
    assert read_rope({}) == (10_000.0, None)


def test_the_old_length_is_the_context_where_nothing_else_is_said():
    rope = {key: value for key, value in LLAMA3.items() if key != "original_max_position_embeddings"}
    _, scaling = read_rope({"rope_scaling": rope | {"type": "llama3"}, "max_position_embeddings": 4096})
    assert scaling.original_max_position_embeddings == 4096
    with pytest.raises(ValueError, match="says nothing about original_max_position_embeddings"):
        read_rope({"rope_scaling": rope | {"type": "llama3"}})
