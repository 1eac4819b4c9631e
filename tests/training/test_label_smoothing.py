import pytest
import torch

from llmai_edu.models.t5 import T5, T5Config, shift_right
from llmai_edu.training.label_smoothing import SmoothedTextToTextLoss
from llmai_edu.training.text_to_text import text_to_text_loss

CONFIG = T5Config(vocab_size=20, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
BATCH = torch.tensor([[5, 6, 1, 0], [7, 1, 0, 0]]), torch.tensor([[8, 9, 1, 0], [7, 1, 0, 0]])


def model():
    return T5(CONFIG, generator=torch.Generator().manual_seed(0)).eval()


def test_without_smoothing_it_is_the_plain_loss():
    assert torch.isclose(SmoothedTextToTextLoss(0.0)(model(), BATCH), text_to_text_loss(model(), BATCH))


def test_against_the_sum_written_out():
    ids, labels = BATCH
    logs = model()(ids, shift_right(labels), attention_mask=ids != 0).log_softmax(-1)
    losses = []
    for row in range(2):
        for place in range(3):
            if labels[row, place]:
                target = torch.full((20,), 0.1 / 20)
                target[labels[row, place]] += 0.9
                losses.append(-(target * logs[row, place]).sum())
    assert torch.isclose(SmoothedTextToTextLoss(0.1)(model(), BATCH), torch.stack(losses).mean(), atol=1e-5)


def test_half_is_near_and_a_wrong_share_is_refused():
    exact, half = (SmoothedTextToTextLoss(0.1, half=flag)(model(), BATCH) for flag in (False, True))
    assert half.dtype == torch.float32
    assert torch.isclose(exact, half, rtol=0.02)
    with pytest.raises(ValueError, match="below 1"):
        SmoothedTextToTextLoss(1.0)
