"""What is done, as time lines say it; and the kinds of inspection (requirements, 3.1)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
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

KINDS: dict[str, tuple[str, str]] = {
    "enterprise_self": ("企业自查", "Self-inspection"), "principal_led": ("带队检查", "Principal-led"), "dept_routine": ("部门检查", "Department"),
    "community_patrol": ("社区巡查", "Community patrol"), "assistance": ("帮扶指导", "Assistance"), "precise": ("精准执法", "Targeted enforcement"),
    "special": ("专项执法", "Special enforcement"), "cross_region": ("异地交叉", "Cross-region"), "surprise": ("突击检查", "Surprise"),
    "open_covert": ("明查暗访", "Open and covert"), "random": ("随机抽查", "Random"), "comprehensive": ("综合督查", "Comprehensive"),
    "reinspection": ("复查", "Re-inspection"), "audit_style": ("审计式检查", "Audit-style"), "diagnosis": ("第三方诊断", "Diagnosis"),
    "joint": ("联合检查", "Joint"), "report_check": ("举报核查", "Report check"),
}  # fmt: skip
