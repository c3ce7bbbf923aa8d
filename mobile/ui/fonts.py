"""The three font files of the window and of the photo stamp, cut once from pinned PyPI packages.

    python -m mobile.ui.fonts [--force]

makes `fonts/NotoSansSC-Regular.ttf`, `fonts/NotoSansSC-Bold.ttf` and `fonts/icons.ttf` beside this file, with their licences, in some 25 seconds,
and does nothing when they are already what they should be (a stamp holds the package versions and the character sets). Each file appears whole
or not at all. The text font is Noto Sans SC (SIL Open Font License 1.1), one static file a weight, because Kivy draws a variable
font in its thinnest weight; the icons are Material Design Icons 7 (Apache License 2.0).

Needs `fonttools`, `justmytype-intl-cjk` and `fonticon-materialdesignicons7`, for cutting only. Never imports Kivy. The window only asks where the
files are: what cuts them is imported where it is done.
"""

from __future__ import annotations

import gc
import hashlib
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

from mobile.ui import charset
from mobile.ui.icons import ICONS
from mobile.ui.words import TEXTS

FOLDER = Path(__file__).resolve().parent / "fonts"
Weight = Literal["regular", "bold", "icons"]
FILES: dict[Weight, str] = {"regular": "NotoSansSC-Regular.ttf", "bold": "NotoSansSC-Bold.ttf", "icons": "icons.ttf"}
SOURCES = {"justmytype-intl-cjk": "0.1.0", "fonticon-materialdesignicons7": "7.2.96"}
TEXT_SOURCE = ("justmytype-intl-cjk", "NotoSansSC[wght].ttf")
ICON_SOURCE = ("fonticon-materialdesignicons7", "materialdesignicons-webfont.ttf")
WGHT: dict[Weight, int] = {"regular": 400, "bold": 700}
SECONDS = 25
FORMAT = 2  # of the cut files: raise it when the way of cutting changes
NOTE = """The files of this folder are made by `python -m mobile.ui.fonts` and are not part of the sources.

NotoSansSC-Regular.ttf, NotoSansSC-Bold.ttf
    Cut from Noto Sans SC. (c) 2014-2021 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'.
    Licensed under the SIL Open Font License, Version 1.1: OFL.txt.
icons.ttf
    Cut from Material Design Icons 7 by Pictogrammers, Apache License 2.0 (https://www.apache.org/licenses/LICENSE-2.0).
"""


class FontsMissing(RuntimeError):
    """The font files are not there, or cannot be made here; the text says what to do (stable code `fonts_missing`)."""

    code = "fonts_missing"


def font_path(weight: Weight = "regular") -> Path:
    """The file of a weight, for Kivy and Pillow alike; `FontsMissing` if it has not been made."""
    path = FOLDER / FILES[weight]
    if not path.is_file():
        raise FontsMissing(f"字体文件缺失，请运行 python -m mobile.ui.fonts / font file {path.name} is missing: run python -m mobile.ui.fonts")
    return path


def characters(weight: Weight) -> frozenset[str]:
    """What the cut file of that weight is asked to hold."""
    if weight == "icons":
        return frozenset(ICONS.values())
    own = frozenset(c for pair in TEXTS.values() for text in pair for c in text if c != "\n")
    return (charset.REGULAR if weight == "regular" else charset.BOLD) | own


def stamp() -> str:
    """What the files depend on: package versions and character sets, as text."""
    sets = {w: hashlib.sha256("".join(sorted(characters(w))).encode()).hexdigest() for w in FILES}
    return json.dumps({"format": FORMAT, "sources": SOURCES, "characters": sets}, indent=1, sort_keys=True)


def is_current() -> bool:
    """Whether all files are there and were cut from today's packages and characters."""
    mark = FOLDER / "stamp"
    return mark.is_file() and mark.read_text("utf-8") == stamp() and all((FOLDER / name).is_file() for name in FILES.values())


