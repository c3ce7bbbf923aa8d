"""Words of the pages of tasks."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "tasks": ("任务", "Tasks"), "task": ("检查任务", "Task"), "task_new": ("安排检查", "Plan inspections"), "planned": ("待开始", "Planned"),
    "started": ("进行中", "Under way"), "cancelled": ("已取消", "Cancelled"), "task_done": ("已完成", "Done"), "task_open": ("未完成", "Not done yet"),
    "task_due": ("完成期限", "Due"), "task_late": ("逾期{}天", "{} day(s) late"), "task_only_late": ("只看逾期", "Only late ones"),
    "task_only_mine": ("只看派给我的", "Only mine"), "task_assigned": ("人员", "People"), "task_members": ("组员", "Members"),
    "task_origin": ("任务来源", "Origin"), "task_purpose": ("检查目的", "Purpose"), "task_theme": ("主题", "Theme"), "task_note": ("说明", "Note"),
    "task_templates": ("检查表（可不选）", "Checklists (optional)"), "task_planned_by": ("安排人", "Planned by"), "task_done_at": ("完成时间", "Done"),
    "task_inspections": ("这个任务的检查", "Inspections of this task"), "task_none_yet": ("还没有开始。检查员在手机上点开任务即可开始检查。",
        "Not begun. An inspector begins it on the phone by tapping the task."),
    "empty_tasks": ("没有符合条件的任务。安排检查后，任务会出现在这里和所派人员的手机上。",
        "No such tasks. Planned inspections appear here, and on the phones of those assigned."),
    "task_enterprises": ("到哪些企业", "Which enterprises"), "task_search": ("搜索企业名称、编号、拼音", "Search enterprises by name, number, pinyin"),
    "task_search_hint": ("搜索后勾选，可多次搜索；每家企业生成一个任务。", "Search and tick, as often as needed; each enterprise becomes a task."),
    "task_chosen": ("已选 {} 家", "{} chosen"), "task_no_hit": ("没有找到在营企业，请少输几个字。", "No operating enterprise found. Type less."),
    "task_what": ("检查什么", "What kind of inspection"), "task_who": ("派谁去", "Who goes"), "task_leader": ("组长", "Leader"),
    "task_starred": ("带★的检查须两名以上检查人员", "Kinds with ★ take two or more inspectors"), "task_filter_people": ("按姓名筛选", "Filter by name"),
    "task_plan_now": ("安排", "Plan"), "task_grid": ("无执法权", "no enforcement power"),
    "task_reassign": ("改派", "Assign others"), "task_reschedule": ("改期", "Another day"), "task_cancel": ("取消任务", "Cancel the task"),
    "task_source": ("依据的事故警示", "For the accident alert"), "task_person_any": ("不限人员", "Anyone"), "task_without_unit": ("其他", "Others"),
    "task_find": ("搜索", "Search"), "task_enterprise_hidden": ("企业看不到检查任务。", "The enterprise does not see this task."),
}  # fmt: skip
