import random

import numpy as np
import pytest
import torch

from llmai_edu.device import describe_machine, pick_device, pick_dtype, seed_everything


def draws():
    return random.random(), np.random.rand(), torch.rand(()).item()  # noqa: NPY002


def test_same_seed_gives_the_same_draws_everywhere_and_another_seed_does_not():
    first_generator = seed_everything(7)
    first = (*draws(), torch.rand((), generator=first_generator).item())
    again_generator = seed_everything(7)
    again = (*draws(), torch.rand((), generator=again_generator).item())
    other_generator = seed_everything(8)
    other = (*draws(), torch.rand((), generator=other_generator).item())
    assert first == again
    assert not any(a == b for a, b in zip(first, other))


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "one"])
def test_bad_seed_is_refused(seed):
    with pytest.raises(ValueError, match="whole number"):
        seed_everything(seed)


def test_device_is_the_gpu_exactly_when_there_is_one():
    assert pick_device().type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert pick_device("cpu") == torch.device("cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
@pytest.mark.parametrize("name", ["cuda", "cuda:3", "tpu"])
def test_absent_device_is_refused_with_what_is_there(name):
    with pytest.raises(ValueError, match="available: cpu"):
        pick_device(name)


def test_cpu_computes_in_float32():
    assert pick_dtype("cpu") is torch.float32


def test_machine_tells_versions_and_marks_what_is_absent(monkeypatch):
    monkeypatch.setattr("llmai_edu.device.CORE_PACKAGES", ("torch", "no-such-package"))
    machine = describe_machine()
    assert machine.versions["torch"].startswith(torch.__version__.split("+")[0])
    assert machine.versions["no-such-package"] is None
    assert machine.cores >= 1
    assert machine.memory_gib is None or machine.memory_gib > 0.5
