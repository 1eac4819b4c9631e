"""The recording against transformers itself, and against our model."""

import pytest
import torch

from benchmarks.record_t5_reference import their_logits
from llmai_edu.pretrained.t5_reference import reference_model, t5_reference


@pytest.mark.parametrize("kind", ["relu", "gated-gelu"])
@pytest.mark.filterwarnings("ignore")
def test_the_recording_is_what_transformers_says(kind):
    recorded = t5_reference()
    want = torch.tensor(recorded[kind])
    torch.testing.assert_close(their_logits(kind), want, rtol=1e-5, atol=1e-5)
    ids, decoder_ids = torch.tensor(recorded["ids"]), torch.tensor(recorded["decoder_ids"])
    with torch.no_grad():
        torch.testing.assert_close(reference_model(kind)(ids, decoder_ids, ids != 0), want, rtol=1e-5, atol=1e-5)
    assert want.std() > 0.3
