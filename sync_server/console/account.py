"""One's own account: the password, the second factor with its recovery codes, and where one is logged in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.errors import Refused, reason
from sync_server import auth
from sync_server.console.entrance import with_session
from sync_server.console.frame import BAD_FORM, Fields, Frame, Visit
from sync_server.console.words.people import browser_of
from sync_server.second_factor import fresh_recovery_codes, fresh_secret, invitation, is_secret, matching_step, picture

NOT_TWICE = reason("account.not_twice", "两次输入的新密码不一致，请重新输入", "the new password was not typed the same twice: type it again")
WRONG_PASSWORD = reason("account.wrong_password", "当前密码不对，请重新输入", "the present password is wrong: type it again")
IS_ON = reason("account.is_on", "二次验证已经开启；要换验证器，请先关闭", "the second factor is on already: turn it off first to change the app")


def account_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""
    service = frame.service

    def show(visit: Visit, **more: Any) -> Response:
        person = visit.person["id"]
        account = auth.account_of(service, visit.ledger, person)
        if account is None:
            raise Refused(auth.NO_ACCOUNT)
        here = auth.session_id(visit.session.token)
        values = {"secret": "", "image": "", "codes": ()} | more
        return frame.page(
            visit, "account.html", account=account, sessions=auth.sessions_of(service, visit.ledger, person), here=here, browser=browser_of,
            must_change=visit.session.must_change, **values,
        )  # fmt: skip

    def show_secret(visit: Visit, secret: str) -> Response:
        account = auth.account_of(service, visit.ledger, visit.person["id"])
        address = invitation(secret, account.login if account else visit.person["name"], visit.ledger)
        return show(visit, secret=secret, image=picture(address))

    @pages.get("/account")
    def mine(request: Request, ledger: str) -> Response:
        return show(frame.visit(request, ledger, changing=True))

    @pages.post("/account/password")
    def change(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form, changing=True)
        try:
            if form.get("new_password") != form.get("again_password"):
                raise Refused(NOT_TWICE)
            agent = request.headers.get("user-agent", "")
            session = auth.change_password(service, visit.session, form.get("old_password", ""), form.get("new_password", ""), agent=agent)
        except Refused as refused:
            return frame.again(visit, form, "password", _own(refused), lambda: show(visit))
        to = f"/console/{ledger}/account?done=account.password" if not visit.session.must_change else f"/console/{ledger}/"
        return with_session(frame, RedirectResponse(to, 303), session)

    @pages.post("/account/second/start")
    def begin(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        _require_off(visit)
        return show_secret(visit, fresh_secret())

    @pages.post("/account/second/on")
    def turn_on(request: Request, ledger: str, form: Fields) -> Response:
        """With a code of the new secret: who mistyped it would otherwise be shut out."""
        visit = frame.posted(request, ledger, form)
        _require_off(visit)
        secret = form.get("secret", "")
        if not is_secret(secret):
            raise Refused(BAD_FORM, "secret")
        try:
            auth.confirm_password(service, visit.session, form.get("password", ""))
            step = matching_step(secret, form.get("code", ""), service.clock(), after=0)
            if not step:
                raise Refused(auth.WRONG_CODE)
        except Refused as refused:
            return frame.again(visit, form, "second", _own(refused), lambda: show_secret(visit, secret))
        auth.set_second_factor(service, ledger, visit.person["id"], secret, step)
        codes = fresh_recovery_codes()
        auth.set_recovery_codes(service, ledger, visit.person["id"], codes)
        auth.end_sessions(service, ledger, visit.person["id"], but=visit.session.token)
        return show(visit, codes=codes)

    @pages.post("/account/second/codes")
    def new_codes(request: Request, ledger: str, form: Fields) -> Response:
        """New recovery codes; the old ones are no longer good."""
        visit = frame.posted(request, ledger, form)
        try:
            _confirm(visit, form)
        except Refused as refused:
            return frame.again(visit, form, "second", _own(refused), lambda: show(visit))
        codes = fresh_recovery_codes()
        auth.set_recovery_codes(service, ledger, visit.person["id"], codes)
        return show(visit, codes=codes)

    @pages.post("/account/second/off")
    def turn_off(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        try:
            _confirm(visit, form)
        except Refused as refused:
            return frame.again(visit, form, "second", _own(refused), lambda: show(visit))
        auth.set_second_factor(service, ledger, visit.person["id"], "")
        return frame.back(f"{visit.home}/account", "account.second_off")

    @pages.post("/account/sessions")
    def end(request: Request, ledger: str, form: Fields) -> Response:
        """One of one's own sessions, or all but this one."""
        visit = frame.posted(request, ledger, form)
        auth.end_sessions(service, ledger, visit.person["id"], only=form.get("session", ""), but=visit.session.token)
        return frame.back(f"{visit.home}/account", "account.sessions_ended")

    def _require_off(visit: Visit) -> None:
        account = auth.account_of(service, visit.ledger, visit.person["id"])
        if account is None or account.second_factor:
            raise Refused(IS_ON if account else auth.NO_ACCOUNT)

    def _confirm(visit: Visit, form: Fields) -> None:
        """Password and code both, as at the door. Raises Refused."""
        row = auth.confirm_password(service, visit.session, form.get("password", ""))
        auth.use_code(service, visit.ledger, row, form.get("code", ""))


def _own(refused: Refused) -> Refused:
    """Why, to somebody whose name is known."""
    return Refused(WRONG_PASSWORD) if refused.code == auth.WRONG_PASSWORD.code else refused
