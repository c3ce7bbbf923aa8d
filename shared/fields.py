"""The shape of an operation's body: which fields, of which type, how long. Each kind declares a `Shape`; nothing else checks types.

A check is a function value -> bool. `optional(check)` also lets the field be missing or null. Unknown fields are refused, so that a change
of meaning needs a new version of the kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from shared.errors import MALFORMED, Refused
from shared.operation import MAX_INTEGER

Check = Callable[[Any], bool]
Shape = Mapping[str, Check]

_DIGEST = re.compile(r"[0-9a-f]{64}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Optional:
    """A check whose field may be missing or null."""

    __slots__ = ("check",)

    def __init__(self, check: Check) -> None:
        self.check = check

    def __call__(self, value: Any) -> bool:
        return value is None or self.check(value)


def optional(check: Check) -> Check:
    """The field may be missing or null."""
    return Optional(check)


def text(longest: int = 2000, *, empty: bool = False) -> Check:
    """Text of at most `longest` characters, not blank unless `empty`."""

    def check(value: Any) -> bool:
        return type(value) is str and len(value) <= longest and (empty or value.strip() != "")

    return check


def integer(low: int = 0, high: int = MAX_INTEGER - 1) -> Check:
    """A whole number from `low` to `high`."""

    def check(value: Any) -> bool:
        return type(value) is int and low <= value <= high

    return check


def number(low: float, high: float) -> Check:
    """A number from `low` to `high`."""

    def check(value: Any) -> bool:
        return type(value) in (int, float) and low <= value <= high

    return check


def choice(*values: str) -> Check:
    """One of the values."""
    allowed = frozenset(values)

    def check(value: Any) -> bool:
        return type(value) is str and value in allowed

    return check


def listing(check: Check, longest: int = 100) -> Check:
    """A list of at most `longest` values that all pass `check`."""

    def check_all(value: Any) -> bool:
        return type(value) is list and len(value) <= longest and all(map(check, value))

    return check_all


def shape(fields: Shape) -> Check:
    """An object of exactly these fields."""

    def check(value: Any) -> bool:
        return type(value) is dict and problem(fields, value) is None

    return check


def flag(value: Any) -> bool:
    """True or false."""
    return type(value) is bool


def digest(value: Any) -> bool:
    """A SHA-256 in lower-case hex."""
    return type(value) is str and _DIGEST.fullmatch(value) is not None


def day(value: Any) -> bool:
    """A calendar day YYYY-MM-DD."""
    if type(value) is not str or not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


identifier = text(128)
moment = integer(0)  # milliseconds since 1970 UTC
position = shape({"lat": number(-90, 90), "lon": number(-180, 180), "accuracy": optional(number(0, 1e7))})


def anything(value: Any) -> bool:
    """Any JSON value; the kind looks into it itself."""
    return True


def problem(fields: Shape, body: Mapping[str, Any]) -> str | None:
    """The name of the first field that is wrong, missing or unknown."""
    get = body.get
    for name, check in fields.items():
        value = get(name)
        if type(check) is Optional:
            if value is not None and not check.check(value):
                return name
        elif value is None or not check(value):
            return name
    if not body.keys() <= fields.keys():
        return min(body.keys() - fields.keys())
    return None


def require(fields: Shape, body: Mapping[str, Any]) -> None:
    """Raises Refused(malformed), naming the field."""
    wrong = problem(fields, body)
    if wrong is not None:
        raise Refused(MALFORMED, wrong)
