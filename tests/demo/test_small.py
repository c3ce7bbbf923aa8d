"""The small fixed demo, followed by hand: each of the nine major hazards to its end, then the base number on 30 November 2023.

Nothing here is computed from the scenario's own tables: dates, states and counts are written out as somebody reads them off the stories.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from shared.deadlines import days_overdue, failures, is_listing_owed, is_overdue
from shared.kinds.lifecycle import DECIDED
from shared.ledger import open_conflicts
from shared.pictures import SHANGHAI
from shared.rules import Record
from shared.unchecked import no_full_self_inspection, wrongly_passed
from sync_server.blobs import LocalBlobs
from sync_server.demo.small import at, build_small, until
from sync_server.demo.small_data import BEGIN, MAJORS, TODAY
from sync_server.demo.stage import Stage, StagedClock
from sync_server.demo.world import LEDGER_BODY
from sync_server.service import Service
from sync_server.store import ledgers as store
from sync_server.store.database import Database
from sync_server.verify import verify

LEDGER = "qingyu"
NOW = at(TODAY)


class Built:
    """The demo as it stands at 10:00 on 30 November 2023."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder / 'paicha.db'}")
        self.database.prepare()
        clock = StagedClock(at(BEGIN))
        self.service = Service(self.database, clock, threaded=False)
        self.blobs = LocalBlobs(folder / "blobs")
        self.service.open_ledger(LEDGER, LEDGER_BODY)
        build_small(Stage(self.service, clock, self.blobs, LEDGER))
        assert clock() == NOW

    def of_kind(self, kind: str) -> dict[str, Record]:
        with self.database.read() as link:
            return {record["id"]: record for record in store.records_of_kind(link, LEDGER, kind)}

    def record(self, id: str) -> Record:
        with self.database.read() as link:
            return store.records(link, LEDGER, [id])[id]

    def told(self, hazard: str) -> list[str]:
        """The failures that this hazard shows today, as "code why"."""
        return [f"{f.code} {f.why}" for f in failures(self.record(hazard), self.record("ledger"), NOW)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    built = Built(tmp_path_factory.mktemp("small"))
    yield built
    built.service.close()


def day(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, SHANGHAI).strftime("%m-%d")


def name(built: Built, person: str) -> str:
    return str(built.record(person)["name"])


def test_there_are_twelve_enterprises_twenty_inspections_and_nine_majors(built: Built) -> None:
    assert len(built.of_kind("enterprise")) == 12
    assert sorted(built.of_kind("inspection")) == sorted(f"i{n}" for n in range(1, 21))
    proposed = [id for id, hazard in built.of_kind("hazard").items() if hazard["level_proposed"] == "major"]
    assert sorted(proposed) == sorted(MAJORS) == [f"m{n}" for n in range(1, 10)]


def test_m1_was_fixed_while_the_inspectors_were_there(built: Built) -> None:
    m1 = built.record("m1")
    assert (m1["state"], m1["level"], m1["source_class"], m1["immediate"]) == ("closed", "major", "gov", True)
    assert m1["ledger_no"].startswith("QY-2023-01-")
    assert (day(m1["found_at"]), day(m1["decided_at"]), day(m1["closed_at"])) == ("06-06", "06-07", "06-14")
    assert m1["deadline"] is None and m1.get("plan") is None, "no five elements are asked for what is fixed at once (T8)"
    assert [(s["role"], s["name"]) for s in m1["signatures"]] == [("principal", "仝砚秋"), ("deputy", "亓望舒")]
    assert Counter(photo["phase"] for photo in m1["photos"].values()) == {"before": 1, "after": 1, "verify": 1}
    assert built.told("m1") == []


def test_m2_went_the_whole_way_of_the_five_elements(built: Built) -> None:
    m2 = built.record("m2")
    assert (m2["state"], m2["level"], m2["source_class"]) == ("closed", "major", "self")
    plan = m2["plan"]
    assert (plan["version"], plan["responsible_person"], plan["funds_fen"]) == (2, "佘予安", 18_600_000)
    assert plan["contingency_plan"].startswith("发现异常立即停机断电") and plan["interim_controls"] and plan["fund_source"]
    assert (day(plan["approved_at"]), day(plan["accepted_at"]), m2["deadline"]) == ("06-14", "06-15", until("07-25"))
    assert m2["rectification"]["money_fen"] == 18_240_000 and m2["rectification"]["root_cause"] and m2["rectification"]["lasting_measure"]
    assert {role: (signed["by"], day(signed["signed_at"])) for role, signed in m2["signoff"].items()} == {
        "deputy": ("e2-deputy", "07-20"),
        "principal": ("e2-principal", "07-20"),
    }
    assert m2["verification"]["result"] == "pass" and len(m2["verification"]["team"]) == 2
    assert (day(m2["verification"]["on_site_at"]), day(m2["closed_at"])) == ("07-24", "07-25")
    assert m2["report_late"] is False and built.told("m2") == []


def test_m3_kept_its_old_deadline_after_a_refused_extension_and_was_delisted(built: Built) -> None:
    m3 = built.record("m3")
    assert (m3["state"], m3["level"], m3["source_class"]) == ("closed", "major", "gov")
    assert [(e["granted"], day(e["asked_at"]), e["old_date"]) for e in m3["extensions"]] == [(False, "08-04", until("08-31"))]
    assert m3["deadline"] == until("08-31"), "refused: the old deadline stays (T13)"
    assert (day(m3["rectification"]["at"]), day(m3["closed_at"])) == ("08-29", "09-01")
    listing = built.record("l3")
    assert (listing["state"], listing["level"], day(listing["listed_at"])) == ("delisted", "section", "07-07")
    assert listing["acceptances"][-1]["passed"] is True and len(listing["progress"]) == 2
    assert built.told("m3") == []


def test_m4_failed_its_first_verification_and_passed_the_second(built: Built) -> None:
    m4 = built.record("m4")
    assert (m4["state"], day(m4["closed_at"]), m4["deadline"]) == ("closed", "08-30", until("08-31"))
    [failed] = m4["failures"]
    assert (failed["result"], day(failed["on_site_at"]), failed["new_deadline"]) == ("fail", "08-09", until("08-31"))
    assert day(m4["verification"]["on_site_at"]) == "08-29"
    assert {day(signed["at"]) for signed in m4["signoff"].values()} == {"08-25", "08-26"}, "signed anew after the failure"
    assert built.record("o4")["state"] == "resumed"
    assert built.told("m4") == ["NF verify_failed"]


def test_m5_was_closed_on_false_photos_and_is_open_and_overdue_again(built: Built) -> None:
    m5 = built.record("m5")
    assert (m5["state"], m5["false_closure"], m5["closed_at"], m5["deadline"]) == ("rectifying", True, None, until("11-10"))
    [reopening] = m5["reopenings"]
    assert (day(reopening["closed_at"]), day(reopening["at"])) == ("08-15", "10-18")
    assert m5["signoff"] == {} and m5["verification"] is None, "what was said of the work no longer holds"
    assert Counter(photo["phase"] for photo in m5["photos"].values())["reopen"] == 1
    assert is_overdue(m5, NOW) and days_overdue(m5, NOW) == 20
    assert (m5["listing"]["state"], built.record("l5")["level"]) == ("proposed", "committee")
    assert built.told("m5") == ["NF overdue", "NF false_closure"]


def test_m6_is_listed_by_the_committee_after_the_section(built: Built) -> None:
    m6, listing = built.record("m6"), built.record("l6")
    assert (m6["state"], m6["deadline"], m6["listing"]["state"], m6["listing"]["level"]) == ("rectifying", until("12-15"), "listed", "committee")
    assert (listing["supervising_unit"], day(listing["listed_at"])) == ("街道安委会", "08-08")
    [before] = listing["history"]
    assert (before["level"], before["supervising_unit"], day(before["until"])) == ("section", "城市建设管理科", "10-26")
    assert listing["grounds"] == ["multi_department", "hard_to_fix"] and len(listing["progress"]) == 4
    assert built.record("o6")["state"] == "resume_requested"
    assert m6["plan"]["committee_approval"] == "青榆安委会纪要〔2023〕6号", "longer than 60 days"
    assert not is_overdue(m6, NOW) and built.told("m6") == []


def test_m7_was_merged_into_m6_with_its_photo(built: Built) -> None:
    m6, m7 = built.record("m6"), built.record("m7")
    assert (m7["state"], m7["merged_into"], m7["level"]) == ("void", "m6", None)
    assert list(m6["merged"]) == ["m7"] and [photo["from"] for photo in m6["photos"].values() if "from" in photo] == ["m7"]


def test_m8_was_lowered_to_general_by_two_reviewers_and_closed(built: Built) -> None:
    m8 = built.record("m8")
    assert (m8["state"], m8["level"], m8["deadline"], day(m8["closed_at"])) == ("closed", "general", until("09-01"), "08-29")
    [change] = m8["level_changes"]
    assert (change["from"], change["to"], day(change["at"])) == ("major", "general", "08-21")
    assert change["by"] != change["second"] and (name(built, change["second"]), name(built, change["by"])) == ("昝时雨", "苌怀瑾")
    assert m8.get("plan") is None and m8["criterion"] is None and m8["expert_opinion"]


def test_m9_was_reported_late_and_its_plan_waits(built: Built) -> None:
    m9 = built.record("m9")
    assert (m9["state"], m9["level"], m9["source_class"], m9["report_late"]) == ("plan_review", "major", "self", True)
    assert (day(m9["found_at"]), day(m9["reported_at"]), day(m9["decided_at"])) == ("11-20", "11-23", "11-24")
    assert m9["plan"]["approved_by"] == "e9-principal" and m9["plan"]["accepted_by"] is None
    assert built.told("m9") == ["NR late_report"]


def test_the_base_number_on_30_november_counts_as_written_out_here(built: Built) -> None:
    """G1 to G6 of the sheet, and the general hazards by what became of them."""
    hazards = built.of_kind("hazard").values()
    counted = [h for h in hazards if h["state"] not in ("draft", "void")]
    major = [h for h in counted if h["level"] == "major"]
    own, department = ([h for h in major if h["source_class"] == side] for side in ("self", "gov"))
    assert (len(own), sorted(h["id"] for h in own)) == (2, ["m2", "m9"])  # G1
    assert [h["id"] for h in own if h["state"] == "closed"] == ["m2"]  # G2
    assert sorted(h["id"] for h in department) == ["m1", "m3", "m4", "m5", "m6"]  # G3
    assert sorted(h["id"] for h in department if h["state"] == "closed") == ["m1", "m3", "m4"]  # G4
    listed = [h for h in major if (h.get("listing") or {}).get("listed_at")]
    assert sorted(h["id"] for h in listed) == ["m3", "m6"]  # G5
    assert [h["id"] for h in listed if h["state"] == "closed"] == ["m3"]  # G6
    assert Counter(h["state"] for h in counted) == {
        "closed": 14, "rectifying": 3, "verify_pending": 3, "submitted": 3, "returned": 1, "extension_review": 1, "plan_review": 1,
    }  # fmt: skip
    assert sorted(h["id"] for h in counted if is_overdue(h, NOW)) == ["g11", "g12", "g13", "g15", "m5"], "g11, g13 and g15 wait for us"
    assert not any(is_listing_owed(h, built.record("ledger"), NOW) for h in counted), "each is listed, or the reason is on record (R117)"
    assert len([h for h in counted if h["state"] in DECIDED]) == 8


def test_something_waits_on_every_desk(built: Built) -> None:
    hazards = built.of_kind("hazard")
    assert hazards["g14"]["state"] == "extension_review" and hazards["g11"]["verification"]["result"] == "pass"
    assert hazards["g13"]["recurrence_of"] == "g1" and hazards["g9"]["handed_over"]["answer"] == "accepted"
    assert {id for id, h in hazards.items() if h["state"] == "submitted"} == {"g17", "g18", "g19"}
    assert [len(open_conflicts(hazards["g16"])), hazards["g16"]["place_text"]] == [1, "3号加油机北侧，2号油罐卸油口"]
    assert {id: task["state"] for id, task in built.of_kind("task").items()} == {"task-1": "done", "task-2": "planned", "task-3": "planned"}
    assert built.record("alert-1")["state"] == "issued" and list(built.of_kind("answer")) == ["answer/alert-1/e2"]
    refused = _refused(built)
    assert [(kind, code) for kind, code in refused] == [("hazard.edit", "hazard.not_finder")]


def test_what_enterprises_left_unchecked_is_told_with_its_proof(built: Built) -> None:
    """应查未查: e3 never looked at what the department found there; e2 and e4 had their full self-inspection by 31 July, e1 had none."""
    checks = [i for i in built.of_kind("inspection").values() if i["inspection_kind"] in ("enterprise_self", "principal_led")]
    own = {e: [i for i in checks if i["enterprise"] == e] for e in ("e1", "e2", "e3", "e4")}
    failure = wrongly_passed(built.record("m3"), own["e3"], None)
    assert failure is not None and failure.code == "NC"
    assert wrongly_passed(built.record("m1"), own["e1"], None) is None, "it did not exist then"
    campaign = built.record("campaign")
    left = [
        e for e in own
        if no_full_self_inspection(built.record(e), [i for i in own[e] if i["inspection_kind"] == "enterprise_self"], campaign, at(BEGIN), NOW)
    ]  # fmt: skip
    assert left == ["e1", "e3"]
    assert len(built.record("m3")["worker_notices"]) == 1


def _refused(built: Built) -> list[Any]:
    with built.database.read() as link:
        return link.all("SELECT kind, code FROM operations WHERE ledger = ? AND verdict = 'refused'", (LEDGER,))


def test_every_named_photo_is_there_and_verify_agrees_with_every_byte(built: Built) -> None:
    report = verify(built.database, built.blobs, LEDGER, lambda done, total: None)
    assert (report.missing_photos, report.conflicts, report.refused) == (0, 1, 1)
    assert report.photos > 70
