"""Official documents that have been issued: numbered by the ledger, frozen as the bytes of a PDF, served (R132; 2.5 "Real forms"; W19).

A document is drawn from its record whenever somebody looks at it, and is a draft. Issuing it gives it the next number of its kind and year, such
as 青榆街道责改〔2023〕12号, and keeps the SHA-256 of the file: what was handed over can be fetched unchanged for ever. The record that it is about
carries {document, part, number, state} of each under `documents`. States: issued -> served; withdrawn ends either, for one with an error in it.

An order may also be written and served during an inspection (`document.order_on_site`): what the paper said is in the operation itself, so there
is no file; its number is the next one when the ledger receives it, and nobody knows it before that.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.calendar import day_of
from shared.errors import reason
from shared.fields import choice, digest, identifier, integer, listing, moment, optional, shape, text
from shared.kinds.evidence import blob_id, name_file
from shared.kinds.inspection import ENTERPRISE_KINDS, NOT_IN_TEAM
from shared.kinds.inspection import scopes as inspection_scopes
from shared.kinds.lifecycle import scopes as hazard_scopes
from shared.kinds.lifecycle import scopes_about, snapshot
from shared.kinds.listing import authority
from shared.operation import Operation
from shared.people import OFFICE, require_reach, roles_of
from shared.rules import UNKNOWN_RECORD, Case, Family, Kind, Record, Row, refuse_if


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of document: its title, the word of its numbers, and the kinds of record it can be about."""

    title: str
    word: str
    about: tuple[str, ...]


FORMS = {
    "record": Form("现场检查记录", "检记", ("inspection",)),
    "order": Form("责令限期整改指令书", "责改", ("inspection", "hazard")),
    "reinspection": Form("整改复查意见书", "复查", ("hazard",)),
    "notice": Form("重大事故隐患挂牌督办通知书", "督办", ("listing",)),
    "extension": Form("整改延期审批决定书", "延期", ("hazard",)),
    "acceptance": Form("挂牌督办重大事故隐患整改验收意见", "验收", ("listing",)),
    "delisting": Form("重大事故隐患挂牌督办摘牌通知书", "摘牌", ("listing",)),
}
OPEN = ("issued", "served")

NOT_READY = reason(
    "document.not_ready",
    "现在还不能签发这份文书；请先完成对应的检查、确认、核查或审批",
    "this document cannot be issued yet: first finish the inspection, decision or verification that it is about",
    "R132",
)
ISSUED_ALREADY = reason(
    "document.issued_already",
    "这份文书已经签发；内容有误的，请先撤回再重新签发",
    "this document is issued already: if it is wrong, withdraw it first, then issue it anew",
)
NUMBER_TAKEN = reason(
    "document.number_taken", "这个文号刚被占用，没有签发；请再试一次", "that number has just been taken, nothing was issued: try again"
)
AUTHORITY = reason(
    "document.authority",
    "挂牌督办文书由督办机关或安委办签发",
    "documents of a listing are issued by the authority that listed it, or by the office",
    "L2",
)
RECEIVED_OR_REFUSED = reason(
    "document.received",
    "请填写签收人；拒收的，写明拒收情况和见证人",
    "say who received it; if it was refused, how, and who witnessed it",
    "R132",
)
BEFORE_ISSUE = reason("document.before_issue", "送达时间早于签发时间，或晚于现在", "served before it was issued, or in the future")
NO_ORDER_HERE = reason(
    "document.no_order_here",
    "企业自查、社区巡查和暗访不当场下达指令书；问题照常登记，由科室审核后办理",
    "no order is served during a self-inspection, a patrol or a covert visit: report what was found, the section goes on from there",
    "R131",
)
NOTHING_ORDERED = reason(
    "document.nothing_ordered",
    "请选择本次检查发现的、还没有下达过指令书的隐患",
    "choose what this inspection has found and no order is about yet",
)
DEADLINE = reason(
    "document.deadline", "整改期限要晚于送达时间，请改选日期", "the deadline must lie after the moment of service: choose another day", "T6"
)

