"""The shipped rungs can be read, are in order, and a recording replaces its own rung only."""

import json
from dataclasses import asdict, replace

import pytest

from llmai_edu.evaluation.ladder import Rung, load_ladder, record

RUNG = Rung(
    name="a model",
    lesson="02_ngram",
    family="n-gram",
    test=2.0,
    test_interval=[1.9, 2.1],
    test_bytes=1000,
    fresh=None,
    fresh_interval=None,
    size=10,
    size_unit="n-grams",
    budget="1 s on one core",
    recipe="by hand",
    seed=None,
    recorded="2026-11-23",
)


def test_the_shipped_ladder_goes_down_from_uniform():
    ladder = load_ladder()
    assert (ladder[0].name, ladder[0].test, ladder[0].fresh) == ("uniform", 8.0, 8.0)
    assert [rung.test for rung in ladder] == sorted((rung.test for rung in ladder), reverse=True)
    assert len({rung.name for rung in ladder}) == len(ladder)


def test_the_shipped_intervals_hold_their_estimates():
    for rung in load_ladder():
        for value, interval in ((rung.test, rung.test_interval), (rung.fresh, rung.fresh_interval)):
            assert interval is None or interval[0] <= value <= interval[1]


def test_recording_replaces_the_rung_of_the_same_name(tmp_path):
    path = tmp_path / "ladder.json"
    record(RUNG, path)
    record(replace(RUNG, name="another", test=3.0), path)
    record(replace(RUNG, test=1.5, test_interval=None), path)
    assert [(rung.name, rung.test) for rung in load_ladder(path)] == [("another", 3.0), ("a model", 1.5)]
    assert [p.name for p in tmp_path.iterdir()] == ["ladder.json"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"test": float("nan")}, "positive number"),
        ({"test": -1.0}, "positive number"),
        ({"test_interval": [2.0, 1.0]}, "low, high"),
        ({"family": "magic"}, "family"),
        ({"recorded": "yesterday"}, "isoformat"),
    ],
)
def test_a_faulty_rung_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(RUNG, **change)


def test_a_file_with_other_fields_is_refused(tmp_path):
    path = tmp_path / "ladder.json"
    path.write_text(json.dumps([{**asdict(RUNG), "extra": 1}]))
    with pytest.raises(ValueError, match="extra"):
        load_ladder(path)
