"""What every page of the console stands in: who is logged in, in which language, the frame around the page, how a refusal is shown.

A form carries the session's own secret (`csrf`), the id of the operation it will become (a second submit is the same operation) and the number of
the record as it was shown (`base`): what somebody else changed meanwhile becomes a conflict, not a silent overwrite.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from shared.bundle import MOST_BYTES
from shared.calendar import end_of
from shared.errors import REASONS, PaichaError, Reason, Refused, reason, reason_text
from shared.ledger import CONFLICT
from shared.operation import new_id
from shared.people import acting, is_enterprise_person, may
from shared.rules import Record
from sync_server.accept import Act, NotAccepted
from sync_server.auth import Session, session_of
from sync_server.console.navigation import menu
from sync_server.console.reading import names, seen_record
from sync_server.console.telling import field_word, told, value_told
from sync_server.console.words import SHANGHAI, moment, skew, word
from sync_server.console.words.values import value_word
from sync_server.service import Service, person_record
from sync_server.store import ledgers as store
from sync_server.store.database import Link

MOST_IN_PARTS, MOST_TEXT, MOST_AT_DOOR = 256 * 1024 * 1024, 4 * 1024 * 1024, 64 * 1024  # bytes of a form with files, of one without, of logging in
MOST_CARRIED, BUNDLES = 2 * MOST_BYTES, "/bundles"  # bytes of phones' own files, and the address that takes them
MOST_FIELDS = 3_000  # a long checklist has ten for each of its items
UNTYPED = {"csrf", "operation", "base", "decision", "code", "step", "role", "version", "of", "drawing", "photos", "after", "enterprise", "hazard"}
COOKIE, LANGUAGE = "paicha_session", "paicha_language"
FORM_EXPIRED = reason(
    "form.expired", "页面已过期，请返回刷新后再试，内容没有改变", "this page has expired: go back, reload and try again; nothing was changed"
)
NOT_ALLOWED = reason("page.not_allowed", "您的岗位不能办理这项工作", "your role does not allow this page")
NO_RECORD = reason("page.no_record", "没有这条记录，或不在您的管辖范围内", "no such record, or it is outside your area")
BAD_FORM = reason("page.bad_form", "填写的内容不完整或格式不对，什么都没有改变", "the form is incomplete or wrong; nothing was changed")
TOO_LARGE = reason(
    "page.too_large",
    "提交的内容过多或文件过大，什么都没有改变；请减少照片或分次提交",
    "the form or its files are too large; nothing was changed: send fewer photos, or send them in parts",
)
NO_PAGE = reason("page.no_page", "没有这个页面，请从首页进入", "there is no such page: begin at the start")
NOT_FOUND = {NO_RECORD.code, NO_PAGE.code, "unknown_ledger", "no_photo"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; media-src 'self'; "
        "form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class LogInFirst(Exception):
    """Nobody is logged in to this ledger."""


class ChangePasswordFirst(Exception):
    """Somebody is logged in with a password that others know."""


@dataclass(slots=True)
class Visit:
    """One request of somebody who is logged in."""

    request: Request
    ledger: str
    session: Session
    person: Record
    language: str

    def may(self, right: str) -> bool:
        """Whether the person has a right."""
        return may(self.person, right)

    @property
    def of_enterprise(self) -> bool:
        """Whether all the person's roles are on the enterprise side."""
        return is_enterprise_person(self.person)

    @property
    def home(self) -> str:
        """The address that all pages of this ledger begin with."""
        return f"/console/{self.ledger}"

    def record(self, link: Link, id: str, kind: str) -> Record:
        """One record that the person sees. Raises Refused(page.no_record): what is elsewhere answers as if it did not exist."""
        record = seen_record(link, self.ledger, self.person, id, kind)
        if record is None:
            raise Refused(NO_RECORD)
        return record

    def require_government(self) -> None:
        """For pages that show more than one enterprise. Raises Refused(page.not_allowed)."""
        if self.of_enterprise:
            raise Refused(NOT_ALLOWED)

    def require(self, *rights: str) -> None:
        """Raises Refused(page.not_allowed)."""
        if not any(self.may(right) for right in rights):
            raise Refused(NOT_ALLOWED)


