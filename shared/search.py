"""What a search field looks through: names, numbers, places, and the pinyin of names with its initials.

`spell` gives one character's pinyin without tones (lower case), or the character itself; phone and server bring the same dictionary.
"""

from __future__ import annotations

from collections.abc import Callable

from shared.rules import Row

SPELLED = frozenset({"criterion", "enterprise", "inspection", "person", "task"})  # kinds of record whose titles are names

Spell = Callable[[str], str]


def pinyin(text: str, spell: Spell) -> tuple[str, str]:
    """(initials, full spelling), lower case: 林一 -> ("ly", "linyi")."""
    syllables = [spell(character) for character in text.lower()]
    return "".join(syllable[:1] for syllable in syllables), "".join(syllables)


def search_text(kind: str, row: Row, spell: Spell) -> str:
    """The text of a record that every word of a search must occur in."""
    plain = f"{row.title} {row.number} {row.words}".lower()
    if kind not in SPELLED:
        return plain
    initials, full = pinyin(row.title, spell)
    return f"{plain} {initials} {full}"


def like_patterns(search: str) -> list[str]:
    """A search as LIKE patterns (escape character backslash), one a word."""
    words = search.lower().split()
    return ["%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%" for word in words]


def grams(text: str) -> set[str]:
    """The pieces by which a text is found: every two neighbours of which one is not ASCII, every three ASCII neighbours. What occurs in a text has no
    piece that the text has not.
    """
    found = set()
    for word in text.lower().split():
        found |= {word[i : i + 2] for i in range(len(word) - 1) if not word[i : i + 2].isascii()}
        found |= {word[i : i + 3] for i in range(len(word) - 2) if word[i : i + 3].isascii()}
    return found
