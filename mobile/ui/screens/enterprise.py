"""One enterprise before one goes in: where it is, whom to call, what is open there, what was done and found before; and the start of an
inspection."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from kivy.metrics import dp

from mobile.core import card, inspecting
from mobile.core.client import Listed
from mobile.ui.kit import BottomBar, Card, Chip, EmptyState, Fact, Head, Listing, PushButton, Row, Scroll, SectionHeader, TapCard, Text, Wrap
from mobile.ui.kit.lines import Call
from mobile.ui.saying import answer_words
from mobile.ui.screens.screen import TONES, Screen, badges, both, moment, notice, state_badge
from mobile.ui.strings import tr, words
from mobile.ui.whereabouts import distance
from mobile.ui.words import TEXTS
from shared.calendar import day_of
from shared.kinds.document import FORMS
from shared.people import may
from shared.places import metres_between
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

FEW = 5  # of a kind are shown at first


class Enterprise(Screen):
    """The card of an enterprise or a site object."""

    def __init__(self, app: Paicha, id: str) -> None:
        super().__init__(app)
        self.id = id
        self.opened: set[str] = set()  # the groups that are shown whole
        self.body = Scroll()
        self.add_widget(self.body)
        self.bottom = BottomBar()
        self.start = PushButton(text=tr("enterprise.start"), icon="clipboard-check", on_release=lambda _: app.nav.push("start", enterprise=id))

    def on_shown(self) -> None:
        """How far it is depends on where one is."""
        super().on_shown()
        self.app.where.bind(position=self._changed)
        self.app.where.look()

    def on_hidden(self) -> None:
        """No longer."""
        super().on_hidden()
        self.app.where.unbind(position=self._changed)

    def refresh(self) -> None:
        """Everything from the phone."""
        record = self.client.record(self.id)
        self.body.ids.column.clear_widgets()
        self._offer_start(record)
        if record is None:
            gone = EmptyState(icon="domain", title=tr("enterprise.gone"), text=tr("enterprise.gone_text"))
            self.in_turn(lambda: self.body.add(gone))
            return
        self.bar.title, self.bar.subtitle = record["name"], self.name_of(record["community"])
        self.in_turn(partial(self._draw_top, record), self._draw_hazards, self._draw_history, self._draw_documents)

    def _draw_top(self, record: Record) -> None:
        self._draw_state(record)
        self._draw_tasks()
        self._draw_facts(record)
        self._draw_people(record)

    def _offer_start(self, record: Record | None) -> None:
        """Not where there is nothing to inspect any more."""
        wanted = record is not None and record["status"] != "closed" and may(self.client.person or {"roles": []}, "inspect")
        self.bottom.clear_widgets()
        self.remove_widget(self.bottom)
        if wanted:
            self.bottom.add_widget(self.start)
            self.add_widget(self.bottom)

    # -- what it is ------------------------------------------------------------------------------------------------------------------------

    def _draw_state(self, record: Record) -> None:
        status = record["status"]
        if status == "proposed":
            self.body.add(notice(tr("enterprise.proposed"), "progress-clock", "warn"))
        elif status in ("closed", "suspended"):
            why = record.get("status_reason") or ""
            said = " · ".join(part for part in (tr(f"state.{status}"), why) if part)
            self.body.add(notice(said, "information", "neutral" if status == "suspended" else "warn"))

    def _draw_facts(self, record: Record) -> None:
        facts = Card()
        flags = [(tr(f"level.{name}"), TONES[name]) for name in ("high_risk", "key") if record[name]]
        flags += [(tr("enterprise.grade", grade=record["grade"]), "neutral")] if record["grade"] else []
        flags += [(tr(f"industry.{name}"), "neutral") if f"industry.{name}" in TEXTS else (name, "neutral") for name in record["industries"]]
        flags += [(tag, "neutral") for tag in record["tags"] or ()]
        if flags:
            facts.add_widget(badges(flags))
        away = distance(metres_between(self.app.where.position, record))
        told = record.get("proposed") or {}
        for key, value in (
            ("address", record["address"]), ("distance", away), ("position", _place(record) if not away else ""),
            ("section", self.name_of(record["lead_section"]) if record["lead_section"] else ""), ("code", record["credit_code"]),
            ("number", record["number"]), ("people", record["employees"]), ("note", told.get("note")),
        ):  # fmt: skip
            if value:
                facts.add_widget(Fact(label=tr(f"enterprise.{key}"), value=str(value)))
        self.body.add(facts)

    def _draw_people(self, record: Record) -> None:
        people = card.contacts(self.client, record)
        if not people:
            return
        self.body.add(SectionHeader(text=tr("enterprise.contacts")))
        holder = Card(padding=(dp(16), dp(6)), spacing=dp(2))
        for person in people:
            can = bool(person.phone) and "dial" in self.app.platform.abilities
            line = Call(name=person.name or tr("enterprise.unnamed"), post=tr(f"post.{person.post}"), phone=person.phone, can_call=can)
            line.bind(on_call=lambda _, number=person.phone: self.app.platform.dial(number))
            holder.add_widget(line)
        self.body.add(holder)

    # -- what is to be done, and what was --------------------------------------------------------------------------------------------------

    def _draw_tasks(self) -> None:
        tasks = card.tasks_at(self.client, self.id)
        for task in tasks:
            begun = inspecting.begun_for(self.client, task)
            place, params = ("checklist", {"id": begun}) if begun else ("start", {"enterprise": self.id, "task": task["id"]})
            shown = TapCard(on_release=lambda _, place=place, params=params: self.app.nav.push(place, **params))
            shown.add(badges([(tr("tasks.task"), "info"), *([(tr("tasks.started"), "warn")] if task["state"] == "started" else [])]))
            shown.add(Text(content=" · ".join(part for part in (tr(f"kind.{task['inspection_kind']}"), task["theme"]) if part), style="headline"))
            shown.add(Text(content=tr("tasks.due", day=day_of(task["due"])), style="small", tone="ink_soft"))
            self.body.add(shown)

    def _draw_hazards(self) -> None:
        found = card.open_hazards(self.client, self.id)
        counts = (("overdue", found.overdue, "danger"), ("major", found.major, "danger"), ("general", found.general, "neutral"))
        said = [(tr(f"enterprise.{name}", count=count), tone) for name, count, tone in counts if count]
        self._group("hazards", tr("enterprise.open_hazards"), "", found.records, self._hazard_card, badges(said) if said else None)

    def _draw_history(self) -> None:
        rows = card.history(self.client, self.id)
        self._group("history", tr("inspections.title"), str(len(rows)) if rows else "", rows, self._inspection_card)
        if any(row.state in ("submitted", "accepted") for row in rows):
            button = PushButton(text=tr("enterprise.last_answers"), icon="history", kind="secondary")
            button.bind(on_release=lambda _: self.app.nav.push("last_answers", enterprise=self.id))
            self.body.add(button)

    def _draw_documents(self) -> None:
        papers = card.documents(self.client, self.id)
        if papers:
            self._group("documents", tr("enterprise.documents"), str(len(papers)), papers, self._paper)

    def _group(self, name: str, title: str, detail: str, things: list[Any], draw: Any, summary: Wrap | None = None) -> None:
        """A heading, what it comes to, and the first few; the rest at a tap."""
        self.body.add(SectionHeader(text=title, detail=detail))
        if summary is not None:
            self.body.add(summary)
        if not things:
            nothing = Card()
            nothing.add_widget(Text(content=tr("enterprise.nothing"), tone="ink_soft", style="small"))
            self.body.add(nothing)
        shown = things if name in self.opened else things[:FEW]
        for thing in shown:
            self.body.add(draw(thing))
        if len(shown) < len(things):
            more = PushButton(text=tr("enterprise.more", count=len(things) - len(shown)), kind="text", on_release=lambda _: self._open(name))
            self.body.add(more)

    def _open(self, name: str) -> None:
        self.opened.add(name)
        self.refresh()

    def _hazard_card(self, hazard: Record) -> TapCard:
        shown = TapCard(on_release=lambda _: self.app.nav.push("finding", id=hazard["id"]))
        level = hazard["level"] or hazard["level_proposed"]
        late = (day_of(self.client.ports.now()) - day_of(hazard["deadline"])).days if hazard["deadline"] else 0
        flags = [(tr("tasks.late", days=late), "danger")] if late > 0 else []
        shown.add(badges([*flags, (tr(f"level.{level}"), TONES.get(level, "neutral")), state_badge(hazard["state"])]))
        shown.add(Text(content=hazard["description"], style="headline", lines=3))
        said = (hazard["ledger_no"], hazard["place_text"], tr("tasks.due", day=day_of(hazard["deadline"])) if hazard["deadline"] else "")
        shown.add(Text(content=" · ".join(part for part in said if part), style="small", tone="ink_soft"))
        return shown

    def _inspection_card(self, row: Listed) -> TapCard:
        shown = TapCard(on_release=lambda _: self.app.nav.push("checklist", id=row.id))
        shown.add(badges([state_badge(row.state)]))
        shown.add(Text(content=tr(f"kind.{row.level}"), style="headline"))
        shown.add(Text(content=f"{moment(row.at)} · {self.name_of(row.person)}", style="small", tone="ink_soft"))
        return shown

    def _paper(self, document: Record) -> Card:
        shown = Card()
        title = tr(f"paper.{document['document']}") if words.language == "en" else FORMS[document["document"]].title
        shown.add_widget(Text(content=title, style="headline"))
        served = tr("paper.served") if document["state"] == "served" else tr("paper.issued")
        said = (document["number"], served, moment(document["issued_at"])[:10])
        shown.add_widget(Text(content=" · ".join(part for part in said if part), style="small", tone="ink_soft"))
        return shown


def _place(record: Record) -> str:
    """The position as numbers, where it is not known how far that is."""
    return f"{record['lat']:.5f}, {record['lon']:.5f}" if record["lat"] is not None and record["lon"] is not None else ""


class LastAnswers(Screen):
    """How each item of a checklist was answered here last, by whom and when: what to look at again."""

    def __init__(self, app: Paicha, enterprise: str, template: str = "") -> None:
        super().__init__(app, tr("last.title"))
        self.enterprise, self.template = enterprise, template
        self.chips = Wrap()
        head = Head()
        head.add_widget(self.chips)
        self.list = Listing()
        self.list.view.bind(on_open=lambda _, row: app.nav.push("checklist", id=row.id.partition("/")[0]))
        self.list.empty.title, self.list.empty.text, self.list.empty.icon = tr("last.none"), tr("last.none_text"), "history"
        self.add_widget(head)
        self.add_widget(self.list)

    def refresh(self) -> None:
        """The checklists that were used here, and the answers to the chosen one."""
        record, templates = self.client.record(self.enterprise), card.answered_templates(self.client, self.enterprise)
        self.bar.subtitle = record["name"] if record else ""
        self.template = self.template or (templates[0][0] if templates else "")
        self.chips.clear_widgets()
        for id, title in templates:
            self.chips.add_widget(Chip(text=both(title), selected=id == self.template, on_release=lambda _, id=id: self._choose(id)))
        answers = card.last_answers(self.client, self.enterprise, self.template)
        names = {person: self.name_of(person) for person in {answer.by for answer in answers}}
        self.list.show(_answer_row(answer, names[answer.by]) for answer in answers)

    def _choose(self, template: str) -> None:
        self.template = template
        self.refresh()


def _answer_row(answer: card.LastAnswer, by: str) -> Row:
    tone = {"conform": "ok", "not_conform": "danger"}.get(answer.value, "neutral") if isinstance(answer.value, str) else "neutral"
    said = answer_words(answer.item, answer.value)
    id, day = f"{answer.inspection}/{answer.item['id']}", moment(answer.at)[:10]
    return Row(id=id, title=both(answer.item["text"]), subtitle=by, meta=day, badges=((said, tone),))