class Form(dict[str, str]):
    """The text fields of a form, each stripped; `many` has every value of fields that come more than once, `files` what was chosen to be sent."""

    def __init__(self, fields: Iterable[tuple[str, str | UploadFile]]) -> None:
        super().__init__()
        self.many: dict[str, list[str]] = {}
        self.files: dict[str, list[UploadFile]] = {}
        for key, value in fields:
            if isinstance(value, str):
                text = value.encode("utf-8", "replace").decode().strip()  # lone surrogates are no text
                self[key] = text
                self.many.setdefault(key, []).append(text)
            elif value.filename:
                self.files.setdefault(key, []).append(value)

    def whole(self, name: str) -> int:
        """A whole number that is not negative. Raises Refused(page.bad_form)."""
        text = self.get(name, "")
        if not text.isascii() or not text.isdigit() or len(text) > 15:
            raise Refused(BAD_FORM, name)
        return int(text)

    def whole_or_none(self, name: str) -> int | None:
        """The same; None where the field was left empty."""
        return self.whole(name) if self.get(name) else None

    def day(self, name: str) -> str:
        """A day, 2023-06-01. Raises Refused(page.bad_form)."""
        try:
            return date.fromisoformat(self.get(name, "")).isoformat()
        except ValueError:
            raise Refused(BAD_FORM, name) from None

    def end_of_day(self, name: str) -> int:
        """The last millisecond of a day in Shanghai. Raises Refused(page.bad_form)."""
        return end_of(date.fromisoformat(self.day(name)))

    def moment(self, name: str) -> int:
        """A moment of Shanghai's clock as <input type=datetime-local> sends it, in ms. Raises Refused(page.bad_form)."""
        try:
            return int(datetime.fromisoformat(self.get(name, "")).replace(tzinfo=SHANGHAI).timestamp() * 1000)
        except ValueError:
            raise Refused(BAD_FORM, name) from None

    def fen(self, name: str) -> int:
        """Yuan with at most two decimals, in fen. Raises Refused(page.bad_form)."""
        found = re.fullmatch(r"([0-9]{1,10})(?:\.([0-9]{1,2}))?", self.get(name, "").replace(",", ""))
        if found is None:
            raise Refused(BAD_FORM, name)
        return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


async def read_form(request: Request) -> AsyncIterator[Form]:
    """A dependency, so that the handler itself runs beside the event loop; what was sent is let go of when it is done."""
    async with request.form(max_files=MOST_FIELDS, max_fields=MOST_FIELDS) as sent:
        yield Form(sent.multi_items())


Fields = Annotated[Form, Depends(read_form)]


@dataclass(frozen=True, slots=True)
class Kept:
    """What stood in a form that was refused: which form of its page, its fields, why."""

    which: str = ""
    form: Form = field(default_factory=lambda: Form(()))
    problem: str = ""


def kept_of(request: Request) -> Kept:
    """What was kept of a form that this request sent and that was refused."""
    return getattr(request.state, "kept", Kept())


def _is_hidden(name: str) -> bool:
    """Fields that nobody has typed, or that nobody should read over a shoulder."""
    return name in UNTYPED or "password" in name


