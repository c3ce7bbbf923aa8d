"""Every text that the window shows of its own, by key: Chinese, English. A module an area; a key stands in one of them only.

`{name}` stands for a value given to `tr`. Keys are `place.what`; the kit's own begin with `kit.`. Texts of people, places and rules come from
records and reasons, never from here. A new character here changes the stamp of the fonts: run `python -m mobile.ui.fonts`.
"""

from __future__ import annotations

from mobile.ui.words import common, entrance, finding, finishing, inspection, today

AREAS = (common, today, entrance, inspection, finding, finishing)
TEXTS: dict[str, tuple[str, str]] = {key: pair for area in AREAS for key, pair in area.TEXTS.items()}
