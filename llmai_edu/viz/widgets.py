"""Widgets to play with: they take plain functions, so that any model or tokenizer can stand behind them.

Every widget is shown through `show`, which carries a static picture of it along: the page still reads where widgets do
not run (a printed page, a preview on the web, a notebook that was not started yet).
"""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence

import ipywidgets as widgets
from IPython.display import display

from llmai_edu.viz.tokens import readable, token_chips

BOX = "border:1px solid #888;border-radius:4px;padding:8px;min-height:2.5em;white-space:pre-wrap;line-height:1.5"
VIEW = "application/vnd.jupyter.widget-view+json"
Cut = Callable[[str], tuple[Sequence[bytes], Sequence[int]]]


def boxed(text: str) -> str:
    """Return HTML that shows a text in a frame, with its line breaks; the text is escaped.

    >>> "&lt;b&gt;" in boxed("<b>")
    True
    """
    return f'<div style="{BOX}">{html.escape(text)}</div>'


def failed(error: Exception, text: str = "") -> str:
    """Return HTML that shows what went wrong below a text: a callback's exception vanishes in the server's log.

    >>> "ValueError: too long" in failed(ValueError("too long"))
    True
    """
    return boxed(f"{text}\n\n{type(error).__name__}: {error}".lstrip())


def show(widget: widgets.Widget, fallback: str) -> None:
    """Display a widget, and the HTML `fallback` in its place wherever widgets do not run.

    >>> show(token_widget({"bytes": lambda text: ([b"a"], [97])}, "a"), "<p>a</p>")  # doctest: +SKIP
    """
    view = {VIEW: widget.get_view_spec(), "text/html": fallback, "text/plain": type(widget).__name__}
    display(view, raw=True)


def token_widget(tokenizers: Mapping[str, Cut], text: str = "") -> widgets.Widget:
    """Return a widget: type a text, choose a tokenizer, watch the tokens.

    tokenizers: for each name a function from a text to its pieces (bytes) and their ids; what it raises later is shown
    in the widget. Raises ValueError when there is no tokenizer.

    >>> token_widget({"bytes": lambda text: ([b"a"], [97])}, "a")  # doctest: +SKIP
    """
    if not tokenizers:
        raise ValueError("give at least one tokenizer: token_widget({'name': function})")
    box = widgets.Textarea(value=text, description="text", layout=widgets.Layout(width="95%", height="5em"))
    choice = widgets.Dropdown(options=list(tokenizers), description="tokenizer")
    picture = widgets.HTML()

    def draw() -> None:
        pieces, ids = tokenizers[choice.value](box.value)
        picture.value = token_summary(box.value, pieces) + token_chips(pieces, ids)

    def redraw(_) -> None:
        try:
            draw()
        except Exception as error:
            picture.value = failed(error)

    box.observe(redraw, "value")
    choice.observe(redraw, "value")
    draw()
    return widgets.VBox([box, choice, picture])


def token_summary(text: str, pieces: Sequence[bytes]) -> str:
    """Return one HTML line that counts characters, bytes and tokens.

    >>> token_summary("né", [b"n", "é".encode()])
    '<p>2 characters, 3 bytes, <b>2 tokens</b></p>'
    """
    return f"<p>{len(text)} characters, {len(text.encode())} bytes, <b>{len(pieces)} tokens</b></p>"


def ask_widget(answer: Callable[[str, float], Iterable[str]], question: str = "") -> widgets.Widget:
    """Return a widget: ask a question, set the temperature, and read the answer as it is written.

    answer: function from a question and a temperature to the pieces of the answer. What it raises is shown in the
    widget.

    >>> ask_widget(lambda question, temperature: ["no", "thing"])  # doctest: +SKIP
    """
    box = widgets.Textarea(value=question, description="question", layout=widgets.Layout(width="95%", height="4em"))
    heat = widgets.FloatSlider(value=0.0, min=0.0, max=1.5, step=0.1, description="temperature")
    heat.style.description_width = "initial"
    button = widgets.Button(description="Ask", button_style="primary")
    reply = widgets.HTML(boxed("The answer appears here."))

    def ask(_) -> None:
        if not box.value.strip():
            reply.value = boxed("Write a question first.")
            return
        button.disabled, text = True, ""
        reply.value = boxed("…")
        try:
            for piece in answer(box.value, heat.value):
                text += piece
                reply.value = boxed(text)
        except Exception as error:
            reply.value = failed(error, text)
        finally:
            button.disabled = False

    button.on_click(ask)
    return widgets.VBox([box, widgets.HBox([heat, button]), reply])


def next_token_widget(candidates: Callable[[str], Sequence[tuple[bytes, float]]], text: str) -> widgets.Widget:
    """Return a widget in which you choose each next token yourself, from the model's most probable ones.

    candidates: function from the text so far to (token, probability) pairs, the most probable first, always as many;
    what it raises later is shown in the widget. A token may end within a character: all bytes are kept, and the text
    ends on U+FFFD only until the character is whole.

    >>> next_token_widget(lambda text: [(b" the", 0.6), (b" a", 0.4)], "It is")  # doctest: +SKIP
    """
    history = [text.encode()]
    page = widgets.HTML()
    buttons = [widgets.Button(layout=widgets.Layout(width="190px")) for _ in candidates(text)]
    undo = widgets.Button(description="Undo", tooltip="take the last token back")

    def draw() -> None:
        so_far = history[-1].decode("utf-8", errors="replace")
        page.value, undo.disabled = boxed(so_far), len(history) == 1
        try:
            choices = candidates(so_far)
        except Exception as error:
            page.value, choices = failed(error, so_far), []
        for button in buttons:
            button.disabled = True
        for button, (piece, p) in zip(buttons, choices):
            button.description, button.piece = f"{readable(piece)}   {100 * p:.1f} %", piece
            button.disabled = False

    def choose(button: widgets.Button) -> None:
        history.append(history[-1] + button.piece)
        draw()

    def take_back(_) -> None:
        history.pop()
        draw()

    for button in buttons:
        button.on_click(choose)
    undo.on_click(take_back)
    draw()
    grid = widgets.Layout(flex_flow="row wrap")
    return widgets.VBox([page, widgets.HBox(buttons, layout=grid), undo])
