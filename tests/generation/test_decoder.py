"""Every decoder of the course, asked for the same: what it reads piece by piece, it reads as if at once."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmai_edu.generation.batch import generate_batch
from llmai_edu.generation.decoder import check_mode
from llmai_edu.generation.sampling import generate
from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.models.llama import Llama, LlamaConfig
from llmai_edu.models.mistral import Mistral, MistralConfig
from llmai_edu.models.qwen3 import Qwen3, Qwen3Config
from llmai_edu.models.rope_scaling import Llama3Scaling

SIZES = (31, 24, 40, 2, 4, 2, 64)  # vocabulary, channels, feed-forward, layers, heads, key heads, context
DECODERS = {
    "gpt": (GPT, GPTConfig(31, 64, 24, 2, 4)),
    "llama": (Llama, LlamaConfig(*SIZES)),
    "llama, scaled": (Llama, LlamaConfig(*SIZES, rope_scaling=Llama3Scaling(4.0, 1.0, 4.0, 16))),
    "mistral": (Mistral, MistralConfig(*SIZES, sliding_window=5)),
    "mistral that sees itself alone": (Mistral, MistralConfig(*SIZES, sliding_window=1)),
    "qwen3": (Qwen3, Qwen3Config(*SIZES, head_dim=10)),
}
ANY_TEXT = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module", params=DECODERS)
def model(request):
    kind, config = DECODERS[request.param]
    model = kind(config, generator=torch.Generator().manual_seed(0)).eval().requires_grad_(False)
    for weight in model.parameters():
        weight.mul_(10 if weight.ndim == 2 else 1)  # large enough for attention to be anything but uniform
    return model


def draw_ids(*shape, seed=1):
    return torch.randint(31, shape, generator=torch.Generator().manual_seed(seed))


def left_padded(lengths, width):
    return torch.tensor([[0] * (width - n) + [1] * n for n in lengths])


def assert_same(found, expected, mask=None):
    """Equal wherever a token stands: what a padding says means nothing, so long as it is a number."""
    assert found.isfinite().all()
    mask = torch.ones(found.shape[:2]) if mask is None else mask
    torch.testing.assert_close(found[mask.bool()], expected[mask.bool()], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("lengths", [[30], [30, 11], [30, 2, 17], [1, 30, 29, 12]])
def test_cached_equals_uncached_at_every_length(model, lengths):
    ids, mask = draw_ids(len(lengths), 30), left_padded(lengths, 30)
    whole = model(ids, attention_mask=mask)  # (B, T, V)
    assert whole.std() > 0.3  # or equality would say little
    cache = model.new_cache(len(lengths), max_length=30)
    for t in range(30):
        step = model(ids[:, t : t + 1], cache, attention_mask=mask[:, t : t + 1])  # (B, 1, V)
        assert_same(step, whole[:, t : t + 1], mask[:, t : t + 1])
    assert cache.length == 30


@pytest.mark.parametrize("lengths", [[9], [9, 4], [9, 1, 5], [2, 9, 9, 6]])
def test_a_padded_prompt_goes_on_without_a_mask(model, lengths):
    ids, mask = draw_ids(len(lengths), 30), left_padded(lengths, 9)
    cache = model.new_cache(len(lengths), max_length=30)
    model(ids[:, :9], cache, attention_mask=mask)
    whole = model(ids, attention_mask=torch.cat((mask, torch.ones(len(lengths), 21, dtype=torch.int64)), 1))
    for t in range(9, 30):
        assert_same(model(ids[:, t : t + 1], cache), whole[:, t : t + 1])


@pytest.mark.parametrize("length", [1, 3, 17])
def test_padding_changes_nothing(model, length):
    ids = draw_ids(2, 20)
    padded = model(ids, attention_mask=left_padded([20, length], 20))
    assert_same(padded[1:, -length:], model(ids[1:, -length:]))
    assert_same(padded[:1], model(ids[:1]))


@st.composite
def padded_chunks(draw):
    """Up to four texts, padded anywhere, in chunks of any sizes: some chunk may be all padding for one text."""
    width = draw(st.integers(1, 40))
    lengths = draw(st.lists(st.integers(0, width), min_size=1, max_size=4))
    mask = left_padded(lengths, width)
    if draw(st.booleans()):
        mask = torch.tensor(draw(st.lists(st.lists(st.integers(0, 1), min_size=width, max_size=width), min_size=1)))
    return mask, sorted(draw(st.sets(st.integers(1, width), max_size=8)) - {width})


@ANY_TEXT
@given(padded_chunks())
def test_chunks_of_any_size_change_nothing(model, drawn):
    mask, cuts = drawn
    ids = draw_ids(*mask.shape)
    cache = model.new_cache(len(mask))
    pieces = zip(ids.tensor_split(cuts, 1), mask.tensor_split(cuts, 1))
    read = [model(piece, cache, attention_mask=seen) for piece, seen in pieces]
    assert_same(torch.cat(read, 1), model(ids, attention_mask=mask), mask)


ACTIONS = st.one_of(
    st.tuples(st.just("read"), st.integers(1, 12)),
    st.tuples(st.just("read padded"), st.integers(1, 12)),
    st.tuples(st.just("cut to"), st.floats(0, 1)),
    st.tuples(st.just("fail"), st.integers(1, 12)),
)


@ANY_TEXT
@given(st.lists(ACTIONS, min_size=2, max_size=10))
def test_reading_cutting_and_failing_in_any_order(model, actions):
    """The cache answers like a text that is read from the beginning each time."""
    cache, window = model.new_cache(2), getattr(model, "window", None)
    text, mask = torch.zeros(2, 0, dtype=torch.int64), torch.zeros(2, 0, dtype=torch.int64)
    for number, (action, amount) in enumerate(actions):
        if action == "cut to":
            length = int(amount * text.shape[1])
            try:
                cache.truncate(length)
            except ValueError:  # a window has moved on: nothing has happened
                assert window is not None
                assert 0 < length < text.shape[1]
                continue
            text, mask = text[:, :length], mask[:, :length]
            continue
        ids = draw_ids(2, min(amount, 64 - text.shape[1]), seed=number)
        seen = left_padded([ids.shape[1], ids.shape[1] // 2], ids.shape[1]) if action == "read padded" else None
        if not ids.numel():
            continue
        if action == "fail":
            fail_half_way(model, ids, cache)
            assert cache.length == text.shape[1]
            continue
        found = model(ids, cache, attention_mask=seen)
        text = torch.cat((text, ids), 1)
        mask = torch.cat((mask, torch.ones_like(ids) if seen is None else seen), 1)
        new = mask[:, -ids.shape[1] :]
        assert_same(found, model(text, attention_mask=mask)[:, -ids.shape[1] :], new)


def fail_half_way(model, ids, cache):
    """A pass that breaks off in its last block, when the first has already written into the cache."""
    last = [*model.children()][-3 if isinstance(model, Llama) else -2][-1]

    def fail(*args):
        raise RuntimeError("out of memory")

    hook = last.register_forward_pre_hook(fail)
    padding = left_padded([0, 1], ids.shape[1])  # which must be forgotten, too
    with pytest.raises(RuntimeError, match="out of memory"):
        model(ids, cache, attention_mask=padding)
    hook.remove()


def test_refuses_a_mask_of_another_shape(model):
    ids = draw_ids(2, 5)
    for wrong in (torch.ones(2, 4), torch.ones(1, 5), torch.ones(5)):
        with pytest.raises(ValueError, match=r"must have the ids' shape \(2, 5\)"):
            model(ids, attention_mask=wrong)


def test_refuses_more_texts_than_the_cache_holds(model):
    cache = model.new_cache(2)
    for batch in (1, 3):
        with pytest.raises(ValueError, match=f"the cache holds 2 texts, got {batch}"):
            model(draw_ids(batch, 5), cache, attention_mask=torch.ones(batch, 5))


def test_a_model_that_drops_connections_does_not_write():
    model = GPT(GPTConfig(31, 64, 24, 2, 4, dropout=0.1))
    for call in (lambda: generate(model, [1], 3), lambda: generate_batch(model, [[1]], 3), lambda: check_mode(model)):
        with pytest.raises(ValueError, match=r"call model\.eval\(\) first"):
            call()
    assert len(list(generate(model.eval(), [1], 3))) == 3
