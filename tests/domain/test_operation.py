"""Operation bytes: what is written is what is hashed, sent and read; what is no operation is said to be none."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import protocol
from shared.errors import Refused
from shared.ledger import fold
from shared.operation import MAX_INTEGER, Entry, digest_of, leaf, new_id, push_message, read, write
from sync_server.accept import parse_lines

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "protocol-1.json").read_text("utf-8"))
FOLD: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "fold-1.json").read_text("utf-8"))
FRAME: dict[str, Any] = {
    "v": 1,
    "id": "0189a6f3-0000-7000-8000-000000000001",
    "ledger": "qingyu",
    "epoch": "e1",
    "device": "d1",
    "n": 1,
    "prev": "",
    "at": 5,
    "skew": None,
    "by": "lin",
    "kind": "unit.add",
    "subject": "u1",
    "base": 0,
    "body": {},
}
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
whole = st.integers(-(2**53) + 1, 2**53 - 2)
bodies = st.recursive(
    st.none() | st.booleans() | whole | words | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200)
@given(body=st.dictionaries(words, bodies, max_size=4), at=whole, subject=words)
def test_an_operation_is_read_back_as_it_was_written_and_keeps_its_bytes(body: dict[str, Any], at: int, subject: str) -> None:
    raw = write({**FRAME, "body": body, "at": at, "subject": subject})
    operation = read(raw)
    assert (operation.body, operation.at, operation.subject) == (body, at, subject)
    assert operation.raw is raw and operation.digest == digest_of(raw)
    assert b"\n" not in raw


@pytest.mark.parametrize("vector", VECTORS["operations"], ids=lambda v: v["name"])
def test_the_frozen_operations_have_their_frozen_digests(vector: dict[str, Any]) -> None:
    raw = vector["line"].encode()
    operation = read(raw)
    assert operation.digest == vector["sha256"]
    assert write(json.loads(raw)) == raw, "the program writes the same bytes today"
    assert (operation.kind, operation.n) == (vector["kind"], vector["n"])


def test_the_frozen_messages_and_leaf_are_what_is_signed_and_hashed_today() -> None:
    made = {
        "push": push_message("qingyu", "d1", 7, "ab" * 32),
        "enrol": protocol.enrol_message("K7M2P", "d1", "QUJD"),
        "renew": protocol.renew_message("qingyu", "d1", "d2", "QUJD"),
        "token": protocol.token_message("qingyu", "d1", 1690000000000),
        "leaf": leaf(Entry(57, 1690000000123, "conflict", "moved_on", 41, ("clock_ahead", "role_ended")), "ab" * 32),
    }
    assert {name: text.decode() for name, text in made.items()} == VECTORS["messages"]


def test_the_frozen_entries_fold_to_the_frozen_records() -> None:
    records = {record["id"]: record for record in FOLD["before"]}
    for entry in FOLD["entries"]:
        changed = fold(read(entry["line"].encode()), Entry(entry["no"], entry["received_at"], entry["verdict"]), records.get)
        records |= json.loads(json.dumps(changed))
    assert {id: json.dumps(records[id]) for id in FOLD["after"]} == {id: json.dumps(record) for id, record in FOLD["after"].items()}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"7",
        b"not json",
        b"\xff\xfe",
        b'{"v":1}',
        write({**FRAME, "more": 1}),
        write({**FRAME, "v": 0}),
        write({**FRAME, "v": True}),
        write({**FRAME, "n": 0}),
        write({**FRAME, "n": 1.0}),
        write({**FRAME, "base": -1}),
        write({**FRAME, "at": MAX_INTEGER}),
        write({**FRAME, "skew": "0"}),
        write({**FRAME, "id": ""}),
        write({**FRAME, "id": 5}),
        write({**FRAME, "subject": "s" * 129}),
        write({**FRAME, "body": []}),
        write({**FRAME, "by": None}),
        write(FRAME).replace(b'"body":{}', b'"body":{"x":NaN}'),
        write(FRAME).replace(b'"body":{}', b'"body":{"x":"\\u0000"}'),
        write(FRAME).replace(b'"body":{}', b'"body":{"x":"\\ud800"}'),
        write(FRAME).replace(b'"body":{}', b'"body":' + b'{"x":' * 100_000),
        write(FRAME)[:-1],
        write(FRAME) + b"}",
        write({k: v for k, v in FRAME.items() if k != "prev"}),
    ],
    ids=range(28),
)
def test_bytes_that_are_no_operation_are_unreadable_and_never_an_error(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read(raw)
    assert refused.value.code == "unreadable"


@settings(max_examples=300)
@given(st.binary(max_size=120) | bodies.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_at_all_are_read_or_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        read(raw)


def test_ids_are_time_ordered_uuids_of_version_seven() -> None:
    early, late = new_id(1_690_000_000_000, bytes(10)), new_id(1_690_000_000_001, b"\xff" * 10)
    assert early < late
    assert {uuid.UUID(early).version, uuid.UUID(late).version} == {7}
    assert uuid.UUID(late).variant == uuid.RFC_4122


def chain(count: int) -> list[bytes]:
    lines: list[bytes] = []
    for n in range(1, count + 1):
        lines.append(write({**FRAME, "id": f"id-{n}", "n": n, "prev": digest_of(lines[-1]) if lines else ""}))
    return lines


def head(lines: list[bytes], first: int = 1) -> protocol.PushHead:
    return protocol.PushHead("d1", first, len(lines), "sig")


def test_lines_that_are_one_chain_are_taken_as_one() -> None:
    lines = chain(5)
    assert [line.n for line in parse_lines("qingyu", head(lines), lines)] == [1, 2, 3, 4, 5]
    assert [line.n for line in parse_lines("qingyu", head(lines[2:], 3), lines[2:])] == [3, 4, 5]


def test_a_line_exchanged_for_another_breaks_the_chain() -> None:
    lines = chain(5)
    other = write({**FRAME, "id": "other", "n": 3, "prev": digest_of(lines[1])})
    wrong = [*lines[:2], other, *lines[3:]]
    with pytest.raises(Refused) as refused:
        parse_lines("qingyu", head(wrong), wrong)
    assert refused.value.code == "chain_broken"


def test_an_operation_in_another_place_than_its_own_number_is_no_operation_there() -> None:
    first, _, third = chain(3)
    assert [line.refusal for line in parse_lines("qingyu", head([first, third]), [first, third])] == ["", "unreadable"]


def test_a_line_that_cannot_be_read_holds_its_place_between_its_neighbours() -> None:
    lines = chain(2)
    junk = b"\xff\x00 what is this"
    after = write({**FRAME, "id": "after", "n": 4, "prev": digest_of(junk)})
    third, fourth = parse_lines("qingyu", head([*lines, junk, after]), [*lines, junk, after])[2:]
    assert (third.n, third.operation, third.refusal) == (3, None, "unreadable")
    assert fourth.operation is not None and fourth.refusal == ""


@settings(max_examples=100)
@given(
    n=st.integers(1, 2**53 - 1),
    no=st.integers(0, 2**53 - 1),
    code=words,
    other=st.integers(0, 9),
    flags=st.lists(words.filter(lambda w: "," not in w), max_size=2),
)
def test_a_verdict_survives_the_wire(n: int, no: int, code: str, other: int, flags: list[str]) -> None:
    verdict = protocol.Verdict(n, no, "refused", code, other, 5, tuple(flags))
    assert protocol.Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


@pytest.mark.parametrize("value", [[], [1, 2, 3], ["x", 1, "accepted", "", 0, 0, []], [1, 1, "accepted", "", 0, 0, 5], None])
def test_a_verdict_of_the_wrong_form_is_malformed(value: Any) -> None:
    with pytest.raises(Refused):
        protocol.Verdict.from_json(value)


def test_a_push_is_read_back_as_it_was_written() -> None:
    lines = chain(3)
    made = protocol.PushHead("d1", 1, 3, "c2ln", "e1", 41)
    assert protocol.read_push(protocol.write_push(made, lines)) == (made, lines)
    assert protocol.read_push(protocol.write_push(protocol.PushHead("d1", 1, 0, "c2ln"), [])) == (protocol.PushHead("d1", 1, 0, "c2ln"), [])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed"),
        (b"{}", "malformed"),
        (b"[1]", "malformed"),
        (b"\n\n", "malformed"),
        (b'{"protocol":2,"device":"d","first":1,"count":0,"signature":""}', "protocol"),
        (b'{"protocol":1,"device":"d","first":0,"count":0,"signature":""}', "malformed"),
        (b'{"protocol":1,"device":5,"first":1,"count":0,"signature":""}', "malformed"),
        (b'{"protocol":1,"device":"d","first":1,"count":1,"signature":""}', "malformed"),
        (b'{"protocol":1,"device":"d","first":true,"count":0,"signature":""}', "malformed"),
        (b'{"protocol":1,"device":"d","first":1,"count":0,"signature":"","new":1}', "malformed"),
        (b"x" * (32 * 1024 * 1024 + 1), "push_too_large"),
        (b'{"protocol":1,"device":"d","first":1,"count":10001,"signature":""}' + b"\n" * 10_002, "push_too_large"),
    ],
    ids=range(12),
)
def test_a_push_that_is_none_is_refused_with_its_reason(body: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        protocol.read_push(body)
    assert refused.value.code == code
