"""The recording is whole: every seed, task and start, and answers to every test word."""

from itertools import product

from llmai_edu.training.span_runs import load_span_runs


def test_the_recording_is_whole():
    recorded = load_span_runs()
    runs = {(run["start"], run["seed"], run["task"], run["examples"]) for run in recorded["runs"]}
    assert runs == set(product(("pretrained", "random start"), range(3), ("reverse", "sort", "vowels"), (100, 1000)))
    assert all(len(run["answers"]) == len(recorded["test"]) for run in recorded["runs"])
    assert len(set(recorded["test"])) == 400
