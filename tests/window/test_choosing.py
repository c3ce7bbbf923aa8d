"""Pictures and recordings that the machine has: chosen on its own page where it has one."""

from __future__ import annotations

from pathlib import Path

from mobile.core.darkroom import Shot
from mobile.device.platform import FAILED
from mobile.ui.screens.shooting import pick, room_of, shoot
from tests.window.conftest import Hand

SHOT = Shot(id="", to="draft/x", source="", at=1)


def test_the_machines_own_page_is_used_where_it_has_one_and_ours_elsewhere(enrolled: Hand, tmp_path: Path) -> None:
    pick(enrolled.app, SHOT, several=True)
    assert enrolled.place == "pick"
    enrolled.app.nav.back()
    pictures = [tmp_path / "1.jpg", tmp_path / "2.jpg"]
    enrolled.platform.will("choose", pictures)
    room = room_of(enrolled.app)
    pick(enrolled.app, SHOT, several=True)
    assert enrolled.place != "pick"
    assert [Path(shot.source) for shot in room.line("draft/x")] == pictures
    assert ("choose", room.camera, False, True) in enrolled.platform.asked


def test_where_there_is_no_camera_the_machines_own_page_is_offered(enrolled: Hand) -> None:
    enrolled.platform.will("choose", FAILED)
    shoot(enrolled.app, SHOT)
    assert "choose" in [asked[0] for asked in enrolled.platform.asked] and enrolled.place != "pick"


def test_a_recording_ends_when_the_app_goes_out_of_sight(enrolled: Hand) -> None:
    enrolled.app.on_pause()
    assert ("stop_audio",) in enrolled.platform.asked
