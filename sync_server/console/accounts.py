"""Who has a login: made, reset, shut and opened by those who administer, one by one or for all people of an enterprise; and who looked at it."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from shared.errors import Refused, reason
from shared.people import ENTERPRISE_ROLES
from shared.rules import Record
from shared.search import pinyin
from sync_server import auth
from sync_server.auth import FOR_GOOD, Account, account_of, accounts, fresh_password, set_password
from sync_server.console.frame import NO_RECORD, Fields, Form, Frame, Visit
from sync_server.console.reading import listing
from sync_server.reads import note_read, reads
from sync_server.service import person_record
from sync_server.settings import Settings
from sync_server.store import ledgers as store
from sync_server.store.database import Link
from sync_server.store.spelling import spell

HAS_ACCOUNT = reason("account.there", "此人已有账号；忘记密码请用“重置密码”", "this person has an account: for a forgotten password use reset")
NOT_ONESELF = reason("account.oneself", "不能停用自己的账号；请由另一名管理员办理", "you cannot shut your own account: another administrator can")
NO_ENTERPRISE = reason(
    "account.no_enterprise",
    "没有这个企业；请核对名称、编号或信用代码",
    "there is no such enterprise: check the name, the number or the credit code",
)
SEVERAL = reason("account.several", "不止一家企业符合，请写全称或信用代码", "more than one enterprise fits: give the whole name or the credit code")
NOBODY_LEFT = reason(
    "account.nobody_left",
    "这家企业没有待开账号的人员：都已有账号，或还没有登记；请先在“人员”中新增或导入",
    "nobody of this enterprise lacks an account: all have one or nobody is registered; add or import people first",
)
PAGE = 100
STATES = ("account_open", "account_one_time", "account_waits", "account_shut")
PROTECTED = ("accounts", "people.export", "reads")  # what is noted; each has its word


@dataclass(frozen=True, slots=True)
class Made:
    """An account just made or reset: the password is shown here and nowhere else."""

    name: str
    where: str
    login: str
    password: str


def account_admin_pages(pages: APIRouter, frame: Frame, settings: Settings) -> None:
    """Adds the pages."""
    service = frame.service

    def show(visit: Visit) -> Response:
        note_read(service, visit.ledger, visit.person["id"], "accounts")
        known = accounts(service, visit.ledger)
        with service.database.read() as link:
            people = store.records(link, visit.ledger, list(known))
        asked = visit.request.query_params
        words, state, now = asked.get("q", ""), asked.get("state", ""), service.clock()
        lines = [(account, people[id]) for id, account in known.items() if id in people and _fits(account, people[id], words, state, now)]
        pages_in_all = max(1, (len(lines) + PAGE - 1) // PAGE)
        page = min(page_of(visit.request), pages_in_all)
        return frame.page(
            visit, "accounts.html", lines=lines[(page - 1) * PAGE : page * PAGE], total=len(lines), page=page, pages=pages_in_all,
            open_sessions=auth.session_counts(service, visit.ledger), state_of=state_of, now=now, q=words, state=state, states=STATES,
        )  # fmt: skip

    def about(request: Request, ledger: str, id: str, form: Form) -> tuple[Visit, Record]:
        """A form of somebody who administers, and the person it is about."""
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        with service.database.read() as link:
            person = person_record(link, ledger, id)
        if person is None:
            raise Refused(NO_RECORD, id)
        return visit, person

    def sheet(visit: Visit, made: list[Made]) -> Response:
        return frame.page(visit, "accounts_made.html", made=made, site=f"{settings.url}/console/{visit.ledger}/")

    @pages.get("/accounts")
    def list_accounts(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("administer")
        return show(visit)

    @pages.post("/accounts/{id}/make")
    def make(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit, person = about(request, ledger, id, form)
        if account_of(service, ledger, id):
            raise Refused(HAS_ACCOUNT)
        login = form.get("login", "") or suggested_login(person, {account.login for account in accounts(service, ledger).values()})
        password = fresh_password()
        set_password(service, ledger, id, login, password, must_change=True)
        return sheet(visit, [Made(person["name"], person["post"], login, password)])

    @pages.post("/accounts/{id}/reset")
    def reset(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit, person = about(request, ledger, id, form)
        password = auth.reset_password(service, ledger, id, second_factor_off=form.get("second_off") == "1")
        account = account_of(service, ledger, id)
        return sheet(visit, [Made(person["name"], person["post"], account.login if account else "", password)])

    @pages.post("/accounts/{id}/shut")
    def close(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit, person = about(request, ledger, id, form)
        if id == visit.person["id"]:
            raise Refused(NOT_ONESELF)
        auth.shut(service, ledger, person["id"], for_good=True)
        return frame.back(_back(visit, id, form), "account.shut")

    @pages.post("/accounts/{id}/open")
    def reopen(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit, person = about(request, ledger, id, form)
        auth.shut(service, ledger, person["id"], for_good=False)
        return frame.back(_back(visit, id, form), "account.opened")

    @pages.post("/accounts/{id}/end")
    def end(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit, person = about(request, ledger, id, form)
        auth.end_sessions(service, ledger, person["id"])
        return frame.back(_back(visit, id, form), "account.sessions_ended")

    @pages.post("/accounts")
    def for_enterprise(request: Request, ledger: str, form: Fields) -> Response:
        """Everybody of an enterprise who has no account yet; the passwords on one sheet to hand over."""
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        wanted, known = form.get("enterprise", ""), accounts(service, ledger)
        with service.database.read() as link:
            found = enterprises_called(link, visit, wanted)
            people = [p for p in store.records_of_kind(link, ledger, "person") if p["id"] not in known]
        posts = {e["id"]: e["name"] for e in found}
        mine = [(p, held["unit"]) for p in people for held in p["roles"][:1] if held["role"] in ENTERPRISE_ROLES and held["unit"] in posts]
        if len(found) != 1 or not mine:
            refused = Refused(NO_ENTERPRISE) if not found else Refused(NOBODY_LEFT if len(found) == 1 else SEVERAL, "、".join(posts.values()))
            return frame.again(visit, form, "enterprise", refused, lambda: show(visit))
        taken, made = {account.login for account in known.values()}, []
        for person, enterprise in mine:
            login, password = suggested_login(person, taken), fresh_password()
            set_password(service, ledger, person["id"], login, password, must_change=True)
            taken.add(login)
            made.append(Made(person["name"], posts[enterprise], login, password))
        return sheet(visit, made)

    @pages.get("/reads")
    def list_reads(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("audit")
        note_read(service, ledger, visit.person["id"], "reads")
        page, what = page_of(request), request.query_params.get("what", "")
        rows, more = reads(service, ledger, what=what, page=page)
        return frame.page(visit, "reads.html", rows=rows, more=more, page=page, what=what, kinds=PROTECTED)


def suggested_login(person: Record, taken: set[str]) -> str:
    """The name in pinyin; whoever comes second gets a number."""
    base = "".join(c for c in pinyin(person["name"], spell)[1] if c.isascii() and c.isalnum())[:30] or "user"
    return base if base not in taken else next(f"{base}{n}" for n in range(2, 10_000) if f"{base}{n}" not in taken)


def page_of(request: Request) -> int:
    """Which page is asked for."""
    asked = request.query_params.get("page", "1")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def state_of(account: Account, now: int) -> str:
    """A word for how an account stands."""
    if account.locked_until >= FOR_GOOD:
        return "account_shut"
    return "account_waits" if account.locked_until > now else "account_one_time" if account.must_change else "account_open"


def _fits(account: Account, person: Record, words: str, state: str, now: int) -> bool:
    text = f"{account.login} {person['name']} {' '.join(pinyin(person['name'], spell))} {person['post']}".lower()
    return all(word in text for word in words.lower().split()) and state in ("", state_of(account, now))


def _back(visit: Visit, id: str, form: Form) -> str:
    return f"{visit.home}/people/{id}" if form.get("from") == "person" else f"{visit.home}/accounts"


def enterprises_called(link: Link, visit: Visit, words: str) -> list[Record]:
    """The one with exactly this name, number or credit code; otherwise those that a search for the words finds, a few."""
    known = store.records_of_kind(link, visit.ledger, "enterprise") if words else []
    exact = [e for e in known if words in (e["name"], e["credit_code"], e["number"])]
    if exact or not words:
        return exact
    rows = listing(link, visit.ledger, visit.person, "enterprise", search=words).rows[:5]
    records = store.records(link, visit.ledger, [row.id for row in rows])
    return [records[row.id] for row in rows]
