"""The door: logging in, with a second factor where it is on, logging out, the language. Guessing is slow by account, by name and by address."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.errors import PaichaError, Refused, RetryLater, reason
from shared.protocol import UNKNOWN_LEDGER
from sync_server.auth import FREE_TRIES, SESSION_LIFE, START_AGAIN, CodeNeeded, Session, log_in, log_in_with_code, log_out
from sync_server.console.frame import COOKIE, LANGUAGE, Fields, Frame, language_of
from sync_server.console.navigation import menu
from sync_server.service import person_record
from sync_server.store import ledgers as store
from sync_server.throttle import Tries

NO_ROLE = reason("login.no_role", "您目前没有岗位，不能登录；请联系管理人员", "you hold no role at present and cannot log in: ask the office")


def entrance_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""
    addresses = Tries(frame.service.clock)
    names = Tries(frame.service.clock, FREE_TRIES)  # also those that nobody has: they are told nothing that others are not

    @pages.get("/")
    def start(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        return RedirectResponse(f"{visit.home}/{menu(visit.of_enterprise, visit.may)[0].path}", 303)

    def door(request: Request, ledger: str, status: int = 200, *, problem: str = "", login: str = "", ticket: str = "") -> Response:
        name = _ledger_name(frame, ledger, language_of(request))
        return frame.bare(request, ledger, "login.html", status, name=name, problem=problem, login=login, ticket=ticket)

    @pages.get("/login")
    def ask(request: Request, ledger: str) -> Response:
        return door(request, ledger)

    @pages.post("/login")
    def enter(request: Request, ledger: str, form: Fields) -> Response:
        """The first step, or with a ticket the second."""
        login, ticket = form.get("login", ""), form.get("ticket", "")
        who = f"{ledger}/{ticket.partition('/')[0] or login}"
        agent = request.headers.get("user-agent", "")
        try:
            with addresses.of(request.client.host if request.client else ""), names.of(who):
                if ticket:
                    session = log_in_with_code(frame.service, ledger, ticket, form.get("code", ""), agent=agent)
                else:
                    session = log_in(frame.service, ledger, login, form.get("password", ""), agent=agent)
                _require_role(frame, session)
        except CodeNeeded as needed:
            return door(request, ledger, login=login, ticket=needed.ticket)
        except (Refused, RetryLater) as refused:
            return door(request, ledger, 403, problem=refused.text(language_of(request)), login=login, ticket=_kept(ticket, refused))
        names.forget(who)
        return with_session(frame, RedirectResponse(f"/console/{ledger}/", 303), session)

    @pages.post("/logout")
    def leave(request: Request, ledger: str, form: Fields) -> Response:
        log_out(frame.service, frame.posted(request, ledger, form, changing=True).session.token)
        answer = RedirectResponse(f"/console/{ledger}/login", 303)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    @pages.get("/language/{language}")
    def choose(request: Request, ledger: str, language: str) -> Response:
        back = urlsplit(request.headers.get("referer", ""))
        inside = back.path.startswith(f"/console/{ledger}/") and back.netloc == request.url.netloc
        answer = RedirectResponse(f"{back.path}?{back.query}" if inside else f"/console/{ledger}/", 303)
        answer.set_cookie(LANGUAGE, "en" if language == "en" else "zh", 365 * 86_400, path="/", secure=frame.secure, httponly=True, samesite="lax")
        return answer


def with_session(frame: Frame, answer: Response, session: Session) -> Response:
    """The answer with somebody's session in its cookie."""
    answer.set_cookie(COOKIE, session.token, SESSION_LIFE // 1000, path="/", secure=frame.secure, httponly=True, samesite="lax")
    return answer


def _require_role(frame: Frame, session: Session) -> None:
    """Who has left knows why the door stays shut. Raises Refused(login.no_role)."""
    with frame.service.database.read() as link:
        person = person_record(link, session.ledger, session.person)
    if person is None or not person["roles"]:
        log_out(frame.service, session.token)
        raise Refused(NO_ROLE)


def _kept(ticket: str, refused: PaichaError) -> str:
    """A wrong code can be typed again; a ticket that is no longer good begins anew."""
    return "" if refused.code == START_AGAIN.code else ticket


def _ledger_name(frame: Frame, ledger: str, language: str) -> str:
    with frame.service.database.read() as link:
        record = store.records(link, ledger, ["ledger"]).get("ledger")
    if record is None:
        raise Refused(UNKNOWN_LEDGER, ledger)
    return str(record["name_en"] if language == "en" else record["name"])
