"""Which device and which number format to compute in, repeatable randomness, and what this machine is."""

import operator
import os
import platform
import random
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# torch is imported inside the functions: the doctor must be able to say that torch is missing.

# Worth knowing about, though the lessons run without them.
OPTIONAL_PACKAGES = ("jupyterlab", "tokenizers", "transformers")


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
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    counts = {"cpu": 1, "cuda": gpus, "mps": int(torch.backends.mps.is_available())}
    try:
        device = torch.device(name)
    except RuntimeError:  # torch knows no such kind of device
        device = None
    if device is None or (device.index or 0) >= counts.get(device.type, 0):
        here = ", ".join(kind if count == 1 else f"{kind}:0 to {count - 1}" for kind, count in counts.items() if count)
        raise ValueError(f"device {str(name)!r} is not available on this machine; available: {here}")
    return device


def bfloat16_pays(device: "torch.device | str", size: int = 2048) -> bool:
    """Time the product of two matrices on a GPU, and return whether bfloat16 is faster there than float32.

    >>> bfloat16_pays("cuda")  # doctest: +SKIP
    True
    """
    import torch

    seconds = {}
    for dtype in (torch.float32, torch.bfloat16):
        matrix = torch.ones(size, size, device=device, dtype=dtype)
        for repeats in (2, 8):  # the first round loads the kernels; only the second one's time is kept
            torch.cuda.synchronize(device)  # a GPU computes behind the program's back
            start = time.perf_counter()
            for _ in range(repeats):
                matrix @ matrix
            torch.cuda.synchronize(device)
            seconds[dtype] = (time.perf_counter() - start) / repeats
    return seconds[torch.bfloat16] < seconds[torch.float32]


def pick_dtype(
    device: "torch.device | str", pays: "Callable[[torch.device | str], bool]" = bfloat16_pays
) -> "torch.dtype":
    """Return the number format for large models on this device: bfloat16 on a GPU where it pays, else float32.

    A GPU without circuits for bfloat16 (a T4, say) emulates it, slowly: it gets float32. On the others `pays` decides,
    by a short measurement. The CPU gets float32: it is the format in which the course's numbers were measured.

    >>> pick_dtype("cpu")
    torch.float32
    """
    import torch

    if torch.device(device).type != "cuda" or not torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.float32
    return torch.bfloat16 if pays(device) else torch.float32


def seed_everything(seed: int = 0, device: "torch.device | str" = "cpu") -> "torch.Generator":
    """Seed Python, NumPy and torch, and return a torch generator with the same seed.

    Pass the generator on to whatever draws random numbers: then a cell gives the same result when it is run twice.

    Raises ValueError when the seed is no whole number (Python's or NumPy's) from 0 to 2³² - 1.

    >>> seed_everything(1).initial_seed()
    1
    """
    import numpy as np
    import torch

    try:
        number = operator.index(seed)
    except TypeError:
        number = -1
    if not 0 <= number < 2**32:
        raise ValueError(f"a seed is a whole number from 0 to 4294967295, got {seed!r}")
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002  (libraries that use the global state follow it too)
    torch.manual_seed(number)
    return torch.Generator(device=device).manual_seed(number)


@dataclass(frozen=True)
class Machine:
    """What the course runs on; sizes in GiB, None where the system does not tell.

    `versions` holds what the course needs first, then what is optional, each None when it is not installed;
    `torch_fault` says why torch cannot be imported though it is installed.
    """

    system: str
    python: str
    cores: int
    memory_gib: float | None
    gpu: str | None
    versions: dict[str, str | None] = field(default_factory=dict)
    torch_fault: str | None = None


def needed_packages() -> tuple[str, ...]:
    """Return the packages that the course declares to need, from its own metadata; none when it is not installed.

    >>> "torch" in needed_packages()
    True
    """
    try:
        lines = metadata.requires("llmai-edu") or []
    except metadata.PackageNotFoundError:
        return ()
    core = [line for line in lines if "extra" not in line.partition(";")[2]]
    return tuple(re.match(r"[\w.-]+", line)[0] for line in core)


def describe_machine() -> Machine:
    """Describe this machine: system, Python, cores, memory, GPU and the versions of its packages.

    A package that is not installed has the version None; nothing is raised, so that a broken installation can be
    described too.

    >>> describe_machine().cores >= 1
    True
    """
    versions = {package: _version(package) for package in (*needed_packages(), *OPTIONAL_PACKAGES)}
    gpu, torch_fault = _gpu_name_or_fault()
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        cores=_usable_cores(),
        memory_gib=_memory_gib(),
        gpu=gpu,
        versions=versions,
        torch_fault=torch_fault,
    )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


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


def _gpu_name_or_fault() -> tuple[str | None, str | None]:
    """The GPU's name, and why torch cannot be asked for it; a torch that is not there is no fault here."""
    try:
        import torch

        if torch.cuda.is_available():
            return torch.cuda.get_device_name(0), None
        return ("Apple GPU (MPS)" if sys.platform == "darwin" and torch.backends.mps.is_available() else None), None
    except ModuleNotFoundError as error:
        return None, None if error.name == "torch" else f"{type(error).__name__}: {error}"
    except Exception as error:  # a missing or broken system library is an OSError, an old driver a RuntimeError
        return None, f"{type(error).__name__}: {error}".splitlines()[0]
