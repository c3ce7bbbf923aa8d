"""The library of criteria (R11): when a hazard is major (判定标准), and what an inspection looks at first (执法检查重点事项).

An entry is one clause of one document in one edition, with the days on which it holds. It may be corrected until a decision cites it; from then on
it can only end, and its successor is a new entry, so that a decision always shows the words it was made by. `checked` says that somebody has
compared the entry with the original: what Paicha ships has not been.

A ledger without any entry takes a criterion as free text. As soon as it has one, a criterion is an entry that holds on the day of the find.
"""

from __future__ import annotations

from typing import Any

from shared.calendar import day_of
from shared.checklist import INDUSTRIES
from shared.errors import MALFORMED, reason
from shared.fields import choice, day, flag, listing, optional, text
from shared.fields import problem as field_problem
from shared.operation import Body, Operation
from shared.rules import Case, Family, Kind, Record, Row, refuse_if

SORTS = ("determination", "key_check")
HOW_MANY = "counter/criteria"  # how many entries the ledger has ever had

NOT_IN_LIBRARY = reason(
    "criterion.not_in_library",
    "判定标准要从标准库中选择；库里没有的，请先补充条目，或附专家意见和第二审核人",
    "the criterion is to be one of the library: choose one, add the missing entry first, or give an expert opinion and a second reviewer",
    "R11",
)
NOT_VALID = reason(
    "criterion.not_valid",
    "这一条在发现隐患当日不适用（尚未施行或已废止），请选择当时有效的版本",
    "this entry did not hold on the day of the find: choose the edition that was in force then",
    "R11",
)
IN_USE = reason(
    "criterion.in_use",
    "已有重大隐患引用这一条，不能再改；请终止它并另建新条目",
    "a decision cites this entry, so it stays as it is: end it and add a new one",
    "R11",
)
DATES = reason("criterion.dates", "终止日期早于施行日期，请改正", "it would end before it begins: correct the dates", "R11")
ENDED = reason("criterion.ended", "这一条已有终止日期，没有改动", "this entry has an end already, nothing was changed")

EDITABLE = {
    "sort": choice(*SORTS),
    "number": optional(text(40)),  # the office's own short number, for typing
    "sectors": lambda value: listing(choice(*INDUSTRIES), 20)(value) and value != [],
    "document": text(200),
    "edition": optional(text(100)),
    "clause": optional(text(100)),
    "text": text(2000),
    "valid_from": day,
    "valid_to": optional(day),
    "checked": optional(flag),
}


def holds_on(entry: Record, when: str) -> bool:
    """Whether the entry holds on a day YYYY-MM-DD."""
    return bool(entry["valid_from"] <= when and (entry["valid_to"] is None or when <= entry["valid_to"]))


def judge_citation(case: Case, body: Body, hazard: Record) -> bool:
    """Whether a decision cites a criterion for the hazard; raises Refused where it cites an entry that did not hold, or nothing of the library."""
    value = body.get("criterion")
    if not value:
        return False
    entry = cited(case, value)
    if entry is not None:
        found = min(hazard["found_at"], hazard["submitted_at"] or hazard["found_at"])  # a clock that ran ahead counts no further than the receipt
        refuse_if(not holds_on(entry, day_of(found).isoformat()), NOT_VALID)
        return True
    has_library = case.read(HOW_MANY) is not None
    refuse_if(has_library and not body.get("expert_opinion"), NOT_IN_LIBRARY)
    return not has_library


def cited(case: Case, value: str | None) -> Record | None:
    """The library's entry under this id."""
    entry = case.read(value) if value else None
    return entry if entry is not None and entry["kind"] == "criterion" else None


def note_citation(case: Case, value: str | None) -> None:
    """Fold: from the first decision that cites it an entry stays as it is."""
    entry = cited(case, value)
    if entry is not None and "cited" not in entry:
        entry["cited"] = case.entry.no
        case.touch(entry)


def citation_reads(op: Operation) -> tuple[str, ...]:
    """What judging a citation reads."""
    return (HOW_MANY, *([op.body["criterion"]] if op.body.get("criterion") else []))


def _judge_dates(fields: dict[str, Any]) -> None:
    refuse_if(fields.get("valid_to") is not None and fields["valid_to"] < fields["valid_from"], DATES)


def _judge_add(case: Case) -> None:
    _judge_dates(case.body)


def _fold_add(case: Case) -> None:
    case.create("criterion", {name: case.body.get(name) for name in EDITABLE} | {"checked": bool(case.body.get("checked"))})
    count = case.read(HOW_MANY) or case.create_at(HOW_MANY, "counter", {"last": 0})
    count["last"] += 1
    case.touch(count)


def _judge_edit(case: Case) -> None:
    changes, record = case.body["changes"], case.record
    wrong = field_problem({n: EDITABLE[n] for n in changes if n in EDITABLE}, changes)
    refuse_if(not changes or wrong, MALFORMED, wrong or "changes")
    refuse_if("cited" in record and changes.keys() != {"checked"}, IN_USE)
    _judge_dates({**record, **changes})
    case.require_unchanged(changes)


def _fold_edit(case: Case) -> None:
    case.put_all(case.record, case.body["changes"])


def _judge_end(case: Case) -> None:
    refuse_if(case.record["valid_to"] is not None and not case.unseen(case.record, "valid_to"), ENDED)
    case.require_unchanged({"valid_to": case.body["valid_to"]})
    _judge_dates({**case.record, "valid_to": case.body["valid_to"]})


def _fold_end(case: Case) -> None:
    case.put(case.record, "valid_to", case.body["valid_to"])


def _everyone(record: Record) -> set[str]:
    return {"all"}


def called(record: Record) -> str:
    """Document and clause, as people cite an entry."""
    return " ".join(part for part in (record["document"], record["clause"]) if part)


def _row(record: Record) -> Row:
    return Row(
        title=called(record), number=record["number"] or "", level=record["sort"], words=f"{record['edition'] or ''} {record['text']}"
    )


CRITERION = Family(
    "criterion",
    (
        Kind("criterion.add", "criteria", EDITABLE, _fold_add, _judge_add, decision=True, creates=True, reads=lambda op: (HOW_MANY,)),
        Kind("criterion.edit", "criteria", {"changes": lambda value: type(value) is dict}, _fold_edit, _judge_edit, decision=True),
        Kind("criterion.end", "criteria", {"valid_to": day, "reason": text(500)}, _fold_end, _judge_end, decision=True),
    ),
    _everyone,
    _row,
)
