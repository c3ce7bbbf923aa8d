"""The pictures of docs/inspector.md and README: a fictional inspector's day in the real window. `python -m tests.window.pictures FOLDER`.

No display is needed. A server, its subdistrict and the phone are made anew each time; nothing in the photos is real.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.window.conftest import Hand, pump, quiet, until  # first: it sets Kivy up

# isort: split

from kivy.core.window import Window
from kivy.metrics import Metrics
from PIL import Image

from mobile.core import inspecting, signing
from mobile.core.phone import Invitation, Phone
from mobile.core.status import UpToDate, Waiting
from mobile.device.desktop import desktop_ports
from mobile.ui import fonts
from mobile.ui.app import Paicha
from mobile.ui.screens.shooting import room_of
from mobile.ui.strings import words
from shared.pictures import SHANGHAI
from sync_server.accept import Act
from sync_server.blobs import LocalBlobs, write_durably
from sync_server.demo.world import ADMIN, LEDGER_BODY, acts, build_world, staff_acts
from sync_server.service import Service
from sync_server.store.database import Database
from tests.pictures import on_site
from tests.serving import serving
from tests.window.fake_platform import ALL, FakePlatform
from tests.window.looking import pixels

LEDGER, DAY = "qingyu", 86_400_000  # ms
WIDTH, COLOURS = 440, 128  # of a picture
CHECKLIST = "fire-crowded-place"
WRONG = "二层东侧安全出口被纸箱堵塞，疏散门上锁，值班人员没有钥匙"
MARKS: list[dict[str, Any]] = [
    {"shape": "box", "points": [[2300, 3600], [7400, 8300]], "colour": "red"},
    {"shape": "arrow", "points": [[8900, 1500], [7100, 3500]], "colour": "red"},
    {"shape": "text", "points": [[6400, 600]], "text": "出口堵塞", "colour": "red"},
]
NAME = [
    [[600, 1400], [1900, 1300]], [[1250, 700], [1300, 2900], [900, 3300]], [[700, 2300], [1800, 2100]], [[2500, 900], [3600, 800], [2700, 2000]],
    [[2600, 2100], [3900, 1900]], [[3200, 1300], [3250, 3200]], [[4700, 900], [4500, 1600], [4300, 2100]], [[4700, 1400], [6100, 1300]],
    [[5300, 1400], [5200, 2400], [4500, 3300]], [[5300, 2200], [6300, 3200]],
]  # fmt: skip


def main() -> None:
    """Leaves one PNG a place in the folder."""
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    Metrics.density, Window.size = 2, (824, 1830)
    fonts.build(say=lambda _: None)
    words.language = "zh"
    with tempfile.TemporaryDirectory() as folder:
        for name in _day(Path(folder)):
            pump(6)
            file = out / f"phone-{name}.png"
            _keep(file)
            print(f"{file}  {file.stat().st_size / 1000:.0f} kB", flush=True)


def _keep(file: Path) -> None:
    drawn = pixels().transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    small = drawn.resize((WIDTH, drawn.height * WIDTH // drawn.width), Image.Resampling.LANCZOS)
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


class Clock:
    """Of the server and the phone: today, and the day begins at 09:12. It goes as clocks go, and further on when it is told to."""

    def __init__(self) -> None:
        now = datetime.now(SHANGHAI)
        self.ahead = (now.replace(hour=9, minute=12) - now) // timedelta(milliseconds=1)

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead

    def passes(self, minutes: float) -> None:
        """So much of the day goes by."""
        self.ahead += round(minutes * 60_000)


_now = Clock()


# -- the subdistrict ---------------------------------------------------------------------------------------------------------------------------


class Place:
    """A server with the demo's subdistrict on it, what is due there today, and who goes."""

    def __init__(self, folder: Path) -> None:
        database = Database(f"sqlite:///{folder / 'server.db'}")
        database.prepare()
        self.service, self.blobs = Service(database, _now), LocalBlobs(folder / "blobs")
        world = build_world(enterprises=160)
        self.service.open_ledger(LEDGER, LEDGER_BODY)
        everything = [*acts(world), *staff_acts(world)]
        for start in range(0, len(everything), 200):
            self._accepted(everything[start : start + 200])
        self.section = next(id for id, body in world.units if body["name"] == "消防工作站")
        own = [person for person in world.people if person.unit == self.section]
        self.inspector, self.colleague = [person for person in own if person.post == "检查员" and person.card_no][:2]
        self.head = next(person for person in own if person.post == "科长")
        self.sites = [(id, body) for id, body in world.enterprises if "crowded_place" in body["industries"] and body["lead_section"] == self.section]

    def act(self, by: str, kind: str, subject: str, body: dict[str, Any]) -> None:
        """Somebody at the console, who has seen everything."""
        self._accepted([Act(by, kind, subject, body, 1_000_000)])

    def _accepted(self, acts: list[Act]) -> None:
        for verdict in self.service.act(LEDGER, acts).verdicts:
            assert verdict.verdict == "accepted", verdict

    def plan(self, number: int, site: str, theme: str, days: int) -> None:
        """A visit of the inspector and the colleague."""
        task = {
            "kind": "special", "enterprise": site, "templates": [CHECKLIST], "purposes": ["专项行动"], "theme": theme, "origin": "plan",
            "leader": self.inspector.id, "members": [self.colleague.id], "due": _now() + days * DAY + 600_000, "note": "先看疏散通道和消防控制室",
        }  # fmt: skip
        self.act(self.head.id, "task.plan", f"task-{number}", task)

    def put_right(self, id: str, site: tuple[str, dict[str, Any]], subject: str, place: str, text: str, done: str) -> None:
        """A hazard that the enterprise reports as put right."""
        enterprise, body = site
        found = {
            "enterprise": enterprise, "place_text": place, "description": text, "cause": "management", "level_proposed": "general",
            "found_at": _now() - 6 * DAY, "source_kind": "section", "position": None, "position_reason": "室内无信号", "no_photo_reason": None,
        }  # fmt: skip
        self.act(self.colleague.id, "hazard.report", id, found)
        self.act(self.colleague.id, "hazard.add_photo", id, self.photo(f"{id}-before", subject, body, 6) | {"phase": "before"})
        self.act(self.colleague.id, "hazard.submit", id, {})
        confirmed = {"level": "general", "responsible_section": self.section, "deadline": _now() + 4 * DAY}
        self.act(self.head.id, "hazard.confirm", id, confirmed)
        after = self.photo(f"{id}-after", subject, body, 1, fixed=True) | {"phase": "after", "of": f"{id}-before"}
        self.act(f"{enterprise}-officer", "hazard.evidence", id, after)
        rectified = {"done_at": _now() - DAY, "text": done, "money_fen": 86_000, "permits_closed": True}
        self.act(f"{enterprise}-officer", "hazard.rectify", id, rectified)

    def photo(self, id: str, subject: str, site: dict[str, Any], days_ago: int, *, fixed: bool = False) -> dict[str, Any]:
        """A photo that the server has, as an operation names it."""
        taken = _now() - days_ago * DAY
        data = on_site(subject, 11, fixed=fixed, taken=_exif_time(taken), lat=site["lat"], lon=site["lon"])
        sha256 = hashlib.sha256(data).hexdigest()
        file = self.blobs.path(LEDGER, sha256)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_durably(file, data)
        blob = {"sha256": sha256, "size": len(data), "media_type": "image/jpeg"}
        self._accepted([Act("server", "blob.received", "blobs", {"blobs": [blob]})])
        return {**blob, "photo": id, "taken_at": taken, "position": None, "likeness": None}


