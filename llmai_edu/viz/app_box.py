"""A box for an application: type a text, press the button, read the answer as it comes."""

import html
from collections.abc import Callable, Iterable

import ipywidgets as widgets

from llmai_edu.viz.widgets import boxed, failed

__all__ = ["app_box"]


def app_box(
    answer: Callable[[str], Iterable[str]], *, example: str, title: str, label: str = "Ask", field: str = "your text"
) -> widgets.VBox:
    """Return a widget with a heading, a text field that holds an example, a button, and the answer.

    answer: from the text to the pieces of the answer as they come; what it raises is shown in the widget. title: the
    heading. label: what the button says. field: what the text field is called. All text is escaped. Show it through
    `viz.show(app_box(...), fallback)`. Raises ValueError for an empty title, label or field, which a screen reader
    reads out.

    >>> app_box(lambda text: ["no", "thing"], example="Where is my card?", title="Support")  # doctest: +SKIP
    """
    if not (title.strip() and label.strip() and field.strip()):
        raise ValueError("title, label and field must say something: a screen reader reads them out")
    text = widgets.Textarea(value=example, description=field, layout=widgets.Layout(width="95%", height="4em"))
    text.style.description_width = "initial"
    button = widgets.Button(description=label, button_style="primary", tooltip=f"{label}: {title}")
    reply = widgets.HTML(boxed("The answer appears here."))

    def run(_) -> None:
        if not text.value.strip():
            reply.value = boxed("Write something first.")
            return
        button.disabled, shown = True, ""
        reply.value = boxed("…")
        try:
            for piece in answer(text.value):
                shown += piece
                reply.value = boxed(shown)
            if not shown:
                reply.value = boxed("(The answer is empty.)")
        except Exception as error:
            reply.value = failed(error, shown)
        finally:
            button.disabled = False

    button.on_click(run)
    return widgets.VBox([widgets.HTML(f"<h4>{html.escape(title)}</h4>"), text, button, reply])
