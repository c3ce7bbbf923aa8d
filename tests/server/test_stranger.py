"""docs/protocol.md is true: a client written from it alone enrols, hands in, pulls, uploads, and can prove what it was told."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pictures import picture
from tests.serving import serving
from tests.stranger import Stranger, now, uuid7
from tests.worlds import LEDGER, Clock, World, open_world, report_body

SOURCE = Path(__file__).parents[1] / "stranger.py"


@pytest.fixture
def office(url: str) -> Iterator[World]:
    """A settled ledger with the real time, since a stranger has a clock of its own."""
    world = open_world(url, clock=Clock(now()))
    yield world
    world.service.close()


@pytest.fixture
def stranger(office: World, tmp_path: Path) -> Iterator[Stranger]:
    with serving(office.service, tmp_path) as server:
        client = Stranger(server, office.service.make_code(LEDGER, "lin", "admin"))
        yield client
        client.http.close()


def test_it_imports_nothing_of_ours() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in imported if name.partition(".")[0] in ("shared", "sync_server", "mobile", "tests")}


def test_a_finding_with_a_photo_arrives_and_every_receipt_can_be_proven(stranger: Stranger) -> None:
    stranger.pull(limit=7)  # many pages
    assert {"enterprise", "person", "unit"} <= {record["kind"] for record in stranger.records.values()}
    hazard, data = uuid7(), picture(1, size=(800, 600))
    enterprise = next(record for record in stranger.records.values() if record["kind"] == "enterprise")
    stranger.act("hazard.report", hazard, report_body(enterprise["id"], found_at=now()))
    photo = {
        "photo": uuid7(), "sha256": sha256(data), "size": len(data), "media_type": "image/jpeg", "taken_at": now(), "position": None,
        "likeness": None, "phase": "before",
    }  # fmt: skip
    stranger.act("hazard.add_photo", hazard, photo)
    assert stranger.push(first=2) == stranger.push(), "sent from where the server wants, and the same verdicts again"
    stranger.upload(data, part=20_000)
    verdicts = stranger.pull()
    assert [verdict[2] for verdict in verdicts] == ["accepted", "accepted"], verdicts
    assert stranger.records[hazard]["photos"][photo["photo"]]["received"]
    assert stranger.ask("GET", stranger.path(f"blobs/{photo['sha256']}"), headers=stranger.bearer).content == data
    for (n, no, verdict, code, other, received_at, flags), line in zip(verdicts, stranger.lines, strict=True):
        leaf = f"{no}\n{sha256(line)}\n{received_at}\n{verdict}\n{code}\n{other}\n{','.join(flags)}\n"
        assert stranger.prove(no) == leaf.encode(), n


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
