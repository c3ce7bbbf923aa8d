"""Words of the lists, their filters and exports."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "more_filters": ("更多条件", "More conditions"), "clear_filters": ("清除条件", "Clear"), "remove_filter": ("去掉条件", "Remove"), "total_more": ("{}条以上", "{} or more"),
    "is": ("标记", "Marks"), "listing": ("挂牌督办", "Listed supervision"), "source": ("来源", "Source"), "source_kind": ("检查来源", "Found by"),
    "industry": ("行业", "Industry"), "risk": ("风险", "Risk"), "tag": ("标签", "Tag"), "day_since": ("发现自", "Found from"), "day_until": ("发现至", "Found to"),
    "day_due_since": ("期限自", "Due from"), "day_due_until": ("期限至", "Due to"), "is_overdue": ("逾期", "Overdue"), "overdue_days": ("逾期{}天", "{} d overdue"),
    "in_days": ("剩{}天", "{} d left"), "due_today": ("今日到期", "due today"),
    "is_open": ("未销号", "Open"), "is_mass_casualty": ("可能群死群伤", "Many could be hurt"), "is_immediate": ("立查立改", "Fixed at once"),
    "is_late_report": ("迟报", "Reported late"), "is_recurrence": ("反复出现", "Recurrence"), "is_verify_failed": ("核查未通过", "Failed verification"),
    "is_reopened": ("虚假销号重开", "Reopened"), "is_extended": ("申请过延期", "Extension asked for"), "is_handed_over": ("已移送", "Handed over"),
    "is_merged": ("含合并", "Merged into"), "is_carried_over": ("旧台账结转", "Carried over"),
    "sort": ("排序", "Sort"), "sort_at": ("按时间", "By time"), "sort_deadline": ("按期限", "By deadline"), "sort_number": ("按编号", "By number"),
    "rising": ("升序", "rising"), "falling": ("降序", "falling"),
    "export": ("导出", "Export"), "export_xlsx": ("导出 Excel", "Excel"), "export_csv": ("导出 CSV", "CSV"), "print": ("打印", "Print"),
    "views": ("我的视图", "My views"), "save_view": ("保存当前条件", "Save these conditions"), "view_name": ("视图名称", "Name of the view"),
    "view_saved": ("视图已保存", "View saved"), "view_removed": ("视图已删除", "View removed"), "remove_view": ("删除视图", "Remove the view"),
    "chosen": ("已选", "Chosen"), "choose_one": ("选择 {}", "Choose {}"),
    "bulk": ("批量办理", "For those chosen"), "bulk_return": ("批量退回待审核的隐患", "Return the chosen ones that wait for review"),
    "bulk_done": ("已退回 {} 条", "{} returned"), "bulk_none": ("没有选择可以退回的隐患，什么都没有改变。", "Nothing was chosen that can be returned; nothing was changed."),
    "bulk_refused": ("以下没有办理，请逐条处理：", "These were not returned; look at each:"), "closed_on": ("销号", "Closed"), "exported_at": ("导出时间", "Exported"),
    "found_more": ("只显示前 {} 条之内的页，请加条件", "Pages end at {}: add conditions"),
    "live": ("自动更新", "live"),
    "grade": ("风险等级", "Grade"),
}  # fmt: skip
