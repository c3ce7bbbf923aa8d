"""Official documents: drawn from a record as PDF, DOCX or page to print; issued with a number and frozen; served, withdrawn, found again (W19).

    /inspections/ID/record.pdf  order.pdf      /hazards/ID/order.pdf  reinspection.pdf  extension.pdf
    /listings/ID/notice.pdf  extension.pdf  acceptance.pdf  delisting.pdf      (or .docx, .html; ?part=2 for the second decision or verification)
    /documents  /documents/ID  /documents/ID.pdf  /documents/ID/receipt.pdf

Who sees a record sees its documents. As PDF, one that is issued is always the frozen file; `?draft=1` draws it anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from shared.calendar import day_of
from shared.errors import Refused
from shared.kinds.document import FORMS, NOT_READY, NUMBER_TAKEN, counter_id, issued, next_number, orders, parts, verifications
from shared.kinds.listing import authority
from shared.papers import forms
from shared.papers.model import Document
from shared.papers.saying import Papers, numbered
from shared.people import OFFICE, may, roles_of
from shared.rules import Record
from sync_server.blobs import PDF, LocalBlobs
from sync_server.console.frame import HEADERS, NO_PAGE, NO_RECORD, Fields, Form, Frame, Visit, derived_id
from sync_server.console.inspections import hazards_of, template_of
from sync_server.console.reading import listing, names, timeline
from sync_server.console.uploads import keep_bytes
from sync_server.console.words import SHANGHAI, word
from sync_server.documents import listing_forms
from sync_server.documents.as_docx import docx_file
from sync_server.documents.as_html import html
from sync_server.documents.as_pdf import pdf
from sync_server.documents.files import drawing_png, photo_jpeg
from sync_server.marks import strokes_on
from sync_server.store import ledgers as store
from sync_server.store.database import Link

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PLURAL = {"inspections": "inspection", "hazards": "hazard", "listings": "listing"}
TRIES = 5  # to get a number while colleagues issue at the same moment


@dataclass(frozen=True, slots=True)
class Offer:
    """A document of a record, for its page: its address, and how it stands ("" = a draft)."""

    document: str
    title: str
    part: int
    of: int  # how many parts there are
    path: str
    id: str
    number: str
    state: str
    may_issue: bool


def offers(home: str, person: Record, record: Record, hazards: Sequence[Record] = ()) -> list[Offer]:
    """The documents that a record has come to, for its page; `hazards` are those of an inspection."""
    found = []
    for document, form in FORMS.items():
        if record["kind"] not in form.about:
            continue
        count = parts(document, record)
        if document == "order" and record["kind"] == "inspection" and not issued(record, "order", 1):
            count *= any(orders(hazard) and not issued(hazard, "order", 1) for hazard in hazards)
        printable = 1 if document == "record" else count  # an unfinished inspection or a self-inspection is printed, never issued
        for part in range(1, printable + 1):
            id = issued(record, document, part) or ""
            stated = record.get("documents", {}).get(id, {"number": "", "state": ""})
            path = f"{home}/{record['kind']}s/{record['id']}/{document}"
            may_issue = bool(count) and _may_issue(person, record, document)
            found.append(Offer(document, form.title, part, count, path, id, stated["number"], stated["state"], may_issue))
    return found


def _may_issue(person: Record, record: Record, document: str) -> bool:
    """Whether the person's post issues it; the ledger judges again."""
    level = record["level"] if record["kind"] == "listing" else (record.get("listing") or {}).get("level") if document == "extension" else None
    return may(person, "issue") and (level is None or bool(roles_of(person) & (authority(level) | {OFFICE})))


