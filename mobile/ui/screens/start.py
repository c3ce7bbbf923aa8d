"""Beginning an inspection: which kind, which checklists, what for, where one stands; then it begins."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from kivy.metrics import dp

from mobile.core import inspecting, starting
from mobile.ui.kit import Banner, BottomBar, Card, Chip, Column, PushButton, Scroll, SearchField, SectionHeader, Text, TextField, Wrap
from mobile.ui.kit.tick import Tick
from mobile.ui.kit.tree import keep
from mobile.ui.saying import sentence
from mobile.ui.screens.screen import Screen, both, moment, notice
from mobile.ui.strings import tr, words
from shared.calendar import day_of
from shared.checklist import unanswered
from shared.errors import Reason
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

ALONE = ("assistance", "community_patrol", "diagnosis")  # what one person can finish: proposed first
FEW = 6  # checklists shown before one asks for all
WHY = ("indoors", "underground", "refused", "broken")


class Start(Screen):
    """Everything has a proposal; what is chosen here is kept until the inspection has begun."""

    def __init__(self, app: Paicha, enterprise: str, task: str = "") -> None:
        super().__init__(app, tr("start.title"))
        self.enterprise = enterprise
        self.task = self.client.record(task) if task else None
        self.groups = starting.kinds_for(self.client.person or {"roles": []})
        self.kept_at = f"start/{enterprise}/{task}"
        self.position: dict[str, Any] | None = None
        self.no_position: Reason | None = None
        self.looking = False
        self.all_templates = False
        self._propose()
        self._take(json.loads(self.client.store.scratch(self.kept_at) or "{}"))
        self._build()

    # -- what is chosen --------------------------------------------------------------------------------------------------------------------

    def _propose(self) -> None:
        """What the task asks for; otherwise what one person can finish, with the checklist that suits the enterprise best."""
        kinds = [kind for _, of_group in self.groups for kind in of_group]
        self.kind = next((kind for kind in kinds if kind in ALONE), kinds[0])
        self.templates: list[str] = []
        self.chosen = False  # by the person or the task; until then it is the one that suits best
        self.theme, self.purposes = "", [inspecting.PURPOSE]
        if self.task is not None:
            self.kind, self.templates = self.task["inspection_kind"], list(self.task["templates"])
            self.chosen = bool(self.templates)
            self.theme, self.purposes = self.task["theme"] or "", list(self.task["purposes"]) or self.purposes

    def _take(self, kept: dict[str, Any]) -> None:
        self.kind, self.templates = kept.get("kind", self.kind), kept.get("templates", self.templates)
        self.chosen = kept.get("chosen", self.chosen)
        self.theme, self.purposes = kept.get("theme", self.theme), kept.get("purposes", self.purposes)

    def _keep(self) -> None:
        kept = {"kind": self.kind, "templates": self.templates, "chosen": self.chosen, "theme": self.theme, "purposes": self.purposes}
        self.client.store.set_scratch(self.kept_at, json.dumps(kept, ensure_ascii=False))

    @property
    def offered(self) -> list[Record]:
        """The checklists for this kind, those for the enterprise's industries first."""
        return inspecting.templates_for(self.client, self.kind, self.client.record(self.enterprise))

    # -- building --------------------------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.body = Scroll()
        self.notices = Column(spacing=dp(8))
        self.kinds = Column(spacing=dp(2))
        self.all_kinds = False
        self.kind_chips: dict[str, Chip] = {}
        self.needs = Banner(icon="information-outline", tone="info", radius=dp(12))
        self.covert = Wrap()
        self.covert_chips = {
            theme: Chip(text=tr(f"start.{name}"), on_release=lambda _, theme=theme: self._set_theme(theme))
            for name, theme in (("open_visit", ""), ("covert_visit", starting.COVERT))
        }
        for chip in self.covert_chips.values():
            self.covert.add_widget(chip)
        self.search = SearchField(hint=tr("start.search"))
        self.search.bind(on_search=lambda *_: self._show_templates())
        self.list_head = SectionHeader(text=tr("start.template"))
        self.list = Card(padding=dp(6), spacing=dp(2))
        self.more = PushButton(kind="text", on_release=lambda _: self._show_all())
        self.why_card = Card()
        self.purpose_line, self.theme_line = Wrap(), Wrap()
        self.theme_field = TextField(label=tr("start.theme"), hint=tr("start.theme_hint"), text=self.theme)
        self.theme_field.bind(on_commit=lambda _, text: self._set_theme(text.strip()))
        self.place = Card()
        self.place_text = Text()
        self.reason = TextField(label=tr("start.reason"), hint=tr("start.reason_hint"), text=tr("start.reason_default"))
        self.keep_typing(self.reason, f"{self.kept_at}/reason")
        self.reasons = Wrap()
        for why in WHY:
            self.reasons.add_widget(Chip(text=tr(f"start.why_{why}"), on_release=lambda chip: self._because(chip.text)))
        self.again = PushButton(text=tr("start.locate"), icon="crosshairs-gps", kind="secondary", on_release=lambda _: self.locate())
        self.place.add_widget(self.place_text)
        for widget in (self.notices, SectionHeader(text=tr("start.kind")), self.kinds, self.needs, self.list_head, self.search, self.list,
                       SectionHeader(text=tr("start.place")), self.place, SectionHeader(text=tr("start.purpose")), self.why_card):  # fmt: skip
            self.body.add(widget)
        self.add_widget(self.body)
        bottom = BottomBar()
        self.button = PushButton(text=tr("start.go"), icon="check", on_release=lambda _: self.start())
        bottom.add_widget(self.button)
        self.add_widget(bottom)
        self._fill_why()
        self._draw()

    def _show_kinds(self) -> None:
        """Those begun day by day, with the chosen one; or all, grouped by what they need."""
        mine = [kind for _, kinds in self.groups for kind in kinds]
        common = [kind for kind in mine if kind in starting.COMMON or kind == self.kind]
        groups = self.groups if self.all_kinds else [("", common)]
        shown = [kind for _, kinds in groups for kind in kinds]
        if list(self.kind_chips) != shown:
            self.kinds.clear_widgets()
            self.kind_chips.clear()
            for group, kinds in groups:
                self._add_group(group, kinds)
            if len(shown) < len(mine):
                self.kinds.add_widget(
                    PushButton(text=tr("start.all_kinds"), icon="chevron-down", kind="text", on_release=lambda _: self._unfold_kinds())
                )
        for kind, chip in self.kind_chips.items():
            chip.selected = kind == self.kind

    def _add_group(self, group: str, kinds: list[str]) -> None:
        if group:
            self.kinds.add_widget(Text(content=tr(f"start.group_{group}"), style="caption", tone="ink_soft"))
        line = Wrap()
        for kind in kinds:
            self.kind_chips[kind] = chip = Chip(text=tr(f"kind.{kind}"), on_release=lambda _, kind=kind: self._choose_kind(kind))
            line.add_widget(chip)
        self.kinds.add_widget(line)

    def _unfold_kinds(self) -> None:
        self.all_kinds = True
        self._show_kinds()

    def _fill_why(self) -> None:
        self.why_card.add_widget(self.purpose_line)
        self.why_card.add_widget(self.theme_field)
        self.why_card.add_widget(self.theme_line)
        self.purpose_chips = {purpose: Chip(text=purpose, on_release=lambda _, one=purpose: self._tick_purpose(one)) for purpose in self._purposes()}
        self.theme_chips = {theme: Chip(text=theme, on_release=lambda _, one=theme: self._set_theme(one)) for theme in starting.THEMES}
        for chip in self.purpose_chips.values():
            self.purpose_line.add_widget(chip)
        for chip in self.theme_chips.values():
            self.theme_line.add_widget(chip)

    def _purposes(self) -> list[str]:
        return list(dict.fromkeys([*self.purposes, *starting.PURPOSES]))

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def on_shown(self) -> None:
        """Ask the machine where it is."""
        super().on_shown()
        if self.position is None:
            self.locate()

    def refresh(self) -> None:
        """What is known of the enterprise; the phone may know it from the task alone."""
        record = self.client.record(self.enterprise)
        self.bar.subtitle = str(record["name"]) if record else str((self.task or {}).get("enterprise_name", ""))
        self._show_notices(record)

    def _draw(self) -> None:
        """What follows from the choices."""
        self._show_kinds()
        column = self.body.ids.column.__self__
        self.needs.text = tr(f"needs.{self.kind}")
        covert = self.kind == "open_covert"
        keep(column, self.covert, covert, column.children.index(self.needs) + 1)
        for theme, chip in self.covert_chips.items():
            chip.selected = theme == (self.theme if self.theme == starting.COVERT else "")
        keep(self.why_card, self.theme_field, not covert, self.why_card.children.index(self.theme_line) + 1 if self.theme_line.parent else 0)
        keep(self.why_card, self.theme_line, not covert)
        for purpose, chip in self.purpose_chips.items():
            chip.selected = purpose in self.purposes
        for theme, chip in self.theme_chips.items():
            chip.selected = theme == self.theme
        self._show_templates()
        self._show_notices(self.client.record(self.enterprise))
        self._show_place()

    def _show_notices(self, enterprise: Record | None) -> None:
        """What one should know before: an inspection that waits here, the task, what it was last time."""
        self.notices.clear_widgets()
        if enterprise is not None and enterprise["status"] in ("closed", "suspended"):
            self.notices.add_widget(notice(tr("start.not_open", state=tr(f"state.{enterprise['status']}")), "alert", "warn"))
        for record in inspecting.unfinished_at(self.client, self.enterprise)[:2]:
            self._draw_unfinished(record)
        if self.task is not None:
            self._draw_task(self.task)
        last = starting.as_last_time(self.client, self.enterprise)
        if last is not None and self.task is None and (last.kind, last.templates) != (self.kind, self.templates):
            said = tr("start.last", day=day_of(last.at), kind=tr(f"kind.{last.kind}"))
            self.notices.add_widget(notice(said, "history", "info", tr("start.same"), lambda: self._as_last(last)))

    def _draw_unfinished(self, record: Record) -> None:
        template = self.client.template_of(record)
        left = len(unanswered(template, record["answers"]))
        said = tr("start.unfinished", at=moment(record["moments"]["start"]["at"])[5:], title=both(template["title"]), left=left)
        go_on = partial(self.app.nav.replace, "checklist", id=record["id"])
        self.notices.add_widget(notice(said, "clipboard-list", "warn", tr("start.continue"), go_on))

    def _draw_task(self, task: Record) -> None:
        """Until when, what for; and what becomes of it if the kind is changed."""
        if self.kind != task["inspection_kind"]:
            self.notices.add_widget(notice(tr("start.not_task"), "alert", "warn"))
            return
        said = [tr("start.task", day=day_of(task["due"])), task["theme"], task["note"]]
        self.notices.add_widget(notice(" · ".join(part for part in said if part), "clipboard-check", "info"))

    def _show_templates(self) -> None:
        """Those ticked and the few that suit best; all of them by a tap; those that fit the search."""
        offered = self.offered
        ids = [template["id"] for template in offered]
        self.templates = [id for id in self.templates if id in ids] if self.chosen else ids[:1]
        found = starting.found_among(offered, self.search.text)
        shown = found if self.search.text or self.all_templates else [t for n, t in enumerate(found) if n < FEW or t["id"] in self.templates]
        self.list.clear_widgets()
        for template in shown:
            self.list.add_widget(
                Tick(
                    text=both(template["title"]), detail=tr("start.items", count=len(template["items"])), selected=template["id"] in self.templates,
                    on_release=lambda _, id=template["id"]: self._choose(id),
                )
            )  # fmt: skip
        if not shown:
            self.list.add_widget(Text(content=tr("enterprises.none_found"), tone="ink_soft", style="small"))
        self.more.text = tr("start.all", count=len(found))
        keep(self.list, self.more, len(shown) < len(found))
        items = sum(len(template["items"]) for template in offered if template["id"] in self.templates)
        self.list_head.detail = tr("start.ticked", count=len(self.templates), items=items)
        self.button.disabled = not self.templates

    def _show_place(self) -> None:
        """Where one stands as the machine says, how well it knows; or why it does not."""
        if self.position is not None:
            accuracy = self.position.get("accuracy")
            self.place_text.content = tr("start.located", accuracy=round(accuracy)) if accuracy else tr("start.located_somehow")
        elif self.looking:
            self.place_text.content = tr("start.locating")
        else:
            self.place_text.content = sentence(self.no_position.text(words.language)) if self.no_position else tr("start.no_position")
        can = "locate" in self.app.platform.abilities
        keep(self.place, self.reason, self.position is None)
        keep(self.place, self.reasons, self.position is None)
        keep(self.place, self.again, can and not self.looking)

    # -- choosing --------------------------------------------------------------------------------------------------------------------------

    def _choose_kind(self, kind: str) -> None:
        if kind != self.kind and self.theme == starting.COVERT:
            self.theme = ""
        self.kind = kind
        self._chose()

    def _choose(self, template: str) -> None:
        """On and off, each by its own tap; what was proposed counts as chosen from the first one on."""
        self.chosen = True
        self.templates = [id for id in self.templates if id != template] if template in self.templates else [*self.templates, template]
        self._chose()

    def _tick_purpose(self, purpose: str) -> None:
        self.purposes = [one for one in self.purposes if one != purpose] if purpose in self.purposes else [*self.purposes, purpose]
        self._chose()

    def _set_theme(self, theme: str) -> None:
        self.theme = "" if theme == self.theme and theme in starting.THEMES else theme
        if self.theme != starting.COVERT:
            self.theme_field.set_text(self.theme)
        self._chose()

    def _as_last(self, last: starting.Proposal) -> None:
        self.kind, self.templates, self.chosen, self.purposes = last.kind, list(last.templates), True, list(last.purposes) or self.purposes
        self._set_theme(last.theme)

    def _because(self, why: str) -> None:
        self.reason.set_text(why)

    def _show_all(self) -> None:
        self.all_templates = True
        self._show_templates()

    def _chose(self) -> None:
        self._keep()
        self._draw()

    # -- where one stands ------------------------------------------------------------------------------------------------------------------

    def locate(self) -> None:
        """Ask the machine; nothing waits for the answer."""
        if "locate" not in self.app.platform.abilities:
            return
        self.looking, self.no_position = True, None
        self._show_place()
        self.app.platform.locate(self._located, self._not_located)

    def _located(self, position: dict[str, Any]) -> None:
        self.looking, self.position = False, position
        self._show_place()

    def _not_located(self, why: Reason | None) -> None:
        self.looking, self.no_position = False, why
        self._show_place()

    # -- beginning -------------------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin; the checklist opens."""
        self.theme_field.commit()
        first, *more = (template for id in self.templates for template in self.offered if template["id"] == id)
        why = "" if self.position else self.reason.text.strip() or tr("start.reason_default")
        task = self.task["id"] if self.task is not None and self.kind == self.task["inspection_kind"] else None
        made = self.app.session.do(
            lambda: inspecting.start_inspection(
                self.client,
                self.enterprise,
                self.kind,
                first,
                more=more,
                position=self.position,
                why_no_position=why,
                theme=self.theme or None,
                purposes=self.purposes,
                task=task,
            )  # fmt: skip
        )
        if made:
            self.drop_typing(self.kept_at, f"{self.kept_at}/reason")
            self.app.nav.replace("checklist", id=made)
