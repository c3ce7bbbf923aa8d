"""Finding by pinyin: the initials and the full spelling of a name, from one reading a character, so that 10,000 names are done at once."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pypinyin.constants import PINYIN_DICT

from shared.rules import Row

_SPELLED = frozenset({"enterprise", "person"})


@lru_cache(maxsize=30_000)
def _spell(character: str) -> str:
    """The first reading without tones; other characters as they are."""
    readings = PINYIN_DICT.get(ord(character))
    if not readings:
        return character
    plain = unicodedata.normalize("NFD", readings.split(",", 1)[0])
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("ü", "v")


def pinyin(text: str) -> tuple[str, str]:
    """(initials, full spelling), lower case: 林一 -> ("ly", "linyi")."""
    syllables = [_spell(character) for character in text.lower()]
    return "".join(syllable[:1] for syllable in syllables), "".join(syllables)


def search_text(kind: str, row: Row) -> str:
    """What a search field looks through."""
    plain = f"{row.title} {row.number} {row.words}".lower()
    if kind not in _SPELLED:
        return plain
    initials, full = pinyin(row.title)
    return f"{plain} {initials} {full}"
