"""Greedy writing against transformers' generate, on tiny random models."""

import copy

import pytest
import torch
import transformers

from llmai_edu.generation.encoder_decoder import generate_encoder_decoder
from llmai_edu.models.t5 import T5, T5Config
from llmai_edu.pretrained.t5 import tensor_names

SIZES = {"vocab_size": 23, "d_model": 24, "d_kv": 6, "d_ff": 40, "num_layers": 2, "num_heads": 4}


def pair(seed):
    torch.manual_seed(seed)
    theirs = transformers.T5ForConditionalGeneration(
        transformers.T5Config(**SIZES, feed_forward_proj="gated-gelu", decoder_start_token_id=0)
    ).eval()
    for name, weight in theirs.named_parameters():
        if "norm" in name:
            torch.nn.init.uniform_(weight, 0.5, 1.5)
        elif "relative" in name:
            torch.nn.init.normal_(weight, std=1.5)
    ours = T5(T5Config(**SIZES, feed_forward_proj="gated-gelu")).eval()
    weights = theirs.state_dict()
    ours.load_state_dict({name: weights[hub].T if turned else weights[hub] for name, hub, turned in tensor_names(ours)})
    return theirs, ours


def read_texts(seed, padded):
    ids = torch.randint(2, 23, (8, 11), generator=torch.Generator().manual_seed(seed))
    mask = torch.ones_like(ids)
    if padded:
        mask = (torch.arange(11) < torch.tensor([11, 9, 7, 5, 4, 3, 2, 1])[:, None]).long()
    return ids * mask, mask


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_ids_equal_transformers(seed, padded, device):
    theirs, ours = (model.to(device) for model in pair(seed))
    ids, mask = (part.to(device) for part in read_texts(seed, padded))
    with torch.no_grad():
        expected = theirs.generate(ids, attention_mask=mask, max_new_tokens=12, do_sample=False, num_beams=1)
    expected = [row[1:] for row in expected.tolist()]  # without the start
    expected = [row[: row.index(1)] if 1 in row else row for row in expected]
    assert generate_encoder_decoder(ours, ids, 12, attention_mask=mask) == expected


def test_some_texts_end_early_and_some_do_not():
    """The comparison above says something about stopping."""
    lengths = set()
    for seed in range(4):
        ids, mask = read_texts(seed, True)
        lengths |= {len(text) for text in generate_encoder_decoder(pair(seed)[1], ids, 12, attention_mask=mask)}
    assert 12 in lengths
    assert min(lengths) < 12


def test_stop_ids_end_a_text_and_are_not_given():
    _, ours = pair(0)
    ids, _ = read_texts(0, False)
    free = generate_encoder_decoder(ours, ids, 12, stop_ids=())
    assert all(len(text) == 12 for text in free)
    stop = free[0][3]
    stopped = generate_encoder_decoder(ours, ids, 12, stop_ids=(stop,))
    assert stopped == [text[: text.index(stop)] if stop in text else text for text in free]


def test_nothing_is_written_when_nothing_is_asked_for():
    _, ours = pair(0)
    assert generate_encoder_decoder(ours, read_texts(0, False)[0], 0) == [[]] * 8


def test_training_mode_and_negative_lengths_are_refused():
    _, ours = pair(0)
    with pytest.raises(ValueError, match="max_new_tokens"):
        generate_encoder_decoder(ours, torch.tensor([[3]]), -1)
    with pytest.raises(ValueError, match="training mode"):
        generate_encoder_decoder(copy.deepcopy(ours).train(), torch.tensor([[3]]), 1)
