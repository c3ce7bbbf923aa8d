"""The ledger's judgement: one operation in, its entry and the changed records out. Phone and server run exactly this.

    decide(operation, no, received_at, read)  judges, then folds        (the server, and a device for what it makes itself)
    fold(operation, entry, read)              folds a stored verdict    (verify, migrations, a device's view of its own pending work)

`read` gives a record by id, or None; `read("op/57")` gives entry 57 itself. Both functions may change the records they were given in place and
return those that changed; a refused operation changes nothing. `judge` never changes anything and `fold` never refuses.

Conflicts: an operation that collides with a change its author had not seen is kept whole under `conflicts` of the record it is about, until
`conflict.resolve` picks "first" (what stands) or "second" (what came later). `operation.adopt` lets a supervisor make a refused operation
count after all. Both are operations themselves.
"""

from __future__ import annotations

from typing import Any

from shared import fields, people
from shared.errors import MALFORMED, NEWER, WRONG_DEVICE, Conflict, Refused, reason
from shared.kinds.families import FAMILIES
from shared.operation import PENDING, Entry, Operation
from shared.operation import read as read_operation
from shared.rules import CHANGED_MEANWHILE, EXISTS, UNKNOWN_RECORD, Case, Family, Kind, Read, Record, Row, refuse_if

ACCEPTED, REFUSED, CONFLICT = "accepted", "refused", "conflict"
SETTLING = "adoption"  # the family whose operations are about records of any kind
# families that check themselves what their records are called
NAMED = ("ledger", "campaign", "presets", "calendar", "template", "blob", "answer", SETTLING)
CLOCK_TOLERANCE = 10 * 60_000  # ms by which a device clock may run ahead before it is flagged

DEVICE_UNKNOWN = reason(
    "device_unknown",
    "台账不认识这台设备，内容已保存；请用新的登记码重新登记",
    "the ledger does not know this device, its work is kept: enrol again with a new code",
)
DEVICE_REVOKED = reason("device_revoked", "这台设备已被停用，内容已保存待处理", "this device has been revoked; its work is kept to be settled")
NO_CONFLICT = reason(
    "no_conflict", "这条记录上没有这个冲突，或已经处理；请刷新后查看", "there is no such open conflict on this record: reload and look again"
)
LOOK_AGAIN = reason(
    "look_again", "您查看之后内容又有变化，没有采纳；请刷新后再决定", "changed since you looked, nothing was adopted: reload and decide again"
)
NOT_ADOPTABLE = reason(
    "not_adoptable", "这条操作无法采纳，仍原样保存；请由有权限的人员重新办理", "this operation cannot be adopted, it stays as it came: do it anew"
)


def decide(
    op: Operation, no: int, received_at: int, read: Read, *, pulled: int = PENDING, base: int | None = None
) -> tuple[Entry, dict[str, Record]]:
    """Judge an operation and fold it.

    `pulled` is the newest entry its device is known to have pulled when it made the operation; `base` replaces the operation's own where that
    belongs to an older epoch. Returns the entry and the changed records by id.
    """
    entry = Entry(no, received_at, ACCEPTED)
    case = Case(op, entry, read, pulled=pulled, base=base)
    try:
        entry.flags = _judge(case)
    except Conflict as clash:
        entry = Entry(no, received_at, CONFLICT, clash.code, clash.other)
    except Refused as refusal:
        return Entry(no, received_at, REFUSED, refusal.code), {}
    else:
        KINDS[op.kind, op.v].fold(case)  # folding looks neither at `base` nor at `pulled`: it is what `fold` does
        return entry, case.written
    return entry, fold(op, entry, read)


def check(op: Operation, read: Read) -> None:
    """What a device asks before it makes an operation: raises Refused or Conflict as the server would, from what the device knows."""
    _judge(Case(op, Entry(PENDING, op.at, ACCEPTED), read))


def fold(op: Operation, entry: Entry, read: Read) -> dict[str, Record]:
    """The records that this entry changes, changed. The same entry over the same records always gives the same bytes."""
    if entry.verdict == REFUSED:
        return {}
    case = Case(op, entry, read)
    if entry.verdict == CONFLICT:
        _keep_conflict(case)
    else:
        KINDS[op.kind, op.v].fold(case)
    return case.written


def is_newer(op: Operation) -> bool:
    """Whether this program is too old to judge the operation; it is then held, not refused."""
    return op.v > NEWEST.get(op.kind, 0)


def reads(op: Operation) -> set[str]:
    """The records to fetch before judging it."""
    kind = KINDS.get((op.kind, op.v))
    wanted = {op.subject, op.by, op.device}
    if kind is not None and _is_well_formed(op, kind):
        wanted.update(kind.reads(op))
    return wanted


def scopes_of(record: Record) -> set[str]:
    """Who may see a record."""
    return FAMILY_OF[record["kind"]].scopes(record)


def row_of(record: Record) -> Row | None:
    """How a record stands in lists; None where it never does, or where its kind is one that only a newer program knows."""
    family = FAMILY_OF.get(record["kind"])
    return family.row(record) if family and family.row else None


