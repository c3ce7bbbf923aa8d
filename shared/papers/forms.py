"""现场检查记录, 责令限期整改指令书, 整改复查意见书, 整改延期审批决定书 and 送达回证 from their records.

R132; AQF 65, 67, 68; SDT 42, 47. The wording is our own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from shared.checklist import NOT_APPLICABLE, fails, parts_of
from shared.kinds.document import FORMS, ordered_until
from shared.kinds.evidence import pictures_of
from shared.kinds.inspection import ENTERPRISE_KINDS, INSPECTION_KINDS
from shared.papers.model import Block, Document, Facts, Heading, Paragraph, Signature, Signatures, Small, Table
from shared.papers.saying import (
    DRAFT,
    LEVELS,
    Papers,
    day_zh,
    moment_zh,
    of_hazard,
    people,
    pictures,
    receipt,
    seal,
    signed,
    yuan,
)  # fmt: skip
from shared.rules import Record

PATROL = "community_patrol"
RIGHTS = "对本指令不服的，可以自收到之日起六十日内申请行政复议，或者六个月内提起行政诉讼；期间不停止执行，法律另有规定的除外。"


# -- 现场检查记录 ------------------------------------------------------------------------------------------------------------------------------


def inspection_record(inspection: Record, template: Record, hazards: Sequence[Record], enterprise: Record, papers: Papers) -> Document:
    """Time, place, content, problems, handling; signed by the inspectors and the unit's person in charge, or the refusal (R132)."""
    own = inspection["inspection_kind"] in ENTERPRISE_KINDS
    title = "企业自查记录" if own else "社区巡查记录" if inspection["inspection_kind"] == PATROL else FORMS["record"].title
    at = inspection["moments"]["start"]["at"]
    blocks: tuple[Block, ...] = (
        Facts(_visit(inspection, template, enterprise, papers)),
        *(() if own else (Paragraph(_introduction(inspection, papers)),)),
        Heading("一、检查情况"),
        Paragraph(_counted(inspection, template)),
        Heading("二、发现的问题"),
        *_problems(inspection, template, hazards, papers),
        Heading("三、处理意见"),
        *_handling(inspection, hazards),
        Heading("四、检查表"),
        _checklist(inspection, template),
        *_inspection_photos(inspection, template, hazards, papers),
        Heading("签名"),
        Signatures(_signers(inspection, papers)),
        *_not_signed(inspection),
        Small(_copies(inspection, own=own)),
    )
    return Document(title, "", blocks, f"{title}-{enterprise['name']}-{day_zh(at)}", at, DRAFT)


def _visit(inspection: Record, template: Record, enterprise: Record, papers: Papers) -> tuple[tuple[tuple[str, str], ...], ...]:
    moments, kind = inspection["moments"], papers.word(inspection["inspection_kind"])
    ended = f"至{moment_zh(moments['end']['at'])}" if moments["end"] else "起"
    companion = inspection["companion"] or {}
    accompanied = " ".join(filter(None, (companion.get("name"), companion.get("post"), companion.get("phone"))))
    return (
        (("被检查单位", enterprise["name"]),),
        (("信用代码", enterprise["credit_code"] or ""), ("主要负责人", enterprise["principal"] or "")),
        (("地址", enterprise["address"]),),
        (("检查时间", f"{moment_zh(moments['start']['at'])}{ended}"),),
        (("检查地点", _place(moments["start"], enterprise)),),
        (("检查类型", kind), ("陪同人员", accompanied)),
        (("检查表", "、".join(f"{part['title']['zh']}（第{part['version']}版）" for part in parts_of(template))),)
        + (("检查目的", "、".join(inspection["purposes"])),),
    )


def _place(moment: Record, enterprise: Record) -> str:
    found = moment["position"]
    where = f"定位：北纬{found['lat']:.5f}°，东经{found['lon']:.5f}°" if found else f"未定位：{moment['reason']}" if moment["reason"] else "未定位"
    return f"{enterprise['address']}（{where}）"


