"""Accounts and sessions of the console: argon2, a second factor where somebody wants one, throttled, kept outside the ledger.

Logging in is one step, or two where a second factor is on: the right password then gives a ticket, and ticket and code give the session. A wrong
code counts like a wrong password. An account made or reset by somebody else begins with a one-time password: until it is changed, `must_change`
keeps every other page shut.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import Refused, reason
from sync_server.second_factor import matching_step, plain
from sync_server.service import Service
from sync_server.store.database import Link

SESSION_LIFE = 12 * 3_600_000  # ms
TICKET_LIFE = 5 * 60_000
SEEN_EVERY = 5 * 60_000  # how exactly it is kept when a session was last used
FREE_TRIES, LOCK = 5, 5 * 60_000
FOR_GOOD = 2**53 - 1  # `locked_until` of an account that was shut
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
LONGEST_LOGIN = 40

WRONG_PASSWORD = reason("login.wrong", "用户名或密码不对，请重新输入", "the name or the password is wrong: type them again")
WRONG_CODE = reason(
    "login.code",
    "验证码不对或已用过；请输入验证器上当前的6位数字，或一个恢复码",
    "the code is wrong or was used already: type the 6 digits your app shows now, or a recovery code",
)
START_AGAIN = reason("login.again", "登录已超时，请重新输入用户名和密码", "logging in took too long: begin with name and password again")
LOCKED = reason(
    "login.locked",
    "连续输错次数过多，请五分钟后再试，或请管理人员重置密码",
    "too many wrong tries; wait five minutes, or ask the office for a new password",
)
SHUT = reason("login.shut", "此账号已停用，请联系管理人员", "this account is shut: ask the office")
TOO_SHORT = reason("login.short", "密码至少10个字符，且不能与用户名相同", "a password needs 10 characters or more and differs from the login")
SAME_AGAIN = reason("login.same", "新密码不能与原密码相同，请另设一个", "the new password is the old one: choose another")
LOGIN_TAKEN = reason("login.taken", "用户名已被使用，请另取一个", "this login name is taken: choose another")
BAD_LOGIN = reason("login.bad", "用户名不能为空、不能有空格，最多40个字符", "a login has no spaces and at most 40 characters")
NO_ACCOUNT = reason("login.none", "此人还没有账号，请先开通", "this person has no account yet: make one first")

_HASHING = threading.Semaphore(4)  # at the same time: each takes 64 MB, whoever asks
_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody")


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody logged in."""

    token: str
    ledger: str
    person: str
    csrf: str
    must_change: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of somebody's login, without its secrets."""

    person: str
    login: str
    locked_until: int
    second_factor: bool
    recovery_left: int
    must_change: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner or the office sees it; `id` ends it but does not open it."""

    id: str
    made_at: int
    seen_at: int
    agent: str


class CodeNeeded(Exception):
    """The password was right; with this ticket and a code the session opens."""

    def __init__(self, ticket: str) -> None:
        super().__init__("code needed")
        self.ticket = ticket


@dataclass(frozen=True, slots=True)
class _Row:
    person: str
    login: str
    password: str
    failures: int
    locked_until: int
    second_factor: str
    second_used: int
    recovery: str
    must_change: int


_COLUMNS = "person, login, password, failures, locked_until, second_factor, second_used, recovery, must_change"


def fresh_password() -> str:
    """To be told once and changed."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


# -- accounts --------------------------------------------------------------------------------------------------------------------------------


def set_password(service: Service, ledger: str, person: str, login: str, password: str, *, must_change: bool = False) -> None:
    """Make or change an account; whoever was logged in with it no longer is. Raises Refused."""
    if not 0 < len(login) <= LONGEST_LOGIN or len(login.split()) != 1:
        raise Refused(BAD_LOGIN)
    if len(password) < 10 or password == login:
        raise Refused(TOO_SHORT)
    hashed = _hasher.hash(password)
    with service.database.write() as link:
        taken = link.one("SELECT person FROM accounts WHERE ledger = ? AND login = ?", (ledger, login))
        if taken and taken[0] != person:
            raise Refused(LOGIN_TAKEN)
        link.run(
            "INSERT INTO accounts (ledger, person, login, password, failures, locked_until, must_change) VALUES (?, ?, ?, ?, 0, 0, ?) "
            "ON CONFLICT (ledger, person) DO UPDATE SET login = excluded.login, password = excluded.password, failures = 0, locked_until = 0, "
            "must_change = excluded.must_change",
            (ledger, person, login, hashed, int(must_change)),
        )
        link.run("DELETE FROM sessions WHERE ledger = ? AND person = ?", (ledger, person))


