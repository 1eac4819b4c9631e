"""From a model's log-probabilities to the numbers that compare models: bits per byte, perplexity.

A model reports nats (natural logarithms); people quote bits. A loss per *token* depends on the tokenizer,
so models with different tokenizers are compared by the bits they need for a *byte* of the same text.
"""

import math

__all__ = ["bits_per_byte", "bpb_from_token_loss", "nats_to_bits", "perplexity"]


def nats_to_bits(nats: float) -> float:
    """Convert nats to bits: one bit is ln 2 = 0.693 nats.

    >>> nats_to_bits(math.log(8))
    3.0
    """
    return nats / math.log(2)


def bits_per_byte(nats_total: float, n_bytes: int) -> float:
    """Return how many bits a model needs for each byte of a text, lower being better.

    nats_total: the sum over the text of -ln p, in nats (so a *positive* number). n_bytes: of the text in UTF-8,
    not the number of characters or of tokens. Guessing at random takes 8. Raises ValueError for no bytes
    or for a negative sum, the sign of log-probabilities not negated.

    >>> round(bits_per_byte(1000 * math.log(256), 1000), 6)
    8.0
    """
    if n_bytes <= 0:
        raise ValueError(f"need at least one byte of text, got {n_bytes}")
    if nats_total < -1e-6 * n_bytes:  # what is nearer to 0 is rounding
        raise ValueError(f"nats_total is the sum of -ln p and cannot be negative, got {nats_total}: negate it?")
    return float(nats_to_bits(max(nats_total, 0)) / n_bytes)


def bpb_from_token_loss(nats_per_token: float, n_tokens: int, n_bytes: int) -> float:
    """Return bits per byte for a mean loss per token, as training logs print it.

    >>> round(bpb_from_token_loss(3.3, n_tokens=250, n_bytes=1000), 2)  # four bytes a token
    1.19
    """
    return bits_per_byte(nats_per_token * n_tokens, n_bytes)


def perplexity(nats_total: float, n_symbols: int) -> float:
    """Return exp of the mean of -ln p: among how many equally likely symbols the model hesitates.

    n_symbols: bytes, tokens or words, whatever the model predicts; only models that share them compare.

    >>> round(perplexity(10 * math.log(6), 10), 6)  # a fair die
    6.0
    """
    if n_symbols <= 0:
        raise ValueError(f"need at least one symbol, got {n_symbols}")
    return float(math.exp(nats_total / n_symbols))
