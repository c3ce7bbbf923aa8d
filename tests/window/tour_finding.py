"""A way past the screens of a finding, its photos, a re-inspection, the report in passing and recordings."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kivy.core.window import Window

from mobile.core import inspecting, reinspecting
from mobile.ui.kit import Sheet
from mobile.ui.screens.shooting import room_of
from tests.pictures import picture
from tests.window.conftest import Hand, pump, until
from tests.window.test_finding import CRITERION
from tests.window.test_reinspection import DAY, sound, waiting_hazard
from tests.window.tour import EVERY_ANSWER

MARKS: list[dict[str, Any]] = [
    {"shape": "blur", "points": [[600, 5200], [3200, 8200]]},
    {"shape": "box", "points": [[4200, 3000], [7600, 6800]], "colour": "yellow"},
    {"shape": "circle", "points": [[1000, 800], [3600, 3200]], "colour": "blue"},
    {"shape": "arrow", "points": [[9200, 900], [7800, 2900]]},
    {"shape": "line", "points": [[4300, 7600], [5200, 7900], [6400, 7500], [7600, 8000]], "colour": "white"},
    {"shape": "text", "points": [[4300, 1500]], "text": "出口锁闭"},
]


def tour(hand: Hand, folder: Path) -> Iterator[str]:
    """Go to one place after another; yields its name when it can be seen."""
    assert hand.world.act("admin", "criterion.add", "k1", CRITERION).verdict == "accepted"
    now = int(time.time() * 1000)
    for id, more in (("h1", {}), ("h2", {"description": "喷漆房防爆灯罩破损，接线盒未密封，可能引燃漆雾"})):
        waiting_hazard(hand, id, **more)
    hand.app.session.sync_now()
    until(lambda: all(hand.client.record(id) for id in ("k1", "h1", "h2")), "what the tour needs")
    hand.app.session.stop_sync()
    yield from _finding(hand, folder)
    yield from _reinspection(hand, folder, now)
    yield from _report(hand, folder)
    yield from _evidence(hand, folder)


def _files(folder: Path, count: int) -> list[Path]:
    files = [folder / f"现场 {number}.jpg" for number in range(1, count + 1)]
    for number, file in enumerate(files, 1):
        file.write_bytes(picture(number, size=(1600, 1200)))
    return files


def _ready(strip: Any, count: int) -> None:
    until(lambda: [photo.mark for photo in strip().photos] == [""] * count, "the prepared photos")
    until(lambda: all(tile.picture for tile in strip().tiles), "their tiles")
    pump(4)


def _finding(hand: Hand, folder: Path) -> Iterator[str]:
    template = next(t for t in hand.client.templates() if t["id"] == "every-answer")
    inspection = inspecting.start_inspection(hand.client, "e9", "assistance", template, why_no_position="室内")
    item = EVERY_ANSWER["items"][1]["id"]
    hand.app.nav.reset("enterprises")
    hand.app.nav.push("finding", inspection=inspection, item=item)
    pump(5)
    screen = hand.screen
    yield "finding-empty"
    files = _files(folder, 4)
    (folder / "坏的.jpg").write_bytes(b"no picture")
    screen.picked(*files[:3], folder / "坏的.jpg")
    until(lambda: [photo.mark for photo in screen.photos.photos] == [""] * 3 + ["problem"], "three photos and a problem")
    until(lambda: all(tile.picture for tile in screen.photos.tiles[:3]), "their tiles")
    screen.draft.mark_photo(screen.draft.photos[0]["sha256"], MARKS)
    screen.fields["place_text"].text = "二层东侧安全出口"
    screen.fields["place_text"].commit()
    hand.app.session.revision += 1
    pump(6)
    yield "finding-photos"
    screen.open_photo(screen.photos.photos[3])
    pump(4)
    yield "finding-photo-problem"
    _close()
    room_of(hand.app).drop(room_of(hand.app).line()[0].id)
    for name, value in (("level_proposed", "major"), ("immediate", True), ("criterion", "k1")):
        screen.keep(name, value)
    pump(6)
    screen.body.scroll_y = 0.45
    pump(4)
    yield "finding-major"
    screen.body.scroll_y = 0
    pump(4)
    yield "finding-fixed"
    hand.app.nav.push("criteria", enterprise="e9", draft=screen.draft.key)
    pump(5)
    yield "criteria"
    hand.screen.read("k1")
    pump(4)
    yield "criterion"
    _close()
    hand.screen.search.text = "没有这一条"
    hand.screen.search.search()
    pump(4)
    yield "criteria-none"
    hand.app.nav.back()
    yield from _pictures(hand, screen, files)
    screen.body.scroll_y = 1
    screen.save()
    pump(5)
    (hazard,) = inspecting.hazards_of(hand.client, inspection)
    hand.app.nav.push("finding", inspection=inspection, item=item)
    pump(5)
    hand.screen.body.scroll_y = 0.7
    pump(4)
    yield "finding-similar"
    hand.app.nav.back()
    hand.app.nav.push("finding", id=hazard["id"])
    pump(6)
    yield "finding-saved"


def _pictures(hand: Hand, screen: Any, files: list[Path]) -> Iterator[str]:
    first = screen.draft.photos[0]["sha256"]
    hand.app.nav.push("photo", photo=first, draft=screen.draft.key)
    pump(4)
    until(lambda: hand.screen.picture.texture, "the picture")
    pump(4)
    yield "photo"
    hand.app.nav.push("markup", photo=first, draft=screen.draft.key)
    pump(4)
    until(lambda: hand.screen.pad.texture, "the picture")
    pump(4)
    yield "markup"
    hand.screen.take("")
    hand.screen.choose(1)
    pump(4)
    yield "markup-chosen"
    hand.screen._ask_words({"shape": "text", "points": [[5000, 5000]], "colour": "red"})
    pump(4)
    yield "markup-words"
    _close()
    hand.app.nav.back()
    hand.app.nav.back()
    pump(4)
    screen.shoot("after")
    pump(4)
    until(lambda: hand.screen.before.texture, "the picture from before")
    pump(4)
    yield "after"
    hand.screen.picked(files[3])
    until(lambda: hand.screen.compare.above and hand.screen.compare.below, "both")
    pump(4)
    yield "after-compare"
    hand.screen.compare.way, hand.screen.ways.value = "blend", "blend"
    pump(4)
    yield "after-blend"
    hand.app.nav.back()
    screen.keep("fix_text", "已现场开锁，出口可以正常开启")
    screen.form._write("fix_text", "已现场开锁，出口可以正常开启")
    pump(4)


def _reinspection(hand: Hand, folder: Path, now: int) -> Iterator[str]:
    hand.app.nav.reset("enterprises")
    hand.app.nav.push("reinspection", enterprise="e1")
    pump(6)
    yield "reinspection"
    hand.screen.join("zhou")
    hand.screen.open("h1")
    pump(6)
    verdict = hand.screen.verdict
    verdict.picked(_files(folder, 1)[0])
    _ready(lambda: hand.screen.verdict.photos, 1)
    yield "reinspection-open"
    hand.screen.verdict.keep(result="fail", text="锁具虽已更换，出口外侧仍堆放货物")
    pump(4)
    hand.screen.body.scroll_y = 0.2
    pump(4)
    yield "reinspection-fail"
    hand.screen.round.keep(reason="室内无信号")
    hand.screen.record(hand.client.record("h1"))
    pump(6)
    yield "reinspection-recorded"
    reinspecting.verdict_on(hand.client, "h1").keep(text="记到一半")
    hand.app.session.revision += 1
    pump(6)
    yield "reinspection-by-others"
    hand.app.nav.push("finding", id="h1")
    pump(5)
    hand.screen.body.scroll_y = 0
    pump(4)
    yield "finding-failed-once"
    hand.app.nav.back()
    reinspecting.verdict_on(hand.client, "h1").forget()
    hand.app.nav.push("reinspection", enterprise="e2")
    pump(5)
    yield "reinspection-none"
    assert now - DAY > 0


def _report(hand: Hand, folder: Path) -> Iterator[str]:
    hand.app.nav.reset("enterprises")
    hand.app.nav.push("report")
    pump(8)
    yield "report"
    hand.screen.search.text = "河边废品收购站"
    hand.screen.search.search()
    pump(5)
    yield "report-unknown"
    hand.screen.choose("e9", "")
    hand.screen.fields["description"].text = "露天堆放油桶，无人看管"
    hand.screen.picked(_files(folder, 2)[1])
    _ready(lambda: hand.screen.photos, 1)
    yield "report-ready"


def _evidence(hand: Hand, folder: Path) -> Iterator[str]:
    template = next(t for t in hand.client.templates() if t["id"] == "idle-sites")
    inspection = inspecting.start_inspection(hand.client, "e1", "assistance", template, why_no_position="室内")
    hand.app.nav.reset("enterprises")
    hand.app.nav.push("evidence", id=inspection)
    pump(5)
    yield "evidence-none"
    (folder / "问询.m4a").write_bytes(sound(73))
    hand.platform.will("audio", folder / "问询.m4a")
    hand.platform.abilities |= {"video", "share"}
    hand.screen.record()
    pump(4)
    yield "evidence-recording"
    hand.screen.stop()
    until(lambda: hand.client.record(inspection)["photos"], "the recording")
    pump(6)
    yield "evidence"


def _close() -> None:
    """Whatever lies over the screen goes."""
    for root in list(Window.children):
        if isinstance(root, Sheet):
            root.dismiss(animation=False)
    pump(4)
