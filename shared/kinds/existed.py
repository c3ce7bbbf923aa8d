"""应查未查, the question that only people can answer (2.4 c): did a major hazard that the department found exist when the enterprise last checked?

An inspector or a reviewer says yes or no, with the reason. Only a yes makes the enterprise's "conform", or its never having looked, a failure.
"""

from __future__ import annotations

from shared.errors import reason
from shared.fields import flag, text
from shared.kinds.lifecycle import scopes
from shared.people import require_reach
from shared.rules import Case, Kind, refuse_if

NOT_ASKED = reason(
    "hazard.existed_not_asked",
    "只有已确认、部门检查发现的重大隐患需要回答自查时是否已存在",
    "only of a confirmed major hazard that the department found is it asked whether it existed at the self-check",
    "2.4",
)


def _judge_existed(case: Case) -> None:
    record = case.record
    refuse_if(record["level"] != "major" or record["source_class"] != "gov" or record["state"] == "void", NOT_ASKED)
    if case.author is not None:
        require_reach(case.author, scopes(record))
    if "existed" in record:
        case.require_unchanged({"existed": None})


def _fold_existed(case: Case) -> None:
    body = case.body
    case.put(case.record, "existed", {"answer": body["existed"], "reason": body["reason"], "by": case.op.by, "at": case.entry.received_at})


EXISTED = (Kind("hazard.existed", "verify", {"existed": flag, "reason": text(500)}, _fold_existed, _judge_existed, decision=True),)
