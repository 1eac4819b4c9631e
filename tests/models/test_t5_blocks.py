"""The parts of a T5 by hand; the whole against transformers stands in `test_t5`."""

import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.attention import attention
from llmai_edu.models.t5_blocks import DecoderBlock, EncoderBlock, T5Attention, T5Config, T5FeedForward

SIZES = {"vocab_size": 9, "d_model": 6, "d_kv": 4, "d_ff": 10, "num_layers": 1, "num_heads": 2, "dropout_rate": 0.0}


def drawn(module):
    for weight in module.parameters():
        nn.init.normal_(weight, generator=torch.Generator().manual_seed(len(weight)))
    return module


def test_attention_has_no_scale():
    layer, x = drawn(T5Attention(T5Config(**SIZES))), torch.randn(2, 5, 6)
    q, k, v = ((x @ m.weight).view(2, 5, 2, 4).transpose(1, 2) for m in (layer.q, layer.k, layer.v))
    scores = q @ k.transpose(2, 3)  # (B, H, T, S)
    expected = (scores.softmax(-1) @ v).transpose(1, 2).reshape(2, 5, 8) @ layer.o.weight
    torch.testing.assert_close(layer(x, layer.keys_values(x)), expected)
    assert not torch.allclose(attention(q, k, v), scores.softmax(-1) @ v)


def test_two_feed_forward_layers():
    x = torch.randn(3, 6)
    plain = drawn(T5FeedForward(T5Config(**SIZES)))
    torch.testing.assert_close(plain(x), (x @ plain.up.weight).clamp(min=0) @ plain.down.weight)
    gated = drawn(T5FeedForward(T5Config(**SIZES, feed_forward_proj="gated-gelu")))
    gate = F.gelu(x @ gated.gate.weight, approximate="tanh")
    torch.testing.assert_close(gated(x), (gate * (x @ gated.up.weight)) @ gated.down.weight)


def test_blocks_add_to_what_they_read():
    """With all last matrices zero, nothing is added."""
    encoder, decoder = drawn(EncoderBlock(T5Config(**SIZES))), drawn(DecoderBlock(T5Config(**SIZES)))
    x, bias = torch.randn(2, 5, 6), torch.zeros(1, 2, 5, 5)
    read = decoder.cross_attn.keys_values(torch.randn(2, 3, 6))
    assert not torch.allclose(encoder(x, None, bias), x)
    assert not torch.allclose(decoder(x, bias, read, None), x)
    for block in (encoder, decoder):
        for name, weight in block.named_parameters():
            if name.endswith(("o.weight", "down.weight")):
                nn.init.zeros_(weight)
    assert torch.equal(encoder(x, None, bias), x)
    assert torch.equal(decoder(x, bias, read, None), x)
