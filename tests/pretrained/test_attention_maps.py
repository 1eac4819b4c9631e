"""The weights that are read off a model: against transformers' own, and against what the layer really put out."""

import pytest
import torch
import transformers

from llmai_edu.models.bert import BertConfig, BertModel
from llmai_edu.models.llama import Llama, LlamaConfig
from llmai_edu.models.mistral import Mistral, MistralConfig
from llmai_edu.pretrained.attention_maps import bert_attention_maps, llama_attention_maps, llama_looks
from llmai_edu.pretrained.bert import hub_name
from llmai_edu.pretrained.minilm import load_minilm
from llmai_edu.tokenizers.wordpiece import minilm_tokenizer

SIZES = {
    "vocab_size": 97,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
}


def sharp_model():
    """A random Llama whose weights are large enough for attention to be anything but even."""
    model = Llama(LlamaConfig(**SIZES), generator=torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(1)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, 1.0 if weight.ndim == 1 else 0.0, 0.2, generator=generator)
    return model


def draw_ids(n=12):
    return torch.randint(97, (n,), generator=torch.Generator().manual_seed(2))


def test_equals_the_weights_that_transformers_gives():
    ours, ids = sharp_model(), draw_ids()
    config = transformers.LlamaConfig(
        **SIZES, rms_norm_eps=1e-5, tie_word_embeddings=True, attn_implementation="eager",
        rope_parameters={"rope_type": "default", "rope_theta": 10_000.0},
    )  # fmt: skip
    theirs = transformers.LlamaForCausalLM(config).eval()
    given = {f"model.{name}": w.T if name.endswith("proj.weight") else w for name, w in ours.state_dict().items()}
    given["lm_head.weight"] = given["model.embed_tokens.weight"] = given.pop("model.lm_head.weight").T
    theirs.load_state_dict(given)
    with torch.no_grad():
        expected = torch.cat(theirs(ids[None], output_attentions=True).attentions)  # (L, H, T, T)
    assert expected[:, :, -1].max(-1).values.mean() > 0.3  # not even
    torch.testing.assert_close(llama_attention_maps(ours, ids), expected, rtol=1e-4, atol=1e-5)


def test_weights_times_values_is_what_the_layer_puts_out():
    model, ids, seen = sharp_model(), draw_ids(), {}
    attention_layer = model.layers[1].self_attn
    hook = attention_layer.register_forward_hook(lambda layer, args, y: seen.update(x=args[0], y=y))
    with torch.no_grad():
        model(ids[None])
        hook.remove()
        looks = llama_looks(model, ids)
        v = attention_layer.heads(attention_layer.v_proj(seen["x"])).repeat_interleave(3, dim=1)  # (1, H, T, D)
        y = attention_layer.o_proj((looks.weights[1] @ v).transpose(1, 2).flatten(2))
        torch.testing.assert_close(y, seen["y"], rtol=1e-4, atol=1e-5)
        alone = torch.zeros_like(v)  # one head, one token: what it would add with a weight of 1
        alone[0, 4, 7] = v[0, 4, 7]
        length = attention_layer.o_proj(alone.transpose(1, 2).flatten(2))[0, 7].norm()
    torch.testing.assert_close(looks.lengths[1, 4, 7], length, rtol=1e-4, atol=1e-5)


def test_rows_sum_to_one_look_back_only_and_leave_the_model_as_it_was():
    model, ids = sharp_model(), draw_ids()
    with torch.no_grad():
        before = model(ids[None])
    maps = llama_attention_maps(model, ids)
    assert maps.shape == (3, 6, 12, 12)
    torch.testing.assert_close(maps.sum(-1), torch.ones(3, 6, 12))
    assert (maps.triu(1) == 0).all()
    assert not any(block.self_attn._forward_pre_hooks for block in model.layers)
    with torch.no_grad():
        assert torch.equal(model(ids[None]), before)


