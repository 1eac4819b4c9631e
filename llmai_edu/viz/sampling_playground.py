"""The sampling playground: sliders for every step between logits and token, the next token as bars, and the text."""

import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import ipywidgets as widgets

from llmai_edu.viz.style import PALETTE
from llmai_edu.viz.widgets import boxed, failed

__all__ = ["Sampling", "sampling_html", "sampling_playground"]

# A token as text, its probability in the model, and what the steps have made of it.
Change = tuple[str, float, float]
CELL = "padding:1px 6px;text-align:right"
# name, smallest, largest, step, where it does nothing
SLIDERS = {
    "temperature": (0.0, 2.0, 0.05, 1.0),
    "top_k": (0, 100, 1, 0),
    "top_p": (0.05, 1.0, 0.05, 1.0),
    "min_p": (0.0, 0.5, 0.01, 0.0),
    "repetition": (1.0, 2.0, 0.05, 1.0),
    "frequency": (0.0, 2.0, 0.1, 0.0),
}


@dataclass(frozen=True)
class Sampling:
    """Where the sliders stand. Top-k of 0 keeps all tokens; temperature 0 takes the likeliest.

    >>> Sampling(temperature=0.7).top_p
    1.0
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repetition: float = 1.0
    frequency: float = 0.0
    seed: int = 0


def sampling_html(rows: Sequence[Change], kept: int | None = None) -> str:
    """Return HTML: for each token a hatched bar before and a filled one after the steps, with both in per cent.

    A token that the steps ruled out says so. kept: how many tokens of the whole vocabulary are left. Text is escaped.
    Raises ValueError for a probability outside 0 to 1.

    >>> sampling_html([(" the", 0.25, 0.5), (" a", 0.125, 0.0)]).count("ruled out")
    1
    """
    lines = [_line(*row) for row in rows]
    head = "".join(f'<th scope="col" style="{CELL}">{name}</th>' for name in ("token", "", "model", "after the steps"))
    count = "" if kept is None else f"<p>{kept:,} token{'' if kept == 1 else 's'} can be drawn.</p>"
    return f"<div>{count}<table><thead><tr>{head}</tr></thead>{''.join(lines)}</table></div>"


def _line(token: str, before: float, after: float) -> str:
    """One token's row of the table."""
    for p in (before, after):
        if not 0 <= p <= 1 + 1e-6:
            raise ValueError(f"a probability lies between 0 and 1, got {p!r} for {token!r}")
    hatched = "repeating-linear-gradient(45deg,#999 0 2px,transparent 2px 5px)"
    bars = "".join(
        f'<div style="background:{look};height:0.5em;width:{260 * p:.0f}px;min-width:1px"></div>'
        for look, p in ((hatched, before), (PALETTE[0], after))
    )
    said = f"{100 * after:.1f} %" if after else "ruled out"
    return (
        f'<tr><th scope="row" style="{CELL};font-family:monospace;white-space:pre">{html.escape(token)}</th>'
        f'<td style="text-align:left;min-width:262px">{bars}</td>'
        f'<td style="{CELL}">{100 * before:.1f} %</td><td style="{CELL}">{said}</td></tr>'
    )


def sampling_playground(
    look: Callable[[str, Sampling], tuple[Sequence[Change], int]],
    write: Callable[[str, Sampling], Iterable[str]],
    prompt: str,
    settings: Sampling = Sampling(),
) -> widgets.Widget:
    """Return a widget: type a prompt, move the sliders, see the next token's distribution change, and let it write.

    look: from prompt and settings to the tokens to show and how many are left; it is called for every move of a slider,
    so let it remember the logits of a prompt. write: the pieces of the text as they come. What either raises is shown
    in the widget.

    >>> sampling_playground(lambda p, s: ([(" a", 1.0, 1.0)], 1), lambda p, s: ["a"], "It is")  # doctest: +SKIP
    """
    box = widgets.Textarea(value=prompt, description="prompt", continuous_update=False)
    box.layout = widgets.Layout(width="95%", height="4em")
    sliders = {name: _slider(name, getattr(settings, name)) for name in SLIDERS}
    seed = widgets.IntText(value=settings.seed, description="seed", layout=widgets.Layout(width="160px"))
    button = widgets.Button(description="Write", button_style="primary")
    bars, text = widgets.HTML(), widgets.HTML(boxed("The text appears here."))

    def now() -> Sampling:
        return Sampling(**{name: slider.value for name, slider in sliders.items()}, seed=seed.value)

    def draw(_=None) -> None:
        try:
            bars.value = sampling_html(*look(box.value, now())) if box.value else boxed("Write a prompt first.")
        except Exception as error:
            bars.value = failed(error)

    def run(_) -> None:
        if not box.value:
            text.value = boxed("Write a prompt first.")
            return
        button.disabled, shown = True, box.value
        try:
            for piece in write(box.value, now()):
                shown += piece
                text.value = boxed(shown)
        except Exception as error:
            text.value = failed(error, shown)
        finally:
            button.disabled = False

    for control in (box, *sliders.values()):
        control.observe(draw, "value")
    button.on_click(run)
    draw()
    grid = widgets.GridBox(
        list(sliders.values()), layout=widgets.Layout(grid_template_columns="repeat(2, minmax(320px, 1fr))")
    )
    return widgets.VBox([box, grid, bars, widgets.HBox([seed, button]), text])


def _slider(name: str, value: float) -> widgets.Widget:
    """One slider of SLIDERS, with a name that is not cut off."""
    low, high, step, _ = SLIDERS[name]
    kind = widgets.IntSlider if isinstance(step, int) else widgets.FloatSlider
    slider = kind(value=value, min=low, max=high, step=step, description=name.replace("_", "-"))
    slider.continuous_update, slider.style.description_width = False, "90px"
    return slider
