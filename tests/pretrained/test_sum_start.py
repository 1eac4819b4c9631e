"""The recorded beginner in sums: half right, both forms, and not yet what it will become."""

import torch

from llmai_edu.finetuning.rollouts import sample_group
from llmai_edu.finetuning.sum_judge import judge
from llmai_edu.finetuning.sums import sum_problems, sum_tokenizer
from llmai_edu.pretrained.sum_start import load_sum_start


def test_it_adds_about_half_of_the_held_out_sums():
    model, tokenizer, sums = load_sum_start(), sum_tokenizer(), sum_problems().test[:400]
    assert model.config.vocab_size == tokenizer.vocab_size
    assert sum(weight.numel() for weight in model.parameters()) < 1_000_000
    drawn = sample_group(
        model,
        [tokenizer.encode(one.prompt) for one in sums],
        2,
        6,
        stop_ids=[0],
        generator=torch.Generator().manual_seed(0),
    )
    found = judge(drawn, sums)
    assert 0.4 < found.right.mean() < 0.6
    assert 0.45 < found.formed.mean() < 0.65
    assert 0.2 < found.reward.mean() < 0.4
