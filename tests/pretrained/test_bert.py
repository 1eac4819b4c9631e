"""Our BERT and transformers' exchange their folders, in both directions, with and without the head."""

import json

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from llmai_edu.models.bert import BertConfig, BertForMaskedLM, BertModel
from llmai_edu.pretrained.bert import load_bert, load_bert_for_masked_lm, save_bert

SIZES = {
    "vocab_size": 97,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 40,
    "max_position_embeddings": 32,
}
IDS = torch.randint(1, 97, (2, 20), generator=torch.Generator().manual_seed(0))


@pytest.fixture
def theirs():
    torch.manual_seed(0)
    return transformers.BertForMaskedLM(transformers.BertConfig(**SIZES, initializer_range=0.2)).eval()


def close(ours, expected):
    torch.testing.assert_close(ours, expected, rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_reads_what_transformers_wrote(theirs, tmp_path, device):
    theirs.save_pretrained(tmp_path)
    whole, encoder = load_bert_for_masked_lm(tmp_path, device), load_bert(tmp_path, device)
    assert not whole.training
    assert whole.config.dropout == 0.1
    close(whole(IDS.to(device)).cpu(), theirs(IDS).logits)
    close(encoder(IDS.to(device)).cpu(), theirs.bert(IDS).last_hidden_state)


@torch.no_grad()
def test_reads_an_encoder_alone_and_leaves_its_pooler(tmp_path):
    torch.manual_seed(0)
    theirs = transformers.BertModel(transformers.BertConfig(**SIZES, initializer_range=0.2)).eval()
    theirs.save_pretrained(tmp_path)
    close(load_bert(tmp_path)(IDS), theirs(IDS).last_hidden_state)
    with pytest.raises(ValueError, match="without a head for masked tokens"):
        load_bert_for_masked_lm(tmp_path)


@torch.no_grad()
def test_reads_the_layout_of_the_first_files(theirs, tmp_path):
    """The hub's `bert-base-uncased` calls a norm's numbers gamma and beta, and holds the next-sentence task's parts."""
    theirs.save_pretrained(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): weight
        for name, weight in tensors.items()
    }
    old |= {"cls.seq_relationship.weight": torch.ones(2, 24), "bert.pooler.dense.weight": torch.ones(24, 24)}
    old |= {"bert.embeddings.position_ids": torch.arange(32)[None]}
    save_file(old, tmp_path / "model.safetensors")
    close(load_bert_for_masked_lm(tmp_path)(IDS), theirs(IDS).logits)


@torch.no_grad()
@pytest.mark.parametrize("kind", [BertModel, BertForMaskedLM])
def test_transformers_reads_what_we_wrote(tmp_path, kind):
    ours = kind(BertConfig(**SIZES), generator=torch.Generator().manual_seed(0)).eval()
    save_bert(ours, tmp_path)
    extra = {"add_pooling_layer": False} if kind is BertModel else {}
    reader = getattr(transformers, kind.__name__)
    theirs, report = reader.from_pretrained(tmp_path, output_loading_info=True, **extra)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    found = theirs.eval()(IDS)
    close(ours(IDS), found.last_hidden_state if kind is BertModel else found.logits)
    again = (load_bert if kind is BertModel else load_bert_for_masked_lm)(tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), again.parameters()))
    assert again.config == ours.config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_type": "roberta"}, "has model_type 'roberta'"),
        ({"hidden_act": "relu"}, "has hidden_act 'relu'"),
        ({"position_embedding_type": "relative_key"}, "has position_embedding_type"),
        ({"num_hidden_layers": 3}, "lacks 16 of the model's tensors"),
        ({"intermediate_size": 41}, "mlp.up.bias has shape .*, the model expects"),
    ],
)
def test_another_model_is_refused(theirs, tmp_path, change, message):
    theirs.save_pretrained(tmp_path)
    about = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "config.json").write_text(json.dumps(about | change), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_bert_for_masked_lm(tmp_path)


def test_a_configuration_without_a_size_and_a_strange_tensor_are_refused(theirs, tmp_path):
    theirs.save_pretrained(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    save_file(tensors | {"bert.strange": torch.ones(1)}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"tensor 'bert\.strange' that the model has no place for"):
        load_bert_for_masked_lm(tmp_path)
    about = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    del about["hidden_size"]
    (tmp_path / "config.json").write_text(json.dumps(about), encoding="utf-8")
    with pytest.raises(ValueError, match="says nothing about hidden_size"):
        load_bert(tmp_path)
