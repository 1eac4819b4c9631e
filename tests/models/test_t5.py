"""Our T5 against transformers' with the same random weights, and cached against uncached decoding."""

import pytest
import torch
import torch.nn.functional as F
import transformers

from llmai_edu.models.t5 import T5, T5Config, shift_right
from llmai_edu.pretrained.t5 import tensor_names

SIZES = {
    "vocab_size": 61,
    "d_model": 24,
    "d_kv": 5,  # H · D is not C
    "d_ff": 40,
    "num_layers": 3,
    "num_decoder_layers": 2,
    "num_heads": 4,
    "relative_attention_num_buckets": 8,
    "relative_attention_max_distance": 14,
    "layer_norm_epsilon": 1e-5,
}
KINDS = [("relu", True), ("relu", False), ("gated-gelu", True), ("gated-gelu", False)]


def pair(feed_forward="relu", tied=True):
    """A tiny random T5 of transformers, and ours with its weights."""
    torch.manual_seed(0)
    config = transformers.T5Config(
        **SIZES, feed_forward_proj=feed_forward, tie_word_embeddings=tied, decoder_start_token_id=0
    )
    theirs = transformers.T5ForConditionalGeneration(config).eval()
    if not tied:  # transformers 5 ties what it builds, and keeps apart what a file holds apart
        theirs.lm_head.weight = torch.nn.Parameter(0.3 * torch.randn(61, 24))
    for name, weight in theirs.named_parameters():
        if "norm" in name:
            torch.nn.init.uniform_(weight, 0.5, 1.5)
        elif "relative" in name:
            torch.nn.init.normal_(weight, std=1.5)
    ours = T5(T5Config(**SIZES, feed_forward_proj=feed_forward, tie_word_embeddings=tied)).eval()
    weights = theirs.state_dict()
    ours.load_state_dict({name: weights[hub].T if turned else weights[hub] for name, hub, turned in tensor_names(ours)})
    return theirs, ours


def draw_ids(*shape, seed=1):
    return torch.randint(2, SIZES["vocab_size"], shape, generator=torch.Generator().manual_seed(seed))


def draw_mask(side):
    """Three texts of 17, 11 and 1 tokens."""
    mask = torch.arange(17) < torch.tensor([[17], [11], [1]])
    return {"right": mask.long(), "left": mask.flip(1).long(), "none": None}[side]


@pytest.mark.parametrize("side", ["none", "right", "left"])
@pytest.mark.parametrize(("feed_forward", "tied"), KINDS)
def test_encoder_and_logits_equal_transformers(feed_forward, tied, side, device):
    theirs, ours = (model.to(device) for model in pair(feed_forward, tied))
    ids, decoder_ids, mask = draw_ids(3, 17).to(device), draw_ids(3, 20, seed=2).to(device), draw_mask(side)
    mask = None if mask is None else mask.to(device)
    real = slice(None) if mask is None else mask.bool()
    with torch.no_grad():
        expected = theirs(input_ids=ids, attention_mask=mask, decoder_input_ids=decoder_ids)
        memory = ours.encode(ids, mask)
        torch.testing.assert_close(memory[real], expected.encoder_last_hidden_state[real], rtol=1e-5, atol=1e-5)
        assert expected.logits.std() > 0.2  # or the comparison would say little
        torch.testing.assert_close(ours(ids, decoder_ids, mask), expected.logits, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("feed_forward", "tied"), KINDS)