def _introduction(inspection: Record, papers: Papers) -> str:
    starred = INSPECTION_KINDS[inspection["inspection_kind"]][1]
    if inspection["inspection_kind"] == PATROL:
        return f"我们是{papers.office}所属社区的工作人员。本次为社区巡查，不行使行政执法权，只作查看、劝导，并把发现的问题报告主管科室。"
    shown = "检查人员已出示执法证件。" if starred else ""
    members = "、".join(
        papers.name_of(id) + (f"（证号：{member['card_no']}）" if member["card_no"] else "") for id, member in inspection["team"].items()
    )
    return (
        f"我们是{papers.office}的检查人员{members}，现依法对你单位进行安全生产检查，请予以配合。{shown}"
        "检查人员与你单位有利害关系的，你单位有权申请回避；对检查认定的情况，你单位有权陈述和申辩。"
    )


def _counted(inspection: Record, template: Record) -> str:
    counted = Counter(_verdict(item, inspection["answers"].get(item["id"])) for item in template["items"])
    said = "，".join(f"{name}{count}项" for name, count in counted.items())
    titles = "".join(f"《{part['title']['zh']}》" for part in parts_of(template))
    return f"按照{titles}检查{len(template['items'])}项：{said}。"


def _verdict(item: Record, value: Any) -> str:
    if value is None:
        return "未答"
    if value == NOT_APPLICABLE:
        return "不适用"
    if fails(item, value):
        return "不符合"
    return "符合" if item["answer"] == "conform" or "fail_if" in item or "choices" in item else "已记录"


def answer_zh(item: Record, value: Any) -> str:
    """An answer as a record has it."""
    if value is None or value == NOT_APPLICABLE or item["answer"] == "conform":
        return _verdict(item, value)
    said = item["choices"][value]["zh"] if item["answer"] == "choice" else str(value)
    return f"{said}（不符合）" if fails(item, value) else said


def _problems(inspection: Record, template: Record, hazards: Sequence[Record], papers: Papers) -> tuple[Block, ...]:
    """What was found, as hazards; and the items that failed without one."""
    named = {hazard["template_item"] for hazard in hazards}
    bare = [i for i in template["items"] if fails(i, inspection["answers"].get(i["id"])) and i["id"] not in named]
    if not hazards and not bare:
        return (Paragraph("按检查表检查，未发现安全问题。"),)
    rows = [
        (str(n), f"{hazard['description']}（{hazard['place_text']}）", papers.basis(hazard), LEVELS[hazard["level"] or hazard["level_proposed"]])
        for n, hazard in enumerate(hazards, 1)
    ]
    rows += [(str(n), f"{item['id']} {item['text']['zh']}：不符合", item["basis"], "—") for n, item in enumerate(bare, len(rows) + 1)]
    return (Table(("序号", "问题和部位", "依据", "级别"), (3, 15, 8, 5), tuple(rows)),)


def _handling(inspection: Record, hazards: Sequence[Record]) -> tuple[Block, ...]:
    lines = [line for line in (inspection["conclusion"], inspection["order_text"]) if line]
    for number, hazard in enumerate(hazards, 1):
        lines.append(f"问题{number}：{_handled(hazard)}")
    return tuple(Paragraph(line) for line in lines or ["无。"])


def _handled(hazard: Record) -> str:
    numbered = f"（隐患编号{hazard['ledger_no']}）" if hazard["ledger_no"] else ""
    if hazard["state"] == "void":
        return f"经审核不按隐患处理{numbered}。"
    if hazard["immediate"]:
        return f"当场整改：{hazard['fix_text'] or '已整改'}{numbered}。"
    served = ordered_until(hazard)
    if served is not None and not hazard["deadline"]:
        return f"当场送达《{FORMS['order'].title}》，责令于{day_zh(served)}前整改完毕{numbered}。"
    if hazard["deadline"]:
        return f"责令于{day_zh(hazard['deadline'])}前整改完毕{numbered}。"
    return f"已登记隐患台账，待审核后下达整改期限{numbered}。"


def _checklist(inspection: Record, template: Record) -> Table:
    notes = inspection["notes"]
    rows = []
    for item in template["items"]:
        bare = notes.get(f"no_photo:{item['id']}")
        said = [notes.get(f"note:{item['id']}"), bare and f"无照片：{bare}"]
        value = inspection["answers"].get(item["id"])
        rows.append((item["id"], item["text"]["zh"], answer_zh(item, value), "；".join(filter(None, said))))
    return Table(("编号", "检查内容", "结果", "说明"), (4, 15, 4, 8), tuple(rows))


