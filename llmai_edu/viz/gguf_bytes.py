"""A binary file opened byte by byte: every field numbered, framed and named, to step through (made for GGUF files)."""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import ipywidgets as widgets

from llmai_edu.viz.style import TINTS
from llmai_edu.viz.widgets import failed

PER_ROW, MOST_ROWS = 16, 12
CELL = "padding:1px 4px;text-align:center;font-family:monospace;line-height:1.15"


@dataclass(frozen=True)
class ByteField:
    """Some bytes of a file that mean one thing: `start` is the first, `stop` the one behind the last.

    Raises ValueError when there is no byte between the two.

    >>> ByteField(0, 4, "magic", "GGUF").size
    4
    """

    start: int
    stop: int
    name: str
    value: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.stop:
            raise ValueError(f"the field {self.name!r} must hold at least one byte, got {self.start} … {self.stop}")

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.stop - self.start


def hex_view(data: bytes, fields: Sequence[ByteField], address: int = 0, chosen: int | None = None) -> str:
    """Return HTML that shows bytes in rows of 16, in hexadecimal, with numbered fields and what each one says.

    The number of a field stands over its first byte, and a bar before it; the colour only repeats this. data: the
    bytes to show. fields: what they mean, places counted from the beginning of the file. address: the place of
    data[0] in the file. chosen: the index of the field to stress. Raises ValueError when fields overlap, or there is no
    such field.

    >>> "<b>1</b>" in hex_view(b"GGUF", [ByteField(0, 4, "magic", "GGUF")])
    True
    """
    fields = list(fields)
    check_fields(fields, chosen)
    owners = {
        at: i
        for i, field in enumerate(fields)
        for at in range(max(field.start, address), min(field.stop, address + len(data)))
    }
    first = address - address % PER_ROW
    rows = range(first, address + len(data), PER_ROW)
    body = "".join(_row(row, data, address, fields, owners, chosen) for row in rows)
    shown = sorted(set(owners.values()))
    legend = "".join(_meaning(i, fields[i], i == chosen) for i in shown)
    return f'<table style="border-collapse:collapse">{body}</table><ul style="list-style:none">{legend}</ul>'


def check_fields(fields: Sequence[ByteField], chosen: int | None) -> None:
    """Refuse fields that overlap or stand in another order than their bytes, and a choice that is not among them."""
    for one, other in pairwise(fields):
        if other.start < one.stop:
            raise ValueError(f"the fields {one.name!r} and {other.name!r} overlap or are out of order: sort them")
    if chosen is not None and not 0 <= chosen < len(fields):
        raise ValueError(f"there is no field {chosen}: choose 0 … {len(fields) - 1}")


def _row(
    row: int, data: bytes, address: int, fields: Sequence[ByteField], owners: Mapping[int, int], chosen: int | None
) -> str:
    """One row: its address, sixteen bytes, and the same bytes as text."""
    places = [at for at in range(row, row + PER_ROW) if address <= at < address + len(data)]
    before = f'<td colspan="{places[0] - row}"></td>' if places[0] > row else ""
    cells = "".join(_byte(at, data[at - address], fields, owners.get(at), chosen) for at in places)
    after = f'<td colspan="{row + PER_ROW - 1 - places[-1]}"></td>' if places[-1] < row + PER_ROW - 1 else ""
    text = "".join(chr(byte) if 32 < byte < 127 else "·" for byte in (data[at - address] for at in places))
    return (
        f'<tr><td style="{CELL};color:#555">{row:,}</td>{before}{cells}{after}'
        f'<td style="{CELL};padding-left:1em;text-align:left">{html.escape(text)}</td></tr>'
    )


def _byte(at: int, byte: int, fields: Sequence[ByteField], owner: int | None, chosen: int | None) -> str:
    """One byte in its frame, below the number of its field where that begins."""
    if owner is None:
        return f'<td style="{CELL}">&nbsp;<br>{byte:02x}</td>'
    begins = at == fields[owner].start
    label = f"<b>{owner + 1}</b>" if begins else "&nbsp;"
    style = f"{CELL};color:#000;background:{TINTS[owner % len(TINTS)]}"
    style += ";border-left:2px solid #000" if begins else ""
    style += ";border-top:3px solid #000;border-bottom:3px solid #000" if owner == chosen else ""
    return f'<td style="{style}">{label}<br>{byte:02x}</td>'


def _meaning(index: int, field: ByteField, stressed: bool) -> str:
    """One line of the list: the number of a field, its place, its name and what it says."""
    tint, mark = TINTS[index % len(TINTS)], "▶ " if stressed else ""
    place = f"byte {field.start:,}" if field.size == 1 else f"bytes {field.start:,} to {field.stop - 1:,}"
    number = f'<span style="background:{tint};color:#000;padding:0 5px">{index + 1}</span>'
    return f"<li>{mark}{number} <b>{html.escape(field.name)}</b> ({place}): {html.escape(field.value)}</li>"


def window_of(fields: Sequence[ByteField], chosen: int) -> tuple[int, int]:
    """The places, from and to, of the bytes to show with a field: whole rows, at most twelve, from the row before it.

    >>> window_of([ByteField(0, 4, "magic", "GGUF"), ByteField(4, 900, "rest", "long")], 1)
    (0, 192)
    """
    field = fields[chosen]
    start = max(field.start - PER_ROW, fields[0].start) // PER_ROW * PER_ROW
    stop = min(max(fields[-1].stop, field.stop), start + MOST_ROWS * PER_ROW)
    return start, stop


def gguf_widget(read: Callable[[int, int], bytes], parts: Mapping[str, Sequence[ByteField]]) -> widgets.Widget:
    """Return a widget: choose a part of the file, step through its fields, and see the bytes of each.

    read: function from two places to the bytes between them; what it raises later is shown in the widget. parts: the
    fields of each part, in the order of their bytes. Raises ValueError when a part has none.

    >>> head = {"head": [ByteField(0, 4, "magic", "GGUF")]}
    >>> gguf_widget(lambda start, stop: b"GGUF"[start:stop], head)  # doctest: +SKIP
    """
    if not parts or not all(len(fields) for fields in parts.values()):
        raise ValueError("give at least one part with a field: gguf_widget(read, {'header': [ByteField(...)]})")
    for fields in parts.values():
        check_fields(list(fields), None)
    part = widgets.Dropdown(options=list(parts), description="part")
    back, forth = widgets.Button(description="◀ field before"), widgets.Button(description="next field ▶")
    picture, place = widgets.HTML(), [0]

    def draw() -> None:
        fields = parts[part.value]
        start, stop = window_of(fields, place[0])
        picture.value = hex_view(read(start, stop), fields, start, place[0])
        back.disabled, forth.disabled = place[0] == 0, place[0] == len(fields) - 1

    def move(step: int | None) -> None:
        place[0] = 0 if step is None else min(max(place[0] + step, 0), len(parts[part.value]) - 1)
        try:
            draw()
        except Exception as error:
            picture.value = failed(error)

    part.observe(lambda _: move(None), "value")
    back.on_click(lambda _: move(-1))
    forth.on_click(lambda _: move(1))
    draw()
    return widgets.VBox([widgets.HBox([part, back, forth]), picture])
