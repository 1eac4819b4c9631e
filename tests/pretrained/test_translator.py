import pytest
import torch

from llmai_edu.datasets import DataError
from llmai_edu.pretrained import translator
from llmai_edu.pretrained.translator import load_translator, translator_tokenizer


def test_it_is_ready_to_write():
    model = load_translator()
    assert not model.training
    assert all(p.dtype == torch.float32 and not p.requires_grad for p in model.parameters())
    assert model.config.vocab_size == translator_tokenizer().vocab_size == 4096
    assert translator_tokenizer().special_tokens["<end>"] == model.config.eos_token_id


def test_a_changed_file_is_refused(monkeypatch):
    monkeypatch.setitem(translator.SHA256, "translator/model.safetensors", "0" * 64)
    with pytest.raises(DataError, match="damaged"):
        load_translator()
