"""What the console reads: lists within one person's scopes, paged in the database; time lines; what waits to be settled."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, literal_column, select
from sqlalchemy.engine import Connection

from shared import ledger as rules
from shared.people import is_enterprise_person, scopes_of, sees
from shared.rules import Record
from sync_server.console.finding import Found, Wanted, find
from sync_server.store import ledgers as store
from sync_server.store.database import Link
from sync_server.store.schema import devices, listed, operations, records


def listing(
    link: Link, ledger: str, person: Record, kind: str, *, search: str = "", filters: dict[str, str] | None = None, page: int = 1
) -> Found:
    """Records of a kind that the person sees and that are handed in, newest first (enterprises in the order of their numbers)."""
    terms = tuple((f"{name}:{value}",) for name, value in (filters or {}).items() if value)
    by_number = kind == "enterprise"
    return find(link, ledger, person, Wanted(kind, search, terms, sort="number" if by_number else "at", rising=by_number), page)


def by_term(link: Link, ledger: str, kind: str, *terms: str, limit: int = -1) -> dict[str, Record]:
    """The records of a kind that are handed in and have one of these terms in the lists, by id, newest first; all without a limit."""
    marks, cut = ", ".join("?" * len(terms)), f" LIMIT {int(limit)}" if limit >= 0 else ""
    sql = (
        f"SELECT r.id, r.body FROM (SELECT DISTINCT id, at FROM terms WHERE ledger = ? AND kind = ? AND term IN ({marks}) "
        f"ORDER BY at DESC, id DESC{cut}) t CROSS JOIN records r WHERE r.ledger = ? AND r.id = t.id ORDER BY t.at DESC, t.id DESC"
    )
    return {row[0]: json.loads(row[1]) for row in link.all(sql, (ledger, kind, *terms, ledger))}


def unfinished(link: Link, ledger: str, person: str, kinds: Iterable[str], states: Iterable[str] = ()) -> list[Record]:
    """Drafts that somebody has a part in, and what was handed in and is in one of these states."""
    of_kind, kinds_value = link.any_of("r.kind", kinds)
    in_state, states_value = link.any_of("l.state", states)
    rows = link.all(
        "SELECT r.body FROM visible v JOIN records r ON r.ledger = v.ledger AND r.id = v.record "
        "LEFT JOIN listed l ON l.ledger = r.ledger AND l.id = r.id "
        f"WHERE v.ledger = ? AND v.scope = ? AND v.present = 1 AND {of_kind} AND (l.id IS NULL OR {in_state}) ORDER BY r.id",
        (ledger, f"person:{person}", kinds_value, states_value),
    )
    return [json.loads(row[0]) for row in rows]


def seen_record(link: Link, ledger: str, person: Record, id: str, kind: str) -> Record | None:
    """One record, if the person sees it."""
    record = store.records(link, ledger, [id]).get(id)
    if record is None or record["kind"] != kind or not sees(person, rules.scopes_of(record)):
        return None
    return record


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a time line."""

    no: int
    kind: str
    by: str
    at: int
    received_at: int
    skew: int | None
    device: str
    verdict: str
    code: str
    flags: tuple[str, ...]
    body: dict[str, Any]


def timeline(link: Link, ledger: str, subject: str) -> list[list[Step]]:
    """Everything that was done about a record, in the order of the ledger; the same thing done again and again by one person is one run."""
    steps = [_step(stored) for stored in store.operations_about(link, ledger, subject)]
    runs: list[list[Step]] = []
    for step in steps:
        last = runs[-1][-1] if runs else None
        same = last is not None and (last.by, last.kind) == (step.by, step.kind) and last.verdict == step.verdict == "accepted" and not step.flags
        if same:
            runs[-1].append(step)
        else:
            runs.append([step])
    return runs


def _step(stored: store.Stored) -> Step:
    fields = _fields(stored.raw)
    entry = stored.entry
    return Step(
        stored.no, stored.kind or "?", stored.author, int(fields.get("at") or 0), entry.received_at, fields.get("skew"), stored.device, entry.verdict,
        entry.code, entry.flags, fields.get("body") or {},
    )  # fmt: skip


def body_of(stored: store.Stored) -> dict[str, Any]:
    """What an operation says; empty where it cannot be read."""
    return dict(_fields(stored.raw).get("body") or {})


