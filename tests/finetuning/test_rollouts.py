"""Rollouts against the model's own log-probabilities, prompts alone, and the exact distribution of a tiny model."""

import pytest
import torch

from llmai_edu.finetuning.rollouts import sample_group, token_log_probs
from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.models.llama import Llama
from llmai_edu.models.llama_config import LlamaConfig

PROMPTS = [[1, 2, 3], [4], [5, 6]]


def sharp(model):
    """Weights large enough that the distributions are not uniform."""
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim == 2:
                weight.mul_(8)
    return model.eval()


def llama():
    return sharp(Llama(LlamaConfig(12, 32, 64, 2, 4, 2, 32), generator=torch.Generator().manual_seed(0)))


def gpt():
    return sharp(GPT(GPTConfig(12, 32, 32, 2, 4), generator=torch.Generator().manual_seed(0)))


@pytest.mark.parametrize("make", [llama, gpt])
@pytest.mark.parametrize("temperature", [0.6, 1.0])
def test_the_log_probs_are_the_models_own(make, temperature):
    """With prompts of unequal length, padded on the left for drawing and on the right afterwards."""
    model = make()
    drawn = sample_group(
        model, PROMPTS, 5, 6, temperature=temperature, stop_ids=[0, 7], generator=torch.Generator().manual_seed(3)
    )
    again = token_log_probs(model, drawn.ids, temperature=temperature)
    torch.testing.assert_close(again * drawn.counted[:, 1:], drawn.log_probs, atol=1e-5, rtol=1e-5)
    assert drawn.log_probs.min() < -1
    assert {True, False} <= set(drawn.ended.tolist())
    for row, answer in enumerate(drawn.answers):  # alone, and without any padding
        prompt = PROMPTS[row // 5]
        whole = prompt + answer
        assert drawn.ids[row, : len(whole)].tolist() == whole
        alone = token_log_probs(model, torch.tensor([whole]), temperature=temperature)[0, len(prompt) - 1 :]
        begin = len(prompt) - 1
        torch.testing.assert_close(drawn.log_probs[row, begin : begin + len(answer)], alone, atol=1e-5, rtol=1e-5)


def test_what_counts_is_the_answer_and_its_end():
    drawn = sample_group(llama(), PROMPTS, 8, 6, stop_ids=[0, 7], generator=torch.Generator().manual_seed(3))
    for row, answer in enumerate(drawn.answers):
        prompt, ended = PROMPTS[row // 8], bool(drawn.ended[row])
        length = len(answer) + ended
        assert length == 6 or ended
        assert not {0, 7} & set(answer)
        begin = len(prompt)
        assert drawn.counted[row].tolist() == [0] * begin + [1] * length + [0] * (drawn.ids.shape[1] - begin - length)
        assert not ended or drawn.ids[row, begin + length - 1].item() in (0, 7)


def test_frequencies_are_those_of_the_model():
    model = llama()
    drawn = sample_group(model, [[1, 2]], 20_000, 1, generator=torch.Generator().manual_seed(0))
    seen = torch.bincount(drawn.ids[:, 2], minlength=12) / 20_000
    with torch.no_grad():
        want = model(torch.tensor([[1, 2]]))[0, -1].softmax(-1)
    assert want.max() > 0.2
    torch.testing.assert_close(seen, want, atol=0.015, rtol=0)


def test_a_seed_makes_it_reproducible_and_the_gradient_flows_only_when_asked():
    model = llama()
    one, two = (sample_group(model, PROMPTS, 2, 3, generator=torch.Generator().manual_seed(1)) for _ in range(2))
    assert one.answers == two.answers
    assert not one.log_probs.requires_grad
    whole = token_log_probs(model, one.ids)
    assert whole.requires_grad
    torch.testing.assert_close(token_log_probs(model, one.ids, rows=4), whole)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperature": 0.0}, "above 0"),
        ({"group": 0}, "at least one answer"),
        ({"prompts": []}, "at least one prompt"),
        ({"prompts": [[1], []]}, "at least one token"),
        ({"max_new_tokens": 40}, "context of 32"),
    ],
)
def test_bad_arguments_are_named(change, message):
    arguments = {"prompts": PROMPTS, "group": 2, "max_new_tokens": 3, "temperature": 1.0} | change
    prompts, group, new = (arguments.pop(name) for name in ("prompts", "group", "max_new_tokens"))
    with pytest.raises(ValueError, match=message):
        sample_group(llama(), prompts, group, new, **arguments)
