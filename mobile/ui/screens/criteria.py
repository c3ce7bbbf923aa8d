"""The library of criteria on the phone (R11): found by words, pinyin or sector, read whole, chosen for a major hazard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobile.core import finding
from mobile.core.drafts import Draft
from mobile.ui.kit import Chip, ChipStrip, Head, Listing, PushButton, Row, SearchField, Sheet, Text
from mobile.ui.screens.screen import Screen
from mobile.ui.strings import tr, words
from shared.checklist import INDUSTRIES
from shared.kinds.criterion import called
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

SECTORS = 8  # chips: the enterprise's own come first, the rest is found by typing


class Criteria(Screen):
    """Choose one for the hazard `id`, or for the finding under `draft`, at an enterprise."""

    def __init__(self, app: Paicha, enterprise: str, id: str = "", draft: str = "") -> None:
        super().__init__(app, tr("criteria.title"))
        self.id, self.draft, self.enterprise = id, draft, enterprise
        self.sector = ""
        self.search = SearchField(hint=tr("criteria.search"))
        self.search.bind(on_search=lambda *_: self.refresh())
        self.chips = ChipStrip()
        head = Head()
        for widget in (self.search, self.chips):
            head.add_widget(widget)
        self.list = Listing()
        self.list.view.bind(on_open=lambda _, row: self.read(row.id))
        self.list.empty.icon, self.list.empty.title, self.list.empty.text = "gavel", tr("criteria.none"), tr("criteria.none_text")
        self.add_widget(head)
        self.add_widget(self.list)
        self._make_chips()

    def _make_chips(self) -> None:
        for sector in finding.sectors(self.client, self.enterprise)[:SECTORS]:
            chip = Chip(text=sector if words.language == "en" else INDUSTRIES[sector], on_release=lambda _, sector=sector: self.choose_sector(sector))
            chip.sector = sector
            self.chips.add(chip)

    def choose_sector(self, sector: str) -> None:
        """Only that sector's; once more: all."""
        self.sector = "" if self.sector == sector else sector
        self.refresh()

    def refresh(self) -> None:
        """What holds today and answers the search."""
        for chip in self.chips.ids.line.children:
            chip.selected = chip.sector == self.sector
        self.list.show(
            Row(id=entry["id"], title=entry["text"], subtitle=" · ".join(part for part in (entry["clause"], entry["document"]) if part), icon="gavel")
            for entry in finding.criteria(self.client, self.search.text, self.sector, enterprise=self.enterprise)
        )

    def read(self, id: str) -> None:
        """The whole clause; its button chooses it."""
        entry = self.client.record(id)
        if entry is None:
            return
        sheet = Sheet(title=called(entry))
        sheet.add(Text(content=entry["text"]))
        if entry["edition"]:
            sheet.add(Text(content=entry["edition"], style="small", tone="ink_soft"))
        if not entry["checked"]:
            sheet.add(Text(content=tr("criteria.unchecked"), style="small", tone="warn"))

        def use() -> None:
            sheet.dismiss(animation=False)
            self.choose(entry)

        sheet.add(PushButton(text=tr("criteria.use"), icon="check-bold", on_release=lambda _: use()))
        sheet.open(animation=False)

    def choose(self, entry: Record) -> None:
        """It goes with the finding."""

        def keep() -> None:
            if self.draft:
                Draft(self.client.store, self.draft).keep(criterion=entry["id"])
            else:
                self.client.act("hazard.edit", self.id, {"changes": {"criterion": entry["id"]}})

        if self.app.session.do(keep) is not None:
            self.app.nav.back()


def criterion_words(record: Record | None) -> str:
    """A criterion as a finding shows it: what it is called, and its words."""
    return f"{called(record)}：{record['text']}" if record is not None else ""
