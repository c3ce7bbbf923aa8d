"""Beginning, filling in and the team, at the sizes, languages and colours people have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.window.conftest import Hand
from tests.window.looking import VARIANTS, Variant, look
from tests.window.tour_checklist import tour


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_checklist_and_its_team_are_whole_legible_and_fit_for_a_thumb(enrolled: Hand, window: Any, tmp_path: Path, variant: Variant) -> None:
    assert look(enrolled, window, tmp_path, tour, variant) > 25
