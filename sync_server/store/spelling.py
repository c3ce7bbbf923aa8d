"""One character's pinyin, from the dictionary that phone and server share."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec


@cache
def _readings() -> dict[int, str]:
    """pypinyin's table of characters, without the package around it: that reads its phrases, too, and takes a second."""
    package = find_spec("pypinyin")
    found = PathFinder.find_spec("pinyin_dict", package.submodule_search_locations) if package else None
    if found is None or found.loader is None:
        raise ModuleNotFoundError("pypinyin")
    module = module_from_spec(found)
    found.loader.exec_module(module)
    table: dict[int, str] = module.pinyin_dict
    return table


@lru_cache(maxsize=30_000)
def spell(character: str) -> str:
    """The first reading without tones; a character without one as it is."""
    readings = _readings().get(ord(character))
    if not readings:
        return character
    plain = unicodedata.normalize("NFD", readings.split(",", 1)[0])
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("ü", "v")
