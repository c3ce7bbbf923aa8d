"""The enterprises of one's area: found by any part of the name or by pinyin initials; one of them, with what was done there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobile.core import inspecting
from mobile.core.client import Listed
from mobile.core.status import Working
from mobile.ui.kit import (
    Banner,
    BottomBar,
    Card,
    EmptyState,
    Fact,
    Head,
    Listing,
    PushButton,
    Row,
    Scroll,
    SearchField,
    SectionHeader,
    TapCard,
    Text,
)
from mobile.ui.saying import say
from mobile.ui.screens.screen import TONES, Screen, badges, moment, state_badge
from mobile.ui.strings import tr
from shared.calendar import day_of
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

PAGE = 300
MOST_REINSPECTIONS = 20  # above the enterprises; the rest comes up as these are done


class Enterprises(Screen):
    """The first thing one sees: the tasks of this person and what is to be looked at again, then the enterprises."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, back=False)
        self.banner = Banner()
        self.banner.bind(on_action=lambda _: app.nav.reset("sync"))
        head = Head()
        self.search = SearchField(hint=tr("enterprises.search"))
        self.search.bind(on_search=lambda *_: self.refresh())
        head.add_widget(self.search)
        self.list = Listing()
        self.list.view.bind(on_open=lambda _, row: self.open(row.id), on_end=lambda _: self.more())
        self.list.empty.icon = "store"
        self.shown = PAGE
        for widget in (self.banner, head, self.list):
            self.add_widget(widget)

    def refresh(self) -> None:
        """Who is here, how syncing stands, which enterprises fit the search."""
        client, session = self.client, self.app.session
        ledger, person = client.record("ledger") or {}, client.person or {}
        self.bar.title, self.bar.subtitle = str(ledger.get("name", "")), " · ".join(part for part in (person.get("name"), person.get("post")) if part)
        said = say(session.status, client.unsent())
        self.banner.text, self.banner.icon, self.banner.tone = said.text, said.icon, said.tone
        self.banner.button = tr("enterprises.see") if client.needs_you() else ""
        found = client.enterprises(self.search.text, limit=self.shown)
        units = {id: self.name_of(id) for id in {row.community for row in found}}
        why = "none_found" if self.search.text else "loading" if isinstance(session.status, Working | None) else "none"
        self.list.empty.title, self.list.empty.text = tr(f"enterprises.{why}"), tr(f"enterprises.{why}_text")
        work = [] if self.search.text else [*map(self._task_row, inspecting.my_tasks(client)), *self._reinspections()]
        self.list.show([*work, *(_row(row, units) for row in found)])

    def _task_row(self, task: Record) -> Row:
        badges = [(tr("tasks.task"), "info"), *self._lateness(task["due"])]
        if task["state"] == "started":
            badges.append((tr("tasks.started"), "warn"))
        subtitle = " · ".join(part for part in (tr(f"kind.{task['inspection_kind']}"), task["theme"]) if part)
        meta = tr("tasks.due", day=day_of(task["due"]))
        return Row(id=f"task/{task['id']}", title=task["enterprise_name"], subtitle=subtitle, meta=meta, badges=tuple(badges), icon="clipboard-check")

    def _reinspections(self) -> list[Row]:
        return [
            Row(
                id=f"finding/{hazard['id']}", title=hazard["enterprise_name"], subtitle=hazard["description"],
                meta=tr("tasks.due", day=day_of(until)), badges=((tr("tasks.reinspect"), "info"), *self._lateness(until)), icon="history",
            )
            for hazard, until in inspecting.reinspections(self.client)[:MOST_REINSPECTIONS]
        ]  # fmt: skip

    def _lateness(self, until: int) -> list[tuple[str, str]]:
        days = (day_of(self.client.ports.now()) - day_of(until)).days
        return [(tr("tasks.late", days=days), "danger")] if days > 0 else []

    def open(self, row: str) -> None:
        """What was tapped: an enterprise; a hazard to look at again; or a task, which begins its inspection or goes on with it."""
        what, _, id = row.partition("/")
        if what == "finding":
            self.app.nav.push("finding", id=id)
        elif what != "task":
            self.app.nav.push("enterprise", id=row)
        elif (task := self.client.record(id)) is not None:
            begun = inspecting.begun_for(self.client, task)
            if begun:
                self.app.nav.push("checklist", id=begun)
            else:
                self.app.nav.push("start", enterprise=task["enterprise"], task=id)

    def more(self) -> None:
        """The end of the list is in sight."""
        if len(self.list.rows) >= self.shown:
            self.shown += PAGE
            self.refresh()


