"""Beam search against all continuations there are, against greedy decoding, and against transformers."""

from itertools import product

import pytest
import torch

from llmai_edu.generation.beam import beam_search
from llmai_edu.generation.sampling import generate
from llmai_edu.models.llama import Llama, LlamaConfig
from llmai_edu.pretrained.llama_hub import save_llama

PROMPT = [1, 2]


def llama() -> Llama:
    model = Llama(LlamaConfig(5, 16, 32, 2, 2, 1, 32), generator=torch.Generator().manual_seed(4)).eval()
    with torch.no_grad():
        for p in model.parameters():
            p *= 2
    return model


def everything(model: Llama, length: int, penalty: float, stop: int) -> list[tuple[float, list[int]]]:
    """The score of every continuation of up to `length` tokens that ends with the stop token or is full."""
    found = []
    for size in range(1, length + 1):
        for tokens in product(range(5), repeat=size):
            inside, last = tokens[:-1], tokens[-1]
            if stop in inside or (size < length and last != stop):
                continue
            with torch.no_grad():
                logits = model(torch.tensor([[*PROMPT, *tokens]]))[0].log_softmax(-1)
            total = sum(logits[len(PROMPT) - 1 + n, token].item() for n, token in enumerate(tokens))
            found.append((total / size**penalty, [token for token in tokens if token != stop]))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("penalty", [0.0, 0.7, 1.0])
def test_with_room_for_all_it_finds_the_best_there_are(penalty):
    model = llama()
    want = everything(model, 3, penalty, stop=0)[:5]
    got = beam_search(model, PROMPT, 3, beams=64, length_penalty=penalty, stop_ids=[0])[:5]
    assert [found.ids for found in got] == [ids for _, ids in want]
    torch.testing.assert_close(torch.tensor([f.score for f in got]), torch.tensor([s for s, _ in want]))


def test_one_beam_is_greedy_and_more_find_nothing_less_probable():
    model = llama()
    greedy = list(generate(model, PROMPT, 12))
    assert beam_search(model, PROMPT, 12, beams=1)[0].ids == greedy
    probable = [beam_search(model, PROMPT, 12, beams=b)[0].log_prob for b in (1, 32)]
    assert probable[1] >= probable[0]


@pytest.mark.parametrize("beams", [2, 4])
def test_the_beams_are_those_of_transformers(beams, tmp_path):
    from transformers import LlamaForCausalLM

    model = llama()
    save_llama(model, tmp_path, torch.float32)
    theirs = LlamaForCausalLM.from_pretrained(tmp_path, dtype=torch.float32).generate(
        torch.tensor([PROMPT]),
        attention_mask=torch.ones(1, 2),
        num_beams=beams,
        num_return_sequences=beams,
        max_new_tokens=8,
        do_sample=False,
        return_dict_in_generate=True,
        output_scores=True,
        eos_token_id=None,
        pad_token_id=0,
    )
    ours = beam_search(model, PROMPT, 8, beams=beams)
    assert [found.ids for found in ours] == theirs.sequences[:, 2:].tolist()
    torch.testing.assert_close(torch.tensor([f.score for f in ours]), theirs.sequences_scores, atol=1e-4, rtol=0)


def test_no_beam_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        beam_search(llama(), PROMPT, 3, beams=0)
