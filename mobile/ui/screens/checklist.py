"""The checklist of an inspection, a few items to a page: each tap is an operation on disk before its tick is drawn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kivy.clock import Clock
from kivy.metrics import dp

from mobile.core import filling, inspecting
from mobile.ui.kit import (
    Action,
    Banner,
    BottomBar,
    Card,
    Chip,
    ChipStrip,
    Column,
    Head,
    IconButton,
    PushButton,
    Scroll,
    StepHeader,
    Text,
    ask,
    tell,
)
from mobile.ui.kit.tree import keep
from mobile.ui.screens.item_card import ItemCard
from mobile.ui.screens.screen import Screen, both, state_badge
from mobile.ui.strings import tr
from shared.checklist import templates_of, unanswered
from shared.kinds.inspection import OPEN, in_force
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

AT_FIRST = 3  # cards of a page that are built before it is drawn; the others follow, one a frame
TONES = {"void": "danger", "no_role": "danger", "not_in_team": "warn", "returned": "warn", "enterprise": "warn", "submitted": "info"}


class Checklist(Screen):
    """The items page by page, then the end: signatures and handing in. The page and how far it was scrolled are kept, so that
    one comes back to both."""

    stays_scrolled = False

    def __init__(self, app: Paicha, id: str) -> None:
        super().__init__(app)
        self.id = id
        self.may_leave = False  # the person was asked about what is left
        self._template: tuple[list[tuple[str, int]], Record] | None = None
        self.page, self._scrolled = self._place()
        self.bar.actions = [Action("team", "account-group"), Action("overview", "format-list-checks"), Action("evidence", "microphone")]
        self.steps = StepHeader()
        self.sections = ChipStrip()
        self.head = Head()
        self.head.add_widget(self.sections)
        self.banners = Column(spacing=1)
        self.body = Scroll()
        self.bottom = BottomBar()
        self.previous = IconButton(icon="arrow-left", pos_hint={"center_y": 0.5}, on_release=lambda _: self.turn(-1))
        self.jump = PushButton(kind="secondary", pos_hint={"center_y": 0.5}, on_release=lambda _: self.jump_on())
        self.next = PushButton(pos_hint={"center_y": 0.5}, on_release=lambda _: self.turn(1))
        for button in (self.previous, self.jump, self.next):
            self.bottom.add_widget(button)
        for widget in (self.banners, self.steps, self.body, self.bottom):
            self.add_widget(widget)
        self.cards: list[ItemCard] = []
        self._to_build: list[Record] = []  # items of the page whose cards come in the next frames
        self._card_soon = Clock.create_trigger(self._build_card)
        self.rest = RestCard(self)
        self._drawn: tuple[object, ...] | None = None
        self._said: list[tuple[str, str]] | None = None
        self._keep_soon = Clock.create_trigger(self.keep_place, 0.5)
        self.body.bind(scroll_y=lambda *_: self._keep_soon())

    # -- where one was ---------------------------------------------------------------------------------------------------------------------

    def _place(self) -> tuple[int, float]:
        """What `keep_place` wrote; of an inspection that was begun elsewhere, where it is to be gone on with."""
        kept = self.client.store.scratch(f"place/{self.id}")
        if kept:
            page, scrolled = json.loads(kept)
            return int(page), float(scrolled)
        record = self.client.record(self.id)
        item = filling.next_unanswered(self.items, record["answers"]) if record else ""
        return self._page_of(item), 1.0

    def keep_place(self, *_: object) -> None:
        """On disk: the page, and how far it is scrolled."""
        self._keep_soon.cancel()
        if self.app.session.client is not None:
            self.note_place(f"place/{self.id}", json.dumps([self.page, round(self.body.scroll_y, 3)]))

    def on_hidden(self) -> None:
        """It went out of sight."""
        super().on_hidden()
        self.keep_place()

    def keep_drafts(self) -> None:
        """To the background."""
        super().keep_drafts()
        self.keep_place()

    # -- what is filled in -----------------------------------------------------------------------------------------------------------------

    @property
    def template(self) -> Record:
        """The checklists in the versions they were begun with, joined; read once, for a version never changes."""
        record = self.client.record(self.id) or {}
        names = templates_of(record)
        if self._template is None or self._template[0] != names:
            self._template = names, self.client.template_of(record)
        return self._template[1]

    @property
    def items(self) -> list[Record]:
        """All items, in order."""
        return list(self.template["items"]) if self.client.record(self.id) else []

    @property
    def pages(self) -> list[filling.Page]:
        """All pages."""
        return filling.pages(self.template)

    def _page_of(self, item: str) -> int:
        pages = self.pages if self.client.record(self.id) else []
        return next((n for n, page in enumerate(pages) if item in {known["id"] for known in page.items}), 0)

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Head and cards as they are in the database; cards are built only when the page is turned, and of them only what changed is drawn anew."""
        record = self.client.record(self.id)
        if record is None:
            return
        pages, can_change = self.pages, record["state"] in OPEN and self.client.identity.person in record["team"]
        self.page = min(self.page, len(pages) - 1)
        here = pages[self.page]
        words, _ = state_badge(record["state"])
        signed = sum(in_force(record, f"signatures/{member}") is not None for member in record["team"])
        crew = tr("team.crew", team=len(record["team"]), signed=signed)
        said = [crew, tr(f"kind.{record['inspection_kind']}"), words if record["state"] != "draft" else ""]
        self.bar.title, self.bar.subtitle = record["enterprise_name"], " · ".join(part for part in said if part)
        self._show_progress(record, pages, can_change)
        self._show_sections(record)
        self._show_news(filling.news(self.client, record))
        drawn = (self.page, can_change, templates_of(record))
        if self._drawn != drawn:
            self._drawn = drawn
            self._build(here, can_change)
        self._show_cards(record, self.cards)
        if self._to_build:
            self._card_soon()
        else:
            self.rest.show(here if can_change else None, record["answers"])

    def _show_cards(self, record: Record, cards: list[ItemCard]) -> None:
        findings = {hazard["template_item"]: hazard for hazard in inspecting.hazards_of(self.client, self.id)}
        for card in cards:
            card.show(record, findings.get(card.item["id"]))

    def _show_progress(self, record: Record, pages: list[filling.Page], can_change: bool) -> None:
        all_items, left = len(self.items), len(unanswered(self.template, record["answers"]))
        self.steps.text = tr("checklist.page", title=both(pages[self.page].section.title), page=self.page + 1, pages=len(pages))
        self.steps.detail = tr("checklist.left", left=left, all=all_items) if left else tr("checklist.all_answered")
        self.steps.step, self.steps.count = all_items - left, all_items
        self.previous.disabled = self.page == 0
        last = self.page == len(pages) - 1
        end = tr("checklist.finish") if can_change else tr("checklist.signatures")
        self.next.text = end if last else tr("checklist.next")
        self.next.icon = "draw" if last else ""
        self.jump.text = tr("checklist.jump") if left else end
        keep(self.bottom, self.jump, can_change and not (last and not left), 1)

    def _show_sections(self, record: Record) -> None:
        """A chip for each checklist where there are several, with how many of its items are left."""
        sections = filling.sections(self.template)
        wanted = len(sections) > 1
        chips = list(reversed(self.sections.ids.line.children))
        if wanted and len(chips) != len(sections):
            self.sections.ids.line.clear_widgets()
            chips = [Chip(on_release=lambda _, first=section.items[0]["id"]: self.show_item(first)) for section in sections]
            for chip in chips:
                self.sections.add(chip)
        here = self.pages[self.page].section.id
        for number, (chip, section) in enumerate(zip(chips, sections, strict=False), 1):
            left = sum(item["id"] not in record["answers"] for item in section.items)
            chip.text = tr("checklist.section", number=number, left=left) if left else tr("checklist.section_done", number=number)
            chip.selected = section.id == here
        keep(self, self.head, wanted, self.children.index(self.body) + 1)

    def _show_news(self, news: list[tuple[str, str]]) -> None:
        """What others have done meanwhile, and what to do about it."""
        if news == self._said:
            return
        self._said = news
        self.banners.clear_widgets()
        for code, detail in news:
            key = f"news.{code}_mine" if code in ("submitted", "accepted") and not detail else f"news.{code}"
            if code != "accepted" or detail:
                said = tr(f"state.{detail}") if code == "enterprise" else detail
                self.banners.add_widget(Banner(text=tr(key, detail=said), icon="alert-circle", tone=TONES.get(code, "info")))

    def _build(self, page: filling.Page, can_change: bool) -> None:
        for field in self._fields():  # what is half typed stays on disk; the field that goes must not commit it later
            field.draft()
            field.set_text(field.text)
            field.input.focus = False
        self.body.ids.column.clear_widgets()
        self._typing.clear()
        self._before = filling.last_answers(self.client, self.client.record(self.id) or {})
        self._can_change = can_change
        self.cards, self._to_build = [], list(page.items)
        scrolled, self._scrolled = self._scrolled, 1.0
        self._build_cards(AT_FIRST if scrolled == 1.0 else len(page.items))
        Clock.schedule_once(lambda _: setattr(self.body, "scroll_y", scrolled))  # when the cards have their heights

    def _build_cards(self, count: int) -> list[ItemCard]:
        """The next so many of the page."""
        items, self._to_build = self._to_build[:count], self._to_build[count:]
        built = [ItemCard(self, item, self._can_change, self._before.get(item["id"])) for item in items]
        self.cards += built
        for card in built:
            self.body.add(card)
        return built

    def _build_card(self, *_: object) -> None:
        """One more card, below those in sight; out of sight it waits until the screen is back."""
        if self in self.app.nav.in_sight:
            self._build_more(1)

    def _build_more(self, count: int) -> None:
        """So many more of the page; when none is left, what stands below them all."""
        record = self.client.record(self.id)
        if record is None:
            return
        self._show_cards(record, self._build_cards(count))
        if self._to_build:
            self._card_soon()
        else:
            self.rest.show(self.pages[self.page] if self._can_change else None, record["answers"])

    # -- going on --------------------------------------------------------------------------------------------------------------------------

    def turn(self, by: int) -> None:
        """To another page; beyond the last is the end of the inspection."""
        self.commit()
        if self.page + by >= len(self.pages):
            self.app.nav.push("finish", id=self.id)
            return
        self.page = max(0, self.page + by)
        self.refresh()
        self.keep_place()

    def commit(self) -> None:
        """What is half typed counts as left."""
        for card in self.cards:
            card.commit()

    def jump_on(self) -> None:
        """To the next item without an answer, behind the last that was answered on this page; where none is left, to the end."""
        self.commit()
        record = self.client.record(self.id)
        answers = record["answers"] if record else {}
        here = [item["id"] for item in self.pages[self.page].items]
        done = [item for item in here if item in answers]
        before = self.pages[self.page - 1].items[-1]["id"] if self.page else ""
        first_open = next((item for item in here if item not in answers), "")
        item = first_open or filling.next_unanswered(self.items, answers, done[-1] if done else before)
        if item:
            self.show_item(item)
        else:
            self.app.nav.push("finish", id=self.id)

    def go_to(self, item: str) -> None:
        """The page of an item is shown with the next refresh."""
        self.page = self._page_of(item)

    def show_item(self, item: str) -> None:
        """Its page, scrolled to it."""
        self.commit()
        self.go_to(item)
        self.refresh()
        self._build_more(len(self._to_build))
        card = next((card for card in self.cards if card.item["id"] == item), None)
        if card is not None:
            Clock.schedule_once(lambda _: self._scroll_to(card), 0)
        self.keep_place()

    def _scroll_to(self, card: ItemCard) -> None:
        if card.parent is not None:
            column = self.body.ids.column.__self__
            room = column.height - self.body.height
            above = column.top - card.top - dp(12)
            self.body.scroll_y = 1.0 if room <= 0 else min(1.0, max(0.0, 1 - above / room))

    def on_action(self, name: str) -> None:
        """Who is in the team; all items at a glance; sound and video."""
        self.commit()
        self.app.nav.push(name, id=self.id)

    def holds_back(self) -> bool:
        """Leaving with items left is asked about, once for a whole inspection."""
        self.commit()
        record = self.client.record(self.id)
        if self.may_leave or record is None or record["state"] not in OPEN or self.client.store.scratch(f"left/{self.id}"):
            return False
        left = len(unanswered(self.template, record["answers"]))
        if not left or self.client.identity.person not in record["team"]:
            return False
        ask(tr("checklist.leave", left=left), tr("checklist.leave_text"), tr("checklist.leave_go"), self._leave)
        return True

    def _leave(self) -> None:
        self.may_leave = True
        self.note_place(f"left/{self.id}", "1")
        self.app.nav.back()


