"""Somebody before a record, now: what they may, in whose words, and how a form of theirs is done. Steps of hazards and of listings stand on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import Response

from shared.calendar import DAY, ReadYear
from shared.errors import Reason
from shared.kinds.calendar import years_of
from shared.kinds.listing import authority
from shared.kinds.presets import presets
from shared.kinds.settings import setting
from shared.ledger import KINDS
from shared.people import may, roles_of
from shared.rules import Record
from sync_server.console.asking import Act, Ask, Paper, day_text
from sync_server.console.frame import Form, Frame, Visit
from sync_server.console.words import word
from sync_server.console.words.values import value_word
from sync_server.store import ledgers as store
from sync_server.store.database import Link


@dataclass(slots=True)
class Standing:
    """A record as somebody stands before it."""

    frame: Frame
    visit: Visit
    link: Link
    record: Record
    now: int
    ledger: Record | None

    def word(self, key: str, *values: object) -> str:
        """A word in the visitor's language."""
        said = word(key, self.visit.language)
        return said.format(*values) if values else said

    def why(self, reason: Reason) -> str:
        """A reason in the visitor's language."""
        return reason.text(self.visit.language)

    def read(self, id: str) -> Record | None:
        """Another record, as rules read it."""
        return store.records(self.link, self.visit.ledger, [id]).get(id)

    @property
    def read_year(self) -> ReadYear:
        """The ledger's calendar."""
        return calendar(self.link, self.visit.ledger)

    def may(self, operation: str) -> bool:
        """Whether the visitor's role gives the right to this kind of operation."""
        return may(self.visit.person, KINDS[operation, 1].right)

    def is_of(self, level: str) -> bool:
        """Whether the visitor is the authority of a level of listing."""
        return bool(roles_of(self.visit.person) & authority(level))

    def setting(self, name: str) -> int:
        """A setting of the ledger."""
        return setting(self.ledger, name)

    def ready(self, name: str) -> tuple[str, ...]:
        """The office's ready-made reasons."""
        return tuple(presets(self.read, name))

    def options(self, field: str, *values: str) -> tuple[tuple[str, str], ...]:
        """Values of a field with their words."""
        return tuple((value, value_word(field, value, self.visit.language)) for value in values)

    def paper(self, operation: str, *asks: Ask, step: str = "", **more: Any) -> Paper:
        """A form about the record."""
        return Paper(step or operation.partition(".")[2], operation, self.record["id"], self.record["no"], asks, **more)

    def reason(self, ready: str = "", *, needed: bool = True, longest: int = 1000) -> Ask:
        """Why, with ready-made answers."""
        return Ask("reason", "text", needed, longest=longest, ready=self.ready(ready) if ready else ())

    @property
    def tomorrow(self) -> str:
        """The first day that a deadline can be."""
        return day_text(self.now + DAY)


def calendar(link: Link, ledger: str) -> ReadYear:
    """The ledger's calendar, each year read once."""
    return cache(years_of(lambda id: store.records(link, ledger, [id]).get(id)))


def standing(frame: Frame, visit: Visit, link: Link, record: Record) -> Standing:
    """Somebody before a record, now."""
    return Standing(frame, visit, link, record, frame.service.clock(), store.records(link, visit.ledger, ["ledger"]).get("ledger"))


def do(frame: Frame, visit: Visit, form: Form, acts: Sequence[Act], back: str) -> Response:
    """A step alone is kept where it collides with somebody's work; photos and their step are made together or not at all."""
    return frame.act_all(visit, form, acts, back) if len(acts) > 1 else frame.act(visit, form, *acts[0], back)
