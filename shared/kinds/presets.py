"""What the office writes again and again: ready-made reasons, a list for each step that asks for one. Shipped, and replaced list by list."""

from __future__ import annotations

from shared.errors import MALFORMED
from shared.fields import listing, text
from shared.rules import Case, Family, Kind, Read, Record, refuse_if

# list -> what it offers until the office sets its own. The first of each is what is needed most.
DEFAULTS: dict[str, tuple[str, ...]] = {
    "finding_place": ("一层东侧", "车间内", "仓库", "配电室", "厨房", "宿舍楼", "楼梯间", "院内"),  # T1
    "finding_fix": (  # R37
        "已现场清理，通道恢复畅通", "已现场开锁，出口可以正常开启", "已断电并拆除", "已撤离人员并停止作业", "已更换合格器材",
        "已移至安全地点存放",
    ),
    "verify_pass": ("经现场核查，整改属实", "隐患已消除，现场恢复正常", "已按要求整改，措施有效"),  # T16
    "return": (  # T3
        "照片不清晰，看不出问题，请重新拍摄", "部位描述不具体，请写明车间、楼层、设备名称", "隐患描述与照片不符，请核对", "请补充整改前照片",
        "一条记录包含多个问题，请分条上报", "企业选择有误，请核对企业名称", "依据条款有误，请核对",
    ),
    "void": ("经核实不构成隐患", "重复上报", "误操作产生", "不属于本街道辖区", "测试数据"),  # T5
    "merge": ("同一企业同一部位的同一问题，重复上报", "两人同时检查时分别上报的同一问题"),
    "plan_return": (  # T10
        "整改措施不具体，请写明做法、数量和完成标准", "资金未落实，请写明金额和来源", "责任人不明确，请落实到具体人员",
        "整改期限过长，请说明理由或缩短",
        "缺少应急预案或临时管控措施", "措施不能消除隐患根本原因，请重新制定",
    ),
    "extension_grant": ("延期理由成立，临时管控措施到位，同意延期", "设备采购周期较长，情况属实，同意延期"),  # T13
    "extension_refuse": (
        "理由不充分，请在原期限内完成整改", "临时管控措施不落实，不具备延期条件", "原期限内具备整改条件，不同意延期",
        "已延期，不再同意",
    ),
    "verify_fail": ("隐患未整改", "部分整改，尚未消除", "整改后仍不符合标准要求", "现场与上报的整改情况不符", "整改措施未持续，隐患重新出现"),  # T17
    "close": ("经现场核查，隐患已消除，同意销号",),  # T16
    "reopen": ("复查发现隐患未真正消除，销号不实", "整改后设施被拆除或停用", "照片与现场不符，虚假整改"),  # T18
    "hand_over": ("不属于本部门职责，移送主管部门处理", "需要行政处罚，移送执法部门", "涉及多部门，移送牵头部门"),  # T19
    "change_level": ("经复核，达到重大事故隐患判定标准", "经复核，未达到重大事故隐患判定标准"),  # T20
    "listing_propose": ("涉及多部门，需要协调推进", "整改难度大，需要督办", "逾期未整改，提请挂牌督办", "危险程度高，可能造成群死群伤"),  # L1
    "listing_reject": ("已整改，不再挂牌", "整改周期短，由科室跟踪督促即可", "不符合挂牌条件"),  # L1
    "delist_fail": ("隐患未全部消除", "验收资料不齐全", "专家意见未落实"),  # L6
    "measure_keep": ("危险因素尚未消除，继续停产停业", "未提交整改证明材料"),  # M2
    "inspection_return": ("检查表填写不完整，请补充", "签名不清晰或缺少签名，请补签", "检查时间或地点有误，请核对", "照片与检查项不符"),
    "inspection_void": ("重复检查记录", "误操作产生", "企业已停业，检查未实际进行"),
    "settle_first": ("以先收到的为准，内容更准确", "后收到的内容与现场不符"),
    "settle_second": ("以后收到的为准，为现场最新情况", "先收到的内容有误"),
    "adopt": ("情况属实，予以采纳", "岗位变动前已完成的工作，予以采纳", "网络延迟造成，予以采纳"),
}  # fmt: skip


def presets_id(name: str) -> str:
    """The record that holds a list of the office's own."""
    return f"presets/{name}"


def presets(read: Read, name: str) -> list[str]:
    """The texts of one list, the office's or the shipped ones. Raises KeyError for a list that does not exist."""
    shipped = DEFAULTS[name]
    record = read(presets_id(name))
    return list(record["texts"]) if record is not None else list(shipped)


def _judge_set(case: Case) -> None:
    name = case.op.subject.removeprefix("presets/")
    refuse_if(case.op.subject != presets_id(name) or name not in DEFAULTS, MALFORMED, "subject")
    refuse_if(len(set(case.body["texts"])) != len(case.body["texts"]), MALFORMED, "texts")
    if case.subject is not None:
        case.require_unchanged({"texts": case.body["texts"]})


def _fold_set(case: Case) -> None:
    case.put(case.subject or case.create("presets", {}), "texts", case.body["texts"])


def _government(record: Record) -> set[str]:
    return {"gov"}


PRESETS = Family(
    "presets",
    (Kind("presets.set", "administer", {"texts": listing(text(200), 30)}, _fold_set, _judge_set, decision=True),),
    _government,
)
