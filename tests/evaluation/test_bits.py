"""Conversions by hand-worked cases."""

import math

import pytest

from llmai_edu.evaluation.bits import bits_per_byte, bpb_from_token_loss, nats_to_bits, perplexity


def test_a_fair_coin_is_one_bit_and_two_choices():
    assert nats_to_bits(math.log(2)) == pytest.approx(1)
    assert perplexity(100 * math.log(2), 100) == pytest.approx(2)


def test_guessing_bytes_takes_eight_bits():
    assert bits_per_byte(7 * math.log(256), 7) == pytest.approx(8)


def test_bytes_not_characters_are_counted():
    # "é" is one character and two bytes: one coin flip for it is half a bit a byte.
    assert bits_per_byte(math.log(2), len("é".encode())) == pytest.approx(0.5)


def test_token_losses_agree_with_the_sum():
    losses = [2.0, 3.0, 4.0]
    assert bpb_from_token_loss(3.0, 3, 10) == pytest.approx(bits_per_byte(sum(losses), 10))


def test_a_model_that_is_sure_may_round_below_zero():
    assert bits_per_byte(-1e-18, 5) == bits_per_byte(-1e-3, 10_000) == 0
    with pytest.raises(ValueError, match="negate"):
        bits_per_byte(-0.1, 10_000)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bits_per_byte(1.0, 0), "at least one byte"),
        (lambda: bits_per_byte(-1.0, 5), "negate"),
        (lambda: perplexity(1.0, 0), "at least one symbol"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(ValueError, match=message):
        call()
