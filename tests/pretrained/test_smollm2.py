"""Llamas read from GGUF files against transformers: tiny random ones, and the real SmolLM2.

The real one takes about a minute and a half on one core: 2,000 tokens are written one by one.
"""

import gguf
import numpy as np
import pytest
import torch
import transformers
from transformers.initialization import no_init_weights
from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

from llmai_edu.datasets import smollm2_gguf
from llmai_edu.generation.sampling import generate
from llmai_edu.pretrained.smollm2 import load_llama_gguf, load_smollm2, pair_halves
from llmai_edu.tokenizers import smollm2_tokenizer

PROMPTS = [
    "What is the capital of France?",
    "Write a Python function that computes the factorial of a number.",
    "Explain in two sentences what a token is in a language model.",
    "Who was Abraham Lincoln?",
    "Give me three tips for learning to play the piano.",
    "Translate into French: The weather is nice today.",
    "What is 17 times 23? Think step by step.",
    "Write a short poem about the sea 🌊 and the moon.",
    "Summarize: The committee met on Monday. It decided nothing, and will meet again next week.",
    "List the planets of the solar system.",
]
NEW_TOKENS = 200


# Tiny Llamas, written to a file as llama.cpp's converter writes them.


def pair_neighbours(weight, heads):
    """What the converter does to query and key matrices: rows i and i + D/2 of a head become neighbours."""
    half = weight.shape[0] // heads // 2
    return weight.reshape(heads, 2, half, -1).swapaxes(1, 2).reshape(weight.shape)


FILE_NAMES = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
}


def tiny_llama(tied=True):
    torch.manual_seed(0)
    return transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=50,
            hidden_size=48,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=6,
            num_key_value_heads=2,
            max_position_embeddings=32,
            tie_word_embeddings=tied,
            initializer_range=0.2,
            rope_parameters={"rope_type": "default", "rope_theta": 500.0},
        )
    ).eval()


def tensors_of(model):
    """The tensors of a transformers Llama by the names, and with the rows in the order, of a GGUF file."""
    tensors = {}
    for name, weight in model.named_parameters():
        array, module = weight.detach().numpy(), name.removesuffix(".weight")
        if module.startswith("model.layers."):
            _, _, layer, part = module.split(".", 3)
            if part.endswith(("q_proj", "k_proj")):
                array = pair_neighbours(array, 6 if part.endswith("q_proj") else 2)
            tensors[f"blk.{layer}.{FILE_NAMES[part]}.weight"] = array
        else:
            tensors[f"{FILE_NAMES[module]}.weight"] = array
    return tensors


def write(path, tensors, architecture="llama", scaled=False, **sizes):
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(32)
    writer.add_embedding_length(48)
    writer.add_feed_forward_length(64)
    for name, size in ({"block_count": 2, "attention.head_count": 6, "attention.head_count_kv": 2} | sizes).items():
        writer.add_key_value(f"llama.{name}", size, gguf.GGUFValueType.get_type(size))
    writer.add_rope_freq_base(500.0)
    writer.add_layer_norm_rms_eps(1e-6)
    if scaled:
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
    for name, array in tensors.items():
        writer.add_tensor(name, np.ascontiguousarray(array))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize("tied", [True, False])