def _fields(raw: bytes) -> dict[str, Any]:
    """An operation's fields; nothing of one that cannot be read."""
    try:
        fields = json.loads(raw)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) and isinstance(fields.get("body"), dict) else {}


def refused(link: Link, connection: Connection, ledger: str, person: Record) -> list[tuple[Step, str]]:
    """Refused operations that nobody has adopted, newest first, each with its subject: one's own, and for the government those of one's area."""
    rows = connection.execute(
        select(operations.c.no)
        .where(operations.c.ledger == ledger, operations.c.verdict == "refused", operations.c.verdict != literal_column("'accepted'"))
        .order_by(operations.c.no.desc())  # said in full, the second condition lets the index of what is unsettled be used
        .limit(300)
    ).all()
    adopted = store.records(link, ledger, [f"adoption/{row.no}" for row in rows])
    whole, of_area = "ledger" in scopes_of(person), not is_enterprise_person(person)
    found = []
    for row in rows:
        stored = store.operation(link, ledger, row.no)
        if stored is None or f"adoption/{row.no}" in adopted:
            continue
        record = store.records(link, ledger, [stored.subject]).get(stored.subject)
        if whole or stored.author == person["id"] or (of_area and record is not None and sees(person, rules.scopes_of(record))):
            found.append((_step(stored), stored.subject))
    return found


def conflicts(link: Link, connection: Connection, ledger: str, person: Record) -> list[tuple[Record, str, dict[str, Any]]]:
    """Open conflicts that the person may settle: (record, number of the entry that lost, the operation as kept)."""
    ids = connection.execute(
        select(records.c.id).where(records.c.ledger == ledger, records.c.conflicts > 0).order_by(records.c.id).limit(300)
    ).scalars()
    found = []
    for record in store.records(link, ledger, list(ids)).values():
        found += [(record, no, held) for no, held in rules.open_conflicts(record).items() if rules.may_settle(person, record, held)]
    return found


def device_list(connection: Connection, ledger: str) -> list[Any]:
    """Every phone with when it was last seen."""
    joined = devices.join(listed, and_(listed.c.ledger == devices.c.ledger, listed.c.id == devices.c.device))
    wanted = select(devices, listed.c.state, listed.c.title).select_from(joined).where(devices.c.ledger == ledger, devices.c.person != "server")
    return list(connection.execute(wanted.order_by(devices.c.last_seen.desc())).all())


def photos_on_their_way(link: Link, ledger: str) -> dict[str, int]:
    """device -> photos that operations name but whose bytes have not come."""
    counts: dict[str, int] = {}
    waiting = [r for r in store.records_of_kind(link, ledger, "blob") if not r["received"] and not r["erased"]]
    for record in waiting:
        for named in store.records(link, ledger, record["refs"][:1]).values():
            device = next((p["device"] for p in named["photos"].values() if p["sha256"] == record["sha256"]), "")
            counts[device] = counts.get(device, 0) + 1
    return counts


def names(link: Link, ledger: str) -> dict[str, str]:
    """id -> name of every person, unit and criterion."""
    rows = link.all("SELECT id, title FROM listed WHERE ledger = ? AND kind IN ('person', 'unit', 'criterion')", (ledger,))
    return {row[0]: row[1] for row in rows} | {"server": "服务器"}


def titles_of(link: Link, ledger: str, ids: Iterable[str]) -> dict[str, str]:
    """id -> title of these listed records."""
    condition, value = link.any_of("id", [id for id in ids if id])
    return dict(link.all(f"SELECT id, title FROM listed WHERE ledger = ? AND {condition}", (ledger, value)))


def titles(link: Link, ledger: str, person: Record, bodies: list[dict[str, Any]]) -> dict[str, str]:
    """id -> what people call it, of the enterprises, inspections and hazards that these operations name and the person sees."""
    named = {body[name] for body in bodies for name in ("enterprise", "inspection", "hazard", "into") if isinstance(body.get(name), str)}
    found = store.records(link, ledger, sorted(named))
    seen = {id: record for id, record in found.items() if sees(person, rules.scopes_of(record))}
    return {id: r.get("ledger_no") or r.get("enterprise_name") or r.get("name") or id for id, r in seen.items()}
