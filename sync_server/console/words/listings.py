"""Words of listed supervision (W6)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "listings_board": ("挂牌督办", "Listed supervision"), "listings_by_state": ("按进度", "By progress"), "listings_by_level": ("按级别", "By level"),
    "listings_col_proposed": ("提请中", "Proposed"), "listings_col_listed": ("督办中", "Listed"), "listings_col_delist_requested": ("待验收", "Acceptance asked for"),
    "listings_col_delisted": ("已摘牌（近90天）", "Delisted (last 90 days)"), "listings_none": ("没有", "none"),
    "listings_empty": ("还没有挂牌督办。重大隐患确认后，可在隐患页面“提请挂牌督办”。", "Nothing is listed yet. A confirmed major hazard is proposed on its own page."),
    "listings_owed": ("应挂牌未挂牌", "Owed"), "listings_owed_note": ("部门发现的重大隐患，规定天数内挂牌，或说明不挂牌原因（谁发现谁挂牌）。", "A major hazard that the department found is listed in time, or the reason is given."),
    "listings_owed_late": ("已超期", "late"), "listings_owed_until": ("{} 前", "by {}"),
    "listings_explained": ("已说明不挂牌原因", "Explained why not"), "listings_left": ("剩 {} 天", "{} day(s) left"), "listings_today": ("今天到期", "due today"), "listings_over": ("逾期 {} 天", "{} day(s) overdue"), "listings_overdue": ("逾期 {}", "{} overdue"),
    "listings_supervisor": ("督办人", "Supervisor"), "listings_reports": ("进展 {} 次", "{} report(s)"), "listings_next_report": ("下次 {}", "next {}"),
    "listings_report_late": ("进展报告超期", "report late"), "listings_publish_late": ("超期未公布", "not published in time"), "listings_to_publish": ("待公布，{} 前", "publish by {}"),
    "listings_turn": ("应采取：{}", "next: {}"), "listings_or": ("或", " or "), "listings_escalation_waits": ("提级待决定", "going up, undecided"), "listings_ended": ("未挂牌、已撤销和更早摘牌的", "Not listed, withdrawn, and delisted earlier"),
    "listings_notices": ("公示内容", "Public notices"), "listings_no": ("文号", "Number"), "listings_committee": ("{}安全生产委员会", "{} work safety committee"),
    "listings_requirements": ("限期完成整改，彻底消除隐患。", "Rectify in time and remove the hazard for good."),
    "listings_publish_later": ("可以挂牌后再登记公布。", "May be recorded after the listing."), "listings_asked": ("提请级别：{}。理由：{}", "Level: {}. Reason: {}"),
    "listings_team": ("每行一人，两人以上到场。", "One a line; two or more on site."), "listings_expert": ("停产停业整改的必填。", "Needed after a suspension."),
    "listings_same_medium": ("5个工作日内在同一媒介公布：{}", "In the same medium within 5 working days: {}"), "listings_opinion": ("经现场验收，隐患已消除，验收合格，同意摘牌。", "Accepted on site: the hazard is removed; delisted."),
    "listings_press_order": ("顺序：督促函、约谈、公开曝光、停产停业或移送。停产停业另在隐患页面下达。", "In order: urging letter, interview, public exposure, suspension or transfer. A suspension itself is ordered on the hazard's page."),
    "listings_publish_due": ("最晚 {} 公布。", "To be published by {}."), "listings_escalation": ("已提请“{}”：{}", "Asked for “{}”: {}"),
    "listings_withdraw_note": ("只用于确认有误需要降级，或企业永久关闭。撤销不等于摘牌：隐患仍未销号。", "Only where the level is to be lowered or the enterprise has closed for good. It is no delisting: the hazard stays open."),
    "listings_facts": ("挂牌内容", "The listing"), "listings_year": ("总期限（一年）", "A year ends"), "listings_progress": ("整改进展报告", "Reports on progress"), "listings_no_progress": ("企业还没有报告进展。", "No report on progress yet."),
    "listings_progress_due": ("下次报告最晚 {}", "Next report by {}"), "listings_presses": ("逾期措施", "Steps against the delay"), "listings_no_presses": ("尚未采取措施。", "No step was taken yet."),
    "listings_history": ("提级经过", "Levels"), "listings_until": ("至 {}", "until {}"), "listings_acceptances": ("验收意见", "Acceptance"), "listings_passed": ("合格", "Passed"), "listings_failed": ("不合格", "Failed"),
    "listings_publication": ("公布", "Publication"), "listings_unpublished": ("未公布", "not published"), "listings_doc_extension": ("延期决定书", "Extension decision"),
    "listings_extensions": ("延期", "Extensions"), "listings_decide_extension": ("有延期申请待决定", "An extension waits for its decision"), "listings_timeline": ("经过", "Time line"),
    "listings_notices_title": ("重大事故隐患挂牌督办公示", "Listed supervision of major hazards: public notice"), "listings_notices_running": ("正在挂牌督办", "Listed now"), "listings_notices_ended": ("已摘牌", "Delisted"),
    "listings_notices_none": ("目前没有公布的挂牌督办。在挂牌页面登记公布日期和媒介后，会出现在这里。", "Nothing is published now. It appears here when day and medium are recorded on a listing's page."),
    "listings_print": ("打印", "Print"), "listings_problem": ("隐患", "Problem"), "listings_published": ("公布", "Published"), "listings_delisted_on": ("摘牌日期", "Delisted on"), "listings_asof": ("截至 {}", "As of {}"),
    "listings_asked_delisting": ("企业申请验收", "The enterprise asks for acceptance"),
}  # fmt: skip
