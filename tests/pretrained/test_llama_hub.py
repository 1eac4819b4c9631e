"""Our Llama, Mistral and Qwen3 exchange their folders with transformers, in both directions."""

import dataclasses
import json

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from llmai_edu.models.llama import Llama, LlamaConfig
from llmai_edu.models.mistral import Mistral, MistralConfig
from llmai_edu.models.qwen3 import Qwen3, Qwen3Config
from llmai_edu.models.rope_scaling import LinearScaling, Llama3Scaling
from llmai_edu.pretrained.llama_hub import load_llama, load_mistral, load_qwen3, save_llama, save_mistral, save_qwen3

SIZES = {
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 40,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
}
FAMILIES = {
    "llama": (Llama, LlamaConfig, load_llama, save_llama, {}),
    "mistral": (Mistral, MistralConfig, load_mistral, save_mistral, {"sliding_window": 5}),
    "qwen3": (Qwen3, Qwen3Config, load_qwen3, save_qwen3, {"head_dim": 12}),
}
LLAMA3 = {
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
ROPES = [
    ({"rope_type": "default"}, None),
    ({"rope_type": "linear", "factor": 2.0}, LinearScaling(2.0)),
    ({"rope_type": "llama3", **LLAMA3}, Llama3Scaling(**LLAMA3)),
]
IDS = torch.randint(97, (2, 20), generator=torch.Generator().manual_seed(0))


def theirs(kind, tied=True, rope=None, **more):
    """A tiny random model of transformers."""
    torch.manual_seed(0)
    about = transformers.AutoConfig.for_model(
        kind,
        **SIZES | FAMILIES[kind][-1] | more,
        tie_word_embeddings=tied,
        rope_parameters={"rope_type": "default", "rope_theta": 500.0} | (rope or {}),
        initializer_range=0.2,
        bos_token_id=None,
        eos_token_id=None,
    )
    return transformers.AutoModelForCausalLM.from_config(about).eval()


def ours(kind, tied=True, scaling=None):
    model, config, _, _, more = FAMILIES[kind]
    settings = {"rope_theta": 500.0, "rms_norm_eps": 1e-4, "tie_word_embeddings": tied, "rope_scaling": scaling}
    built = model(config(**SIZES | more, **settings), generator=torch.Generator().manual_seed(0)).eval()
    with torch.no_grad():
        for weight in built.parameters():
            weight.mul_(10 if weight.ndim == 2 else 1)
            weight.add_(torch.linspace(0, 0.5, weight.numel()) if weight.ndim == 1 else 0)
    return built


def assert_same_logits(a, b, ids=IDS):
    with torch.no_grad():
        expected = a(ids)
        assert expected.std() > 0.3  # or the comparison would say little
        torch.testing.assert_close(b(ids).logits.cpu(), expected.cpu(), rtol=1e-5, atol=1e-5)


def rewrite(folder, change, without=()):
    path = folder / "config.json"
    about = json.loads(path.read_text()) | change
    path.write_text(json.dumps({key: value for key, value in about.items() if key not in without}))


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize(("rope", "scaling"), ROPES)
def test_reads_what_transformers_wrote(kind, tied, rope, scaling, tmp_path, device):
    model, (expected, _, load, _, _) = theirs(kind, tied, rope), FAMILIES[kind]
    model.save_pretrained(tmp_path)
    found = load(tmp_path, device)
    assert type(found) is expected
    assert not found.training
    assert (found.config.tie_word_embeddings, found.config.rope_scaling) == (tied, scaling)
    assert_same_logits(found, model.to(device), IDS.to(device))


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("scaling", [scaling for _, scaling in ROPES])
def test_transformers_reads_what_we_wrote(kind, tied, scaling, tmp_path):
    model, (_, _, load, save, _) = ours(kind, tied, scaling), FAMILIES[kind]
    save(model, tmp_path)
    found, report = transformers.AutoModelForCausalLM.from_pretrained(tmp_path, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    assert type(found).__name__ == f"{type(model).__name__}ForCausalLM"
    assert_same_logits(model, found.eval())
    again = load(tmp_path)
    assert again.config == model.config
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


def test_generation_in_transformers_does_not_stop_at_a_token_that_we_never_named(tmp_path):
    save_llama(ours("llama"), tmp_path)
    config = transformers.AutoConfig.from_pretrained(tmp_path)
    assert (config.bos_token_id, config.eos_token_id) == (None, None)


@pytest.mark.parametrize("kind", FAMILIES)
def test_reads_shards(kind, tmp_path):
    model = theirs(kind, tied=False)
    model.save_pretrained(tmp_path, max_shard_size="20KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 2
    assert_same_logits(FAMILIES[kind][2](tmp_path), model)


def test_reads_half_precision_into_any(tmp_path):
    theirs("llama").to(torch.bfloat16).save_pretrained(tmp_path)
    whole = transformers.AutoModelForCausalLM.from_pretrained(tmp_path, dtype=torch.float32)
    assert_same_logits(load_llama(tmp_path), whole)
    assert load_llama(tmp_path, dtype=torch.bfloat16).lm_head.weight.dtype == torch.bfloat16


def test_a_mistral_without_a_window_sees_everything(tmp_path):
    model = theirs("mistral", sliding_window=None)
    model.save_pretrained(tmp_path)
    found = load_mistral(tmp_path)
    assert found.window is None
    assert_same_logits(found, model)


@pytest.mark.parametrize(("rope", "scaling"), ROPES)
def test_reads_the_older_spelling_of_positions(rope, scaling, tmp_path):
    model = theirs("llama", rope=rope)
    model.save_pretrained(tmp_path)
    older = {"type" if key == "rope_type" else key: value for key, value in rope.items()}
    rewrite(tmp_path, {"rope_theta": 500.0, "rope_scaling": None if scaling is None else older}, ["rope_parameters"])
    found = load_llama(tmp_path)
    assert found.config.rope_scaling == scaling
    assert_same_logits(found, model)


def test_reads_what_the_first_files_leave_out_and_what_they_add(tmp_path):
    """Llama 1 had no grouped queries to tell of, and stored the frequencies of its positions; a bare LlamaModel has no
    prefix."""
    model = theirs("llama", num_key_value_heads=4)
    model.save_pretrained(tmp_path)
    silent = ["num_key_value_heads", "rms_norm_eps", "head_dim", "attention_bias", "mlp_bias", "hidden_act"]
    rewrite(tmp_path, {}, silent)
    old = {name.removeprefix("model."): w for name, w in load_file(tmp_path / "model.safetensors").items()}
    old["layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(4)
    old["lm_head.weight"] = old["embed_tokens.weight"].clone()  # tied, and written twice
    save_file(old, tmp_path / "model.safetensors")
    assert_same_logits(load_llama(tmp_path), model)


def test_a_file_that_is_tied_and_is_not_is_refused(tmp_path):
    save_llama(ours("llama"), tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    save_file(weights | {"lm_head.weight": torch.ones(97, 32)}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match="says that embedding and head are one matrix, but holds two different ones"):
        load_llama(tmp_path)


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        ("llama", {"model_type": "gemma"}, "holds a model of kind 'gemma', not 'llama'"),
        ("llama", {"model_type": "mistral"}, "holds a model of kind 'mistral', not 'llama'"),
        ("llama", {"attention_bias": True}, "has attention_bias True; our models can only do False"),
        ("llama", {"mlp_bias": True}, "has mlp_bias True"),
        ("llama", {"hidden_act": "gelu"}, "has hidden_act 'gelu'; our models can only do 'silu'"),
        ("llama", {"quantization_config": {"quant_method": "gptq"}}, "has quantization_config"),
        ("llama", {"head_dim": 16}, "has head_dim 16; our llama can only do hidden_size / num_attention_heads"),
        ("llama", {"num_hidden_layers": 3}, "lacks 9 of the model's tensors"),
        ("llama", {"num_hidden_layers": 1}, "has a tensor 'layers.1.* that the model has no place for"),
        ("llama", {"intermediate_size": 41}, r"has shape \(.*40.*\) in .*, the model expects \(.*41.*\)"),
        ("llama", {"num_attention_heads": 3}, "describes no llama that ours could be: .* multiple"),
        ("llama", {"rope_scaling": {"type": "yarn", "factor": 2.0}}, "by 'yarn'; we know linear, llama3"),
        ("llama", {"rope_scaling": {"rope_type": "linear"}}, "scaling 'linear' says nothing about factor"),
        ("llama", {"rope_scaling": {"rope_type": "linear", "factor": 0.5}}, "factor must be at least 1"),
        ("llama", {"partial_rotary_factor": 0.5}, "a share of 0.5 of the channels; ours turn all"),
        ("mistral", {"layer_types": ["sliding_attention", "full_attention"]}, "has layers of type 'full_attention'"),
        ("mistral", {"sliding_window": 0}, "sliding_window must be a positive whole number"),
        ("qwen3", {"use_sliding_window": True}, "has use_sliding_window True"),
        ("qwen3", {"layer_types": ["full_attention", "sliding_attention"]}, "has layers of type 'sliding_attention'"),
        ("qwen3", {"model_type": "qwen3_moe"}, "holds a model of kind 'qwen3_moe'"),
    ],
)
def test_refuses_another_model(kind, change, message, tmp_path):
    _, _, load, save, _ = FAMILIES[kind]
    save(ours(kind), tmp_path)
    rewrite(tmp_path, change)
    with pytest.raises(ValueError, match=message):
        load(tmp_path)


@pytest.mark.parametrize(
    ("kind", "key"), [("llama", "vocab_size"), ("llama", "num_attention_heads"), ("qwen3", "head_dim")]
)
def test_refuses_a_file_that_does_not_tell_its_sizes(kind, key, tmp_path):
    _, _, load, save, _ = FAMILIES[kind]
    save(ours(kind), tmp_path)
    rewrite(tmp_path, {}, [key])
    with pytest.raises(ValueError, match=f"says nothing about .*{key}"):
        load(tmp_path)


def test_every_model_is_saved_as_what_it_is(tmp_path):
    for kind, (model, *_) in FAMILIES.items():
        for other, (expected, _, _, save, _) in FAMILIES.items():
            if kind != other:
                with pytest.raises(ValueError, match=f"this is a {model.__name__}, no {expected.__name__}"):
                    save(ours(kind), tmp_path / "new")
    home_made = Llama(LlamaConfig(**SIZES, rope_scaling=lambda turn: turn / 2))
    with pytest.raises(ValueError, match="the hub has no name for the scaling"):
        save_llama(home_made, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_hub_gets_every_value_of_the_configuration(tmp_path):
    """A value that is added to a configuration one day must not be lost on the way."""
    for kind, (_, config, _, save, _) in FAMILIES.items():
        save(ours(kind), tmp_path)
        about = json.loads((tmp_path / "config.json").read_text())
        assert {field.name for field in dataclasses.fields(config)} <= about.keys()


def test_a_file_in_bfloat16_is_half_as_long_and_holds_the_rounded_weights(tmp_path):
    model = Llama(LlamaConfig(256, 64, 192, 2, 4, 2, 512), generator=torch.Generator().manual_seed(0))
    save_llama(model, tmp_path / "whole")
    save_llama(model, tmp_path / "half", torch.bfloat16)
    size = {name: (tmp_path / name / "model.safetensors").stat().st_size for name in ("whole", "half")}
    assert size["half"] == pytest.approx(size["whole"] / 2, rel=0.05)
    assert json.loads((tmp_path / "half" / "config.json").read_text(encoding="utf-8"))["dtype"] == "bfloat16"
    opened = load_llama(tmp_path / "half").state_dict()
    for name, weight in model.state_dict().items():
        torch.testing.assert_close(opened[name], weight.bfloat16().float(), rtol=0, atol=0)
