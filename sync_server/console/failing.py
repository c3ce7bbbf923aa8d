"""The three failures (2.4) of all that somebody sees, each with what proves it: 应查未查 NC, 应报未报 NR, 应改未改 NF. Computed, never stored."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shared import ledger as rules
from shared.checklist import templates_of
from shared.deadlines import Failure, failures
from shared.kinds.alert import answer_id, calls_on
from shared.kinds.template import template_record_id
from shared.people import sees
from shared.rules import Record
from shared.unchecked import (
    SELF_CHECKS,
    PassedOver,
    is_full,
    is_within,
    no_full_self_inspection,
    not_answered,
    not_led,
    passed_over,
    wrongly_passed,
)
from sync_server.console.reading import by_term
from sync_server.store import ledgers as store
from sync_server.store.database import Link

CODES = ("NC", "NR", "NF")
HAZARD_TERMS = ("is:verify_failed", "is:reopened", "is:late_report")
_SLIM = ("id", "enterprise", "inspection_kind", "state", "submitted_at")


@dataclass(frozen=True, slots=True)
class Failed:
    """A failure and whose it is; `hazard` is the record that shows it, or None; `over` says that the hazard is closed or void meanwhile."""

    failure: Failure
    enterprise: str
    name: str
    community: str
    section: str
    path: str
    hazard: Record | None = None

    @property
    def over(self) -> bool:
        """Whether nothing is to be done about it any more."""
        return self.hazard is not None and self.hazard["state"] in ("closed", "void")


class OwnChecks:
    """The enterprises' own inspections of each ledger, without their answers, kept from page to page: a page reads only what has changed since."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, int, dict[str, Record]]] = {}
        self._lock = threading.Lock()

    def by_enterprise(self, link: Link, ledger: str) -> dict[str, list[Record]]:
        """enterprise -> its own inspections that are handed in."""
        head = store.head(link, ledger)
        if head is None:
            return {}
        with self._lock:
            epoch, seen, found = self._known.get(ledger, ("", 0, {}))
            if epoch != head.epoch:
                seen, found = 0, {}
            if seen < head.size:
                changed = _own_checks(link, ledger) if seen == 0 else _changed_checks(link, ledger, seen)
                found = {**found, **{record["id"]: _slim(record) for record in changed}}
                self._known[ledger] = (head.epoch, head.size, found)
        grouped: dict[str, list[Record]] = {}
        for record in found.values():
            grouped.setdefault(record["enterprise"], []).append(record)
        return grouped


def _slim(record: Record) -> Record:
    checklists = [template_record_id(*each) for each in templates_of(record)]
    return {name: record[name] for name in _SLIM} | {"checklists": checklists, "moments": {"start": {"at": record["moments"]["start"]["at"]}}}


def _own_checks(link: Link, ledger: str) -> Iterable[Record]:
    return by_term(link, ledger, "inspection", *(f"level:{kind}" for kind in SELF_CHECKS)).values()


def _changed_checks(link: Link, ledger: str, seen: int) -> Iterator[Record]:
    for kind, body in link.all("SELECT kind, body FROM records WHERE ledger = ? AND no > ?", (ledger, seen)):
        if kind == "inspection":
            record = json.loads(body)
            if record["inspection_kind"] in SELF_CHECKS:
                yield record


