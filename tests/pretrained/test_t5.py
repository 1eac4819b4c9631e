"""Our T5 and transformers' exchange their folders, in both directions."""

import json

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from llmai_edu.models.t5 import T5, T5Config
from llmai_edu.pretrained.t5 import load_t5, save_t5

SIZES = {
    "vocab_size": 61,
    "d_model": 24,
    "d_kv": 5,
    "d_ff": 40,
    "num_layers": 2,
    "num_decoder_layers": 3,
    "num_heads": 4,
}
IDS = torch.randint(2, 61, (2, 20), generator=torch.Generator().manual_seed(0))
WRITTEN = torch.randint(2, 61, (2, 9), generator=torch.Generator().manual_seed(1))
KINDS = [("relu", True), ("gated-gelu", True), ("gated-gelu", False)]


def draw_theirs(feed_forward="relu", tied=True):
    """A random model of transformers; an untied head as its files have it, for the library ties what it builds."""
    torch.manual_seed(0)
    about = {"feed_forward_proj": feed_forward, "tie_word_embeddings": tied, "decoder_start_token_id": 0}
    theirs = transformers.T5ForConditionalGeneration(transformers.T5Config(**SIZES, **about)).eval()
    if not tied:
        theirs.lm_head.weight = torch.nn.Parameter(torch.randn(61, 24))
    return theirs


def same_logits(ours, theirs, device="cpu"):
    with torch.no_grad():
        expected = theirs(input_ids=IDS, decoder_input_ids=WRITTEN).logits
        logits = ours(IDS.to(device), WRITTEN.to(device)).cpu()
    torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("feed_forward", "tied"), KINDS)
def test_reads_what_transformers_wrote(feed_forward, tied, tmp_path, device):
    theirs = draw_theirs(feed_forward, tied)
    theirs.save_pretrained(tmp_path)
    ours = load_t5(tmp_path, device)
    assert not ours.training
    assert ours.config.tie_word_embeddings == tied
    same_logits(ours, theirs, device)


@pytest.mark.parametrize(("feed_forward", "tied"), KINDS)
@pytest.mark.filterwarnings("ignore")
def test_transformers_reads_what_we_wrote(feed_forward, tied, tmp_path):
    config = T5Config(**SIZES, feed_forward_proj=feed_forward, tie_word_embeddings=tied)
    ours = T5(config, generator=torch.Generator().manual_seed(0)).eval()
    save_t5(ours, tmp_path)
    theirs, report = transformers.T5ForConditionalGeneration.from_pretrained(tmp_path, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    same_logits(ours, theirs.eval())
    again = load_t5(tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), again.parameters()))
    assert again.config.scaled_head == ours.config.scaled_head
    assert again.config.decoder_layers == 3


def test_reads_shards(tmp_path):
    theirs = draw_theirs()
    theirs.save_pretrained(tmp_path, max_shard_size="20KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    same_logits(load_t5(tmp_path), theirs)


def test_reads_old_files_with_copies_of_the_embeddings(tmp_path):
    """The first files of the hub store the one matrix four times, and a bias that is never used."""
    theirs = draw_theirs()
    theirs.save_pretrained(tmp_path)
    old = load_file(tmp_path / "model.safetensors")
    for name in ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"):
        old[name] = old["shared.weight"].clone()
    old["decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"] = torch.ones(32, 4)
    save_file(old, tmp_path / "model.safetensors")
    about = json.loads((tmp_path / "config.json").read_text())
    del about["scale_decoder_outputs"], about["tie_word_embeddings"], about["feed_forward_proj"]
    (tmp_path / "config.json").write_text(json.dumps(about))
    same_logits(load_t5(tmp_path), theirs)
    del old["shared.weight"]
    save_file(old, tmp_path / "model.safetensors")
    ours = load_t5(tmp_path)
    same_logits(ours, theirs)
    assert ours.config.tie_word_embeddings


def test_another_architecture_or_a_missing_tensor_is_refused(tmp_path):
    save_t5(T5(T5Config(**SIZES)), tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    save_file({name: t for name, t in tensors.items() if "final" not in name}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"lacks 2 of the model.s tensors, first decoder_norm\.weight"):
        load_t5(tmp_path)
    about = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({k: v for k, v in about.items() if k != "d_kv"}))
    with pytest.raises(ValueError, match="says nothing about d_kv"):
        load_t5(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(about | {"model_type": "umt5"}))
    with pytest.raises(ValueError, match="'umt5', not a T5"):
        load_t5(tmp_path)


def test_a_tensor_without_a_place_is_refused(tmp_path):
    save_t5(T5(T5Config(**SIZES)), tmp_path)
    tensors = load_file(tmp_path / "model.safetensors") | {"encoder.block.9.layer.0.layer_norm.weight": torch.ones(24)}
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match="no place for"):
        load_t5(tmp_path)
