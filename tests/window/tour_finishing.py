"""A way past the end of an inspection: signing, refusing, the order, the record sheet, handing in, the receipt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kivy.core.window import Window

from mobile.core import handing_in, inspecting, ordering, pin, signing
from mobile.core.beside import act_on_this_phone
from mobile.core.engine import Engine
from mobile.core.phone import Invitation
from mobile.core.photos import prepare
from mobile.core.status import UpToDate
from mobile.ui.fonts import font_path
from tests.pictures import picture
from tests.window.conftest import Hand, pump, quiet, until
from tests.window.tour import EVERY_ANSWER
from tests.worlds import LEDGER

STROKES = [[[1000, 2000], [3000, 1200], [5000, 2600]], [[5200, 900], [5200, 3000]], [[6000, 2000], [8000, 1800]]]
LONG = "二层东侧安全出口堆放纸箱，疏散门被链锁锁闭，现场负责人称钥匙在库管处，检查时无法打开"


def colleague_here(hand: Hand, person: str = "zhou") -> str:
    """A colleague enrolled on the same phone, with a PIN; their device."""
    client = hand.app.session.phone.enrol(Invitation(hand.url, hand.world.service.make_code(LEDGER, person, "admin")))
    pin.set_pin(client.store, "135790", b"salt")
    engine = Engine(client)
    while not isinstance(engine.step(), UpToDate):
        pass
    device = client.identity.device
    client.store.close()
    return str(device)


def inspected(hand: Hand, folder: Path, kind: str = "dept_routine", findings: int = 2) -> str:
    """An inspection at the enterprise with the long name, with findings, photos and everything answered; nobody has signed."""
    client = hand.client
    template = next(t for t in client.templates() if t["id"] == "every-answer")
    inspection = inspecting.start_inspection(client, "e9", kind, template, why_no_position="地下车间无信号")
    values = {"number": 0, "date": "2023-08-15", "text": "已查看", "choice": 0}
    for n, item in enumerate(EVERY_ANSWER["items"]):
        wrong = n < findings and item["answer"] == "conform"
        inspecting.answer(client, inspection, item["id"], "not_conform" if wrong else values.get(item["answer"], "conform"))
    for n in range(findings):
        (folder / "photo.jpg").write_bytes(picture(n, size=(1200, 900)))
        taken = prepare(folder / "photo.jpg", hand.app.session.phone.photos(hand.app.session.device), ("x",), client.ports.now(), font=font_path())
        finding = {
            "enterprise": "e9", "place_text": "二层东侧", "position": None, "position_reason": "室内", "description": LONG, "cause": "management",
            "level_proposed": "major" if n == 0 else "general", "no_photo_reason": None, "source_kind": "section",
        }  # fmt: skip
        item = EVERY_ANSWER["items"][n]
        shown = {"taken_at": taken.taken_at, "likeness": taken.likeness}
        inspecting.report_finding(client, client.record(inspection), item, finding, [(taken.file, shown)])
    return inspection


def tour(hand: Hand, folder: Path) -> Iterator[str]:
    """Go to one place after another; yields its name when it can be seen."""
    device = colleague_here(hand)
    hand.app.session.stop_sync()
    inspection = inspected(hand, folder)
    hand.go("inspections", "finish", id=inspection)
    until(lambda: hand.screen.reminders, "the reminders")
    pump(5)
    yield "finish"
    for place, name in ((0.66, "finish-conclusion"), (0.33, "finish-team"), (0, "finish-unit")):
        hand.screen.body.scroll_y = place
        pump(5)
        yield name
    hand.go("inspections", "sign", id=inspection, who="me")
    yield "sign-me"
    hand.screen.pad.strokes = STROKES
    hand.screen.on_action("larger")
    pump(5)
    yield "sign-larger"
    hand.go("inspections", "sign", id=inspection, who="unit")
    hand.screen.finish()
    pump(5)
    yield "sign-unit-missing"
    hand.go("inspections", "sign", id=inspection, who="refuse")
    hand.screen.text.scroll_y = 1
    yield "sign-refuse"
    hand.go("inspections", "sign", id=inspection, who="colleague", device=device)
    hand.screen.pad.strokes = STROKES
    hand.screen.finish()
    pump(5)
    yield "sign-colleague-pin"
    yield from _order(hand, inspection)
    yield from _sheet(hand, inspection)
    yield from _handing_in(hand, inspection, device)


def _order(hand: Hand, inspection: str) -> Iterator[str]:
    client = hand.client
    client.act("inspection.companion", inspection, {"companion": {"name": "欧阳建国", "post": "安全总监兼生产副总", "phone": "000-00001234"}})
    hand.go("inspections", "order", id=inspection)
    yield "order"
    hand.screen.body.scroll_y = 0
    pump(5)
    yield "order-signing"
    hand.screen._refuses(True)
    hand.screen.serve()
    pump(5)
    yield "order-refused-missing"
    hand.screen._refuses(False)
    quiet()
    draft = ordering.draft_of(client, inspection)
    folder = hand.app.session.phone.photos(hand.app.session.device)
    for name in ordering.drawings_needed(draft):
        draft.drawings[name] = signing.keep_drawing(STROKES if name == "signature" else STROKES[:2], folder)
    ordering.keep_draft(client, inspection, draft)
    hand.go("inspections", "order_preview", id=inspection)
    until(lambda: hand.screen.document, "the preview")
    pump(5)
    yield "order-preview"
    hand.go("inspections", "order", id=inspection)
    hand.screen.serve()
    pump(5)
    yield "order-asked"
    next(w for w in Window.children if type(w).__name__ == "ConfirmSheet").accept()
    until(lambda: hand.place == "served_order" and hand.screen.document, "the order served")
    pump(5)
    yield "order-served"
    quiet()
    hand.screen.body.scroll_y = 0
    pump(5)
    yield "order-served-end"
    hand.screen.more()
    pump(5)
    yield "order-more"
    quiet()
    hand.screen.go("withdraw")
    hand.screen._withdraw("")
    pump(5)
    yield "order-withdraw"


def _sheet(hand: Hand, inspection: str) -> Iterator[str]:
    hand.go("inspections", "record_sheet", id=inspection)
    until(lambda: hand.screen.document, "the record sheet")
    pump(5)
    yield "record-sheet"
    hand.screen.body.scroll_y = 0.4
    pump(5)
    yield "record-sheet-middle"
    hand.screen._making(True)
    hand.screen._told(2, 5)
    hand.screen.body.scroll_y = 0
    pump(5)
    yield "record-sheet-making"
    hand.screen._making(False)


def _handing_in(hand: Hand, inspection: str, device: str) -> Iterator[str]:
    client, session = hand.client, hand.app.session
    folder = session.phone.photos(session.device)
    record = client.record(inspection)
    for role, name in (("inspector", "林一"), ("unit", "欧阳建国")):
        file = signing.keep_drawing(STROKES, folder)
        client.act_all([("inspection.sign", inspection, signing.signature(client, record, role, name, file, "安全总监"))], [file])
    client.act("inspection.conclude", inspection, {"conclusion": "责令限期整改，逾期不改依法处理。", "order_text": None, "copy_given": True})
    handing_in.ask_to_hand_in(client, inspection, [])
    hand.go("inspections", "finish", id=inspection)
    yield "finish-waiting"
    hand.screen.body.scroll_y = 0.3
    pump(8)
    yield "finish-signed-and-changed"
    handing_in.take_back(client, inspection)
    file = signing.keep_drawing(STROKES, session.phone.photos(device))
    body = signing.signature(client, client.record(inspection), "inspector", "zhou员", file)
    act_on_this_phone(session.phone, client, device, inspection, inspecting.join_code(record), [("inspection.sign", body)], [file])
    session.revision += 1
    pump(5)
    hand.screen.body.scroll_y = 1
    pump(5)
    yield "finish-complete"
    hand.screen.submit()
    pump(5)
    yield "finish-asked"
    next(w for w in Window.children if type(w).__name__ == "ConfirmSheet").accept()
    pump(5)
    hand.go("inspections", "finish", id=inspection)
    yield "finish-submitted"
    hand.screen.body.scroll_y = 0.4
    pump(8)
    yield "finish-submitted-signatures"

