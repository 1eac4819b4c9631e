"""The rooms of the package stay in order: a module imports its own room and rooms to its left, and torch comes late."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "llmai_edu"

# From left to right; rooms of one level do not import each other.
LEVELS = [
    {"device"},
    {"datasets", "tokenizers"},
    {"models", "embeddings"},
    {"evaluation", "generation", "pretrained"},
    {"training"},
    {"finetuning", "compression"},
    {"apps"},
]
ALLOWED = {room: set().union(*LEVELS[:place]) for place, level in enumerate(LEVELS) for room in level}
ALLOWED["tokenizers"] |= {"datasets"}  # GPT-2's and SmolLM2's vocabularies are files that have to be fetched
ALLOWED["viz"] = {"device"}
ALLOWED["course"] = set().union(*LEVELS[:4])  # nothing that trains
ANYTHING = {"cli", "doctor"}  # they bring the rooms together, and import them when they run


def room_of(module: str) -> str:
    """The room of `llmai_edu.models.gpt` is `models`; the package itself is the room ''."""
    return [*module.split("."), ""][1]


def imported_modules(source: str, module: str, is_package: bool) -> set[str]:
    """Every module of the package that a source imports, at any depth, relative imports resolved."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            above = module.split(".")[: len(module.split(".")) - node.level + is_package] if node.level else []
            base = ".".join(above + (node.module.split(".") if node.module else []))
            # `from llmai_edu import models` names a room, `from llmai_edu.models import gpt` only repeats it.
            found |= {f"{base}.{alias.name}" for alias in node.names} if base == "llmai_edu" else {base}
    return {name for name in found if name.split(".")[0] == "llmai_edu" and name != "llmai_edu.__version__"}


def wrong_imports(source: str, module: str, is_package: bool = False) -> list[str]:
    """The imports of one module that go to the right, to the same level, or to a room that nobody knows."""
    room = room_of(module)
    if room in ANYTHING:
        return []
    allowed = ALLOWED.get(room, set()) | {room}
    return sorted(name for name in imported_modules(source, module, is_package) if room_of(name) not in allowed)


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        yield path, ".".join(parts[:-1] if is_package else parts), is_package


def test_every_import_goes_to_the_left():
    wrong = {
        module: found
        for path, module, is_package in modules()
        if (found := wrong_imports(path.read_text(encoding="utf-8"), module, is_package))
    }
    assert wrong == {}


def test_every_room_has_its_place():
    known = set(ALLOWED) | ANYTHING | {""}
    assert {room_of(module) for _, module, _ in modules()} <= known


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("llmai_edu.models.gpt", "from llmai_edu.training import loop", ["llmai_edu.training"]),
        ("llmai_edu.models.gpt", "from llmai_edu import training", ["llmai_edu.training"]),
        ("llmai_edu.models.gpt", "def f():\n    import llmai_edu.apps.qa", ["llmai_edu.apps.qa"]),
        ("llmai_edu.models.gpt", "from ..training.loop import train", ["llmai_edu.training.loop"]),
        ("llmai_edu.models.gpt", "from .. import training", ["llmai_edu.training"]),
        ("llmai_edu.models.gpt", "from . import cache\nfrom .cache import KVCache", []),
        ("llmai_edu.models.gpt", "from llmai_edu.embeddings import glove", ["llmai_edu.embeddings"]),
        ("llmai_edu.models.gpt", "from llmai_edu.tokenizers import stem\nimport torch", []),
        ("llmai_edu.datasets.fetch", "from llmai_edu.tokenizers import stem", ["llmai_edu.tokenizers"]),
        ("llmai_edu.tokenizers.gpt2", "from llmai_edu.datasets import fetch", []),
        ("llmai_edu.generation.beam", "import llmai_edu.pretrained.gpt2", ["llmai_edu.pretrained.gpt2"]),
        ("llmai_edu.viz.plots", "from llmai_edu.evaluation import ladder", ["llmai_edu.evaluation"]),
        ("llmai_edu.course.checks.gpt", "from llmai_edu.training import loop", ["llmai_edu.training"]),
        ("llmai_edu.device", "from llmai_edu import datasets", ["llmai_edu.datasets"]),
        ("llmai_edu.unheard_of", "from llmai_edu import device", ["llmai_edu.device"]),
        ("llmai_edu.cli", "from llmai_edu import __version__, apps", []),
    ],
)
def test_a_wrong_import_is_found(module, source, wrong):
    assert wrong_imports(source, module) == wrong


def test_a_room_imports_its_own_modules():
    assert wrong_imports("from .gpt import GPT\nfrom ..training import loop", "llmai_edu.models", True) == [
        "llmai_edu.training"
    ]


LIGHT = [
    "import llmai_edu",
    "import llmai_edu.datasets",
    "import llmai_edu.tokenizers",
    "import llmai_edu.course",
    "from llmai_edu.cli import main; main(['--help'])",
    "from llmai_edu.cli import main; main(['progress'])",
]


@pytest.mark.parametrize("statement", LIGHT)
def test_torch_is_not_loaded_by(statement):
    code = f"""
import sys
try:
    {statement}
except SystemExit:
    pass
sys.exit(3 if "torch" in sys.modules else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or f"torch was loaded by: {statement}"
