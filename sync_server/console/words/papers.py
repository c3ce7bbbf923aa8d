"""Documents, the pages of an inspection and of an enterprise, the messages to enterprises."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "documents": ("文书", "Documents"), "documents_note": ("未签发的文书是草稿，带水印，没有文号。签发后由台账编号，PDF留存不变。",
        "A document that is not issued is a draft with a watermark and no number. Issuing numbers it and keeps the PDF unchanged."),
    "no_documents": ("还没有可以出具的文书。检查提交、隐患确认后，这里会出现文书。", "No document yet. They appear here once an inspection is handed in or a hazard is confirmed."),
    "issue_document": ("编号签发", "Issue with a number"), "is_draft": ("草稿", "Draft"), "issued": ("已签发", "Issued"), "served": ("已送达", "Served"),
    "withdrawn": ("已撤回", "Withdrawn"), "print_page": ("打印页", "Print"), "pdf_file": ("PDF", "PDF"), "docx_file": ("Word", "Word"),
    "part_no": ("第{}次", "no. {}"), "document_kind": ("文书种类", "Kind"), "document_number": ("文号", "Number"), "issued_on_day": ("签发时间", "Issued"),
    "issued_by_whom": ("签发人", "Issued by"), "served_title": ("送达", "Service"), "serve_document": ("登记送达", "Record the service"),
    "served_on": ("送达时间", "Served"), "served_person": ("送达人", "Served by"), "means_of_service": ("送达方式", "How"), "means_direct": ("直接送达", "In person"),
    "means_left": ("留置送达", "Left there"), "means_post": ("邮寄送达", "By post"), "means_electronic": ("电子送达", "Electronically"),
    "receiver": ("签收人", "Received by"), "refused_receipt": ("拒收情况", "Refusal"), "service_receipt": ("送达回证", "Receipt of service"),
    "receiver_or_refusal": ("填写签收人；拒收的，写明情况和见证人。", "Say who received it; if refused, how, and who witnessed it."),
    "withdraw_document": ("撤回文书", "Withdraw"), "withdraw_note": ("文书有误时撤回，再重新签发；原文号作废，原件仍可查看。",
        "Withdraw a wrong document, then issue it anew. Its number is not used again, its file can still be seen."),
    "frozen_file": ("签发时的PDF", "The PDF as issued"), "file_digest": ("文件摘要", "Digest of the file"), "about_record": ("所属记录", "About"),
    "empty_documents": ("还没有签发的文书。在检查、隐患或挂牌督办页面上签发。", "No document has been issued yet. Issue them on the page of an inspection, a hazard or a listing."),
    "document_record": ("现场检查记录", "Inspection record"), "document_order": ("责令限期整改指令书", "Order to rectify"),
    "document_reinspection": ("整改复查意见书", "Re-inspection opinion"), "document_notice": ("挂牌督办通知书", "Notice of listing"),
    "document_extension": ("延期审批决定书", "Decision on an extension"), "document_acceptance": ("验收意见", "Acceptance opinion"),
    "document_delisting": ("摘牌通知书", "Notice of delisting"),
    # an inspection
    "part_failed": ("不符合", "Not conform"), "part_open": ("未答", "Not answered"), "part_recorded": ("记录项", "Written down"), "part_conform": ("符合", "Conform"),
    "part_na": ("不适用", "Not applicable"), "hints_note": ("系统提示，不是结论。", "Hints by the system, not a verdict."),
   
    "order_said": ("责令内容", "Order"), "copy_said": ("副本", "Copy"), "copy_yes": ("已交被检查单位", "handed over"),
    "copy_no": ("未交", "not handed over"), "no_signature_yet": ("未签名", "Not signed"), "typed_name": ("键入姓名", "Name typed"), "purposes_said": ("检查目的", "Purposes"),
    "no_marks": ("没有标注", "no marks"),
    "leads_team": ("组长", "Leader"), "other_photos": ("其他照片", "Other photos"), "why_no_photo": ("无照片原因", "Why no photo"), "no_answers": ("检查表不在台账中。", "The checklist is not in the ledger."),
    "hint_fast": ("有 {} 个答案答得过快", "{} answers came faster than anyone reads"), "hint_no_position": ("没有定位：{}", "no position: {}"),
    "hint_photo_time": ("有 {} 张照片不在检查时间内拍摄", "{} photos were taken at another time"),
    # an enterprise
    "register_entry": ("登记信息", "Register entry"), "people_of_enterprise": ("有关人员", "People"), "risk_of": ("风险", "Risk"), "edit_enterprise": ("修改登记", "Edit"),
    "close_enterprise": ("注销企业", "Close the enterprise"), "reopen_enterprise": ("恢复企业", "Open it again"), "open_hazards": ("未销号隐患", "Open hazards"),
    "ended_hazards": ("已销号、作废", "Closed and void"), "no_open_hazards": ("没有未销号的隐患。", "No open hazards."), "self_inspections": ("企业自查", "Self-inspections"),
    "no_inspections_here": ("还没有检查记录。", "No inspections yet."), "no_self_inspections": ("还没有自查记录。", "No self-inspections yet."), "listings_here": ("挂牌督办", "Listed supervision"),
    "measures_here": ("强制措施", "Measures"), "alerts_here": ("事故警示答复", "Accident alerts answered"), "none_here": ("没有。", "None."), "all_of_them": ("查看全部", "See all"),
    "share_self_found": ("自查发现占比", "Self-found"), "first_pass_rate": ("一次复查合格率", "First-pass rate"), "recurrences": ("反复出现", "Recurrences"),
    "count_open": ("未销号", "Open"), "count_overdue": ("逾期", "Overdue"), "count_major": ("重大", "Major"), "count_closed": ("已销号", "Closed"),
    "of_all": ("{}/{}", "{} of {}"), "accounts_here": ("企业账号", "Accounts"), "no_accounts": ("还没有企业账号。", "No accounts yet."), "history_of": ("经过", "History"), "deputy_of": ("分管负责人", "Deputy in charge"),
    "director_of": ("安全总监", "Safety director"), "staff_of": ("安全管理人员", "Safety officers"), "co_sections": ("协管科室", "Co-regulators"), "each_on_a_line": ("每行一个", "one a line"),
    "not_set": ("未填", "not set"), "save_changes": ("保存修改", "Save"), "register_unchanged": ("没有改动", "Nothing changed"), "class_high": ("高危", "High-risk"), "class_key": ("重点", "Key"),
    "class_general": ("一般", "General"), "class_small": ("九小场所", "Nine small places"), "website_position": ("位置", "Position"),
    # messages
    "messages": ("企业消息", "Messages"), "message_title": ("发给企业的消息", "Message to the enterprise"),
    "message_note": ("复制后粘贴到微信。内容按台账当前状态生成。", "Copy it, then paste it into WeChat. It says how the ledger stands now."), "copy_text": ("复制", "Copy"), "copied_text": ("已复制", "Copied"),
    "message_of": ("第{}条，共{}条", "{} of {}"), "message_nothing": ("这家企业没有要办的事项，不用发消息。", "This enterprise has nothing to do; no message is needed."), "make_message": ("生成微信消息", "Message for WeChat"),
    "messages_for": ("给哪些企业", "For which enterprises"), "due_within": ("{}天内到期或已逾期", "due within {} days or overdue"), "with_anything_open": ("有未销号隐患", "with anything open"),
    "empty_messages": ("没有企业在这个范围内有到期事项。可以放宽天数。", "No enterprise has anything due in this range. Try more days."), "contact_note": ("联系人按责任科室联络员或科室负责人填写。", "The contact is the liaison or head of the responsible section."),
    "all_messages": ("批量生成", "For many enterprises"),
}  # fmt: skip
