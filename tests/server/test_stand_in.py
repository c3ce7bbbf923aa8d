"""A stand-in's phone: it pulls what the absent reviewer's would, for as long as the standing in lasts."""

from __future__ import annotations

from pathlib import Path

from tests.worlds import DAY, NOON, open_world, report_body


def test_a_stand_ins_phone_pulls_the_absent_reviewers_records_for_that_time_alone_and_its_decision_says_so(tmp_path: Path) -> None:
    world = open_world(f"sqlite:///{tmp_path / 'paicha.db'}")
    world.act("lin", "hazard.report", "h1", report_body())
    world.act("lin", "hazard.submit", "h1", {}, base=10**9)
    qin = world.device("qin")
    assert "h1" not in qin.pull_all()
    away = {"role": "section_head", "unit": "s1", "person": "qin", "from": NOON + DAY, "until": NOON + 3 * DAY, "reason": "外出培训"}
    assert world.act("head", "person.stand_in", "head", away).verdict == "accepted"
    assert "h1" not in qin.pull_all(), "not yet"
    world.clock.now = NOON + DAY
    assert "h1" in qin.pull_all() and "unit:s1" in qin.pull()[0]["scopes"]
    verdict = qin.tell("hazard.return", "h1", {"reason": "照片不清楚"}, base=10**9)
    assert (verdict.verdict, verdict.flags) == ("accepted", ("stand_in:head",))
    world.clock.now = NOON + 3 * DAY + 1
    assert "h1" not in qin.pull_all() and "unit:s1" not in qin.pull()[0]["scopes"]
    world.service.close()
