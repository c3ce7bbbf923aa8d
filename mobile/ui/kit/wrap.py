"""Line breaking for Chinese text.

Kivy's Label breaks a run of Han characters anywhere, so that a line may start with "，", and moves a whole run to the next line after a space.
`wrap` keeps closing marks with what they close and Latin words whole, and takes time linear in the text. Pure: measuring is given by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

NO_START = frozenset("，。、；：？！）》」』】〕〉…—～·％%”’,.;:?!)]}℃°")
NO_END = frozenset("（《「『【〔〈“‘([{")
HAN = 0x2E80
ELLIPSIS = "…"

Measure = Callable[[str], float]


def pieces(text: str) -> Iterator[str]:
    """Cut a line of text into what must not be broken: a Han character or a Latin word, with the marks and spaces that belong to it."""
    piece = ""
    for char in text:
        if piece and _may_break(piece[-1], char):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if after in NO_START or after == " " or before in NO_END:
        return before == " " and after not in NO_START
    return ord(after) >= HAN or ord(before) >= HAN or before == " "


def wrap(text: str, width: float, measure: Measure, max_lines: int = 0) -> str:
    """`text` with a line feed wherever a line of `width` is full; cut to `max_lines` with "…" if that is not 0.

    `measure` gives the width of a string and is asked for single characters (remember those) and once or twice a line.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _lines(paragraph, width, measure)
        if max_lines and len(lines) > max_lines:
            return "\n".join([*lines[: max_lines - 1], shorten(lines[max_lines - 1], width, measure, force=True)])
    return "\n".join(lines)


def shorten(line: str, width: float, measure: Measure, force: bool = False) -> str:
    """`line` cut at its end with "…" until it fits; `force` adds the "…" even if it fits already."""
    if not force and measure(line) <= width:
        return line
    while line and measure(line + ELLIPSIS) > width:
        line = line[:-1]
    return line.rstrip() + ELLIPSIS


def _lines(paragraph: str, width: float, measure: Measure) -> list[str]:
    todo = list(pieces(paragraph))[::-1]
    lines: list[str] = []
    while todo:
        line = _fill(todo, width, measure)
        if line or not lines:
            lines.append(line)
    return lines or [""]


def _fill(todo: list[str], width: float, measure: Measure) -> str:
    """Take one line's worth off the end of `todo`: first by the sum of the characters, then corrected by the line as a whole."""
    taken: list[str] = []
    used = 0.0
    while todo:
        size = sum(map(measure, todo[-1].rstrip()))
        if taken and used + size > width:
            break
        used += sum(map(measure, todo[-1]))
        taken.append(todo.pop())
    while len(taken) > 1 and measure("".join(taken).rstrip()) > width:
        todo.append(taken.pop())
    if len(taken) == 1 and measure(taken[0].rstrip()) > width:
        taken = [_split(taken[0], todo, width, measure)]
    if todo:
        todo[-1] = todo[-1].lstrip()
    return "".join(taken).rstrip()


def _split(piece: str, todo: list[str], width: float, measure: Measure) -> str:
    """Break a piece that is wider than a line, if possible not before a mark that may not start a line; at least one character goes."""
    fit, used = 0, 0.0
    while fit < len(piece) and used + measure(piece[fit]) <= width:
        used += measure(piece[fit])
        fit += 1
    while fit > 1 and measure(piece[:fit]) > width:
        fit -= 1
    good = next((n for n in range(fit, 0, -1) if n < len(piece) and piece[n] not in NO_START and piece[n - 1] not in NO_END), fit)
    cut = max(good, 1)
    if piece[cut:]:
        todo.append(piece[cut:])
    return piece[:cut]
