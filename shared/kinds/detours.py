"""What leaves the straight line: handed over to another department, another level, ended with the enterprise (T19, T20, T22 of section 2.2), and
why a major hazard that the department found is not listed (L2)."""

from __future__ import annotations

from shared.errors import Conflict, Refused, reason
from shared.fields import choice, flag, identifier, moment, optional, text
from shared.kinds.closing import LEVEL_PENDING, NEW_DEADLINE, STILL_LISTED, WHY, begin_again, judge_reviewer, step
from shared.kinds.criterion import judge_citation, note_citation
from shared.kinds.lifecycle import DECIDED, OPEN_STATES, move, scopes
from shared.operation import Body
from shared.people import require_reach
from shared.rules import CHANGED_MEANWHILE, Case, Record, refuse_if

SAME_LEVEL = reason("closing.same_level", "隐患已经是这个级别", "the hazard has this level already", "T20")
SECOND = reason(
    "closing.second",
    "变更级别须由另一名审核人员用本人账号同意，且不是提出人和发现人",
    "another reviewer agrees to a change of level under the own account, one who neither proposed it nor found the hazard",
    "T20",
)
CRITERION = reason("closing.criterion", "重大隐患要指明判定标准，或附专家意见", "a major hazard needs a criterion or an expert opinion", "R11")
SITE_SAFE = reason("closing.site_safe", "现场须已安全，才能因企业关闭注销", "the site has to be safe before a hazard ends with the enterprise", "T22")
NOT_HANDED_OVER = reason("closing.not_handed_over", "这条隐患没有等待答复的移送", "no hand-over of this hazard waits for an answer", "T19")

NOT_TO_LIST = reason(
    "closing.not_to_list",
    "只有部门发现、尚未挂牌也未提请的重大隐患才需说明不挂牌原因",
    "only a major hazard that the department found, neither listed nor proposed, needs a reason for not being listed",
    "R117",
)
NO_LEVEL_PROPOSAL = reason("closing.no_level_proposal", "没有等待同意的级别变更", "no change of level waits for agreement", "T20")

_LEVEL = {
    "level": choice("general", "major"),
    "reason": text(1000),
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


def _judge_level(case: Case, body: Body) -> None:
    """What a change of level needs whoever makes it (T20); a listed hazard stays major while it is listed."""
    record = case.record
    case.require_state(DECIDED)
    if case.author is not None:
        require_reach(case.author, scopes(record))
    refuse_if(body["level"] == record["level"], SAME_LEVEL)
    if body["level"] == "major":
        refuse_if(not judge_citation(case, body, record) and not body.get("expert_opinion"), CRITERION)
    else:
        refuse_if((record.get("listing") or {}).get("state") in ("proposed", "listed", "delist_requested"), STILL_LISTED)
    if _after_level(record["state"], body["level"]) == "rectifying" and not record["deadline"]:
        refuse_if(body.get("deadline") is None, NEW_DEADLINE)


def _judge_propose_level(case: Case) -> None:
    _judge_level(case, case.body)
    case.require_unchanged({"level": case.body["level"]})
    refuse_if(case.record.get("level_proposal"), LEVEL_PENDING)


def _fold_propose_level(case: Case) -> None:
    proposal = {**{name: case.body.get(name) for name in _LEVEL}, "by": case.op.by, "at": case.entry.received_at}
    case.put(case.record, "level_proposal", proposal)


def _judge_second(case: Case) -> Record:
    """The proposal that waits, as the second reviewer has read it."""
    proposal = case.record.get("level_proposal")
    if case.unseen(case.record, "level_proposal"):
        raise Conflict(CHANGED_MEANWHILE, case.record["marks"]["level_proposal"][0], ("level_proposal",))
    if proposal is None:
        raise Refused(NO_LEVEL_PROPOSAL)
    return dict(proposal)


def _judge_agree_level(case: Case) -> None:
    """T20: another reviewer agrees under the own account, one who neither proposed it nor found the hazard."""
    proposal = _judge_second(case)
    deciding = {case.op.by, case.author["id"] if case.author is not None else case.op.by}
    refuse_if(not deciding.isdisjoint({proposal["by"], *case.record["finders"]}), SECOND)
    _judge_level(case, proposal)


def _fold_agree_level(case: Case) -> None:
    proposal = case.record["level_proposal"]
    case.put(case.record, "level_proposal", None)
    _change_level(case, proposal, by=proposal["by"], second=case.op.by)
    if proposal.get("expert_opinion"):
        case.record["expert_opinion"] = proposal["expert_opinion"]


def _judge_refuse_level(case: Case) -> None:
    """By the second reviewer, or by the first who takes it back."""
    _judge_second(case)
    if case.author is not None:
        require_reach(case.author, scopes(case.record))


def _fold_refuse_level(case: Case) -> None:
    record = case.record
    declined = {**record["level_proposal"], "refused_by": case.op.by, "refused_at": case.entry.received_at, "refusal": case.body["reason"]}
    case.put(record, "level_proposal", None)
    case.put(record, "level_refusals", [*record.get("level_refusals", ()), declined])


def _judge_change_level(case: Case) -> None:
    """A change that only names its second reviewer is no longer accepted; those of earlier are folded as they were."""
    raise Refused(SECOND)


def _after_level(state: str, level: str) -> str:
    """Major: the five elements are still to come. General: what only a major hazard needs is passed over."""
    if level == "major":
        return "plan_pending"
    return "verify_pending" if state in ("signoff_pending", "verify_pending") else "rectifying"


def _fold_change_level(case: Case) -> None:
    _change_level(case, case.body, by=case.op.by, second=case.body["second_reviewer"])


def _change_level(case: Case, body: Body, *, by: str, second: str) -> None:
    record = case.record
    change = {"from": record["level"], "to": body["level"], "reason": body["reason"], "by": by, "second": second, "at": case.entry.received_at}
    after = _after_level(record["state"], body["level"])
    case.put(record, "level_changes", [*record.get("level_changes", ()), change])
    case.put(record, "level", body["level"])
    for name in ("criterion", "deadline"):
        if body.get(name) is not None:
            case.put(record, name, body[name])
    note_citation(case, body.get("criterion"))
    record["extension"] = None
    if body["level"] == "major":
        begin_again(case, record["deadline"])
    if after != record["state"]:
        move(case, "T20", after)


def _judge_not_listed(case: Case) -> None:
    """L2, R117: the reason why a major hazard that the department found is not listed; a listing may still be proposed."""
    case.require_state(DECIDED)
    record = case.record
    if case.author is not None:
        require_reach(case.author, scopes(record))
    refuse_if(record["level"] != "major" or record["source_class"] != "gov", NOT_TO_LIST)
    refuse_if((record.get("listing") or {}).get("state") in ("proposed", "listed", "delist_requested"), NOT_TO_LIST)


def _fold_not_listed(case: Case) -> None:
    case.put(case.record, "not_listed", {"reason": case.body["reason"], "by": case.op.by, "at": case.entry.received_at})


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
    step("propose_level", "review", _LEVEL, _fold_propose_level, _judge_propose_level),
    step("agree_level", "review", {}, _fold_agree_level, _judge_agree_level),
    step("refuse_level", "review", WHY, _fold_refuse_level, _judge_refuse_level),
    step("change_level", "review", {**_LEVEL, "second_reviewer": identifier}, _fold_change_level, _judge_change_level),
    step("not_listed", "supervise", WHY, _fold_not_listed, _judge_not_listed),
    step("close_down", "review", {"proof": text(1000), "site_safe": flag}, _fold_close_down, _judge_close_down),
)