class Frame:
    """Templates and sessions; each page's functions are given this."""

    def __init__(self, service: Service, *, secure: bool) -> None:
        self.service = service
        self.secure = secure
        self.environment = Environment(
            loader=PackageLoader("sync_server.console"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self.environment.filters |= {"moment": moment, "skew": skew}

    def visit(self, request: Request, ledger: str, *, changing: bool = False) -> Visit:
        """Who asks. `changing` is for the page where a password is changed. Raises LogInFirst, ChangePasswordFirst."""
        session = session_of(self.service, request.cookies.get(COOKIE, ""))
        if session is None or session.ledger != ledger:
            raise LogInFirst
        with self.service.database.read() as link:
            person = person_record(link, ledger, session.person)
        if person is None or not person["roles"]:
            raise LogInFirst
        if session.must_change and not changing:
            raise ChangePasswordFirst
        return Visit(request, ledger, session, acting(person, self.service.clock()), language_of(request))

    def posted(self, request: Request, ledger: str, form: Form, *, changing: bool = False) -> Visit:
        """Somebody's form, checked to come from our own page. Raises LogInFirst, ChangePasswordFirst, Refused(form.expired)."""
        visit = self.visit(request, ledger, changing=changing)
        if not secrets.compare_digest(form.get("csrf", "").encode("utf-8", "replace"), visit.session.csrf.encode()):
            raise Refused(FORM_EXPIRED)
        return visit

    async def bounded(self, request: Request) -> Request:
        """The request with as long a body as somebody logged in may send; from others only the door takes a form. Raises LogInFirst."""
        door = request.url.path.endswith("/login")
        session = await run_in_threadpool(session_of, self.service, request.cookies.get(COOKIE, ""))
        if not door and session is None:
            raise LogInFirst
        in_parts = request.headers.get("content-type", "").startswith("multipart/")
        left = MOST_AT_DOOR if door else MOST_IN_PARTS if in_parts else MOST_TEXT
        if in_parts and session is not None and request.url.path.endswith(BUNDLES) and await run_in_threadpool(self._administers, session):
            left = MOST_CARRIED

        async def receive() -> Message:
            nonlocal left
            message = await request.receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413)
            return message

        return Request(request.scope, receive)

    def _administers(self, session: Session) -> bool:
        """Whether it is somebody who may bring in what phones have sent by file."""
        with self.service.database.read() as link:
            person = person_record(link, session.ledger, session.person)
        return person is not None and may(acting(person, self.service.clock()), "administer")

    def page(self, visit: Visit, template: str, /, status: int = 200, *, titles: dict[str, str] | None = None, **more: Any) -> Response:
        """A page for somebody. `titles` names records by their ids, beside people and units."""
        with self.service.database.read() as link:
            called = names(link, visit.ledger) | (titles or {})
            head = store.head(link, visit.ledger)
            done_to = _done_to(link, visit)

        def name_of(id: str) -> str:
            return called.get(id, id or "—")

        values = {
            "person": visit.person, "csrf": visit.session.csrf,
            "name_of": name_of, "told": lambda body: told(body, visit.language, name_of),
            "tell": lambda name, value: value_told(value, visit.language, name_of, name),
            "operation": self.new_id, "may": visit.may, "done": visit.request.query_params.get("done", ""), "done_to": done_to, "home": visit.home,
            "menu": menu(visit.of_enterprise, visit.may), "of_enterprise": visit.of_enterprise, "size": head.size if head else 0,
        }  # fmt: skip
        return self.bare(visit.request, visit.ledger, template, status, **(values | more))

    def bare(self, request: Request, ledger: str, template: str, /, status: int = 200, **more: Any) -> Response:
        """A page, whether or not somebody is logged in."""
        language = language_of(request)
        kept = kept_of(request)
        values = {
            "kept": lambda which: kept.form if kept.which == which else {},
            "problem": lambda which=None: kept.problem if which in (None, kept.which) else "",
            "w": lambda key: word(key, language), "field": lambda name: field_word(name, language), "why": lambda code: reason_text(code, language),
            "value": lambda field, value: value_word(field, value, language),
            "language": language, "ledger": ledger,
            "path": request.url.path, "link": _linker(request),
        }  # fmt: skip
        return HTMLResponse(self.environment.get_template(template).render(**(values | more)), status, HEADERS)

    def problem(self, request: Request, ledger: str, error: PaichaError, typed: Form | None = None) -> Response:
        """Why something was not done, as a page; what was typed stands on it, to be copied."""
        status = 413 if error.code == TOO_LARGE.code else 404 if error.code in NOT_FOUND else 409 if isinstance(error, Refused) else 503
        language, words = language_of(request), [value for name, value in (typed or {}).items() if value and not _is_hidden(name)]
        return self.bare(
            request, ledger, "problem.html", status, text=error.text(language), code=error.code, missing=status == 404, typed=words
        )

    def again(self, visit: Visit, form: Form, which: str, refused: PaichaError, show: Callable[[], Response]) -> Response:
        """The page that a form stood on once more. Its template asks for what was typed with `kept(which)`, for the reason with `problem(which)`."""
        visit.request.state.kept = Kept(which, form, refused.text(visit.language))
        answer = show()
        answer.status_code = 409
        return answer

    def attempt(self, visit: Visit, form: Form, which: str, act: Callable[[], Response], show: Callable[[], Response]) -> Response:
        """Do it; what a rule refuses is told on the page that the form stood on, with what was typed."""
        try:
            return act()
        except Refused as refused:
            if refused.code in (NO_RECORD.code, FORM_EXPIRED.code):
                raise
            return self.again(visit, form, which, refused, show)

    def new_id(self) -> str:
        """For an operation that a form may become."""
        return new_id(self.service.clock(), self.service.randomness(10))

    def act(self, visit: Visit, form: Form, kind: str, subject: str, body: dict[str, Any], back: str) -> Response:
        """Do it, then show the page it was done on; a refusal or conflict is raised.

        What a rule refuses here is told at once and typed anew, so it leaves no trace in the ledger; what collides with somebody's work is kept.
        """
        act = Act(visit.person["id"], kind, subject, body, self._base(form), form.get("operation", "")[:40])
        try:
            verdict = self.service.act(visit.ledger, [act], atomic=True).verdicts[0]
        except NotAccepted as stopped:
            if stopped.entry.verdict == CONFLICT:
                self.service.act(visit.ledger, [act])
            raise Refused(reason_of(stopped.entry.code)) from None
        if verdict.verdict != "accepted":  # a second submit of what collided
            raise Refused(reason_of(verdict.code))
        return self.back(back, kind, subject)

    @staticmethod
    def acts_of(visit: Visit, form: Form, steps: Sequence[tuple[str, str, dict[str, Any]]], base: int) -> list[Act]:
        """The (kind, subject, body) of one form as acts whose ids follow from the form's, so that sending it again is the same acts."""
        first = form.get("operation", "")[:40]
        return [
            Act(visit.person["id"], kind, subject, body, base, first if i == 0 else derived_id(first, i))
            for i, (kind, subject, body) in enumerate(steps)
        ]

    def act_all(self, visit: Visit, form: Form, steps: Sequence[tuple[str, str, dict[str, Any]]], back: str) -> Response:
        """Several (kind, subject, body) of one form, all or none: photos and their step, a bulk action. The last one names what was done."""
        try:
            self.service.act(visit.ledger, self.acts_of(visit, form, steps, self._base(form)), atomic=True)
        except NotAccepted as refused:
            raise Refused(reason_of(refused.entry.code)) from None
        subjects = {subject for _, subject, _ in steps}
        return self.back(back, steps[-1][0], subjects.pop() if len(subjects) == 1 else "")

    def back(self, page: str, done: str, done_to: str = "") -> Response:
        """To a page of ours that says what was done, and to which record where that is another page."""
        said = {"done": done} | ({"done_to": done_to} if done_to and done_to not in page else {})
        return RedirectResponse(f"{page}{'&' if '?' in page else '?'}{urlencode(said)}", 303)

    @staticmethod
    def _base(form: Form) -> int:
        base = form.get("base", "0")
        return int(base) if base.isascii() and base.isdigit() and len(base) < 16 else 0

    def route_class(self) -> type[APIRoute]:
        """Routes that answer a refusal with a page."""
        frame = self

        class ConsoleRoute(APIRoute):
            def get_route_handler(self) -> Callable[[Request], Any]:
                handle = super().get_route_handler()

                async def explained(request: Request) -> Response:
                    ledger = request.path_params.get("ledger", "")
                    try:
                        if "\0" in request.url.path or b"%00" in request.scope["query_string"]:  # PostgreSQL knows no such text
                            raise Refused(NO_PAGE)
                        if request.method == "POST":
                            request = await frame.bounded(request)
                        return _guarded(await handle(request))
                    except HTTPException:  # what the framework makes of a form that it cannot read, or that was cut off for its size
                        return frame.problem(request, ledger, Refused(TOO_LARGE))
                    except LogInFirst:
                        return _guarded(RedirectResponse(f"/console/{ledger}/login", 303))
                    except ChangePasswordFirst:
                        return _guarded(RedirectResponse(f"/console/{ledger}/account", 303))
                    except RequestValidationError:
                        return frame.problem(request, ledger, Refused(BAD_FORM))
                    except PaichaError as error:
                        typed = Form((await request.form()).multi_items()) if request.method == "POST" else None
                        return frame.problem(request, ledger, error, typed)

                return explained

        return ConsoleRoute


def _guarded(answer: Response) -> Response:
    """With the headers that every answer of the console has, files and redirects, too; what a page has set itself stays."""
    is_file = not answer.headers.get("content-type", "text/html").startswith("text/html")
    for name, value in HEADERS.items():
        # a browser's own viewer of PDFs is not loaded from here, so files are only kept out of other sites' frames
        answer.headers.setdefault(name, "frame-ancestors 'none'" if is_file and name == "Content-Security-Policy" else value)
    return answer


def _done_to(link: Link, visit: Visit) -> Record | None:
    """The hazard or inspection that was just decided, where the next page is another's: what became of it, and the way back to it."""
    id = visit.request.query_params.get("done_to", "")
    if not id or visit.of_enterprise:
        return None
    seen = (seen_record(link, visit.ledger, visit.person, id, kind) for kind in ("hazard", "inspection"))
    return next((record for record in seen if record is not None), None)


def derived_id(first: str, place: int) -> str:
    """The id of a further operation of the same form: the same each time the form is sent."""
    digits = hashlib.sha256(f"{first}/{place}".encode()).hexdigest()
    stamp = first.replace("-", "")[:12].ljust(12, "0")  # the time part of the first, so that ids stay in the order of time
    return f"{stamp[:8]}-{stamp[8:12]}-7{digits[1:4]}-8{digits[5:8]}-{digits[8:20]}"


def reason_of(code: str) -> Reason:
    """The reason a verdict names; one from elsewhere is shown as it is."""
    return REASONS.get(code) or Reason(code, code, code)


def language_of(request: Request) -> str:
    """The person's choice, or what the browser prefers."""
    chosen = request.cookies.get(LANGUAGE, "")
    if chosen in ("zh", "en"):
        return chosen
    preferred = request.headers.get("accept-language", "zh").lower()
    return "en" if preferred.startswith("en") else "zh"


def _linker(request: Request) -> Callable[..., str]:
    """`link(page=2)`: this page with some of its parameters changed; a list stands for several values, an empty one for none."""

    def link(**changes: Any) -> str:
        pairs = [(key, value) for key, value in request.query_params.multi_items() if key not in ("done", "done_to", *changes)]
        for key, value in changes.items():
            pairs += [(key, str(one)) for one in (value if isinstance(value, list) else [value])]
        return "?" + urlencode([(key, value) for key, value in pairs if value])

    return link
