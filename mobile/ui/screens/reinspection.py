"""Re-inspection (A7, T16, T17): one walk past every hazard of an enterprise that waits to be looked at: what it was, what was reported, what is seen.

What is noted of a hazard is kept until its result is recorded; one may leave at any moment and go on later. What somebody else has dealt with
meanwhile is said, and the notes stay until they are put away.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.metrics import dp

from mobile.core import reinspecting
from mobile.core.drafts import Draft
from mobile.core.fetch import want
from mobile.ui.kit import (
    Banner,
    Card,
    Chip,
    ChoiceRow,
    Column,
    EmptyState,
    Fact,
    Option,
    Photo,
    PhotoStrip,
    PushButton,
    Scroll,
    SectionHeader,
    TapCard,
    Text,
    TextField,
    Wrap,
    tell,
)
from mobile.ui.screens.finding_facts import level_badge, rectified, strip
from mobile.ui.screens.screen import Screen, badges, moment, state_badge
from mobile.ui.screens.shooting import drafted, open_waiting, room_of, shoot, shot_for, stamp_of
from mobile.ui.strings import tr
from shared.kinds.presets import presets
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

COLLEAGUES = 8  # chips; the others come with one more tap
PRESETS = 3


class Reinspection(Screen):
    """The walk at one enterprise; `hazard` is the one to begin with."""

    def __init__(self, app: Paicha, enterprise: str, hazard: str = "") -> None:
        super().__init__(app, tr("reinspection.title"))
        self.enterprise = enterprise
        self.round = reinspecting.walk_of(self.client, enterprise)
        if hazard:
            self.round.keep(open=hazard)
        self.everyone = False
        self.body = Scroll()
        self.add_widget(self.body)
        self.verdict: Verdict | None = None
        self._laid: Any = None

    def on_shown(self) -> None:
        """Where one is belongs to what one sees."""
        super().on_shown()
        self.app.where.bind(position=self._placed)
        self.app.where.look()
        self._placed()
        photos = [photo["sha256"] for hazard, _ in reinspecting.waiting_at(self.client, self.enterprise) for photo in hazard["photos"].values()]
        if photos and self.app.session.do(lambda: want(self.client, photos)) is True:
            self.app.session.sync_now()

    def on_hidden(self) -> None:
        """Elsewhere now."""
        super().on_hidden()
        self.app.where.unbind(position=self._placed)

    def _placed(self, *_: object) -> None:
        position = self.app.where.position
        if position is not None and self.app.session.client is not None:
            self.app.session.do(lambda: self.round.keep(position=position))

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Built anew when hazards come or go, another is opened, or who is there changes; the photos follow always."""
        waiting, left = reinspecting.waiting_at(self.client, self.enterprise), reinspecting.left_over(self.client, self.enterprise)
        walk = self.round.values
        ids = [hazard["id"] for hazard, _ in waiting]
        opened = str(walk["open"]) if walk.get("open") in ids else ""
        recorded = [hazard for hazard in walk.get("recorded", []) if hazard not in ids]
        laid = (ids, [h["id"] for h in left], opened, walk.get("team"), bool(walk.get("position")), recorded, self.everyone)
        if laid != self._laid:
            self._laid = laid
            self._draw(waiting, left, opened, recorded)
        if self.verdict is not None:
            self.verdict.show()

    def _draw(self, waiting: list[tuple[Record, int]], left: list[Record], opened: str, recorded: list[str]) -> None:
        enterprise = self.client.record(self.enterprise)
        self.bar.subtitle = enterprise["name"] if enterprise else ""
        self.body.ids.column.clear_widgets()
        self._typing.clear()
        self.verdict = None
        for hazard in left:
            self.body.add(self._moved(hazard))
        if not waiting and not recorded:
            self.body.add(EmptyState(icon="clipboard-check", title=tr("reinspection.none"), text=tr("reinspection.none_text")))
            return
        self.body.add(Text(content=tr("reinspection.count", left=len(waiting), done=len(recorded)), style="small", tone="ink_soft"))
        if waiting:
            self.body.add(self._who_and_where())
        for hazard, until in waiting:
            if hazard["id"] == opened:
                self.verdict = Verdict(self, hazard, until)
                self.body.add(self.verdict)
            else:
                self.body.add(self._brief(hazard, until))
        for id in recorded:
            self.body.add(self._done(id))

    def _moved(self, hazard: Record) -> Banner:
        """Somebody else has dealt with it meanwhile; nothing that was noted goes by itself."""
        banner = Banner(
            text=f"{tr('reinspection.moved', state=state_badge(hazard['state'])[0])} · {hazard['ledger_no'] or ''}", icon="information",
            tone="warn", radius=dp(12), button=tr("reinspection.put_away"),
        )  # fmt: skip
        banner.bind(on_action=lambda _: self.app.session.do(reinspecting.verdict_on(self.client, hazard["id"]).forget))
        return banner

    def _who_and_where(self) -> Card:
        card, walk = Card(), self.round.values
        team = set(walk.get("team", []))
        card.add_widget(SectionHeader(text=tr("reinspection.team"), detail=tr("reinspection.team_hint")))
        people = Wrap()
        found = reinspecting.colleagues(self.client)
        for person in [p for n, p in enumerate(found) if n < COLLEAGUES or self.everyone or p["id"] in team]:
            chip = Chip(text=person["name"], selected=person["id"] in team)
            chip.bind(on_release=lambda _, id=person["id"]: self.join(id))
            people.add_widget(chip)
        if len(found) > COLLEAGUES and not self.everyone:
            people.add_widget(Chip(text="…", on_release=lambda _: self._show_everyone()))
        card.add_widget(people)
        position = walk.get("position")
        if position:
            card.add_widget(Fact(label=tr("reinspection.where"), value=f"{position['lat']:.5f}, {position['lon']:.5f}"))
        else:
            reason = TextField(label=tr("reinspection.reason"), hint=tr("reinspection.reason_hint"), text=walk.get("reason", ""))
            for event in ("on_draft", "on_commit"):
                reason.bind(**{event: lambda _, text: self.round.keep(reason=text.strip())})
            card.add_widget(reason)
            self.reason = reason
        return card

    def _show_everyone(self) -> None:
        self.everyone = True
        self.refresh()

    def join(self, person: str) -> None:
        """A colleague is on site, or is not after all."""
        team = set(self.round.values.get("team", [])) ^ {person}
        self.app.session.do(lambda: self.round.keep(team=sorted(team)))

    def _brief(self, hazard: Record, until: int) -> TapCard:
        card = TapCard()
        noted = reinspecting.verdict_on(self.client, hazard["id"]).kept
        shown = [level_badge(hazard), (tr("reinspection.due", day=moment(until)[:10]), "warn" if until >= self.client.ports.now() else "danger")]
        card.add(badges([*shown, (tr("state.draft"), "info")] if noted else shown))
        card.add(Text(content=hazard["description"], lines=2))
        card.add(Text(content=f"{hazard['ledger_no'] or ''} {hazard['place_text']}".strip(), style="small", tone="ink_soft"))
        card.bind(on_release=lambda _: self.open(hazard["id"]))
        return card

    def _done(self, id: str) -> TapCard:
        card, hazard = TapCard(), self.client.record(id)
        if hazard is None:
            return card
        passed = bool(hazard.get("verification"))
        card.add(badges([(tr("reinspection.pass" if passed else "reinspection.fail"), "ok" if passed else "danger")]))
        card.add(Text(content=f"{hazard['ledger_no'] or ''} {hazard['description']}".strip(), lines=2))
        card.bind(on_release=lambda _: self.app.nav.push("finding", id=id))
        return card

    def open(self, hazard: str) -> None:
        """Look at this one now."""
        self.app.session.do(lambda: self.round.keep(open=hazard))
        self.refresh()
        if self.verdict is not None:
            self.body.scroll_to(self.verdict, animate=False)

    # -- recording -------------------------------------------------------------------------------------------------------------------------

    def record(self, hazard: Record) -> None:
        """The result of one, and on to the next."""
        for field in self._fields():
            field.commit()
        verdict, walk = reinspecting.verdict_on(self.client, hazard["id"]).values, self.round.values
        coming = room_of(self.app).line(f"verify/{hazard['id']}")
        if not walk.get("team"):
            tell(tr("reinspection.alone"))
        elif not walk.get("position") and not walk.get("reason"):
            self.reason.error = tr("finding.missing")
            tell(tr("reinspection.reason"))
            self.body.scroll_to(self.reason)
        elif coming:
            tell(tr("finding.photo_failed") if any(shot.problem for shot in coming) else tr("finding.preparing_wait"))
        elif what := reinspecting.missing(hazard, verdict):
            tell(tr(f"reinspection.{what}"))
        else:
            self._record(hazard, walk, verdict["result"])

    def _record(self, hazard: Record, walk: dict[str, Any], result: str) -> None:
        folder = self.app.session.phone.photos(self.app.session.device)

        def done() -> None:
            with self.client.store.transaction():
                reinspecting.record_result(self.client, hazard, walk, folder)
                rest = [h["id"] for h, _ in reinspecting.waiting_at(self.client, self.enterprise) if h["id"] != hazard["id"]]
                self.round.keep(recorded=[*walk.get("recorded", []), hazard["id"]], open=rest[0] if rest else "")

        if self.app.session.do(done) is not None:
            self.refresh()
            self.body.scroll_y = 1
            tell(tr("reinspection.recorded", result=tr(f"reinspection.{result}")))