class RestCard(Card):
    """Below the last item of a page: all that is left in this section conforms, by one tap, and the way back."""

    def __init__(self, screen: Checklist) -> None:
        super().__init__()
        self.screen = screen
        self.section: filling.Section | None = None
        self.words = Text(style="small", tone="ink_soft")
        self.button = PushButton(kind="secondary", icon="check-all", on_release=lambda _: self.set_rest())
        self.undo = PushButton(kind="text", icon="undo", text=tr("kit.undo"), on_release=lambda _: self.take_back())

    def show(self, page: filling.Page | None, answers: Record) -> None:
        """What would be set, what was set, and what stays open because it would be major."""
        self.section = page.section if page else None
        column = self.screen.body.ids.column.__self__
        if page is None:
            keep(column, self, False)
            return
        rest, major = filling.rest_of(page.section, answers)
        done = filling.set_at_once(self.screen.client, self.screen.id, page.section, answers)
        said = [tr("rest.done", count=len(done))] if done else []
        said += [tr("rest.major", count=len(major))] if major and (done or rest) else []
        self.words.content = "\n".join(said)
        self.button.text = tr("rest.set", count=len(rest))
        keep(self, self.undo, bool(done))
        keep(self, self.button, bool(rest))
        keep(self, self.words, bool(said), len(self.children))
        keep(column, self, bool(rest or done))

    def set_rest(self) -> None:
        """Set them; it can be taken back."""
        screen, section = self.screen, self.section
        assert section is not None
        screen.commit()
        done = screen.app.session.do(lambda: filling.conform_rest(screen.client, screen.id, section))
        if done is None:
            return
        screen.refresh()
        tell(tr("rest.told", count=len(done)), tr("kit.undo"), lambda: self.take_back(section, done), seconds=8)

    def take_back(self, section: filling.Section | None = None, items: list[str] | None = None) -> None:
        """Exactly those."""
        screen, section = self.screen, section or self.section
        assert section is not None
        answers = (screen.client.record(screen.id) or {"answers": {}})["answers"]
        chosen = items if items is not None else filling.set_at_once(screen.client, screen.id, section, answers)
        if screen.app.session.do(lambda: filling.take_back(screen.client, screen.id, section, chosen)) is not None:
            screen.refresh()
