"""What the environment decides: where the cache is, which package index to ask, whether to ask at all."""

import ast
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import platformdirs


def cache_dir() -> Path:
    """Return the folder that holds all data sets: LLMAI_EDU_CACHE, else the platform's cache folder.

    The folder need not exist yet.

    >>> cache_dir().is_absolute()
    True
    """
    chosen = os.environ.get("LLMAI_EDU_CACHE") or platformdirs.user_cache_dir("llmai_edu")
    return Path(chosen).expanduser().absolute()


def offline() -> bool:
    """Return whether LLMAI_EDU_OFFLINE forbids the network (any value but empty, 0, false and no)."""
    return os.environ.get("LLMAI_EDU_OFFLINE", "").strip().lower() not in ("", "0", "false", "no")


def index_location() -> str | None:
    """Return the package index to ask: LLMAI_EDU_INDEX, else pip's `index-url`, else None for the public one.

    It is the address of a simple API, or a local folder of archives (a classroom without a network).
    """
    return os.environ.get("LLMAI_EDU_INDEX") or pip_setting("index-url")


def pip_setting(key: str) -> str | None:
    """Return one of pip's own settings, such as "index-url" or "cert"; None where it is not set.

    pip reads an environment variable first, then its configuration files; so do we, by asking pip. A machine
    without pip has only the variable.
    """
    from_environment = os.environ.get("PIP_" + key.upper().replace("-", "_"))
    return from_environment or _pip_config().get(key)


@lru_cache(maxsize=1)  # asking pip takes half a second
def _pip_config() -> dict[str, str]:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return parse_pip_config(done.stdout)


def parse_pip_config(listing: str) -> dict[str, str]:
    """Read the output of `pip config list`; the section [install] overrides [global], as it does for pip.

    >>> parse_pip_config("global.index-url='https://a/simple'\\ninstall.index-url='https://b/simple'")
    {'index-url': 'https://b/simple'}
    """
    found: dict[str, str] = {}
    for section in ("global", "install"):
        for line in listing.splitlines():
            name, equals, quoted = line.partition("=")
            if equals and name.startswith(section + "."):
                found[name.removeprefix(section + ".")] = _unquoted(quoted)
    return found


def _unquoted(text: str) -> str:
    try:
        return str(ast.literal_eval(text))  # pip writes its values as Python does
    except (ValueError, SyntaxError):
        return text.strip()
