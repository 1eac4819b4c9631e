"""Packed samples are computed as if each were alone: logits and gradients; and without the mask they are not."""

import pytest
import torch

from llmai_edu.finetuning.blocks import run_blocks
from llmai_edu.finetuning.instruct import Example, answer_loss, pad_examples
from llmai_edu.finetuning.packing import first_fit, pack_examples, packed_logits, packed_loss, same_sample
from llmai_edu.models.llama import Llama, LlamaConfig

DRAW = torch.Generator().manual_seed(5)
EXAMPLES = [
    Example(torch.randint(1, 16, (length,), generator=DRAW).tolist(), [0, 0] + [1] * (length - 2))
    for length in (5, 9, 4, 7, 3)
]


def llama(bend: float = 1.0) -> Llama:
    """With weights large enough that every token matters."""
    model = Llama(LlamaConfig(16, 16, 32, 3, 2, 1, 32), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim == 2:
                weight *= 10 * bend
    return model


def test_packed_logits_are_those_of_each_sample_alone():
    model, packed = llama(), pack_examples(EXAMPLES, room=14, pad_id=0)
    assert len(packed.inputs) == 2
    logits, seen = packed_logits(model, packed), []
    for row in range(len(packed.inputs)):
        for sample in packed.samples[row].unique().tolist():
            if sample >= 0:
                inside = packed.samples[row] == sample
                ids = packed.inputs[row, inside]
                torch.testing.assert_close(logits[row, inside], model(ids[None])[0], atol=1e-5, rtol=0)
                seen.append([*ids.tolist(), packed.targets[row, inside][-1].item()])
    assert sorted(seen) == sorted(example.ids for example in EXAMPLES)


def test_the_loss_and_its_gradient_are_those_of_padded_rows():
    model, gradients, losses = llama(), [], []
    packed = pack_examples(EXAMPLES, room=14, pad_id=3)
    for loss in (answer_loss(model, pad_examples(EXAMPLES, pad_id=0)), packed_loss(model, packed)):
        model.zero_grad()
        loss.backward()
        losses.append(loss.detach())
        gradients.append([weight.grad.clone() for weight in model.parameters()])
    torch.testing.assert_close(*losses, atol=1e-5, rtol=0)
    for padded, in_rows in zip(*gradients):
        torch.testing.assert_close(in_rows, padded, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_without_the_mask_a_sample_hears_of_the_one_before():
    model, packed = llama(), pack_examples(EXAMPLES, room=14, pad_id=0)
    other = packed._replace(inputs=torch.where(packed.samples == 0, 15 - packed.inputs, packed.inputs))
    second = packed.samples == 1
    assert torch.equal(packed_logits(model, packed)[second], packed_logits(model, other)[second])
    plain = [model.lm_head(model.norm(run_blocks(model, model.embed(one.inputs)))) for one in (packed, other)]
    assert (plain[0][second] - plain[1][second]).abs().max() > 0.01


def test_the_mask_by_hand():
    assert same_sample(torch.tensor([[0, 1, -1, -1]]))[0, 0].int().tolist() == [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 1],
        [0, 0, 1, 1],
    ]


def test_no_target_reaches_into_the_next_sample():
    packed = pack_examples([Example([1, 2], [1, 1]), Example([3, 4], [1, 1])], room=8, pad_id=0)
    assert packed.targets[0].tolist() == [2, 4, 0, 0, 0, 0, 0, 0]
    assert packed.counted[0].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]


def test_the_plan_holds_every_sample_once_and_no_row_is_too_full():
    lengths = torch.randint(1, 40, (200,), generator=DRAW).tolist()
    plan = first_fit(lengths, room=64)
    assert sorted(sample for row in plan for sample in row) == list(range(200))
    assert all(sum(lengths[sample] for sample in row) <= 64 for row in plan)
    assert len(plan) <= 11 / 9 * -(-sum(lengths) // 64) + 1


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: first_fit([3, 9], room=8), "9 tokens does not fit"),
        (lambda: pack_examples([Example([1, 2], [1, 0])], room=8, pad_id=0), "example 0 has no token"),
    ],
)
def test_what_cannot_be_packed_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
