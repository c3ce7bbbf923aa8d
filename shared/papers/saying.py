"""What several documents say in the same way: days, people, units, photos, lines to sign on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from shared.papers.model import Document, Photos, Picture, Seal, Signature, Small
from shared.rules import Record

DRAFT = "草稿 未编号"
SHANGHAI = timezone(timedelta(hours=8))
LEVELS = {"general": "一般事故隐患", "major": "重大事故隐患"}
CAUSES = {"equipment": "设施设备故障", "illegal_act": "非法违规行为", "management": "安全管理缺陷"}
PHASES = {"before": "整改前", "after": "整改后", "verify": "现场核查", "reopen": "重新发现"}


@dataclass(frozen=True, slots=True)
class Papers:
    """What a document draws on beside its own record. `picture` gives a photo's JPEG, scaled down, and why there is none.

    `basis` is what a hazard is judged by, in words; `account` the name by which a person logs in; `word` says a kind of inspection in Chinese.
    """

    ledger: Record
    name_of: Callable[[str], str]
    picture: Callable[[Record], tuple[bytes | None, str]]
    signature: Callable[[str | None], bytes | None]
    basis: Callable[[Record], str]
    account: Callable[[str], str]
    word: Callable[[str], str]

    @property
    def office(self) -> str:
        """The subdistrict office with district and city."""
        return f"{self.ledger['city']}{self.ledger['district']}{self.short}"

    @property
    def short(self) -> str:
        """The subdistrict office."""
        name = str(self.ledger["name"])
        return name if name.endswith(("办事处", "政府", "委员会")) else f"{name}办事处"

    @property
    def committee(self) -> str:
        """Its work safety committee."""
        return f"{self.ledger['city']}{self.ledger['district']}{self.ledger['name']}安全生产委员会"


def day_zh(at: int) -> str:
    """2023年6月1日, in Shanghai."""
    local = datetime.fromtimestamp(at / 1000, SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"


def moment_zh(at: int) -> str:
    """2023年6月1日9时05分, in Shanghai."""
    local = datetime.fromtimestamp(at / 1000, SHANGHAI)
    return f"{day_zh(at)}{local.hour}时{local.minute:02d}分"


def date_zh(day: str | None) -> str:
    """A day YYYY-MM-DD."""
    return "{}年{}月{}日".format(*(int(part) for part in day.split("-"))) if day else ""


def yuan(fen: int) -> str:
    """Money, kept in fen."""
    return f"{fen / 100:,.2f}元"


def numbered(document: Document, number: str, sha256: str) -> Document:
    """The document as it was issued: with its number, without 草稿. `sha256` of the frozen PDF; "" while that is being made."""
    kept = (Small(f"本件与台账留存的PDF文件不一致的，以该PDF文件为准（SHA-256：{sha256}）。"),) if sha256 else ()
    return replace(document, number=number, draft="", name=f"{document.name}（{number}）", blocks=document.blocks + kept)


def people(ids: Iterable[str], papers: Papers) -> str:
    """Names, one after the other."""
    return "、".join(papers.name_of(id) for id in ids)


def pictures(photos: Iterable[Record], papers: Papers, about: Callable[[Record], str]) -> tuple[Photos, ...]:
    """The photos with what they show, when they were taken and by whom; nothing where there are none."""
    found = []
    for number, photo in enumerate(sorted(photos, key=lambda photo: int(photo["taken_at"])), 1):
        jpeg, missing = papers.picture(photo)
        caption = f"照片{number}：{about(photo)}。{moment_zh(photo['taken_at'])}，{papers.name_of(photo['by'])}拍摄"
        found.append(Picture(caption, jpeg, missing))
    return (Photos(tuple(found)),) if found else ()


def signed(label: str, signature: Record | None, account: str, papers: Papers) -> Signature:
    """A line to sign on. A drawn signature is shown with its time; of a typed name it is said that it was typed, when, and in which account."""
    if signature is None:
        return Signature(label)
    png, when = papers.signature(signature.get("sha256")), moment_zh(signature["signed_at"])
    name = str(signature.get("name") or papers.name_of(account))
    if png is not None:
        return Signature(label, name, png, f"{name}，{when}")
    typed = f"账号：{papers.account(account)}" if account else "在检查人员的手机上"
    return Signature(label, name, None, f"键入姓名，{when}，{typed}")


def of_hazard(photo: Record) -> str:
    """What a hazard's photo shows."""
    return PHASES.get(photo.get("phase") or "before", "现场")


def receipt(served: Record | None, papers: Papers) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The frame at the foot of a document: who served it on whom; empty fields to be filled in by hand until then."""
    if served is None:
        return (("送达人", ""), ("送达时间", "　　年　月　日　时　分")), (("签收人", ""), ("拒收情况", ""))
    received = " ".join(filter(None, (served["received_by"], served.get("received_post")))) or "（拒收）"
    refused = f"{served['refusal']}（见证人：{served['witness']}）" if served["refusal"] else "无"
    return (("送达人", served["served_by"]), ("送达时间", moment_zh(served["served_at"]))), (("签收人", received), ("拒收情况", refused))


def seal(unit: str, at: int) -> Seal:
    """Who issues it and on which day."""
    return Seal(unit, day_zh(at))