_ISSUE = {
    "document": choice(*FORMS),
    "of": identifier,
    "part": integer(1, 1000),  # which decision, verification or acceptance of the record, counted from 1
    "number": text(100),
    "sha256": digest,
    "size": integer(1, 100_000_000),
    "hazards": optional(listing(identifier, 100)),  # that an order of an inspection is about
}
_SERVE = {
    "served_at": moment,
    "served_by": text(50),
    "means": choice("direct", "left", "post", "electronic"),
    "received_by": optional(text(50)),
    "refusal": optional(text(500)),
    "witness": optional(text(50)),
}
_ORDERED = shape(
    {
        "hazard": identifier,
        "deadline": moment,
        "description": text(2000),
        "place_text": text(200),
        "basis": optional(text(2000)),
        "level": choice("general", "major"),
    }
)
_ON_SITE = {
    "of": identifier,  # the inspection
    "items": listing(_ORDERED, 50),  # as the paper says it
    "text": text(2000),  # what is demanded
    **{name: check for name, check in _SERVE.items() if name != "means"},
    "means": choice("direct", "left"),
    "received_post": optional(text(50)),
    "signature": optional(digest),  # of who received it, of the inspector, of the witness: drawn, as PNG
    "inspector_signature": optional(digest),
    "witness_signature": optional(digest),
}
DRAWN = ("signature", "inspector_signature", "witness_signature")


def official_number(ledger: Record | None, document: str, year: int, serial: int) -> str:
    """Such as 青榆街道责改〔2023〕12号."""
    return f"{ledger['name'] if ledger else ''}{FORMS[document].word}〔{year}〕{serial}号"


def counter_id(document: str, year: int) -> str:
    """The record that counts the documents of a kind and year."""
    return f"counter/{document}/{year}"


def next_number(document: str, about: Record, ledger: Record | None, counter: Record | None, at: int) -> str:
    """The number that a document issued now (ms) gets. A notice of listing has the one that was given when it was listed."""
    if document == "notice":
        return str(about["number"])
    return official_number(ledger, document, day_of(at).year, (counter["last"] if counter else 0) + 1)


def orders(hazard: Record) -> bool:
    """Whether an order to rectify can be issued: confirmed, with a deadline."""
    return hazard["deadline"] is not None and hazard["responsible_section"] is not None and hazard["state"] not in ("void", "draft")


def verifications(hazard: Record) -> list[Record]:
    """Every verification on site that there was, oldest first: those that failed, those of closures that were reopened, the one that stands."""
    past = [*hazard.get("failures", ()), *(reopened["verification"] for reopened in hazard.get("reopenings", ())), hazard.get("verification")]
    return sorted((found for found in past if found), key=lambda found: int(found["at"]))


def parts(document: str, about: Record) -> int:
    """How many documents of this kind the record has come to; 0: not yet."""
    kind = about["kind"]
    if kind not in FORMS[document].about:
        return 0
    if document == "order" and issued(about, "order", 1):  # perhaps served on site, long before anybody confirms anything
        return 1
    if kind == "inspection":
        own = about["inspection_kind"] in ENTERPRISE_KINDS or about["theme"] == "covert"
        return 0 if own or about["state"] not in ("submitted", "accepted") else 1
    if document == "order":
        return int(orders(about))
    if document == "reinspection":
        return len(verifications(about))
    if document == "extension":
        return len(about.get("extensions", ()))
    if document == "notice":
        return int(about["listed_at"] is not None and bool(about["number"]))
    if document == "acceptance":
        return len(about.get("acceptances", ()))
    return int(about["state"] == "delisted")


def issued(about: Record, document: str, part: int) -> str | None:
    """The id of the document that stands issued for this part of a record."""
    for id, stated in about.get("documents", {}).items():
        if (stated["document"], stated["part"]) == (document, part) and stated["state"] in OPEN:
            return str(id)
    return None


def may_order_on_site(inspection: Record) -> bool:
    """Whether an order can be served during this inspection: one of the department, made openly (R131)."""
    return inspection["inspection_kind"] not in (*ENTERPRISE_KINDS, "community_patrol") and inspection["theme"] != "covert"


def ordered_until(hazard: Record) -> int | None:
    """The deadline that an order served on site has set for this hazard, while it stands."""
    stands = (stated for stated in hazard.get("documents", {}).values() if stated["state"] in OPEN)
    return next((int(stated["deadline"]) for stated in stands if "deadline" in stated), None)


