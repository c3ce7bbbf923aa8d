"""One character's pinyin, from the dictionary that phone and server share."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pypinyin.constants import PINYIN_DICT


@lru_cache(maxsize=30_000)
def spell(character: str) -> str:
    """The first reading without tones; a character without one as it is."""
    readings = PINYIN_DICT.get(ord(character))
    if not readings:
        return character
    plain = unicodedata.normalize("NFD", readings.split(",", 1)[0])
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("ü", "v")