def document_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the pages; templates get `documents_of(home, person, record, hazards)`."""
    frame.environment.globals["documents_of"] = offers
    for document, form in FORMS.items():
        for plural, kind in PLURAL.items():
            if kind in form.about or (plural, document) == ("listings", "extension"):
                _one_document(pages, frame, blobs, plural, document)
    _issued_documents(pages, frame, blobs)


def _one_document(pages: APIRouter, frame: Frame, blobs: LocalBlobs, plural: str, document: str) -> None:
    """A document of one kind of record: drawn, and issued."""

    def show(request: Request, ledger: str, id: str, form: str) -> Response:
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link:
            about = _about(link, visit, plural, id, document)
            part = _part(request.query_params.get("part", ""), document, about)
            kept = store.records(link, ledger, [issued(about, document, part) or ""])
            record = next(iter(kept.values()), None)
            if record and not record.get("on_site") and form == "pdf" and not request.query_params.get("draft"):
                return _frozen(blobs, ledger, record)
            papers = papers_of(link, ledger, blobs)
            drawn = _drawn(link, ledger, about, document, part, papers, frame.service.clock(), record)
        if record and not request.query_params.get("draft"):
            drawn = numbered(drawn, record["number"], record["sha256"] or "")
        return _written(drawn, form)

    def issue(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("issue")
        with frame.service.database.read() as link:
            about = _about(link, visit, plural, id, document)
            part = _part(form.get("part", ""), document, about)
        return _issue(frame, blobs, visit, form, about, document, part)

    pages.add_api_route(f"/{plural}/{{id}}/{document}.{{form}}", show, response_class=Response)
    pages.add_api_route(f"/{plural}/{{id}}/{document}/issue", issue, methods=["POST"], response_class=Response)


def _about(link: Link, visit: Visit, plural: str, id: str, document: str) -> Record:
    """What the document is about, if the person sees it. Raises Refused(page.no_record). A listing's extension is its hazard's."""
    record = visit.record(link, id, PLURAL[plural])
    return record if record["kind"] in FORMS[document].about else visit.record(link, record["hazard"], "hazard")


def _part(asked: str, document: str, about: Record) -> int:
    """Which decision or verification: the newest unless one is asked for. Raises Refused where it has not come to that, or there is no such one."""
    count = parts(document, about)
    if document == "record":
        return 1  # a self-inspection or an unfinished one can be printed, too; it is never issued
    if count == 0:
        raise Refused(NOT_READY)
    part = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else count if not asked else 0
    if not 1 <= part <= count:
        raise Refused(NO_RECORD)
    return part


def papers_of(link: Link, ledger: str, blobs: LocalBlobs) -> Papers:
    """What documents of this ledger draw on."""
    called = names(link, ledger)
    return Papers(
        store.records(link, ledger, ["ledger"])["ledger"],
        lambda id: called.get(id, id),
        lambda photo: photo_jpeg(blobs, ledger, photo, strokes_on(link, ledger, photo["sha256"])),
        lambda sha256: None if sha256 and strokes_on(link, ledger, sha256) else drawing_png(blobs, ledger, sha256),  # a marked photo is no signature
        lambda hazard: _basis(link, ledger, hazard),
        lambda id: _login(link, ledger, id) or called.get(id, id),
        lambda kind: word(kind, "zh"),
    )


def _login(link: Link, ledger: str, person: str) -> str:
    row = link.one("SELECT min(login) FROM accounts WHERE ledger = ? AND person = ?", (ledger, person))
    return str(row[0] or "") if row else ""


def _basis(link: Link, ledger: str, hazard: Record) -> str:
    """The criterion of the library with its clause, or what was written, or an expert's opinion (R11)."""
    stated = hazard["criterion"] or ""
    found = store.records(link, ledger, [stated]).get(stated) if stated else None
    if found is not None and found["kind"] == "criterion":
        return f"《{str(found['document']).strip('《》')}》{found['clause'] or ''}：{found['text']}"
    return str(stated or hazard["basis"] or hazard.get("expert_opinion") or _basis_of_item(link, ledger, hazard))


def _basis_of_item(link: Link, ledger: str, hazard: Record) -> str:
    """What the checklist names as the basis of the item that failed."""
    inspection = store.records(link, ledger, [hazard["inspection"] or ""]).get(hazard["inspection"] or "")
    items = template_of(link, ledger, inspection)["items"] if inspection and hazard["template_item"] else []
    return next((str(item["basis"]) for item in items if item["id"] == hazard["template_item"]), "")


