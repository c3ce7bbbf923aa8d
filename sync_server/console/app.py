"""The console: server-rendered pages in Chinese and English, without scripts. It changes the ledger only through accept, as the person logged in."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from shared.errors import Refused
from sync_server.blobs import LocalBlobs
from sync_server.console.account import account_pages
from sync_server.console.accounts import account_admin_pages
from sync_server.console.alerts import alert_pages
from sync_server.console.bundles import bundle_pages
from sync_server.console.calendar_page import calendar_pages
from sync_server.console.carrying import carrying_pages
from sync_server.console.criteria import criteria_pages
from sync_server.console.dashboard import dashboard_pages
from sync_server.console.devices import device_pages
from sync_server.console.documents import document_pages
from sync_server.console.enterprises import enterprise_pages
from sync_server.console.entrance import entrance_pages
from sync_server.console.frame import NO_PAGE, Frame
from sync_server.console.hazards import hazard_page, hazard_pages
from sync_server.console.importing import import_pages
from sync_server.console.inspections import inspection_pages
from sync_server.console.listings import listing_pages
from sync_server.console.lists import list_pages
from sync_server.console.live import live_pages
from sync_server.console.messages import message_pages
from sync_server.console.mine import mine_pages
from sync_server.console.mine_checks import mine_check_pages
from sync_server.console.mine_photos import mine_photo_pages
from sync_server.console.mine_report import mine_report_pages
from sync_server.console.mine_steps import mine_step_pages
from sync_server.console.people import people_pages
from sync_server.console.pictures import photo_pages
from sync_server.console.plans import plan_pages
from sync_server.console.presets import presets_pages
from sync_server.console.review import review_pages
from sync_server.console.settings_page import settings_pages
from sync_server.console.settling import settle_pages
from sync_server.console.steps import step_pages
from sync_server.console.tasks import task_pages
from sync_server.console.templates_page import template_pages
from sync_server.console.units import unit_pages
from sync_server.service import Service
from sync_server.settings import Settings
from sync_server.store import ledgers as store


def console_router(app: FastAPI, settings: Settings, service: Service, blobs: LocalBlobs) -> None:
    """Adds the console's pages to the application, under /console/<ledger>/."""
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    frame = Frame(service, secure=settings.secure_cookies)
    frame.environment.globals["demo_clock"] = service.clock if settings.demo else None
    pages = APIRouter(prefix="/console/{ledger}", include_in_schema=False, route_class=frame.route_class())
    entrance_pages(pages, frame)
    account_pages(pages, frame)
    account_admin_pages(pages, frame, settings)
    people_pages(pages, frame, settings)
    unit_pages(pages, frame)
    dashboard_pages(pages, frame)
    live_pages(pages, frame)
    list_pages(pages, frame)
    hazard_pages(pages, frame, blobs)
    step_pages(pages, frame, blobs, hazard_page)
    plan_pages(pages, frame, blobs)
    listing_pages(pages, frame, blobs)
    review_pages(pages, frame, blobs)
    inspection_pages(pages, frame, blobs)
    enterprise_pages(pages, frame)
    document_pages(pages, frame, blobs)
    message_pages(pages, frame)
    photo_pages(pages, frame, blobs)
    device_pages(pages, frame, settings)
    settle_pages(pages, frame)
    bundle_pages(pages, frame, settings, blobs)
    import_pages(pages, frame, settings)
    criteria_pages(pages, frame, settings)
    presets_pages(pages, frame)
    settings_pages(pages, frame)
    calendar_pages(pages, frame)
    carrying_pages(pages, frame, settings)
    template_pages(pages, frame)
    mine_pages(pages, frame)
    mine_step_pages(pages, frame, blobs)
    mine_report_pages(pages, frame, blobs)
    mine_check_pages(pages, frame, blobs)
    mine_photo_pages(pages, frame, blobs)
    task_pages(pages, frame)
    alert_pages(pages, frame, blobs)
    _elsewhere(pages)
    app.include_router(pages)

    @app.get("/", include_in_schema=False)
    def first() -> Response:
        """To the ledger, where there is only one; otherwise a list would tell strangers which there are."""
        with service.database.read() as link:
            names = store.ledger_names(link)
        return RedirectResponse(f"/console/{names[0]}/" if len(names) == 1 else "/health", 303)


def _elsewhere(pages: APIRouter) -> None:
    @pages.get("/{rest:path}")
    def nowhere(ledger: str, rest: str) -> Response:
        """Any other address, in words; comes last."""
        if rest.endswith("/"):
            return RedirectResponse(f"/console/{ledger}/{rest.rstrip('/')}", 303)
        raise Refused(NO_PAGE)

