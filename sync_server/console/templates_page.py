"""Checklist templates: listed, read as the form they are, printed, downloaded as YAML; a new version checked line by line and compared; retired."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Request, Response, UploadFile

from shared.calendar import day_of
from shared.checklist import CONFORM, KINDS, NOT_APPLICABLE, NOT_CONFORM, Template
from shared.errors import Refused
from shared.kinds.template import newest, template_record_id
from shared.rules import Record
from sync_server.checklist_file import MOST_CHARACTERS, Reading, difference, read_template, write_template
from sync_server.console.frame import NO_RECORD, Fields, Form, Frame, Visit
from sync_server.console.reading import timeline
from sync_server.store import ledgers as store
from sync_server.tables import TOO_MUCH, decode

BLANK = """\
id: new-checklist          # 编号：小写字母、数字、连字符，以后不变
title: {zh: 新检查表, en: New checklist}
kind: industry             # spot_check self_inspection special_work management industry place new_format supervision
users: [section, community, enterprise]   # section community supervisor enterprise enterprise_principal
industries: [all]
items:                     # 8 至 20 条
- id: NC-01
  text: {zh: 疏散通道畅通，无堵塞、锁闭, en: Escape routes are free}
  answer: conform          # conform number text date choice
  severity: general        # general major
  basis: 《消防法》
"""


def template_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""

    def known(visit: Visit) -> list[Record]:
        with frame.service.database.read() as link:
            return store.records_of_kind(link, visit.ledger, "template")

    @pages.get("/templates")
    def listed(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        records = known(visit)
        versions: dict[str, int] = {}
        for record in records:
            versions[record["template"]["id"]] = versions.get(record["template"]["id"], 0) + 1
        order = sorted(newest(records), key=lambda r: (bool(r.get("retired")), KINDS.index(r["template"]["kind"]), r["template"]["id"]))
        return frame.page(visit, "templates.html", found=order, versions=versions, kinds=KINDS)

    @pages.get("/templates/{id}")
    def one(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        return show(visit, id, request.query_params.get("version", ""))

    def show(visit: Visit, id: str, version: str) -> Response:
        mine = sorted((r for r in known(visit) if r["template"]["id"] == id), key=lambda r: int(r["template"]["version"]), reverse=True)
        record = next((r for r in mine if str(r["template"]["version"]) == version), mine[0] if mine and not version else None)
        if record is None:
            raise Refused(NO_RECORD)
        before = next((r for r in mine if r["template"]["version"] == record["template"]["version"] - 1), None)
        with frame.service.database.read() as link:
            steps = [step for r in mine for step in timeline(link, visit.ledger, r["id"])]
        changes = difference(before["template"], record["template"]) if before else None
        today = day_of(frame.service.clock()).isoformat()
        values: dict[str, Any] = {"marks": (CONFORM, NOT_CONFORM, NOT_APPLICABLE), "today": today, "steps": steps, "changes": changes}
        return frame.page(visit, "template.html", record=record, template=record["template"], mine=mine, newest=mine[0], **values)

    @pages.get("/templates/{id}/{version}.yaml")
    def download(request: Request, ledger: str, id: str, version: int) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        with frame.service.database.read() as link:
            record = store.records(link, ledger, [template_record_id(id, version)]).get(template_record_id(id, version))
        if record is None:
            raise Refused(NO_RECORD)
        named = {"Content-Disposition": f'attachment; filename="{record["template"]["id"]}-v{version}.yaml"'}
        return Response(write_template(record["template"]), media_type="application/yaml; charset=utf-8", headers=named)

    @pages.post("/templates/{id}/retire")
    def retire(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        mine = [r for r in newest(known(visit)) if r["template"]["id"] == id]
        if not mine:
            raise Refused(NO_RECORD)
        try:
            return frame.act(visit, form, "template.retire", mine[0]["id"], {"reason": form.get("reason", "")}, f"{visit.home}/templates/{id}")
        except Refused as refused:
            return frame.again(visit, form, "retire", refused, lambda: show(visit, id, ""))

    _editor(pages, frame)


def _editor(pages: APIRouter, frame: Frame) -> None:
    """A page with the template as text: checked as often as one likes, published when nothing is wrong. Below /templates any word is an id."""

    def newest_of(visit: Visit, id: str) -> Template | None:
        with frame.service.database.read() as link:
            records = [r for r in store.records_of_kind(link, visit.ledger, "template") if r["template"]["id"] == id]
        return newest(records)[0]["template"] if records else None

    def show(visit: Visit, of: str, text: str, reading: Reading | None, old: Template | None, over: str = "", status: int = 200) -> Response:
        changes = difference(old, reading.template) if reading and reading.template and old else None
        fresh = reading is not None and reading.template is not None and (old is None or bool(changes))
        values: dict[str, Any] = {"of": of, "text": text, "reading": reading, "old": old, "changes": changes, "fresh": fresh, "over": over}
        return frame.page(visit, "template_editor.html", status, next=(old["version"] if old else 0) + 1, lines=text.splitlines(), **values)

    def read(visit: Visit, of: str, text: str) -> tuple[Reading, Template | None]:
        """The text as the next version: of the template it was opened from, or of the one whose id it has."""
        old = newest_of(visit, of) if of else None
        if old is not None:
            return read_template(text, id=of, version=old["version"] + 1), old
        reading = read_template(text)
        same = newest_of(visit, reading.template["id"]) if reading.template else None
        return (read_template(text, id=same["id"], version=same["version"] + 1), same) if same else (reading, None)

    @pages.get("/template-editor")
    def begin(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("administer")
        of = request.query_params.get("of", "")
        old = newest_of(visit, of) if of else None
        if of and old is None:
            raise Refused(NO_RECORD)
        text = write_template({**old, "version": old["version"] + 1}) if old else BLANK
        return show(visit, of, text, None, old)

    @pages.post("/template-editor")
    def check(request: Request, ledger: str, form: Fields, file: Annotated[UploadFile | None, File()] = None) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        text = _raw(form)
        if file is not None and file.filename:
            data = file.file.read(4 * MOST_CHARACTERS + 1)
            try:
                text = decode(data) if len(data) <= 4 * MOST_CHARACTERS else _too_much()
            except Refused as refused:
                return show(visit, form.get("of", ""), text, None, None, refused.text(visit.language), 409)
        reading, old = read(visit, form.get("of", ""), text)
        return show(visit, form.get("of", ""), text, reading, old, status=409 if reading.wrong else 200)

    @pages.post("/template-editor/publish")
    def publish(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        text = _raw(form)
        reading, old = read(visit, form.get("of", ""), text)
        template = reading.template
        if template is None or template["version"] != form.whole("version") or (old is not None and not difference(old, template)):
            # Wrong after all, nothing new, or somebody has published a version meanwhile: what was checked is not what this would publish.
            return show(visit, form.get("of", ""), text, reading, old, status=409)
        back = f"{visit.home}/templates/{template['id']}"
        try:
            return frame.act(visit, form, "template.publish", template_record_id(template["id"], template["version"]), {"template": template}, back)
        except Refused as refused:
            return show(visit, form.get("of", ""), text, reading, old, refused.text(visit.language), 409)


def _raw(form: Form) -> str:
    """The text as it was typed, without the browser's line ends."""
    return form.get("text", "").replace("\r\n", "\n")


def _too_much() -> str:
    raise Refused(TOO_MUCH)
