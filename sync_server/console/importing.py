"""Import of the enterprise register: upload, read the report row by row, then carry it out as a whole or not at all."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, Response, UploadFile

from shared.checklist import INDUSTRIES
from shared.errors import Refused
from sync_server.accept import NotAccepted
from sync_server.blobs import write_durably
from sync_server.console.frame import FORM_EXPIRED, NO_RECORD, Fields, Frame, Visit, reason_of
from sync_server.importers import HEADERS, Plan, import_acts, read_enterprises, template_csv
from sync_server.settings import Settings
from sync_server.store import ledgers as store
from sync_server.tables import MOST_BYTES, TOO_MUCH, report_csv

_NAME = re.compile(r"[0-9a-f]{64}\.(csv|xlsx)")


def import_pages(pages: APIRouter, frame: Frame, settings: Settings) -> None:
    """Adds the pages. A checked file waits in the data folder under its digest until it is carried out."""
    folder = settings.data / "imports"
    known: dict[str, Any] = {"columns": [names[0] for names in HEADERS.values()], "industries": list(INDUSTRIES.values())}

    def plan_of(visit: Visit, file: str) -> Plan:
        path = folder / visit.ledger / file
        if not _NAME.fullmatch(file) or not path.is_file():
            raise Refused(NO_RECORD, file)
        with frame.service.database.read() as link:
            units, existing = store.records_of_kind(link, visit.ledger, "unit"), store.records_of_kind(link, visit.ledger, "enterprise")
        return read_enterprises(path.read_bytes(), units, existing)

    @pages.get("/import")
    def ask(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("register")
        return frame.page(visit, "import.html", **known, plan=None, file="", name="")

    @pages.get("/import/template.csv")
    def template(request: Request, ledger: str) -> Response:
        frame.visit(request, ledger).require("register")
        return Response(template_csv(), media_type="text/csv", headers={"Content-Disposition": 'attachment; filename="enterprises.csv"'})

    @pages.post("/import")
    def check(request: Request, ledger: str, form: Fields, file: Annotated[UploadFile, File()]) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("register")
        data = file.file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise Refused(TOO_MUCH)
        kept = _keep(folder / ledger, data, file.filename or "")
        return frame.page(visit, "import.html", **known, plan=plan_of(visit, kept), file=kept, name=file.filename or "")

    @pages.get("/import/{file}/report.csv")
    def report(request: Request, ledger: str, file: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("register")
        kept_as = {"Content-Disposition": 'attachment; filename="import-report.csv"'}
        return Response(report_csv(plan_of(visit, file).findings), media_type="text/csv", headers=kept_as)

    @pages.post("/import/{file}")
    def carry_out(request: Request, ledger: str, file: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("register")
        plan = plan_of(visit, file)
        if not plan.ok:
            raise Refused(FORM_EXPIRED)
        made = import_acts(plan, visit.person["id"], frame.new_id)
        try:
            if made:
                frame.service.act(ledger, made, atomic=True)
        except NotAccepted as refused:
            raise Refused(reason_of(refused.entry.code), f"{plan.row_of(refused.position)}") from None
        return frame.page(visit, "import.html", **known, plan=plan, file="", name=form.get("name", ""))


def _keep(folder: Path, data: bytes, name: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    ending = "xlsx" if name.lower().endswith((".xlsx", ".xlsm")) else "csv"
    kept = f"{hashlib.sha256(data).hexdigest()}.{ending}"
    write_durably(folder / kept, data)
    return kept
