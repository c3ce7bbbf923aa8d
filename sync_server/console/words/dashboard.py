"""Words of the overview."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "base_number": ("底数", "Base number"), "as_of": ("截至 {}", "as of {}"), "n_found": ("累计发现", "Found in all"), "n_open": ("未销号", "Open"),
    "n_overdue": ("逾期", "Overdue"), "n_listed": ("挂牌督办中", "Listed now"), "n_closed": ("已销号", "Closed"), "n_major": ("重大隐患", "Major"),
    "n_major_open": ("未销号重大隐患", "Major, open"), "n_self_found": ("企业自查发现", "Found by enterprises"), "closure_rate": ("销号率", "Closure rate"),
    "by_community": ("按社区", "By community"), "by_section": ("按科室", "By section"), "by_industry": ("按行业", "By sector"), "coverage": ("检查覆盖", "Inspected"),
    "coverage_note": ("专项行动期间已通过审核的检查涉及的企业 / 在册企业", "Enterprises with an accepted inspection since the campaign began / registered ones"),
    "not_additive": ("一家企业可能属于多个行业，各行之和不等于总数。", "An enterprise may belong to several sectors: the lines do not add up to the total."),
    "trend": ("每日变化", "Day by day"), "trend_note": ("每日24:00的底数，由台账逐条计算", "The base number at the end of each day, counted from the ledger"),
    "no_trend": ("台账满两天后显示每日变化。", "Shown when the ledger is two days old."), "as_table": ("查看数据", "As a table"), "day": ("日期", "Day"),
    "phases": ("专项行动进度", "The campaign"), "phase_now": ("进行中", "now"), "phase_over": ("已结束", "over"), "phase_ahead": ("未开始", "ahead"),
    "no_campaign": ("还没有设置专项行动。", "No campaign is set yet."), "needs_me": ("今天先办", "First of all today"),
    "needs_nothing": ("没有等您办理的事项。", "Nothing waits for you."), "quality": ("质量", "Quality"), "q_first_pass": ("一次核查通过率", "Verified at the first try"),
    "q_recurrence": ("反复出现", "Recurrences"), "q_self_share": ("企业自查占比", "Share found by enterprises"), "q_reopened": ("虚假销号", "False closures"),
    "days_range": ("最近{}天", "Last {} days"), "empty_dashboard": ("台账里还没有隐患。检查员提交后，这里显示底数和变化。", "The ledger has no hazards yet. Their number and its course appear here."),
    "first_steps": ("开始使用", "To begin with"), "first_units": ("录入科室和社区", "Add sections and communities"),
    "first_people": ("录入或导入人员，授予岗位", "Add or import people, give them their roles"), "first_enterprises": ("导入企业名录", "Import the register of enterprises"),
    "first_campaign": ("设置专项行动和时限", "Set the campaign and the time limits"), "first_criteria": ("加入重大隐患判定标准", "Add the criteria of major hazards"),
    "first_phones": ("为检查员登记手机，安排检查", "Enrol the inspectors' phones, plan inspections"), "empty_numbers": ("录入社区和科室、导入企业后，这里按单位统计。", "Numbers by unit appear here when there are units and enterprises."),
    "first_done": ("已完成", "done"),
    "queue_empty_here": ("这里都办完了。", "Nothing more waits here."),
    "ball_close": ("核查属实，等待没有参加核查的审核人员销号", "Verified; waits to be closed by a reviewer who was not on the team"),
    "whole_ledger": ("全街道", "The whole subdistrict"), "my_area": ("我的范围", "My area"), "unit_name": ("单位", "Unit"),
}  # fmt: skip