def reset_password(service: Service, ledger: str, person: str, *, second_factor_off: bool) -> str:
    """A new one-time password for somebody who forgot theirs, and no second factor where the phone is lost. Raises Refused(login.none)."""
    account = account_of(service, ledger, person)
    if account is None:
        raise Refused(NO_ACCOUNT)
    password = fresh_password()
    set_password(service, ledger, person, account.login, password, must_change=True)
    if second_factor_off:
        set_second_factor(service, ledger, person, "")
    return password


def change_password(service: Service, session: Session, old: str, new: str, *, agent: str) -> Session:
    """One's own; every other session of the account ends. Raises Refused."""
    row = confirm_password(service, session, old)
    if old == new:
        raise Refused(SAME_AGAIN)
    set_password(service, session.ledger, session.person, row.login, new)
    return _open(service, session.ledger, session.person, agent=agent, must_change=False)


def confirm_password(service: Service, session: Session, password: str) -> _Row:
    """That it is really the owner who sits there. Wrong tries count, as at the door. Raises Refused."""
    with service.database.read() as link:
        row = _row(link, "person", session.ledger, session.person)
    return _checked(service, session.ledger, row, password)


def shut(service: Service, ledger: str, person: str, *, for_good: bool) -> None:
    """Shut an account and end its sessions, or open it again. Raises Refused(login.none)."""
    with service.database.write() as link:
        if _row(link, "person", ledger, person) is None:
            raise Refused(NO_ACCOUNT)
        until = FOR_GOOD if for_good else 0
        link.run("UPDATE accounts SET failures = 0, locked_until = ? WHERE ledger = ? AND person = ?", (until, ledger, person))
        if for_good:
            link.run("DELETE FROM sessions WHERE ledger = ? AND person = ?", (ledger, person))


def account_of(service: Service, ledger: str, person: str) -> Account | None:
    """Somebody's account, or None."""
    with service.database.read() as link:
        row = _row(link, "person", ledger, person)
    return _shown(row) if row else None


def person_of(service: Service, ledger: str, login: str) -> str:
    """Whose login it is. Raises Refused(login.none)."""
    with service.database.read() as link:
        row = _row(link, "login", ledger, login)
    if row is None:
        raise Refused(NO_ACCOUNT)
    return row.person


def accounts(service: Service, ledger: str) -> dict[str, Account]:
    """Every account of a ledger, by person."""
    with service.database.read() as link:
        rows = link.all(f"SELECT {_COLUMNS} FROM accounts WHERE ledger = ? ORDER BY login", (ledger,))
    return {row[0]: _shown(_Row(*row)) for row in rows}


def _shown(row: _Row) -> Account:
    left = len(json.loads(row.recovery)) if row.recovery else 0
    return Account(row.person, row.login, row.locked_until, bool(row.second_factor), left, bool(row.must_change))


def _row(link: Link, column: str, ledger: str, value: str) -> _Row | None:
    found = link.one(f"SELECT {_COLUMNS} FROM accounts WHERE ledger = ? AND {column} = ?", (ledger, value))
    return _Row(*found) if found else None


# -- logging in ------------------------------------------------------------------------------------------------------------------------------


def log_in(service: Service, ledger: str, login: str, password: str, *, agent: str = "") -> Session:
    """A new session. Raises Refused(login.wrong | login.locked | login.shut), CodeNeeded; each failure is counted before it is told."""
    with service.database.read() as link:
        row = _row(link, "login", ledger, login)
    row = _checked(service, ledger, row, password)
    if row.second_factor:
        raise CodeNeeded(_ticket(service, ledger, row, service.clock() + TICKET_LIFE))
    return _open(service, ledger, row.person, agent=agent, must_change=bool(row.must_change))


