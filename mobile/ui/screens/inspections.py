"""One's own inspections, by what they wait for; and all items of one of them at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobile.core import filling, handing_in
from mobile.ui.kit import BottomBar, Chip, ChipStrip, Head, Listing, PushButton, Row, SearchField
from mobile.ui.saying import answer_words
from mobile.ui.screens.screen import Screen, both, moment
from mobile.ui.strings import tr
from shared.checklist import unanswered
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

STATES = {
    "open": ("checkbox-blank-outline", "warn"), "conform": ("check-circle", "ok"), "failed": ("close-circle", "danger"),
    "na": ("minus-circle", "neutral"),
}  # fmt: skip
LONGEST = 10  # characters of an answer at a glance
SHOWN = ("all", "open", "failed")


class Inspections(Screen):
    """What needs the person first: given back, under way, waiting for signatures; then what is handed in and accepted."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("inspections.title"), back=False)
        self.search = SearchField(hint=tr("inspections.search"))
        self.search.bind(on_search=lambda *_: self.refresh())
        self.head = Head()
        self.head.add_widget(self.search)
        self.list = Listing()
        self.list.view.bind(on_open=lambda _, row: app.nav.push("checklist", id=row.id))
        self.list.empty.icon = "clipboard-text-search"
        self.list.empty.bind(on_action=lambda _: app.nav.reset("enterprises"))
        self.add_widget(self.head)
        self.add_widget(self.list)
        bottom = BottomBar()
        join = PushButton(text=tr("inspections.join"), icon="account-multiple-plus", kind="secondary")
        join.bind(on_release=lambda _: app.nav.push("join"))
        bottom.add_widget(join)
        self.add_widget(bottom)

    def refresh(self) -> None:
        """From the database."""
        found = filling.mine(self.client, self.search.text)
        searched = bool(self.search.text)
        empty = self.list.empty
        empty.title = tr("enterprises.none_found") if searched else tr("inspections.none")
        empty.text = tr("inspections.none_found_text") if searched else tr("inspections.none_text")
        empty.button = "" if searched else tr("inspections.go")
        pending = {row.id for row in self.client.rows("inspection", where="state != 'void'", limit=1000) if row.pending}
        rows: list[Row] = []
        for group in filling.GROUPS:
            of_it = [record for name, record in found if name == group]
            if of_it:
                rows.append(Row(id=f"group/{group}", title=tr(f"group.{group}"), meta=str(len(of_it)), heading=True))
                rows += [self._row(group, record, record["id"] in pending) for record in of_it]
        self.list.show(rows)

    def _row(self, group: str, record: Record, pending: bool) -> Row:
        badges = []
        said = tr(f"kind.{record['inspection_kind']}")
        if group in ("draft", "returned"):
            template = self.client.template_of(record)
            left = len(unanswered(template, record["answers"]))
            if left:
                badges.append((tr("checklist.left", left=left, all=len(template["items"])), "warn" if group == "returned" else "neutral"))
        if handing_in.is_asked(self.client, record["id"]):
            badges.append((tr("finish.waits_badge"), "info"))
        if group == "returned":
            said = tr("checklist.returned", reason=record["return_reason"] or "")
        return Row(
            id=record["id"], title=record["enterprise_name"], subtitle=said, meta=moment(record["moments"]["start"]["at"])[5:], badges=tuple(badges),
            icon="clipboard-list", mark="cloud-upload-outline" if pending else "",
        )  # fmt: skip


class Overview(Screen):
    """Every item of an inspection with its state; a tap leads to it."""

    def __init__(self, app: Paicha, id: str) -> None:
        super().__init__(app, tr("overview.title"))
        self.id = id
        self.shown = "all"
        self.chips = ChipStrip()
        self.buttons = {name: Chip(on_release=lambda _, name=name: self.show(name)) for name in SHOWN}
        for chip in self.buttons.values():
            self.chips.add(chip)
        head = Head()
        head.add_widget(self.chips)
        self.list = Listing()
        self.list.empty.icon, self.list.empty.title = "check-all", tr("overview.none")
        self.list.view.bind(on_open=lambda _, row: self.go_to(row.id))
        self.add_widget(head)
        self.add_widget(self.list)

    def refresh(self) -> None:
        """From the database."""
        record = self.client.record(self.id)
        if record is None:
            return
        self.bar.subtitle = record["enterprise_name"]
        template, answers = self.client.template_of(record), record["answers"]
        states = {item["id"]: filling.state_of(item, answers) for item in template["items"]}
        counts = {"all": len(states), **{name: sum(state == name for state in states.values()) for name in SHOWN[1:]}}
        for name, chip in self.buttons.items():
            chip.text, chip.selected = tr(f"overview.{name}", count=counts[name]), name == self.shown
        rows: list[Row] = []
        for section in filling.sections(template):
            items = [item for item in section.items if self.shown in ("all", states[item["id"]])]
            if items:
                left = sum(states[item["id"]] == "open" for item in section.items)
                rows.append(Row(id=section.id, title=both(section.title), meta=tr("overview.left", count=left) if left else "", heading=True))
                rows += [self._row(item, states[item["id"]], answers) for item in items]
        self.list.show(rows)

    def _row(self, item: Record, state: str, answers: Record) -> Row:
        icon, tone = STATES[state]
        said = tr("overview.item_open") if state == "open" else answer_words(item, answers[item["id"]])
        badges = [(said if len(said) <= LONGEST else said[: LONGEST - 1] + "…", tone)]
        if item["severity"] == "major":
            badges.append((tr("checklist.major"), "danger"))
        title = f"{item['id']} {both(item['text'])}"
        return Row(id=item["id"], title=title, badges=tuple(badges), mark=icon, mark_tone="ink_soft" if tone == "neutral" else tone)

    def show(self, name: str) -> None:
        """All items, or those of one state."""
        self.shown = name
        self.refresh()

    def go_to(self, item: str) -> None:
        """Back to the checklist, at this item."""
        self.app.nav.back()
        checklist = self.app.nav.screen(self.app.nav.stack[-1])
        if hasattr(checklist, "show_item"):
            checklist.show_item(item)
        else:
            self.app.nav.push("checklist", id=self.id)
