"""What every benchmark needs: a clock, a description of the machine, and a place for the result."""

import json
import os
import platform
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("llmai-edu", "numpy", "regex", "tiktoken", "tokenizers", "torch", "transformers")


def timed(function: Callable[[], Any], repeat: int = 3) -> tuple[float, Any]:
    """Seconds of the fastest of `repeat` calls, and what the last one returned: noise only ever adds time."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def machine() -> dict[str, Any]:
    """The processor, its cores, the system and the versions in use; nothing that names the machine or its owner."""
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := package_version(name))},
    }


def cpu_name() -> str:
    """The processor's name where the system tells it, else its architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def package_version(name: str) -> str | None:
    """The installed version of a package, None if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def save_result(name: str, payload: dict[str, Any]) -> Path:
    """Write `payload` with the date and the machine to results/<name>.json, whole or not at all."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    content = {"date": date.today().isoformat(), "machine": machine(), **payload}
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    part.replace(path)
    return path