def log_in_with_code(service: Service, ledger: str, ticket: str, code: str, *, agent: str = "") -> Session:
    """The second step. Raises Refused(login.again | login.code | login.locked | login.shut)."""
    person, _, rest = ticket.partition("/")
    expires, _, _ = rest.partition("/")
    with service.database.read() as link:
        row = _row(link, "person", ledger, person)
    if row is None or not expires.isascii() or not expires.isdigit() or len(expires) > 15 or int(expires) < service.clock():
        raise Refused(START_AGAIN)
    if not secrets.compare_digest(ticket.encode("utf-8", "replace"), _ticket(service, ledger, row, int(expires)).encode()):
        raise Refused(START_AGAIN)
    _require_open(row, service.clock())
    use_code(service, ledger, row, code)
    return _open(service, ledger, row.person, agent=agent, must_change=bool(row.must_change))


def use_code(service: Service, ledger: str, row: _Row, code: str) -> None:
    """A code of the second factor, each good once: the app's own or a recovery code. Raises Refused(login.code); a failure is counted."""
    now = service.clock()
    with service.database.write() as link:
        stored = _row(link, "person", ledger, row.person) or row
        _require_open(stored, now)
        step = matching_step(stored.second_factor, code, now, after=stored.second_used)
        kept = json.loads(stored.recovery) if stored.recovery else []
        hashed = _recovery_hash(service, ledger, row.person, code)
        # Each only if it is still as it was read: of two who send the same code at once, one gets in.
        mine = (ledger, row.person)
        if step and link.run("UPDATE accounts SET second_used = ? WHERE ledger = ? AND person = ? AND second_used < ?", (step, *mine, step)):
            return
        if not step and any(secrets.compare_digest(hashed, one) for one in kept):
            left = json.dumps([one for one in kept if one != hashed])
            if link.run("UPDATE accounts SET recovery = ? WHERE ledger = ? AND person = ? AND recovery = ?", (left, *mine, stored.recovery)):
                return
    _note_failure(service, ledger, row, now)
    raise Refused(WRONG_CODE)


def set_second_factor(service: Service, ledger: str, person: str, secret: str, used: int = 0) -> None:
    """Turn it on with its secret and the step used up by then, or off (""); recovery codes of before are no longer good."""
    with service.database.write() as link:
        link.run(
            "UPDATE accounts SET second_factor = ?, second_used = ?, recovery = '' WHERE ledger = ? AND person = ?", (secret, used, ledger, person)
        )


def set_recovery_codes(service: Service, ledger: str, person: str, codes: tuple[str, ...]) -> None:
    """New recovery codes instead of those of before."""
    hashed = json.dumps([_recovery_hash(service, ledger, person, code) for code in codes])
    with service.database.write() as link:
        link.run("UPDATE accounts SET recovery = ? WHERE ledger = ? AND person = ?", (hashed, ledger, person))


def _recovery_hash(service: Service, ledger: str, person: str, code: str) -> str:
    """What is kept of a recovery code."""
    return service.keys.mac(f"recovery\n{ledger}\n{person}\n{plain(code)}")


def _ticket(service: Service, ledger: str, row: _Row, expires_at: int) -> str:
    """Good until then, for this account, while its password and its second factor stay as they are."""
    mac = service.keys.mac(f"ticket\n{ledger}\n{row.person}\n{expires_at}\n{row.password}\n{row.second_factor}")
    return f"{row.person}/{expires_at}/{mac}"


def _checked(service: Service, ledger: str, row: _Row | None, password: str) -> _Row:
    """The account, if the password is its own. A name that nobody has takes as long as one that somebody has."""
    now = service.clock()
    right = _matches(row.password if row else _NOBODY, password)
    if row is None:
        raise Refused(WRONG_PASSWORD)
    with service.database.read() as link:
        row = _row(link, "person", ledger, row.person) or row  # as it stands now: others may have guessed meanwhile
    if right or row.locked_until < FOR_GOOD:  # that an account is shut is told only to who has its password
        _require_open(row, now)
    if not right:
        _note_failure(service, ledger, row, now)
        raise Refused(WRONG_PASSWORD)
    return row


