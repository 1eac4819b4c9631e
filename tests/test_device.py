import builtins
import random
from importlib import metadata

import numpy as np
import pytest
import torch

from llmai_edu.device import describe_machine, needed_packages, pick_device, pick_dtype, seed_everything


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


def test_numpys_whole_numbers_are_seeds_too():
    assert seed_everything(np.int64(3)).initial_seed() == 3


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "one", np.float64(2), None])
def test_bad_seed_is_refused(seed):
    with pytest.raises(ValueError, match="whole number"):
        seed_everything(seed)


def test_device_is_the_gpu_exactly_when_there_is_one():
    assert pick_device().type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert pick_device("cpu") == torch.device("cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
@pytest.mark.parametrize("name", ["cuda", "cuda:3", "tpu", "cpu:x"])
def test_absent_device_is_refused_with_what_is_there(name):
    with pytest.raises(ValueError, match="available: cpu"):
        pick_device(name)


def test_a_gpu_beyond_the_last_is_refused_with_how_many_there_are(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert pick_device() == pick_device("cuda") == torch.device("cuda")
    assert pick_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(ValueError, match=r"'cuda:7' is not available on this machine; available: cpu, cuda:0 to 1"):
        pick_device("cuda:7")


def test_cpu_computes_in_float32():
    assert pick_dtype("cpu", pays=lambda device: True) is torch.float32


@pytest.mark.parametrize(
    ("real", "pays", "expected"),
    [(True, True, torch.bfloat16), (True, False, torch.float32), (False, True, torch.float32)],
)
def test_a_gpu_computes_in_bfloat16_only_where_it_is_real_and_pays(monkeypatch, real, pays, expected):
    # As on a T4: torch calls bfloat16 supported there, unless emulation is left out.
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: real or including_emulation)
    assert pick_dtype("cuda", pays=lambda device: pays) is expected


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_measurement_itself_runs():
    assert pick_dtype(pick_device()) in (torch.float32, torch.bfloat16)


def test_machine_tells_versions_and_marks_what_is_absent(monkeypatch):
    monkeypatch.setattr("llmai_edu.device.needed_packages", lambda: ("torch", "no-such-package"))
    machine = describe_machine()
    assert machine.versions["torch"].startswith(torch.__version__.split("+")[0])
    assert machine.versions["no-such-package"] is None
    assert machine.cores >= 1
    assert machine.memory_gib is None or machine.memory_gib > 0.5


def test_what_is_needed_is_what_the_package_declares_without_its_extras():
    needed = needed_packages()
    assert {"torch", "pypi-simple", "scikit-learn", "requests"} <= set(needed)
    assert not {"jupyterlab", "pytest", "transformers"} & set(needed)


def test_a_course_that_is_not_installed_declares_nothing(monkeypatch):
    def requires(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", requires)
    assert needed_packages() == ()


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OSError("libcudnn.so.9: cannot open\nlong story"), "OSError: libcudnn.so.9: cannot open"),
        (ModuleNotFoundError("No module named 'numpy'", name="numpy"), "ModuleNotFoundError: No module named 'numpy'"),
        (ModuleNotFoundError("No module named 'torch'", name="torch"), None),
    ],
)
def test_a_torch_that_breaks_at_import_is_told_not_raised(monkeypatch, error, fault):
    real = builtins.__import__

    def broken(name, *rest):
        if name == "torch":
            raise error
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", broken)
    machine = describe_machine()
    assert (machine.gpu, machine.torch_fault) == (None, fault)
