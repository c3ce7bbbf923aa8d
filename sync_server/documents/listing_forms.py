"""挂牌督办通知书, 验收意见 and 摘牌通知书 from a listing and its hazard (2.5 "Real forms"; R92, R117, R118). The wording is our own."""

from __future__ import annotations

from shared.kinds.document import FORMS
from shared.kinds.settings import setting
from shared.papers.model import Block, Document, Facts, Heading, Paragraph, Signature, Signatures, Small
from shared.papers.saying import DRAFT, Papers, date_zh, day_zh, moment_zh, receipt, seal
from shared.rules import Record

LEVELS = {"section": "街道科室", "committee": "街道安委会", "district": "区级", "city": "市级", "province": "省级"}
GROUNDS = {"multi_department": "涉及多个部门", "regional": "区域性", "complex_cause": "成因复杂", "hard_to_fix": "整改难度大"}
DAY = 86_400_000


def _unit(listing: Record, papers: Papers) -> str:
    """Who lists: the committee, the office for its section, or the authority above as recorded."""
    return {"committee": papers.committee, "section": papers.office}.get(listing["level"], str(listing["supervising_unit"]))


def _hazard_rows(listing: Record, hazard: Record) -> tuple[tuple[tuple[str, str], ...], ...]:
    return (
        (("隐患编号", hazard["ledger_no"] or ""), ("督办级别", LEVELS[listing["level"]])),
        (("督办单位", listing["supervising_unit"] or ""), ("督办人", listing["supervisor"] or "")),
        (("责任单位", listing["responsible_unit"] or ""),),
        (("隐患情况", listing["problem"] or hazard["description"]),),
    )


def notice(listing: Record, hazard: Record, papers: Papers, served: Record | None) -> Document:
    """What is listed, who supervises, until when, what the enterprise owes meanwhile; two copies."""
    title, at = FORMS["notice"].title, int(listing["listed_at"])
    grounds = f"（{'、'.join(GROUNDS[ground] for ground in listing['grounds'])}）" if listing["grounds"] else ""
    demands = _demands(listing, papers.ledger)
    published = (
        f"本次挂牌督办已于{date_zh(listing['published_on'])}在{listing['medium']}公布。" if listing["published_on"] and listing["medium"] else ""
    )
    blocks: tuple[Block, ...] = (
        Paragraph(f"{listing['responsible_unit']}：", indent=False),
        Paragraph(f"你单位存在的下列重大事故隐患{grounds}，经研究决定实行挂牌督办。"),
        Facts(
            (
                *_hazard_rows(listing, hazard),
                (("督办期限", day_zh(listing["deadline"])), ("方案报送", date_zh(listing["plan_due"]) or "按隐患确认时的期限")),
            )
        ),
        Heading("督办要求"),
        *(Paragraph(f"{number}．{text}") for number, text in enumerate(demands, 1)),
        *((Paragraph(published),) if published else ()),
        seal(_unit(listing, papers), at),
        Facts(_served_rows(listing, served, papers)),
        Small("本通知书一式两份，责任单位、督办单位各执一份。"),
    )
    return Document(title, "", blocks, f"{title}-{listing['enterprise_name']}-{day_zh(at)}", at, DRAFT)


def _demands(listing: Record, ledger: Record) -> list[str]:
    short = listing["deadline"] - listing["listed_at"] < setting(ledger, "extension_short_span") * DAY
    before = f"{setting(ledger, 'extension_short_days')}日" if short else f"{setting(ledger, 'extension_working_days')}个工作日"
    return [
        *[line for line in str(listing["requirements"]).split("\n") if line.strip()],
        "按照责任、措施、资金、期限、预案“五落实”的要求制定治理方案，经主要负责人批准后报送督办单位备案。",
        f"每{listing['progress_days']}日向督办单位报告一次治理进展；情况有重大变化的，随时报告。",
        "治理期间落实防范措施，不能保证安全的，撤出人员、停产停业或者停止使用。",
        f"期限届满前完成治理并申请验收；确需延期的，至迟在期限届满前{before}书面申请，未经批准不得延期。",
        "逾期未完成治理的，依次采取督促、约谈、公开曝光等措施，并提请有关部门依法处理。",
    ]