def is_traced(record: Record) -> bool:
    """Whether it is kept from when to when such a record stood how."""
    family = FAMILY_OF.get(record["kind"])
    return family is not None and family.traced


def open_conflicts(record: Record) -> dict[str, Any]:
    """The conflicts on a record that wait to be settled, by the number of the entry that lost."""
    return {no: held for no, held in record.get("conflicts", {}).items() if held["settled"] is None}


def may_settle(person: Record, record: Record, held: dict[str, Any]) -> bool:
    """Authors settle conflicts in their own drafts; otherwise whoever reviews there. Over a decision, only who could make it."""
    kind = KINDS[held["kind"], held["v"]]
    if kind.decision and not people.may(person, kind.right):
        return False
    if FAMILY_OF[record["kind"]].settles(person, record):
        return True
    return any(people.may(person, right) for right in ("review", "administer")) and people.sees(person, scopes_of(record))


def _is_well_formed(op: Operation, kind: Kind) -> bool:
    """Whether the body has its kind's shape; nothing changes a body, so this is found out once."""
    if op.well_formed is None:
        op.well_formed = fields.problem(kind.shape, op.body) is None
    return op.well_formed


def _judge(case: Case) -> tuple[str, ...]:
    """Well formed, by someone who may, and allowed by the kind's own rules; returns the flags to show beside it."""
    op = case.op
    kind = KINDS.get((op.kind, op.v))
    if kind is None:
        raise Refused(NEWER, f"{op.kind} v{op.v}")
    if not _is_well_formed(op, kind):
        fields.require(kind.shape, op.body)
    try:
        flags = _judge_as(case, kind)
    except Conflict:
        raise
    except Refused as refusal:
        flags = _judge_as_stand_in(case, kind, refusal)
    if op.at - (op.skew or 0) > case.entry.received_at + CLOCK_TOLERANCE:
        flags = (*flags, "clock_ahead")
    return flags


def _judge_as(case: Case, kind: Kind) -> tuple[str, ...]:
    """By the author as they are in the case."""
    flags = _judge_author(case, kind) if kind.name != "ledger.open" else ()
    _judge_kind(case, kind)
    return flags


def _judge_as_stand_in(case: Case, kind: Kind, refusal: Refused) -> tuple[str, ...]:
    """What the author's own roles do not allow may be allowed for an absent colleague, one at a time; the flag says for whom."""
    own = case.author
    if own is None or own["kind"] != "person":
        raise refusal
    for lent in people.lent_to(own, case.entry.received_at):
        case.author = people.holding(own, [lent])
        try:
            return (*_judge_as(case, kind), f"{people.STAND_IN}:{lent['for']}")
        except Conflict:
            raise
        except Refused as why:
            refusal = refusal if why.code == people.NO_RIGHT.code else why
    case.author = own
    raise refusal


def _judge_kind(case: Case, kind: Kind) -> None:
    """The subject is new where it must be, and otherwise a record that this kind is about; then the kind's own rules."""
    subject, about = case.subject, ABOUT[kind.name]
    taken = "/" in case.op.subject or case.op.subject in ("", "ledger", "campaign", people.SERVER)
    refuse_if(taken and about not in NAMED, MALFORMED, "subject")
    refuse_if(kind.creates and subject is not None, EXISTS, case.op.subject)
    refuse_if(subject is not None and about not in (SETTLING, subject["kind"]), UNKNOWN_RECORD, case.op.subject)
    kind.judge(case)


def _judge_author(case: Case, kind: Kind) -> tuple[str, ...]:
    """Permission is judged now, not when the operation was made; facts made before the device could know of a change stand, flagged."""
    op = case.op
    device = case.read(op.device)
    if device is None or device["kind"] != "device":
        raise Refused(DEVICE_UNKNOWN)
    if device["state"] == "revoked":
        raise Refused(DEVICE_REVOKED)
    if device["console"] and op.by == people.SERVER:
        return ()
    if not device["console"] and device["person"] != op.by:
        raise Refused(WRONG_DEVICE)
    author = case.author
    if author is None or author["kind"] != "person":
        raise Refused(people.UNKNOWN_PERSON)
    if people.may(author, kind.right):
        return ()
    allowed = people.RIGHTS[kind.right]
    if not kind.decision and any(held["role"] in allowed and held["until"] > case.pulled for held in author["former"]):
        return ("role_ended",)
    raise Refused(people.NO_RIGHT, kind.name)


def _keep_conflict(case: Case) -> None:
    """Keep the later operation whole on the record, so that whoever settles it sees both."""
    op, entry, record = case.op, case.entry, case.record
    kept = {
        "id": op.id, "kind": op.kind, "v": op.v, "by": op.by, "device": op.device, "n": op.n, "at": op.at, "skew": op.skew,
        "received_at": entry.received_at, "base": op.base, "body": op.body, "code": entry.code, "other": entry.other, "settled": None,
    }  # fmt: skip
    record.setdefault("conflicts", {})[str(entry.no)] = kept
    case.touch(record)


