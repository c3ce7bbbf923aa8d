"""The sync page in plain words: how things stand, what only this phone holds, what is wrong and what to do about it, what needs the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kivy.clock import Clock

from mobile.core.durable import write_durably
from mobile.core.status import Problem, Status, Stopped, Unsent, UpToDate, Waiting, Working
from mobile.core.store import STORAGE
from mobile.core.waiting import WaitingPhoto, try_again, waiting_photos
from mobile.ui.kit import Banner, Card, ProgressLine, PushButton, Scroll, SectionHeader, Text
from mobile.ui.kit.marks import LinkRow
from mobile.ui.kit.tree import keep
from mobile.ui.saying import answer_words, held_here, say, why
from mobile.ui.screens.notices import explain
from mobile.ui.screens.screen import Screen, both, moment
from mobile.ui.screens.storage import mega
from mobile.ui.strings import tr
from mobile.ui.words import TEXTS
from shared.ledger import may_settle
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

PHOTOS = 20  # shown one by one
PROBLEMS = 50
# What is wrong -> the one thing to do about it, where that is another than to try again.
WAYS = {
    "revoked": "new_code", "unknown_device": "new_code", "key.lost": "new_code", "protocol": "by_file", "rewritten": "tell_office",
    "sync.failed": "tell_office", "disk_full": "make_room", "photo.disk_full": "make_room",
}  # fmt: skip
FIRST = {"not_the_server": "syncing.sign_in_first", "protocol": "syncing.update_first"}  # what has to be done outside the app before
ICONS = {"try_now": "sync", "new_code": "key", "by_file": "file-send-outline", "tell_office": "phone", "make_room": "broom"}


class Syncing(Screen):
    """Everything about what has and has not reached the ledger. What only counts on (a bar, seconds) is changed in place; the rest is drawn anew when
    it changes."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("sync.title"), back=False)
        self.bar.actions = [("sync", "sync")]
        self.banner = Banner()
        self.body = Scroll()
        self.add_widget(self.banner)
        self.add_widget(self.body)
        self.photos: dict[str, ProgressLine] = {}
        self.held: Text | None = None
        self.countdown: Text | None = None
        self._drawn: tuple[Any, ...] = ()

    def on_action(self, name: str) -> None:
        """Sync now."""
        self.app.session.sync_now()

    def on_shown(self) -> None:
        """Follow the status, not only the data; count the seconds to the next try."""
        self._drawn = ()
        super().on_shown()
        self.app.session.bind(status=self._changed)
        Clock.schedule_interval(self._count_down, 1)

    def on_hidden(self) -> None:
        """No longer."""
        super().on_hidden()
        self.app.session.unbind(status=self._changed)
        Clock.unschedule(self._count_down)

    # -- drawing ---------------------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """From the database and the engine's last word."""
        unsent, status = self.client.unsent(), self.app.session.status
        said = say(status, unsent)
        self.banner.text, self.banner.icon, self.banner.tone = said.text, said.icon, said.tone
        keep(self, self.banner, not _trouble(status), self.children.index(self.body) + 1)  # trouble has a card of its own
        photos, problems = waiting_photos(self.client, PHOTOS), self.client.needs_you()
        shape = (
            _trouble(status), isinstance(status, Waiting) and bool(status.problem), _held_back(status), bool(unsent.operations), unsent.photos,
            [(photo.sha256, photo.state) for photo in photos], problems, self._last(status),
        )  # fmt: skip
        if shape != self._drawn:
            self._drawn = shape
            self._draw(unsent, status, photos, problems)
        self._count_on(unsent, photos, status)

    def _draw(self, unsent: Unsent, status: Status | None, photos: list[WaitingPhoto], problems: list[Problem]) -> None:
        self.body.ids.column.clear_widgets()
        self.photos, self.countdown, self.held = {}, None, None
        trouble = _trouble(status)
        if trouble:
            self.body.add(self._trouble_card(trouble, status))
        self.body.add(self._waiting_card(unsent, status))
        if not trouble:
            self.body.add(PushButton(text=tr("sync.now"), icon="sync", kind="secondary", on_release=lambda _: self.on_action("sync")))
        self._draw_problems(problems)
        if photos:
            self._draw_photos(photos, unsent.photos)
        self._draw_more()

    def _count_on(self, unsent: Unsent, photos: list[WaitingPhoto], status: Status | None) -> None:
        """What changes all the time."""
        if self.held is not None:
            self.held.content = tr("syncing.held", held=held_here(unsent), size=mega(unsent.photo_bytes)) if unsent.photos else held_here(unsent)
        under_way = status.photo if isinstance(status, Working) else ""
        for photo in photos:
            line = self.photos.get(photo.sha256)
            if line is not None:
                line.value = photo.sent / photo.size if photo.size else 0
                line.detail = _photo_state(photo, photo.sha256 == under_way)
        self._count_down()

    def _count_down(self, *_: object) -> None:
        status = self.app.session.status
        if self.countdown is None or not isinstance(status, Waiting):
            return
        seconds = -(-(status.next_try - self.client.ports.now()) // 1000)
        self.countdown.content = tr("syncing.next_try", count=seconds) if seconds > 0 else tr("syncing.trying")

    # -- what is wrong ---------------------------------------------------------------------------------------------------------------------

    def _trouble_card(self, code: str, status: Status | None) -> Card:
        """What is wrong, that nothing is lost, and the one thing to do."""
        card = Card()
        card.add_widget(Text(content=why(code), style="headline", tone="danger" if isinstance(status, Stopped) else "warn"))
        card.add_widget(Text(content=tr("syncing.kept"), style="small", tone="ink_soft"))
        if code in FIRST:
            card.add_widget(Text(content=tr(FIRST[code]), style="small"))
        if isinstance(status, Waiting):
            self.countdown = Text(style="small", strong=True)
            card.add_widget(self.countdown)
        way = WAYS.get(code, "try_now")
        if way == "tell_office" and "share" not in self.app.platform.abilities:
            way = "try_now"
        card.add_widget(PushButton(text=self._words(way), icon=ICONS[way], on_release=lambda _: self._go(way, why(code))))
        return card

    @staticmethod
    def _words(way: str) -> str:
        return tr("enrol.again") if way == "new_code" else tr(f"syncing.{way}")

    def _go(self, way: str, what: str) -> None:
        if way == "new_code":
            self.app.nav.push("enrol", again=self.app.session.device)
        elif way == "by_file":
            self.app.nav.push("by_file")
        elif way == "make_room":
            self.app.nav.push("storage")
        elif way == "tell_office":
            self._tell_office([what])
        else:
            self.app.session.sync_now()

    def _tell_office(self, lines: list[str]) -> None:
        """A short text with all that the office needs to find it, for another app or the eye."""
        identity, person = self.client.identity, self.client.person or {}
        known = [tr("syncing.report"), *lines, f"{person.get('name', '')} · {identity.device}", moment(self.client.ports.now())]
        file = self.app.session.phone.folder / "problem.txt"
        try:
            write_durably(file, "\n".join(known).encode())
        except OSError:
            explain(STORAGE)
            return
        self.app.platform.share(file, "text/plain", tr("syncing.report"), explain)

    # -- what is waiting -------------------------------------------------------------------------------------------------------------------

    def _waiting_card(self, unsent: Unsent, status: Status | None) -> Card:
        card = Card()
        waiting = bool(unsent.operations or unsent.photos)
        card.add_widget(Text(content=tr("syncing.waiting") if waiting else tr("syncing.all_sent"), style="headline", tone="ink" if waiting else "ok"))
        if waiting:
            self.held = Text(content=held_here(unsent))
            card.add_widget(self.held)
        if unsent.oldest_at:
            ago = _ago(self.client.ports.now() - unsent.oldest_at)
            card.add_widget(Text(content=tr("syncing.since", at=moment(unsent.oldest_at), ago=ago), style="small", tone="ink_soft"))
        held_back = _held_back(status)
        if held_back:
            card.add_widget(Text(content=tr("syncing.wifi", count=held_back), style="small", tone="warn"))
            anyway = PushButton(text=tr("syncing.wifi_anyway"), icon="upload-outline", kind="text")
            anyway.bind(on_release=lambda _: self.app.session.sync_now(photos=True))
            card.add_widget(anyway)
        card.add_widget(Text(content=self._last(status), style="caption", tone="ink_soft"))
        return card

    def _last(self, status: Status | None) -> str:
        at = status.at if isinstance(status, UpToDate) else self.client.store.meta("synced_at", 0)
        return tr("syncing.last", at=moment(at)) if at else tr("syncing.never")

    def _draw_photos(self, photos: list[WaitingPhoto], count: int) -> None:
        more = tr("syncing.more_photos", count=count - len(photos)) if count > len(photos) else ""
        self.body.add(SectionHeader(text=tr("finding.photos"), detail=more))
        card = Card()
        for photo in photos:
            tone = "danger" if photo.state == "problem" else "primary"
            line = ProgressLine(text=f"{photo.about or tr('syncing.photo')} · {mega(photo.size)}", tone=tone)
            self.photos[photo.sha256] = line
            card.add_widget(line)
        self.body.add(card)

    def _draw_more(self) -> None:
        self.body.add(SectionHeader(text=tr("syncing.more")))
        for place, icon in (("by_file", "file-send-outline"), ("receipts", "receipt-text-check-outline")):
            go = LinkRow(text=tr(f"syncing.{place}"), detail=tr(f"syncing.{place}_detail"), icon=icon)
            go.bind(on_release=lambda _, place=place: self.app.nav.push(place))
            self.body.add(go)

    # -- what needs the person -------------------------------------------------------------------------------------------------------------

    def _draw_problems(self, problems: list[Problem]) -> None:
        self.body.add(SectionHeader(text=tr("sync.needs_you"), detail=str(len(problems)) if problems else ""))
        if not problems:
            self.body.add(Text(content=f"{tr('sync.nothing')} · {tr('sync.nothing_text')}", style="small", tone="ink_soft"))
        for problem in problems[:PROBLEMS]:
            self.body.add(self._problem_card(problem))

    def _problem_card(self, problem: Problem) -> Card:
        """What it is about, what it means, what was kept, and one thing to do (and where it was read, to put it away)."""
        card, record = Card(), self.client.record(problem.subject) or {}
        key = f"op.{problem.operation_kind}" if problem.operation_kind else "op.photo"
        about = str(record.get("ledger_no") or record.get("enterprise_name") or record.get("name") or "")
        line = " · ".join(part for part in (tr(key) if key in TEXTS else problem.operation_kind, about, moment(problem.at)) if part)
        for text, tone, style in (
            (tr(f"sync.{problem.kind}"), "danger", "headline"), (line, "ink", "body"), (why(problem.code), "danger", "small"),
            (tr(f"sync.{problem.kind}_text"), "ink_soft", "small"),
        ):  # fmt: skip
            card.add_widget(Text(content=text, tone=tone, style=style))
        held = self._conflict(problem, record) if problem.kind == "conflict" else None
        if held is not None and may_settle(self.client.person or {}, record, held[1]):
            self._offer_choice(card, problem, record, *held)
            return card
        if problem.kind == "conflict":
            card.add_widget(Text(content=tr("syncing.not_yours"), style="small"))
        self._offer_way(card, problem, record, line)
        if problem.kind == "refused":
            card.add_widget(PushButton(text=tr("sync.dismiss"), kind="text", on_release=lambda _: self._dismiss(problem.n)))
        return card

    def _offer_way(self, card: Card, problem: Problem, record: Record, line: str) -> None:
        place = _place_of(record)
        if problem.kind == "photo" and problem.code not in ("photo.gone", "photo.changed"):
            words, icon, act = "again", "refresh", lambda: self._try_again(problem)
        elif place is not None and problem.kind != "conflict":
            words, icon, act = "open_it", "eye", lambda: self.app.nav.push(place, id=problem.subject)
        elif "share" in self.app.platform.abilities:
            words, icon, act = "tell_office", "phone", lambda: self._tell_office([line, why(problem.code)])
        else:
            return
        card.add_widget(PushButton(text=tr(f"syncing.{words}"), icon=icon, kind="secondary", on_release=lambda _: act()))

    @staticmethod
    def _conflict(problem: Problem, record: Record) -> tuple[str, Record] | None:
        """The one on the record that this operation of ours lost, while it is open."""
        waits = [(no, held) for no, held in record.get("conflicts", {}).items() if held["settled"] is None]
        return next(((no, held) for no, held in waits if held["n"] == problem.n or problem.n < 0), None)

    def _offer_choice(self, card: Card, problem: Problem, record: Record, no: str, held: Record) -> None:
        body = held["body"].get("changes", held["body"])
        item = self._item_of(record, body)
        if item is not None:
            card.add_widget(Text(content=f"{item['id']} {both(item['text'])}"))
        card.add_widget(Text(content=tr("syncing.yours", what=_told(body, item))))
        card.add_widget(Text(content=tr("syncing.theirs", what=_told({name: _standing(record, body, name) for name in body}, item))))
        for pick, kind in (("second", "secondary"), ("first", "text")):
            button = PushButton(text=tr(f"sync.pick_{pick}"), kind=kind)
            button.bind(on_release=lambda _, pick=pick: self._settle(problem, no, pick))
            card.add_widget(button)

    def _item_of(self, record: Record, body: Record) -> Record | None:
        """The item of the checklist that an operation is about."""
        items = self.client.template_of(record)["items"] if record.get("kind") == "inspection" and "item" in body else []
        return next((item for item in items if item["id"] == body["item"]), None)

    def _dismiss(self, n: int) -> None:
        self.app.session.do(lambda: self.client.dismiss(n))

    def _try_again(self, problem: Problem) -> None:
        self.app.session.do(lambda: try_again(self.client, problem.photo))
        self.app.session.sync_now()

    def _settle(self, problem: Problem, no: str, pick: str) -> None:
        self.app.session.do(lambda: self.client.act("conflict.resolve", problem.subject, {"conflict": int(no), "pick": pick, "reason": None}))


def _trouble(status: Status | None) -> str:
    """The code of what keeps syncing from going on; "" if nothing does."""
    return status.problem if isinstance(status, Waiting) else status.code if isinstance(status, Stopped) else ""


def _held_back(status: Status | None) -> int:
    return status.held_back if isinstance(status, UpToDate | Waiting) else 0


def _photo_state(photo: WaitingPhoto, under_way: bool) -> str:
    if photo.state == "problem":
        return tr("syncing.photo_stuck")
    if under_way or photo.sent:
        return tr("syncing.photo_done", percent=100 * photo.sent // photo.size if photo.size else 0)
    return tr("syncing.photo_later") if photo.code else tr("syncing.photo_waiting")


def _place_of(record: Record) -> str | None:
    """Where a record is to be seen."""
    return {"inspection": "checklist", "hazard": "finding", "enterprise": "enterprise"}.get(str(record.get("kind", "")))


def _standing(record: Record, body: Record, name: str) -> Any:
    """What the record says now of something in an operation; of an answer, the answer to the same item."""
    if name == "value" and "item" in body:
        return record.get("answers", {}).get(body["item"])
    return record.get(name)


def _told(values: Record, item: Record | None) -> str:
    """The values of an operation in one line, an answer as its item has it."""
    said = [_said(name, value, item) for name, value in values.items() if isinstance(value, str | int | float) and name != "item"]
    return " · ".join(said)[:120] or tr("syncing.nothing_entered")


def _said(name: str, value: Any, item: Record | None) -> str:
    if name == "value" and item is not None:
        return answer_words(item, value)
    key = f"{'level' if name == 'level_proposed' else name}.{value}"
    return tr(key) if key in TEXTS else str(value)


def _ago(ms: int) -> str:
    minutes = max(0, ms) // 60_000
    if minutes < 1:
        return tr("syncing.just_now")
    if minutes < 60:
        return tr("syncing.minutes_ago", count=minutes)
    return tr("syncing.hours_ago", count=minutes // 60) if minutes < 48 * 60 else tr("syncing.days_ago", count=minutes // (24 * 60))
