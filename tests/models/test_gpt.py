"""Our GPT against transformers' GPT-2 with the same random weights, and cached against uncached decoding."""

import pytest
import torch
import torch.nn.functional as F
import transformers

from llmai_edu.models.gpt import GPT, GPTConfig

CONFIG = GPTConfig(vocab_size=97, n_positions=64, n_embd=48, n_layer=3, n_head=4)


def pair():
    """A tiny random GPT-2 of transformers, and ours with its weights."""
    torch.manual_seed(0)
    theirs = transformers.GPT2LMHeadModel(
        transformers.GPT2Config(
            **{name: getattr(CONFIG, name) for name in ("vocab_size", "n_positions", "n_embd", "n_layer", "n_head")},
            initializer_range=0.2,  # large enough for attention to be anything but uniform
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
        )
    )
    for name, weight in theirs.named_parameters():
        if "ln_" in name or name.endswith("bias"):
            torch.nn.init.uniform_(weight, 0.5, 1.5)
    ours = GPT(CONFIG)
    ours.load_state_dict(theirs.transformer.state_dict())
    return theirs.eval(), ours.eval()


def draw_ids(*shape, seed=1):
    return torch.randint(CONFIG.vocab_size, shape, generator=torch.Generator().manual_seed(seed))


def left_padded(lengths, width):
    return torch.tensor([[0] * (width - n) + [1] * n for n in lengths])


def test_logits_equal_transformers(device):
    theirs, ours = (model.to(device) for model in pair())
    ids = draw_ids(3, 40).to(device)
    with torch.no_grad():
        expected = theirs(ids).logits
        assert expected.std() > 0.5  # or the comparison would say little
        torch.testing.assert_close(ours(ids), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("side", ["left", "right"])
def test_logits_equal_transformers_with_padding(side, device):
    theirs, ours = (model.to(device) for model in pair())
    ids, mask = draw_ids(3, 20).to(device), left_padded([20, 7, 1], 20).to(device)
    if side == "right":
        mask = mask.flip(1)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    with torch.no_grad():
        expected = theirs(ids, attention_mask=mask, position_ids=positions).logits
        found = ours(ids, attention_mask=mask)
    torch.testing.assert_close(found[mask.bool()], expected[mask.bool()], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("padded", [False, True])
def test_gradients_equal_transformers(padded):
    theirs, ours = pair()
    ids = draw_ids(2, 12)
    mask = left_padded([12, 5], 12) if padded else torch.ones(2, 12, dtype=torch.int64)
    targets = ids.masked_fill(mask == 0, -100)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    their_logits = theirs(ids, attention_mask=mask, position_ids=positions).logits
    for logits in (their_logits, ours(ids, attention_mask=mask if padded else None)):
        # The target after a padding is a first token, which nothing precedes: it is left out.
        wanted = targets[:, 1:].masked_fill(mask[:, :-1] == 0, -100)
        F.cross_entropy(logits[:, :-1].flatten(0, 1), wanted.flatten(), ignore_index=-100).backward()
    expected = dict(theirs.transformer.named_parameters())
    for name, weight in ours.named_parameters():
        torch.testing.assert_close(weight.grad, expected[name].grad, rtol=1e-4, atol=1e-5, msg=lambda m, n=name: n + m)


@pytest.mark.parametrize("lengths", [[30], [30, 11], [30, 2, 17], [1, 30, 29, 12]])
def test_cached_equals_uncached_at_every_length(lengths, device):
    ours = pair()[1].to(device)
    ids, mask = draw_ids(len(lengths), 60).to(device), torch.ones(len(lengths), 60, dtype=torch.int64, device=device)
    mask[:, :30] = left_padded(lengths, 30).to(device)
    with torch.no_grad():
        whole = ours(ids, attention_mask=mask)
        cache = ours.new_cache(len(lengths), 60)
        found = [ours(ids[:, :30], cache, attention_mask=mask[:, :30])]
        found += [ours(ids[:, t : t + 1], cache) for t in range(30, 60)]
    found = torch.cat(found, dim=1)
    assert found.shape == whole.shape
    torch.testing.assert_close(found[mask.bool()], whole[mask.bool()], rtol=1e-5, atol=1e-5)


def test_last_only_gives_the_last_row():
    ours, ids = pair()[1], draw_ids(2, 9)
    torch.testing.assert_close(ours(ids, last_only=True), ours(ids)[:, -1:])


def test_no_token_hears_of_a_later_one():
    ours, ids = pair()[1], draw_ids(1, 12)
    changed = ids.clone()
    changed[0, 8] = (ids[0, 8] + 1) % CONFIG.vocab_size
    before, after = ours(ids), ours(changed)
    torch.testing.assert_close(before[:, :8], after[:, :8])
    assert not torch.allclose(before[:, 8], after[:, 8])


def test_dropout_in_training_only():
    model = GPT(GPTConfig(97, 64, 48, 2, 4, dropout=0.5), generator=torch.Generator().manual_seed(0))
    ids = draw_ids(1, 9)
    assert not torch.equal(model(ids), model(ids))
    model.eval()
    assert torch.equal(model(ids), model(ids))


def test_start_is_reproducible_and_the_stream_does_not_grow_with_depth():
    models = [GPT(CONFIG, generator=torch.Generator().manual_seed(3)) for _ in range(2)]
    assert all(torch.equal(a, b) for a, b in zip(models[0].parameters(), models[1].parameters()))
    block = models[0].h[0]
    assert block.attn.c_proj.weight.std() < 0.6 * block.attn.c_attn.weight.std()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_layer": 0}, "n_layer must be a positive whole number"),
        ({"n_head": 5}, "n_embd 48 must be a multiple of n_head 5"),
        ({"dropout": 1.0}, "dropout must be a share"),
        ({"layer_norm_epsilon": 0}, "layer_norm_epsilon must be a positive number"),
    ],
)
def test_refuses_shapes_that_cannot_be(change, message):
    sizes = {"vocab_size": 97, "n_positions": 64, "n_embd": 48, "n_layer": 3, "n_head": 4} | change
    with pytest.raises(ValueError, match=message):
        GPTConfig(**sizes)


def test_refuses_texts_that_do_not_fit():
    model = GPT(CONFIG)
    with pytest.raises(ValueError, match="context is 64"):
        model(torch.zeros(1, 65, dtype=torch.int64))
    with pytest.raises(ValueError, match="shape"):
        model(torch.zeros(5, dtype=torch.int64))
    with pytest.raises(ValueError, match="attention_mask must have the ids' shape"):
        model(torch.zeros(1, 5, dtype=torch.int64), attention_mask=torch.ones(1, 4))
