"""The loss against transformers', which marks padding by -100."""

import torch
import transformers

from llmai_edu.models.t5 import T5, T5Config
from llmai_edu.pretrained.t5 import tensor_names
from llmai_edu.training.text_to_text import text_to_text_loss

SIZES = {"vocab_size": 31, "d_model": 16, "d_kv": 4, "d_ff": 32, "num_layers": 1, "num_heads": 4}


def test_loss_equals_transformers_and_padding_does_not_count():
    torch.manual_seed(0)
    theirs = transformers.T5ForConditionalGeneration(transformers.T5Config(**SIZES, decoder_start_token_id=0)).eval()
    ours = T5(T5Config(**SIZES)).eval()
    weights = theirs.state_dict()
    ours.load_state_dict({name: weights[hub].T if turned else weights[hub] for name, hub, turned in tensor_names(ours)})
    ids = torch.tensor([[5, 6, 7, 1, 0], [8, 1, 0, 0, 0]])
    labels = torch.tensor([[9, 1, 0, 0], [4, 3, 1, 0]])
    expected = theirs(
        input_ids=ids, attention_mask=(ids != 0).long(), labels=labels.masked_fill(labels == 0, -100)
    ).loss
    torch.testing.assert_close(text_to_text_loss(ours, (ids, labels)), expected, rtol=1e-5, atol=1e-5)
    wider = tuple(torch.nn.functional.pad(part, (0, 4)) for part in (ids, labels))
    torch.testing.assert_close(text_to_text_loss(ours, wider), expected, rtol=1e-5, atol=1e-5)
