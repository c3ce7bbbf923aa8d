"""The screens at the end of an inspection are whole, legible and fit for a thumb in every variant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.window.conftest import Hand
from tests.window.looking import VARIANTS, Variant, look
from tests.window.tour_finishing import tour


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_end_of_an_inspection_is_whole_legible_and_fit_for_a_thumb(enrolled: Hand, window: Any, tmp_path: Path, variant: Variant) -> None:
    assert look(enrolled, window, tmp_path, tour, variant) > 20
