"""The first thing one sees: what waits for this person today, and the button that reports what one has just come across."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from kivy.clock import Clock
from kivy.core.window import Window

from mobile.core import inspecting
from mobile.core.status import Problem, Working
from mobile.core.today import Task, Today, today
from mobile.ui.kit import Fab, Floating, Listing, Row
from mobile.ui.register import read_register
from mobile.ui.screens.screen import Screen
from mobile.ui.screens.sync_chip import SyncChip
from mobile.ui.strings import tr
from mobile.ui.whereabouts import distance
from mobile.ui.words import TEXTS
from shared.calendar import day_of
from shared.people import may
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha
    from mobile.ui.kit import EmptyState

FEW = 5  # problems shown here; all of them are on the page of syncing
PAGE = 20  # rows of a section at first; the rest when the end comes into sight
AFTER_FIRST_FRAME = 0.5  # seconds


class Todo(Screen):
    """Tasks, drafts, re-inspections, what was given back and what needs the person, each under its heading with a count."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, back=False)
        self.bar.add_widget(SyncChip(app))
        self.list = Listing()
        self.list.view.bind(on_open=lambda _, row: self.open(row.id), on_end=lambda _: self.more())
        self.shown = PAGE
        self._settle_soon = Clock.create_trigger(self._settle, AFTER_FIRST_FRAME)
        body = Floating()
        body.add_widget(self.list)
        if may(self.client.person or {"roles": []}, "report"):
            self.fab = Fab(icon="camera-plus", text=tr("today.report"), on_release=lambda _: app.nav.push("report"))
            body.add_widget(self.fab)
        self.add_widget(body)

    def on_shown(self) -> None:
        """Follow the position, too."""
        super().on_shown()
        self.app.where.bind(position=self._changed)
        Window.bind(on_flip=self._drawn)

    def on_hidden(self) -> None:
        """No longer."""
        super().on_hidden()
        Window.unbind(on_flip=self._drawn)
        self._settle_soon.cancel()
        self.app.where.unbind(position=self._changed)

    def _drawn(self, *_: object) -> None:
        Window.unbind(on_flip=self._drawn)
        self._settle_soon()

    def _settle(self, *_: object) -> None:
        """What would only hold up the first frame: where one is, and the enterprises for searching."""
        self.app.where.look()
        read_register(self.app.session)

    def refresh(self) -> None:
        """Read all of it from the phone."""
        client = self.client
        ledger, person = client.record("ledger") or {}, client.person or {}
        self.bar.title, self.bar.subtitle = str(ledger.get("name", "")), " · ".join(part for part in (person.get("name"), person.get("post")) if part)
        self.found = today(client, self.app.where.position, self.shown)
        rows = list(self._rows(self.found))
        if not rows:
            self._say_why_empty()
        self.list.show(rows)

    def _say_why_empty(self) -> None:
        """Nothing has come yet, or nothing waits."""
        loading = isinstance(self.app.session.status, Working | None) and not self.client.count("enterprise")
        why = "enterprises.loading" if loading else "today.none"
        self.empty.title, self.empty.text, self.empty.button = tr(why), tr(f"{why}_text"), "" if loading else tr("today.go")

    @cached_property
    def empty(self) -> EmptyState:
        """Where that is said."""
        empty = self.list.empty
        empty.icon = "clipboard-check"
        empty.bind(on_action=lambda _: self.app.nav.reset("enterprises"))
        return empty

    # -- rows ------------------------------------------------------------------------------------------------------------------------------

    def _rows(self, found: Today) -> Iterator[Row]:
        yield from self._section("problems", map(_problem_row, found.problems[:FEW]), len(found.problems))
        yield from self._section("returned", map(self._returned_row, found.returned), found.returned_count)
        yield from self._section("tasks", map(self._task_row, found.tasks), len(found.tasks))
        yield from self._section("drafts", map(_draft_row, found.drafts), len(found.drafts))
        yield from self._section("reinspections", (self._reinspection_row(*step) for step in found.reinspections), found.reinspections_count)

    def _section(self, name: str, rows: Iterable[Row], count: int) -> Iterator[Row]:
        if count:
            yield Row(id="", title=tr(f"today.{name}"), meta=str(count), heading=True)
            yield from islice(rows, self.shown)

    def more(self) -> None:
        """The end of the list is in sight, and there is more than that."""
        found = self.found
        if max(found.returned_count, len(found.tasks), len(found.drafts), found.reinspections_count) > self.shown:
            self.shown += 3 * PAGE
            self.refresh()

    def _task_row(self, task: Task) -> Row:
        record = task.record
        badges = [*self._due_badge(record["due"])]
        if record["state"] == "started":
            badges.append((tr("tasks.started"), "info"))
        subtitle = " · ".join(part for part in (tr(f"kind.{record['inspection_kind']}"), record["theme"]) if part)
        meta = " · ".join(part for part in (self._until(record["due"]), distance(task.metres)) if part)
        return Row(
            id=f"task/{record['id']}", title=record["enterprise_name"], subtitle=subtitle, meta=meta, badges=tuple(badges), icon="clipboard-check"
        )

    def _reinspection_row(self, hazard: Record, until: int) -> Row:
        return Row(
            id=f"finding/{hazard['id']}", title=hazard["enterprise_name"], subtitle=hazard["description"], meta=self._until(until),
            badges=tuple([*_level(hazard), *self._due_badge(until)]), icon="history",
        )  # fmt: skip

    def _returned_row(self, hazard: Record) -> Row:
        why = str(hazard.get("return_reason") or hazard["description"])
        return Row(
            id=f"finding/{hazard['id']}", title=hazard["enterprise_name"], subtitle=why, badges=((tr("state.returned"), "warn"), *_level(hazard)),
            icon="undo",
        )  # fmt: skip

    def _due_badge(self, until: int) -> list[tuple[str, str]]:
        days = (day_of(self.client.ports.now()) - day_of(until)).days
        return [(tr("tasks.late", days=days), "danger")] if days > 0 else [(tr("today.due_now"), "warn")] if days == 0 else []

    def _until(self, until: int) -> str:
        """The day, without the year where it is this one; nothing where a badge has said it."""
        day, now = day_of(until), day_of(self.client.ports.now())
        if day <= now:
            return ""
        return tr("today.until", day=f"{day.month}-{day.day:02d}" if day.year == now.year else str(day))

    # -- going on --------------------------------------------------------------------------------------------------------------------------

    def open(self, row: str) -> None:
        """What was tapped."""
        what, _, id = row.partition("/")
        if what == "problem":
            self.app.nav.reset("sync")
        elif what == "inspection":
            self.app.nav.push("checklist", id=id)
        elif what == "finding":
            self.app.nav.push("finding", id=id)
        elif (task := self.client.record(id)) is not None:
            self._open_task(task)

    def _open_task(self, task: Record) -> None:
        """Its inspection begins or goes on; on a wide window the enterprise is looked at first, beside the list."""
        begun = inspecting.begun_for(self.client, task)
        if begun:
            self.app.nav.push("checklist", id=begun)
        elif self.app.frame.stage.wide and self.client.record(task["enterprise"]) is not None:
            self.app.nav.push("enterprise", id=task["enterprise"])
        else:
            self.app.nav.push("start", enterprise=task["enterprise"], task=task["id"])


def _problem_row(problem: Problem) -> Row:
    key = f"op.{problem.operation_kind}"
    what = tr(key) if key in TEXTS else problem.operation_kind
    return Row(id=f"problem/{problem.n}", title=tr(f"sync.{problem.kind}"), subtitle=what, icon="alert-circle", mark="alert", mark_tone="danger")


def _draft_row(record: Record) -> Row:
    if record["kind"] == "hazard":
        return Row(
            id=f"finding/{record['id']}", title=record["enterprise_name"], subtitle=record["description"], badges=tuple(_level(record)),
            icon="note-edit-outline",
        )  # fmt: skip
    badges = [(tr("state.returned"), "warn")] if record["state"] == "returned" else []
    meta = tr("today.answered", count=len(record["answers"]))
    return Row(
        id=f"inspection/{record['id']}", title=record["enterprise_name"], subtitle=tr(f"kind.{record['inspection_kind']}"), meta=meta,
        badges=tuple(badges), icon="clipboard-list",
    )  # fmt: skip


def _level(hazard: Record) -> list[tuple[str, str]]:
    """Said only where it is grave."""
    return [(tr("level.major"), "danger")] if (hazard["level"] or hazard["level_proposed"]) == "major" else []