class Verdict(Column):
    """One hazard of the walk, open: what it was, what the enterprise says, what one sees."""

    def __init__(self, screen: Reinspection, hazard: Record, until: int) -> None:
        super().__init__()
        self.screen, self.hazard = screen, hazard
        self.draft: Draft = reinspecting.verdict_on(screen.client, hazard["id"])
        self.add_widget(self._was(until))
        if hazard.get("rectification"):
            self.add_widget(SectionHeader(text=tr("finding.rectified")))
            self.add_widget(rectified(hazard))
        elif hazard.get("fix_text"):
            self.add_widget(Fact(label=tr("finding.fix_text"), value=hazard["fix_text"]))
        if any(photo["phase"] == "after" for photo in hazard["photos"].values()):
            self.add_widget(strip(screen, hazard, "after"))
        self.add_widget(SectionHeader(text=tr("reinspection.photos")))
        self.photos = PhotoStrip(most=30)
        self.photos.bind(on_add=lambda _: self.shoot(), on_open=lambda _, photo: self.open_photo(photo))
        self.add_widget(self.photos)
        self.add_widget(self._result())

    def _was(self, until: int) -> Card:
        hazard, card = self.hazard, Card()
        shown = [level_badge(hazard), (tr("reinspection.due", day=moment(until)[:10]), "warn")]
        failed = len(hazard.get("failures", ()))
        card.add_widget(badges([*shown, (tr("reinspection.expert", count=failed), "danger")] if failed else shown))
        card.add_widget(Text(content=hazard["description"]))
        card.add_widget(Text(content=f"{hazard['ledger_no'] or ''} {hazard['place_text']}".strip(), style="small", tone="ink_soft"))
        card.add_widget(strip(self.screen, hazard, "before"))
        return card

    def _result(self) -> Card:
        card, values = Card(), self.draft.values
        self.choice = ChoiceRow(
            options=[Option("pass", tr("reinspection.pass"), "check-circle", "ok"), Option("fail", tr("reinspection.fail"), "close-circle", "danger")]
        )
        self.choice.bind(on_choose=lambda _, value: self.keep(result=value))
        self.text = TextField(label=tr("reinspection.text"), hint=tr("reinspection.text_hint"), text=values.get("text", ""), multiline=True, rows=2)
        self.text.bind(on_draft=lambda _, text: self.keep(text=text.strip()), on_commit=lambda _, text: self.keep(text=text.strip()))
        self.ready, self.days = Wrap(), Wrap()
        self.until = Text(style="small", tone="ink_soft")
        self.deadline = Column()
        for widget in (Text(content=tr("reinspection.deadline"), style="small", strong=True, tone="ink_soft"), self.days, self.until):
            self.deadline.add_widget(widget)
        for days in reinspecting.deadlines(self.screen.client, self.hazard):
            self.days.add_widget(Chip(text=tr("reinspection.days", days=days), on_release=lambda _, days=days: self.keep(days=days)))
        self.card = card
        self._asked = "?"
        return card

    def keep(self, **values: Any) -> None:
        """On disk at once."""
        self.screen.app.session.do(lambda: self.draft.keep(**values))
        self.show()

    def show(self) -> None:
        """What was noted; words and a deadline are offered as the result calls for."""
        values = self.draft.values
        self.photos.photos = drafted(self.screen.app, self.draft, "verify")
        result = self.choice.value = values.get("result", "")
        chosen = values.get("days") or reinspecting.deadlines(self.screen.client, self.hazard)[0]
        for chip in self.days.children:
            chip.selected = chip.text == tr("reinspection.days", days=chosen)
        self.until.content = tr("reinspection.until", day=moment(reinspecting.until(self.screen.client.ports.now(), chosen))[:10])
        if result != self._asked:
            self._asked = result
            self._arrange(result)

    def _arrange(self, result: str) -> None:
        self.ready.clear_widgets()
        for text in presets(self.screen.client.record, "verify_pass" if result == "pass" else "verify_fail")[:PRESETS] if result else ():
            self.ready.add_widget(Chip(text=text, on_release=lambda chip: self._write(chip.text)))
        self.card.clear_widgets()
        button = PushButton(text=tr("reinspection.record"), icon="content-save-outline", on_release=lambda _: self.screen.record(self.hazard))
        title = Text(content=tr("reinspection.result"), style="small", strong=True, tone="ink_soft")
        more = [self.text, self.ready] if result else []
        for widget in [title, self.choice, *more, *([self.deadline] if result == "fail" else []), button]:
            self.card.add_widget(widget)

    def _write(self, text: str) -> None:
        self.text.text = text
        self.text.commit()

    def shoot(self) -> None:
        """On site; with the photo from before large on the screen where it is here."""
        screen, hazard = self.screen, self.hazard
        stamp = stamp_of(screen.app, hazard["enterprise_name"], hazard["place_text"])
        if any(photo["phase"] == "before" for photo in hazard["photos"].values()):
            screen.app.nav.push("after", id=hazard["id"], draft=self.draft.key, to=self.draft.key, stamp=list(stamp), phase="verify")
        else:
            shoot(screen.app, shot_for(screen.app, self.draft.key, stamp, phase="verify"))

    def picked(self, *sources: Path) -> None:
        """Pictures were chosen."""
        shot = shot_for(self.screen.app, self.draft.key, stamp_of(self.screen.app, self.hazard["enterprise_name"]), phase="verify")
        self.screen.app.session.do(lambda: room_of(self.screen.app).take(shot, list(sources)))

    def open_photo(self, photo: Photo) -> None:
        """In full, to be marked, moved or dropped."""
        if not open_waiting(self.screen.app, photo):
            self.screen.app.nav.push("photo", photo=photo.id, draft=self.draft.key)