def _require_open(row: _Row, now: int) -> None:
    if row.locked_until > now:
        raise Refused(SHUT if row.locked_until >= FOR_GOOD else LOCKED)


def _matches(hashed: str, password: str) -> bool:
    try:
        with _HASHING:
            return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _note_failure(service: Service, ledger: str, row: _Row, now: int) -> None:
    """Counted in the database, so that several tries at once count each."""
    with service.database.write() as link:
        link.run(
            "UPDATE accounts SET failures = failures + 1, locked_until = CASE WHEN locked_until >= ? THEN locked_until "
            "WHEN failures + 1 >= ? THEN ? ELSE 0 END WHERE ledger = ? AND person = ?",
            (FOR_GOOD, FREE_TRIES, now + LOCK, ledger, row.person),
        )


# -- sessions --------------------------------------------------------------------------------------------------------------------------------


def _open(service: Service, ledger: str, person: str, *, agent: str, must_change: bool) -> Session:
    now = service.clock()
    session = Session(secrets.token_urlsafe(32), ledger, person, secrets.token_urlsafe(16), must_change)
    with service.database.write() as link:
        link.run("UPDATE accounts SET failures = 0, locked_until = 0 WHERE ledger = ? AND person = ? AND locked_until < ?", (ledger, person, now))
        link.run("DELETE FROM sessions WHERE expires_at < ?", (now,))
        link.run(
            "INSERT INTO sessions (token, ledger, person, csrf, expires_at, made_at, seen_at, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (_hash(session.token), ledger, person, session.csrf, now + SESSION_LIFE, now, now, agent[:200]),
        )
    return session


def session_of(service: Service, token: str) -> Session | None:
    """Whose session this cookie is, or None."""
    if not token:
        return None
    now = service.clock()
    with service.database.read() as link:
        row = link.one(
            "SELECT s.ledger, s.person, s.csrf, s.expires_at, s.seen_at, a.must_change FROM sessions s "
            "JOIN accounts a ON a.ledger = s.ledger AND a.person = s.person WHERE s.token = ?",
            (_hash(token),),
        )
    if row is None or row[3] < now:
        return None
    if row[4] < now - SEEN_EVERY:
        with service.database.write() as link:
            link.run("UPDATE sessions SET seen_at = ? WHERE token = ?", (now, _hash(token)))
    return Session(token, row[0], row[1], row[2], bool(row[5]))


def sessions_of(service: Service, ledger: str, person: str) -> list[OpenSession]:
    """Where somebody is logged in, newest use first."""
    with service.database.read() as link:
        rows = link.all(
            "SELECT token, made_at, seen_at, agent FROM sessions WHERE ledger = ? AND person = ? AND expires_at >= ? ORDER BY seen_at DESC, token",
            (ledger, person, service.clock()),
        )
    return [OpenSession(*row) for row in rows]


def session_counts(service: Service, ledger: str) -> dict[str, tuple[int, int]]:
    """person -> how many open sessions, and when one was last used."""
    with service.database.read() as link:
        rows = link.all(
            "SELECT person, count(*), max(seen_at) FROM sessions WHERE ledger = ? AND expires_at >= ? GROUP BY person", (ledger, service.clock())
        )
    return {person: (int(count), int(seen)) for person, count, seen in rows}


def end_sessions(service: Service, ledger: str, person: str, *, only: str = "", but: str = "") -> None:
    """End one session of somebody by its id, or all, or all but the one with this token."""
    with service.database.write() as link:
        if only:
            link.run("DELETE FROM sessions WHERE ledger = ? AND person = ? AND token = ?", (ledger, person, only))
        else:
            link.run("DELETE FROM sessions WHERE ledger = ? AND person = ? AND token <> ?", (ledger, person, session_id(but)))


def session_id(token: str) -> str:
    """By which a session is ended."""
    return _hash(token) if token else ""


def log_out(service: Service, token: str) -> None:
    """End a session."""
    with service.database.write() as link:
        link.run("DELETE FROM sessions WHERE token = ?", (_hash(token),))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
