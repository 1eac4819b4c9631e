"""Our BERT against transformers' with the same random weights, with and without padding, and its gradients."""

import pytest
import torch
import torch.nn.functional as F
import transformers

from llmai_edu.models.bert import BertConfig, BertForMaskedLM, BertModel
from llmai_edu.pretrained.bert import hub_name

SIZES = {
    "vocab_size": 97,
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "intermediate_size": 80,
    "max_position_embeddings": 40,
}
MASK = torch.tensor([[1] * 20, [1] * 13 + [0] * 7, [1] + [0] * 19])  # padded on the right


def pair():
    """A tiny random BERT of transformers, and ours with its weights."""
    torch.manual_seed(0)
    theirs = transformers.BertForMaskedLM(transformers.BertConfig(**SIZES, initializer_range=0.2))
    for name, weight in theirs.named_parameters():
        if "LayerNorm.weight" in name:
            torch.nn.init.uniform_(weight, 0.5, 1.5)
        elif name.endswith("bias"):
            torch.nn.init.normal_(weight)
    ours = BertForMaskedLM(BertConfig(**SIZES))
    weights = theirs.state_dict()
    ours.load_state_dict({name: weights[hub_name(name)] for name in ours.state_dict()})
    return theirs.eval(), ours.eval()


def draw_ids(*shape, seed=1):
    return torch.randint(1, SIZES["vocab_size"], shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("mask", [None, MASK], ids=["whole", "padded"])
@pytest.mark.parametrize("types", [False, True])
def test_states_and_logits_equal_transformers(mask, types, device):
    theirs, ours = (model.to(device) for model in pair())
    ids = draw_ids(3, 20)
    ids = (ids if mask is None else ids * mask).to(device)
    mask = None if mask is None else mask.to(device)
    kinds = (torch.arange(20) > 8).long().expand(3, 20).to(device) if types else None
    real = torch.ones_like(ids).bool() if mask is None else mask.bool()
    with torch.no_grad():
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds}
        states, logits = theirs.bert(**given).last_hidden_state, theirs(**given).logits
        assert logits.std() > 0.5  # or the comparison would say little
        torch.testing.assert_close(ours.bert(ids, mask, kinds)[real], states[real], rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(ours(ids, mask, kinds)[real], logits[real], rtol=1e-5, atol=2e-5)


@pytest.mark.parametrize("mask", [None, MASK], ids=["whole", "padded"])
def test_gradients_equal_transformers(mask):
    theirs, ours = pair()
    ids, asked = draw_ids(3, 20), draw_ids(3, 20, seed=2) % 4 == 0
    if mask is not None:
        ids, asked = ids * mask, asked & mask.bool()
    labels = draw_ids(3, 20, seed=3)[asked]
    F.cross_entropy(theirs(ids, attention_mask=mask).logits[asked], labels).backward()
    F.cross_entropy(ours(ids, mask, at=asked), labels).backward()
    expected = dict(theirs.named_parameters())
    for name, weight in ours.named_parameters():
        assert weight.grad is not None
        torch.testing.assert_close(weight.grad, expected[hub_name(name)].grad, rtol=1e-4, atol=1e-5)


def test_chosen_places_are_those_of_all():
    _, ours = pair()
    ids = draw_ids(2, 9)
    at = ids % 3 == 0
    torch.testing.assert_close(ours(ids, at=at), ours(ids)[at])


def test_every_token_hears_of_every_other():
    _, ours = pair()
    ids = draw_ids(1, 9)
    states = ours.bert(ids)
    for place in (0, 4, 8):
        changed = ids.clone()
        changed[0, place] = ids[0, place] % 96 + 1
        difference = (ours.bert(changed) - states).abs().amax(-1)[0]
        assert (difference > 1e-4).all()


def test_a_mask_of_pairs_says_who_sees_whom():
    _, ours = pair()
    ids = draw_ids(3, 20)
    torch.testing.assert_close(ours(ids, MASK[:, None].expand(3, 20, 20)), ours(ids, MASK))
    left = torch.ones(20, 20).tril().expand(3, 20, 20)
    changed = ids.clone()
    changed[:, 12] = ids[:, 12] % 96 + 1
    before, after = ours.bert(ids, left), ours.bert(changed, left)
    torch.testing.assert_close(before[:, :12], after[:, :12])
    assert ((before - after)[:, 12:].abs().amax(-1) > 1e-4).all()


def test_padding_changes_nothing_whatever_stands_in_it():
    _, ours = pair()
    ids, mask = draw_ids(3, 20), MASK
    for filled in (ids, ids * mask, (ids + 5) % 97):
        row = torch.where(mask.bool(), ids, filled)
        for text, length in zip(row, mask.sum(1)):
            alone = ours.bert(text[None, :length])
            in_batch = ours.bert(row, mask)[(row == text).all(1)][:1, :length]
            torch.testing.assert_close(in_batch, alone, rtol=1e-5, atol=1e-5)


def test_dropout_is_for_training_alone():
    model = BertModel(BertConfig(**SIZES, dropout=0.5))
    ids = draw_ids(1, 9)
    assert not torch.equal(model(ids), model(ids))
    model.eval()
    assert torch.equal(model(ids), model(ids))


def test_the_generator_decides_the_weights():
    first, again, other = (
        BertForMaskedLM(BertConfig(**SIZES), generator=torch.Generator().manual_seed(seed)).state_dict()
        for seed in (0, 0, 1)
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["transform.weight"], other["transform.weight"])
    assert first["bert.layers.0.mlp.up.bias"].abs().max() == 0


@pytest.mark.parametrize(
    ("ids", "mask", "message"),
    [
        (torch.tensor([1, 2]), None, r"shape \(B, T\)"),
        (torch.zeros(1, 41, dtype=torch.int64), None, "41 tokens, the model's context is 40"),
        (torch.ones(2, 5, dtype=torch.int64), torch.ones(2, 4), r"\(2, 5\), but a mask beside them \(2, 4\)"),
    ],
)
def test_refuses_ids_and_masks_that_do_not_fit(ids, mask, message):
    with pytest.raises(ValueError, match=message):
        BertModel(BertConfig(**SIZES))(ids, mask)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_attention_heads": 5}, "hidden_size 48 must be a multiple of num_attention_heads 5"),
        ({"num_hidden_layers": 0}, "num_hidden_layers must be a positive whole number, got 0"),
        ({"vocab_size": 9.5}, "vocab_size must be a positive whole number, got 9.5"),
        ({"dropout": 1.0}, "dropout must be a share"),
        ({"layer_norm_eps": 0.0}, "layer_norm_eps must be a positive number"),
    ],
)
def test_refuses_sizes_that_no_bert_has(change, message):
    with pytest.raises(ValueError, match=message):
        BertConfig(**SIZES | change)
