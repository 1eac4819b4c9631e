import pytest

from llmai_edu.datasets import DATASETS, format_card


@pytest.mark.parametrize("name", DATASETS)
def test_the_card_holds_everything_within_its_width(name):
    dataset = DATASETS[name]
    card = format_card(dataset, width=90)
    assert max(map(len, card.splitlines())) <= 90
    flat = " ".join(card.split())
    for value in (dataset.title, dataset.what, dataset.how_much, dataset.licence, dataset.source, dataset.attribution):
        assert value in flat
    for fault in dataset.known_faults:
        assert fault in flat


def test_the_folder_name_changes_with_pin_and_members(pin, index):
    names = {
        pin(index.body).folder_name,
        pin(index.body + b"!").folder_name,
        pin(index.body, members=("*",)).folder_name,
        pin(index.body, inner="x.tar.gz").folder_name,
    }
    assert len(names) == 4
    assert all(name.startswith("tiny-1.0-") for name in names)
