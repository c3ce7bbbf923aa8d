"""Chinese line breaking: between any two characters, but no 。，、） begins a line and no （《“ ends one; words and numbers stay whole."""

from __future__ import annotations

import re
from collections.abc import Callable

NOT_FIRST = frozenset("。，、；：？！）》〉」』】〕〗”’％%‰℃…—·,.;:?!)]}～-/")
NOT_LAST = frozenset("（《〈「『【〔〖“‘([{￥¥$№")
HANGING = frozenset("。，、；：？！）》〉”’")  # their right half is empty: it may reach into the margin
_PIECE = re.compile(r"[A-Za-z0-9À-ɏ][A-Za-z0-9À-ɏ_.,:/@+#%‰²³′″°〔〕-]*|\s|.", re.DOTALL)


def broken(text: str, width: float, measure: Callable[[str], float], indent: float = 0) -> list[str]:
    """A text's lines, none wider than `width` (the first by `indent` less) but for a mark that hangs half out. An empty text is one empty line."""
    lines: list[str] = []
    for part in text.split("\n"):
        lines += _paragraph(part, width, measure, indent)
        indent = 0
    return lines


def _paragraph(text: str, width: float, measure: Callable[[str], float], indent: float) -> list[str]:
    lines: list[str] = []
    line, room = "", width - indent
    for unit in _units(text, width, measure):
        if not line or measure((line + unit).rstrip()) - _hang(unit, measure) <= room:
            line += unit
            continue
        lines.append(line.rstrip())
        line, room = unit.lstrip(), width
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _hang(unit: str, measure: Callable[[str], float]) -> float:
    return measure(unit[-1]) / 2 if unit[-1:] in HANGING else 0


def _units(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """What stays together: a word, a character with the marks that must not be apart from it. What is wider than a line is cut anywhere."""
    units: list[str] = []
    joined = False
    for piece in _PIECE.findall(text):
        if units and (joined or piece in NOT_FIRST) and not units[-1].isspace() and measure(units[-1] + piece) <= width:
            units[-1] += piece
        elif measure(piece) > width:
            units += list(piece)
        else:
            units.append(piece)
        joined = units[-1][-1] in NOT_LAST
    return units