def test_gradients_equal_transformers(feed_forward, tied):
    theirs, ours = pair(feed_forward, tied)
    ids, labels, mask = draw_ids(3, 17), draw_ids(3, 12, seed=2), draw_mask("right")
    theirs(input_ids=ids, attention_mask=mask, labels=labels).loss.backward()
    F.cross_entropy(ours(ids, shift_right(labels), mask).flatten(0, 1), labels.flatten()).backward()
    expected = dict(theirs.named_parameters())
    mine = dict(ours.named_parameters())
    for name, hub, turned in tensor_names(ours):
        grad = expected[hub].grad.T if turned else expected[hub].grad
        assert grad.abs().max() > 0, name
        torch.testing.assert_close(mine[name].grad, grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("side", ["none", "right", "left"])
def test_cached_equals_uncached_at_every_length(side, device):
    _, ours = pair()
    ours = ours.to(device)
    ids, written, mask = draw_ids(3, 17).to(device), draw_ids(3, 20, seed=2).to(device), draw_mask(side)
    mask = None if mask is None else mask.to(device)
    with torch.no_grad():
        memory = ours.encode(ids, mask)
        whole = ours.decode(written, memory, mask)
        cache = ours.new_cache(memory, max_length=20)
        for t in range(20):
            step = ours.decode(written[:, t : t + 1], memory, mask, cache)
            torch.testing.assert_close(step[:, 0], whole[:, t], rtol=1e-5, atol=1e-5)
        cache = ours.new_cache(memory, max_length=20)
        parts = [ours.decode(part, memory, mask, cache) for part in written.tensor_split((3, 4, 11), dim=1)]
        torch.testing.assert_close(torch.cat(parts, dim=1), whole, rtol=1e-5, atol=1e-5)


def test_with_a_cache_the_read_text_is_not_read_again(monkeypatch):
    _, ours = pair()
    with torch.no_grad():
        memory = ours.encode(draw_ids(2, 9))
        cache = ours.new_cache(memory, max_length=5)
        monkeypatch.setattr(ours, "read", lambda memory: pytest.fail("keys and values were computed again"))
        ours.decode(draw_ids(2, 3), memory, cache=cache)
    assert cache.own.length == 3


def test_padding_of_a_batch_changes_nothing():
    _, ours = pair()
    ids, written = draw_ids(3, 17), draw_ids(3, 6, seed=2)
    with torch.no_grad():
        for side in ("right", "left"):
            mask = draw_mask(side)
            logits = ours(ids, written, mask)
            for i in range(3):
                alone = ours(ids[i : i + 1, mask[i].bool()], written[i : i + 1])
                torch.testing.assert_close(logits[i : i + 1], alone, rtol=1e-5, atol=1e-5)


def test_a_later_token_does_not_change_earlier_logits_but_the_read_text_changes_all():
    _, ours = pair()
    ids, written = draw_ids(1, 9), draw_ids(1, 6, seed=2)
    changed = written.clone()
    changed[:, 4] += 1 - 2 * (written[:, 4] == SIZES["vocab_size"] - 1)
    with torch.no_grad():
        logits, others = ours(ids, written), ours(ids, changed)
        assert torch.equal(logits[:, :4], others[:, :4])
        assert not torch.allclose(logits[:, 4:], others[:, 4:])
        assert not torch.allclose(logits, ours(ids.flip(1), written))


def test_a_cache_of_another_memory_is_refused():
    _, ours = pair()
    with torch.no_grad():
        memory, other = ours.encode(draw_ids(2, 9)), ours.encode(draw_ids(2, 9, seed=5))
        with pytest.raises(ValueError, match="another memory"):
            ours.decode(draw_ids(2, 1), other, cache=ours.new_cache(memory, 4))


def test_a_full_cache_is_refused_and_stays_as_it_was():
    _, ours = pair()
    with torch.no_grad():
        memory = ours.encode(draw_ids(2, 9))
        cache = ours.new_cache(memory, 3)
        ours.decode(draw_ids(2, 2), memory, cache=cache)
        with pytest.raises(ValueError, match="room for 3"):
            ours.decode(draw_ids(2, 2), memory, cache=cache)
    assert cache.own.length == 2


def test_dropout_acts_in_training_only():
    model = T5(T5Config(**SIZES, dropout_rate=0.5), generator=torch.Generator().manual_seed(0))
    ids, written = draw_ids(1, 5), draw_ids(1, 4)
    assert not torch.allclose(model(ids, written), model(ids, written))
    model.eval()
    assert torch.equal(model(ids, written), model(ids, written))


def test_the_generator_decides_the_weights():
    first, second = (T5(T5Config(**SIZES), generator=torch.Generator().manual_seed(7)) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters()))


@pytest.mark.parametrize("wrong", [{"d_model": 0}, {"num_decoder_layers": 0}, {"num_heads": 2.0}])
def test_sizes_without_a_meaning_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        T5Config(**SIZES | wrong)


def test_unknown_layers_and_rates_are_refused():
    with pytest.raises(ValueError, match="gated-gelu"):
        T5Config(feed_forward_proj="gated-silu")
    with pytest.raises(ValueError, match="dropout_rate"):
        T5Config(dropout_rate=1.0)


def test_ids_of_a_wrong_shape_are_refused():
    _, ours = pair()
    with pytest.raises(ValueError, match=r"ids must have shape \(B, T\)"):
        ours.encode(draw_ids(4))
    with pytest.raises(ValueError, match="decoder_ids"):
        ours(draw_ids(1, 4), draw_ids(1, 0))
    with pytest.raises(ValueError, match="attention_mask"):
        ours.encode(draw_ids(1, 4), torch.ones(1, 3))