class Failing:
    """What is needed to find the failures within one person's area, read once."""

    def __init__(self, link: Link, ledger: str, person: Record, now: int, checks: OwnChecks) -> None:
        self.link, self.ledger, self.person, self.now = link, ledger, person, now
        self._checks = checks
        fixed = store.records(link, ledger, ["ledger", "campaign"])
        self.settings, self.campaign = fixed.get("ledger"), fixed.get("campaign")
        everyone = store.records_of_kind(link, ledger, "enterprise")
        self.enterprises = {record["id"]: record for record in everyone if sees(person, rules.scopes_of(record))}

    def all(self, codes: Iterable[str] = CODES) -> list[Failed]:
        """Newest first."""
        wanted = set(codes)
        found: list[Failed] = []
        if "NC" in wanted:
            found += [*self.unchecked(), *self.wrongly_passed(), *self.unanswered()]
        if wanted & {"NR", "NF"}:
            found += [failed for failed in self.of_hazards() if failed.failure.code in wanted]
        return sorted(found, key=lambda failed: (-failed.failure.since, failed.name, failed.path))

    def of_hazards(self) -> Iterator[Failed]:
        """NR and NF, of open and closed hazards alike: what was late stays late."""
        sql = (
            "SELECT l.id FROM terms t CROSS JOIN listed l WHERE t.ledger = ? AND t.kind = 'hazard' AND t.term = 'is:open' "
            "AND l.ledger = t.ledger AND l.id = t.id AND l.deadline > 0 AND l.deadline < ?"
        )
        late = [row[0] for row in self.link.all(sql, (self.ledger, self.now))]
        records = by_term(self.link, self.ledger, "hazard", *HAZARD_TERMS) | store.records(self.link, self.ledger, late)
        for record in records.values():
            if sees(self.person, rules.scopes_of(record)):
                for failure in failures(record, self.settings, self.now):
                    yield self._of_hazard(failure, record)

    def _of_hazard(self, failure: Failure, record: Record) -> Failed:
        section = record["responsible_section"] or record["section"]
        path = f"hazards/{record['id']}"
        return Failed(failure, record["enterprise"], record["enterprise_name"], record["community"], section, path, record)

    def _of_enterprise(self, failure: Failure, enterprise: Record, path: str = "") -> Failed:
        where = path or f"enterprises/{enterprise['id']}"
        return Failed(failure, enterprise["id"], enterprise["name"], enterprise["community"], enterprise["lead_section"], where)

    def unchecked(self) -> Iterator[Failed]:
        """NC (a) and (b)."""
        own, registered = self._checks.by_enterprise(self.link, self.ledger), self._registered()
        templates = self.templates
        for id, enterprise in self.enterprises.items():
            inspections, since = own.get(id, []), registered.get(enterprise["created"], 0)
            full = [i for i in inspections if any(is_full(i, enterprise, templates[id]) for id in i["checklists"] if id in templates)]
            missing = no_full_self_inspection(enterprise, full, self.campaign, since, self.now)
            for failure in (*([missing] if missing else []), *not_led(enterprise, inspections, self.campaign, since, self.now)):
                yield self._of_enterprise(failure, enterprise)

    def _registered(self) -> dict[int, int]:
        """number -> when that entry was received, of the entries that registered the enterprises."""
        condition, value = self.link.any_of("no", [enterprise["created"] for enterprise in self.enterprises.values()])
        return dict(self.link.all(f"SELECT no, received_at FROM operations WHERE ledger = ? AND {condition}", (self.ledger, value)))

    def questions(self) -> list[tuple[Record, PassedOver]]:
        """NC (c) before anyone has said whether it existed: (hazard, what the enterprise's own check had said)."""
        asked = ((hazard, passed_over(hazard, own, item)) for hazard, own, item in self.majors)
        return [(hazard, passed) for hazard, passed in asked if passed is not None and passed.is_open]

    def wrongly_passed(self) -> Iterator[Failed]:
        """NC (c)."""
        for hazard, own, item in self.majors:
            failure = wrongly_passed(hazard, own, item)
            if failure is not None:
                yield self._of_hazard(failure, hazard)

    @cached_property
    def majors(self) -> list[tuple[Record, list[Record], Record | None]]:
        """Major hazards that the department found under an item: each with its enterprise's own inspections, answers included, and the item."""
        majors = [h for h in by_term(self.link, self.ledger, "hazard", "level:major").values() if h["template_item"] and h["source_class"] == "gov"]
        majors = [hazard for hazard in majors if sees(self.person, rules.scopes_of(hazard))]
        own = self._checks.by_enterprise(self.link, self.ledger)
        near = {h["id"]: [c["id"] for c in own.get(h["enterprise"], []) if is_within(c, h["found_at"])] for h in majors}
        whole = store.records(self.link, self.ledger, {id for ids in near.values() for id in ids})
        return [(h, [whole[id] for id in near[h["id"]] if id in whole], self.items.get(h["template_item"])) for h in majors]

    @cached_property
    def templates(self) -> dict[str, Record]:
        """Every version of every checklist by the id of its record."""
        return {r["id"]: r["template"] for r in store.records_of_kind(self.link, self.ledger, "template")}

    @cached_property
    def items(self) -> dict[str, Record]:
        """Every checklist item by its id, as the newest version has it."""
        in_turn = sorted(self.templates.values(), key=lambda template: int(template["version"]))
        return {item["id"]: item for template in in_turn for item in template["items"]}

    def unanswered(self) -> Iterator[Failed]:
        """NC (d)."""
        for alert in by_term(self.link, self.ledger, "alert", "is:open").values():
            if self.now > alert["due"]:
                for enterprise, answer in answers(self.link, self.ledger, alert, self.enterprises.values()):
                    failure = not_answered(alert, enterprise, answer, self.now)
                    if failure is not None:
                        yield self._of_enterprise(failure, enterprise, f"alerts/{alert['id']}")

    def item_text(self, id: str) -> dict[str, Any]:
        """{zh, en} of an item; its id where no checklist has it any more."""
        item = self.items.get(id)
        return dict(item["text"]) if item else {"zh": id, "en": id}


def answers(link: Link, ledger: str, alert: Record, enterprises: Iterable[Record]) -> list[tuple[Record, Record | None]]:
    """(enterprise, its answer or None) of those that an accident alert calls on, by name."""
    called = sorted((enterprise for enterprise in enterprises if calls_on(alert, enterprise)), key=lambda enterprise: str(enterprise["name"]))
    given = store.records(link, ledger, [answer_id(alert["id"], enterprise["id"]) for enterprise in called])
    return [(enterprise, given.get(answer_id(alert["id"], enterprise["id"]))) for enterprise in called]
