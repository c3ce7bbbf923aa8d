"""Passwords and sessions of the console: argon2, throttled, kept outside the ledger."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import Refused, reason
from sync_server.service import Service

SESSION_LIFE = 12 * 3_600_000  # ms
FREE_TRIES, LOCK = 5, 5 * 60_000
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"

WRONG_PASSWORD = reason("login.wrong", "用户名或密码不对", "the name or the password is wrong")
LOCKED = reason("login.locked", "连续输错次数过多，请五分钟后再试", "too many wrong tries; wait five minutes")
TOO_SHORT = reason("login.short", "密码至少10个字符", "a password needs 10 characters or more")
LOGIN_TAKEN = reason("login.taken", "用户名已被使用", "this login name is taken")

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody")


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody logged in."""

    token: str
    ledger: str
    person: str
    csrf: str


def fresh_password() -> str:
    """To be told once and changed."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def set_password(service: Service, ledger: str, person: str, login: str, password: str) -> None:
    """Make or change an account. Raises Refused."""
    if len(password) < 10:
        raise Refused(TOO_SHORT)
    hashed = _hasher.hash(password)
    with service.database.write() as link:
        taken = link.one("SELECT person FROM accounts WHERE ledger = ? AND login = ?", (ledger, login))
        if taken and taken[0] != person:
            raise Refused(LOGIN_TAKEN)
        link.run(
            "INSERT INTO accounts (ledger, person, login, password, failures, locked_until) VALUES (?, ?, ?, ?, 0, 0) ON CONFLICT (ledger, person) "
            "DO UPDATE SET login = excluded.login, password = excluded.password, failures = 0, locked_until = 0",
            (ledger, person, login, hashed),
        )
        link.run("DELETE FROM sessions WHERE ledger = ? AND person = ?", (ledger, person))


def log_in(service: Service, ledger: str, login: str, password: str) -> Session:
    """A new session. Raises Refused(login.wrong | login.locked); each failure is counted before it is told."""
    now = service.clock()
    with service.database.read() as link:
        row = link.one("SELECT person, password, failures, locked_until FROM accounts WHERE ledger = ? AND login = ?", (ledger, login))
    person, hashed, failures, locked_until = row or ("", _NOBODY, 0, 0)
    if locked_until > now:
        raise Refused(LOCKED)
    if not _matches(hashed, password) or not person:
        _note_failure(service, ledger, person, failures + 1, now)
        raise Refused(WRONG_PASSWORD)
    session = Session(secrets.token_urlsafe(32), ledger, person, secrets.token_urlsafe(16))
    with service.database.write() as link:
        link.run("UPDATE accounts SET failures = 0, locked_until = 0 WHERE ledger = ? AND person = ?", (ledger, person))
        link.run("DELETE FROM sessions WHERE expires_at < ?", (now,))
        link.run(
            "INSERT INTO sessions (token, ledger, person, csrf, expires_at) VALUES (?, ?, ?, ?, ?)",
            (_hash(session.token), ledger, person, session.csrf, now + SESSION_LIFE),
        )
    return session


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _note_failure(service: Service, ledger: str, person: str, failures: int, now: int) -> None:
    with service.database.write() as link:
        locked_until = now + LOCK if failures >= FREE_TRIES else 0
        link.run("UPDATE accounts SET failures = ?, locked_until = ? WHERE ledger = ? AND person = ?", (failures, locked_until, ledger, person))


def session_of(service: Service, token: str) -> Session | None:
    """Whose session this cookie is, or None."""
    if not token:
        return None
    with service.database.read() as link:
        row = link.one("SELECT ledger, person, csrf, expires_at FROM sessions WHERE token = ?", (_hash(token),))
    if row is None or row[3] < service.clock():
        return None
    return Session(token, row[0], row[1], row[2])


def log_out(service: Service, token: str) -> None:
    """End a session."""
    with service.database.write() as link:
        link.run("DELETE FROM sessions WHERE token = ?", (_hash(token),))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
