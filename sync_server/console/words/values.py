"""The values that a field may have, in words: field -> value -> (zh, en). The same value may mean another thing in another field."""

from __future__ import annotations

from shared.checklist import INDUSTRIES
from sync_server.console.words.operations import KINDS

_INDUSTRIES_EN = {
    "all": "all", "metallurgy": "metallurgy", "nonferrous": "non-ferrous metals", "building_materials": "building materials", "machinery": "machinery",
    "light": "light industry", "textile": "textile", "tobacco": "tobacco", "commerce": "commerce", "industry_trade": "industry and trade",
    "dust_explosion": "explosive dust", "ammonia_refrigeration": "ammonia refrigeration", "hazchem": "hazardous chemicals", "gas_station": "gas stations",
    "laboratory": "laboratories", "construction": "construction", "transport": "road transport", "logistics": "warehouses and logistics",
    "catering": "catering", "hotel": "hotels", "entertainment": "entertainment", "crowded_place": "crowded places", "education": "schools",
    "medical": "medical", "elderly_care": "elderly care", "property": "property management", "special_equipment": "special equipment",
    "tourism": "tourism", "energy_storage": "energy storage", "alcohol_fuel": "alcohol fuel", "idle_site": "idle sites",
    "nine_small": "nine small places", "government_unit": "sections and communities",
}  # fmt: skip
_INDUSTRIES = {name: (zh, _INDUSTRIES_EN[name]) for name, zh in INDUSTRIES.items()}
_LEVEL = {"general": ("一般", "General"), "major": ("重大", "Major")}
LISTING_LEVEL = {
    "section": ("科室挂牌", "Section"), "committee": ("街道安委会挂牌", "Subdistrict committee"), "district": ("区级挂牌", "District"),
    "city": ("市级挂牌", "City"), "province": ("省级挂牌", "Province"),
}  # fmt: skip

