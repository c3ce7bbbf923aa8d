"""A small share of the generated year: what the generator remembers of its hazards is what the records say, and the same seed gives the same ledger.

40 enterprises, June to August; the bounds of the ratios leave four standard deviations of a draw of that size.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.deadlines import is_overdue
from shared.kinds.lifecycle import DECIDED, OPEN_STATES
from shared.merkle import root
from shared.pictures import SHANGHAI
from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.demo.stage import Phone, Stage, StagedClock, Unexpected
from sync_server.demo.world import ADMIN, LEDGER_BODY
from sync_server.demo.year import Note, Told, Year, begins, build_year
from sync_server.keys import Keys
from sync_server.service import Service
from sync_server.store import ledgers as store
from sync_server.store.database import Database, Link
from sync_server.verify import verify

LEDGER = "qingyu"
MONTHS = range(6, 9)
TODAY = datetime(2023, 9, 1, 10, 0, tzinfo=SHANGHAI)
NOW = int(TODAY.timestamp() * 1000)


class SeededKeys(Keys):
    """Real keys that are the same each time."""

    def make(self, link: Link, ledger: str) -> None:
        pem = ec.derive_private_key(2023, ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for name, value in ((f"checkpoint/{ledger}", "07" * 32), (f"console/{ledger}", pem.decode()), ("token", "08" * 32)):
            store.put_secret(link, name, value)


class Share:
    """A share of the year on a server of its own."""

    def __init__(self, folder: Path, *, enterprises: int, months: range = MONTHS, today: datetime = TODAY, seed: int = 7) -> None:
        self.database = Database(f"sqlite:///{folder / 'paicha.db'}")
        self.database.prepare()
        clock = StagedClock(begins(months))
        keys = SeededKeys(self.database)
        self.service = Service(self.database, clock, threaded=False, keys=keys, randomness=Random(1).randbytes)
        self.blobs = LocalBlobs(folder / "blobs")
        self.service.open_ledger(LEDGER, LEDGER_BODY, epoch="e1")
        self.stage = Stage(self.service, clock, self.blobs, LEDGER)
        self.told: Told = build_year(self.stage, seed=seed, enterprises=enterprises, months=months, today=today)

    def of_kind(self, kind: str) -> dict[str, Record]:
        with self.database.read() as link:
            return {record["id"]: record for record in store.records_of_kind(link, LEDGER, kind)}

    def root(self) -> str:
        with self.database.read() as link:
            size = link.one("SELECT size FROM ledgers WHERE ledger = ?", (LEDGER,))[0]
            return f"{size} {root(size, lambda level, place: store.tile(link, LEDGER, level, place)).hex()}"


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Share]:
    share = Share(tmp_path_factory.mktemp("year"), enterprises=40)
    yield share
    share.service.close()


COUNTS: dict[str, tuple[Callable[[Note], bool], Callable[[Record], bool]]] = {
    "found": (lambda n: n.state not in ("draft", "void"), lambda r: r["state"] not in ("draft", "void")),
    "open": (lambda n: n.state in OPEN_STATES, lambda r: r["state"] in OPEN_STATES),
    "closed": (lambda n: n.closed_at > 0, lambda r: r["state"] == "closed"),
    "overdue": (lambda n: n.state in DECIDED and 0 < n.deadline < NOW, lambda r: is_overdue(r, NOW)),
    "listed": (lambda n: n.listed, lambda r: bool((r.get("listing") or {}).get("listed_at"))),
    "major": (lambda n: n.level == "major" and n.state in (*DECIDED, "closed"), lambda r: r["level"] == "major"),
    "failed": (lambda n: n.failed > 0, lambda r: bool(r.get("failures"))),
    "reopened": (lambda n: n.reopened, lambda r: bool(r.get("reopenings"))),
    "extended": (lambda n: n.extended > 0, lambda r: any(e["granted"] for e in r.get("extensions", ()))),
    "recurrences": (lambda n: n.recurs, lambda r: bool(r.get("recurrence_of"))),
    "merged": (lambda n: n.merged and n.state == "void", lambda r: r["merged_into"] is not None),
}


@pytest.mark.parametrize("what", COUNTS)
def test_the_generators_own_count_is_what_the_records_say(share: Share, what: str) -> None:
    """By source, community and section, hazard by hazard: no number of the notes is read from a record."""
    of_note, of_record = COUNTS[what]
    expected = {(n.id, n.source, n.community, n.section) for n in share.told.notes.values() if of_note(n)}
    records = share.of_kind("hazard").values()
    assert {(r["id"], r["source_class"], r["community"], r["section"]) for r in records if of_record(r)} == expected
    if what in ("found", "open", "closed", "overdue", "failed"):
        assert len(expected) > 1, f"{what}: too few to mean anything"


def test_every_verdict_is_accepted_but_those_of_the_injected_conflicts(share: Share) -> None:
    with share.database.read() as link:
        verdicts = dict(link.all("SELECT verdict, count(*) FROM operations WHERE ledger = ? GROUP BY verdict", (LEDGER,)))
    assert verdicts.pop("accepted") > 5000
    assert verdicts == ({"conflict": share.told.conflicts} if share.told.conflicts else {})


def test_verify_folds_it_anew_to_the_same_records(share: Share) -> None:
    report = verify(share.database, share.blobs, LEDGER, lambda done, total: None)
    assert report.refused == 0 and report.operations == share.stage.size


def test_late_syncs_wrong_clocks_and_missing_positions_are_as_many_as_were_injected(share: Share) -> None:
    visits = share.of_kind("inspection").values()
    assert Counter(visit["inspection_kind"] for visit in visits) == share.told.visits
    assert len([v for v in visits if v["moments"]["start"]["position"] is None]) == share.told.nowhere
    late = [v for v in visits if v["submitted_at"] - v["moments"]["end"]["at"] > 48 * 3_600_000]
    assert share.told.late <= len(late), "a phone without a network keeps its later visits, too"
    with share.database.read() as link:
        starts = link.all("SELECT raw FROM operations WHERE ledger = ? AND kind = 'inspection.start'", (LEDGER,))
    ahead = [json.loads(bytes(raw) if not isinstance(raw, str) else raw)["skew"] for (raw,) in starts]
    assert len([skew for skew in ahead if skew > 600_000]) == share.told.skewed


def test_the_ratios_are_those_of_the_plan(share: Share) -> None:
    told = share.told
    notes = list(told.notes.values())
    patrols = told.visits["community_patrol"]
    own = told.visits["enterprise_self"] + told.visits["principal_led"]
    government = sum(told.visits.values()) - patrols - own
    assert within(government, 42, 4 * math.sqrt(42)), "130 + 140 + 150 of a tenth"
    assert within(patrols, 40, 4 * math.sqrt(40)), "1,600 / 4 of a tenth"
    decided = [n for n in notes if n.state not in ("draft", "submitted", "returned")]
    assert share_within([n.fixed for n in decided], 0.38)
    assert share_within([n.returned for n in decided], 0.09)
    assert share_within([n.recurs for n in decided], 0.04, extra=0.04)
    assert share_within([n.source == "self" for n in notes], 0.36, extra=0.1)
    tried = [n for n in decided if n.closed_at or n.failed]
    assert share_within([n.failed > 0 for n in tried], 0.06, extra=0.02)
    rectified = [n for n in decided if not n.fixed and n.closed_at and n.level == "general"]
    assert share_within([n.was_overdue for n in rectified], 0.04, extra=0.02)


def within(value: float, expected: float, tolerance: float) -> bool:
    return abs(value - expected) <= tolerance


def share_within(flags: list[bool], expected: float, extra: float = 0.0) -> bool:
    """Whether the share of the true ones is the expected, give or take four standard deviations of such a draw."""
    tolerance = 4 * math.sqrt(expected * (1 - expected) / len(flags)) + extra
    return within(sum(flags) / len(flags), expected, tolerance)


def test_where_every_second_find_is_major_no_guard_is_broken_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is rare in a share of the year: listings, escalations, suspensions, extensions, failures of signed work; an unexpected verdict raises."""
    monkeypatch.setattr(Year, "_major_rate", lambda self, firm, kind: 0.5)
    monkeypatch.setattr(Year, "_has_own_pictures", lambda self, note: False)
    share = Share(tmp_path, enterprises=20, months=range(6, 11), today=datetime(2023, 11, 1, 10, 0, tzinfo=SHANGHAI))
    hazards = share.of_kind("hazard").values()
    share.service.close()
    majors = [h for h in hazards if h["level"] == "major"]
    steps = {
        "plans": [h for h in majors if h.get("plan")], "closed": [h for h in majors if h["state"] == "closed"],
        "listed": [h for h in majors if h.get("listing")], "stopped": [h for h in majors if h.get("measures")],
        "extended": [h for h in majors if h.get("extensions")], "failed": [h for h in majors if h.get("failures")],
        "late": [h for h in majors if h["report_late"]],
    }  # fmt: skip
    assert all(steps.values()), {name: len(found) for name, found in steps.items()}


