"""Beginning an inspection: which kind, which checklists, where one stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.metrics import dp

from mobile.core import inspecting
from mobile.ui.kit import Banner, BottomBar, Card, Chip, PushButton, Radio, Scroll, SectionHeader, TextField, Wrap
from mobile.ui.screens.screen import Screen, both
from mobile.ui.strings import tr
from shared.calendar import day_of
from shared.kinds.inspection import INSPECTION_KINDS
from shared.people import COMMUNITY_WORKER, ENTERPRISE_ROLES, roles_of
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

ALONE = ("assistance", "community_patrol")  # what one person can finish: proposed first


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