def _row(row: Listed, units: dict[str, str]) -> Row:
    shown = ((tr(f"level.{row.level}"), TONES[row.level]),) if row.level else ()
    if row.state not in ("open", ""):
        shown = (*shown, (tr(f"state.{row.state}"), "neutral"))
    return Row(id=row.id, title=row.title, subtitle=row.number, meta=units.get(row.community, ""), badges=shown, icon="factory")


class Enterprise(Screen):
    """One enterprise: what it is, what is open there, and the button to begin."""

    def __init__(self, app: Paicha, id: str) -> None:
        super().__init__(app)
        self.id = id
        self.body = Scroll()
        self.add_widget(self.body)
        bottom = BottomBar()
        bottom.add_widget(PushButton(text=tr("enterprise.start"), icon="clipboard-check", on_release=lambda _: app.nav.push("start", enterprise=id)))
        self.add_widget(bottom)

    def refresh(self) -> None:
        """Facts, drafts, hazards."""
        record = self.client.record(self.id)
        column = self.body.ids.column
        column.clear_widgets()
        if record is None:
            self.body.add(EmptyState(icon="domain", title=tr("enterprise.gone"), text=tr("enterprise.gone_text")))
            return
        self.bar.title, self.bar.subtitle = record["name"], self.name_of(record["community"])
        facts = Card()
        flags = [(tr(f"level.{name}"), TONES[name]) for name in ("high_risk", "key") if record[name]]
        if flags:
            facts.add_widget(badges(flags))
        for key, value in (("address", record["address"]), ("section", self.name_of(record["lead_section"])),
                           ("code", record["credit_code"] or record["number"]),
                           ("people", record["employees"]), ("principal", record["principal"]), ("phone", record["principal_phone"])):  # fmt: skip
            if value:
                facts.add_widget(Fact(label=tr(f"enterprise.{key}"), value=str(value)))
        self.body.add(facts)
        self._records("inspection", "inspections.title")
        self._records("hazard", "hazards.title")

    def _records(self, kind: str, title: str) -> None:
        rows = self.client.rows(kind, where="enterprise = ? AND state != 'void'", params=(self.id,), limit=20)
        self.body.add(SectionHeader(text=tr(title), detail=str(len(rows)) if rows else ""))
        if not rows:
            nothing = Card()
            nothing.add_widget(Text(content=tr("enterprise.nothing"), tone="ink_soft", style="small"))
            self.body.add(nothing)
        for row in rows:
            self.body.add(_record_card(self.app, kind, row))


def _record_card(app: Paicha, kind: str, row: Listed) -> TapCard:
    target = "finding" if kind == "hazard" else "checklist"
    card = TapCard(on_release=lambda _: app.nav.push(target, id=row.id))
    shown = [state_badge(row.state)]
    if kind == "hazard":
        shown.append((tr(f"level.{row.level}"), TONES.get(row.level, "neutral")))
    card.add(badges(shown))
    card.add(Text(content=row.title if kind == "hazard" else tr(f"kind.{row.level}"), style="headline", lines=3))
    card.add(Text(content=" · ".join(part for part in (row.number, moment(row.at)) if part), style="small", tone="ink_soft"))
    return card
