"""environment.yml: its form, each of its specs, and that it asks for what pyproject.toml asks for.

No conda is needed: the form is checked by schema, each spec by conda's own grammar in py-rattler.
"""

import tomllib

import jsonschema
import pytest
import yaml
from packaging.requirements import Requirement
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
