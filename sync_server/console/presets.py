"""Ready-made reasons: each list on one page, a text a line."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from shared.errors import Refused
from shared.kinds.presets import DEFAULTS, presets, presets_id
from sync_server.console.frame import NO_RECORD, Fields, Frame, Visit
from sync_server.store import ledgers as store
from sync_server.store.database import Link


def presets_of(link: Link, ledger: str, name: str) -> list[str]:
    """The texts of one list of `shared.kinds.presets.DEFAULTS`, for a form that asks for a reason (macro `reason_field`)."""
    return presets(lambda id: store.records(link, ledger, [id]).get(id), name)


def presets_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the page."""

    def show(visit: Visit) -> Response:
        with frame.service.database.read() as link:
            own = store.records(link, visit.ledger, [presets_id(name) for name in DEFAULTS])
            lists = {name: presets_of(link, visit.ledger, name) for name in DEFAULTS}
        numbers = {name: own[presets_id(name)]["no"] if presets_id(name) in own else 0 for name in DEFAULTS}
        return frame.page(visit, "presets.html", lists=lists, numbers=numbers, shipped=DEFAULTS)

    @pages.get("/presets")
    def all_lists(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("administer")
        return show(visit)

    @pages.post("/presets/{name}")
    def set_list(request: Request, ledger: str, name: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        if name not in DEFAULTS:
            raise Refused(NO_RECORD, name)
        texts = list(dict.fromkeys(line.strip() for line in form.get("texts", "").splitlines() if line.strip()))
        if form.get("shipped"):
            texts = list(DEFAULTS[name])
        try:
            return frame.act(visit, form, "presets.set", presets_id(name), {"texts": texts}, f"{visit.home}/presets")
        except Refused as refused:
            return frame.again(visit, form, name, refused, lambda: show(visit))
