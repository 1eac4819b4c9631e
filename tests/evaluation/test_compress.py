"""Compressors on texts whose information is known."""

import numpy as np
import pytest

from llmai_edu.evaluation.compress import compressed_bits_per_byte, compressed_size
from llmai_edu.evaluation.known_source import known_source

NOISE = np.random.default_rng(0).bytes(100_000)


@pytest.mark.parametrize("method", ["gzip", "xz"])
def test_noise_takes_eight_bits_and_repetition_none(method):
    assert compressed_bits_per_byte(NOISE, method) == pytest.approx(8, abs=0.02)
    assert compressed_bits_per_byte(b"a" * 100_000, method) < 0.05


@pytest.mark.parametrize("method", ["gzip", "xz"])
def test_no_compressor_beats_the_entropy_of_a_known_source(method):
    source = known_source(seed=0)
    text = source.sample(100_000, np.random.default_rng(0))
    assert compressed_bits_per_byte(text, method) > source.entropy_rate


def test_only_xz_remembers_what_it_saw_long_ago():
    text = known_source(seed=0).sample(60_000, np.random.default_rng(0))
    again = text[:2000]
    assert compressed_bits_per_byte(again, "xz", primed_with=text) < 0.5
    assert compressed_bits_per_byte(again, "gzip", primed_with=text) > 2


def test_the_output_does_not_depend_on_the_clock():
    assert compressed_size(NOISE, "gzip") == compressed_size(NOISE, "gzip")


def test_bad_input_is_refused_with_a_reason():
    with pytest.raises(ValueError, match='"gzip" or "xz"'):
        compressed_size(b"a", "zip")
    with pytest.raises(ValueError, match="empty"):
        compressed_bits_per_byte(b"", "gzip")
