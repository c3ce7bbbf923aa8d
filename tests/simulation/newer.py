"""What a newer version of the program knows: one more kind of operation on a known record, one more kind of record; and a rule that breaks.

Both sides share this process, so `speak` puts the tables of `shared.ledger` into the state of whoever runs now.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shared import ledger
from shared.fields import text
from shared.rules import UNKNOWN_RECORD, Case, Family, Kind, Record, Row, refuse_if

OLD, NEW = 1, 2


class _Now:
    version = OLD
    on_server = False


def speak(version: int) -> None:
    """Let the program of this version run from here on."""
    if version == _Now.version:
        return
    for kind in (*BULLETIN.kinds, REMARK):
        if version == NEW:
            ledger.KINDS[kind.name, kind.v] = kind
            ledger.NEWEST[kind.name] = kind.v
            ledger.ABOUT[kind.name] = "enterprise" if kind is REMARK else "bulletin"
        else:
            del ledger.KINDS[kind.name, kind.v], ledger.NEWEST[kind.name], ledger.ABOUT[kind.name]
    if version == NEW:
        ledger.FAMILY_OF["bulletin"] = BULLETIN
    else:
        del ledger.FAMILY_OF["bulletin"]
    _Now.version = version


@contextmanager
def server_speaks(version: int) -> Iterator[None]:
    """The server of this version runs inside, then whoever ran before."""
    before, _Now.on_server = _Now.version, True
    speak(version)
    try:
        yield
    finally:
        _Now.on_server = False
        speak(before)


def listen() -> None:
    """The rule that breaks is known to every version."""
    ledger.KINDS[POISON.name, POISON.v] = POISON
    ledger.NEWEST[POISON.name] = POISON.v
    ledger.ABOUT[POISON.name] = "enterprise"


def forget() -> None:
    """Leave `shared.ledger` as it was found."""
    speak(OLD)
    ledger.KINDS.pop((POISON.name, POISON.v), None)
    ledger.NEWEST.pop(POISON.name, None)
    ledger.ABOUT.pop(POISON.name, None)


def _fold_remark(case: Case) -> None:
    case.put(case.record, "audit_tier", case.body["text"])


def _judge_remark(case: Case) -> None:
    case.require_unchanged({"audit_tier": case.body["text"]})


def _fold_post(case: Case) -> None:
    case.create("bulletin", {"text": case.body["text"]})


def _everyone(record: Record) -> set[str]:
    return {"all"}


def _judge_poison(case: Case) -> None:
    if _Now.on_server:
        raise ZeroDivisionError("a rule that fails")
    refuse_if(case.subject is None, UNKNOWN_RECORD)  # as every judge does before a fold that needs the record


def _fold_poison(case: Case) -> None:
    case.put(case.record, "tags", ["poison"])


REMARK = Kind("enterprise.remark", "register", {"text": text(100)}, _fold_remark, _judge_remark)
BULLETIN = Family(
    "bulletin",
    (Kind("bulletin.post", "inspect", {"text": text(100)}, _fold_post, creates=True),),
    _everyone,
    lambda record: Row(title=record["text"]),
)
POISON = Kind("enterprise.poison", "inspect", {}, _fold_poison, _judge_poison)
