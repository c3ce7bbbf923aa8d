"""Who gets where: every route of the application with everybody, and what no page may ever do.

`PAGES` says of each page of the console who gets there; a page that is missing in it fails the first test. Of a page about one record those who do
not see that record learn nothing but what they would learn of one that does not exist. The world below has one of each; its records are at enterprise
e1, community c1, section s1.
"""

from __future__ import annotations

import hashlib
import io
import re
import socket
import zipfile
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests
from fastapi import Response

from sync_server.accept import Act
from sync_server.app import create_app
from sync_server.auth import Session, set_password
from sync_server.console.entrance import with_session
from sync_server.console.frame import Frame
from sync_server.settings import Settings
from sync_server.store import ledgers as store
from tests.console.browser import Browser
from tests.console.conftest import PASSWORD, Site
from tests.worlds import LEDGER, NOON, TEMPLATE, confirm_body, report_body, start_body

FOLDER = Path()  # the application that is only asked for its routes writes nothing
DAY = 86_400_000
SEEN = 10**9  # whoever acts has seen everything
MARK = "只有相关人员可见"  # stands in the texts of the records
NO_FILE = f"{'0' * 64}.csv"

WHOLE = {"admin", "office", "leader", "committee", "auditor"}  # see the whole ledger
HERE = {"head", "lin", "expert", "grid"}  # of the section or the community of the records
ELSEWHERE = {"head2", "qin", "grid2"}
GOVERNMENT = WHOLE | HERE | ELSEWHERE
ENTERPRISE, OTHERS = {"safety", "deputy", "boss"}, {"safety2"}
EVERYBODY = GOVERNMENT | ENTERPRISE | OTHERS
ADMINISTER = {"admin", "office"}
REVIEW = {"head", "head2", "office"}
INSPECT = {"lin", "qin", "grid", "grid2", "head", "head2", "office", "expert"}


@dataclass(frozen=True)
class Page:
    """Who gets there (all others are told it is not for them, or that there is no such record), and what stands in the address.

    `gone`: what the address names is not there, so that those who may get there learn that. `stream`: it does not end, so only who may not is tried.
    """

    who: set[str]
    values: dict[str, str]
    gone: bool = False
    stream: bool = False


