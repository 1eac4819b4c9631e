"""Which device and which number format to compute in, repeatable randomness, and what this machine is."""

import os
import platform
import random
import sys
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# torch is imported inside the functions: the doctor must be able to say that torch is missing.

CORE_PACKAGES = (
    "torch",
    "numpy",
    "matplotlib",
    "ipywidgets",
    "jupyterlab",
    "gguf",
    "tokenizers",
    "transformers",
)


def pick_device(name: str | None = None) -> "torch.device":
    """Return the device to compute on: the one named, else a CUDA GPU when there is one, else the CPU.

    Apple's MPS is taken only when it is asked for by name, because its results differ from the CPU's in some
    operations.

    Raises ValueError when the named device is not there.

    >>> str(pick_device("cpu"))
    'cpu'
    """
    import torch

    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    kind = str(name).split(":")[0]
    if not available.get(kind, False):
        here = ", ".join(k for k, there in available.items() if there)
        raise ValueError(f"device {name!r} is not available on this machine; available: {here}")
    return torch.device(name)


def pick_dtype(device: "torch.device | str") -> "torch.dtype":
    """Return the number format for large models on this device: bfloat16 on a GPU that computes in it, else float32.

    The CPU gets float32: it is the format in which the course's numbers were measured.

    >>> pick_dtype("cpu")
    torch.float32
    """
    import torch

    on_gpu = torch.device(device).type == "cuda"
    return torch.bfloat16 if on_gpu and torch.cuda.is_bf16_supported() else torch.float32


def seed_everything(seed: int = 0, device: "torch.device | str" = "cpu") -> "torch.Generator":
    """Seed Python, NumPy and torch, and return a torch generator with the same seed.

    Pass the generator on to whatever draws random numbers: then a cell gives the same result when it is run twice.

    >>> seed_everything(1).initial_seed()
    1
    """
    import numpy as np
    import torch

    if not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"a seed is a whole number from 0 to 4294967295, got {seed!r}")
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  (libraries that use the global state follow it too)
    torch.manual_seed(seed)
    return torch.Generator(device=device).manual_seed(seed)


@dataclass(frozen=True)
class Machine:
    """What the course runs on; sizes in GiB, None where the system does not tell."""

    system: str
    python: str
    cores: int
    memory_gib: float | None
    gpu: str | None
    versions: dict[str, str | None] = field(default_factory=dict)


def describe_machine() -> Machine:
    """Describe this machine: system, Python, cores, memory, GPU and the versions of the core packages.

    A package that is not installed has the version None; nothing is raised, so that a broken installation can be
    described too.

    >>> describe_machine().cores >= 1
    True
    """
    versions = {}
    for package in CORE_PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = None
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        cores=_usable_cores(),
        memory_gib=_memory_gib(),
        gpu=_gpu_name(),
        versions=versions,
    )


def _usable_cores() -> int:
    # A container or a batch system may grant fewer cores than the machine has.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_gib() -> float | None:
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return None
    return round(pages / 2**30, 1)


def _gpu_name() -> str | None:
    try:
        import torch
    except ImportError:
        return None
    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0)
    return "Apple GPU (MPS)" if sys.platform == "darwin" and torch.backends.mps.is_available() else None
