"""A QR code from a picture file: of an enrolment, of a colleague's inspection."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mobile.ui.screens.notices import explain

if TYPE_CHECKING:
    from mobile.ui.app import Paicha


def choose_code(app: Paicha, picked: Callable[[Path], None]) -> None:
    """One picture of a QR code: on the machine's own page where it has one; on ours the screen's `picked` is told."""
    if "choose" in app.platform.abilities:
        app.platform.choose(app.session.phone.folder / "codes", False, False, lambda chosen: picked(chosen[0]), explain)
    else:
        app.nav.push("pick", several=False)
