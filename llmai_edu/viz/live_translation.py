"""Watch a translation grow while its source arrives word by word."""

import html
from collections.abc import Callable, Iterable, Sequence

import ipywidgets as widgets

from llmai_edu.viz.widgets import boxed, failed

__all__ = ["live_table", "live_translation"]

CELL = "padding:2px 8px;text-align:left;vertical-align:top"


def live_table(steps: Sequence[tuple[str, str]]) -> str:
    """Return HTML: a row for each step, with the words that arrived and what was written upon them; text is escaped.

    >>> live_table([("Turn off", ""), ("the", "Éteindre")]).count('scope="row"')
    2
    """
    rows = [
        f'<tr><th scope="row" style="{CELL};font-weight:normal">{html.escape(heard)}</th>'
        f'<td style="{CELL}">{html.escape(written.strip()) or "(waits)"}</td></tr>'
        for heard, written in steps
    ]
    head = "".join(f'<th scope="col" style="{CELL}">{name}</th>' for name in ("heard", "written"))
    whole = html.escape("".join(written for _, written in steps).strip())
    return f"<div><table><thead><tr>{head}</tr></thead>{''.join(rows)}</table><p>{whole}</p></div>"


def live_translation(stream: Callable[[str, int], Iterable[tuple[str, str]]], text: str, k: int = 3) -> widgets.Widget:
    """Return a widget: type a text, set how many words to wait, and see what is written when.

    stream: from a text and k to pairs of words heard and words written, as they come. What it raises is shown in the
    widget.

    >>> live_translation(lambda text, k: [(text, "…")], "Turn it off")  # doctest: +SKIP
    """
    box = widgets.Text(value=text, description="English", layout=widgets.Layout(width="95%"))
    wait = widgets.IntSlider(value=k, min=1, max=10, description="wait, words")
    wait.style.description_width = "initial"
    button = widgets.Button(description="Let it arrive", button_style="primary")
    table = widgets.HTML(boxed("The translation appears here."))

    def run(_) -> None:
        if not box.value.strip():
            table.value = boxed("Write a text first.")
            return
        button.disabled, steps = True, []
        try:
            for step in stream(box.value, wait.value):
                steps.append(step)
                table.value = live_table(steps)
        except Exception as error:
            table.value = failed(error)
        finally:
            button.disabled = False

    button.on_click(run)
    return widgets.VBox([box, widgets.HBox([wait, button]), table])
