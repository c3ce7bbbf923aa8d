"""The enterprises of one's area: found by any part of the name or by pinyin initials; one of them, with what was done there,
and the start of an inspection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.metrics import dp

from mobile.core import inspecting
from mobile.core.client import Listed
from mobile.core.status import Working
from mobile.ui.kit import (
    Banner,
    BottomBar,
    Card,
    Chip,
    EmptyState,
    Fact,
    Head,
    Listing,
    PushButton,
    Radio,
    Row,
    Scroll,
    SearchField,
    SectionHeader,
    TapCard,
    Text,
    TextField,
    Wrap,
)
from mobile.ui.saying import say
from mobile.ui.screens.screen import TONES, Screen, badges, both, moment, state_badge
from mobile.ui.strings import tr
from shared.calendar import day_of
from shared.kinds.inspection import INSPECTION_KINDS
from shared.people import COMMUNITY_WORKER, ENTERPRISE_ROLES, roles_of
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

PAGE = 300
MOST_REINSPECTIONS = 20  # above the enterprises; the rest comes up as these are done
ALONE = ("assistance", "community_patrol")  # what one person can finish: proposed first


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


class Start(Screen):
    """Which kind of inspection, which checklist, and where one stands; then it begins."""

    def __init__(self, app: Paicha, enterprise: str, task: str = "") -> None:
        super().__init__(app, tr("start.title"))
        self.enterprise = enterprise
        self.task = self.client.record(task) if task else None
        roles = roles_of(self.client.person or {"roles": []})
        kinds = (
            ("enterprise_self", "principal_led")
            if roles and roles <= ENTERPRISE_ROLES
            else tuple(k for k in INSPECTION_KINDS if not k.startswith(("ent", "prin")))
        )
        if roles == {COMMUNITY_WORKER}:
            kinds = tuple(kind for kind in kinds if not INSPECTION_KINDS[kind][1])
        self.kinds = kinds
        self.kind = next((kind for kind in ALONE if kind in kinds), kinds[0])
        self.template = ""
        self.chosen = False  # by the person or the task; until then it is the one that suits best
        if self.task is not None:
            self.kind = self.task["inspection_kind"]
            self.template, self.chosen = next(iter(self.task["templates"]), ""), bool(self.task["templates"])
        self.body = Scroll()
        self.add_widget(self.body)
        self.reason = TextField(label=tr("start.reason"), hint=tr("start.reason_hint"), text=tr("start.reason_default"))
        bottom = BottomBar()
        self.button = PushButton(text=tr("start.go"), icon="check", on_release=lambda _: self.start())
        bottom.add_widget(self.button)
        self.add_widget(bottom)
        self._draw()

    def refresh(self) -> None:
        """The enterprise's name; the phone may know it from the task alone."""
        record = self.client.record(self.enterprise)
        self.bar.subtitle = str(record["name"]) if record else str((self.task or {}).get("enterprise_name", ""))

    def _draw(self) -> None:
        self.body.ids.column.clear_widgets()
        if self.task is not None:
            self._draw_task(self.task)
        self.body.add(SectionHeader(text=tr("start.kind")))
        chips = Wrap()
        for kind in self.kinds:
            chips.add_widget(Chip(text=tr(f"kind.{kind}"), selected=kind == self.kind, on_release=lambda _, kind=kind: self._choose_kind(kind)))
        self.body.add(chips)
        if INSPECTION_KINDS[self.kind][1]:
            self.body.add(Banner(text=tr("start.two"), icon="account-group", tone="info", radius=dp(12)))
        self.body.add(self.reason)
        templates = inspecting.templates_for(self.client, self.kind, self.client.record(self.enterprise))
        if not self.chosen or self.template not in {template["id"] for template in templates}:
            self.template = templates[0]["id"] if templates else ""
        self.body.add(SectionHeader(text=tr("start.template"), detail=tr("start.templates", count=len(templates))))
        card = Card(padding=dp(6), spacing=dp(2))
        for template in templates:
            card.add_widget(
                Radio(
                    text=both(template["title"]), detail=tr("start.items", count=len(template["items"])), selected=template["id"] == self.template,
                    on_release=lambda _, id=template["id"]: self._choose(id),
                )
            )  # fmt: skip
        self.body.add(card)
        self.button.disabled = not self.template

    def _draw_task(self, task: Record) -> None:
        """Until when, what for; and what becomes of it if the kind is changed."""
        if self.kind != task["inspection_kind"]:
            self.body.add(Banner(text=tr("start.not_task"), icon="alert", tone="warn", radius=dp(12)))
            return
        said = [tr("start.task", day=day_of(task["due"])), task["theme"], task["note"]]
        self.body.add(Banner(text=" · ".join(part for part in said if part), icon="clipboard-check", tone="info", radius=dp(12)))

    def _choose_kind(self, kind: str) -> None:
        self.kind = kind
        self._draw()

    def _choose(self, template: str) -> None:
        self.template, self.chosen = template, True
        self._draw()

    def start(self) -> None:
        """Begin; the checklist opens."""
        template = next(t for t in self.client.templates() if t["id"] == self.template)
        why = self.reason.text.strip()
        task = self.task["id"] if self.task is not None and self.kind == self.task["inspection_kind"] else None
        made = self.app.session.do(
            lambda: inspecting.start_inspection(self.client, self.enterprise, self.kind, template, why_no_position=why, task=task)
        )
        if made:
            self.app.nav.replace("checklist", id=made)