def test_hooks_are_taken_off_when_the_text_is_refused():
    model = sharp_model()
    with pytest.raises(ValueError, match="context is 64"):
        llama_attention_maps(model, draw_ids(65))
    assert not any(block.self_attn._forward_pre_hooks for block in model.layers)


@pytest.mark.parametrize("ids", [torch.zeros(1, 4, dtype=torch.long), torch.zeros(0, dtype=torch.long)])
def test_refuses_anything_but_one_text(ids):
    with pytest.raises(ValueError, match="one text"):
        llama_attention_maps(sharp_model(), ids)


def test_a_window_is_seen():
    config = MistralConfig(**SIZES, sliding_window=4)
    maps = llama_attention_maps(Mistral(config, generator=torch.Generator().manual_seed(0)), draw_ids())
    torch.testing.assert_close(maps.sum(-1), torch.ones(3, 6, 12))
    assert (maps.tril(-4) == 0).all()
    assert (maps.diagonal(-3, -2, -1) > 0).all()


BERT_SIZES = {
    "vocab_size": 97,
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "intermediate_size": 80,
    "max_position_embeddings": 40,
}
PADDED = torch.tensor([1] * 9 + [0] * 3)


def bert_pair():
    """A tiny random BERT of transformers whose looks are uneven, and ours with its weights."""
    torch.manual_seed(0)
    config = transformers.BertConfig(**BERT_SIZES, initializer_range=0.2, attn_implementation="eager")
    theirs = transformers.BertModel(config, add_pooling_layer=False).eval()
    for name, weight in theirs.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(weight)
    ours = BertModel(BertConfig(**BERT_SIZES)).eval()
    weights = theirs.state_dict()
    ours.load_state_dict({name: weights[hub_name(name)] for name in ours.state_dict()})
    return theirs, ours


@pytest.mark.parametrize("mask", [None, PADDED], ids=["whole", "padded"])
def test_bert_equals_the_weights_that_transformers_gives(mask, device):
    (theirs, ours), ids = bert_pair(), draw_ids().to(device)
    theirs, ours = theirs.to(device), ours.to(device)
    mask = None if mask is None else mask.to(device)
    with torch.no_grad():
        given = None if mask is None else mask[None]
        expected = torch.cat(theirs(ids[None], given, output_attentions=True).attentions).cpu()  # (L, H, T, T)
    maps = bert_attention_maps(ours, ids, mask)
    assert expected.max(-1).values.mean() > 0.2  # not even
    torch.testing.assert_close(maps, expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(maps.sum(-1), torch.ones(3, 6, 12))
    assert (maps[..., :9].triu(1).sum() > 1).all()  # it looks ahead, too
    if mask is not None:
        assert (maps[..., 9:] == 0).all()


def test_bert_is_left_as_it_was_also_when_the_text_is_refused():
    _, model = bert_pair()
    for ids, message in ((draw_ids(41), "context is 40"), (torch.zeros(1, 4, dtype=torch.long), "one text")):
        with pytest.raises(ValueError, match=message):
            bert_attention_maps(model, ids)
    bert_attention_maps(model, draw_ids())
    assert not any(block.attention._forward_pre_hooks for block in model.layers)


@pytest.mark.data
def test_minilms_weights_times_values_are_what_its_layers_put_out():
    model, seen = load_minilm(), []
    hooks = [
        block.attention.register_forward_hook(lambda layer, args, y: seen.append((layer, args[0], y)))
        for block in model.layers
    ]
    ids = torch.from_numpy(minilm_tokenizer().encode_batch(["The dog bit the man, and the man bit the dog."]).ids[0])
    maps = bert_attention_maps(model, ids)
    for hook in hooks:
        hook.remove()
    assert len(seen) == len(maps) == 6
    with torch.inference_mode():
        for weights, (layer, x, y) in zip(maps, seen):
            mean = weights @ layer.heads(layer.value(x))  # (1, H, T, D)
            torch.testing.assert_close(layer.output(mean.transpose(1, 2).flatten(2)), y, rtol=1e-4, atol=1e-4)
