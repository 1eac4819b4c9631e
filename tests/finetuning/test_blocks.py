"""A part of the stack gives what the whole gives, gradients included, and padding on the right changes nothing."""

import pytest
import torch

from llmai_edu.finetuning.blocks import UpperBlocks, lower_states, run_blocks
from llmai_edu.finetuning.instruct import Example, answer_loss, pad_examples
from llmai_edu.finetuning.lora import add_lora, lora_layers
from llmai_edu.finetuning.tuning import states_loss
from llmai_edu.models.llama import Llama, LlamaConfig

ROWS = [Example([5, 6, 7, 8], [0, 0, 1, 1]), Example([9, 3], [0, 1]), Example([1, 2, 4], [0, 1, 1])]
BATCH = pad_examples(ROWS, pad_id=0)


def llama() -> Llama:
    """Thin matrices in the two upper blocks of three."""
    model = Llama(LlamaConfig(16, 16, 32, 3, 2, 1, 32), generator=torch.Generator().manual_seed(0))
    model.requires_grad_(False)
    for layer in model.layers[1:]:
        add_lora(layer, ["q_proj", "down_proj"], rank=2, generator=torch.Generator().manual_seed(1))
    for _, layer in lora_layers(model):
        layer.lora_B.data.normal_(std=0.1, generator=torch.Generator().manual_seed(2))
    return model


@pytest.mark.parametrize("first", [0, 1, 2])
def test_lower_and_upper_part_are_the_model(first):
    model = llama()
    states = lower_states(model, BATCH[0], first, rows=2)
    assert not states.requires_grad
    torch.testing.assert_close(UpperBlocks(model, first)(states), model(BATCH[0]), atol=1e-6, rtol=0)


def test_the_gradient_from_stored_states_is_that_of_the_whole_model():
    model, found = llama(), []
    states = lower_states(model, BATCH[0], 1)
    for loss in (answer_loss(model, BATCH), states_loss(UpperBlocks(model, 1), (states, *BATCH[1:]))):
        model.zero_grad()
        loss.backward()
        found.append([loss.detach(), *(w.grad.clone() for w in model.parameters() if w.requires_grad)])
    assert len(found[0]) == 1 + 2 * 2 * 2
    for whole, upper in zip(*found):
        torch.testing.assert_close(upper, whole, atol=1e-6, rtol=1e-5)


def test_training_the_upper_part_trains_the_model():
    model = llama()
    before = model(BATCH[0])
    upper = UpperBlocks(model, 1)
    optimizer = torch.optim.SGD([w for w in upper.parameters() if w.requires_grad], lr=1.0)
    states_loss(upper, (lower_states(model, BATCH[0], 1), *BATCH[1:])).backward()
    optimizer.step()
    assert (model(BATCH[0]) - before).abs().max() > 1e-3


def test_what_is_not_there_is_refused():
    with pytest.raises(ValueError, match="blocks 0 to 2"):
        run_blocks(llama(), torch.zeros(1, 2, 16), 1, 4)
    with pytest.raises(ValueError, match="no block 3"):
        UpperBlocks(llama(), 3)