def _exif_time(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, SHANGHAI):%Y:%m:%d %H:%M:%S}"


# -- the day -----------------------------------------------------------------------------------------------------------------------------------


def _day(folder: Path) -> Iterator[str]:
    place = Place(folder)
    (site, body), second, third = place.sites[:3]
    place.plan(1, site, "人员密集场所消防", 0)
    place.plan(2, third[0], "人员密集场所消防", 3)
    place.put_right("h1", second, "charging", "后院车棚", "室内走道停放电动自行车并飞线充电", "已迁到室外集中充电点，拆除飞线，加装限时充电柜")
    with serving(place.service, folder) as url:
        hand = _phone(folder, place, url, body)
        yield from _visit(hand, place, site, body)
        yield from _reinspection(hand, place.colleague.id, second)
        yield from _sync(hand)
        hand.app.on_stop()
    place.service.close()


def _phone(folder: Path, place: Place, url: str, site: dict[str, Any]) -> Hand:
    """The inspector's phone, in front of the first site, with everything downloaded."""
    platform = FakePlatform(folder)
    platform.abilities = ALL
    here = {"lat": site["lat"] + 0.0004, "lon": site["lon"] + 0.0003, "accuracy": 12}
    platform.answers["locate"] = [here] * 50
    app = Paicha(Phone(folder / "phone", lambda home: replace(desktop_ports(home), now=_now)), folder, platform, ask_pin=False)
    for person in (place.colleague, place.inspector):
        app.session.phone.enrol(Invitation(url, place.service.make_code(LEDGER, person.id, ADMIN))).store.close()
    Window.add_widget(app.build())
    hand = Hand(app, None, url)  # type: ignore[arg-type]
    until(lambda: hand.client.record("h1") and hand.client.templates() and isinstance(app.session.status, UpToDate), "the first download", 90)
    app.session.stop_sync()
    return hand


def _go(hand: Hand, root: str, *places: tuple[str, dict[str, Any]]) -> Any:
    quiet()
    hand.app.nav.reset(root)
    for name, params in places:
        hand.app.nav.push(name, **params)
    pump(6)
    return hand.screen


