import pytest
import torch

from llmai_edu.generation.batch import generate_batch
from llmai_edu.generation.batch_stop import first_stop, generate_until
from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.models.llama import Llama, LlamaConfig
from llmai_edu.tokenizers import train_bpe

LETTERS = train_bpe("", 256)
PROMPTS = [[72, 105], [72], [1, 2, 3, 4, 5], [9, 9, 200]]


@pytest.fixture(scope="module", params=["llama", "gpt"])
def model(request):
    generator = torch.Generator().manual_seed(0)
    if request.param == "llama":
        return Llama(LlamaConfig(256, 64, 192, 2, 4, 2, 512), generator=generator).eval()
    return GPT(GPTConfig(256, 64, n_embd=32, n_layer=2, n_head=4), generator=generator).eval()


def text_of(ids):
    return LETTERS.decode(ids)


def test_each_text_is_what_it_would_be_alone(model):
    whole = [text_of(ids) for ids in generate_batch(model, PROMPTS, 20)]
    assert generate_until(model, LETTERS, PROMPTS, 20, ["never to be met"]) == whole
    stops = [whole[0][3], whole[2][7]]  # they end at different steps
    found = generate_until(model, LETTERS, PROMPTS, 20, stops)
    assert found == [text[: first_stop(text, stops)] for text in whole]
    assert len({len(text) for text in found}) > 1
    assert found == [generate_until(model, LETTERS, [prompt], 20, stops)[0] for prompt in PROMPTS]


def test_stop_ids_end_a_text(model):
    whole = generate_batch(model, PROMPTS, 12)
    stop = whole[0][4]
    cut = [ids[: ids.index(stop)] if stop in ids else ids for ids in whole]
    assert generate_until(model, LETTERS, PROMPTS, 12, ["never"], stop_ids=[stop]) == [text_of(ids) for ids in cut]


def test_draws_follow_the_generator(model):
    def drawn(seed):
        generator = torch.Generator().manual_seed(seed)
        return generate_until(model, LETTERS, PROMPTS, 8, ["never"], temperature=1.0, generator=generator)

    assert drawn(1) == drawn(1) != drawn(2)


@pytest.mark.parametrize("stops", ["text", [""], ["a", ""]])
def test_senseless_stops(model, stops):
    with pytest.raises(ValueError, match="stops must be a list"):
        generate_until(model, LETTERS, PROMPTS, 8, stops)


def test_nothing_to_continue(model):
    with pytest.raises(ValueError, match="at least one prompt"):
        generate_until(model, LETTERS, [], 8, ["x"])


def test_the_first_stop_wins():
    assert first_stop("abcabc", ["c", "b"]) == 1
    assert first_stop("abc", []) is None
