"""Gradient descent to play with: the path over a landscape of two parameters, with a learning rate and a momentum."""

import base64
import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets as widgets
import numpy as np

from llmai_edu.viz.style import VERMILION, new_axes
from llmai_edu.viz.widgets import failed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["descent_html", "descent_path", "descent_widget", "draw_descent"]

Loss = Callable[[np.ndarray, np.ndarray], np.ndarray]
Gradient = Callable[[float, float], tuple[float, float]]
LOST = 1e6  # so far from the origin, a path is over


def descent_path(
    gradient: Gradient, start: tuple[float, float], lr: float, momentum: float = 0.0, steps: int = 40
) -> np.ndarray:
    """Return the places of gradient descent, the start first: (steps + 1, 2), or fewer when it runs away.

    At each step the velocity keeps a share `momentum` of itself and takes up the gradient; the place moves against it,
    `lr` times as far (Polyak 1964). Without momentum this is plain gradient descent.

    >>> descent_path(lambda a, b: (a, b), (8.0, 0.0), lr=0.5, steps=3)[:, 0].tolist()
    [8.0, 4.0, 2.0, 1.0]
    """
    place, velocity = np.array(start, float), np.zeros(2)
    places = [place]
    for _ in range(steps):
        velocity = momentum * velocity + np.array(gradient(*place))
        place = place - lr * velocity
        if not np.abs(place).max() < LOST:
            break
        places.append(place)
    return np.array(places)


def draw_descent(
    loss: Loss, path: np.ndarray, x_limits: tuple[float, float] = (-5, 5), y_limits: tuple[float, float] = (-2, 2)
) -> "Axes":
    """Draw lines of equal loss and a path over them, with its start and its end marked.

    loss: of two arrays, element by element. path: (steps + 1, 2). What leaves the limits is cut off.

    >>> axes = draw_descent(lambda a, b: a * a + b * b, np.array([[4.0, 1.0], [2.0, 0.5]]))
    """
    _, axes = new_axes(6.5, 3.2)
    a, b = np.meshgrid(np.linspace(*x_limits, 160), np.linspace(*y_limits, 120))
    values = loss(a, b)
    levels = np.unique(np.quantile(values, np.linspace(0.03, 0.95, 7)))
    axes.contour(a, b, values, levels=levels, colors="#999999", linewidths=0.8)
    axes.plot(*path.T, "o-", color=VERMILION, markersize=3, linewidth=1.2, label="steps")
    axes.plot(*path[0], "s", color="#000000", markersize=8, label="start")
    axes.plot(*path[-1], "*", color="#0072B2", markersize=13, label="end", clip_on=True)
    axes.set(xlabel="first parameter", ylabel="second parameter", xlim=x_limits, ylim=y_limits)
    axes.legend(loc="upper right", fontsize=8)
    return axes


def descent_summary(loss: Loss, path: np.ndarray, steps: int) -> str:
    """Say in words what a path did: the loss at its start and its end, or that it ran away.

    >>> descent_summary(lambda a, b: a * a + b * b, np.array([[2.0, 0.0], [1.0, 0.0]]), steps=1)
    'loss 4 at the start, 1 after 1 step'
    """
    first, last = float(loss(*path[0])), float(loss(*path[-1]))
    if len(path) <= steps:
        return f"loss {first:.3g} at the start; it ran away and was lost after {len(path) - 1} steps"
    return f"loss {first:.3g} at the start, {last:.3g} after {steps} step{'s' * (steps != 1)}"


def descent_html(
    loss: Loss, gradient: Gradient, start: tuple[float, float], lr: float, momentum: float = 0.0, steps: int = 40
) -> str:
    """Return HTML with the picture of a descent and a line on what came of it; it serves as the widget's fallback.

    >>> "<img" in descent_html(lambda a, b: a * a + b * b, lambda a, b: (2 * a, 2 * b), (4.0, 1.0), lr=0.1)
    True
    """
    import matplotlib.pyplot as plt

    path = descent_path(gradient, start, lr, momentum, steps)
    figure, png = draw_descent(loss, path).figure, io.BytesIO()
    figure.savefig(png, format="png", dpi=70)
    plt.close(figure)  # else the notebook shows it once more below the cell
    said = f"learning rate {lr:.3g}, momentum {momentum:.2g}: {descent_summary(loss, path, steps)}"
    data = base64.b64encode(png.getvalue()).decode()
    picture = f'<img src="data:image/png;base64,{data}" alt="The path of gradient descent over the landscape; {said}">'
    return f"<p>{said}</p>{picture}"


def descent_widget(
    loss: Loss, gradient: Gradient, start: tuple[float, float] = (-4.0, 1.0), lr: float = 0.03, steps: int = 40
) -> widgets.Widget:
    """Return a widget: set learning rate, momentum and start, and see the path.

    loss: of two arrays, element by element. gradient: of two numbers, returns two. What these raise later is shown in
    the widget.

    >>> descent_widget(lambda a, b: a * a + b * b, lambda a, b: (2 * a, 2 * b))  # doctest: +SKIP
    """
    rate = widgets.FloatLogSlider(value=lr, min=-3, max=0, step=0.02, description="learning rate", readout_format=".3f")
    share = widgets.FloatSlider(value=0.0, min=0.0, max=0.98, step=0.02, description="momentum")
    first = widgets.FloatSlider(value=start[0], min=-5, max=5, step=0.1, description="start, first")
    second = widgets.FloatSlider(value=start[1], min=-2, max=2, step=0.1, description="start, second")
    picture = widgets.HTML()

    def draw() -> None:
        picture.value = descent_html(loss, gradient, (first.value, second.value), rate.value, share.value, steps)

    def redraw(_) -> None:
        try:
            draw()
        except Exception as error:
            picture.value = failed(error)

    for slider in (rate, share, first, second):
        slider.continuous_update = False
        slider.style.description_width = "initial"
        slider.observe(redraw, "value")
    draw()
    return widgets.VBox([widgets.HBox([rate, share]), widgets.HBox([first, second]), picture])
