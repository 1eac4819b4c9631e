"""Only the answer is learned; padding changes nothing; and the prompt is that of generation."""

import pytest
import torch

from llmai_edu.finetuning.instruct import Example, answer_loss, chat_example, pad_examples
from llmai_edu.models.llama import Llama, LlamaConfig
from llmai_edu.tokenizers import smollm2_tokenizer

TALK = [{"role": "user", "content": "Name a colour."}, {"role": "assistant", "content": "Blue."}]
ROWS = [Example([5, 6, 7, 8], [0, 0, 1, 1]), Example([9, 3], [0, 1]), Example([1, 2, 4], [0, 1, 1])]


def llama() -> Llama:
    return Llama(LlamaConfig(16, 16, 32, 2, 2, 1, 32), generator=torch.Generator().manual_seed(0))


def test_the_answer_counts_and_the_prompt_is_what_generation_reads():
    tokenizer = smollm2_tokenizer()
    end = tokenizer.special_tokens["<|im_end|>"]
    example = chat_example(tokenizer, TALK, end)
    prompt = tokenizer.chat_ids(TALK[:1])
    assert example.ids[: len(prompt)] == prompt
    assert example.counted == [0] * len(prompt) + [1] * (len(example.ids) - len(prompt))
    assert tokenizer.decode(example.ids[len(prompt) : -1]) == "Blue."
    assert example.ids[-1] == end


def test_the_loss_is_the_mean_over_counted_tokens_and_padding_changes_nothing():
    model = llama()
    got = answer_loss(model, pad_examples(ROWS, pad_id=0))
    parts = []
    for ids, counted in ROWS:
        logs = model(torch.tensor([ids]))[0].log_softmax(-1)
        parts += [-logs[n - 1, ids[n]] for n in range(1, len(ids)) if counted[n]]
    torch.testing.assert_close(got, torch.stack(parts).mean())
    torch.testing.assert_close(answer_loss(model, pad_examples(ROWS, pad_id=11)), got)


def test_the_question_has_no_gradient_of_its_own():
    """Which token the question held as a target must not matter: the head learns from answers alone."""
    model, (inputs, targets, counted) = llama(), pad_examples(ROWS, pad_id=0)
    losses = []
    for other in (targets, torch.where(counted.bool(), targets, (targets + 5) % 16)):
        model.zero_grad()
        answer_loss(model, (inputs, other, counted)).backward()
        losses.append(model.layers[0].mlp.up_proj.weight.grad.clone())
    assert torch.equal(*losses)


def test_what_is_no_answer_is_refused():
    with pytest.raises(ValueError, match="last message"):
        chat_example(smollm2_tokenizer(), TALK[:1], end=2)
    with pytest.raises(ValueError, match="example 0 has no token"):
        pad_examples(ROWS, pad_id=0, longest=2)
