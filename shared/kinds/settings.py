"""The ledger itself and the campaign it serves (R1, R98): opened once, configured by the office, restored from a backup.

Records: "ledger" (names, keys, settings) and "campaign" (document number, dates, phases).
"""

from __future__ import annotations

from shared.errors import MALFORMED, reason
from shared.fields import day, flag, identifier, integer, listing, moment, optional, shape, text
from shared.fields import problem as field_problem
from shared.people import ADMIN, SERVER
from shared.rules import Case, Family, Kind, Record, refuse_if

DEFAULTS = {
    "review_days": 2,  # working days to review a submission, 2.6
    "general_days": 15,
    "general_days_max": 30,
    "major_plan_days": 5,
    "major_days_max": 60,
    "verify_days": 10,  # for the verification of what is rectified
    "extension_working_days": 15,  # how long before the deadline an extension is asked for
    "extension_short_span": 30,  # days: deadlines shorter than this ...
    "extension_short_days": 3,  # ... need only so many days
    "extension_decision_days": 10,  # working days
    "extensions_general": 1,
    "extensions_major": 2,
    "listing_days": 5,  # in which a major hazard that the department found is listed, or the reason given
    "report_hours": 24,
    "photo_long_side": 1600,  # pixels
    "found_days_max": 30,  # how far back a find may lie without a reason, 2.7
    "backup": False,  # whether devices may drop what a backup has
}
_SETTINGS = {name: flag if isinstance(value, bool) else integer(0, 10_000) for name, value in DEFAULTS.items()}
_SETTINGS["photo_long_side"] = integer(320, 10_000)
_NAMES = {"name": text(100), "district": text(100), "city": text(100)}
_EDITABLE_NAMES = {**_NAMES, "name_en": text(100)}
_CAMPAIGN = {
    "title": text(200),
    "document_no": text(100),
    "issued_by": optional(text(200)),
    "issued_on": day,
    "count_from": day,
    "ends_on": day,
    "phases": listing(shape({"name": text(50), "from": optional(day), "to": day}), 10),
}

ALREADY_OPEN = reason("already_open", "这个台账已经建立", "this ledger is open already")
DATES_ORDER = reason("dates_order", "起止日期顺序不对，请改正", "the dates are in the wrong order: correct them", "R98")


def setting(ledger: Record | None, name: str) -> int:
    """A setting's value: the ledger's own, or the default."""
    return int((ledger or {"settings": {}})["settings"].get(name, DEFAULTS[name]))


def _judge_open(case: Case) -> None:
    refuse_if(case.subject is not None, ALREADY_OPEN)
    refuse_if(case.op.subject != "ledger" or case.op.n != 1, MALFORMED, "subject")


def _fold_open(case: Case) -> None:
    body = case.body
    case.create(
        "ledger",
        {name: body.get(name) for name in (*_NAMES, "name_en", "code", "verifier_key")} | {"settings": {}, "opened_at": case.entry.received_at},
    )
    case.create_at(
        case.op.device,
        "device",
        {"person": SERVER, "public_key": body["console_key"], "model": "console", "console": True, "state": "active", "enrolled_at": case.op.at},
    )
    admin = body["admin"]
    case.create_at(
        admin["id"],
        "person",
        {
            "name": admin["name"], "post": "", "phone": "", "card_no": "", "unit": "", "state": "active", "former": [],
            "roles": [{"role": ADMIN, "unit": "", "since": case.entry.no}],
        },
    )  # fmt: skip


def _judge_changes(case: Case) -> None:
    changes = case.body["changes"]
    refuse_if(not changes, MALFORMED, "changes")
    known = {**_SETTINGS, **_EDITABLE_NAMES}
    wrong = field_problem({name: known[name] for name in changes if name in known}, changes)
    refuse_if(wrong is not None, MALFORMED, wrong or "")
    case.require_unchanged(_marks(changes))


def _marks(changes: Record) -> Record:
    return {name if name in _EDITABLE_NAMES else f"settings/{name}": value for name, value in changes.items()}


def _fold_configure(case: Case) -> None:
    case.put_all(case.record, _marks(case.body["changes"]))


def _judge_restored(case: Case) -> None:
    refuse_if(case.record["id"] != "ledger", MALFORMED, "subject")


def _fold_restored(case: Case) -> None:
    record = case.record
    record.setdefault("restores", []).append({**case.body, "no": case.entry.no, "at": case.entry.received_at})
    case.touch(record)


def _judge_campaign(case: Case) -> None:
    body = case.body
    refuse_if(case.op.subject != "campaign", MALFORMED, "subject")
    refuse_if(not body["issued_on"] <= body["ends_on"] or body["count_from"] > body["ends_on"], DATES_ORDER)
    refuse_if(any((phase.get("from") or phase["to"]) > phase["to"] for phase in body["phases"]), DATES_ORDER, "phases")
    if case.subject is not None:
        case.require_unchanged(body)


def _fold_campaign(case: Case) -> None:
    record = case.subject or case.create("campaign", {})
    case.put_all(record, {name: case.body.get(name) for name in _CAMPAIGN})


def _everyone(record: Record) -> set[str]:
    return {"all"}


LEDGER = Family(
    "ledger",
    (
        Kind(
            "ledger.open",
            SERVER,
            {
                **_NAMES,
                "name_en": optional(text(100)),
                "code": text(10),
                "verifier_key": text(200),
                "console_key": text(500),
                "admin": shape({"id": identifier, "name": text(50)}),
            },
            _fold_open,
            _judge_open,
        ),
        Kind("ledger.configure", "administer", {"changes": lambda value: type(value) is dict}, _fold_configure, _judge_changes, decision=True),
        Kind(
            "ledger.restored",
            SERVER,
            {"epoch": identifier, "size": integer(), "root": text(64), "backup_at": optional(moment), "reason": optional(text(500))},
            _fold_restored,
            _judge_restored,
            decision=True,
        ),
    ),
    _everyone,
)

CAMPAIGN = Family("campaign", (Kind("campaign.set", "administer", _CAMPAIGN, _fold_campaign, _judge_campaign, decision=True),), _everyone)