def _drawn(link: Link, ledger: str, about: Record, document: str, part: int, papers: Papers, now: int, issued_one: Record | None) -> Document:
    """The document as its record stands. Raises Refused where there is nothing to say yet."""
    served = issued_one["served"] if issued_one else None
    at = issued_one["issued_at"] if issued_one else now
    if about["kind"] == "listing":
        hazard = store.records(link, ledger, [about["hazard"]])[about["hazard"]]
        if document == "acceptance":
            return listing_forms.acceptance(about, hazard, about["acceptances"][part - 1], papers)
        draw = {"notice": listing_forms.notice, "delisting": listing_forms.delisting}[document]
        return draw(about, hazard, papers, served)
    enterprise = store.records(link, ledger, [about["enterprise"]])[about["enterprise"]]
    if issued_one is not None and issued_one.get("on_site"):
        return _on_site(link, ledger, issued_one, enterprise, papers)
    if document == "record":
        return forms.inspection_record(about, template_of(link, ledger, about), hazards_of(link, ledger, about), enterprise, papers)
    if document == "reinspection":
        return forms.reinspection(about, verifications(about)[part - 1], enterprise, papers, served)
    if document == "extension":
        return forms.extension(about, about["extensions"][part - 1], enterprise, papers, served)
    if about["kind"] == "inspection":
        named = (issued_one or {}).get("hazards") or [hazard["id"] for hazard in ordered(link, ledger, about)]
        if not named:
            raise Refused(NOT_READY)
        found = store.records(link, ledger, named)
        return forms.order(about, [found[id] for id in named], enterprise, papers, at, served)
    inspection = store.records(link, ledger, [about["inspection"] or ""]).get(about["inspection"] or "")
    return forms.order(inspection, [about], enterprise, papers, at, served)


def _on_site(link: Link, ledger: str, order: Record, enterprise: Record, papers: Papers) -> Document:
    """An order served during an inspection: its words are in its record, whatever has become of the findings."""
    return forms.order_on_site(order, store.records(link, ledger, [order["of"]]).get(order["of"]), enterprise, papers)


def ordered(link: Link, ledger: str, inspection: Record) -> list[Record]:
    """The hazards of an inspection that an order can be about, without those that have an order of their own."""
    return [hazard for hazard in hazards_of(link, ledger, inspection) if orders(hazard) and not issued(hazard, "order", 1)]


def _issue(frame: Frame, blobs: LocalBlobs, visit: Visit, form: Form, about: Record, document: str, part: int) -> Response:
    """Draw it with the next number, keep the file, then make it so; anew with another number where a colleague was faster."""
    service, ledger = frame.service, visit.ledger
    id, page = derived_id(form.get("operation", "")[:40], 1), f"{visit.home}/{about['kind']}s/{about['id']}"
    for attempt in range(TRIES):
        with service.database.read() as link:
            now = service.clock()
            known = store.records(link, ledger, [id, "ledger", counter_id(document, day_of(now).year)])
            if id in known:
                return frame.back(page, "document.issue")  # the same form once more
            number = next_number(document, about, known["ledger"], known.get(counter_id(document, day_of(now).year)), now)
            drawn = _drawn(link, ledger, about, document, part, papers_of(link, ledger, blobs), now, None)
            several = document == "order" and about["kind"] == "inspection"
            hazards = [hazard["id"] for hazard in ordered(link, ledger, about)] if several else None
        kept = keep_bytes(service, blobs, ledger, pdf(numbered(drawn, number, "")), PDF)
        body = {"document": document, "of": about["id"], "part": part, "number": number, "sha256": kept["sha256"], "size": kept["size"]}
        try:
            return frame.act_all(visit, form, [("document.issue", id, body | ({"hazards": hazards} if hazards else {}))], page)
        except Refused as refused:
            if refused.code != NUMBER_TAKEN.code or attempt + 1 == TRIES:
                raise
    raise Refused(NUMBER_TAKEN)


# -- what is issued ------------------------------------------------------------------------------------------------------------------------------