def _scopes_of(record: Record) -> set[str]:
    return {"inspection": inspection_scopes, "hazard": hazard_scopes}.get(record["kind"], scopes_about)(record)


def _about(case: Case) -> Record:
    """What the document is about."""
    found = case.read(case.body["of"] if case.op.kind == "document.issue" else case.record["of"])
    refuse_if(found is None or found["kind"] not in ("inspection", "hazard", "listing"), UNKNOWN_RECORD)
    assert found is not None
    return found


def _judge_authority(case: Case, about: Record) -> None:
    if case.author is None:
        return
    require_reach(case.author, _scopes_of(about))
    level = about["level"] if about["kind"] == "listing" else ""
    if case.body.get("document", (case.subject or {}).get("document")) == "extension":
        level = (about.get("listing") or {}).get("level", "")  # who has listed it has decided on the extension (T13)
    refuse_if(level and not roles_of(case.author) & (authority(level) | {OFFICE}), AUTHORITY)


def _judge_issue(case: Case) -> None:
    body, about = case.body, _about(case)
    _judge_authority(case, about)
    refuse_if(not 1 <= body["part"] <= parts(body["document"], about), NOT_READY)
    refuse_if(issued(about, body["document"], body["part"]), ISSUED_ALREADY)
    if body["document"] == "order" and about["kind"] == "inspection":
        named = [case.need(id, "hazard") for id in body.get("hazards") or ()]
        refuse_if(not named or any(not orders(each) or each["inspection"] != about["id"] for each in named), NOT_READY)
    number = next_number(body["document"], about, case.read("ledger"), case.read(counter_id(body["document"], _year(case))), case.entry.received_at)
    refuse_if(body["number"] != number, NUMBER_TAKEN, number)


def _year(case: Case) -> int:
    return day_of(case.entry.received_at).year


def _fold_issue(case: Case) -> None:
    body, about = case.body, _about(case)
    if body["document"] != "notice":
        id = counter_id(body["document"], _year(case))
        counter = case.read(id) or case.create_at(id, "counter", {"last": 0})
        counter["last"] += 1
        case.touch(counter)
    shown = {"responsible_section": None, **about}
    record = case.create(
        "document",
        {
            **snapshot(shown), **{name: body.get(name) for name in _ISSUE}, "about": about["kind"], "state": "issued", "issued_by": case.op.by,
            "issued_at": case.entry.received_at, "served": None, "photos": {},
        },
    )  # fmt: skip
    name_file(case, body["sha256"])
    _note(case, record)


def _note(case: Case, record: Record) -> None:
    """Fold: how it stands, on the records that it is about."""
    stated = {name: record[name] for name in ("document", "part", "number", "state")}
    deadlines = {item["hazard"]: {"deadline": item["deadline"]} for item in (record.get("on_site") or {"items": ()})["items"]}
    for id in dict.fromkeys((record["of"], *(record["hazards"] or ()))):
        about = case.written.get(id) or case.read(id)
        if about is not None:
            about.setdefault("documents", {})
            case.put(about, f"documents/{record['id']}", stated | deadlines.get(id, {}))


def _judge_on_site(case: Case) -> None:
    """It has been served already when the ledger hears of it: only what could never have been served is refused."""
    body, inspection = case.body, case.need(case.body["of"], "inspection")
    refuse_if(case.op.by not in inspection["team"], NOT_IN_TEAM)
    refuse_if(not may_order_on_site(inspection), NO_ORDER_HERE)
    refuse_if(issued(inspection, "order", 1), ISSUED_ALREADY)
    hazards = [case.need(item["hazard"], "hazard") for item in body["items"]]
    wrong = any(hazard["inspection"] != inspection["id"] or issued(hazard, "order", 1) for hazard in hazards)
    refuse_if(not hazards or wrong or len({hazard["id"] for hazard in hazards}) < len(hazards), NOTHING_ORDERED)
    refuse_if(any(item["deadline"] <= body["served_at"] for item in body["items"]), DEADLINE)
    refuse_if(not body.get("received_by") and not (body.get("refusal") and body.get("witness")), RECEIVED_OR_REFUSED)
    refuse_if(not inspection["moments"]["start"]["at"] - 60_000 <= body["served_at"] <= case.op.at + 60_000, BEFORE_ISSUE)


