"""Which characters our two text fonts hold.

The regular weight holds whatever a person may type or be called: GBK, the name characters of the table of general standard characters that GBK
lacks, and everything of the source font beyond the basic plane. The bold weight is for our own words: GB2312 and symbols. Kivy has neither
glyph fallback nor synthetic bold, so `has_bold` decides which texts may be bold at all. Pure data and functions; never opens a font.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache


def _double_byte(encoding: str, first: range, second: range) -> frozenset[str]:
    every = b"\n".join(bytes((a, b)) for a in first for b in second)  # decoded at once: one by one they take a fifth of the time to the first frame
    return frozenset(every.decode(encoding, "ignore")) - {"\n"}


def _ranges(*pairs: tuple[int, int]) -> frozenset[str]:
    return frozenset(chr(code) for low, high in pairs for code in range(low, high))


SYMBOLS = _ranges(
    (0x20, 0x7F), (0xA0, 0x180), (0x2010, 0x2040), (0x2070, 0x20C0), (0x2100, 0x2300), (0x2460, 0x2600),
    (0x25A0, 0x2700), (0x3000, 0x3040), (0x3200, 0x3400), (0xFF00, 0xFFF0),
)  # fmt: skip
# Characters of the table of general standard characters (2013) in extension A, most of them from names of people and places.
NAMES = frozenset(
    "㑇㑊㑮㔾㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼"
    "䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮堃喆昇祎犇玥"
)
LATE_UNIFIED = _ranges((0x9FA6, 0xA000))
BEYOND_BASIC_PLANE = 0x20000

GB2312: frozenset[str]  # these are made at first use: the window asks one character at a time, and begins without all the others
REGULAR: frozenset[str]
BOLD: frozenset[str]


def __getattr__(name: str) -> frozenset[str]:
    if name == "GB2312":
        found = _double_byte("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF))
    elif name == "BOLD":
        found = __getattr__("GB2312") | SYMBOLS
    elif name == "REGULAR":
        found = _double_byte("gbk", range(0x81, 0xFF), range(0x40, 0xFF)) | __getattr__("BOLD") | NAMES | LATE_UNIFIED
    else:
        raise AttributeError(name)
    globals()[name] = found
    return found


@lru_cache(maxsize=8_000)
def _is_bold(character: str) -> bool:
    """Whether it is in BOLD."""
    try:
        return len(character.encode("gb2312")) == 2 or character in SYMBOLS
    except UnicodeEncodeError:
        return character in SYMBOLS


def has_bold(text: Iterable[str]) -> bool:
    """Whether every character may be drawn bold; a text with one that may not is drawn in the regular weight as a whole."""
    return all(_is_bold(c) for c in text if c != "\n")
