"""Several texts at once: the same tokens as one by one, and as transformers writes with padding on the left."""

import pytest
import torch
import transformers
from scipy.stats import chisquare

from llmai_edu.generation.batch import generate_batch, pad_left
from llmai_edu.generation.sampling import generate, next_token_probs
from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.models.llama import Llama, LlamaConfig
from llmai_edu.models.mistral import Mistral, MistralConfig
from llmai_edu.models.qwen3 import Qwen3, Qwen3Config
from llmai_edu.pretrained.gpt2 import save_gpt2
from llmai_edu.pretrained.llama_hub import save_llama, save_mistral, save_qwen3

SIZES = (40, 32, 64, 2, 4, 2, 64)
UNTIED = {"tie_word_embeddings": False}  # tied and untrained, a model repeats itself
DECODERS = {
    "gpt": (GPT, GPTConfig(40, 64, 32, 2, 4), save_gpt2),
    "llama": (Llama, LlamaConfig(*SIZES, **UNTIED), save_llama),
    "mistral": (Mistral, MistralConfig(*SIZES, **UNTIED, sliding_window=6), save_mistral),
    "qwen3": (Qwen3, Qwen3Config(*SIZES, **UNTIED, head_dim=12), save_qwen3),
}
PROMPTS = [[5, 9, 2, 7], [3], list(range(28)), [11, 12, 13, 14, 15, 16]]


@pytest.fixture(scope="module", params=DECODERS)
def decoder(request):
    kind, config, save = DECODERS[request.param]
    model = kind(config, generator=torch.Generator().manual_seed(0)).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():  # far from uniform: greedy has something to choose
            if weight.ndim == 2:
                weight.mul_(4 if name == "wte.weight" else 12)
    return model, save


@pytest.fixture(scope="module")
def model(decoder, device):
    return decoder[0].to(device)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_greedy_equals_one_by_one(model, count):
    written = generate_batch(model, PROMPTS[:count], 20)
    assert written == [list(generate(model, prompt, 20)) for prompt in PROMPTS[:count]]
    assert max(len(set(text)) for text in written) > 2  # or equality would say little


def test_greedy_equals_transformers(decoder, tmp_path):
    model, save = decoder
    save(model, tmp_path)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(tmp_path).to(next(model.parameters()).device)
    ids, mask = (part.to(theirs.device) for part in pad_left(PROMPTS, pad_id=0))
    told = transformers.GenerationConfig(max_new_tokens=20, do_sample=False, pad_token_id=0)
    expected = theirs.generate(ids, attention_mask=mask, generation_config=told)[:, ids.shape[1] :]
    assert generate_batch(model, PROMPTS, 20) == expected.tolist()


def test_each_text_stops_at_its_own_end(model):
    whole = generate_batch(model, PROMPTS, 20)
    stop = [whole[0][3], whole[1][9]]
    expected = [text[: next((i for i, id in enumerate(text) if id in stop), 20)] for text in whole]
    assert len({len(text) for text in expected}) > 1
    assert generate_batch(model, PROMPTS, 20, stop_ids=stop) == expected


def test_ends_when_all_have_ended(model, monkeypatch):
    stop = [text[2] for text in generate_batch(model, PROMPTS, 3)]
    passes, forward = [], type(model).forward
    monkeypatch.setattr(type(model), "forward", lambda *a, **k: passes.append(1) or forward(*a, **k))
    written = generate_batch(model, PROMPTS, 20, stop_ids=stop)
    assert all(len(text) < 3 for text in written)
    assert len(passes) == max(len(text) for text in written) + 1 < 20


def test_the_padding_does_not_matter(model):
    assert generate_batch(model, PROMPTS, 9, pad_id=0) == generate_batch(model, PROMPTS, 9, pad_id=39)


def test_the_order_does_not_matter(model):
    assert generate_batch(model, PROMPTS[::-1], 9) == generate_batch(model, PROMPTS, 9)[::-1]


def test_draws_are_those_of_the_distribution_for_each_text(model):
    device = next(model.parameters()).device
    settings = {"temperature": 1.5, "top_k": 4, "top_p": 0.95}
    generator = torch.Generator(device).manual_seed(0)
    drawn = generate_batch(model, PROMPTS[:2] * 1000, 1, generator=generator, **settings)
    for row, prompt in enumerate(PROMPTS[:2]):
        with torch.no_grad():
            probs = next_token_probs(model(torch.tensor([prompt], device=device))[0, -1], **settings).double().cpu()
        counts = torch.bincount(torch.tensor(drawn[row::2]).flatten(), minlength=40)
        possible = probs > 0
        assert counts[possible].sum() == 1000
        share = probs[possible] / probs[possible].sum()
        assert len(share) == 1 or chisquare(counts[possible], 1000 * share).pvalue > 1e-3


def test_the_same_seed_writes_the_same_texts(model):
    device = next(model.parameters()).device
    first, again, other = (
        generate_batch(model, PROMPTS, 9, temperature=1.0, generator=torch.Generator(device).manual_seed(seed))
        for seed in (0, 0, 1)
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("prompts", "settings", "message"),
    [
        ([], {}, "nothing to continue"),
        ([[1], []], {}, "at least one token id"),
        ([[1], [40]], {}, r"must lie in 0 … 39"),
        ([[1], [1.5]], {}, "must be whole numbers"),
        ([[1], [1] * 60], {}, "60 prompt tokens and 5 new ones exceed the model's context of 64"),
        ([[1]], {"pad_id": 40}, "pad_id must lie in 0 … 39, got 40"),
        ([[1]], {"pad_id": -1}, "pad_id must lie in 0 … 39, got -1"),
        ([[1]], {"temperature": -1.0}, "temperature must be 0"),
    ],
)
def test_refuses_what_cannot_be_continued(model, prompts, settings, message):
    with pytest.raises(ValueError, match=message):
        generate_batch(model, prompts, 5, **settings)