def _inspection_photos(inspection: Record, template: Record, hazards: Sequence[Record], papers: Papers) -> tuple[Block, ...]:
    """Those of the checklist and those of what was found, each once."""
    texts = {item["id"]: item["text"]["zh"] for item in template["items"]}
    shown = {photo["sha256"]: {**photo, "shows": f"{photo['item']} {texts.get(photo['item'], '')}" if photo["item"] else "现场"}
             for photo in pictures_of(inspection).values()}  # fmt: skip
    for hazard in hazards:
        for photo in pictures_of(hazard).values():
            if photo["phase"] == "before" or (photo["phase"] == "after" and hazard["immediate"]):
                shown.setdefault(photo["sha256"], {**photo, "shows": f"{hazard['description'][:40]}（{of_hazard(photo)}）"})
    return (Heading("五、现场照片"), *pictures(shown.values(), papers, lambda photo: str(photo["shows"]))) if shown else ()


def _signers(inspection: Record, papers: Papers) -> tuple[Signature, ...]:
    signatures = inspection["signatures"]
    team = [signed("检查人员（签名）：", signatures.get(member), member, papers) for member in inspection["team"]]
    unit = signatures.get("unit")
    if unit is not None and unit.get("post"):
        unit = {**unit, "name": f"{unit['name']} {unit['post']}"}
    refused = inspection["refusal"] or {}
    witness = {**refused, "name": refused["witness"]} if refused.get("sha256") and refused.get("signed_at") else None
    lines = (*team, signed("被检查单位（签名）：", unit, "", papers))
    return (*lines, signed("见证人（签名）：", witness, "", papers)) if witness else lines


def _not_signed(inspection: Record) -> tuple[Block, ...]:
    refused = inspection["refusal"]
    return (Paragraph(f"被检查单位拒绝签名。原因：{refused['reason']}。见证人：{refused['witness']}。"),) if refused else ()


def _copies(inspection: Record, *, own: bool) -> str:
    if own:
        return "本记录由企业存档，内容同步进入隐患台账。"
    given = {True: "副本已当场交被检查单位。", False: "副本尚未交被检查单位。", None: ""}[inspection["copy_given"]]
    return f"本记录一式两份，一份由检查单位存档，一份交被检查单位。{given}"


# -- 责令限期整改指令书 --------------------------------------------------------------------------------------------------------------------------


def order(inspection: Record | None, hazards: Sequence[Record], enterprise: Record, papers: Papers, at: int, served: Record | None) -> Document:
    """What is wrong, on which basis, until when; what follows if not; who signs, how it was served."""
    title = FORMS["order"].title
    found = _how_found(inspection, hazards)
    rows = tuple(
        (
            str(n),
            f"{h['description']}（部位：{h['place_text']}）",
            papers.basis(h),
            LEVELS[h["level"] or "general"],
            day_zh(h["deadline"]),
        )
        for n, h in enumerate(hazards, 1)
    )
    days = {day_zh(hazard["deadline"]) for hazard in hazards}
    until = f"于{days.pop()}前" if len(days) == 1 else "按上表所列期限"
    blocks: tuple[Block, ...] = (
        Paragraph(f"{enterprise['name']}：", indent=False),
        Paragraph(f"{found}你单位存在下列安全生产问题："),
        Table(("序号", "问题和部位", "判定标准或依据", "级别", "整改期限"), (3, 13, 8, 4, 6), rows),
        Paragraph(
            f"依据《中华人民共和国安全生产法》和《山东省安全生产条例》第四十七条的规定，责令你单位{until}完成整改，达到有关法律、法规和标准的要求。"
        ),
        *_demands(hazards),
        Paragraph(
            "逾期不整改或者整改达不到要求的，本街道将报告负有安全生产监督管理职责的部门依法处理；由此发生事故的，依法追究有关单位和人员的责任。"
        ),
        Paragraph(RIGHTS),
        Signatures((*_inspectors(inspection, papers), Signature("被检查单位（签名）："))),
        seal(papers.office, at),
        Facts(receipt(served, papers)),
        Small("本指令书一式两份，一份由签发单位存档，一份交被检查单位。"),
    )
    return Document(title, "", blocks, f"{title}-{enterprise['name']}-{day_zh(at)}", at, DRAFT)


