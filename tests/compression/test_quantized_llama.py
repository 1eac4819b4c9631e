"""A quantized Llama: joined it computes the same, packed nearly the same, and a file brings it back."""

import pytest
import torch

from llmai_edu.compression import quantized_llama
from llmai_edu.compression.packed import Int4Linear, Int8DynamicLinear, PackedLinear
from llmai_edu.compression.quantized_llama import (
    KINDS,
    load_quantized,
    quantize_model,
    save_quantized,
    stored_bytes,
)
from llmai_edu.generation import generate
from llmai_edu.models.llama import Llama, LlamaConfig, rms_norm
from llmai_edu.models.rope_scaling import LinearScaling

CONFIG = LlamaConfig(128, 64, 96, 2, 4, 2, 64)
IDS = torch.randint(128, (2, 9), generator=torch.Generator().manual_seed(1))


def llama(**other) -> Llama:
    config = LlamaConfig(**{**CONFIG.__dict__, **other})
    return Llama(config, generator=torch.Generator().manual_seed(0)).eval()


def test_joined_but_not_rounded_it_is_the_same_model():
    plain = llama()
    torch.testing.assert_close(quantize_model(plain, 8, skip=KINDS)(IDS), plain(IDS))


@pytest.mark.parametrize(("bits", "group_size"), [(8, None), (8, 32), (4, 32)])
@pytest.mark.parametrize("tied", [True, False])
def test_rounded_it_computes_what_the_unpacked_matrices_would(bits, group_size, tied):
    plain = llama(tie_word_embeddings=tied)
    small = quantize_model(plain, bits, group_size)
    rounded = quantize_model(plain, bits, skip=KINDS)  # joined, with the unpacked matrices in place
    with torch.no_grad():
        for name, layer in small.named_modules():
            if isinstance(layer, PackedLinear):
                rounded.get_submodule(name).weight.copy_(layer.dequantized())
    want = rounded(IDS)
    assert (small(IDS) - want).abs().max() < 0.03 * want.abs().max()
    assert (want - plain(IDS)).abs().max() > 1e-4


def test_with_a_cache_it_reads_as_without():
    small = quantize_model(llama(), 8)
    cache = small.new_cache(2, 16)
    steps = torch.cat([small(IDS[:, i : i + 1], cache) for i in range(IDS.shape[1])], 1)
    whole = small(IDS)
    assert (steps - whole).abs().max() < 0.03 * whole.abs().max()
    assert len(list(generate(small, [1, 2, 3], 5))) == 5


def test_the_given_model_stays_as_it_is():
    plain = llama()
    before = plain(IDS)
    quantize_model(plain, 4)
    assert torch.equal(plain(IDS), before)


def test_what_is_skipped_stays_and_what_is_named_goes():
    small = quantize_model(llama(), 4, skip=["lm_head"])
    packed = {name.rpartition(".")[2] for name, layer in small.named_modules() if isinstance(layer, PackedLinear)}
    assert packed == {*KINDS} - {"lm_head"}
    one = quantize_model(llama(), 4, only=["down_proj"])
    assert sum(isinstance(layer, Int4Linear) for layer in one.modules()) == 2


@pytest.mark.parametrize(("bits", "tied"), [(8, True), (4, True), (4, False)])
def test_a_file_brings_it_back(tmp_path, bits, tied):
    small = quantize_model(llama(tie_word_embeddings=tied), bits, skip=["o_proj"])
    size = save_quantized(small, tmp_path / "small.safetensors")
    assert 0 <= size - stored_bytes(small) < 8_000
    again = load_quantized(tmp_path / "small.safetensors")
    assert torch.equal(again(IDS), small(IDS))
    assert [path.name for path in tmp_path.iterdir()] == ["small.safetensors"]


def test_activations_in_8_bits_are_asked_for_and_kept_in_the_file(tmp_path):
    plain = llama()
    small = quantize_model(plain, 8, dynamic=True)
    save_quantized(small, tmp_path / "small.safetensors")
    again, one = load_quantized(tmp_path / "small.safetensors"), IDS[:1, :1]
    assert torch.equal(again(one), small(one))
    assert not torch.equal(small(one), quantize_model(plain, 8)(one))
    assert (small(one) - plain(one)).abs().max() < 0.05 * plain(one).abs().max()


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(quantized_llama, "save_file", fail)
    with pytest.raises(OSError, match="disk full"):
        save_quantized(quantize_model(llama(), 8), tmp_path / "small.safetensors")
    assert not any(tmp_path.iterdir())


def test_bad_files_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no quantized model"):
        load_quantized(tmp_path / "none")
    (tmp_path / "bad").write_bytes(b"nonsense")
    with pytest.raises(ValueError, match="is damaged"):
        load_quantized(tmp_path / "bad")
    quantized_llama.save_file({"x": torch.zeros(1)}, tmp_path / "other")
    with pytest.raises(ValueError, match="no quantized Llama"):
        load_quantized(tmp_path / "other")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: quantize_model(llama(), 2), "4 or 8"),
        (lambda: quantize_model(llama(), 4, dynamic=True), "take bits=8"),
        (lambda: quantize_model(llama(), 8, skip=["q_proj"]), "no matrix is called q_proj; there are qkv_proj"),
        (lambda: quantize_model(quantize_model(llama(), 8), 8), "plain Llama, not a QuantizedLlama"),
        (lambda: save_quantized(quantize_model(llama(rope_scaling=LinearScaling(2.0)), 8), "x"), "scaled rotary"),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_the_size_of_smollm2_can_be_told_without_its_weights():
    with torch.device("meta"):
        plain = Llama(LlamaConfig(49_152, 576, 1536, 30, 9, 3, 2048))
    assert stored_bytes(plain) == 4 * 134_515_008


@pytest.mark.parametrize("size", [1.0, 1e-3, 0.0])  # the smaller the vector, the more eps counts
def test_the_norm_by_length_is_the_norm_of_the_plain_model(size):
    x = torch.randn(2, 5, 64, generator=torch.Generator().manual_seed(2)) * size
    norm = quantized_llama.LengthNorm(64, 1e-5)
    torch.nn.init.uniform_(norm.weight, 0.5, 2.0)
    torch.testing.assert_close(norm(x), rms_norm(x, norm.weight, 1e-5))
    assert norm(x.bfloat16()).dtype == torch.bfloat16


def test_one_token_takes_the_short_way_and_many_the_plain_product():
    layer = Int8DynamicLinear(torch.randn(64, 32, generator=torch.Generator().manual_seed(3)))
    x = torch.randn(40, 64, generator=torch.Generator().manual_seed(4))
    one, many = layer(x[:1, None]), layer(x)[:1, None]
    assert one.shape == many.shape == (1, 1, 32)
    assert 0 < (one - many).abs().max() < 0.05 * many.abs().max()  # activations in 8 bits, and in bfloat16
