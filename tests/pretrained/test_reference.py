import pytest
import torch

from benchmarks.bench_decode import load_reference
from llmai_edu.pretrained.reference import smollm2_logits, smollm2_reference
from llmai_edu.tokenizers import smollm2_tokenizer

pytestmark = pytest.mark.data


def test_recorded_answer_is_what_transformers_computes(device):
    # By induction: if after every prefix its likeliest token is the recorded one, it would have written this text.
    recorded, tokenizer = smollm2_reference(), smollm2_tokenizer()
    prompt = tokenizer.chat_ids([{"role": "user", "content": recorded["question"]}])
    text = torch.tensor([prompt + recorded["ids"][:-1]], device=device)
    reference = load_reference().to(device)
    with torch.inference_mode():
        best = reference(text).logits[0, len(prompt) - 1 :].topk(2)
    assert best.indices[:, 0].tolist() == recorded["ids"]
    lead = (best.values[:, 0] - best.values[:, 1]).min().item()
    assert lead == pytest.approx(recorded["margin"], abs=0.01)
    assert lead > 0.05  # well above the rounding of other machines


def test_recorded_logits_are_what_transformers_computes(device):
    recorded = smollm2_logits()
    ids = torch.tensor([recorded["ids"]], device=device)
    with torch.inference_mode():
        logits = load_reference().to(device)(ids).logits[0].cpu()
    following = logits[:-1].log_softmax(-1).gather(-1, ids.cpu()[0, 1:, None]).squeeze(-1)
    torch.testing.assert_close(following, torch.tensor(recorded["log_probs"]), rtol=0, atol=1e-3)
    best = logits[-1].topk(5)
    assert best.indices.tolist() == recorded["best_ids"]
    torch.testing.assert_close(best.values, torch.tensor(recorded["best_logits"]), rtol=0, atol=1e-3)
    assert recorded["ids"][-len(smollm2_reference()["ids"]) :] == smollm2_reference()["ids"]