def inspected(id: str) -> list[Act]:
    """An inspection by lin, handed in."""
    answers = [Act("lin", "inspection.answer", id, {"item": item["id"], "value": "conform"}, SEEN) for item in TEMPLATE["items"]]
    return [
        Act("lin", "inspection.start", id, start_body("assistance")), *answers,
        Act("lin", "inspection.moment", id, {"moment": "end", "at": NOON + 1, "position": None, "reason": "室内"}, SEEN),
        Act("lin", "inspection.conclude", id, {"conclusion": MARK}, SEEN),
        Act("lin", "inspection.sign", id, {"role": "inspector", "name": "林", "signed_at": NOON + 2}, SEEN),
        Act("lin", "inspection.sign", id, {"role": "unit", "name": "王", "signed_at": NOON + 3}, SEEN), Act("lin", "inspection.submit", id, {}, SEEN),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def trust(site: Site) -> Site:
    """One of each record at e1, c1, s1, and everybody with an account."""
    world = site.world
    spare = {"name": "备用人员", "card_no": ""}
    major = confirm_body(level="major", criterion="x", mass_casualty=False, unsafe_now=False, deadline=NOON + 60 * DAY)
    listing = {"hazard": "h2", "level": "section", "grounds": ["multi_department"], "reason": "x"}
    task = {"kind": "assistance", "enterprise": "e1", "purposes": [], "origin": "plan", "due": NOON + 20 * DAY, "leader": "lin", "members": []}
    acts = [
        Act("admin", "person.add", "grid2", {"name": "grid2员"}), Act("admin", "person.grant", "grid2", {"role": "community_worker", "unit": "c2"}),
        Act("admin", "person.add", "safety2", {"name": "safety2员"}), Act("admin", "person.grant", "safety2", {"role": "ent_officer", "unit": "e2"}),
        Act("admin", "person.add", "spare", spare), Act("admin", "unit.add", "u-spare", {"kind": "station", "name": "备用站"}),
        Act("lin", "hazard.report", "h1", report_body(description=f"{MARK} 配电箱门缺失")), Act("lin", "hazard.submit", "h1", {}),
        Act("head", "hazard.confirm", "h1", confirm_body(), SEEN),
        *inspected("i1"), Act("lin", "hazard.report", "h2", report_body(description=f"{MARK} 货架超载")), Act("lin", "hazard.submit", "h2", {}),
        Act("head", "hazard.confirm", "h2", major, SEEN), Act("head", "listing.propose", "l1", listing, SEEN),
        Act("head", "task.plan", "t1", {**task, "note": MARK}),
        Act("office", "alert.issue", "w1", {"title": "同类事故", "happened": "x", "check_for": "x", "target": "all", "due": NOON + 20 * DAY}),
        Act("safety", "inspection.start", "i2", start_body("enterprise_self")),
    ]  # fmt: skip
    verdicts = world.service.act(LEDGER, acts).verdicts
    assert {v.verdict for v in verdicts} == {"accepted"}, [(a.kind, v.code) for a, v in zip(acts, verdicts, strict=True) if v.verdict != "accepted"]
    for person in EVERYBODY | {"spare"}:
        set_password(world.service, LEDGER, person, person, PASSWORD)
    return site


@pytest.fixture(scope="module")
def visitors(trust: Site) -> dict[str, Browser]:
    """Everybody, logged in."""
    return {person: trust.browser(person) for person in sorted(EVERYBODY)}


def routes(site: Site) -> list[str]:
    """Every route of the application, "GET /path": of the console below the ledger's home, of the rest whole."""
    found: list[str] = []

    def walk(these: Any) -> None:
        for route in these:
            if hasattr(route, "original_router"):
                walk(route.original_router.routes)
            elif hasattr(route, "methods"):
                found.extend(f"{method} {route.path}" for method in sorted(route.methods - {"HEAD"}))

    walk(create_app(Settings(FOLDER, port=1), site.world.service, site.blobs).routes)
    return found


def outcome(answer: requests.Response) -> str:
    """What became of a request: login, denied, absent, or ok."""
    if answer.url.endswith("/login"):
        return "login"
    if code_of(answer) in ("page.not_allowed", "no_right", "out_of_reach") or answer.status_code == 403:
        return "denied"
    return "absent" if answer.status_code == 404 else "ok"


def code_of(answer: requests.Response) -> str:
    """The reason's code on a page that says why something was not done, or ""."""
    text = answer.text if answer.status_code >= 400 and "html" in answer.headers.get("Content-Type", "") else ""
    found: list[str] = re.findall(r'<p class="soft">([a-z_.]+)</p>', text)
    return found[-1] if found else ""


def tried(visitor: Browser, place: str, values: dict[str, str], **fields: str) -> requests.Response:
    """One request, followed to where it leads; a POST brings a file, for those that want one, but otherwise an empty form."""
    method, _, path = place.partition(" ")
    for name, value in values.items():
        path = re.sub(r"\{" + name + r"(:path)?\}", value, path)
    url = f"{visitor.site.url}/console/{LEDGER}{path}"
    if method == "GET":
        return visitor.session.get(url, timeout=60)
    return visitor.session.post(url, data=fields, files={"file": ("x.csv", b"x"), "photo": ("x.jpg", b"x")}, timeout=60)


SEE = WHOLE | HERE  # who of the government sees the records
ISSUE = {"head", "lin", "office", "committee"}  # documents, of those who see what they are about


def same(who: set[str], *places: str, **more: Any) -> dict[str, Page]:
    """Several pages for the same people, with the same in their addresses."""
    values = {name: value for name, value in more.items() if isinstance(value, str)}
    rest = {name: value for name, value in more.items() if not isinstance(value, str)}
    return {place: Page(who, values, **rest) for place in places}


PAGES: dict[str, Page] = {
    # one's own
    **same(EVERYBODY, "GET /", "GET /account", "POST /account/password", "POST /account/second/start", "POST /account/second/on"),
    **same(EVERYBODY, "POST /account/second/codes", "POST /account/second/off", "POST /account/sessions", "POST /views", "POST /views/remove"),
    **same(EVERYBODY, "GET /language/{language}", language="zh"),
    **same(EVERYBODY, "GET /events", stream=True),
    **same(EVERYBODY, "GET /{rest:path}", rest="no/such/page", gone=True),
    # lists and reports: what is in them is of one's own area
    **same(EVERYBODY, *(f"GET /{kind}{form}" for kind in ("hazards", "inspections", "enterprises") for form in ("", ".csv", ".xlsx"))),
    **same(EVERYBODY, "GET /documents", "GET /settle", "POST /settle/conflict", "GET /alerts", "GET /alerts/issued"),
    **same(GOVERNMENT, "GET /dashboard", "GET /listings", "GET /notices", "GET /messages", "GET /tasks", "GET /failures", "GET /people"),
    **same(GOVERNMENT, "GET /units", "GET /units/liaisons", "GET /criteria", "GET /templates", "GET /calendar"),
    # records
    **same(SEE | ENTERPRISE, "GET /hazards/{id}", "GET /hazards/{id}/steps/{step}", id="h1", step="verify"),
    **same(SEE | ENTERPRISE, *(f"GET /hazards/{{id}}/{paper}.{{form}}" for paper in ("order", "reinspection", "extension")), id="h1", form="html"),
    **same(SEE, "POST /hazards/{id}/steps/{step}", id="h1", step="verify"),
    **same(REVIEW & SEE, "POST /hazards/{id}", "GET /review/{id}", "POST /review/{id}", id="h1"),
    **same(REVIEW & SEE, "GET /review/inspections/{id}", "POST /review/inspections/{id}", id="i1"),
    **same(ISSUE, *(f"POST /hazards/{{id}}/{paper}/issue" for paper in ("order", "reinspection", "extension")), id="h1"),
    **same(SEE, "GET /inspections/{id}", id="i1"),
    **same(SEE, "GET /inspections/{id}/signatures/{signer}", id="i1", signer="lin", gone=True),  # signed without a picture
    **same(REVIEW & SEE, "POST /inspections/{id}", id="i1"),
    **same(SEE, "GET /inspections/{id}/record.{form}", "GET /inspections/{id}/order.{form}", id="i1", form="html"),
    **same(ISSUE, "POST /inspections/{id}/record/issue", "POST /inspections/{id}/order/issue", id="i1"),
    **same(SEE, "GET /listings/{id}", "GET /listings/{id}/steps/{step}", id="l1", step="progress"),
    **same(SEE, *(f"GET /listings/{{id}}/{paper}.{{form}}" for paper in ("notice", "extension", "acceptance", "delisting")), id="l1", form="html"),
    **same(ISSUE, *(f"POST /listings/{{id}}/{paper}/issue" for paper in ("notice", "extension", "acceptance", "delisting")), id="l1"),
    **same({"head", "office", "committee"}, "POST /listings/{id}/steps/{step}", id="l1", step="progress"),
    **same(REVIEW | {"committee"}, "GET /plans", "GET /plans/{id}/{step}", id="h2", step="accept_plan"),
    **same({"head", "office", "committee"}, "POST /plans/{id}/{step}", id="h2", step="accept_plan"),
    **same(REVIEW, "GET /review", "GET /review/inspections", "POST /hazards/return-many", "POST /settle/refused"),
    **same(SEE | ENTERPRISE, "GET /enterprises/{id}", id="e1"),
    **same({"admin", "office", "head", "lin"}, "POST /enterprises/{id}", id="e1"),
    **same(SEE, "GET /enterprises/{id}/message", id="e1"),
    **same(EVERYBODY, "GET /documents/{id}", "GET /documents/{id}.pdf", "GET /documents/{id}/receipt.{form}", id="none", form="html", gone=True),
    **same(ISSUE | {"head2", "qin"}, "POST /documents/{id}/serve", "POST /documents/{id}/withdraw", id="none", gone=True),
    **same(EVERYBODY, "GET /photos/{sha256}", "GET /files/{record}/{sha256}", sha256="ab" * 32, record="h1", gone=True),
    # tasks and alerts
    **same(REVIEW, "GET /tasks/new", "POST /tasks/new"),
    **same(WHOLE | {"head", "lin", "expert"}, "GET /tasks/{id}", id="t1"),
    **same({"head", "office"}, "POST /tasks/{id}", id="t1"),
    **same({"office", "committee"}, "GET /alerts/new", "POST /alerts/new"),
    **same(EVERYBODY, "GET /alerts/{id}", id="w1"),
    **same(ENTERPRISE | OTHERS, "POST /alerts/{id}", id="w1"),
    **same({"head", "office", "lin"}, "POST /failures/{id}", id="h1"),
    # what phones have sent by file
    **same(ADMINISTER, "GET /bundles", "POST /bundles"),
    **same(ADMINISTER, "POST /bundles/{id}/again", "POST /bundles/{id}/drop", id="none", gone=True),
    # the enterprise's own side
    **same(ENTERPRISE | OTHERS, "GET /mine", "GET /mine/notice", "POST /mine/notice", "GET /mine/inspections"),
    **same(ENTERPRISE, *(f"{method} /mine/hazards/{{id}}{part}" for method in ("GET", "POST") for part in ("", "/photos")), id="h1"),
    **same(ENTERPRISE, "GET /mine/hazards/{id}/pictures/{sha256}", id="h1", sha256="ab" * 32, gone=True),
    **same({"safety", "boss", "safety2"}, "GET /mine/report", "GET /mine/inspections/new"),
    **same({"safety", "boss"}, "POST /mine/report", enterprise="e1"),
    **same({"safety", "boss"}, "POST /mine/inspections/new", enterprise="e1", gone=True),
    **same({"safety"}, "GET /mine/inspections/{id}", id="i2"),  # a draft is its makers'
    **same(EVERYBODY, "POST /mine/photos", "GET /mine/photos/{ticket}", ticket="none"),  # a ticket opens for its maker alone
    # administration
    **same(ADMINISTER, "GET /accounts", "POST /accounts", "GET /devices", "POST /devices/code", "GET /presets", "GET /settings", "POST /settings"),
    **same(ADMINISTER, "POST /settings/campaign", "GET /template-editor", "POST /template-editor", "POST /template-editor/publish"),
    **same(ADMINISTER, *(f"POST /accounts/{{id}}/{step}" for step in ("make", "reset", "shut", "open", "end")), id="spare"),
    **same(ADMINISTER | {"auditor"}, "GET /reads"),
    **same(ADMINISTER, "GET /people/new", "POST /people", "GET /people/export.csv", "GET /people/import", "GET /people/import/template.csv"),
    **same(ADMINISTER, "POST /people/import", "GET /old-ledger", "POST /old-ledger"),
    **same(ADMINISTER, "GET /people/import/{file}/report.csv", "POST /people/import/{file}", file=NO_FILE, gone=True),
    **same(ADMINISTER, "GET /old-ledger/{file}/report.csv", "POST /old-ledger/{file}", file=NO_FILE, gone=True),
    **same(GOVERNMENT, "GET /people/{id}", id="spare"),
    **same(ADMINISTER, *(f"POST /people/{{id}}/{step}" for step in ("edit", "grant", "revoke", "leave")), id="spare"),
    **same(ADMINISTER | {"head", "head2"}, "POST /people/{id}/stand-in", "POST /people/{id}/stand-in/end", id="spare"),
    **same(ADMINISTER, "POST /units", "POST /units/{id}/edit", "POST /units/{id}/close", id="u-spare"),
    **same(GOVERNMENT, "GET /units/{id}", id="u-spare"),
    **same(ADMINISTER | {"head", "head2"}, "POST /units/{id}/liaison", id="u-spare"),
    **same(ADMINISTER, "POST /devices/{id}/revoke", id="none"),
    **same(ADMINISTER, "POST /presets/{name}", name="return"),
    **same(ADMINISTER, "POST /calendar/{year}", year="none", gone=True),
    **same(GOVERNMENT, "GET /templates/{id}", "GET /templates/{id}/{version}.yaml", id="idle-sites", version="1"),
    **same(ADMINISTER, "POST /templates/{id}/retire", id="idle-sites"),
    **same(ADMINISTER | REVIEW | {"lin", "qin"}, "GET /import", "GET /import/template.csv", "POST /import"),
    **same(ADMINISTER | REVIEW | {"lin", "qin"}, "GET /import/{file}/report.csv", "POST /import/{file}", file=NO_FILE, gone=True),
    **same(ADMINISTER | REVIEW, "POST /criteria", "POST /criteria/shipped", "GET /criteria/import", "POST /criteria/import"),
    **same(ADMINISTER | REVIEW, "GET /criteria/import/{file}/report.csv", "POST /criteria/import/{file}", file=NO_FILE, gone=True),
    **same(GOVERNMENT, "GET /criteria/{id}", id="none", gone=True),
    **same(ADMINISTER | REVIEW, "POST /criteria/{id}", "POST /criteria/{id}/checked", id="none", gone=True),
    **same(ADMINISTER | REVIEW, "POST /criteria/{id}/end", id="none"),
}  # fmt: skip
DOOR = {"GET /login", "POST /login", "POST /logout"}  # tried in tests of their own
# Routes beside the console: who may without a token; a phone's own work is tried in tests/server.
OPEN = {
    "GET /", "GET /health", "GET /version", "GET /openapi.json", "OPTIONS /v1/ledgers/{ledger}/photos",
    "GET /v1/ledgers/{ledger}/checkpoint", "GET /v1/ledgers/{ledger}/proof/{no}", "GET /v1/ledgers/{ledger}/entry/{no}",
}  # fmt: skip
SIGNED = {
    "POST /v1/enrol", "POST /v1/ledgers/{ledger}/renew", "POST /v1/ledgers/{ledger}/token", "POST /v1/ledgers/{ledger}/push",
    "POST /v1/ledgers/{ledger}/pull", "POST /v1/ledgers/{ledger}/photos", "PATCH /v1/ledgers/{ledger}/photos/{id}",
    "GET /v1/ledgers/{ledger}/blobs/{sha256}",
}  # fmt: skip
HOME = "/console/{ledger}"
FIELDS = {"kind": "enterprise_self", "enterprise": "e1", "served_at": "2023-07-22T10:00", "base": "0"}  # so that a form gets as far as its rights


def of_console(site: Site) -> set[str]:
    """The console's routes, below the ledger's home."""
    return {route.replace(HOME, "") for route in routes(site) if HOME in route}


def test_every_page_has_its_line_in_the_table(trust: Site) -> None:
    there = of_console(trust) - DOOR
    assert there == PAGES.keys(), f"without a line: {sorted(there - PAGES.keys())}; lines without a page: {sorted(PAGES.keys() - there)}"


def test_every_route_beside_the_console_is_open_or_signed(trust: Site) -> None:
    assert {route for route in routes(trust) if HOME not in route} == OPEN | SIGNED


@pytest.mark.parametrize("place", sorted(SIGNED))
def test_without_a_signature_or_a_token_a_phones_routes_give_nothing(trust: Site, place: str) -> None:
    method, _, path = place.partition(" ")
    address = trust.url + path.replace("{ledger}", LEDGER).replace("{id}", "x").replace("{sha256}", "ab" * 32)
    size = everything(trust)
    for headers in ({}, {"Authorization": "Bearer x.y.z.1.2"}, {"Authorization": "Bearer é".encode().decode("latin-1")}):
        answer = requests.request(method, address, json={"protocol": 1}, headers=headers, timeout=30)
        assert 400 <= answer.status_code < 500, (place, headers, answer.status_code)
    assert everything(trust) == size


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_everybody_gets_where_the_table_says_and_nowhere_else(trust: Site, visitors: dict[str, Browser], method: str) -> None:
    wrong = []
    for place, page in sorted(PAGES.items()):
        if not place.startswith(method):
            continue
        for person, visitor in visitors.items():
            if page.stream and person in page.who:
                continue
            answer = tried(visitor, place, page.values, csrf=csrf_of(visitor), **FIELDS)
            became = outcome(answer)
            if became == "ok" and person not in page.who and "id" in page.values:  # a form may be looked at before the record it is about
                unknown = tried(visitor, place, page.values | {"id": "no-such-record"}, csrf=csrf_of(visitor), **FIELDS)
                became = "absent" if code_of(answer) == code_of(unknown) != "" else "ok"
            expected = {"absent"} if page.gone and person in page.who else {"ok"} if person in page.who else {"denied", "absent"}
            if became not in expected or answer.status_code >= 500:
                wrong.append(f"{place} {page.values} {person}: {became} {answer.status_code}, expected {sorted(expected)}")
    assert not wrong, "\n".join(wrong)


def csrf_of(visitor: Browser) -> str:
    """The secret of the visitor's session, from a page that everybody has."""
    if "csrf" not in visitor.hidden:
        visitor.get("/account")
    return visitor.hidden["csrf"]


def test_nobody_and_who_has_logged_out_get_to_the_door_and_no_further(trust: Site) -> None:
    gone = trust.browser("office")
    secret = csrf_of(gone)
    cookie = gone.session.cookies.get_dict()
    gone.get("/account")
    gone.post("/logout")
    gone.session.cookies.update(cookie)  # the cookie that was good
    size = everything(trust)
    for visitor in (Browser(trust), gone):
        wrong = [place for place, page in PAGES.items() if place not in ("GET /language/{language}", "GET /{rest:path}")
                 and outcome(tried(visitor, place, page.values, csrf=secret)) not in ("login", "denied")]  # fmt: skip
        assert not [p for p in wrong if p != "POST /mine/photos"], wrong  # scripts are told so as data, see below
    assert everything(trust) == size


def test_a_session_of_one_ledger_opens_no_other(trust: Site, visitors: dict[str, Browser]) -> None:
    answer = visitors["office"].session.get(f"{trust.url}/console/elsewhere/hazards", timeout=30)
    assert answer.status_code == 404 or answer.url.endswith("/login")


@pytest.mark.parametrize("secret", [None, "", "wrong", "é", "0" * 22])
def test_a_form_without_the_sessions_own_secret_changes_nothing_whoever_sends_it(
    trust: Site, visitors: dict[str, Browser], secret: str | None
) -> None:
    before = everything(trust)
    fields = FIELDS if secret is None else FIELDS | {"csrf": secret}
    for place, page in [*PAGES.items(), ("POST /logout", Page(EVERYBODY, {}))]:
        if not place.startswith("POST"):
            continue
        for person in sorted(page.who & {"office", "head", "boss", "safety"})[:2]:
            answer = tried(visitors[person], place, page.values, **fields)
            assert answer.status_code in (404, 409), (place, person, answer.status_code)
            assert "页面已过期" in answer.text or "expired" in answer.text or "\\u9875\\u9762" in answer.text, (place, person, answer.text[-600:])
    assert everything(trust) == before


def test_nothing_of_a_record_stands_on_any_page_of_those_who_do_not_see_it(trust: Site, visitors: dict[str, Browser]) -> None:
    """Whatever page and form of a list: the text of h1, h2, i1 and t1 reaches nobody of another section, community or enterprise."""
    leaks = []
    for person in sorted(ELSEWHERE | OTHERS):
        for place, page in PAGES.items():
            if place.startswith("GET") and not page.stream:
                answer = tried(visitors[person], place, page.values)
                if MARK in text_of(answer.content):
                    leaks.append(f"{place} {person}")
    assert not leaks
    assert MARK in visitors["head"].get("/hazards").text, "it can be seen at all"
    assert MARK in text_of(tried(visitors["head"], "GET /hazards.xlsx", {}).content)


def text_of(content: bytes) -> str:
    """What stands in an answer, also in a workbook."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    return unescape(content.decode("utf-8", "replace"))


def test_every_answer_of_the_console_carries_the_headers_that_keep_others_out(trust: Site, visitors: dict[str, Browser]) -> None:
    for place, page in PAGES.items():
        if not place.startswith("GET") or page.stream:
            continue
        for person in ("office", "boss"):
            answer = tried(visitors[person], place, page.values)
            for each in (*answer.history, answer):
                assert each.headers["X-Content-Type-Options"] == "nosniff", place
                policy = each.headers["Content-Security-Policy"]
                assert "frame-ancestors 'none'" in policy and "unsafe" not in policy, place
                assert "default-src 'none'" in policy or "html" not in each.headers.get("Content-Type", "html"), place
                assert each.headers["Referrer-Policy"] == "same-origin", place
                assert "no-store" in each.headers["Cache-Control"] or "private" in each.headers["Cache-Control"], place


def test_pages_hold_no_script_and_no_style_of_their_own(trust: Site, visitors: dict[str, Browser]) -> None:
    """The policy forbids both; a page that has them would be broken."""
    for place, page in PAGES.items():
        if place.startswith("GET") and not page.stream:
            text = tried(visitors["office"], place, page.values).text
            assert not re.search(r"<script(?![^>]*\bsrc=)|\son[a-z]+=\"|javascript:|\sstyle=\"", text.split("<svg")[0]), place


def test_the_sessions_cookie_is_for_the_server_alone(trust: Site) -> None:
    answer = requests.post(f"{trust.url}/console/{LEDGER}/login", data={"login": "office", "password": PASSWORD}, timeout=30, allow_redirects=False)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    https = with_session(Frame(trust.world.service, secure=True), Response(), Session("token", LEDGER, "office", "secret"))
    assert "Secure" in https.headers["Set-Cookie"], "behind https it is sent over https only"


def test_ids_of_others_in_an_address_are_not_answered_with_what_they_are_called(trust: Site, visitors: dict[str, Browser]) -> None:
    """A filter, a link to what was just done: each names a record by its id."""
    name = visitors["office"].get("/enterprises/e1").text.split("<h1>")[1].split("<")[0].strip()
    for person in ("safety2", "head2", "grid2"):
        for query in ("enterprise=e1", "enterprise=h1", "person=h1", "person=e1", "done=hazard.confirm&done_to=h1", "done=x&done_to=e1"):
            for page in ("/hazards", "/inspections", "/enterprises", "/alerts", "/settle"):
                text = visitors[person].get(f"{page}?{query}").text
                assert MARK not in text and name not in text, (person, page, query)
    assert name in visitors["head"].get("/hazards?enterprise=e1").text


def test_returning_many_tells_nothing_of_a_record_that_the_reviewer_does_not_see(trust: Site, visitors: dict[str, Browser]) -> None:
    number = store_record(trust, "h1")["ledger_no"]
    size = everything(trust)
    answer = tried(visitors["head2"], "POST /hazards/return-many", {}, csrf=csrf_of(visitors["head2"]), base="0", id="h1", reason="x", operation="o")
    assert answer.status_code == 200 and number not in answer.text
    assert everything(trust) == size


def test_who_sees_one_enterprise_is_offered_the_marks_of_that_one(trust: Site, visitors: dict[str, Browser]) -> None:
    act = Act("office", "enterprise.edit", "e1", {"changes": {"tags": ["粉尘涉爆"]}}, SEEN)
    assert trust.world.service.act(LEDGER, [act]).verdicts[0].verdict == "accepted"
    assert "粉尘涉爆" in visitors["head"].get("/enterprises").text
    for person in ("safety2", "head2", "grid2"):
        assert "粉尘涉爆" not in visitors[person].get("/enterprises").text, person


def test_a_form_without_end_is_refused_before_it_fills_the_memory(trust: Site, visitors: dict[str, Browser]) -> None:
    door = requests.post(f"{trust.url}/console/{LEDGER}/login", data={f"x{n}": "x" * 1_000 for n in range(70)}, timeout=30)
    assert door.status_code == 413 and code_of(door) == "page.too_large"
    mine = tried(visitors["safety"], "POST /mine/report", {}, **{f"x{n}": "x" for n in range(3_001)})
    assert mine.status_code == 413 and code_of(mine) == "page.too_large"
    text = {"csrf": csrf_of(visitors["safety"]), **{f"x{n}": "x" * 100_000 for n in range(43)}}
    told = visitors["safety"].session.post(f"{trust.url}/console/{LEDGER}/mine/notice", data=text, timeout=30)
    assert told.status_code == 413 and code_of(told) == "page.too_large"


def test_of_who_is_not_logged_in_no_file_is_taken(trust: Site) -> None:
    """The answer is there before the file is."""
    port = int(trust.url.rpartition(":")[2])
    head = f"POST /console/{LEDGER}/import HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"{head}Content-Length: 50000000\r\n\r\n--b".encode())
        answer = connection.recv(10_000).decode()
    assert " 303 " in answer.splitlines()[0] and f"location: /console/{LEDGER}/login" in answer


@pytest.mark.parametrize(
    "query", ["q=%00", "enterprise=%00&person=%00", f"page={'9' * 5_000}", "since=%00", "state=%00", "at=%00", "q=%ED%A0%80", "done=%7B%7B7*7%7D%7D"]
)
def test_odd_addresses_are_answered_in_words(trust: Site, visitors: dict[str, Browser], query: str) -> None:
    for page in ("/hazards", "/inspections", "/enterprises", "/tasks", "/plans", "/alerts", "/listings", "/hazards/%00", "/files/%00/x"):
        answer = visitors["office"].session.get(f"{trust.url}/console/{LEDGER}{page}?{query}", timeout=30)
        assert answer.status_code in (200, 404), (page, answer.status_code)


@pytest.mark.parametrize("ticket", [f"office/{'9' * 5_000}/x", "office/²/x", "office/99999999999999999/x", "//", "office/1/x"])
def test_odd_tickets_open_nothing(trust: Site, ticket: str) -> None:
    answer = requests.post(f"{trust.url}/console/{LEDGER}/login", data={"ticket": ticket, "code": "1"}, timeout=30)
    assert answer.status_code == 403
    trust.world.clock.now += 6 * 60_000


def test_text_that_is_none_is_no_failure(trust: Site) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n\\ud800\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x; charset=unicode_escape"}
    form = part % b"login" + part % b"password" + b"--x--\r\n"
    answer = requests.post(f"{trust.url}/console/{LEDGER}/login", data=form, headers=headers, timeout=30)
    assert answer.status_code == 403


def test_what_the_department_tried_in_vain_is_not_shown_to_the_enterprise(trust: Site, visitors: dict[str, Browser]) -> None:
    words = "内部研究：拟移送公安"
    refused = trust.world.service.act(LEDGER, [Act("head", "hazard.return", "h1", {"reason": words}, SEEN)]).verdicts[0]
    assert refused.verdict == "refused"
    edit = Act("head2", "enterprise.edit", "e1", {"changes": {"address": words}}, SEEN)
    assert trust.world.service.act(LEDGER, [edit]).verdicts[0].verdict == "refused"
    assert words in visitors["head"].get("/settle").text
    for person in ENTERPRISE:
        for page in ("/settle", "/hazards/h1", "/mine/hazards/h1", "/enterprises/e1"):
            assert words not in visitors[person].get(page).text, (person, page)


def store_record(site: Site, id: str) -> dict[str, Any]:
    """A record as it stands."""
    with site.world.service.database.read() as link:
        return store.records(link, LEDGER, [id])[id]


def everything(site: Site) -> str:
    """A digest of all that can change but for who looked and when."""
    digest = hashlib.sha256()
    with site.world.service.database.read() as link:
        for query in (
            "SELECT size FROM ledgers", "SELECT person, login, password, second_factor, recovery, must_change FROM accounts ORDER BY person",
            "SELECT token, person FROM sessions ORDER BY token", "SELECT person, page, name FROM views ORDER BY person, page, name",
            "SELECT code, device FROM codes ORDER BY code",
        ):  # fmt: skip
            digest.update(repr(link.all(query, ())).encode())
    return digest.hexdigest()
