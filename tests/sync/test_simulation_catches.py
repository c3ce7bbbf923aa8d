"""The simulation notices what it is there for: each of these mistakes, put into the real program, breaks a history soon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from mobile.core.store import Store
from shared.errors import INTERNAL, Refused
from shared.protocol import Verdict
from shared.rules import Case
from sync_server import accept
from sync_server.accept import Acceptor, Batch, Line, Outcome
from sync_server.store import ledgers as store
from sync_server.store.database import Database, Link
from tests.simulation.history import Result, run

WITHIN = 150  # histories


def first_broken(histories: int = WITHIN) -> Result:
    """The first history that does not hold."""
    for seed in range(histories):
        result = run(seed)
        if result.problem:
            return result
    raise AssertionError(f"{histories} histories hold in spite of the mistake")


def test_a_duplicate_told_by_its_number_alone_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def earlier(self: Batch, device: str, known: list[Line]) -> list[Verdict]:
        if not known:
            return []
        stored = {s.n: s for s in store.operations_of(self.link, self.name, device, known[0].n, known[-1].n)}
        return [Verdict.of(line.n, stored[line.n].entry) if line.n in stored else Verdict(line.n, 0, "held") for line in known]

    monkeypatch.setattr(Batch, "_earlier", earlier)
    assert "receipt for" in first_broken().problem


def test_the_last_write_winning_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Case, "require_unchanged", lambda self, changes: None)
    assert "silently replaced" in first_broken().problem


def test_a_cursor_that_passes_a_refusal_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Store.set_verdicts

    def careless(self: Store, verdicts: Iterable[Verdict]) -> None:
        honest(self, (replace(v, verdict="accepted") if v.verdict == "refused" else v for v in verdicts))

    monkeypatch.setattr(Store, "set_verdicts", careless)
    assert "in the ledger" in first_broken().problem


def test_a_page_whose_cursor_runs_ahead_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = store.visible_since

    def short(link: Link, ledger: str, scope: str, after: int, limit: int) -> list[tuple[str, int, int]]:
        return honest(link, ledger, scope, after, limit)[:2]  # the cursor still goes to the end

    monkeypatch.setattr(store, "visible_since", short)
    assert first_broken().problem


def test_an_answer_before_the_commit_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def write(self: Database) -> Iterator[Link]:
        link = self._writer
        assert link is not None
        if link.raw.in_transaction:
            link.raw.commit()  # the work of the one before, whose answer is long out
        link.run("BEGIN IMMEDIATE")
        try:
            yield link
        except BaseException:
            link.raw.rollback()
            raise

    monkeypatch.setattr(Database, "write", write)
    assert first_broken().problem


def test_one_bad_operation_that_rolls_back_the_batch_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def alone(self: Acceptor, name: str, job: accept.Job) -> Outcome:
        try:
            return self._transaction(name, [job], careful=False)[0]
        except Exception as failure:
            return Outcome(failure=failure)

    monkeypatch.setattr(Acceptor, "_alone", alone)
    assert "does not come to an end" in first_broken().problem or "failed" in first_broken().problem


def test_a_refused_operation_that_stops_the_push_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Batch._number

    def strict(self: Batch, chain: Any, line: Line, now: int) -> Any:
        entry = honest(self, chain, line, now)
        if entry.verdict == "refused" and line.operation is not None and line.operation.device != accept.console_device(self.name):
            raise Refused(INTERNAL)
        return entry

    monkeypatch.setattr(Batch, "_number", strict)
    assert "does not come to an end" in first_broken().problem


def test_work_folded_twice_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(self: Store) -> None:
        """The overlay is never cleared."""

    monkeypatch.setattr(Store, "clear_shown", lambda self, keep: None)
    assert "own work still lies over" in first_broken().problem