def build(say: Callable[[str], None] = print, force: bool = False) -> bool:
    """Cut what is missing or out of date; True if anything was made. `FontsMissing` if a source package is not installed."""
    if is_current() and not force:
        return False
    from concurrent.futures import ProcessPoolExecutor, as_completed  # here only: a phone may have no processes to import

    _check_packages()
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "stamp").unlink(missing_ok=True)
    say(f"cutting the fonts (once, about {SECONDS} s) ...")
    began = time.monotonic()
    with ProcessPoolExecutor(max_workers=2) as pool:
        cutting = {pool.submit(_make, weight): name for weight, name in FILES.items()}
        for done in as_completed(cutting):
            done.result()
            name = cutting[done]
            say(f"  {name}  {(FOLDER / name).stat().st_size / 1e6:.2f} MB  after {time.monotonic() - began:.0f} s")
    licence = _source(TEXT_SOURCE).with_name("OFL.txt")
    _replace(FOLDER / "OFL.txt", lambda to: to.write_bytes(licence.read_bytes()))
    _replace(FOLDER / "LICENSES.txt", lambda to: to.write_text(NOTE, "utf-8"))
    _replace(FOLDER / "stamp", lambda to: to.write_text(stamp(), "utf-8"))
    return True


def _check_packages() -> None:
    wrong = [f"{name}=={want}" for name, want in SOURCES.items() if _version(name) != want]
    wrong += [] if _version("fonttools") else ["fonttools"]
    if wrong:
        needed = " ".join(wrong)
        raise FontsMissing(f"缺少制作字体所需的包，请运行 / packages for cutting the fonts are missing, run: pip install {needed}")


def _version(package: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _source(source: tuple[str, str]) -> Path:
    from importlib import metadata

    package, name = source
    for file in metadata.files(package) or []:
        if file.name == name:
            return Path(str(file.locate()))
    raise FontsMissing(f"{package} does not hold {name}")


def _replace(to: Path, write: Callable[[Path], object]) -> None:
    """Write beside the file and move it into place, so that a half-written one is never seen."""
    part = to.with_name(f"{to.name}.{os.getpid()}.part")
    write(part)
    os.replace(part, to)


def _make(weight: Weight) -> None:
    gc.disable()  # millions of small objects, none of them in cycles: collecting would cost a third of the time
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    _replace(FOLDER / FILES[weight], lambda to: _cut(weight, to))


def _cut(weight: Weight, to: Path) -> None:
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(_source(ICON_SOURCE if weight == "icons" else TEXT_SOURCE))
    wanted = {ord(c) for c in characters(weight)}
    if weight == "regular":
        wanted |= {code for code in font.getBestCmap() if code >= charset.BEYOND_BASIC_PLANE}
    # cutting before fixing the weight is many times faster than the other way round
    _subset(font, wanted)
    if weight == "icons":
        _centre(font)
    else:
        instantiateVariableFont(font, {"wght": WGHT[weight]}, inplace=True, overlap=False)
    font.save(to)
    font.close()


def _centre(font: Any) -> None:
    """Make each icon as wide as what is drawn of it: SDL leaves out the space before a glyph but not the space after it, and it would
    stand too far left."""
    for name in font.getGlyphOrder():
        glyph = font["glyf"][name]
        if glyph.numberOfContours > 0:
            glyph.coordinates.translate((-glyph.xMin, 0))
            glyph.recalcBounds(font["glyf"])
            font["hmtx"][name] = (glyph.xMax, 0)


def _subset(font: Any, codes: Iterable[int]) -> None:
    from fontTools import subset

    options = subset.Options(hinting=False, notdef_outline=True, name_IDs=["*"], layout_features=[])
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "vhea", "vmtx", "VORG", "BASE", "VVAR"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=list(codes))
    cutter.subset(font)


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 when the fonts are there."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m mobile.ui.fonts", description="Cut the fonts of the window (once, about 25 s).")
    parser.add_argument("--force", action="store_true", help="cut them again even if they are up to date")
    try:
        made = build(force=parser.parse_args(arguments).force)
    except FontsMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    print(f"fonts {'made' if made else 'are up to date'} in {FOLDER.name}/")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
