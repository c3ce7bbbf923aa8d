"""Phones: make an enrolment code, see when each was last heard of and what it has not handed in, revoke one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import segno
from fastapi import APIRouter, Request, Response

from shared.errors import Refused
from shared.people import is_enterprise_person, roles_of
from shared.rules import Record
from sync_server.console.frame import BAD_FORM, Fields, Frame, Visit
from sync_server.console.reading import device_list, photos_on_their_way
from sync_server.console.words import word
from sync_server.settings import Settings
from sync_server.store import ledgers as store

PAGE = 50


def device_pages(pages: APIRouter, frame: Frame, settings: Settings) -> None:
    """Adds the pages."""

    def show(visit: Visit, **more: Any) -> Response:
        with frame.service.database.connect() as connection:
            found = sorted(device_list(connection, visit.ledger), key=lambda row: (-(row.last_seen or 0), row.device))
        with frame.service.database.read() as link:
            waiting = photos_on_their_way(link, visit.ledger)
            everyone = store.records_of_kind(link, visit.ledger, "person")
            units = {unit["id"]: unit["name"] for unit in store.records_of_kind(link, visit.ledger, "unit")}
            head = store.head(link, visit.ledger)
        size = head.size if head else 0
        words, asked = visit.request.query_params.get("q", "").strip(), visit.request.query_params.get("page", "")
        page = max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
        called = {person["id"]: person["name"] for person in everyone}
        found = [row for row in found if words.lower() in f"{called.get(row.person, '')} {row.title} {row.device}".lower()]
        groups = _groups([p for p in everyone if p["state"] == "active" and roles_of(p)], units, word("side_enterprise", visit.language))
        shown, last = found[(page - 1) * PAGE : page * PAGE], max(1, -(-len(found) // PAGE))
        values: dict[str, Any] = {"found": shown, "total": len(found), "page": page, "last": last, "words": words, "code": None} | more
        return frame.page(visit, "devices.html", waiting=waiting, groups=groups, size=size, **values)

    @pages.get("/devices")
    def list_devices(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("administer")
        return show(visit)

    @pages.post("/devices/code")
    def make_code(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        with frame.service.database.read() as link:
            person = store.records(link, ledger, [form.get("person", "")]).get(form.get("person", ""))
        if person is None or person["kind"] != "person":
            raise Refused(BAD_FORM)
        code = frame.service.make_code(ledger, person["id"], visit.person["id"])
        key = frame.service.keys.verifier_key(ledger)
        invitation = "paicha://enrol?" + urlencode({"server": settings.url, "code": code, "key": key})
        picture = segno.make(invitation, error="m").svg_data_uri(scale=5, border=3, light="#fff")
        return show(visit, code=f"{code[:5]}-{code[5:]}", code_for=person, picture=picture, server=settings.url, invitation=invitation)

    @pages.post("/devices/{id}/revoke")
    def revoke(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        return frame.act(visit, form, "device.revoke", id, {"reason": form.get("reason", "")}, f"/console/{ledger}/devices")


def _groups(people: list[Record], units: dict[str, str], enterprises: str) -> list[tuple[str, list[Record]]]:
    """Who may get a phone, by unit; whoever is of no unit after them, people of enterprises last."""
    found: dict[tuple[bool, bool, str], list[Record]] = {}
    for person in sorted(people, key=lambda p: (p["name"], p["id"])):
        of_enterprise = is_enterprise_person(person)
        unit = enterprises if of_enterprise else units.get(person["unit"], "—")
        found.setdefault((of_enterprise, unit == "—", unit), []).append(person)
    return [(unit, found[of_enterprise, without, unit]) for of_enterprise, without, unit in sorted(found)]
