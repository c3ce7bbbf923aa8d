"""Words of the page where plans and extensions are decided (W5)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "plans": ("方案延期", "Plans"), "plans_title": ("方案和延期审查", "Plans and extensions"), "plans_plan": ("整改方案", "Plans"), "plans_extension": ("延期申请", "Extensions"),
    "plans_empty_plan": ("没有待审的整改方案。企业报送后会出现在这里。", "No plan waits for review. They appear here when enterprises hand them in."),
    "plans_empty_extension": ("没有待决定的延期申请。", "No extension waits for its decision."),
    "plans_queue": ("待办", "Waiting"), "plans_due": ("{} 前", "by {}"), "plans_late": ("已超 {} 天", "{} day(s) late"), "plans_listed": ("挂牌", "Listed"),
    "plans_not_ours": ("由督办机关决定", "the authority decides"), "plans_not_yours": ("由责任科室审核，您可以查看。", "The responsible section decides; you may look."), "plans_keys": ("键盘：J/K 上一条、下一条，A 同意，R 退回，Ctrl+Enter 提交", "Keys: J/K next and previous, A accept, R return, Ctrl+Enter to send"),
    "plans_elements": ("五落实", "The five elements"), "plans_responsible": ("责任", "Person"), "plans_measures": ("措施", "Measures"), "plans_funds": ("资金", "Funds"),
    "plans_deadline": ("期限", "Deadline"), "plans_contingency": ("预案", "Contingency plan"), "plans_interim": ("整改期间管控", "Controls meanwhile"),
    "plans_version": ("第 {} 稿", "version {}"), "plans_handed_in": ("{} 批准报送", "approved and handed in by {}"), "plans_checks": ("核对", "Checks"),
    "plans_holds": ("符合", "holds"), "plans_fails": ("不符合", "does not hold"),
    "plans_check_days": ("整改 {} 天，最长 {} 天（超过的须经安委会批准）", "{} days; {} at most without the committee"),
    "plans_check_ahead": ("期限晚于今天", "The deadline lies ahead"), "plans_check_funds": ("资金大于零（确不需要资金的除外）", "Funds above zero (unless none are needed)"),
    "plans_check_listed": ("不晚于挂牌督办期限 {}", "Not later than the listing's deadline {}"), "plans_check_count": ("第 {} 次延期，最多 {} 次", "Extension {} of {} at most"),
    "plans_check_longer": ("比原期限长 {} 天", "{} days longer than before"), "plans_check_pending": ("原期限 {} 尚未到", "The old deadline {} has not passed"),
    "plans_check_year": ("挂牌督办总期限 {}（一年）以内", "Within the listing's year, until {}"), "plans_returned": ("以前退回的原因", "Returned before"),
    "plans_asked": ("申请", "Asked for"), "plans_from_to": ("{} 延至 {}", "from {} to {}"), "plans_history": ("延期经过", "Earlier extensions"),
    "plans_granted": ("同意", "Granted"), "plans_refused": ("不同意", "Refused"), "plans_hazard": ("隐患", "The hazard"), "plans_open": ("打开隐患", "Open the hazard"),
    "plans_file": ("预案文件", "File of the contingency plan"),
}  # fmt: skip
