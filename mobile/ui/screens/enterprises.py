"""The enterprises of one's area, 10,000 of them: found as one types, the nearest first, narrowed down by what is to be looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kivy.clock import Clock

from mobile.core.register import FILTERS, Site
from mobile.core.status import Working
from mobile.ui.kit import Chip, Head, Listing, Row, SearchField, Wrap
from mobile.ui.kit.lines import StateLine
from mobile.ui.register import read_register
from mobile.ui.screens.screen import TONES, Screen
from mobile.ui.screens.sync_chip import SyncChip
from mobile.ui.strings import tr
from mobile.ui.whereabouts import distance
from shared.people import may
from shared.places import Position

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

PAGE = 24
PAUSE = 0.05  # seconds after a key until the list follows
KEEP = 0.5  # seconds until what is looked for is kept
KEPT = "enterprises/search"


class Enterprises(Screen):
    """A search field, filters, those visited last, and all that fit."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("enterprises.title"), back=False)
        kept = json.loads(self.client.store.scratch(KEPT) or "{}")
        self.filters: list[str] = [name for name in kept.get("filters", []) if name in FILTERS]
        if may(self.client.person or {"roles": []}, "propose"):
            self.bar.actions = [("add", "plus")]
        self.bar.add_widget(SyncChip(app), index=len(self.bar.actions))
        head = Head()
        self.search = SearchField(hint=tr("enterprises.search"), pause=PAUSE, text=kept.get("search", ""))
        self.search.bind(on_search=lambda *_: self._search())
        head.add_widget(self.search)
        self.chips = {name: Chip(text=tr(f"filter.{name}"), on_release=lambda _, name=name: self.narrow(name)) for name in FILTERS}
        line = Wrap()
        for chip in self.chips.values():
            line.add_widget(chip)
        head.add_widget(line)
        self.line = StateLine()
        self.list = Listing()
        self.list.view.bind(on_open=lambda _, row: app.nav.push("enterprise", id=row.id), on_end=lambda _: self.more())
        self.list.empty.icon = "store"
        self.list.empty.bind(on_action=lambda _: self._add())
        self.shown = PAGE
        self._keep_soon = Clock.create_trigger(self._keep, KEEP)
        for widget in (head, self.line, self.list):
            self.add_widget(widget)

    def on_action(self, name: str) -> None:
        """A site that is not there."""
        self._add()

    def on_shown(self) -> None:
        """Where one is decides the order."""
        self.app.where.bind(position=self._moved)
        super().on_shown()
        self.app.where.look()

    def on_hidden(self) -> None:
        """What is looked for is kept now, before the enrolment may be closed."""
        super().on_hidden()
        if self._keep_soon.is_triggered:
            self._keep_soon.cancel()
            self._keep()
        self.app.where.unbind(position=self._moved)

    def _moved(self, *_: object) -> None:
        self._changed()

    def _add(self) -> None:
        self.app.nav.push("site", called=self.search.text.strip())

    # -- looking ---------------------------------------------------------------------------------------------------------------------------

    def _search(self) -> None:
        self.shown = PAGE
        self._keep_soon()
        self.refresh()
        self.list.view.scroll_y = 1

    def narrow(self, name: str) -> None:
        """A filter on or off."""
        self.filters = [other for other in FILTERS if (other in self.filters) != (other == name)]
        self._search()

    def _keep(self, *_: object) -> None:
        self.note_place(KEPT, json.dumps({"search": self.search.text, "filters": self.filters}, ensure_ascii=False))

    def keep_drafts(self) -> None:
        """To the background, perhaps for good."""
        super().keep_drafts()
        self._keep()

    def refresh(self) -> None:
        """Those that fit, as far as they have been looked at."""
        read_register(self.app.session)
        for name, chip in self.chips.items():
            chip.selected = name in self.filters
        here, register = self.app.where.position, self.client.register
        found = register.find(self.search.text, here, self.filters)
        self._say(here, len(found))
        self.list.show(self._rows(found, here))

    def _rows(self, found: list[Site], here: Position | None) -> Iterator[Row]:
        hazards = self.client.register.open_hazards()
        units: dict[str, str] = {}

        def row(site: Site, mark: str = "") -> Row:
            if site.community not in units:
                units[site.community] = self.name_of(site.community)
            meta = distance(site.metres(here)) or units[site.community]
            return Row(
                id=site.id + mark, title=site.name, subtitle=site.address, meta=meta, badges=_badges(site, hazards.get(site.id, 0)), icon="factory"
            )

        recent = [] if self.search.text or self.filters else self.client.register.recent(self.client.identity.person)
        if recent:
            yield Row(id="", title=tr("enterprises.recent"), heading=True)
            yield from map(row, recent)
            yield Row(id="", title=tr("enterprises.nearby" if here else "enterprises.all"), meta=str(len(found)), heading=True)
        yield from map(row, found[: self.shown])

    def _say(self, here: Position | None, count: int) -> None:
        """How many there are and how they are ordered; where there are none, why, and what to do."""
        looking = bool(self.search.text or self.filters)
        loading = not self.client.register.ready or (not looking and isinstance(self.app.session.status, Working | None))
        order = "near" if here else "by_name" if self.app.where.possible else "by_name_only"
        self.line.icon, self.line.text = "map-marker" if here else "sort", tr(f"enterprises.{order}", count=count)
        why = "loading" if loading else "none_found" if looking else "none"
        self.list.empty.title, self.list.empty.text = tr(f"enterprises.{why}"), tr(f"enterprises.{why}_text")
        self.list.empty.button = tr("site.add") if why == "none_found" and self.bar.actions else ""

    def more(self) -> None:
        """The end of the list is in sight."""
        if self.shown < len(self.client.register) and len(self.list.rows) >= self.shown:
            self.shown += 4 * PAGE
            self.refresh()


def _badges(site: Site, hazards: int) -> tuple[tuple[str, str], ...]:
    """What one should know before one goes there."""
    shown = [(tr(f"state.{site.state}"), "warn" if site.state == "proposed" else "neutral")] if site.state not in ("open", "") else []
    shown += [(tr(f"level.{name}"), TONES[name]) for name in ("high_risk", "key") if getattr(site, name)]
    return tuple([*shown, *([(tr("enterprises.hazards", count=hazards), "warn")] if hazards else [])])
