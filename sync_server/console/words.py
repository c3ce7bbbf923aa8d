"""Every word the console shows, in Chinese and English."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

SHANGHAI = timezone(timedelta(hours=8))

WORDS: dict[str, tuple[str, str]] = {
    "app": ("排查 · 隐患台账", "Paicha · hazard ledger"), "log_in": ("登录", "Log in"), "log_out": ("退出", "Log out"), "login": ("用户名", "Login"),
    "password": ("密码", "Password"), "ledger": ("台账", "Ledger"), "hazards": ("隐患", "Hazards"), "inspections": ("检查", "Inspections"),
    "enterprises": ("企业", "Enterprises"), "devices": ("设备", "Devices"), "to_settle": ("待处理", "To settle"), "import": ("导入", "Import"),
    "search": ("搜索名称、编号、地点、拼音", "Search name, number, place, pinyin"), "find": ("查找", "Find"), "all": ("全部", "All"),
    "state": ("状态", "State"), "level": ("级别", "Level"), "number": ("编号", "Number"), "when": ("时间", "When"), "who": ("谁", "Who"),
    "what": ("内容", "What"), "where": ("地点", "Place"), "community": ("社区", "Community"), "section": ("科室", "Section"), "next": ("下一页", "Next"),
    "previous": ("上一页", "Previous"), "photos": ("照片", "Photos"), "timeline": ("经过", "Time line"), "entry": ("登记号", "Entry"),
    "device": ("设备", "Device"), "skew": ("时钟偏差", "Clock skew"), "received": ("收到", "Received"), "made": ("操作时间", "Made"),
    "verdict": ("回执", "Receipt"), "on_its_way": ("照片在途", "photo on its way"), "since": ("自", "since"), "erased": ("已依规删除", "erased"),
    "before": ("整改前", "Before"), "after": ("整改后", "After"), "empty_hazards": ("还没有提交的隐患。检查员在手机上提交检查后，隐患会出现在这里。",
        "No hazards yet. They appear here when inspectors hand in an inspection."),
    "empty_inspections": ("还没有提交的检查。", "No inspections have been handed in yet."), "empty_enterprises": ("还没有企业。请先导入企业名录。", "No enterprises yet. Import the register first."),
    "empty_settle": ("没有被拒绝或冲突的操作，一切正常。", "Nothing was refused and nothing collides. All is well."),
    "empty_devices": ("还没有登记的手机。选择人员，生成登记码。", "No phones yet. Choose a person and make a code."),
    "deadline": ("整改期限", "Deadline"), "description": ("隐患描述", "Description"), "cause": ("原因", "Cause"), "finder": ("发现人", "Found by"),
    "found_at": ("发现时间", "Found"), "basis": ("依据", "Basis"), "criterion": ("判定标准", "Criterion"), "enterprise": ("企业", "Enterprise"),
    "answers": ("检查内容", "Checklist"), "team": ("检查人员", "Team"), "companion": ("陪同人员", "Companion"), "signatures": ("签名", "Signatures"),
    "conclusion": ("结论", "Conclusion"), "refusal": ("拒签", "Signature refused"), "findings": ("发现的隐患", "Findings"), "card": ("证号", "card"),
    "start": ("开始", "Start"), "end": ("结束", "End"), "accept": ("通过", "Accept"), "return": ("退回", "Return"), "reason": ("原因", "Reason"),
    "confirm_general": ("确认为一般隐患", "Confirm as general"), "confirm_major": ("确认为重大隐患", "Confirm as major"), "void": ("作废", "Void"),
    "merge": ("合并到编号", "Merge into number"), "days": ("期限（天）", "Days to rectify"), "unsafe": ("整改期间存在危险", "Unsafe meanwhile"), "mass_casualty": ("可能群死群伤", "Many could be hurt"),
    "report_late": ("应报未报（迟报）", "Reported late"),
    "yes": ("是", "Yes"), "no": ("否", "No"), "decide": ("处理", "Decide"), "enrol": ("登记手机", "Enrol a phone"), "person": ("人员", "Person"),
    "make_code": ("生成登记码", "Make a code"), "code_note": ("15分钟内有效，只能用一次。用手机“登记”页扫描，或手工输入地址和登记码。",
        "Good for 15 minutes, once. Scan it on the phone's enrolment page, or type address and code."),
    "revoke": ("停用", "Revoke"), "last_seen": ("最近联系", "Last seen"), "operations": ("操作", "Operations"), "photos_waiting": ("未到照片", "Photos not here yet"),
    "refused": ("被拒绝的操作", "Refused operations"), "conflicts": ("冲突", "Conflicts"), "first": ("先收到的（现行）", "First (stands)"),
    "second": ("后收到的", "Second"), "keep_first": ("保留先收到的", "Keep the first"), "take_second": ("采用后收到的", "Take the second"),
    "adopt": ("采纳", "Adopt"), "file": ("文件（xlsx 或 csv）", "File (xlsx or csv)"), "check_file": ("检查文件", "Check the file"),
    "import_now": ("确认导入", "Import"), "imported": ("已导入", "Imported"), "creates": ("新增", "New"), "updates": ("更新", "Changed"),
    "unchanged": ("未变", "Unchanged"), "row": ("行", "Row"), "column": ("列", "Column"), "value": ("内容", "Value"), "explanation": ("说明", "Explanation"),
    "not_imported": ("有错误，未导入任何内容。请改正后重新上传。", "There are errors; nothing was imported. Correct the file and upload it again."),
    "done": ("已办理", "Done"), "language": ("English", "中文"), "proof": ("证明", "proof"), "address": ("地址", "Address"), "high_risk": ("高危", "High-risk"),
    "key": ("重点", "Key"), "employees": ("人数", "Employees"), "principal": ("主要负责人", "Principal"), "theme": ("明暗", "Theme"), "role_of": ("岗位", "Role"),
    "not_allowed": ("您的岗位不能查看这一页", "Your role does not allow this page"), "not_found": ("没有这条记录，或不在您的管辖范围内", "No such record, or outside your area"),
    "base_note": ("您看到的是第 {no} 条登记时的状态", "You see it as of entry {no}"), "draft": ("草稿", "Draft"), "submitted": ("待审核", "To review"),
    "returned": ("退回补正", "Returned"), "plan_pending": ("待报方案", "Plan awaited"), "plan_review": ("方案待审", "Plan in review"),
    "rectifying": ("整改中", "Rectifying"), "verify_pending": ("待核查", "To verify"), "closed": ("已销号", "Closed"), "accepted": ("已通过", "Accepted"),
    "general": ("一般", "General"), "major": ("重大", "Major"), "open": ("正常", "Open"), "active": ("在用", "Active"), "revoked": ("已停用", "Revoked"),
    "conform": ("符合", "Conform"), "not_conform": ("不符合", "Not conform"), "na": ("不适用", "N/A"), "equipment": ("设施设备故障", "Equipment failure"),
    "illegal_act": ("非法违规行为", "Illegal act"), "management": ("安全管理缺陷", "Management defect"), "conflict": ("冲突", "Conflict"),
    "role_ended": ("岗位已变动", "role had ended"), "clock_ahead": ("设备时钟偏快", "device clock ahead"), "suspended": ("停业", "Suspended"),
    "not_there": ("没有找到", "Not found"),
    "not_done": ("没有办理", "Not done"), "not_done_note": ("已有的内容都没有改变。请返回上一页，刷新后再试。", "Nothing was changed. Go back, reload and try again."),
    "to_start": ("回到首页", "To the start"), "total": ("共 {} 条", "{} in all"), "empty_search": ("没有符合条件的记录，请减少条件。", "Nothing fits. Try fewer conditions."),
    "inspection_kind": ("检查类型", "Kind"), "leader": ("组长", "Leader"), "credit_code": ("统一社会信用代码", "Credit code"), "handed_in": ("已提交", "Handed in"),
    "operating": ("在营", "Operating"), "proposed": ("拟定", "proposed: "), "has_conflicts": ("这条记录有未处理的冲突。", "Something collides on this record."),
    "merged_into": ("已合并到", "Merged into"), "immediate": ("立查立改", "Fixed at once"), "no_photo_reason": ("无照片原因", "Why no photo"), "position": ("位置", "Position"),
    "confirm": ("确认", "Confirm"), "responsible_section": ("责任科室", "Responsible section"), "fixed_at_once": ("立查立改，已整改，进入核查", "Fixed at once: go to verification"),
    "only_major": ("重大隐患必填", "For a major hazard"), "into_number": ("合并到编号", "Into number"), "signed": ("已签", " signed"), "unit_signature": ("单位签名", "Unit's signature"),
    "witness": ("见证人", "witness"), "none_found": ("没有发现隐患", "No hazards found"), "phone": ("电话", "Phone"), "choose_person": ("选择人员", "Choose a person"),
    "code_for": ("登记码，发给", "Code for"), "server": ("服务器地址", "Server"), "as_text": ("复制为文字", "As text to copy"), "behind": ("未下载条目", "Entries behind"),
    "held": ("待升级处理", "held"), "conflict_note": ("先收到的有效，后收到的完整保留。请选择，另一条不会丢失。", "The first stands, the second is kept whole. Whichever you pick, neither is lost."),
    "refused_note": ("被拒绝的操作完整保留。写明原因后可以采纳。", "What was refused is kept whole. It can be adopted with a reason."), "import_title": ("导入企业名录", "Import the enterprise register"),
    "import_note": ("先检查后导入。按信用代码或编号识别，重复导入不会产生重复企业；有一处错误则全部不导入。",
        "Checked first. Matched by credit code or number, so importing again doubles nothing; with any error nothing is imported."),
    "remarks": ("提示", "Remarks"), "nothing_new": ("文件内容与台账一致，无需导入。", "The ledger already has all of this."), "report": ("下载问题清单", "Download the report"),
    "error": ("错误", "Error"), "warning": ("提醒", "Note"), "place_text": ("部位", "Place"), "level_proposed": ("拟定级别", "Proposed level"), "fix_text": ("整改说明", "What was done"),
    "name": ("名称", "Name"), "item": ("检查项", "Item"), "text": ("内容", "Text"), "about": ("类别", "About"), "industries": ("行业", "Industries"),
    "principal_phone": ("联系电话", "Phone"), "found_late_reason": ("迟报原因", "Why so late"), "extension_review": ("延期待审", "Extension in review"),
    "signoff_pending": ("待双签", "Two signatures awaited"),
}  # fmt: skip

KINDS: dict[str, tuple[str, str]] = {
    "enterprise_self": ("企业自查", "Self-inspection"), "principal_led": ("带队检查", "Principal-led"), "dept_routine": ("部门检查", "Department"),
    "community_patrol": ("社区巡查", "Community patrol"), "assistance": ("帮扶指导", "Assistance"), "precise": ("精准执法", "Targeted enforcement"),
    "special": ("专项执法", "Special enforcement"), "cross_region": ("异地交叉", "Cross-region"), "surprise": ("突击检查", "Surprise"),
    "open_covert": ("明查暗访", "Open and covert"), "random": ("随机抽查", "Random"), "comprehensive": ("综合督查", "Comprehensive"),
    "reinspection": ("复查", "Re-inspection"), "audit_style": ("审计式检查", "Audit-style"), "diagnosis": ("第三方诊断", "Diagnosis"),
    "joint": ("联合检查", "Joint"), "report_check": ("举报核查", "Report check"),
}  # fmt: skip

OPERATIONS: dict[str, tuple[str, str]] = {
    "inspection.start": ("开始检查", "started"), "inspection.join": ("加入检查", "joined"), "inspection.answer": ("回答", "answered"),
    "inspection.note": ("备注", "noted"), "inspection.attach": ("添加照片", "added a photo"), "inspection.retract": ("撤回", "retracted"),
    "inspection.moment": ("时间和位置", "time and position"), "inspection.companion": ("陪同人员", "companion"), "inspection.conclude": ("结论", "conclusion"),
    "inspection.sign": ("签名", "signed"), "inspection.refuse": ("拒签", "signature refused"), "inspection.submit": ("提交", "handed in"),
    "inspection.return": ("退回", "returned"), "inspection.accept": ("通过", "accepted"), "inspection.void": ("作废", "voided"),
    "hazard.report": ("记录隐患", "reported"), "hazard.edit": ("修改", "edited"), "hazard.add_photo": ("添加照片", "added a photo"),
    "hazard.remove_photo": ("移除照片", "removed a photo"), "hazard.submit": ("提交", "handed in"), "hazard.return": ("退回补正", "returned"),
    "hazard.confirm": ("确认", "confirmed"), "hazard.merge": ("合并", "merged"), "hazard.void": ("作废", "voided"),
    "conflict.resolve": ("处理冲突", "settled a conflict"), "operation.adopt": ("采纳", "adopted"), "enterprise.register": ("登记企业", "registered"),
    "enterprise.edit": ("修改企业", "edited"), "blob.received": ("照片已收到", "photo received"),
    "enterprise.close": ("注销企业", "closed"), "enterprise.reopen": ("恢复企业", "reopened"), "device.revoke": ("停用设备", "device revoked"),
    "device.enrol": ("登记设备", "device enrolled"), "hazard.plan": ("填报整改方案", "wrote the plan"),
    "hazard.approve_plan": ("批准并上报方案", "approved and handed in the plan"), "hazard.return_plan": ("退回方案", "returned the plan"),
    "hazard.accept_plan": ("同意方案", "accepted the plan"), "hazard.ask_extension": ("申请延期", "asked for an extension"),
    "hazard.decide_extension": ("决定延期", "decided on the extension"), "hazard.evidence": ("添加照片", "added a photo"),
    "hazard.rectify": ("报告整改完成", "reported it rectified"), "hazard.sign": ("签字确认整改", "signed off the work"),
    "hazard.approve_single_signer": ("同意一人兼签", "approved one signer for both"), "hazard.verify": ("现场核查", "verified on site"),
    "hazard.close": ("销号", "closed"), "hazard.reopen": ("重新整改", "reopened"), "hazard.hand_over": ("移送", "handed over"),
    "hazard.answer_hand_over": ("移送答复", "hand-over answered"), "hazard.change_level": ("变更级别", "changed the level"),
    "hazard.close_down": ("因企业关闭注销", "ended with the enterprise"), "listing.propose": ("提请挂牌督办", "proposed to list"),
    "listing.list": ("挂牌督办", "listed"), "listing.reject": ("不予挂牌", "not listed"), "listing.progress": ("报告进展", "reported progress"),
    "listing.escalate": ("提级督办", "escalated"), "listing.ask_delisting": ("申请验收摘牌", "asked for delisting"), "listing.delist": ("摘牌", "delisted"),
    "listing.fail": ("验收不合格", "acceptance failed"), "measure.order": ("责令停产停业等措施", "ordered a measure"),
    "measure.enforce": ("强制执行", "enforced"), "measure.ask_resume": ("申请恢复", "asked to resume"), "measure.resume": ("同意恢复", "resumed"),
    "measure.keep": ("不同意恢复", "measure kept"), "calendar.set": ("设置节假日", "set the holidays"), "unit.add": ("新增单位", "added a unit"),
    "unit.edit": ("修改单位", "edited"), "unit.close": ("撤销单位", "closed"), "person.add": ("新增人员", "added a person"),
    "person.edit": ("修改人员", "edited"), "person.grant": ("授予岗位", "gave a role"), "person.revoke": ("收回岗位", "ended a role"),
    "template.publish": ("发布检查表", "published a template"), "ledger.open": ("建立台账", "opened the ledger"),
    "ledger.configure": ("修改设置", "changed settings"), "ledger.restored": ("从备份恢复", "restored from a backup"),
    "campaign.set": ("设置专项行动", "set the campaign"), "blob.erase": ("删除照片", "erased a photo"),
}  # fmt: skip


def word(key: str, language: str) -> str:
    """A word; what has none is shown as it is."""
    for words in (WORDS, KINDS, OPERATIONS):
        if key in words:
            return words[key][1 if language == "en" else 0]
    return key


def moment(at: Any, with_time: bool = True) -> str:
    """A moment in ms as people in Shanghai write it."""
    if not at:
        return "—"
    local = datetime.fromtimestamp(int(at) / 1000, UTC).astimezone(SHANGHAI)
    return local.strftime("%Y-%m-%d %H:%M" if with_time else "%Y-%m-%d")


def skew(ms: Any) -> str:
    """How far a device's clock was off."""
    if ms is None:
        return "?"
    seconds = round(int(ms) / 1000)
    return f"{seconds:+d} s" if abs(seconds) < 120 else f"{seconds // 60:+d} min" if abs(seconds) < 7200 else f"{seconds // 3600:+d} h"
