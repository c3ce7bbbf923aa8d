"""Every screen at the sizes, languages and colours people have: nothing cut off, torn, overlapping, too pale, or too small for a thumb."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mobile.ui.strings import words
from mobile.ui.theme import DARK, LIGHT, PAIRS, contrast
from mobile.ui.words import AREAS, TEXTS
from tests.window.conftest import Hand, pump
from tests.window.looking import VARIANTS, Variant, look
from tests.window.tour import tour

WINDOW = Path(__file__).parents[2] / "mobile/ui"


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_screen_is_whole_legible_and_fit_for_a_thumb(enrolled: Hand, window: Any, tmp_path: Path, variant: Variant) -> None:
    assert look(enrolled, window, tmp_path, tour, variant) > 30


def test_the_language_changes_where_one_is(enrolled: Hand) -> None:
    enrolled.app.nav.reset("me")
    pump(3)
    enrolled.app.speak("en")
    pump(3)
    assert enrolled.place == "me" and enrolled.screen.bar.title == "Me" and words.language == "en"


def test_every_ink_is_legible_on_its_ground() -> None:
    for table in (LIGHT, DARK):
        for ink, ground in PAIRS:
            assert contrast(table[ink], table[ground]) >= 4.5, (ink, ground)


def test_every_text_is_there_in_both_languages_with_the_same_places_for_values() -> None:
    import string

    for key, pair in TEXTS.items():
        zh, en = ({field for _, field, _, _ in string.Formatter().parse(text) if field} for text in pair)
        assert zh == en and all(pair), key


def test_every_text_of_the_catalogue_is_said_somewhere() -> None:
    said, made = set(), set()
    for source in (path for path in WINDOW.rglob("*.py") if path.parent.name != "words"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                made.add("".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in node.values))
    for rules in WINDOW.rglob("*.kv"):
        said.update(re.findall(r"'([a-z_.0-9]+)'", rules.read_text(encoding="utf-8")))
    assert not [key for key in TEXTS if key not in said and not any(re.fullmatch(pattern, key) for pattern in made)]


def test_a_key_of_the_catalogue_stands_in_one_area_only() -> None:
    keys = [key for area in AREAS for key in area.TEXTS]
    assert len(keys) == len(set(keys)), [key for key, count in Counter(keys).items() if count > 1]
