"""The look of the course's figures: a colour-blind-safe palette and one size."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The eight colours of Okabe and Ito (2008), "Color Universal Design": told apart under all common colour blindness.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
PALETTE = (BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, YELLOW, BLACK)

# Pale tints of the palette, as backgrounds under black text (contrast at least 12 : 1).
TINTS = ("#CFE6F5", "#FBE3B5", "#C3E8DB", "#F8D3BD", "#EAD7E3")


def new_axes(width: float = 6.0, height: float = 3.2) -> "tuple[Figure, Axes]":
    """Return a figure and its axes in the course's style: no box, a light grid, the palette's colours in turn.

    Sizes are in inches.

    >>> figure, axes = new_axes()
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(width, height), layout="constrained")
    axes.set_prop_cycle(color=PALETTE)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.set_axisbelow(True)
    return figure, axes
