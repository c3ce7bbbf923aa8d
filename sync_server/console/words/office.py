"""Words of what the office edits: criteria, ready-made reasons, checklist templates, settings, holidays, and the import of its old ledger."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "colon": ("：", ": "), "comma": ("、", ", "), "save": ("保存", "Save"), "nothing_changed": ("内容没有变化", "nothing was changed"),
    "of_total": ("{} 条，共 {} 条", "{} of {}"), "ended": ("已终止", "Ended"), "coming": ("尚未施行", "Not in force yet"),
    "import_n": ("确认导入 {} 条", "Import {}"), "more_in_report": ("另有 {} 条，见问题清单。", "{} more are in the report."),
    # criteria
    "criteria": ("判定标准库", "Criteria"), "criteria_note": (
        "重大隐患须引用库中在发现当日有效的一条。已被引用的条目不能再改，只能终止后另建，以保证决定与当时的条文一致。",
        "A major hazard cites an entry that was in force on the day of the find. Once cited, an entry cannot change any more, only end: a decision always shows the words it was made by."),
    "criteria_search": ("搜索文件、条款、内容、编号、拼音", "Search document, clause, text, number, pinyin"), "validity": ("效力", "Validity"),
    "criteria_now": ("今日有效", "In force today"), "criteria_ended": ("今日无效", "Not in force today"), "criteria_unchecked": ("未与原文核对", "Not compared with the original"),
    "unchecked_note": ("其中 {} 条尚未与原文核对，使用前请对照正式文件。", "{} of these have not been compared with the original: look at the official document before relying on them."),
    "shipped_note": ("程序随附 {} 条常用判定标准（未与原文核对），可以加入标准库。", "The program brings {} well-known criteria, not compared with the originals, that can be added."),
    "add_shipped": ("全部加入", "Add them all"), "add_criterion": ("新增条目", "Add an entry"), "import_criteria": ("从文件导入", "Import from a file"),
    "import_criteria_note": ("列名：编号、类别、适用行业、文件、版本、条款、内容、施行日期、终止日期；必填：文件、内容、施行日期。先检查后导入，有一处错误则全部不导入；同样的行再次导入不会重复。",
        "Columns: 编号, 类别, 适用行业, 文件, 版本, 条款, 内容, 施行日期, 终止日期; document, text and the first day are needed. Checked first; with any error nothing is imported; the same row again changes nothing."),
    "empty_criteria": ("标准库是空的。在它为空时，重大隐患的判定标准可以自由填写；加入第一条后，须从库中选择。", "The library is empty. As long as it is, a criterion is free text; with the first entry, one of the library has to be chosen."),
    "criterion_number": ("编号（便于查找）", "Number (to find it by)"), "criterion_text": ("内容", "Text"), "checked_yes": ("已核对", "Compared"), "checked_no": ("未核对原文", "Not compared"),
    "whole_document": ("全文", "Whole document"), "cited": ("已引用", "Cited"), "cited_note": ("已有决定引用这一条，不能再改。如有更新，请终止它并另建新条目。", "A decision cites this entry, so it stays as it is. End it and add a new one instead."),
    "compare": ("与原文核对", "Compare with the original"), "compare_note": ("对照正式文件逐字核对后，在这里标记。", "Mark it here once somebody has compared it with the official document word by word."),
    "mark_checked": ("标记为已核对", "Mark as compared"), "end_criterion": ("终止条目", "End the entry"), "end_note": ("终止日期之后发现的隐患不能再引用它。", "Hazards found after that day can no longer cite it."),
    "correct": ("修改", "Correct"), "criterion_none": ("未选择", "None chosen"), "criterion_find": ("查找判定标准", "Narrow down the criteria"),
    "criterion_finder": ("发现人填写：", "The finder wrote:"), "criterion_library": ("查看判定标准库", "See the library of criteria"),
    # ready-made reasons
    "presets": ("常用语", "Ready-made reasons"), "presets_note": ("填写原因时可以直接选用，也可以改写。修改后，所有人立即使用新的内容。", "Offered wherever a reason is asked for; everyone may still write another. A change is there for all at once."),
    "one_a_line": ("每行一条", "One a line"), "as_shipped": ("程序自带", "as shipped"), "back_to_shipped": ("恢复程序自带", "Back to those shipped"),
    "presets.return": ("退回隐患", "Returning a hazard"), "presets.void": ("作废隐患", "Voiding a hazard"), "presets.merge": ("合并隐患", "Merging hazards"),
    "presets.plan_return": ("退回整改方案", "Returning a plan"), "presets.extension_grant": ("同意延期", "Granting an extension"), "presets.extension_refuse": ("不同意延期", "Refusing an extension"),
    "presets.verify_fail": ("核查不通过", "Verification failed"), "presets.close": ("销号", "Closing"), "presets.reopen": ("重新整改", "Reopening"), "presets.hand_over": ("移送", "Handing over"),
    "presets.change_level": ("变更级别", "Changing the level"), "presets.listing_propose": ("提请挂牌督办", "Proposing to list"), "presets.listing_reject": ("不予挂牌", "Not listing"),
    "presets.delist_fail": ("验收不合格", "Acceptance failed"), "presets.measure_keep": ("不同意恢复生产", "Keeping a measure"), "presets.inspection_return": ("退回检查", "Returning an inspection"),
    "presets.inspection_void": ("作废检查", "Voiding an inspection"), "presets.settle_first": ("冲突：保留先收到的", "Conflict: keeping the first"), "presets.settle_second": ("冲突：采用后收到的", "Conflict: taking the second"),
    "presets.adopt": ("采纳被拒绝的操作", "Adopting what was refused"),
}  # fmt: skip
