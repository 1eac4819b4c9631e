"""Where the heads of a model look: small maps side by side, one map as a table, and a widget to walk through them."""

import html
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import ipywidgets as widgets
import numpy as np

from llmai_edu.viz.widgets import boxed, failed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["attention_table", "attention_widget", "map_grid"]

# From a text to its tokens and the weights (L, H, T, T) of each layer and head.
Reader = Callable[[str], tuple[Sequence[str], np.ndarray]]
CELL = "padding:1px 5px;text-align:right;min-width:1.8em"
LABEL = "padding:1px 6px;text-align:left;font-family:monospace;white-space:pre;font-weight:normal"


def attention_table(weights: np.ndarray, tokens: Sequence[str], caption: str = "") -> str:
    """Return an HTML table of one head's weights in per cent: a row for each token that looks.

    A darker field is more, and the number says how much; fields that round to 0 stay empty. weights: (T, T), each row
    a distribution. All text is escaped. Raises ValueError when there are not T tokens.

    >>> attention_table(np.eye(2), ["red", "heart"]).count(">100<")
    2
    """
    weights = np.asarray(weights, dtype=float)
    if weights.shape != (len(tokens), len(tokens)):
        raise ValueError(f"weights {weights.shape} need a row and a column for each of {len(tokens)} tokens")
    names = [html.escape(token) for token in tokens]
    head = "".join(f'<th scope="col" style="{LABEL}">{name}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row" style="{LABEL}">{name}</th>{"".join(map(_cell, row))}</tr>'
        for name, row in zip(names, weights)
    )
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f'<div style="overflow-x:auto"><table>{title}<thead><tr><td></td>{head}</tr></thead>{rows}</table></div>'


def _cell(weight: float) -> str:
    """One field: a tint of blue under the weight in per cent."""
    number = f"{100 * weight:.0f}"
    text = "" if number == "0" else number
    tint = f"background:rgba(0,114,178,{0.75 * min(max(weight, 0), 1):.2f});"
    return f'<td style="{tint}{CELL}">{text}</td>'


def map_grid(maps: np.ndarray, titles: Sequence[str], tokens: Sequence[str] | None = None) -> "Figure":
    """Draw attention maps side by side, darker being more, up to four in a row.

    maps: (N, T, S), weights between 0 and 1. tokens: labels of both sides, when T = S. Raises ValueError when titles or
    tokens do not fit.

    >>> figure = map_grid(np.stack([np.eye(3)] * 2), ["layer 0, head 0", "layer 0, head 1"])
    """
    import matplotlib.pyplot as plt

    maps = np.asarray(maps, dtype=float)
    if maps.ndim != 3 or len(maps) != len(titles):
        raise ValueError(f"maps of shape {maps.shape} need (N, T, S) and a title each; {len(titles)} titles given")
    if tokens is not None and maps.shape[1:] != (len(tokens), len(tokens)):
        raise ValueError(f"maps of shape {maps.shape} need a row and a column for each of {len(tokens)} tokens")
    columns = min(4, len(maps))
    rows = -(-len(maps) // columns)
    side = 1.9 if tokens is None else max(1.9, 0.17 * len(tokens) + 0.6)
    figure, grid = plt.subplots(
        rows, columns, figsize=(side * columns, (side + 0.3) * rows), layout="constrained", squeeze=False
    )
    for axes in grid.flat[len(maps) :]:
        axes.set_axis_off()
    for place, (axes, weights, title) in enumerate(zip(grid.flat, maps, titles)):
        axes.imshow(weights, cmap="Blues", vmin=0, vmax=1)
        axes.set_title(title, fontsize=9)
        _label(axes, tokens, rows_too=place % columns == 0)
    return figure


def _label(axes, tokens: Sequence[str] | None, *, rows_too: bool) -> None:
    """Write the tokens at the bottom, and on the left of the first map of a row; without tokens leave the axes bare."""
    if tokens is None:
        axes.set_xticks([])
        axes.set_yticks([])
        return
    plain = [token.replace("$", r"\$") for token in tokens]
    font = {"fontsize": 7, "family": "monospace"}
    axes.set_xticks(range(len(plain)), plain, rotation=90, **font)
    axes.set_yticks(range(len(plain)), plain if rows_too else [""] * len(plain), **font)
    axes.tick_params(length=0)


def attention_widget(models: Mapping[str, Reader], text: str, layer: int = 0, head: int = 0) -> widgets.Widget:
    """Return a widget: write a sentence, choose a model, a layer and a head, and see where each token looks.

    models: under each name a function from a text to its tokens and their weights (L, H, T, T); it is called again only
    when the text or the model changes, and what it raises later is shown in the widget. Raises ValueError when there is
    no model.

    >>> attention_widget({"even": lambda text: ([*text], np.ones((1, 1, 2, 2)) / 2)}, "ab")  # doctest: +SKIP
    """
    if not models:
        raise ValueError("give at least one model: attention_widget({'name': function}, text)")
    box = widgets.Text(value=text, description="text", continuous_update=False, layout=widgets.Layout(width="95%"))
    choice = widgets.Dropdown(options=list(models), description="model")
    layers = widgets.IntSlider(value=0, min=0, max=0, description="layer")
    heads = widgets.IntSlider(value=0, min=0, max=0, description="head")
    picture = widgets.HTML()
    shown: dict = {"tokens": [], "weights": None}

    def read(_=None) -> None:
        try:
            if not box.value.strip():
                shown["weights"] = None
                picture.value = boxed("Write a sentence.")
                return
            tokens, weights = models[choice.value](box.value)
            shown.update(tokens=tokens, weights=np.asarray(weights))
        except Exception as error:
            shown["weights"] = None
            picture.value = failed(error)
            return
        for slider, size in zip((layers, heads), shown["weights"].shape):
            slider.max = size - 1  # a value beyond it is pulled in
        draw()

    def draw(_=None) -> None:
        weights = shown["weights"]
        # Between two models of different size one slider is set before the other: wait for both.
        if weights is not None and layers.value < len(weights) and heads.value < weights.shape[1]:
            caption = f"{choice.value}, layer {layers.value}, head {heads.value}: weights in per cent"
            picture.value = attention_table(weights[layers.value, heads.value], shown["tokens"], caption)

    read()
    layers.value, heads.value = layer, head
    for control, react in ((box, read), (choice, read), (layers, draw), (heads, draw)):
        control.observe(react, "value")
    draw()
    return widgets.VBox([box, choice, widgets.HBox([layers, heads]), picture])