def _issued_documents(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    def seen(link: Link, visit: Visit, id: str) -> Record:
        record = visit.record(link, id, "document")
        return record

    @pages.get("/documents")
    def show_list(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        asked = request.query_params
        page, filters = asked.get("page", "1"), {"level": asked.get("document", ""), "state": asked.get("state", "")}
        with frame.service.database.read() as link:
            found = listing(link, ledger, visit.person, "document", search=asked.get("q", "")[:100], filters=filters, page=_whole(page))
        return frame.page(visit, "documents.html", found=found, q=asked.get("q", ""), filters=filters, forms=FORMS)

    @pages.get("/documents/{id}.pdf")
    def show_file(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link:
            record = seen(link, visit, id)
            if not record.get("on_site"):
                return _frozen(blobs, ledger, record)
            enterprise = store.records(link, ledger, [record["enterprise"]])[record["enterprise"]]
            drawn = _on_site(link, ledger, record, enterprise, papers_of(link, ledger, blobs))
        return _written(drawn, "pdf")

    @pages.get("/documents/{id}/receipt.{form}")
    def show_receipt(request: Request, ledger: str, id: str, form: str) -> Response:
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link:
            return _written(forms.service_receipt(seen(link, visit, id), papers_of(link, ledger, blobs)), form)

    @pages.get("/documents/{id}")
    def show(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link:
            record = seen(link, visit, id)
            steps = timeline(link, ledger, id)
            about = store.records(link, ledger, [record["of"]])[record["of"]]
        may_issue = _may_issue(visit.person, about, record["document"])
        return frame.page(
            visit, "document.html", record=record, title=FORMS[record["document"]].title, steps=steps, may_issue=may_issue, now=_now(frame)
        )

    @pages.post("/documents/{id}/serve")
    def serve(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        body: dict[str, Any] = {name: form.get(name) or None for name in ("received_by", "refusal", "witness")}
        body |= {"served_at": form.moment("served_at"), "served_by": form.get("served_by", ""), "means": form.get("means", "")}
        return _acted(visit, form, "document.serve", id, body)

    @pages.post("/documents/{id}/withdraw")
    def withdraw(request: Request, ledger: str, id: str, form: Fields) -> Response:
        return _acted(frame.posted(request, ledger, form), form, "document.withdraw", id, {"reason": form.get("reason", "")})

    def _acted(visit: Visit, form: Form, kind: str, id: str, body: dict[str, Any]) -> Response:
        visit.require("issue")
        with frame.service.database.read() as link:
            seen(link, visit, id)
        return frame.act(visit, form, kind, id, body, f"{visit.home}/documents/{id}")


def _now(frame: Frame) -> str:
    """For <input type=datetime-local>."""
    return datetime.fromtimestamp(frame.service.clock() / 1000, SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


# -- files ---------------------------------------------------------------------------------------------------------------------------------------


def _written(document: Document, form: str) -> Response:
    """As the ending asks. Raises Refused(page.no_page) for any other."""
    writers: dict[str, Callable[[Document], Response]] = {
        "pdf": lambda drawn: Response(pdf(drawn), media_type=PDF, headers=file_headers(f"{drawn.name}.pdf", inline=True)),
        "docx": lambda drawn: Response(docx_file(drawn), media_type=DOCX, headers=file_headers(f"{drawn.name}.docx")),
        "html": lambda drawn: HTMLResponse(html(drawn), headers=HEADERS),
    }
    if form not in writers:
        raise Refused(NO_PAGE)
    return writers[form](document)


def _frozen(blobs: LocalBlobs, ledger: str, record: Record) -> Response:
    """The file as it was issued."""
    path = blobs.path(ledger, record["sha256"])
    if not path.is_file():
        raise Refused(NO_RECORD)
    name = f"{FORMS[record['document']].title}-{record['enterprise_name']}（{record['number']}）.pdf"
    return FileResponse(path, media_type=PDF, headers=file_headers(name, inline=True))


def file_headers(name: str, *, inline: bool = False) -> dict[str, str]:
    """A file under its Chinese name (RFC 5987); without the characters that no file system likes."""
    clean = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "-", name)[:120]
    plain = f"document{clean[clean.rfind('.') :]}"
    how = "inline" if inline else "attachment"
    return {
        "Content-Disposition": f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}",
        "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
    }  # fmt: skip
