"""What leaves the straight line: handed over to another department, another level, ended with the enterprise (T19, T20, T22 of section 2.2)."""

from __future__ import annotations

from shared.errors import reason
from shared.fields import choice, flag, identifier, moment, optional, text
from shared.kinds.closing import NEW_DEADLINE, STILL_LISTED, begin_again, judge_reviewer, step
from shared.kinds.lifecycle import DECIDED, OPEN_STATES, move, scopes
from shared.people import OFFICE, require_reach, roles_of
from shared.rules import Case, refuse_if

REVIEWERS = frozenset({"section_head", OFFICE})

SAME_LEVEL = reason("closing.same_level", "隐患已经是这个级别", "the hazard has this level already", "T20")
SECOND = reason("closing.second", "变更级别须有另一名审核人员同意", "another reviewer has to agree to a change of level", "T20")
CRITERION = reason("closing.criterion", "重大隐患要指明判定标准，或附专家意见", "a major hazard needs a criterion or an expert opinion", "R11")
SITE_SAFE = reason("closing.site_safe", "现场须已安全，才能因企业关闭注销", "the site has to be safe before a hazard ends with the enterprise", "T22")
NOT_HANDED_OVER = reason("closing.not_handed_over", "这条隐患没有等待答复的移送", "no hand-over of this hazard waits for an answer", "T19")

_LEVEL = {
    "level": choice("general", "major"),
    "reason": text(1000),
    "second_reviewer": identifier,
    "criterion": optional(text(200)),
    "expert_opinion": optional(text(1000)),
    "deadline": optional(moment),
}


def _judge_hand_over(case: Case) -> None:
    """T19: the ball moves, the state does not."""
    case.require_state(OPEN_STATES)
    if case.author is not None:
        require_reach(case.author, scopes(case.record))


def _fold_hand_over(case: Case) -> None:
    body = case.body
    handed = {"to": body["to"], "documents": body["documents"], "by": case.op.by, "at": case.entry.received_at, "answer": None}
    case.put(case.record, "handed_over", handed)


def _judge_answer_hand_over(case: Case) -> None:
    handed = case.record.get("handed_over")
    refuse_if(handed is None or handed["answer"] is not None, NOT_HANDED_OVER)
    if case.author is not None:
        require_reach(case.author, scopes(case.record))


def _fold_answer_hand_over(case: Case) -> None:
    case.put(case.record, "handed_over", {**case.record["handed_over"], "answer": case.body["answer"], "answer_text": case.body["text"]})


def _judge_change_level(case: Case) -> None:
    """T20: with the agreement of another reviewer who has not found it either; a listed hazard stays major until it is delisted."""
    case.require_state(DECIDED)
    record, body = case.record, case.body
    if case.author is not None:
        require_reach(case.author, scopes(record))
    refuse_if(body["level"] == record["level"], SAME_LEVEL)
    case.require_unchanged({"level": body["level"]})
    second = case.need(body["second_reviewer"], "person")
    deciding = {case.op.by, case.author["id"] if case.author is not None else case.op.by}
    refuse_if(second["id"] in {*deciding, *record["finders"]} or not roles_of(second) & REVIEWERS, SECOND)
    if body["level"] == "major":
        refuse_if(not body.get("criterion") and not body.get("expert_opinion"), CRITERION)
    else:
        refuse_if((record.get("listing") or {}).get("state") in ("proposed", "listed", "delist_requested"), STILL_LISTED)
    if _after_level(record["state"], body["level"]) == "rectifying" and not record["deadline"]:
        refuse_if(body.get("deadline") is None, NEW_DEADLINE)


def _after_level(state: str, level: str) -> str:
    """Major: the five elements are still to come. General: what only a major hazard needs is passed over."""
    if level == "major":
        return "plan_pending"
    return "verify_pending" if state in ("signoff_pending", "verify_pending") else "rectifying"


def _fold_change_level(case: Case) -> None:
    record, body = case.record, case.body
    change = {
        "from": record["level"],
        "to": body["level"],
        "reason": body["reason"],
        "by": case.op.by,
        "second": body["second_reviewer"],
        "at": case.entry.received_at,
    }
    after = _after_level(record["state"], body["level"])
    case.put(record, "level_changes", [*record.get("level_changes", ()), change])
    case.put(record, "level", body["level"])
    for name in ("criterion", "deadline"):
        if body.get(name) is not None:
            case.put(record, name, body[name])
    record["extension"] = None
    if body["level"] == "major":
        begin_again(case, record["deadline"])
    if after != record["state"]:
        move(case, "T20", after)


def _judge_close_down(case: Case) -> None:
    """T22: the enterprise has closed for good and the site is safe."""
    judge_reviewer(case)
    refuse_if(not case.body["site_safe"], SITE_SAFE)
    refuse_if((case.record.get("listing") or {}).get("state") in ("listed", "delist_requested"), STILL_LISTED)


def _fold_close_down(case: Case) -> None:
    case.record.update(void_reason="closed_down", decision_reason=case.body["proof"], decided_by=case.op.by, decided_at=case.entry.received_at)
    move(case, "T22")


DETOURS = (
    step("hand_over", "review", {"to": text(200), "documents": text(1000)}, _fold_hand_over, _judge_hand_over),
    step(
        "answer_hand_over", "review", {"answer": choice("accepted", "returned"), "text": text(1000)}, _fold_answer_hand_over, _judge_answer_hand_over
    ),
    step("change_level", "review", _LEVEL, _fold_change_level, _judge_change_level),
    step("close_down", "review", {"proof": text(1000), "site_safe": flag}, _fold_close_down, _judge_close_down),
)
