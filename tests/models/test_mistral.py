"""Our Mistral against transformers' with the same random weights, far past its window, in a store of two windows."""

import pytest
import torch
import torch.nn.functional as F

from llmai_edu.models.llama import Llama, LlamaConfig
from llmai_edu.models.mistral import Mistral, MistralConfig

SIZES = {
    "vocab_size": 97,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "sliding_window": 7,
}
IDS = torch.randint(97, (3, 60), generator=torch.Generator().manual_seed(1))
LEFT = torch.tensor([[0] * (60 - n) + [1] * n for n in (60, 31, 3)])


def tiny(**changes):
    model = Mistral(MistralConfig(**SIZES | changes), generator=torch.Generator().manual_seed(0)).requires_grad_(False)
    for weight in model.parameters():
        weight.mul_(10 if weight.ndim == 2 else 1)
    return model


@pytest.mark.parametrize("kernel", ["eager", "sdpa"])
@pytest.mark.parametrize("window", [1, 7, 59, 60, 100, None])
def test_logits_equal_transformers(kernel, window, llama_twins, device):
    twins = llama_twins("Mistral", SIZES | {"sliding_window": window}, attn_implementation=kernel)
    theirs, ours = (model.to(device) for model in twins)
    with torch.no_grad():
        expected = theirs(IDS.to(device)).logits
        assert expected.std() > 0.5  # or the comparison would say little
        torch.testing.assert_close(ours(IDS.to(device)), expected, rtol=1e-5, atol=1e-5)


def test_logits_equal_transformers_with_padding(llama_twins, device):
    theirs, ours = (model.to(device) for model in llama_twins("Mistral", SIZES))
    ids, mask, real = IDS.to(device), LEFT.to(device), LEFT.bool()
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    with torch.no_grad():
        expected = theirs(ids, attention_mask=mask, position_ids=positions).logits
        found = ours(ids, attention_mask=mask)
    torch.testing.assert_close(found[real], expected[real], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("padded", [False, True])
def test_gradients_equal_transformers(padded, llama_twins, same_gradients):
    theirs, ours = llama_twins("Mistral", SIZES)
    mask = LEFT if padded else torch.ones_like(LEFT)
    targets = IDS[:, 1:].masked_fill(mask[:, :-1] == 0, -100)
    expected = theirs(IDS, attention_mask=mask, position_ids=(mask.cumsum(1) - 1).clamp(min=0)).logits
    found = ours(IDS, attention_mask=mask if padded else None)
    same_gradients(
        theirs, ours, *(F.cross_entropy(x[:, :-1].flatten(0, 1), targets.flatten()) for x in (expected, found))
    )


def test_a_layer_hears_of_nothing_behind_its_window():
    model, changed = tiny(num_hidden_layers=1), IDS.clone()
    changed[:, 20] = (IDS[:, 20] + 1) % 97
    differs = (model(IDS) - model(changed)).abs().amax((0, 2)) > 1e-4
    assert differs.nonzero().flatten().tolist() == list(range(20, 27))  # itself and the six tokens after it


def test_three_layers_hear_of_three_windows():
    model, changed = tiny(), IDS.clone()
    changed[:, 20] = (IDS[:, 20] + 1) % 97
    differs = (model(IDS) - model(changed)).abs().amax((0, 2)) > 0
    assert differs.nonzero().flatten().tolist() == list(range(20, 20 + 3 * 6 + 1))


def test_a_window_as_wide_as_the_text_is_a_llama():
    model = tiny(sliding_window=60)
    values = {name: getattr(model.config, name) for name in LlamaConfig.__dataclass_fields__}
    llama = Llama(LlamaConfig(**values))
    llama.load_state_dict(model.state_dict())
    torch.testing.assert_close(model(IDS), llama(IDS), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("padded", [False, True])
def test_decoding_many_windows_stays_in_a_store_of_two(padded):
    model, mask = tiny(), LEFT if padded else None
    whole, cache = model(IDS, attention_mask=mask), model.new_cache(3)
    for t in range(60):
        step = model(IDS[:, t : t + 1], cache, attention_mask=mask if mask is None else mask[:, t : t + 1])
        real = LEFT[:, t].bool() if padded else slice(None)
        torch.testing.assert_close(step[real, 0], whole[real, t], rtol=1e-5, atol=1e-5)
        assert {tuple(store.shape) for store in cache.keys + cache.values} == {(3, 2, 14, 8)}
    assert cache.length == 60


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("chunk", [6, 7, 8, 13, 14, 15, 25])
def test_a_long_chunk_is_given_room_and_takes_it_no_longer_than_it_lasts(chunk, padded):
    model, mask = tiny(), LEFT if padded else torch.ones_like(LEFT)
    whole, cache = model(IDS, attention_mask=mask), model.new_cache(3)
    for ids, seen, expected in zip(IDS.split(chunk, 1), mask.split(chunk, 1), whole.split(chunk, 1)):
        found = model(ids, cache, attention_mask=seen)
        torch.testing.assert_close(found[seen.bool()], expected[seen.bool()], rtol=1e-5, atol=1e-5)
        assert cache.keys[0].shape[2] <= max(14, 6 + chunk)
    for _ in range(14):
        model(IDS[:, :1], cache)
    assert cache.keys[0].shape[2] == 14


def test_a_store_is_never_larger_than_its_text():
    assert tiny().new_cache(max_length=10).keys[0].shape[2] == 10
    assert tiny(sliding_window=100).new_cache(max_length=128).keys[0].shape[2] == 128
    assert tiny(sliding_window=None).new_cache().keys[0].shape[2] == 128


@pytest.mark.parametrize("window", [0, -1, 2.5])
def test_refuses_a_window_that_sees_nothing(window):
    with pytest.raises(ValueError, match="sliding_window must be a positive whole number, or None"):
        MistralConfig(**SIZES | {"sliding_window": window})
