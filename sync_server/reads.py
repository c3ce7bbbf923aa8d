"""Who looked at what is protected: accounts, phone numbers in bulk, informants, and this list itself. Kept beside the ledger, never changed."""

from __future__ import annotations

from dataclasses import dataclass

from sync_server.service import Service

PAGE = 100


@dataclass(frozen=True, slots=True)
class Read:
    """Somebody looked at something: `what` is a word ("accounts", "people.export"), `record` the record it was about, or ""."""

    at: int
    person: str
    what: str
    record: str


def note_read(service: Service, ledger: str, person: str, what: str, record: str = "") -> None:
    """Before it is shown, so that nothing is seen unnoted."""
    with service.database.write() as link:
        link.run("INSERT INTO reads (ledger, at, person, what, record) VALUES (?, ?, ?, ?, ?)", (ledger, service.clock(), person, what, record))


def reads(service: Service, ledger: str, *, person: str = "", what: str = "", page: int = 1) -> tuple[list[Read], bool]:
    """One page, newest first, and whether there are more."""
    where, values = "ledger = ?", [ledger]
    for column, value in (("person", person), ("what", what)):
        if value:
            where += f" AND {column} = ?"
            values.append(value)
    with service.database.read() as link:
        rows = link.all(
            f"SELECT at, person, what, record FROM reads WHERE {where} ORDER BY at DESC LIMIT {PAGE + 1} OFFSET {(max(1, page) - 1) * PAGE}", values
        )
    return [Read(*row) for row in rows[:PAGE]], len(rows) > PAGE
