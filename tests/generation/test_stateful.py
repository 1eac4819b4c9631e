"""Writing with a state against reading the whole text again for every token."""

import pytest
import torch
from torch import nn

from llmai_edu.generation.sampling import sample
from llmai_edu.generation.stateful import generate_stateful
from llmai_edu.models.mlp_lm import MLPLM
from llmai_edu.models.recurrent_lm import RecurrentLM

MODELS = [
    lambda g: RecurrentLM(30, nn.LSTM(8, 12, batch_first=True), generator=g),
    lambda g: RecurrentLM(30, nn.RNN(8, 12, batch_first=True), generator=g),
    lambda g: MLPLM(30, context=3, channels=8, hidden=9, generator=g),
]


def make(build, device="cpu"):
    return build(torch.Generator().manual_seed(0)).to(device).eval()


@pytest.mark.parametrize("build", MODELS)
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_equals_reading_everything_again(build, temperature):
    model, generator = make(build), torch.Generator().manual_seed(1)
    ids = [3, 1, 4]
    for _ in range(12):
        logits = model(torch.tensor([ids]))[0][:, -1]
        ids.append(sample(logits, temperature, top_k=20, generator=generator).item())
    again = torch.Generator().manual_seed(1)
    options = {"temperature": temperature, "top_k": 20, "generator": again}
    assert list(generate_stateful(model, [3, 1, 4], 12, **options)) == ids[3:]


def test_ends_before_a_stop_id():
    model = make(MODELS[0])
    text = list(generate_stateful(model, [5], 10, temperature=0.0))
    stop = text[-1]
    assert list(generate_stateful(model, [5], 10, temperature=0.0, stop_ids=[stop])) == text[: text.index(stop)]


def test_works_where_the_model_is(device):
    model = make(MODELS[0], device)
    assert len(list(generate_stateful(model, [5], 4, temperature=0.0))) == 4


def test_misuse_is_refused_at_once():
    model = make(MODELS[0])
    with pytest.raises(ValueError, match="prompt is empty"):
        generate_stateful(model, [], 3)
    with pytest.raises(ValueError, match="temperature"):
        generate_stateful(model, [1], 3, temperature=-1)
    with pytest.raises(ValueError, match=r"call model\.eval\(\)"):
        generate_stateful(model.train(), [1], 3)