def test_a_tiny_llama_comes_back_from_its_file(tmp_path, tied, device):
    theirs = tiny_llama(tied)
    ours = load_llama_gguf(write(tmp_path / "tiny.gguf", tensors_of(theirs)), device)
    assert ours.config.tie_word_embeddings == tied
    ids = torch.randint(50, (2, 32), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(ours(ids.to(device)).cpu(), theirs(ids).logits, rtol=1e-5, atol=1e-5)


def test_the_rows_of_queries_and_keys_are_put_back():
    weight = torch.arange(24.0).reshape(12, 2)
    mixed = torch.from_numpy(pair_neighbours(weight.numpy(), heads=3))
    assert not torch.equal(mixed, weight)
    assert torch.equal(pair_halves(mixed, head_dim=4), weight)


def test_loads_in_the_dtype_asked_for_and_can_be_trained(tmp_path):
    model = load_llama_gguf(write(tmp_path / "tiny.gguf", tensors_of(tiny_llama())), dtype=torch.bfloat16)
    assert {p.dtype for p in model.parameters()} == {torch.bfloat16}
    assert all(p.requires_grad and p.is_contiguous() for p in model.parameters())


def test_refuses_a_missing_a_strange_and_a_misshapen_tensor(tmp_path):
    tensors, path = tensors_of(tiny_llama()), tmp_path / "tiny.gguf"
    without = {name: array for name, array in tensors.items() if name != "blk.1.ffn_up.weight"}
    with pytest.raises(ValueError, match=r"lacks 1 of .*layers\.1\.mlp\.up_proj\.weight"):
        load_llama_gguf(write(path, without))
    with pytest.raises(ValueError, match=r"'rope_freqs\.weight', which our Llama has no place for"):
        load_llama_gguf(write(path, tensors | {"rope_freqs.weight": np.ones(4, np.float32)}))
    with pytest.raises(ValueError, match=r"shape \(48, 48\) in the file, the model expects \(48, 16\)"):
        load_llama_gguf(write(path, tensors | {"blk.0.attn_v.weight": np.ones((48, 48), np.float32)}))
    with pytest.raises(ValueError, match=r"layers\.2\..*the model expects None"):
        load_llama_gguf(write(path, tensors | {"blk.2.ffn_up.weight": tensors["blk.1.ffn_up.weight"]}))


@pytest.mark.parametrize("shape", [(47, 48), (48, 47), (24, 48), (48,), (48, 48, 1)])
@pytest.mark.parametrize("part", ["attn_q", "attn_k"])
def test_refuses_misshapen_queries_and_keys_before_their_rows_are_moved(tmp_path, shape, part):
    tensors = tensors_of(tiny_llama()) | {f"blk.0.{part}.weight": np.ones(shape, np.float32)}
    with pytest.raises(ValueError, match=r"layers\.0\.self_attn.* has shape .* in the file, the model expects \(48, "):
        load_llama_gguf(write(tmp_path / "tiny.gguf", tensors))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("attention.head_count", 0, "num_attention_heads must be a positive whole number, got 0"),
        ("attention.head_count_kv", 0, "num_key_value_heads must be a positive whole number, got 0"),
        ("attention.head_count_kv", [2, 2], r"num_key_value_heads must be a positive whole number, got \[2, 2\]"),
        ("attention.head_count", "6", "num_attention_heads must be a positive whole number, got '6'"),
        ("block_count", -2, "num_hidden_layers must be a positive whole number, got -2"),
        ("block_count", 2**30, r"announces 1073741824 layers, but holds \d+ tensors"),
    ],
)
def test_refuses_sizes_that_no_llama_has(tmp_path, name, value, message):
    path = write(tmp_path / "tiny.gguf", tensors_of(tiny_llama()), **{name: value})
    with pytest.raises(ValueError, match=rf"tiny\.gguf .*{message}"):
        load_llama_gguf(path)


def test_refuses_another_architecture_and_scaled_positions(tmp_path):
    tensors, path = tensors_of(tiny_llama()), tmp_path / "tiny.gguf"
    with pytest.raises(ValueError, match="kind 'qwen2'; only 'llama'"):
        load_llama_gguf(write(path, tensors, architecture="qwen2"))
    with pytest.raises(ValueError, match="scales its rotary positions"):
        load_llama_gguf(write(path, tensors, scaled=True))


# The real one. `from_pretrained(gguf_file=...)` would want one package more, so the reference is put together
# from the same functions that it calls: transformers names the tensors, orders their rows and reads the configuration.


@pytest.fixture(scope="module")
def reference(device):
    path = smollm2_gguf()
    config = transformers.AutoConfig.from_pretrained(path.parent, gguf_file=path.name, local_files_only=True)
    with no_init_weights():
        model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    tensors = load_gguf_checkpoint(path, return_tensors=True, model_to_load=model)["tensors"]
    keys = model.load_state_dict(tensors, strict=False)
    assert keys.missing_keys == ["lm_head.weight"]
    assert not keys.unexpected_keys
    model.tie_weights()
    return model.to(device).eval()


@pytest.fixture(scope="module")
def ours(device):
    return load_smollm2(device)


@pytest.fixture(scope="module")
def prompts():
    tokenizer = smollm2_tokenizer()
    return [tokenizer.chat_ids([{"role": "user", "content": prompt}]) for prompt in PROMPTS]


@pytest.mark.data
def test_smollm2_has_its_shape(ours):
    assert sum(p.numel() for p in ours.parameters()) == 134_515_008
    assert (ours.config.num_hidden_layers, ours.config.hidden_size, ours.config.head_dim) == (30, 576, 64)
    assert ours.config.max_position_embeddings == 8192


@pytest.mark.data
def test_smollm2_logits_equal_transformers(ours, reference, prompts, device):
    text = torch.tensor([[id for prompt in prompts for id in prompt][:300]], device=device)
    with torch.no_grad():
        expected, logits = reference(text).logits, ours(text)
    assert (logits - expected).abs().max() < 1e-4 * expected.abs().max()


@pytest.mark.data
@pytest.mark.parametrize("number", range(len(PROMPTS)))
def test_smollm2_writes_what_transformers_would_write(ours, reference, prompts, number, device):
    """Greedy decoding, token for token, by induction: the reference reads prompt and answer at once; if after every
    prefix its likeliest token is the one that we wrote, then it would have written the same text.

    The smallest lead of a likeliest token in these ten texts is 0.0001, as large as the rounding of another processor.
    So where the first two are less than 0.001 apart, either of them passes; elsewhere nothing but the first does.
    """
    prompt = prompts[number]
    written = list(generate(ours, prompt, NEW_TOKENS))
    assert len(written) == NEW_TOKENS
    with torch.no_grad():
        text = torch.tensor([prompt + written[:-1]], device=device)
        logits = reference(text).logits[0, len(prompt) - 1 :].cpu()  # (200, V)
    lead = logits.max(-1).values - logits.gather(-1, torch.tensor(written)[:, None])[:, 0]
    assert lead.max() < 1e-3