def _served_rows(listing: Record, served: Record | None, papers: Papers) -> tuple[tuple[tuple[str, str], ...], ...]:
    """As recorded with the document, or with the listing itself."""
    if served is None and listing["served_at"] and listing["received_by"]:
        return ((("送达时间", moment_zh(listing["served_at"])), ("签收人", listing["received_by"])),)
    return receipt(served, papers)


def acceptance(listing: Record, hazard: Record, accepted: Record, papers: Papers) -> Document:
    """Passed or failed, by whom, on which day; three copies."""
    title, at, passed = FORMS["acceptance"].title, int(accepted["on_site_at"]), accepted["passed"]
    verdict = (
        "验收合格。同意摘牌，并按规定办理隐患销号。"
        if passed
        else f"验收不合格。继续挂牌督办，责任单位应当针对验收意见继续治理，督办期限为{day_zh(listing['deadline'])}。"
    )
    asked = listing.get("delisting") or {}
    work = hazard.get("rectification") or {}
    drawn = papers.signature(accepted.get("signature"))
    blocks: tuple[Block, ...] = (
        Facts(
            (
                *_hazard_rows(listing, hazard),
                (("督办文号", listing["number"] or ""), ("督办期限", day_zh(listing["deadline"]))),
                *(((("申请验收", f"{day_zh(asked['asked_at'])}，{papers.name_of(asked['asked_by'])}：{asked['text']}"),),) if asked else ()),
                *(((("治理情况", work["text"]),),) if work and passed else ()),
                (("验收时间", moment_zh(at)),),
                (("验收人员", "、".join(accepted["team"])), ("专家", accepted.get("expert") or "无")),
            )
        ),
        Heading("验收意见"),
        Paragraph(accepted["opinion"]),
        Heading("验收结论"),
        Paragraph(verdict, bold=True),
        Signatures(
            (
                Signature(
                    "验收负责人（签名）：",
                    accepted["signer"],
                    drawn,
                    "" if drawn else f"{day_zh(accepted['at'])}在台账中登记，账号：{papers.account(accepted['by'])}",
                ),
                Signature("责任单位（签名）："),
            )
        ),
        seal(_unit(listing, papers), int(accepted["at"])),
        Small("本意见一式三份，责任单位、督办单位、街道安委会办公室各执一份。"),
    )
    return Document(title, "", blocks, f"{title}-{listing['enterprise_name']}-{'合格' if passed else '不合格'}-{day_zh(at)}", at, DRAFT)


def delisting(listing: Record, hazard: Record, papers: Papers, served: Record | None) -> Document:
    """That the listing is lifted, on which acceptance, published where."""
    title, accepted = FORMS["delisting"].title, listing["acceptances"][-1]
    at = int(accepted["at"])
    stated = listing.get("delisting_published") or {"on": accepted.get("published_on"), "medium": accepted.get("medium")}
    published = (
        f"摘牌情况已于{date_zh(stated['on'])}在{stated['medium']}公布。"
        if stated["on"] and stated["medium"]
        else f"摘牌情况将自作出决定之日起五个工作日内在{listing['medium'] or '原公布媒介'}公布。"
    )
    blocks: tuple[Block, ...] = (
        Paragraph(f"{listing['responsible_unit']}：", indent=False),
        Paragraph(f"你单位被挂牌督办（{listing['number']}）的重大事故隐患，经{day_zh(accepted['on_site_at'])}现场验收合格，决定予以摘牌。"),
        Facts((*_hazard_rows(listing, hazard), (("挂牌时间", day_zh(listing["listed_at"])), ("摘牌时间", day_zh(at))))),
        Paragraph(published),
        Paragraph("你单位应当举一反三，落实长效措施，防止同类隐患再次出现。"),
        *((Paragraph(f"长效措施：{work['lasting_measure']}"),) if (work := hazard.get("rectification") or {}).get("lasting_measure") else ()),
        seal(_unit(listing, papers), at),
        Facts(receipt(served, papers)),
        Small("本通知书一式两份，责任单位、督办单位各执一份。"),
    )
    return Document(title, "", blocks, f"{title}-{listing['enterprise_name']}-{day_zh(at)}", at, DRAFT)
