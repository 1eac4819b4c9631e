"""torchrun starts the experiments of lesson 18, and two processes find what one finds."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from llmai_edu.models.gpt import GPT
from llmai_edu.training.distributed import Processes
from llmai_edu.training.two_processes import CONFIG, STEPS, build, whole_gradient


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    place = tmp_path_factory.mktemp("two")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += ["-m", "llmai_edu.training.two_processes", str(place)]
    done = subprocess.run(
        command, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads((place / f"rank{rank}.json").read_text()) for rank in (0, 1)], place


@pytest.mark.parametrize("way", ["ddp", "fsdp"])
def test_two_processes_find_the_losses_and_the_gradient_of_one(found, way):
    alone = build(Processes())
    gradient = whole_gradient(build(Processes()))[::500]
    losses = alone.run(steps=STEPS).loss
    for rank in found[0]:
        np.testing.assert_allclose(rank[f"{way}_gradient"], gradient, atol=1e-6, rtol=0)
        np.testing.assert_allclose(rank[f"{way}_losses"], losses, atol=1e-5, rtol=0)


def test_ddp_hands_over_all_gradients_and_fsdp_holds_half_of_everything(found):
    parameters = sum(p.numel() for p in GPT(CONFIG).parameters())
    for rank in found[0]:
        assert rank["bucket_bytes"] == rank["bucket_bytes_in_parts"] == [4 * parameters]
        assert rank["bucket_bytes_after_each"] == 4 * rank["bucket_bytes"]
        assert rank["ddp_held"] == 16 * parameters
        assert abs(rank["fsdp_held"] / (8 * parameters) - 1) < 0.01
        names = [name for name, _ in rank["collectives"]]
        assert {"_allgather_base_", "_reduce_scatter_base_"} <= set(names)


def test_a_checkpoint_of_two_goes_on_alone(found):
    alone = build(Processes(), folder=found[1] / "fsdp")
    assert alone.resume() == STEPS
    assert torch.isfinite(torch.tensor(alone.run(steps=STEPS + 2).loss)).all()
