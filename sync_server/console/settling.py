"""What needs a person: operations that were refused, and later ones of two that collide. Both are kept whole until somebody decides."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from sync_server.console.frame import Fields, Frame
from sync_server.console.reading import body_of, conflicts, refused, titles
from sync_server.store import ledgers as store


def settle_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""

    @pages.get("/settle")
    def show(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link, frame.service.database.connect() as connection:
            collisions = conflicts(link, connection, ledger, visit.person)
            turned_away = refused(link, connection, ledger, visit.person)
            firsts = {held["other"]: store.operation(link, ledger, held["other"]) for _, _, held in collisions}
            named = titles(link, ledger, visit.person, [held["body"] for _, _, held in collisions] + [step.body for step, _ in turned_away])
            head = store.head(link, ledger)
        return frame.page(visit, "settle.html", collisions=collisions, turned_away=turned_away, firsts=firsts, body_of=body_of, titles=named,
            size=head.size if head else 0)

    @pages.post("/settle/conflict")
    def resolve(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        body = {"conflict": form.whole("conflict"), "pick": form.get("pick", ""), "reason": form.get("reason", "")}
        return frame.act(visit, form, "conflict.resolve", form.get("subject", ""), body, f"/console/{ledger}/settle")

    @pages.post("/settle/refused")
    def adopt(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("review")
        no = form.whole("no")
        body = {"no": no, "seen": form.whole("base"), "reason": form.get("reason", "")}
        return frame.act(visit, form, "operation.adopt", f"adoption/{no}", body, f"/console/{ledger}/settle")
