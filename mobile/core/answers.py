"""Reading what came back: the server's answer, or something that only looks like it. Nothing of an answer is used before all of it is checked.

A captive portal, a proxy's page, half an answer and a broken one all end as `TryLater`; what only a person can mend ends as `Halt`. Fields that
this program does not know are passed over: a newer server may say more.
"""

from __future__ import annotations

import json
from typing import Any

from mobile.core.ports import Reply
from shared import fields
from shared import protocol as p
from shared.fields import Shape, integer, text

Line = tuple[str, dict[str, Any]]  # a line of a page: the exact text of its record ("" if it only says what left), and the line parsed


class TryLater(Exception):
    """The server cannot, or what answered is not the server. `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Halt(Exception):
    """A person has to act before syncing goes on."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def _list_of(check: fields.Check) -> fields.Check:
    return lambda value: type(value) is list and all(map(check, value))


def _verdict(value: Any) -> bool:
    right = (int, int, str, str, int, int, list)
    return type(value) is list and len(value) == len(right) and all(type(part) is kind for part, kind in zip(value, right, strict=True))


def _hash(value: Any) -> bool:
    return type(value) is str and fields.digest(value)


def _record(value: Any) -> bool:
    return type(value) is dict and type(value.get("id")) is str and type(value.get("kind")) is str and type(value.get("no")) is int


def _cursors(value: Any) -> bool:
    return type(value) is dict and all(type(no) is int for no in value.values())


_moment = integer(0)
_RECEIPT: Shape = {"epoch": text(128), "checkpoint": text(10_000), "consistency": _list_of(_hash), "safe": integer(-1), "now": _moment}
TOKEN: Shape = {"token": text(2_000), "expires_at": _moment, "now": _moment}
ENROLLED: Shape = {
    "ledger": text(128), "epoch": text(128), "person": text(128), "verifier_key": text(1_000), "records": _list_of(_record), "now": _moment,
}  # fmt: skip
PUSHED: Shape = {
    **_RECEIPT, "expect": integer(1), "verdicts": _list_of(_verdict), "fork": fields.optional(lambda value: type(value) is dict),
}  # fmt: skip
_PAGE: Shape = {
    **_RECEIPT, "cursors": _cursors, "head": integer(0), "more": fields.flag, "last": integer(0), "held": integer(0), "verdicts": _list_of(_verdict),
    "count": integer(0),
}  # fmt: skip


def is_ours(reply: Reply) -> bool:
    """Whether the server itself answered, not a captive portal or a proxy."""
    return p.PROTOCOL_HEADER.lower() in reply.headers


def problem_of(reply: Reply) -> dict[str, Any]:
    """What the server says it could not do; empty where it says nothing of the kind."""
    if reply.status < 400 or not is_ours(reply):
        return {}
    try:
        problem = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return problem if isinstance(problem, dict) else {}


def read_answer(reply: Reply, shape: Shape) -> dict[str, Any]:
    """The JSON of a good answer. Raises TryLater or Halt."""
    _require_good(reply)
    return _checked(reply.body, shape)


def read_page(reply: Reply) -> tuple[dict[str, Any], list[Line]]:
    """The head and the lines of a page. Raises TryLater or Halt."""
    _require_good(reply)
    first, *rest = reply.body.split(b"\n")
    head = _checked(first, _PAGE)
    try:
        lines = [_line(line.decode()) for line in rest if line]
    except (ValueError, RecursionError):
        raise TryLater("cut_short") from None
    if len(lines) != head["count"]:
        raise TryLater("cut_short")
    return head, lines


def _require_good(reply: Reply) -> None:
    if not is_ours(reply):
        raise TryLater("not_the_server")
    if reply.status >= 400:
        code = str(problem_of(reply).get("code", f"http_{reply.status}"))
        if code in (p.REVOKED.code, p.UNKNOWN_DEVICE.code, p.PROTOCOL_NEWER.code):
            raise Halt(code)
        raise TryLater(code)
    if reply.status != 200:
        raise TryLater("not_the_server")


def _checked(body: bytes, shape: Shape) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise TryLater("cut_short") from None
    if not isinstance(answer, dict) or fields.problem(shape, {name: answer.get(name) for name in shape}) is not None:
        raise TryLater("not_understood")
    return {**dict.fromkeys(shape), **answer}


def _line(line: str) -> Line:
    parsed = json.loads(line)
    if not isinstance(parsed, dict) or not _names(parsed.get("out")):
        raise ValueError("line")
    if "record" not in parsed:
        if type(parsed.get("id")) is not str:
            raise ValueError("line")
        return "", parsed
    if not _record(parsed["record"]) or not _names(parsed.get("in")):
        raise ValueError("line")
    return line[line.find('"record":') + len('"record":') : -1], parsed


def _names(value: Any) -> bool:
    return type(value) is list and all(type(name) is str for name in value)
