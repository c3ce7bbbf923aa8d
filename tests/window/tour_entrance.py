"""A way past everything around the work, in its states: enrolling, people, PIN, settings, storage, syncing, handing in by file, notices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kivy.core.window import Window
from kivy.uix.modalview import ModalView

from mobile.core import inspecting, pin
from mobile.core.phone import Invitation
from mobile.core.status import Stopped, UpToDate, Waiting, Working
from mobile.device.platform import NO_CODE
from mobile.ui.screens.notices import explain
from mobile.ui.strings import tr
from tests.pictures import picture
from tests.window.conftest import Hand, pump, quiet, tap, until
from tests.window.fake_platform import ALL
from tests.worlds import LEDGER


def tour(hand: Hand, folder: Path) -> Iterator[str]:
    """Go to one place after another; yields its name when it can be seen."""
    yield from _entering(hand)
    yield from _own_page(hand)
    hand.app.session.stop_sync()
    _some_work(hand, folder)
    yield from _syncing(hand)
    yield from _by_file(hand, folder)
    yield from _storage(hand)
    yield from _notices(hand)


def _entering(hand: Hand) -> Iterator[str]:
    app, device = hand.app, hand.app.session.device
    hand.go("me", "enrol")
    yield "enrol-by-typing"
    hand.platform.abilities = ALL
    hand.go("me", "settings")
    hand.go("me", "enrol")
    hand.screen.server.error, hand.screen.code.error = tr("enrol.no_network"), tr("enrol.nothing_to_paste")
    hand.screen._busy(tr("enrol.reading"))
    pump(4)
    yield "enrol-every-way"
    explain(NO_CODE, tr("syncing.again"))
    pump(3)
    yield "enrol-no-code"
    quiet()
    hand.go("me", "enrol", again=device)
    yield "enrol-again"
    pin.set_pin(hand.client.store, "135790", b"salt")
    app.lock()
    pump(4)
    yield "unlock"
    hand.screen.pad.clear(tr("pin.locked", until="2023-08-15 09:30:00"))
    pump(4)
    yield "unlock-locked"
    app.unlocked()
    pump(4)


def _own_page(hand: Hand) -> Iterator[str]:
    second = hand.app.session.phone.enrol(Invitation(hand.url, hand.world.service.make_code(LEDGER, "zhou", "admin")))
    second.store.close()
    hand.go("me")
    yield "me"
    hand.screen.body.scroll_y = 0
    pump(4)
    yield "me-end"
    hand.go("me", "enrolments")
    yield "people"
    hand.screen.choose_whom_to_remove()
    pump(4)
    yield "people-remove"
    next(w for w in Window.children if isinstance(w, ModalView)).dismiss(animation=False)
    hand.screen.ask_to_remove(second.identity.device)
    pump(4)
    yield "people-remove-asked"
    next(w for w in Window.children if isinstance(w, ModalView)).dismiss(animation=False)
    for place in ("settings", "about", "help", "pin"):
        hand.go("me", place)
        yield place
        if place != "pin":
            hand.screen.body.scroll_y = 0.5
            pump(4)
            yield f"{place}-middle"
            hand.screen.body.scroll_y = 0
            pump(4)
            yield f"{place}-end"


def _some_work(hand: Hand, folder: Path) -> None:
    """An inspection with photos that nobody has sent yet."""
    from mobile.core.photos import prepare
    from mobile.ui.fonts import font_path

    client = hand.client
    template = next(t for t in client.templates() if t["id"] == "every-answer")
    inspection = inspecting.start_inspection(client, "e9", "assistance", template, why_no_position="室内")
    for seed in range(3):
        (folder / f"{seed}.jpg").write_bytes(picture(seed, size=(800, 600)))
        made = prepare(folder / f"{seed}.jpg", hand.app.session.phone.photos(hand.app.session.device), (), client.ports.now(), font=font_path())
        inspecting.attach_photo(client, inspection, None, made.file, {"taken_at": made.taken_at, "position": None, "likeness": made.likeness})
    inspecting.answer(client, inspection, template["items"][0]["id"], "conform")


def _syncing(hand: Hand) -> Iterator[str]:
    store, session, now = hand.client.store, hand.app.session, hand.client.ports.now()
    first = store.one("SELECT sha256 FROM photos")[0]
    with store.transaction():
        store.run("UPDATE photos SET sent = size / 3 WHERE sha256 = ?", (first,))
    for name, status in (
        ("sync-offline", Waiting(now + 40_000, "unreachable", 3)), ("sync-portal", Waiting(now + 40_000, "not_the_server", 3)),
        ("sync-full-disk", Waiting(now + 40_000, "disk_full", 3)), ("sync-working", Working("photo", 1, 3, first)),
        ("sync-wifi-only", UpToDate(now, held_back=3)), ("sync-revoked", Stopped("revoked")), ("sync-rewritten", Stopped("rewritten")),
        ("sync-old-program", Stopped("protocol")),
    ):  # fmt: skip
        session.status = status
        hand.app.nav.reset("sync")
        pump(6)
        yield name
    with store.transaction():
        store.run("UPDATE operations SET state = 'refused', code = 'inspection.kind_not_yours' WHERE n = 1")
        store.run("UPDATE operations SET state = 'conflict', code = 'changed_meanwhile' WHERE n = 2")
        store.run("UPDATE photos SET state = 'problem', code = 'photo.not_taken' WHERE sha256 = ?", (first,))
    session.status = UpToDate(now)
    hand.screen.refresh()
    for part in (0.66, 0.33, 0):
        hand.screen.body.scroll_y = part
        pump(4)
        yield f"sync-problems-{part}"


def _by_file(hand: Hand, folder: Path) -> Iterator[str]:
    hand.go("me", "by_file")
    yield "by-file"
    hand.screen.making = True
    hand.screen._progress(40)
    hand.screen.refresh()
    pump(4)
    yield "by-file-making"
    hand.screen.making = False
    hand.screen.refresh()
    pump(3)
    tap(hand.find(tr("by_file.make"), "PushButton"))
    until(lambda: hand.screen.written, "the file")
    pump(6)
    yield "by-file-made"
    hand.app.nav.push("folder")
    (folder / "检查照片").mkdir()
    hand.screen.open(folder)
    pump(4)
    yield "folder"
    hand.app.nav.back()
    hand.go("me", "receipts")
    yield "receipts"


def _storage(hand: Hand) -> Iterator[str]:
    hand.go("me", "storage")
    yield "storage-counting"
    until(lambda: hand.screen.counted, "the count")
    pump(6)
    yield "storage"
    hand.screen.body.scroll_y = 0
    pump(4)
    yield "storage-end"


def _notices(hand: Hand) -> Iterator[str]:
    hand.go("me", "help")
    for name, values in (("full", {"free": 40_000_000}), ("battery", {"free": 10_000_000_000, "battery": 0.12})):
        hand.platform.change(**values)
        pump(6)
        yield f"notice-{name}"
    hand.platform.change(battery=0.8)
    hand.client.store.set_meta(skew=-25 * 60_000)
    hand.app.look_at_machine()
    hand.screen._tell_notice()
    pump(4)
    yield "notice-clock"
