"""Plots (arrays in, matplotlib axes out) and widgets; this room knows no model and no data set."""

from llmai_edu.viz.plots import ladder_chart, probability_bars
from llmai_edu.viz.style import PALETTE, new_axes
from llmai_edu.viz.tokens import readable, token_chips
from llmai_edu.viz.widgets import ask_widget, boxed, next_token_widget, show, token_widget

__all__ = [
    "PALETTE",
    "ask_widget",
    "boxed",
    "ladder_chart",
    "new_axes",
    "next_token_widget",
    "probability_bars",
    "readable",
    "show",
    "token_chips",
    "token_widget",
]
