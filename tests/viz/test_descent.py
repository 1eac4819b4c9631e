"""The descent widget: its path against torch's optimizer, its picture, and what it does with a slider or an error."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from llmai_edu.viz.descent import descent_html, descent_path, descent_summary, descent_widget, draw_descent


def ravine(a, b):
    return (a**2 + 20 * b**2) / 2


def slope(a, b):
    return a, 20 * b


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_path_equals_torchs(momentum):
    w = torch.tensor([-4.0, 1.0], dtype=torch.float64, requires_grad=True)
    theirs, optimizer = [w.detach().clone()], torch.optim.SGD([w], lr=0.03, momentum=momentum)
    for _ in range(25):
        optimizer.zero_grad()
        ravine(*w).backward()
        optimizer.step()
        theirs.append(w.detach().clone())
    ours = descent_path(slope, (-4.0, 1.0), lr=0.03, momentum=momentum, steps=25)
    np.testing.assert_allclose(ours, torch.stack(theirs).numpy(), rtol=1e-12)


def test_a_path_that_runs_away_ends_in_time():
    path = descent_path(slope, (-4.0, 1.0), lr=10.0, steps=1000)
    assert len(path) < 10
    assert np.isfinite(path).all()
    assert "ran away" in descent_summary(ravine, path, 1000)


def test_a_path_to_nowhere_ends_at_once():
    path = descent_path(lambda a, b: (float("nan"), 0.0), (1.0, 1.0), lr=0.1)
    assert len(path) == 1


def test_summary_counts_steps():
    path = descent_path(slope, (2.0, 0.0), lr=0.5, steps=2)
    assert descent_summary(ravine, path, 2) == "loss 2 at the start, 0.125 after 2 steps"


def test_picture_has_lines_path_start_and_end():
    axes = draw_descent(ravine, descent_path(slope, (-4.0, 1.0), lr=0.05))
    assert [line.get_label() for line in axes.lines] == ["steps", "start", "end"]
    assert len(axes.lines[0].get_xdata()) == 41
    assert axes.get_xlim() == (-5, 5)
    plt.close(axes.figure)


def test_html_has_picture_and_words_and_leaves_no_figure_open():
    before = plt.get_fignums()
    html = descent_html(ravine, slope, (-4.0, 1.0), lr=0.05, momentum=0.5)
    assert html.count("<img ") == html.count(" alt=") == 1
    assert "learning rate 0.05, momentum 0.5: loss 18" in html
    assert plt.get_fignums() == before


def test_sliders_redraw():
    widget = descent_widget(ravine, slope, lr=0.05)
    (rate, share), (first, second) = widget.children[0].children, widget.children[1].children
    picture = widget.children[2]
    seen = [picture.value]
    for slider, value in [(rate, 0.01), (share, 0.8), (first, 3.0), (second, -1.0)]:
        slider.value = value
        assert picture.value not in seen
        seen.append(picture.value)
    assert "momentum 0.8" in seen[-1]


def test_what_goes_wrong_is_shown_and_does_not_stay():
    def picky(a, b):
        if a > 4:
            raise ValueError("too far to the right")
        return slope(a, b)

    widget = descent_widget(ravine, picky, lr=0.05)
    first, picture = widget.children[1].children[0], widget.children[2]
    first.value = 4.5
    assert "ValueError: too far to the right" in picture.value
    first.value = -4.0
    assert "<img" in picture.value