VALUES: dict[str, dict[str, tuple[str, str]]] = {
    "about": {"note": ("备注", "Note"), "no_photo": ("无照片原因", "Why no photo"), "listing": ("挂牌", "Listing"), "delisting": ("摘牌", "Delisting")},
    "answer": {"accepted": ("已接收", "Accepted"), "returned": ("退回", "Sent back")},
    "cause": {
        "equipment": ("设施设备故障", "Equipment failure"), "illegal_act": ("非法违规行为", "Illegal act"), "management": ("安全管理缺陷", "Management defect"),
    },
    "document": {
        "record": ("现场检查记录", "Record of inspection"), "order": ("责令限期整改指令书", "Order to rectify"), "reinspection": ("整改复查意见书", "Opinion on re-inspection"),
        "notice": ("挂牌督办通知书", "Listing notice"), "extension": ("延期审批决定书", "Decision on an extension"), "acceptance": ("验收意见", "Acceptance opinion"),
        "delisting": ("摘牌通知书", "Delisting notice"),
    },
    "grade": {"A": ("A级", "A"), "B": ("B级", "B"), "C": ("C级", "C"), "D": ("D级", "D")},
    "grounds": {
        "multi_department": ("涉及多部门", "several departments"), "regional": ("区域性问题", "regional"), "complex_cause": ("原因复杂", "complex cause"),
        "hard_to_fix": ("整改难度大", "hard to rectify"),
    },
    "industries": _INDUSTRIES, "sectors": _INDUSTRIES,
    "kind": {**KINDS, "community": ("社区", "Community"), "section": ("科室", "Section"), "station": ("派驻机构", "Station")},
    "level": {**_LEVEL, **LISTING_LEVEL}, "level_proposed": _LEVEL, "from": _LEVEL,
    "means": {
        "power": ("停止供电", "power cut"), "explosives": ("停止供应民用爆炸物品", "explosives stopped"),
        "direct": ("直接送达", "in person"), "left": ("留置送达", "left with a witness"), "post": ("邮寄送达", "by post"), "electronic": ("电子送达", "electronically"),
    },
    "measure": {
        "evacuate": ("撤出人员", "Evacuate"), "suspend": ("暂时停产停业", "Suspend production"), "stop_equipment": ("停止使用设备", "Stop equipment"),
    },
    "measure_state": {
        "ordered": ("已下达", "Ordered"), "enforced": ("已强制执行", "Enforced"), "resume_requested": ("已申请恢复", "Resumption asked for"),
        "resumed": ("已恢复", "Resumed"),
    },
    "listing_state": {
        "proposed": ("提请中", "Proposed"), "listed": ("挂牌督办中", "Listed"), "delist_requested": ("待验收摘牌", "Delisting asked for"),
        "delisted": ("已摘牌", "Delisted"), "rejected": ("未挂牌", "Not listed"), "withdrawn": ("已撤回", "Withdrawn"),
    },
    "moment": {"start": ("开始", "Start"), "end": ("结束", "End")},
    "origin": {
        "plan": ("计划", "Plan"), "draw": ("随机抽查", "Draw"), "report": ("举报", "Report"), "alert": ("事故警示", "Accident alert"), "above": ("上级部署", "From above"),
    },
    "phase": {
        "before": ("整改前", "Before"), "after": ("整改后", "After"), "verify": ("现场核查", "Verification"), "reopen": ("重新整改依据", "Reopening"),
    },
    "pick": {"first": ("保留先收到的", "keep the first"), "second": ("采用后收到的", "take the second")},
    "result": {"pass": ("整改属实", "Passed"), "fail": ("未整改到位", "Failed")},
    "risk_class": {"high": ("高危", "High-risk"), "key": ("重点", "Key"), "general": ("一般", "General"), "small": ("九小场所", "Nine small places")},
    "role": {
        "inspector": ("检查人员", "Inspector"), "community_worker": ("社区网格员", "Community worker"), "section_head": ("科室负责人", "Section head"),
        "office": ("安委办", "Committee office"), "committee": ("安委会", "Committee"), "leader": ("党政负责人", "Leader"), "expert": ("专家", "Expert"),
        "auditor": ("督查人员", "Auditor"), "admin": ("系统管理员", "Administrator"), "ent_officer": ("企业安全管理员", "Safety officer"),
        "ent_deputy": ("企业分管负责人（安全总监）", "Deputy or safety director"), "ent_principal": ("企业主要负责人", "Principal"),
        "unit": ("被检查单位", "Inspected unit"), "principal": ("主要负责人", "Principal"), "safety_director": ("安全总监", "Safety director"),
        "deputy": ("分管负责人（安全总监）", "Deputy or safety director"),
    },
    "shape": {
        "arrow": ("箭头", "arrow"), "line": ("线", "line"), "box": ("方框", "box"), "circle": ("圆圈", "circle"), "text": ("文字", "text"),
        "blur": ("模糊", "blurred"),
    },
    "site_kind": {"plant": ("废旧厂房", "Disused plant"), "land": ("闲置土地", "Idle land"), "stalled": ("停工项目", "Stalled project")},
    "sort": {"determination": ("重大隐患判定标准", "Criterion of a major hazard"), "key_check": ("重点检查事项", "Key check item")},
    "source_class": {"self": ("企业自查", "Found by the enterprise"), "gov": ("政府检查", "Found by the government")},
    "source_kind": {
        "section": ("科室检查", "Section"), "community": ("社区巡查", "Community"), "spot": ("抽查检查", "Spot check"), "surprise": ("突击检查", "Surprise check"),
        "covert": ("暗访", "Covert check"), "random": ("双随机抽查", "Random draw"), "joint": ("联合检查", "Joint inspection"),
        "cross_region": ("异地交叉执法", "Cross-region check"), "supervision": ("综合督查", "Supervision"), "audit_style": ("审计式检查", "Audit-style inspection"),
        "report": ("举报核实", "Verified report"), "handed_over": ("上级交办", "Handed over from above"),
        "self_inspection": ("企业自查", "Self-inspection"), "principal_led": ("主要负责人带队检查", "Principal-led inspection"), "diagnosis": ("第三方诊断", "Diagnosis"),
    },
    "step": {
        "urge": ("督促函", "Urging letter"), "interview": ("约谈", "Interview"), "expose": ("公开曝光", "Public exposure"), "suspend": ("停产停业", "Suspension"),
        "transfer": ("移送", "Transfer"),
    },
    "target": {"all": ("全部企业", "All enterprises"), "high_risk": ("高危企业", "High-risk"), "industries": ("按行业", "By industry"), "tags": ("按标签", "By tag")},
    "theme": {"open": ("明查", "Open"), "covert": ("暗访", "Covert")},
    "value": {"conform": ("符合", "Conform"), "not_conform": ("不符合", "Not conform"), "na": ("不适用", "N/A")},
}  # fmt: skip


def has_word(field: str, value: str) -> bool:
    """Whether a value is one of the field's codes."""
    return value in VALUES.get(field, {})


def value_word(field: str, value: str, language: str) -> str:
    """A value of a field; free text and what has no word is shown as it is."""
    said = VALUES.get(field, {}).get(value)
    return said[1 if language == "en" else 0] if said else value
