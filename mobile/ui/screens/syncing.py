"""The sync page: how things stand in plain words, what only this phone holds, what needs the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobile.core.status import Problem, Stopped
from mobile.ui.kit import Banner, Card, Divider, EmptyState, ProgressLine, PushButton, Scroll, SectionHeader, Text
from mobile.ui.saying import say, why
from mobile.ui.screens.screen import Screen, moment
from mobile.ui.strings import tr
from mobile.ui.words import TEXTS

if TYPE_CHECKING:
    from mobile.ui.app import Paicha


NEW_CODE_HELPS = ("revoked", "unknown_device", "key.lost")  # the enrolment goes on with a new code from the office


class Syncing(Screen):
    """Everything about what has and has not reached the ledger."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("sync.title"), back=False)
        self.bar.actions = [("sync", "sync")]
        self.banner = Banner()
        self.body = Scroll()
        self.most = 0
        self.most_photos = 0
        self.add_widget(self.banner)
        self.add_widget(self.body)

    def on_action(self, name: str) -> None:
        """Sync now."""
        self.app.session.sync_now()

    def on_shown(self) -> None:
        """Follow the status, not only the data."""
        super().on_shown()
        self.app.session.bind(status=self._changed)

    def on_hidden(self) -> None:
        """No longer."""
        super().on_hidden()
        self.app.session.unbind(status=self._changed)

    def refresh(self) -> None:
        """From the database and the engine's last word."""
        unsent, status = self.client.unsent(), self.app.session.status
        said = say(status, unsent)
        self.banner.text, self.banner.icon, self.banner.tone = said.text, said.icon, said.tone
        self.most = max(self.most, unsent.operations) if unsent.operations else 0
        self.most_photos = max(self.most_photos, unsent.photos) if unsent.photos else 0
        self.body.ids.column.clear_widgets()
        self._draw_progress(unsent.operations, unsent.photos, unsent.photo_bytes, unsent.oldest_at)
        if isinstance(status, Stopped) and status.code in NEW_CODE_HELPS:
            again = PushButton(text=tr("enrol.again"), icon="key", on_release=lambda _: self.app.nav.push("enrol", again=self.app.session.device))
            self.body.add(again)
        else:
            self.body.add(PushButton(text=tr("sync.now"), icon="sync", kind="secondary", on_release=lambda _: self.on_action("sync")))
        self._draw_problems(self.client.needs_you())

    def _draw_progress(self, operations: int, photos: int, size: int, oldest: int | None) -> None:
        card = Card()
        done = 1 - operations / self.most if self.most else 1
        text = tr("sync.operations_left", count=operations) if operations else tr("sync.operations_done")
        card.add_widget(ProgressLine(text=text, detail=f"{done:.0%}", value=done, tone="primary" if operations else "ok"))
        card.add_widget(Divider())
        done = 1 - photos / self.most_photos if self.most_photos else 1
        text = tr("sync.photos_left", count=photos, size=f"{size / 1e6:.1f}") if photos else tr("sync.photos_done")
        card.add_widget(ProgressLine(text=text, detail=f"{done:.0%}", value=done, tone="primary" if photos else "ok"))
        receipt = self.client.store.meta("checkpoint")
        notes = [tr("sync.oldest", at=moment(oldest))] if oldest else []
        notes += [tr("sync.receipt", size=receipt["size"], root=receipt["root"][:12])] if receipt else []
        for note in notes:
            card.add_widget(Text(content=note, style="caption", tone="ink_soft"))
        self.body.add(card)

    def _draw_problems(self, problems: list[Problem]) -> None:
        self.body.add(SectionHeader(text=tr("sync.needs_you"), detail=str(len(problems)) if problems else ""))
        if not problems:
            self.body.add(EmptyState(icon="check-all", title=tr("sync.nothing"), text=tr("sync.nothing_text")))
        for problem in problems[:50]:
            self.body.add(self._problem_card(problem))

    def _problem_card(self, problem: Problem) -> Card:
        card = Card()
        key = f"op.{problem.operation_kind}"
        card.add_widget(Text(content=tr(f"sync.{problem.kind}"), style="headline", tone="danger"))
        about = self._about(problem)
        card.add_widget(
            Text(content=" · ".join(part for part in (tr(key) if key in TEXTS else problem.operation_kind, about, moment(problem.at)) if part))
        )
        card.add_widget(Text(content=why(problem.code), tone="danger", style="small"))
        card.add_widget(Text(content=tr(f"sync.{problem.kind}_text"), tone="ink_soft", style="small"))
        if problem.kind == "refused":
            card.add_widget(PushButton(text=tr("sync.dismiss"), kind="text", snug=True, on_release=lambda _: self._dismiss(problem.n)))
        elif problem.kind == "conflict":
            for pick in ("second", "first"):
                card.add_widget(
                    PushButton(
                        text=tr(f"sync.pick_{pick}"),
                        kind="secondary" if pick == "second" else "text",
                        on_release=lambda _, pick=pick: self._settle(problem, pick),
                    )
                )
        return card

    def _about(self, problem: Problem) -> str:
        record = self.client.record(problem.subject) or {}
        return str(record.get("ledger_no") or record.get("enterprise_name") or record.get("name") or "")

    def _dismiss(self, n: int) -> None:
        self.app.session.do(lambda: self.client.dismiss(n))

    def _settle(self, problem: Problem, pick: str) -> None:
        """The author settles it in an own draft; elsewhere the rule says who may, in words."""
        record = self.client.record(problem.subject) or {}
        own = [no for no, held in record.get("conflicts", {}).items() if held["settled"] is None and held["by"] == self.client.identity.person]
        if own:
            self.app.session.do(lambda: self.client.act("conflict.resolve", problem.subject, {"conflict": int(own[0]), "pick": pick, "reason": None}))
