"""environment.yml: its form, each of its specs, and that it asks for what pyproject.toml asks for; nothing undeclared.

No conda is needed: the form is checked by schema, each spec by conda's own grammar in py-rattler.
"""

import ast
import sys
import tomllib
from importlib import metadata

import jsonschema
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rattler import MatchSpec

from tools.layout import ROOT

ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SPECS = [spec for spec in ENVIRONMENT["dependencies"] if isinstance(spec, str)]
PIP = next(spec["pip"] for spec in ENVIRONMENT["dependencies"] if isinstance(spec, dict))
CONDA_NAMES = {"torch": "pytorch", "matplotlib": "matplotlib-base"}

STRINGS = {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "channels", "dependencies"],
    "properties": {
        "name": {"type": "string"},
        "channels": STRINGS,
        "dependencies": {
            "type": "array",
            "items": {
                "oneOf": [
                    {"type": "string"},
                    {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["pip"],
                        "properties": {"pip": STRINGS},
                    },
                ]
            },
        },
    },
}


def test_its_form():
    jsonschema.validate(ENVIRONMENT, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(ENVIRONMENT | {"dependancies": []}, SCHEMA)


@pytest.mark.parametrize("spec", SPECS)
def test_each_spec_is_condas(spec):
    assert MatchSpec(spec).name.normalized == spec.split("=")[0].rstrip(">")


def test_the_python_is_one_that_the_course_supports():
    python = next(spec for spec in SPECS if spec.startswith("python="))
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(f"{python.split('=')[1]}.0")


def test_each_dependency_is_named_once_with_the_same_bound():
    wanted = {}
    for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["lab"]:
        need = Requirement(line)
        wanted[need.name] = str(need.specifier)
    by_conda = {spec.split(">=")[0]: f">={spec.split('>=')[1]}" for spec in SPECS if ">=" in spec}
    by_pip = {Requirement(line).name: str(Requirement(line).specifier) for line in PIP if not line.startswith("-e")}
    named = {ours: by_conda[theirs] for ours in wanted if (theirs := CONDA_NAMES.get(ours, ours)) in by_conda}
    assert len(named) == len(by_conda), "conda is asked for something that the course does not need"
    assert not set(named) & set(by_pip)
    assert named | by_pip == wanted


def test_pip_installs_the_course_itself():
    assert PIP[-1] == "-e .[lab]"


def test_what_the_package_imports_is_declared():
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "llmai_edu").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    outside = {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"llmai_edu"}
    owners = metadata.packages_distributions()
    imported = {canonicalize_name(owners[name][0]) for name in outside}
    optional = PROJECT["optional-dependencies"]["hub"]  # imported where it is used, with advice when it is missing
    declared = {canonicalize_name(Requirement(line).name) for line in [*PROJECT["dependencies"], *optional]}
    assert imported - declared == set()


def test_nothing_is_declared_twice():
    core, extras = PROJECT["dependencies"], PROJECT["optional-dependencies"]
    for lines in ([*core, *extras["test"]], [*core, *extras["lab"]]):
        names = [Requirement(line).name for line in lines]
        assert len(set(names)) == len(names)


def test_every_dependency_is_pinned_within_its_bound():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    pins = {canonicalize_name(name): version for name, version in pins.items()}
    extras = PROJECT["optional-dependencies"]
    for line in PROJECT["dependencies"] + extras["lab"] + extras["test"]:
        need = Requirement(line)
        assert need.specifier.contains(pins[canonicalize_name(need.name)]), line
