"""A hub's folder: written and read back, in one file or several, and refused where it is broken."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from llmai_edu.pretrained.hub_folder import find_hub_folder, load_weights, read_hub_folder, write_hub_folder


def test_comes_back_as_it_was_written(tmp_path):
    tensors = {"a": torch.arange(6.0).view(2, 3).T, "b": torch.tensor([1], dtype=torch.int64)}
    write_hub_folder(tmp_path / "new", {"model_type": "x"}, tensors)
    config, found = read_hub_folder(tmp_path / "new")
    assert config == {"model_type": "x"}
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], tensors[name]) for name in tensors)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"config.json", "model.safetensors"}


def shards(folder):
    (folder / "config.json").write_text("{}")
    save_file({"a": torch.ones(1)}, folder / "one.safetensors")
    save_file({"b": torch.zeros(1)}, folder / "two.safetensors")
    index = {"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def test_reads_shards_and_forgets_them_when_written_anew(tmp_path):
    shards(tmp_path)
    assert read_hub_folder(tmp_path)[1].keys() == {"a", "b"}
    write_hub_folder(tmp_path, {}, {"c": torch.ones(2)})
    assert read_hub_folder(tmp_path)[1].keys() == {"c"}


def test_no_file_outside_of_the_folder_is_read(tmp_path):
    shards(tmp_path)
    (tmp_path / "model.safetensors.index.json").write_text('{"weight_map": {"a": "../one.safetensors"}}')
    with pytest.raises(ValueError, match="outside of its folder"):
        read_hub_folder(tmp_path)


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    write_hub_folder(tmp_path, {}, {"a": torch.ones(1)})

    def fail(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("llmai_edu.pretrained.hub_folder.save_file", fail)
    with pytest.raises(OSError, match="disk full"):
        write_hub_folder(tmp_path, {}, {"a": torch.zeros(1)})
    assert load_file(tmp_path / "model.safetensors")["a"] == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_refuses_what_is_missing_or_damaged(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no config\.json"):
        read_hub_folder(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ValueError, match="no JSON"):
        read_hub_folder(tmp_path)
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(ValueError, match="must hold an object"):
        read_hub_folder(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(FileNotFoundError, match="safetensors only"):
        read_hub_folder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="damaged"):
        read_hub_folder(tmp_path)


def test_a_path_is_never_taken_for_a_name_of_the_hub(tmp_path):
    assert find_hub_folder(tmp_path) == tmp_path
    for path in (tmp_path / "none", "./none", "a/b/c"):
        with pytest.raises(FileNotFoundError, match="no folder"):
            find_hub_folder(path)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({}, "lacks 2 of the model's tensors, first bias"),
        ({"weight": torch.ones(2, 3), "bias": torch.ones(2), "more": torch.ones(1)}, "no place for"),
        ({"weight": torch.ones(3, 2), "bias": torch.ones(2)}, r"weight has shape \(3, 2\)"),
    ],
)
def test_every_parameter_gets_its_tensor(tensors, message):
    with pytest.raises(ValueError, match=message):
        load_weights(torch.nn.Linear(3, 2), tensors, "the file")
