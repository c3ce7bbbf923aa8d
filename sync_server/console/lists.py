"""The lists of hazards, inspections and enterprises: searched, filtered and paged in the database, each within the scopes of who looks."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from shared.kinds.lifecycle import OPEN_STATES
from sync_server.console.frame import Frame
from sync_server.console.reading import listing
from sync_server.store import ledgers as store

FILTERS = ("state", "level", "community", "section")
STATES = {
    "hazard": (*OPEN_STATES, "closed", "void", "draft"),
    "inspection": ("submitted", "returned", "accepted", "void", "draft"), "enterprise": ("open", "suspended", "closed"),
}  # fmt: skip
LEVELS = {"hazard": ("general", "major"), "inspection": (), "enterprise": ()}
PLURAL = {"hazards": "hazard", "inspections": "inspection", "enterprises": "enterprise"}


def list_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""

    def show_list(request: Request, ledger: str, plural: str) -> Response:
        visit, kind = frame.visit(request, ledger), PLURAL[plural]
        asked = request.query_params
        filters = {name: asked.get(name, "") for name in FILTERS}
        page = asked.get("page", "1")
        with frame.service.database.read() as link:
            found = listing(
                link, ledger, visit.person, kind, search=asked.get("q", "")[:100], filters=filters, page=int(page) if page.isdigit() else 1
            )
            units = store.records_of_kind(link, ledger, "unit")
        choices = {"state": STATES[kind], "level": LEVELS[kind]}
        places = {name: [u for u in units if u["unit_kind"] == name and u["state"] == "active"] for name in ("community", "section")}
        return frame.page(
            visit, "list.html", kind=kind, plural=plural, found=found, filters=filters, q=asked.get("q", ""), choices=choices, places=places
        )

    for plural in PLURAL:
        # One path each, not a parameter: /{plural} would also take /devices.
        def one_list(request: Request, ledger: str, plural: str = plural) -> Response:
            return show_list(request, ledger, plural)

        pages.add_api_route(f"/{plural}", one_list, response_class=Response)
