"""What the steps from the confirmation of a hazard to its closure have in common (T9 to T22 of section 2.2): who takes them, from which states.

The enterprise acts by its own accounts (officer, deputy or safety director, principal); the department by the section responsible. Deadlines run
by the time of receipt. The steps are in `planning`, `rectifying`, `verifying` and `detours`. A hazard carries `plan`, `extension`, `rectification`,
`signoff` and `verification` as they stand now; what an extension, a failed verification or a reopening has put behind it is kept in `extensions`,
`failures` and `reopenings`.
"""

from __future__ import annotations

from typing import Any

from shared.errors import reason
from shared.fields import text
from shared.kinds.lifecycle import BEFORE, scopes
from shared.kinds.listing import authority
from shared.operation import Operation
from shared.people import ENT_PRINCIPAL, may, require_reach, roles_at, roles_of
from shared.rules import Case, Kind, Record, refuse_if

WHY = {"reason": text(1000)}

NOT_THEIRS = reason("closing.not_theirs", "只有该企业的有关人员可以办理", "only the people of that enterprise in this post may do this")
PRINCIPAL_ONLY = reason("closing.principal", "须由企业主要负责人本人办理", "the principal does this in person", "T9")
DEADLINE_RANGE = reason("closing.deadline_range", "期限不在允许的范围内", "the deadline lies outside of what is allowed", "2.6")
LISTED_DEADLINE = reason("closing.listed_deadline", "整改期限不能晚于挂牌督办期限", "the deadline may not lie behind that of the listing", "T11")
NOT_AUTHORITY = reason("closing.not_authority", "挂牌督办的隐患由督办机关决定", "the authority that listed it decides", "T13")
TIMES = reason("closing.times", "时间早于发现时间，或晚于现在", "the time lies before the find, or in the future", "2.7")
NEW_DEADLINE = reason("closing.new_deadline", "核查不通过的，要写明新的整改期限", "what is not rectified needs a new deadline", "T17")
VERIFY_PHOTO = reason("closing.verify_photo", "现场核查要有检查人员拍摄的照片", "a verification needs a photo by the inspectors", "T16")
LEVEL_PENDING = reason(
    "closing.level_pending",
    "已有一项级别变更等待第二名审核人员同意，请先同意或退回",
    "a change of level waits for the second reviewer already: that one agrees to it or declines it first",
    "T20",
)
STILL_LISTED = reason(
    "closing.listed", "挂牌督办的隐患须先摘牌；提请中的须先作出决定", "a listed hazard is delisted first, a proposed listing decided", "L6"
)


def step(name: str, right: str, shape: dict[str, Any], fold: Any, judge: Any, **more: Any) -> Kind:
    """A decision about a hazard."""
    return Kind(f"hazard.{name}", right, shape, fold, judge, decision=True, **more)


def reads_ledger(op: Operation) -> tuple[str, ...]:
    """For steps that a setting of the ledger limits."""
    return ("ledger",)


def posts_of(case: Case) -> set[str]:
    """The author's posts at the hazard's enterprise; none raises Refused."""
    author = case.author
    posts = roles_at(author, case.record["enterprise"]) if author is not None else set()
    refuse_if(not posts, NOT_THEIRS)
    return posts


def judge_principal(case: Case) -> None:
    """By the enterprise's principal."""
    refuse_if(ENT_PRINCIPAL not in posts_of(case), PRINCIPAL_ONLY)


def judge_state(case: Case) -> None:
    """The state is one that this step starts from."""
    case.require_state(BEFORE[case.op.kind])


def judge_reviewer(case: Case) -> None:
    """A reviewer of the area; the state is one that this step starts from."""
    judge_state(case)
    if case.author is not None:
        require_reach(case.author, scopes(case.record))


def is_listed(record: Record) -> bool:
    """Whether an authority has taken charge of it and not let go yet."""
    return (record.get("listing") or {}).get("state") in ("listed", "delist_requested")


def judge_authority(case: Case, record: Record) -> None:
    """Listed above the section: that authority decides, and nobody else; by a section, or not listed: a reviewer of the area (T13, L5)."""
    author, listing_of = case.author, record.get("listing") or {}
    if author is None:
        return
    if is_listed(record) and listing_of["level"] != "section":
        refuse_if(not roles_of(author) & authority(listing_of["level"]), NOT_AUTHORITY)
    else:
        refuse_if(not may(author, "review"), NOT_AUTHORITY)
        require_reach(author, scopes(record))


def begin_again(case: Case, deadline: int) -> None:
    """Fold: what the enterprise and the inspectors said of the work no longer holds."""
    record = case.record
    case.put(record, "deadline", deadline)
    for name, value in (("rectification", None), ("signoff", {}), ("verification", None)):
        case.put(record, name, value)