def test_the_same_seed_gives_the_same_ledger_and_another_seed_another(tmp_path: Path) -> None:
    def built(name: str, seed: int) -> str:
        (tmp_path / name).mkdir()
        share = Share(tmp_path / name, enterprises=4, months=range(6, 7), today=datetime(2023, 7, 1, 10, 0, tzinfo=SHANGHAI), seed=seed)
        share.service.close()
        return share.root()

    assert built("a", 1) == built("b", 1) != built("c", 2)


def test_a_scenario_that_disagrees_with_the_rules_ends_with_what_disagreed(share: Share) -> None:
    """So that a broken guard never becomes a ledger that looks right."""
    stage = share.stage
    stage.act(ADMIN, "hazard.close", next(iter(share.told.notes)), {"reason": "无权销号"})
    with pytest.raises(Unexpected, match=r"hazard\.close .* refused no_right, not accepted"):
        stage.flush()


def test_a_push_handed_in_twice_adds_nothing(share: Share) -> None:
    stage = share.stage
    phone = Phone(stage, ADMIN, "test")
    stage.act_all([phone.enrolment()])
    stage.flush()
    phone.write(NOW, "person.edit", ADMIN, {"changes": {"phone": "000-00000001"}})
    push = stage.hand_in(phone)
    stage.flush()
    before = stage.size
    stage.hand_in_again(phone, push)
    stage.flush()
    with share.database.read() as link:
        assert link.one("SELECT size FROM ledgers WHERE ledger = ?", (LEDGER,))[0] == before == stage.size
