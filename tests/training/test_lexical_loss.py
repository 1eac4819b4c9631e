import pytest
import torch

from llmai_edu.models.t5 import T5, T5Config
from llmai_edu.training.label_smoothing import SmoothedTextToTextLoss
from llmai_edu.training.lexical_loss import LexicalLoss, lexical_nats

CONFIG = T5Config(vocab_size=20, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
BATCH = torch.tensor([[5, 6, 1, 0], [7, 1, 0, 0]]), torch.tensor([[8, 9, 1, 0], [7, 1, 0, 0]])


def model():
    return T5(CONFIG, generator=torch.Generator().manual_seed(0)).eval()


def test_against_the_mixture_written_out():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 4, 20, generator=generator)
    ids, labels = BATCH
    nats = []
    for row in range(2):
        places = [s for s in range(4) if ids[row, s]]
        for token in labels[row][labels[row] != 0]:
            guesses = [logits[row, s].softmax(-1)[token] for s in places]
            nats.append(-torch.log(sum(guesses) / len(places)))
    assert torch.isclose(lexical_nats(logits, (ids != 0).float(), labels, 0), torch.stack(nats).mean())


def test_weight_0_is_the_smoothed_loss_and_more_is_more():
    plain = SmoothedTextToTextLoss(0.1)(model(), BATCH)
    assert torch.isclose(LexicalLoss(0.1, weight=0.0)(model(), BATCH), plain)
    one, two = (LexicalLoss(0.1, weight=w)(model(), BATCH) for w in (1.0, 2.0))
    assert torch.isclose(two - one, one - plain, atol=1e-5)
    assert one > plain


def test_the_gradient_is_finite_with_padding():
    net = model()
    LexicalLoss(0.1, weight=1.0)(net, BATCH).backward()
    assert all(torch.isfinite(p.grad).all() for p in net.parameters() if p.grad is not None)


def test_a_negative_weight():
    with pytest.raises(ValueError, match="at least 0"):
        LexicalLoss(0.1, weight=-1.0)
