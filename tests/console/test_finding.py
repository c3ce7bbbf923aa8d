"""Lists find exactly what a plain look at every record finds: whatever words, marks, days and order are asked for, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from shared.rules import Row
from shared.search import search_text
from sync_server.console import finding
from sync_server.console.finding import Wanted, count, find, find_all
from sync_server.store.database import Database
from sync_server.store.listed import NOWHERE, Place, facets_of, put_listed
from sync_server.store.spelling import spell
from tests.databases import KINDS, database_url
from tests.worlds import LEDGER

OFFICE: dict[str, Any] = {"id": "office", "roles": [{"role": "office", "unit": "", "since": 1}]}
HEAD: dict[str, Any] = {"id": "head", "roles": [{"role": "section_head", "unit": "s1", "since": 1}]}
NAMES = ("鲁川晟柏机械有限公司", "鲁川禾岳商贸有限公司", "青榆峻沐餐饮店", "海岳铂临仓储有限公司")
TEXTS = ("配电箱门缺失", "灭火器压力不足", "疏散通道堵塞 exit B2", "动火作业无票 50%_off", "配电柜无接地线")
WORDS = ("配电", "箱", "exit", "b2", "灭火器 压力", "lcsb", "qingyu", "50%_", "通道 exit", "不存在", "QY-2023-01", "hy", "机械")


class Kept:
    """Random hazards and enterprises, in lists and beside them."""

    def __init__(self, url: str) -> None:
        chance = random.Random(1)
        self.database = Database(url)
        self.database.prepare()
        self.rows: dict[str, tuple[str, Row]] = {}
        for i, name in enumerate(NAMES):
            marks = (f"industry:{'machinery' if i % 2 else 'catering'}", *(("is:high_risk",) if i == 0 else ()))
            self.rows[f"e{i}"] = ("enterprise", Row(title=name, number=f"E{i}", state="open", enterprise=f"e{i}", community=f"c{i % 2}", marks=marks))
        for i in range(300):
            enterprise = chance.randrange(4)
            state = chance.choice(("submitted", "rectifying", "closed", "void"))
            row = Row(
                title=chance.choice(TEXTS), number=f"QY-2023-01-{i:04d}", state=state, level=chance.choice(("general", "major")),
                enterprise=f"e{enterprise}", community=f"c{enterprise % 2}", section=f"s{chance.randrange(2)}", person="lin",
                at=1000 + chance.randrange(200), words=f"{NAMES[enterprise]} 东门", lead="s1",
                deadline=chance.choice((0, 5000 + chance.randrange(100))),
                source=chance.choice(("gov", "self")), marks=("is:open",) if state in ("submitted", "rectifying") else (),
            )  # fmt: skip
            self.rows[f"h{i:03d}"] = ("hazard", row)
        with self.database.write() as link:
            put_listed(link, LEDGER, [({"id": id, "kind": kind}, NOWHERE, self.place(row)) for id, (kind, row) in self.rows.items()])

    @staticmethod
    def place(row: Row) -> Place:
        """Seen by its section; some by their finder, too."""
        return Place(row, frozenset({f"unit:{row.section}", *(["person:head"] if row.number.endswith("7") else [])}))

    def plainly(self, wanted: Wanted, person: dict[str, Any]) -> list[str]:
        """The ids that fit, by looking at each."""
        fitting = [(id, row) for id, (kind, row) in self.rows.items() if kind == wanted.kind and self._fits(wanted, kind, row)]
        if person is HEAD:
            fitting = [(id, row) for id, row in fitting if row.section == "s1" or row.number.endswith("7")]
        return [id for id, row in sorted(fitting, key=lambda f: (getattr(f[1], wanted.sort), f[0]), reverse=not wanted.rising)]

    def _fits(self, wanted: Wanted, kind: str, row: Row) -> bool:
        text, of = search_text(kind, row, spell), self.rows[row.enterprise][1]
        named = search_text("enterprise", of, spell)
        words = all(word in text or (word.isascii() and kind != "enterprise" and word in named) for word in wanted.words.lower().split())
        terms = all(any(term in facets_of(Place(row)) for term in choice) for choice in wanted.terms)
        enterprise = all(term in facets_of(Place(of)) for term in wanted.of_enterprise)
        days = wanted.since <= row.at and (not wanted.until or row.at <= wanted.until)
        due = (not wanted.due_since or row.deadline >= wanted.due_since) and (not wanted.due_until or 0 < row.deadline <= wanted.due_until)
        late = "is:open" in row.marks and 0 < row.deadline < wanted.overdue
        return words and terms and enterprise and days and due and (not wanted.overdue or late)


@pytest.fixture(scope="module", params=KINDS)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    made = Kept(database_url(request.param, tmp_path_factory.mktemp("finding")))
    yield made
    made.database.close()


def some_wanted(chance: random.Random) -> Wanted:
    """Any list somebody may ask for."""
    terms = [("state:submitted", "state:rectifying"), ("level:major",), ("is:open",), ("community:c1",), ("section:s0", "lead:s1")]
    terms.append(("enterprise:e2",))
    return Wanted(
        "hazard", chance.choice(("", "", *WORDS)), tuple(chance.sample(terms, chance.randrange(4))),
        tuple(chance.sample(("industry:catering", "is:high_risk"), chance.randrange(2))), chance.choice((0, 1050)), chance.choice((0, 1150)),
        chance.choice((0, 5010)), chance.choice((0, 5080)), chance.choice((0, 0, 5050)), chance.choice(("at", "deadline", "number")),
        chance.random() < 0.5,
    )  # fmt: skip


@pytest.mark.parametrize("few", [1, 20, 2000])
@pytest.mark.parametrize("person", [OFFICE, HEAD], ids=["office", "head"])
def test_a_list_is_what_looking_at_every_record_gives(kept: Kept, person: dict[str, Any], few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """`FEW` decides by which way it is found; each way finds the same."""
    monkeypatch.setattr(finding, "FEW", few)
    chance, some = random.Random(few), 0
    with kept.database.read() as link:
        for _ in range(150):
            wanted = some_wanted(chance)
            plain = kept.plainly(wanted, person)
            some += bool(plain)
            assert [line.id for line in find_all(link, LEDGER, person, wanted)] == plain, wanted
            assert count(link, LEDGER, person, wanted) == len(plain)
            page = find(link, LEDGER, person, wanted, 2)
            assert page.total == len(plain)
            assert [line.id for line in page.rows] == plain[(page.page - 1) * 50 : page.page * 50]
    assert some > 60


@pytest.mark.parametrize("word", WORDS)
def test_every_word_finds_what_it_occurs_in_typed_in_chinese_pinyin_initials_or_digits(kept: Kept, word: str) -> None:
    with kept.database.read() as link:
        for kind in ("hazard", "enterprise"):
            wanted = Wanted(kind, word, sort="number")
            assert [line.id for line in find_all(link, LEDGER, OFFICE, wanted)] == kept.plainly(wanted, OFFICE), (kind, word)


def test_a_long_list_is_counted_only_so_far_and_says_so(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST", 100)
    monkeypatch.setattr(finding, "MOST_CHECKED", 20)
    with kept.database.read() as link:
        found = find(link, LEDGER, OFFICE, Wanted("hazard"), 99)
        looked_up = find(link, LEDGER, OFFICE, Wanted("hazard", "配电"), 1)
    assert (found.total, found.more, found.page, found.pages, len(found.rows)) == (100, True, 2, 2, 50)
    assert (looked_up.total, looked_up.more, looked_up.pages) == (20, True, 1)


def test_a_changed_record_is_found_as_it_is_now_and_no_more_as_it_was(kept: Kept) -> None:
    _, row = kept.rows["h007"]
    moved = Row(title="换成别的描述了", number=row.number, state="closed", enterprise=row.enterprise, at=row.at + 7)
    with kept.database.write() as link:
        put_listed(link, LEDGER, [({"id": "h007", "kind": "hazard"}, kept.place(row), kept.place(moved))])
        ids = [line.id for line in find_all(link, LEDGER, OFFICE, Wanted("hazard", "别的描述"))]
        assert ids == ["h007"]
        assert link.one("SELECT count(*) FROM terms WHERE id = 'h007' AND at = ?", (row.at,))[0] == 0
        put_listed(link, LEDGER, [({"id": "h007", "kind": "hazard"}, kept.place(moved), kept.place(row))])
        assert find_all(link, LEDGER, OFFICE, Wanted("hazard", "别的描述")) == []
