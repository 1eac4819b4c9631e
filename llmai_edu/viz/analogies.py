"""A widget that answers "a is to b as c is to ...", with or without the rule that a, b and c are no answers."""

import html
from collections.abc import Callable, Sequence

import ipywidgets as widgets

from llmai_edu.viz.widgets import boxed, failed

Answer = Callable[[str, str, str, bool], Sequence[tuple[str, float]]]


def analogy_table(a: str, b: str, c: str, found: Sequence[tuple[str, float]]) -> str:
    """Return HTML with the answers to an analogy, best first; a word of the question itself is marked by a star.

    >>> "queen" in analogy_table("man", "woman", "king", [("queen", 0.85)])
    True
    """
    rows = "".join(
        f"<tr><td>{html.escape(word)}{' ★' if word in (a, b, c) else ''}</td><td>{score:.2f}</td></tr>"
        for word, score in found
    )
    question = html.escape(f"{a} : {b} = {c} : …")
    head = "<tr><th>answer</th><th>cosine</th></tr>"
    return f"<p><b>{question}</b></p><table>{head}{rows}</table><p>★ a word of the question</p>"


def analogy_widget(answer: Answer, a: str, b: str, c: str) -> widgets.Widget:
    """Return a widget: type three words, read the best answers, and allow or forbid the three words themselves.

    answer: function from a, b, c and whether to exclude them to (word, cosine) pairs, best first; what it raises is
    shown in the widget, so that an unknown word says so.

    >>> analogy_widget(lambda a, b, c, exclude: [("queen", 0.85)], "man", "woman", "king")  # doctest: +SKIP
    """
    labels = ("a", "is to b", "as c")
    boxes = [
        widgets.Text(value=word, description=label, continuous_update=False, layout=widgets.Layout(width="220px"))
        for word, label in zip((a, b, c), labels)
    ]
    rule = widgets.Checkbox(value=True, description="a, b and c are no answers", indent=False)
    picture = widgets.HTML()

    def redraw(_=None) -> None:
        asked = [box.value.strip().lower() for box in boxes]
        if not all(asked):
            picture.value = boxed("Write a word in each of the three boxes.")
            return
        try:
            picture.value = analogy_table(*asked, answer(*asked, rule.value))
        except Exception as error:
            picture.value = failed(error)

    for control in (*boxes, rule):
        control.observe(redraw, "value")
    redraw()
    return widgets.VBox([widgets.HBox(boxes), rule, picture])