def order_on_site(order: Record, inspection: Record | None, enterprise: Record, papers: Papers) -> Document:
    """An order that was served during an inspection, word for word as the paper said it; only its number was added by the ledger."""
    title, said, served = FORMS["order"].title, order["on_site"], order["served"]
    at = int(served["served_at"])
    rows = tuple(
        (str(n), f"{item['description']}（部位：{item['place_text']}）", item.get("basis") or "", LEVELS[item["level"]], day_zh(item["deadline"]))
        for n, item in enumerate(said["items"], 1)
    )
    received = " ".join(filter(None, (served["received_by"], served["received_post"])))
    witness = _drawn("见证人（签名）：", served["witness"], said["witness_signature"], at, papers)
    refused = Paragraph(f"当事人拒收。情况：{served['refusal']}。见证人：{served['witness']}。"), Signatures((witness,))
    blocks: tuple[Block, ...] = (
        Paragraph(f"{enterprise['name']}：", indent=False),
        Paragraph(f"{_how_found(inspection, [{'source_class': 'gov'}])}你单位存在下列安全生产问题："),
        Table(("序号", "问题和部位", "判定标准或依据", "级别", "整改期限"), (3, 13, 8, 4, 6), rows),
        *(Paragraph(line) for line in said["text"].split("\n")),
        Paragraph(RIGHTS),
        Signatures(
            (
                _drawn("检查人员（签名）：", served["served_by"], said["inspector_signature"], at, papers),
                _drawn("被检查单位（签名）：", received, said["signature"], at, papers),
            )
        ),
        *(refused if served["refusal"] else ()),
        seal(papers.office, at),
        Facts(receipt(served, papers)),
        Small("本指令书在检查现场当场送达，文号由台账编定。一式两份，一份由签发单位存档，一份交被检查单位。"),
    )
    return Document(title, order["number"], blocks, f"{title}-{enterprise['name']}-{day_zh(at)}", at)


def demanded(deadlines: Sequence[int], *, major: bool) -> str:
    """What an order served on site demands, as it is proposed: until when, how, and what follows if not."""
    days = sorted({day_zh(at) for at in deadlines})
    until = f"于{days[0]}前" if len(days) == 1 else "按上表所列期限"
    lines = [
        f"依据《中华人民共和国安全生产法》和《山东省安全生产条例》第四十七条的规定，责令你单位{until}完成整改，达到有关法律、法规和标准的要求。",
        *(["拟定为重大事故隐患的，按审核结论落实整改责任、措施、资金、期限和应急预案。"] if major else []),
        "整改期间应当采取防范措施，确保安全；无法保证安全的，撤出人员并停止使用相关设施、设备。整改完成后报告并附整改后照片，经核查属实方可销号。",
        "逾期不整改或者整改达不到要求的，本街道将报告负有安全生产监督管理职责的部门依法处理。",
    ]
    return "\n".join(lines)


def _drawn(label: str, name: str | None, sha256: str | None, at: int, papers: Papers) -> Signature:
    """A line that was signed with the finger on site."""
    return signed(label, {"name": name, "sha256": sha256, "signed_at": at} if name else None, "", papers)


def _how_found(inspection: Record | None, hazards: Sequence[Record]) -> str:
    """By whom and when: by the enterprise itself, on a patrol, in an inspection, or known otherwise."""
    if all(hazard["source_class"] == "self" for hazard in hazards):
        return f"你单位于{day_zh(min(hazard['found_at'] for hazard in hazards))}自查发现并报告隐患。经审核，"
    if inspection is None:
        return "经查，"
    who = "所属社区工作人员对你单位进行了巡查" if inspection["inspection_kind"] == PATROL else "检查人员对你单位进行了安全检查"
    return f"{day_zh(inspection['moments']['start']['at'])}，本街道{who}。经查，"


