"""Import of the office's old hazard ledger: the file is checked row by row, told what is wrong, then carried over as a whole or not at all."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, File, Request, Response, UploadFile

from shared.errors import Refused
from shared.fields import day
from shared.kinds.found import ENTERPRISE_SOURCES, GOVERNMENT_SOURCES, LEVELS
from sync_server.console.frame import BAD_FORM, Fields, Frame, Visit
from sync_server.console.import_files import carry_out, keep_file, kept_file
from sync_server.old_ledger import Defaults, read_old_ledger
from sync_server.settings import Settings
from sync_server.store import ledgers as store
from sync_server.tables import Additions, report_csv

SOURCES = (*GOVERNMENT_SOURCES, *ENTERPRISE_SOURCES)


def carrying_pages(pages: APIRouter, frame: Frame, settings: Settings) -> None:
    """Adds the pages. A checked file waits in the data folder; what holds where it does not say travels with each form."""
    folder = settings.data / "imports"

    def plan_of(visit: Visit, file: str, name: str, defaults: Defaults) -> Additions:
        data = kept_file(folder / visit.ledger, file)
        with frame.service.database.read() as link:
            enterprises, units = (store.records_of_kind(link, visit.ledger, kind) for kind in ("enterprise", "unit"))
            opened = int(store.records(link, visit.ledger, ["ledger"])["ledger"]["opened_at"])
            return read_old_ledger(
                data, name, defaults, frame.service.clock(), opened, enterprises, units, lambda ids: store.records(link, visit.ledger, list(ids))
            )

    def show(visit: Visit, plan: Additions | None, file: str, name: str, defaults: Defaults, over: str = "", status: int = 200) -> Response:
        said = {"name": name, "source_kind": defaults.source_kind, "level": defaults.level, "deadline": defaults.deadline}
        counts = {state: sum(_state(body) == state for _, body in plan.bodies) for state in _STATES} if plan else {}
        more: dict[str, Any] = {"said": said, "query": urlencode(said), "sources": SOURCES, "levels": LEVELS, "counts": counts, "over": over}
        return frame.page(visit, "carrying.html", status, plan=plan, file=file, name=name, **more)

    @pages.get("/old-ledger")
    def ask(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("administer")
        return show(visit, None, "", "", Defaults())

    @pages.post("/old-ledger")
    def check(request: Request, ledger: str, form: Fields, file: Annotated[UploadFile | None, File()] = None) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        defaults = _defaults(form)
        chosen = file is not None and bool(file.filename)
        name = (file.filename or "") if file is not None and chosen else form.get("name", "")
        try:
            kept = keep_file(folder / ledger, file) if file is not None and chosen else form.get("kept", "")
            plan = plan_of(visit, kept, name, defaults)
        except Refused as refused:
            return show(visit, None, "", name, defaults, refused.text(visit.language), 409)
        return show(visit, plan, kept, name, defaults)

    @pages.get("/old-ledger/{file}/report.csv")
    def report(request: Request, ledger: str, file: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("administer")
        asked = request.query_params
        plan = plan_of(visit, file, asked.get("name", ""), _defaults(asked))
        kept_as = {"Content-Disposition": 'attachment; filename="old-ledger-report.csv"'}
        return Response(report_csv(plan.findings), media_type="text/csv", headers=kept_as)

    @pages.post("/old-ledger/{file}")
    def go(request: Request, ledger: str, file: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        name, defaults = form.get("name", ""), _defaults(form)
        plan = plan_of(visit, file, name, defaults)
        try:
            carry_out(frame, visit, form, "hazard.carry_over", plan)
        except Refused as refused:
            return show(visit, plan, file, name, defaults, refused.text(visit.language), 409)
        return show(visit, plan, "", name, defaults)


_STATES = ("closed", "plan_pending", "rectifying")


def _state(body: dict[str, Any]) -> str:
    """Where a row will stand."""
    return "closed" if body["closed"] else "plan_pending" if body["level"] == "major" else "rectifying"


def _defaults(said: Any) -> Defaults:
    """What holds where a row does not say. Raises Refused(page.bad_form)."""
    defaults = Defaults(said.get("source_kind", ""), said.get("level", ""), said.get("deadline", ""))
    if defaults.source_kind not in ("", *SOURCES) or defaults.level not in ("", *LEVELS) or not (defaults.deadline == "" or day(defaults.deadline)):
        raise Refused(BAD_FORM)
    return defaults