def _fold_on_site(case: Case) -> None:
    """Its number is the next one of the ledger's; a phone has none to give, and shows "" until it comes back."""
    body, inspection = case.body, case.need(case.body["of"], "inspection")
    number = ""
    if case.gives_numbers:
        id = counter_id("order", _year(case))
        counter = case.read(id) or case.create_at(id, "counter", {"last": 0})
        counter["last"] += 1
        case.touch(counter)
        number = official_number(case.read("ledger"), "order", _year(case), counter["last"])
    served = {name: body.get(name) for name in (*_SERVE, "received_post")}
    record = case.create(
        "document",
        {
            **snapshot({"responsible_section": None, **inspection}), "document": "order", "of": inspection["id"], "part": 1, "number": number,
            "sha256": None, "size": 0, "hazards": [item["hazard"] for item in body["items"]], "about": "inspection", "state": "served",
            "issued_by": case.op.by, "issued_at": case.entry.received_at,
            "served": {**served, "by": case.op.by, "at": case.entry.received_at}, "photos": {}, "team": sorted(inspection["team"]),
            "on_site": {"items": body["items"], "text": body["text"], **{name: body.get(name) for name in DRAWN}},
        },
    )  # fmt: skip
    for name in DRAWN:
        if body.get(name):
            name_file(case, body[name])
    _note(case, record)


def scopes(record: Record) -> set[str]:
    """Who sees a record with such a snapshot, and the team that has served it."""
    return scopes_about(record) | {f"person:{member}" for member in record.get("team", ())}


def _on_site_reads(op: Operation) -> tuple[str, ...]:
    drawn = (op.body.get(name) for name in DRAWN)
    return ("ledger", op.body["of"], *(item["hazard"] for item in op.body["items"]), *(blob_id(sha256) for sha256 in drawn if sha256))


def _judge_serve(case: Case) -> None:
    body = case.body
    case.require_state(("issued",))
    _judge_authority(case, _about(case))
    refuse_if(not body.get("received_by") and not (body.get("refusal") and body.get("witness")), RECEIVED_OR_REFUSED)
    refuse_if(not case.record["issued_at"] - 60_000 <= body["served_at"] <= case.entry.received_at + 60_000, BEFORE_ISSUE)


def _fold_serve(case: Case) -> None:
    served = {name: case.body.get(name) for name in _SERVE}
    case.put(case.record, "served", {**served, "by": case.op.by, "at": case.entry.received_at})
    case.put(case.record, "state", "served")
    _note(case, case.record)


def _judge_withdraw(case: Case) -> None:
    case.require_state(OPEN)
    _judge_authority(case, _about(case))


def _fold_withdraw(case: Case) -> None:
    case.record["withdrawn"] = {"reason": case.body["reason"], "by": case.op.by, "at": case.entry.received_at}
    case.put(case.record, "state", "withdrawn")
    _note(case, case.record)


def _row(record: Record) -> Row:
    return Row(
        title=record["enterprise_name"], number=record["number"], state=record["state"], level=record["document"], enterprise=record["enterprise"],
        community=record["community"], section=record["responsible_section"] or record["section"], person=record["issued_by"],
        at=record["issued_at"], words=FORMS[record["document"]].title,
    )  # fmt: skip


def _reads(op: Operation) -> tuple[str, ...]:
    return ("ledger", op.body["of"], blob_id(op.body["sha256"]), *(op.body.get("hazards") or ()))


DOCUMENT = Family(
    "document",
    (
        Kind("document.issue", "issue", _ISSUE, _fold_issue, _judge_issue, decision=True, creates=True, reads=_reads),
        Kind("document.order_on_site", "issue", _ON_SITE, _fold_on_site, _judge_on_site, creates=True, reads=_on_site_reads),
        Kind("document.serve", "issue", _SERVE, _fold_serve, _judge_serve, decision=True),
        Kind("document.withdraw", "issue", {"reason": text(500)}, _fold_withdraw, _judge_withdraw, decision=True),
    ),
    scopes,
    _row,
)
