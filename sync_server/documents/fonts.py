"""The letters of one document, cut from the pinned Noto Sans SC in two weights, and what it lacks from its sisters (SIL Open Font License 1.1).

Cutting a few hundred characters takes a fifth of a second a font, so nothing is kept between documents. A character that none of the fonts has is
written as its code, [U+2A6D6]: nobody's name may vanish.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from shared.papers.model import STAMP, Document, texts

PACKAGE = "justmytype-intl-cjk"
FILES = ("NotoSansSC[wght].ttf", "NotoSansTC[wght].ttf", "NotoSansJP[wght].ttf", "NotoSansKR[wght].ttf")  # in this order of preference
OWN = f"0123456789 第页共[]U+ABCDEF{STAMP}"  # what the writer adds by itself
REGULAR, BOLD = "regular", "bold"
TABLES = ("GSUB", "GPOS", "GDEF", "vhea", "vmtx", "VORG", "BASE", "VVAR")

logging.getLogger("fontTools").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Face:
    """One cut font: its file, and how wide each character is (in units of the size)."""

    name: str
    path: Path
    widths: dict[str, float]


@dataclass(frozen=True, slots=True)
class Faces:
    """Every font of a document: the two weights, then what they lack."""

    regular: Face
    bold: Face
    others: tuple[Face, ...]

    def of(self, character: str, bold: bool) -> Face:
        """The font that has a character; rare ones exist in one weight only."""
        main = self.bold if bold else self.regular
        return next((face for face in (main, *self.others) if character in face.widths), main)


def label_font() -> Path:
    """The whole variable font, for words that are drawn into pictures."""
    return _file(FILES[0])


def readable(text: str) -> str:
    """The text, with every character that no font has written as its code."""
    return text if all(map(_is_known, text)) else "".join(c if _is_known(c) else f"[U+{ord(c):04X}]" for c in text)


def cut(document: Document, folder: Path) -> Faces:
    """The fonts for one document, as files in a folder."""
    wanted = {c for text in texts(document) for c in readable(text) if c != "\n"} | set(OWN)
    main = {c for c in wanted if ord(c) in _characters(FILES[0])}
    variable = _cut_out(FILES[0], main)
    regular, bold = (_write(variable, name, weight, folder) for name, weight in ((REGULAR, 400), (BOLD, 700)))
    others: list[Face] = []
    left = wanted - main
    for file in FILES[1:]:
        here = {c for c in left if ord(c) in _characters(file)}
        if here:
            others.append(_write(_cut_out(file, here), f"rare{len(others)}", 400, folder))
            left -= here
    return Faces(regular, bold, tuple(others))


def _is_known(character: str) -> bool:
    return character == "\n" or any(ord(character) in _characters(file) for file in FILES)


@cache
def _file(name: str) -> Path:
    return next(Path(str(f.locate())) for f in metadata.files(PACKAGE) or () if f.name == name)


@cache
def _characters(file: str) -> frozenset[int]:
    with TTFont(_file(file), lazy=True) as font:
        return frozenset(font.getBestCmap())


def _cut_out(file: str, characters: Iterable[str]) -> bytes:
    """The variable font with these characters alone."""
    font = TTFont(_file(file), lazy=True, recalcTimestamp=False)  # the same document gives the same bytes
    options = subset.Options(hinting=False, notdef_outline=True, name_IDs=["*"], layout_features=[])
    options.drop_tables += TABLES
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(c) for c in characters])
    cutter.subset(font)
    small = io.BytesIO()
    font.save(small)
    font.close()
    return small.getvalue()


def _write(variable: bytes, name: str, weight: int, folder: Path) -> Face:
    """One weight of it as a file."""
    font = TTFont(io.BytesIO(variable), recalcTimestamp=False)
    instantiateVariableFont(font, {"wght": weight}, inplace=True, overlap=False)
    path, advances, em = folder / f"{name}.ttf", font["hmtx"].metrics, font["head"].unitsPerEm
    widths = {chr(code): advances[glyph][0] / em for code, glyph in font.getBestCmap().items()}
    font.save(path)
    font.close()
    return Face(name, path, widths)
