"""Whatever a state holds comes back as it was; what cannot be held, is damaged or is another file is refused."""

import json
import os
import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from llmai_edu.training.checkpoint import load_state, random_states, save_state, set_random_states

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
STATES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
    ),
    max_leaves=12,
)


def same(a, b):
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b


@given(STATES)
def test_any_state_comes_back(tmp_path_factory, state):
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    save_state(state, path)
    assert same(load_state(path), state)


def test_tensors_of_every_kind_come_back(tmp_path):
    shared = torch.randn(3, 4)
    state = {
        "tied": [shared, shared],
        "transposed": shared.T,
        "part": shared[1:],
        "scalar": torch.tensor(2.5, dtype=torch.float64),
        "empty": torch.zeros(0, dtype=torch.int64),
        "bytes": torch.arange(5, dtype=torch.uint8),
        "bfloat16": shared.bfloat16(),
        "parameter": torch.nn.Parameter(shared),
    }
    save_state(state, tmp_path / "s")
    loaded = load_state(tmp_path / "s")
    assert same(loaded, state | {"parameter": shared})
    assert not loaded["parameter"].requires_grad


def test_the_state_of_torchs_optimizer_comes_back(tmp_path):
    model = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    save_state(optimizer.state_dict(), tmp_path / "s")
    assert same(load_state(tmp_path / "s"), optimizer.state_dict())


def test_anyone_can_open_the_file_without_our_code(tmp_path):
    save_state({"weights": {"w": torch.ones(2)}}, tmp_path / "s")
    assert list(load_file(tmp_path / "s")) == ["state.weights.w"]


@pytest.mark.parametrize("value", [np.float64(1).reshape(1), {1, 2}, print, 1j])
def test_what_cannot_be_held_is_named(tmp_path, value):
    with pytest.raises(TypeError, match=r"state\.a\.1 is a .*cannot hold"):
        save_state({"a": [0, value]}, tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "s"
    save_state({"step": 1}, path)
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        save_state({"step": 2}, path)
    assert load_state(path) == {"step": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_a_folder_that_is_not_there_is_an_oserror(tmp_path):
    with pytest.raises(OSError, match="no_folder"):
        save_state({}, tmp_path / "no_folder" / "s")


def test_other_files_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no checkpoint at"):
        load_state(tmp_path / "absent")
    (tmp_path / "text").write_text(json.dumps({"a": 1}))
    save_state({"w": torch.ones(100)}, tmp_path / "whole")
    (tmp_path / "cut").write_bytes((tmp_path / "whole").read_bytes()[:-50])
    for name in ("text", "cut"):
        with pytest.raises(ValueError, match=f"{name} is damaged or no safetensors file"):
            load_state(tmp_path / name)
    save_file({"w": torch.ones(1)}, tmp_path / "weights")
    with pytest.raises(ValueError, match="not written by save_state"):
        load_state(tmp_path / "weights")


def test_random_numbers_go_on_through_a_file(tmp_path):
    def draw():
        from_numpy = np.random.rand()  # noqa: NPY002  (the global state is what is tested)
        return random.random(), from_numpy, torch.rand(1).item(), torch.nn.functional.dropout(torch.ones(20))

    random.gauss(0, 1)  # Python's state now holds a number kept for the next call
    save_state(random_states(), tmp_path / "s")
    first = draw()
    set_random_states(load_state(tmp_path / "s"))
    assert same(draw(), first)