def _demands(hazards: Sequence[Record]) -> tuple[Block, ...]:
    lines = []
    if any(hazard["level"] == "major" for hazard in hazards):
        lines.append(
            "对重大事故隐患，你单位应当落实整改责任、措施、资金、期限和应急预案，制定整改方案，经主要负责人批准后报送；"
            "整改完成后，由主要负责人和安全总监（或者分管负责人）分别签字确认，再申请核查销号。"
        )
    report = "整改完成后，应当报告整改情况并附整改后照片，经检查人员现场核查属实方可销号。"
    if any(hazard.get("unsafe_now") for hazard in hazards):
        lines.append(f"整改前或者整改过程中无法保证安全的，应当从危险区域内撤出人员，暂时停产停业或者停止使用相关设施、设备。{report}")
    else:
        lines.append(f"整改期间应当采取防范措施，确保安全。{report}")
    return tuple(Paragraph(line) for line in lines)


def _inspectors(inspection: Record | None, papers: Papers) -> tuple[Signature, ...]:
    """Those who were there, with their card numbers; they sign the order by hand. An enterprise's people and a community's have no such power."""
    if inspection is None or inspection["inspection_kind"] in (*ENTERPRISE_KINDS, PATROL):
        return Signature("检查人员（签名）："), Signature("检查人员（签名）：")
    cards = [f"{papers.name_of(id)} {('证号：' + m['card_no']) if m['card_no'] else ''}".strip() for id, m in inspection["team"].items()]
    return tuple(Signature("检查人员（签名）：", note=card) for card in cards)


# -- 整改复查意见书 ------------------------------------------------------------------------------------------------------------------------------


def reinspection(hazard: Record, verification: Record, enterprise: Record, papers: Papers, served: Record | None) -> Document:
    """What was found on site: rectified, or what is not and until when it must be."""
    title, passed = FORMS["reinspection"].title, verification["result"] == "pass"
    at = int(verification["on_site_at"])
    work = verification.get("rectification") or (hazard.get("rectification") if passed else None) or {}
    ordered = [
        stated["number"] for stated in hazard.get("documents", {}).values() if stated["document"] == "order" and stated["state"] != "withdrawn"
    ]
    said = f"（{ordered[-1]}）" if ordered else ""
    opinion = (
        "经现场复查，该隐患已经整改，整改情况属实。"
        if passed
        else f"经现场复查，该隐患尚未完成整改，责令你单位于{day_zh(verification['new_deadline'])}前整改完毕，期间采取措施确保安全；"
        "再次逾期的，依法从严处理。"
    )
    money = f"；投入{yuan(work['money_fen'])}" if work.get("money_fen") else ""
    blocks: tuple[Block, ...] = (
        Paragraph(f"{enterprise['name']}：", indent=False),
        Paragraph(f"本街道责令你单位限期整改的下列隐患{said}，已于{moment_zh(at)}现场复查。复查情况和意见如下："),
        Facts(
            (
                (("隐患编号", hazard["ledger_no"] or ""), ("级别", LEVELS[hazard["level"] or "general"])),
                (("隐患情况", hazard["description"]),),
                (("部位", hazard["place_text"]),),
                (("企业报告", f"{day_zh(work['done_at'])}完成：{work['text']}{money}" if work else hazard["fix_text"] or "—"),),
                *_signed_off(hazard, passed, papers),
                (("复查人员", people(verification["team"], papers)),),
                (("复查情况", verification["text"]),),
            )
        ),
        Heading("复查意见"),
        Paragraph(opinion),
        *((Paragraph(f"该隐患已于{day_zh(hazard['closed_at'])}销号。"),) if passed and hazard.get("closed_at") else ()),
        *pictures(_compared(hazard, at), papers, of_hazard),
        Signatures((*(Signature("复查人员（签名）：", note=papers.name_of(id)) for id in verification["team"]), Signature("被复查单位（签名）："))),
        seal(papers.office, at),
        Facts(receipt(served, papers)),
        Small("本意见书一式两份，一份由签发单位存档，一份交被复查单位。"),
    )
    return Document(title, "", blocks, f"{title}-{enterprise['name']}-{hazard['ledger_no'] or ''}-{day_zh(at)}", at, DRAFT)


