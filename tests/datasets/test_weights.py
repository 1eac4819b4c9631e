import hashlib
import inspect
import json
from collections import Counter

import pytest
from gguf import GGUFReader

from llmai_edu.datasets import DATASETS, gpt2_tokenizer_files, load_speeches, smollm2_gguf
from llmai_edu.datasets.weights import minilm_folder


@pytest.mark.data
def test_gpt2s_files_are_those_that_tiktoken_pins():
    import tiktoken_ext.openai_public

    pinned = inspect.getsource(tiktoken_ext.openai_public.gpt2)
    for path in gpt2_tokenizer_files():
        assert hashlib.sha256(path.read_bytes()).hexdigest() in pinned


@pytest.mark.data
def test_numbers_of_the_tokenizers_card():
    encoder, merges = gpt2_tokenizer_files()
    vocabulary = json.loads(encoder.read_text(encoding="utf-8"))
    assert sorted(vocabulary.values()) == list(range(50_257))
    assert (vocabulary["<|endoftext|>"], vocabulary["ĠSolidGoldMagikarp"]) == (50_256, 43_453)
    lines = merges.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line and not line.startswith("#version")]) == 50_000


@pytest.mark.data
def test_the_speeches_are_as_many_gpt2_tokens_as_their_card_says():
    from tokenizers import ByteLevelBPETokenizer

    tokenizer = ByteLevelBPETokenizer(*map(str, gpt2_tokenizer_files()))
    assert sum(len(tokenizer.encode(speech.text).ids) for speech in load_speeches()) == 2_388_908
    assert "2,388,908 GPT-2 tokens" in DATASETS["speeches"].how_much


@pytest.mark.data
def test_numbers_of_the_models_card():
    reader = GGUFReader(smollm2_gguf())
    parameters = sum(int(tensor.n_elements) for tensor in reader.tensors)
    assert parameters == 134_515_008
    assert Counter(tensor.tensor_type.name for tensor in reader.tensors) == {"Q4_1": 210, "F32": 61, "Q8_0": 1}
    assert round(8 * smollm2_gguf().stat().st_size / parameters, 2) == 5.85
    fields = {key: reader.fields[f"llama.{key}"].contents() for key in ("block_count", "embedding_length")}
    assert fields == {"block_count": 30, "embedding_length": 576}
    assert reader.fields["llama.attention.head_count"].contents() == 9
    assert reader.fields["llama.attention.head_count_kv"].contents() == 3
    assert reader.fields["llama.context_length"].contents() == 8192
    assert len(reader.fields["tokenizer.ggml.tokens"].data) == 49_152
    assert "You are a helpful AI assistant named SmolLM" in reader.fields["tokenizer.chat_template"].contents()


@pytest.mark.data
def test_minilms_folder_is_one_of_the_hub():
    folder = minilm_folder()
    assert {"config.json", "model.safetensors", "vocab.txt", "README.md"} <= {path.name for path in folder.iterdir()}
    assert json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"] == "bert"
    assert "license: apache-2.0" in (folder / "README.md").read_text(encoding="utf-8")
    settings = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    assert (settings["padding"]["strategy"], settings["truncation"]["max_length"]) == ({"Fixed": 128}, 128)
    assert json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"] == 256
    assert (
        sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < DATASETS["minilm"].artifact.unpacked
    )
