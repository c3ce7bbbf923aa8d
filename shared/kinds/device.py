"""Devices: one enrolment each, one person, one key. Revoking is seen by the device at its next contact."""

from __future__ import annotations

from shared.errors import reason
from shared.fields import identifier, optional, text
from shared.rules import UNKNOWN_RECORD, Case, Family, Kind, Record, Row, refuse_if

_SHAPE = {
    "person": identifier,
    "public_key": text(500),  # ECDSA P-256, SubjectPublicKeyInfo DER, base64
    "model": optional(text(100, empty=True)),
    "replaces": optional(identifier),  # the device id that a clone or a restored phone gave up
}
CONSOLE_STAYS = reason("console_stays", "不能停用管理台", "the console cannot be revoked")


def _judge_enrol(case: Case) -> None:
    case.need(case.body["person"], "person")
    replaced = case.body.get("replaces")
    if replaced is not None:
        old = case.need(replaced, "device")
        refuse_if(old["person"] != case.body["person"], UNKNOWN_RECORD, replaced)


def _fold_enrol(case: Case) -> None:
    body = case.body
    case.create(
        "device",
        {
            "person": body["person"], "public_key": body["public_key"], "model": body.get("model") or "", "console": False, "state": "active",
            "enrolled_at": case.entry.received_at, "enrolled_by": case.op.by, "replaces": body.get("replaces"),
        },
    )  # fmt: skip


def _judge_revoke(case: Case) -> None:
    refuse_if(case.record.get("console"), CONSOLE_STAYS)
    case.require_state(("active",))


def _fold_revoke(case: Case) -> None:
    case.put(case.record, "state", "revoked")
    case.record["revoked_at"] = case.entry.received_at
    case.record["revoked_reason"] = case.body["reason"]


def _scopes(record: Record) -> set[str]:
    return {"gov" if record["console"] else f"person:{record['person']}", "ledger"}


def _row(record: Record) -> Row:
    return Row(title=record["model"], state=record["state"], person=record["person"], at=record["enrolled_at"])


DEVICE = Family(
    "device",
    (
        Kind("device.enrol", "administer", _SHAPE, _fold_enrol, _judge_enrol, decision=True, creates=True, reads=lambda op: (op.body["person"],)),
        Kind("device.revoke", "administer", {"reason": text(500)}, _fold_revoke, _judge_revoke, decision=True),
    ),
    _scopes,
    _row,
)