def _signed_off(hazard: Record, passed: bool, papers: Papers) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The two signatures of a major hazard (R40)."""
    posts = {"principal": "主要负责人", "deputy": "安全总监（分管负责人）"}
    given = hazard.get("signoff") or {}
    said = "；".join(f"{posts[role]}{papers.name_of(given[role]['by'])}，{moment_zh(given[role]['signed_at'])}" for role in posts if role in given)
    return ((("企业签字", said),),) if passed and said else ()


def _compared(hazard: Record, until: int) -> list[Record]:
    """The photos from before, and those of the work and of this verification: not those of a later one."""
    day = 86_400_000
    return [photo for photo in pictures_of(hazard).values() if photo and photo["at"] <= until + day and photo.get("phase") != "reopen"]


# -- 整改延期审批决定书 --------------------------------------------------------------------------------------------------------------------------


def extension(hazard: Record, decided: Record, enterprise: Record, papers: Papers, served: Record | None) -> Document:
    """What was asked for and what was decided (T12, T13, L5)."""
    title, at = FORMS["extension"].title, int(decided["decided_at"])
    granted = (
        f"经审查，同意你单位延期申请，整改期限延长至{day_zh(decided['new_date'])}。延长期间，应当落实申请中所列管控措施，按期报告进展，不得擅自恢复使用。"
        if decided["granted"]
        else f"经审查，不同意你单位延期申请，整改期限仍为{day_zh(decided['old_date'])}。请按原期限完成整改。"
    )
    unit = papers.committee if (hazard.get("listing") or {}).get("level") == "committee" else papers.office
    blocks: tuple[Block, ...] = (
        Paragraph(f"{enterprise['name']}：", indent=False),
        Paragraph(f"你单位于{day_zh(decided['asked_at'])}提出的隐患整改延期申请收悉。"),
        Facts(
            (
                (("隐患编号", hazard["ledger_no"] or ""), ("级别", LEVELS[hazard["level"] or "general"])),
                (("隐患情况", hazard["description"]),),
                (("原定期限", day_zh(decided["old_date"])), ("申请人", papers.name_of(decided["by"]))),
                (("延期理由", decided["reason"]),),
                (("整改进展", decided["progress"]),),
                (("管控措施", decided["interim_controls"]),),
            )
        ),
        Heading("审批决定"),
        Paragraph(granted),
        Paragraph(f"理由：{decided['decision']}"),
        Signatures((Signature("审批人（签名）：", note=f"{papers.name_of(decided['decided_by'])}，{moment_zh(at)}在台账中作出决定"),)),
        seal(unit, at),
        Facts(receipt(served, papers)),
        Small("本决定书一式两份，一份由签发单位存档，一份交申请单位。"),
    )
    return Document(title, "", blocks, f"{title}-{enterprise['name']}-{hazard['ledger_no'] or ''}-{day_zh(at)}", at, DRAFT)


# -- 送达回证 ----------------------------------------------------------------------------------------------------------------------------------


def service_receipt(document: Record, papers: Papers) -> Document:
    """That an issued document was served, on whom, how."""
    means = {"direct": "直接送达", "left": "留置送达", "post": "邮寄送达", "electronic": "电子送达"}
    served = document["served"] or {}
    at = int(served.get("served_at") or document["issued_at"])
    rows = (
        (("文书名称", FORMS[document["document"]].title),),
        (("文号", document["number"]),),
        (("受送达单位", document["enterprise_name"]),),
        (("送达方式", means.get(served.get("means", ""), "")), ("送达时间", moment_zh(served["served_at"]) if served else "")),
        (("送达人", served.get("served_by") or ""), ("签收人", served.get("received_by") or "")),
        (("拒收情况", served.get("refusal") or ""), ("见证人", served.get("witness") or "")),
        *(((("文件摘要", f"SHA-256：{document['sha256']}"),),) if document["sha256"] else ()),
    )
    blocks = (Facts(rows), Signatures((Signature("送达人（签名）："), Signature("签收人（签名）："))), seal(papers.office, at))
    return Document(
        "送达回证", document["number"], blocks, f"送达回证-{document['enterprise_name']}-{document['number']}", at, "" if served else "草稿"
    )