# -- settling: conflict.resolve and operation.adopt ------------------------------------------------------------------------------------------


def _second(case: Case) -> Case:
    """The kept operation as a case of its own, seen with the eyes of the one who settles; a decision becomes that person's to answer for."""
    held = case.record["conflicts"][str(case.body["conflict"])]
    inner = Operation(
        v=held["v"], id=held["id"], ledger=case.op.ledger, epoch=case.op.epoch, device=held["device"], n=held["n"], prev="", at=held["at"],
        skew=held["skew"], by=held["by"], kind=held["kind"], subject=case.op.subject, base=held["base"], body=held["body"], raw=b"", digest="",
    )  # fmt: skip
    second = Case(inner, case.entry, case.read, base=case.base, hand=case.hand)
    if KINDS[inner.kind, inner.v].decision:
        second.author = case.author
    return second


def _judge_resolve(case: Case) -> None:
    held = case.record.get("conflicts", {}).get(str(case.body["conflict"]))
    if held is None:
        raise Refused(NO_CONFLICT)
    if held["settled"] is not None:
        raise Conflict(CHANGED_MEANWHILE, held["settled"]["no"])
    author = case.author
    refuse_if(author is None or not may_settle(author, case.record, held), people.NO_RIGHT)
    if case.body["pick"] == "second":
        inner = _second(case)
        KINDS[inner.op.kind, inner.op.v].judge(inner)


def _fold_resolve(case: Case) -> None:
    record, body = case.record, case.body
    if body["pick"] == "second":
        inner = _second(case)
        KINDS[inner.op.kind, inner.op.v].fold(inner)
        case.written.update(inner.written)
    settled = {"no": case.entry.no, "by": case.op.by, "at": case.op.at, "pick": body["pick"], "reason": body.get("reason", "")}
    record["conflicts"][str(body["conflict"])]["settled"] = settled
    case.touch(record)


def _refused(case: Case) -> tuple[Operation, Record]:
    """The refused operation to be adopted, and its entry as a record."""
    entry = case.read(f"op/{case.body['no']}")
    refuse_if(entry is None or entry["verdict"] != REFUSED, NOT_ADOPTABLE)
    assert entry is not None
    try:
        return read_operation(entry["raw"].encode()), entry
    except Refused as unreadable:
        raise Refused(NOT_ADOPTABLE, unreadable.code) from None


def _adopted(case: Case) -> tuple[Kind, Case]:
    op, _ = _refused(case)
    kind = KINDS.get((op.kind, op.v))
    if kind is None or fields.problem(kind.shape, op.body) is not None or kind.right == people.SERVER:
        raise Refused(NOT_ADOPTABLE, MALFORMED.code)
    refuse_if(kind.name == case.op.kind, NOT_ADOPTABLE, kind.name)  # an adoption is made anew, and two that name each other would never end
    inner = Case(op, case.entry, case.read, base=case.body["seen"], hand=case.hand)
    if kind.decision:
        inner.author = case.author
    return kind, inner


def _judge_adopt(case: Case) -> None:
    refuse_if(case.op.subject != f"adoption/{case.body['no']}", MALFORMED, "subject")
    kind, inner = _adopted(case)
    # A supervisor can lend no right that the supervisor lacks: adopting a decision or an administrator's step needs that right.
    author = case.author
    refuse_if(author is not None and kind.decision and not people.may(author, kind.right), people.NO_RIGHT)
    try:
        _judge_kind(inner, kind)
    except Conflict as clash:  # what collides has been refused and kept already; to adopt it, look at what stands now
        raise Refused(LOOK_AGAIN, clash.code) from None


def _fold_adopt(case: Case) -> None:
    kind, inner = _adopted(case)
    kind.fold(inner)
    case.written.update(inner.written)
    body = case.body
    case.create(SETTLING, {"of": body["no"], "operation": inner.op.id, "subject": inner.op.subject, "reason": body["reason"], "by": case.op.by})


_SETTLING = (
    Family(
        SETTLING,
        (
            Kind(
                "operation.adopt",
                "review",
                {"no": fields.integer(1), "seen": fields.integer(), "reason": fields.text(500)},
                _fold_adopt,
                _judge_adopt,
                decision=True,
                creates=True,
                reads=lambda op: (f"op/{op.body['no']}",),
            ),
            Kind(
                "conflict.resolve",
                "settle",
                {
                    "conflict": fields.integer(1),
                    "pick": fields.choice("first", "second"),
                    "reason": fields.optional(fields.text(500, empty=True)),
                },
                _fold_resolve,
                _judge_resolve,
                decision=True,
            ),
        ),
    ),
)

_ALL = (*FAMILIES, *_SETTLING)
FAMILY_OF: dict[str, Family] = {family.record: family for family in _ALL}
KINDS: dict[tuple[str, int], Kind] = {(kind.name, kind.v): kind for family in _ALL for kind in family.kinds}
ABOUT: dict[str, str] = {kind.name: family.record for family in _ALL for kind in family.kinds}
NEWEST: dict[str, int] = {name: max(v for n, v in KINDS if n == name) for name, _ in KINDS}