def _shots(hand: Hand, site: dict[str, Any], *subjects: tuple[str, int]) -> list[Path]:
    files = []
    for number, (subject, seed) in enumerate(subjects):
        file = hand.app.session.pictures / f"{subject}-{seed}.jpg"
        file.write_bytes(on_site(subject, seed, taken=_exif_time(_now() - number * 20_000), lat=site["lat"], lon=site["lon"]))
        files.append(file)
    return files


def _visit(hand: Hand, place: Place, site: str, body: dict[str, Any]) -> Iterator[str]:
    client = hand.client
    _go(hand, "today")
    until(lambda: hand.app.where.position is not None, "where the phone is")
    hand.app.session.revision += 1
    yield "today"
    _go(hand, "enterprises", ("enterprise", {"id": site}))
    yield "enterprise"
    _go(hand, "today", ("start", {"enterprise": site, "task": "task-1"}))
    yield "start"
    template = next(t for t in client.templates() if t["id"] == CHECKLIST)
    position = hand.app.where.position
    inspection = inspecting.start_inspection(client, site, "special", template, position=position, theme="人员密集场所消防", task="task-1")
    items = [item["id"] for item in template["items"]]
    for item, value in zip(items[:4], ("not_conform", "conform", "conform", "conform"), strict=True):
        _now.passes(1.5)
        inspecting.answer(client, inspection, item, value)
    _go(hand, "today", ("checklist", {"id": inspection}))
    yield "checklist"
    hand.app.nav.push("finding", inspection=inspection, item=items[0])
    pump(6)
    yield from _finding(hand, body)
    for item in items[4:]:
        _now.passes(1.2)
        inspecting.answer(client, inspection, item, "conform")
    yield from _end(hand, place, inspection, body)


def _finding(hand: Hand, site: dict[str, Any]) -> Iterator[str]:
    screen = hand.screen
    screen.picked(*_shots(hand, site, ("exit", 5), ("exit", 24), ("extinguisher", 3)))
    until(lambda: [photo.mark for photo in screen.photos.photos] == [""] * 3, "the prepared photos")
    photo = screen.draft.photos[0]["sha256"]
    screen.draft.mark_photo(photo, MARKS)
    for name, text in (("place_text", "二层东侧安全出口"), ("description", WRONG)):
        screen.fields[name].text = text
        screen.fields[name].commit()
    screen.keep("level_proposed", "major")
    hand.app.session.revision += 1
    until(lambda: all(tile.picture for tile in screen.photos.tiles), "their tiles")
    yield "finding"
    hand.app.nav.push("markup", photo=photo, draft=screen.draft.key)
    pump(6)
    until(lambda: hand.screen.pad.texture, "the picture")
    yield "markup"
    hand.app.nav.back()
    pump(4)
    screen.keep("criterion", "std-xf35181-6.5")
    screen.save()
    pump(6)


def _end(hand: Hand, place: Place, inspection: str, site: dict[str, Any]) -> Iterator[str]:
    client = hand.client
    companion = {"name": site["safety_staff"][0], "post": "安全管理员", "phone": site["principal_phone"]}
    client.act("inspection.companion", inspection, {"companion": companion})
    client.act("inspection.conclude", inspection, {"conclusion": "责令限期整改，整改期间二层停止营业。", "order_text": None, "copy_given": True})
    screen = _go(hand, "today", ("checklist", {"id": inspection}), ("finish", {"id": inspection}))
    hand.app.nav.push("sign", id=inspection, who="me")
    pump(6)
    hand.screen.pad.strokes = [[[x + 1200, y + 1800] for x, y in stroke] for stroke in NAME]
    yield "sign"
    hand.app.nav.back()
    file = signing.keep_drawing(NAME, hand.app.session.phone.photos(hand.app.session.device))
    record = client.record(inspection)
    client.act_all([("inspection.sign", inspection, signing.signature(client, record, "inspector", place.inspector.name, file))], [file])
    hand.app.session.revision += 1
    until(lambda: screen.reminders is not None, "the reminders")
    pump(10)
    screen.body.scroll_y = 1
    yield "finish"
    _go(hand, "today", ("checklist", {"id": inspection}), ("record_sheet", {"id": inspection}))
    until(lambda: hand.screen.document, "the record sheet")
    yield "record"


def _reinspection(hand: Hand, colleague: str, site: tuple[str, dict[str, Any]]) -> Iterator[str]:
    screen = _go(hand, "today", ("reinspection", {"enterprise": site[0], "hazard": "h1"}))
    screen.join(colleague)
    screen.verdict.picked(*_shots(hand, site[1], ("charging", 11)))
    until(lambda: [photo.mark for photo in screen.verdict.photos.photos] == [""], "the photo on site")
    yield "reinspection"


def _sync(hand: Hand) -> Iterator[str]:
    room_of(hand.app).stop()
    hand.app.session.status = Waiting(_now() + 40_000, "unreachable", 3)
    screen = _go(hand, "sync")
    screen.refresh()
    yield "sync"


if __name__ == "__main__":
    main()
