"""The base number says of every day what was so at its end: compared with a plain walk through everything that happened, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from shared.calendar import DAY, end_of
from shared.kinds.lifecycle import DECIDED, OPEN_STATES
from shared.rules import Row
from sync_server.console.numbers import NumberKeeper, by, history, seen_groups, total
from sync_server.store.database import Database
from sync_server.store.listed import NOWHERE, Place, Turn, put_listed, put_spans, span_of
from tests.databases import KINDS, database_url
from tests.worlds import LEDGER

FIRST = date(2023, 6, 1)
START = end_of(FIRST) - DAY + 1
DAYS = 60
OFFICE: dict[str, Any] = {"id": "office", "roles": [{"role": "office", "unit": "", "since": 1}]}
HEAD: dict[str, Any] = {"id": "head", "roles": [{"role": "section_head", "unit": "s1", "since": 1}]}


class Kept:
    """Random lives of hazards, as spans and beside them as (moment, row or None)."""

    def __init__(self, url: str) -> None:
        chance = random.Random(7)
        self.database = Database(url)
        self.database.prepare()
        self.lives: dict[str, list[tuple[int, Row]]] = {f"h{i}": self._life(chance) for i in range(150)}
        turns = [Turn(id, "hazard", 0, at, span_of(row)) for id, life in self.lives.items() for at, row in life]
        numbered = [Turn(t.record, t.kind, no, t.at, t.span) for no, t in enumerate(sorted(turns, key=lambda t: t.at), 1)]
        with self.database.write() as link:
            put_spans(link, LEDGER, numbered)
            put_listed(link, LEDGER, [({"id": id, "kind": "hazard"}, NOWHERE, Place(life[-1][1])) for id, life in self.lives.items()])

    @staticmethod
    def _life(chance: random.Random) -> list[tuple[int, Row]]:
        at, life = START + chance.randrange(DAYS * DAY), []
        community, section = f"c{chance.randrange(2)}", f"s{chance.randrange(2)}"
        deadline = 0
        for _ in range(chance.randrange(1, 7)):
            state = chance.choice((*OPEN_STATES, "closed", "closed", "void"))
            if chance.random() < 0.5:
                deadline = end_of(FIRST + timedelta(days=chance.randrange(-5, DAYS)))
            listing = chance.choice(("", "", "listed"))
            row = Row(title="x", state=state, level="major", community=community, section=section, deadline=deadline, listing=listing, source="gov")
            life.append((at, row))
            at += chance.randrange(1, 9 * DAY)
        return life

    def plainly(self, day: date, unit: str = "") -> tuple[int, int, int, int]:
        """found, open, overdue, closed at the end of a day."""
        end = end_of(day)
        rows = [row for life in self.lives.values() if (row := next((r for at, r in reversed(life) if at <= end), None)) is not None]
        rows = [row for row in rows if row.state != "void" and (not unit or unit in (row.community, row.section))]
        overdue = [row for row in rows if row.state in DECIDED and 0 < row.deadline < end]
        return len(rows), sum(r.state in OPEN_STATES for r in rows), len(overdue), sum(r.state == "closed" for r in rows)


@pytest.fixture(scope="module", params=KINDS)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    made = Kept(database_url(request.param, tmp_path_factory.mktemp("numbers")))
    yield made
    made.database.close()


@pytest.mark.parametrize("unit", ["", "c1", "s0"])
def test_any_past_day_says_today_what_it_said_then(kept: Kept, unit: str) -> None:
    with kept.database.read() as link:
        told = history(link, LEDGER, unit, FIRST, FIRST + timedelta(days=DAYS + 40))
    assert [each.day for each in told] == [FIRST + timedelta(days=n) for n in range(DAYS + 41)]
    assert [(each.found, each.open, each.overdue, each.closed) for each in told] == [kept.plainly(each.day, unit) for each in told]
    assert max(each.overdue for each in told) > 3


def test_a_history_that_begins_later_says_the_same_of_its_days(kept: Kept) -> None:
    late = FIRST + timedelta(days=25)
    with kept.database.read() as link:
        whole, part = history(link, LEDGER, "", FIRST, late), history(link, LEDGER, "", late, late)
    assert whole[-1:] == part


def test_the_numbers_of_now_are_those_that_the_day_will_end_with_if_nothing_happens(kept: Kept) -> None:
    day = FIRST + timedelta(days=DAYS + 30)
    with kept.database.read() as link:
        groups = NumberKeeper().groups(link, LEDGER, 1, end_of(day))
        last = history(link, LEDGER, "", day, day)[0]
    now = total(groups)
    assert (now.found, now.open, now.closed) == (last.found, last.open, last.closed)
    assert now.overdue == last.overdue > 0
    assert sum(numbers.open for numbers in by(groups, lambda group: (group.community,)).values()) == now.open


def test_a_section_head_counts_the_own_section_only(kept: Kept) -> None:
    with kept.database.read() as link:
        groups = NumberKeeper().groups(link, LEDGER, 1, end_of(FIRST))
    assert {group.section for group in seen_groups(groups, HEAD)} == {"s1"} and len(seen_groups(groups, OFFICE)) == len(groups)


def test_numbers_are_counted_again_when_the_ledger_has_grown_and_when_a_day_is_over(kept: Kept) -> None:
    keeper, day = NumberKeeper(), FIRST + timedelta(days=30)
    with kept.database.write() as link:
        before = total(keeper.groups(link, LEDGER, 1, end_of(day)))
        row = Row(title="新的", state="rectifying", level="general", source="gov", deadline=end_of(day))
        put_listed(link, LEDGER, [({"id": "new", "kind": "hazard"}, NOWHERE, Place(row))])
        assert total(keeper.groups(link, LEDGER, 1, end_of(day))).found == before.found, "the same size: nothing has happened"
        assert total(keeper.groups(link, LEDGER, 2, end_of(day))).found == before.found + 1
        overdue = total(keeper.groups(link, LEDGER, 2, end_of(day))).overdue
        assert total(keeper.groups(link, LEDGER, 2, end_of(day) + 1)).overdue > overdue
        link.run("DELETE FROM listed WHERE id = 'new'")
