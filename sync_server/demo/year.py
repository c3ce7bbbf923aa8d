"""A whole year of the subdistrict, generated from one seed by the ratios of the requirements (section 5), through the same accept as everyone's.

Visits and hazards are stories on a stage (`stage.Story`): each waits for its next moment, acts, and may begin others. `Note` is what the generator
itself remembers of each hazard; tests count from the notes and compare with what the records say.

Simplified: no inspection record for a re-inspection (the verification on the hazard is one), one or two photos a find. Every major hazard and one
general hazard in 300 has pictures of its own; the others share a pool of at most 144 small ones, so no likeness is stated for those.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from shared import criteria
from shared.calendar import day_of, end_of, is_working_day, working_days_after, working_days_between
from shared.pictures import SHANGHAI
from shared.templates import shipped
from sync_server.demo.pictures import scene, signature
from sync_server.demo.stage import Phone, Stage, Story
from sync_server.demo.steps import DAY, HOUR, MINUTE, Find, Place, Visit, confirm, hold, rectified, verified
from sync_server.demo.world import acts, build_world, stable_id, staff, staff_acts

FIRST = date(2023, 1, 1)
TODAY = datetime(2023, 12, 29, 10, 0, tzinfo=SHANGHAI)
VISITS_A_MONTH = (60, 60, 60, 60, 60, 130, 140, 150, 165, 160, 160, 110)
PATROLS = 1600
PHASES = (  # last month of the phase, and how often each kind is made in it
    (5, {"dept_routine": 75, "assistance": 15, "joint": 3, "random": 3, "surprise": 2, "report_check": 2}),
    (7, {"dept_routine": 55, "assistance": 35, "joint": 3, "random": 2, "surprise": 2, "report_check": 1}),
    (11, {"precise": 50, "special": 16.5, "dept_routine": 20, "assistance": 5, "random": 2, "surprise": 2, "open_covert": 1, "joint": 3,
          "cross_region": 2, "report_check": 0.5}),
    (12, {"dept_routine": 45, "random": 18, "surprise": 14, "open_covert": 9, "assistance": 10, "joint": 3, "report_check": 1}),
)  # fmt: skip
THEMES = ("hot_work_outsourcing", "training_drill", "systems_measures")
SPOT = {  # item of the spot check -> in how many of a hundred enterprises it fails
    "SS-02": 9, "SS-03": 14, "SS-04": 18, "SS-05": 4, "SS-06": 3, "SS-07": 4, "SS-08": 6, "SS-09": 9, "SS-10": 6, "SS-11": 12, "SS-12": 16,
}  # fmt: skip
CHECKLISTS = {  # industry -> checklists that suit it
    "catering": ("restaurant-gas", "emergency-drill"), "commerce": ("fire-crowded-place", "industry-trade-general"),
    "machinery": ("industry-trade-general", "hot-work"), "light": ("industry-trade-general", "dust-ammonia"),
    "building_materials": ("industry-trade-general", "height-temp-power"), "logistics": ("road-transport", "outsourcing-leasing"),
    "construction": ("construction-site", "height-temp-power"), "hotel": ("fire-crowded-place", "emergency-drill"),
    "education": ("fire-crowded-place", "emergency-drill"), "elderly_care": ("fire-crowded-place", "emergency-drill"),
    "property": ("special-equipment", "nine-small-ebike"), "hazchem": ("hazchem-store", "confined-space"),
    "alcohol_fuel": ("alcohol-fuel", "energy-storage"), "idle_site": ("idle-sites",),
}  # fmt: skip
SELF_CHECKLISTS = {"alcohol_fuel": ("energy-storage", "emergency-drill"), "idle_site": ("system-measures",)}  # those the department's do not suit
PLACES = (
    "一号车间", "二号车间", "配电间", "后厨", "仓库西区", "装卸区", "一层大厅", "二楼走道", "三楼楼梯间", "值班室", "锅炉房", "屋面", "员工宿舍",
    "南门", "地下车库", "气瓶间", "消防泵房", "充电棚", "材料堆场", "办公区",
)  # fmt: skip
PICTURED = (  # a word in the checklist's item -> what the photo shows
    ("充电", "charging"), ("粉尘", "dust"), ("积尘", "dust"), ("气瓶", "cylinders"), ("燃气", "gas"), ("软管", "gas"), ("灶", "gas"),
    ("电", "electrical"), ("出口", "exit"), ("通道", "exit"), ("疏散", "exit"), ("灭火", "extinguisher"), ("报警", "pump"), ("喷淋", "pump"),
    ("消防", "extinguisher"), ("临边", "edge"), ("脚手架", "edge"), ("基坑", "edge"), ("围挡", "edge"), ("设备", "machine"), ("防护", "machine"),
    ("存放", "shelf"), ("仓库", "shelf"),
)  # fmt: skip
MANY = 6  # pictures of each subject, before and after, in the pool
REAL = 300  # every so many-th general hazard has pictures of its own


@dataclass(slots=True)
class Note:
    """What the generator knows of one hazard: it is not read from any record."""

    id: str
    enterprise: str
    community: str
    section: str
    source: str  # gov or self
    found_at: int
    item: str
    place: str
    criterion: str = ""
    state: str = "draft"
    level: str = ""
    deadline: int = 0
    closed_at: int = 0
    listed: bool = False  # ever
    merged: bool = False
    returned: bool = False
    failed: int = 0
    reopened: bool = False
    recurs: bool = False
    fixed: bool = False
    extended: int = 0
    late_report: bool = False
    was_overdue: bool = False


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise of the register with its people."""

    id: str
    index: int
    body: Mapping[str, Any]
    weight: float
    habit: str  # how it inspects itself: monthly, quarterly, never


@dataclass(slots=True)
class Told:
    """What was generated, counted by the generator: for tests and for whoever wants to know."""

    notes: dict[str, Note] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    conflicts: int = 0
    doubled: int = 0
    skewed: int = 0
    late: int = 0
    nowhere: int = 0
    hurried: int = 0
    lost_photos: int = 0


def build_year(
    stage: Stage, *, seed: int = 2023, enterprises: int = 400, months: range = range(1, 13), today: datetime = TODAY,
    progress: Callable[[int], None] = lambda done: None,
) -> Told:  # fmt: skip
    """Play these months of 2023 into a ledger that has just been opened; the clock then stands at `today`. Returns the generator's own notes."""
    return Year(stage, seed, enterprises, months).play(today, progress)


def begins(months: range = range(1, 13)) -> int:
    """When the ledger of these months is opened (ms): the last working morning before."""
    return _ms(date(2023, months[0], 1) - timedelta(days=3), 8.0)


def _ms(day: date, hour: float) -> int:
    return int(datetime.combine(day, time(), SHANGHAI).timestamp() * 1000) + int(hour * HOUR)


class Year:
    """The cast, the plan of the visits, and the stories."""

    def __init__(self, stage: Stage, seed: int, enterprises: int, months: range) -> None:
        self.stage, self.random, self.months, self.end = stage, Random(seed), months, 0
        self.share = enterprises / 400
        self.world = build_world(seed, enterprises)
        self.told = Told()
        people = self.world.people
        self.names = {person.id: person.name for person in (*people, *staff(self.world))}
        self.cards = {person.id: person.card_no for person in people if person.card_no}
        self.heads = {person.unit: person.id for person in people if person.post == "科长"}
        self.inspectors = [person for person in people if person.post == "检查员"]
        self.workers = [person for person in people if person.post == "网格员"]
        self.office = next(person.id for person in people if person.post == "安委办主任")
        self.committee = next(person.id for person in people if person.post == "办事处主任")
        self.templates = {template["id"]: template for template in shipped()}
        self.criteria = criteria.shipped()
        self.firms = [self._firm(i, id, body) for i, (id, body) in enumerate(self.world.enterprises)]
        self.phones: dict[str, Phone] = {}
        self.busy: set[tuple[str, date, int]] = set()
        self.offline: dict[str, int] = {}  # person -> until when the phone has no network (ms)
        self.open: dict[str, list[Note]] = {}
        self.closed: dict[str, list[Note]] = {}
        self.past: dict[str, list[tuple[str, str, str, str]]] = {}  # enterprise -> (hazard, item, criterion, place) of whatever was ever closed
        self.pool: dict[tuple[str, bool, int], dict[str, Any]] = {}
        self.signatures: dict[str, str] = {}
        self.listings, self.escalated, self.wanted = 0, False, round(10 * self.share)
        self.listing_of: dict[str, str] = {}  # hazard -> its open listing
        self.authority: dict[str, str] = {}  # hazard -> at which level it is listed
        self.measures: dict[str, str] = {}  # hazard -> a measure that is not lifted
        self.stopped: set[str] = set()  # hazards that were ever under suspension
        self.before: dict[str, list[str]] = {}  # hazard -> its photos from before the work, with those of what was merged into it
        self._ids = 0

    def _firm(self, index: int, id: str, body: Mapping[str, Any]) -> Firm:
        weight = (3.0 if body["high_risk"] else 1.8 if body["key"] else 1.0) * {"A": 0.8, "B": 1, "C": 1.5, "D": 2}[body["grade"]]
        habit = self.random.choices(("monthly", "quarterly", "never"), (70, 20, 10))[0]
        return Firm(id, index, body, weight, "never" if body["site_kind"] else habit)

    # -- the course of it -------------------------------------------------------------------------------------------------------------------

    def play(self, today: datetime, progress: Callable[[int], None]) -> Told:
        """Everything, in the order of time."""
        stage, self.end = self.stage, int(today.timestamp() * 1000)
        end = self.end
        stage.act_all(acts(self.world))
        stage.act_all(staff_acts(self.world))
        enterprise_people = [p.id for p in staff(self.world) if p.post in ("安全管理员", "主要负责人")]
        for person in [*(p.id for p in self.inspectors), *(p.id for p in self.workers), *enterprise_people]:
            self.phones[person] = Phone(stage, person, self.random.choice(("演示手机 A", "演示手机 B", "演示手机 C")))
        stage.act_all([phone.enrolment() for phone in self.phones.values()])
        stage.flush()
        for story in self._plan():
            stage.begin(story)
        begun, shown = stage.clock(), -1
        for moment in stage.play(end):
            done = min(99, (moment - begun) * 100 // (end - begun))
            if done != shown:
                progress(done)
                shown = done
        progress(100)
        return self.told

    def _plan(self) -> list[Story]:
        """All visits of the months, earliest first."""
        planned: list[tuple[int, Story]] = []
        for month in self.months:
            days = self._days(month)
            for _ in range(self._about(VISITS_A_MONTH[month - 1] * self.share)):
                planned.append(self._government_visit(month, days))
            for _ in range(self._about(PATROLS / 12 * self.share)):
                planned.append(self._patrol(days))
            if month >= 6:
                planned += self._own_visits(month, days)
        planned.append((_ms(date(2023, self.months[-1], 10), 9.5), self._office_work()))
        return [story for _, story in sorted(planned, key=lambda each: each[0])]

    def _about(self, number: float) -> int:
        """The whole part, and one more with the chance of the rest."""
        whole = int(number)
        return whole + (self.random.random() < number - whole)

    def _days(self, month: int) -> tuple[list[date], list[date]]:
        """Working days and the others."""
        first = date(2023, month, 1)
        days = [first + timedelta(days=n) for n in range(31) if (first + timedelta(days=n)).month == month]
        return [day for day in days if is_working_day(day)], [day for day in days if not is_working_day(day)]

    def _day(self, days: tuple[list[date], list[date]]) -> date:
        working, others = days
        return self.random.choice(working if self.random.random() < 0.94 or not others else others)

    def new_id(self, kind: str) -> str:
        """The next id of a kind: always the same for the same seed."""
        self._ids += 1
        return stable_id(f"year/{kind}/{self._ids}")

    # -- visits -----------------------------------------------------------------------------------------------------------------------------

    def _government_visit(self, month: int, days: tuple[list[date], list[date]]) -> tuple[int, Story]:
        kinds = next(kinds for last, kinds in PHASES if month <= last)
        kind = self.random.choices(list(kinds), list(kinds.values()))[0]
        firm = self.random.choices(self.firms, [firm.weight for firm in self.firms])[0]
        day, slot, team = self._team(firm, days)
        began = _ms(day, (9.0, 10.3, 14.0, 15.6)[slot]) + self.random.randrange(40) * MINUTE
        minutes = self._minutes(110 if firm.body["high_risk"] else 48)
        template, failing = self.random.choice(_checklists(firm, CHECKLISTS)), tuple[str, ...]()
        if month >= 6 and kind in ("dept_routine", "precise", "random", "surprise") and self.random.random() < 0.42:
            template, failing = "spot-self-inspection", tuple(item for item, rate in SPOT.items() if self.random.random() * 100 < rate)
        count = 0 if template == "spot-self-inspection" else self._negative_binomial(4.0, 1.5)
        theme = self.random.choice(THEMES) if kind == "special" else "open" if kind == "open_covert" else None
        return began, self._visit(firm, kind, began, minutes, template, team, count, theme, failing)

    def _team(self, firm: Firm, days: tuple[list[date], list[date]]) -> tuple[date, int, list[str]]:
        """Two inspectors who are free, one of them with a card, from the lead section where it can be."""
        while True:
            day, slot = self._day(days), self.random.randrange(4)
            free = [p for p in self.inspectors if (p.id, day, slot) not in self.busy]
            free.sort(key=lambda p: p.unit != firm.body["lead_section"])
            carded = next((p for p in free if p.card_no), None)
            if carded is not None and len(free) > 1:
                team = [carded.id, next(p.id for p in free if p is not carded)]
                self.busy |= {(person, day, slot) for person in team}
                return day, slot, team

    def _patrol(self, days: tuple[list[date], list[date]]) -> tuple[int, Story]:
        firm = self.random.choice(self.firms)
        worker = self.random.choice([p.id for p in self.workers if p.unit == firm.body["community"]])
        began = _ms(self._day(days), self.random.choice((9.0, 10.0, 14.2, 15.3, 16.1))) + self.random.randrange(40) * MINUTE
        template = "idle-sites" if "idle_site" in firm.body["industries"] else "nine-small-ebike"
        return began, self._visit(firm, "community_patrol", began, self._minutes(15), template, [worker], self._negative_binomial(0.9, 1.9), None, ())

    def _own_visits(self, month: int, days: tuple[list[date], list[date]]) -> list[tuple[int, Story]]:
        planned = []
        for firm in self.firms:
            if firm.habit == "monthly" or (firm.habit == "quarterly" and month % 3 == firm.index % 3):
                template = self.random.choice(_checklists(firm, {**CHECKLISTS, **SELF_CHECKLISTS}))
                planned.append(self._own_visit(firm, "enterprise_self", f"{firm.id}-officer", template, days, self._negative_binomial(1.4, 1.5)))
            high = firm.body["high_risk"]
            if (high or month % 3 == 0) and self.random.random() < (0.9 if high else 0.82):
                count = int(self.random.random() < 0.1)
                planned.append(self._own_visit(firm, "principal_led", f"{firm.id}-principal", "principal-led-inspection", days, count))
        return planned

    def _own_visit(
        self, firm: Firm, kind: str, person: str, template: str, days: tuple[list[date], list[date]], count: int
    ) -> tuple[int, Story]:
        began = _ms(self._day(days), self.random.choice((8.6, 9.5, 13.6, 15.0))) + self.random.randrange(50) * MINUTE
        return began, self._visit(firm, kind, began, self._minutes(40), template, [person], count, None, ())

    def _minutes(self, median: int) -> int:
        """Log-normal; one in 200 is done in three minutes (R95)."""
        if self.random.random() < 0.005:
            return 3
        return max(6, min(300, round(median * self.random.lognormvariate(0, 0.45))))

    def _negative_binomial(self, mean: float, shape: float) -> int:
        rate, count, product = self.random.gammavariate(shape, mean / shape), -1, 1.0
        while product > math.exp(-rate):
            count, product = count + 1, product * self.random.random()
        return min(count, 25)

    def _visit(
        self, firm: Firm, kind: str, began: int, minutes: int, template: str, team: list[str], count: int, theme: str | None, failing: tuple[str, ...]
    ) -> Story:
        yield began + minutes * MINUTE
        random, told = self.random, self.told
        ended = began + minutes * MINUTE
        late = random.random() < 0.02
        if late:
            for person in team:
                self.offline[person] = max(self.offline.get(person, 0), ended + int(random.uniform(48.2, 216) * HOUR))
        arrives = max(ended + random.randrange(10, 300) * MINUTE, *(self.offline.get(person, 0) for person in team))
        yield arrives
        told.visits[kind] = told.visits.get(kind, 0) + 1
        told.hurried += minutes == 3
        told.late += late
        place: Place = self._near(firm)
        if random.random() < 0.005:
            place, told.nowhere = None, told.nowhere + 1
        finds = self._finds(firm, kind, began, minutes, self.templates[template], count, self.phones[team[0]])
        visit = Visit(
            self.new_id("visit"), kind, firm.id, began, minutes, self.templates[template], self.phones[team[0]],
            tuple(self.phones[person] for person in team[1:]), self.cards,
            {**{person: (self.names[person], None) for person in team}, "unit": (self.names.get(f"{firm.id}-principal", "产权人代表"), None)},
            place, tuple(finds), theme, "主要负责人", failing=failing,
            order="责令限期整改，整改情况报送主管科室。" if finds and len(team) > 1 else None,
        )  # fmt: skip
        conflict = self._hand_in(visit)
        yield self._office_time(arrives, random.choice((1, 1, 1, 2, 3)))
        self.stage.act(self.heads[firm.body["lead_section"]], "inspection.accept", visit.id, {})
        if conflict and random.random() < 0.7:
            body = {"conflict": conflict, "pick": "first", "reason": "以先收到的为准，内容更准确"}
            self.stage.act(self.heads[firm.body["lead_section"]], "conflict.resolve", visit.id, body)

    def _hand_in(self, visit: Visit) -> int:
        """The visit arrives, with whatever goes wrong; returns the number of the conflict, or 0."""
        random, leader = self.random, visit.leader
        if random.random() < 0.01:
            leader.skew, self.told.skewed = random.randrange(11, 180) * MINUTE, self.told.skewed + 1
        wrong = {*visit.failing, *(find.item for find in visit.finds)}
        fine = [item["id"] for item in visit.template["items"] if item["answer"] == "conform" and item["id"] not in wrong]
        disputed = fine[0] if visit.others and fine and random.random() < 0.02 else ""
        push, conflict = hold(self.stage, visit, disputed=disputed)
        leader.skew = 0
        if random.random() < 0.003:
            self.told.doubled += 1
            self.stage.hand_in_again(leader, push)
        self.told.conflicts += conflict > 0
        return conflict

    # -- finds ------------------------------------------------------------------------------------------------------------------------------

    def _finds(
        self, firm: Firm, kind: str, began: int, minutes: int, template: Mapping[str, Any], count: int, phone: Phone
    ) -> list[Find]:
        """What this visit finds: mostly new, sometimes what comes back, sometimes what is known already. Their lives begin."""
        items = {item["id"]: item for item in template["items"] if item["answer"] == "conform"}
        finds: list[Find] = []
        for item, before in self._choose(firm, items, count):
            find, note = self._find(firm, kind, began + minutes * MINUTE // 2, item, before)
            finds.append(find)
            self.told.notes[note.id], self.before[note.id] = note, [photo["photo"] for photo in find.photos]
            self.open.setdefault(firm.id, []).append(note)
            self.stage.begin(self._life(firm, find, note, phone))
        return finds

    def _choose(self, firm: Firm, items: dict[str, Mapping[str, Any]], count: int) -> list[tuple[Mapping[str, Any], Note | None]]:
        """Which items fail, each once; with the hazard that is found a second time, or that comes back."""
        random, chosen = self.random, dict[str, Note | None]()
        for _ in range(min(count, len(items))):
            left = [id for id in items if id not in chosen]
            known = [n for n in self.open.get(firm.id, ()) if n.item in left and n.state == "rectifying" and n.level == "general" and not n.merged]
            gone = [n for n in self.closed.get(firm.id, ()) if n.item in left and n.level == "general"]
            drawn = random.random()
            before = random.choice(known) if drawn < 0.45 and known else random.choice(gone) if drawn > 0.92 and gone else None
            chosen[before.item if before is not None else random.choice(left)] = before
        return [(items[id], before) for id, before in chosen.items()]

    def _find(self, firm: Firm, kind: str, found: int, item: Mapping[str, Any], before: Note | None) -> tuple[Find, Note]:
        random = self.random
        own, wanted = kind in ("enterprise_self", "principal_led"), self._is_wanted(firm, kind)
        level = "major" if random.random() < self._major_rate(firm, kind) or wanted else "general"
        words, chosen = item["text"]["zh"], item["id"]
        if before is None:
            told = {note.place for note in (*self.open.get(firm.id, ()), *self.closed.get(firm.id, ())) if note.item == chosen}
            place = random.choice([place for place in PLACES if place not in told] or PLACES)
        else:
            place, level = before.place, "general"
        fixed = random.random() < (0.09 if level == "major" else 0.38) and not wanted
        id = self.new_id("hazard")
        side, cause = "self" if own else "gov", random.choices(("equipment", "illegal_act", "management"), (52, 28, 20))[0]
        note = Note(id, firm.id, firm.body["community"], firm.body["lead_section"], side, found, chosen, place, level=level, fixed=fixed)
        photos, after, why = self._photos(firm, note, words, found)
        find = Find(
            id, place, f"{place}不符合“{words}”，共{random.randrange(1, 5)}处", cause, chosen, level, level == "major" and random.random() < 0.3,
            "当场整改完毕" if fixed else "", photos, after, why, late=own and level == "major" and random.random() < 0.2,
        )  # fmt: skip
        note.merged = before is not None and before.state == "rectifying"
        note.late_report = find.late
        return find, note

    def _is_wanted(self, firm: Firm, kind: str) -> bool:
        """In the last twelve days the department finds ten more major hazards, so that plans and listings wait on the desks."""
        late = self.stage.clock() > self.end - 12 * DAY and kind in ("dept_routine", "precise", "random", "surprise")
        if not late or self.wanted == 0 or self.random.random() < 0.8:
            return False
        self.wanted -= 1
        return True

    def _major_rate(self, firm: Firm, kind: str) -> float:
        """How often a find is major."""
        if kind == "community_patrol":
            return 0.001
        if kind in ("enterprise_self", "principal_led"):
            return 0.018 if firm.body["high_risk"] else 0.0035
        return 0.015 if firm.body["high_risk"] else 0.006 if kind in ("precise", "special") else 0.003

    def _photos(self, firm: Firm, note: Note, words: str, found: int) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...], str]:
        random = self.random
        if note.level == "general" and not note.fixed and random.random() < 0.08:
            return (), (), "设备带电运行，不便拍照"
        many = 2 if random.random() < 0.25 else 1
        first = tuple(self._photo(firm, note, words, False, found) for _ in range(many))
        after = tuple(self._photo(firm, note, words, True, found + 20 * MINUTE) for _ in range(many)) if note.fixed else ()
        return first, after, ""

    def _photo(self, firm: Firm, note: Note, words: str, fixed: bool, taken: int) -> dict[str, Any]:
        """As an operation names it: a picture of its own, one of the pool, or, one in 500, one whose bytes never come."""
        subject = next((subject for word, subject in PICTURED if word in words), "paper")
        place = self._near(firm)
        if self._has_own_pictures(note):
            when = datetime.fromtimestamp(taken / 1000, SHANGHAI)
            data = scene(subject, fixed, self.random.randrange(10**9), f"{when:%Y-%m-%d %H:%M}  {firm.body['number']}")
            return self.stage.picture(data, taken, place)
        id = self.new_id("photo")
        named = {"photo": id, "taken_at": taken, "position": place}
        if self.random.random() < 0.002:
            self.told.lost_photos += 1
            return {**named, "sha256": hashlib.sha256(id.encode()).hexdigest(), "size": 284_000, "media_type": "image/jpeg"}
        return {**named, **self._shared(subject, fixed, (firm.index + int(note.id[:4], 16)) % MANY)}

    def _shared(self, subject: str, fixed: bool, number: int) -> dict[str, Any]:
        """One of the pool's pictures; its bytes come when it is first used."""
        key = subject, fixed, number
        if key not in self.pool:
            self.pool[key] = self.stage.keep(scene(subject, fixed, 1000 + number, "QY  2023", width=400))
            self.stage.receive([self.pool[key]])
        return self.pool[key]

    def _has_own_pictures(self, note: Note) -> bool:
        return note.level == "major" or int(note.id[:8], 16) % REAL == 0

    def _near(self, firm: Firm) -> dict[str, Any]:
        """Where a phone thinks it is: within thirty metres of where the register says."""
        lat, lon = (firm.body[name] + self.random.uniform(-0.0002, 0.0002) for name in ("lat", "lon"))
        return {"lat": round(lat, 6), "lon": round(lon, 6), "accuracy": float(self.random.randrange(4, 40))}

    def _come(self, photos: Sequence[dict[str, Any]]) -> None:
        """The bytes of pictures that are not of the pool have come (those of the pool had before)."""
        self.stage.receive([photo for photo in photos if "likeness" in photo])

    # -- the life of a hazard ---------------------------------------------------------------------------------------------------------------

    def _life(self, firm: Firm, find: Find, note: Note, phone: Phone) -> Story:
        """From its submission to wherever it gets."""
        stage, random = self.stage, self.random
        if find.late:
            yield from self._report_late(note, phone)
        note.state = "submitted"
        yield self._office_time(stage.clock(), random.choice((0, 1, 1, 1, 2, 2, 3)))
        if random.random() < 0.09:
            yield from self._sent_back(find, note, phone)
        twin = self._twin(note) if note.merged else None
        note.merged = twin is not None
        if twin is not None:
            stage.act(self.heads[note.section], "hazard.merge", note.id, {"into": twin.id, "reason": "同一企业同一部位同一问题，合并办理"})
            note.state = "void"
            self.open[firm.id].remove(note)
            self.before[twin.id] += self.before[note.id]
            return
        if note.level == "major":
            yield from self._major(firm, find, note)
        else:
            self._confirm_general(note)
        if not note.fixed:
            yield from self._rectify(firm, find, note)
        yield from self._to_closure(firm, find, note)

    def _twin(self, note: Note) -> Note | None:
        """The same thing, known already and being worked on."""
        known = self.open.get(note.enterprise, ())
        same = (n for n in known if n is not note and n.item == note.item and n.place == note.place and n.state == "rectifying")
        return next(same, None)

    def _report_late(self, note: Note, phone: Phone) -> Story:
        """A self-found major hazard that its enterprise keeps to itself for a day or three: 应报未报."""
        yield note.found_at + int(self.random.uniform(30, 90) * HOUR)
        phone.write(self.stage.clock() - MINUTE, "hazard.submit", note.id, {})
        self.stage.hand_in(phone)

    def _sent_back(self, find: Find, note: Note, phone: Phone) -> Story:
        stage, random = self.stage, self.random
        stage.act(self.heads[note.section], "hazard.return", note.id, {"reason": "部位不清楚，请补充"})
        note.state, note.returned = "returned", True
        yield max(self._office_time(stage.clock(), random.choice((0, 1, 1, 2))), self.offline.get(phone.person, 0))
        phone.seen, now = stage.size, stage.clock()
        phone.write(now - 5 * MINUTE, "hazard.edit", note.id, {"changes": {"description": f"{find.text}（东侧靠门处）"}})
        phone.write(now - 4 * MINUTE, "hazard.submit", note.id, {})
        stage.hand_in(phone)
        note.state = "submitted"
        yield self._office_time(stage.clock(), random.choice((0, 1, 1)))

    def _comes_back(self, note: Note) -> bool:
        """Whether the same thing, at the same place, had been closed before: within this year, so within twelve months."""
        past = self.past.get(note.enterprise, ())
        return any(place == note.place and (item == note.item or (criterion and criterion == note.criterion)) for _, item, criterion, place in past)

    def _confirm_general(self, note: Note) -> None:
        stage, note.recurs = self.stage, self._comes_back(note)
        if note.fixed:
            note.state = "verify_pending"
            body = confirm("general", note.section, immediate=True)
        else:
            note.state = "rectifying"
            note.deadline = end_of(day_of(stage.clock()) + timedelta(days=self.random.choice((7, 10, 15, 15, 15, 20, 30))))
            body = confirm("general", note.section, deadline=note.deadline)
        stage.act(self.heads[note.section], "hazard.confirm", note.id, body)

    def _rectify(self, firm: Firm, find: Find, note: Note, *, again: bool = False) -> Story:
        """T12 to T15: an extension where one is asked for, the work, its photos, the signatures of a major hazard."""
        stage, random, major = self.stage, self.random, note.level == "major"
        begun = stage.clock()
        days = random.lognormvariate(math.log(21), 0.79) if major else random.lognormvariate(math.log(5), 0.8)
        overdue = random.random() < (0.11 if major else 0.04)
        if not again and random.random() < (0.08 if major else 0.02):
            yield from self._extend(firm, note)
        late = note.deadline + int(random.uniform(0.5, 12) * DAY)
        done = late if overdue else min(begun + int(days * DAY), note.deadline - 3 * HOUR)
        yield max(done, stage.clock() + 2 * HOUR)
        note.was_overdue = note.was_overdue or stage.clock() > note.deadline
        officer, now = f"{firm.id}-officer", stage.clock()
        if not again and random.random() < 0.7:
            stage.act(officer, "hazard.tell_workers", note.id, {"told_on": day_of(now).isoformat(), "means": "车间公示栏"})
        befores: list[str | None] = [*self.before[note.id]] or [None]
        after = [(self._photo(firm, note, find.text, True, now - HOUR), before) for before in befores]
        for photo, before in after:
            stage.act(officer, "hazard.evidence", note.id, {**photo, "phase": "after", "of": before})
        self._come([photo for photo, _ in after])
        more = {"root_cause": "制度执行不到位，设备更新不及时", "lasting_measure": "纳入每月自查，责任到岗"} if major else {}
        if note.id in self.stopped:
            more["expert_acceptance"] = "专家现场验收合格"
        yuan = int(random.lognormvariate(math.log(30_000 if major else 400), 0.9))
        stage.act(officer, "hazard.rectify", note.id, rectified(now - 2 * HOUR, "已按要求整改完毕", yuan * 100, **more))
        note.state = "signoff_pending" if major else "verify_pending"
        if major:
            yield from self._sign(firm, note)

    def _extend(self, firm: Firm, note: Note) -> Story:
        """T12, T13: asked early enough by the principal, decided by whoever has charge."""
        stage, random = self.stage, self.random
        begun = stage.clock()
        yield self._office_time(begun, random.choice((1, 2)))
        today, due = day_of(stage.clock()), day_of(note.deadline)
        early = (due - today).days >= 4 and (note.deadline - begun < 29 * DAY or working_days_between(today, due) >= 16)
        if not early:
            return
        asked = note.deadline + random.randrange(7, 21) * DAY
        body = {"reason": "配件未到货", "new_date": asked, "interim_controls": "停用并挂牌", "progress": "已完成一半"}
        stage.act(f"{firm.id}-principal", "hazard.ask_extension", note.id, body)
        note.state = "extension_review"
        yield self._office_time(stage.clock(), random.choice((1, 1, 2, 3)))
        granted = random.random() < 0.85
        by = self.committee if self.authority.get(note.id) == "committee" else self.heads[note.section]
        decision = {"grant": True, "new_date": asked, "reason": "理由充分，同意延期"} if granted else {"grant": False, "reason": "按原期限完成"}
        stage.act(by, "hazard.decide_extension", note.id, decision)
        note.state = "rectifying"
        if granted:
            note.deadline, note.extended = asked, note.extended + 1

    def _sign(self, firm: Firm, note: Note) -> Story:
        """T15: the two under their own accounts; then the principal asks for the end of what was ordered."""
        stage, random = self.stage, self.random
        second = f"{firm.id}-deputy" if f"{firm.id}-deputy" in self.names else f"{firm.id}-officer"
        for person, role in ((second, "deputy"), (f"{firm.id}-principal", "principal")):
            yield self._office_time(stage.clock(), random.choice((0, 0, 1)))
            stage.act(person, "hazard.sign", note.id, {"role": role, "sha256": self._signature(person), "signed_at": stage.clock()})
        note.state = "verify_pending"
        if note.id in self.measures:
            stage.act(f"{firm.id}-principal", "measure.ask_resume", self.measures[note.id], {"text": "整改完成，申请恢复"})
        if note.id in self.listing_of:
            stage.act(f"{firm.id}-principal", "listing.ask_delisting", self.listing_of[note.id], {"text": "整改完成，双签齐全，申请验收摘牌"})

    def _signature(self, person: str) -> str:
        """The image of it, drawn when it is first needed; its digest."""
        if person not in self.signatures:
            kept = self.stage.keep(signature(sum(map(ord, self.names[person]))), "image/png")
            self.stage.receive([kept])
            self.signatures[person] = str(kept["sha256"])
        return self.signatures[person]

    def _to_closure(self, firm: Firm, find: Find, note: Note) -> Story:
        """T16 to T18: verified on site until it passes, closed by the head; one in a hundred turns out never to have been fixed."""
        stage, random = self.stage, self.random
        while True:
            yield from self._verification_day(firm)
            if random.random() < 0.06:
                self._verify(firm, find, note, fails=True)
                yield from self._rectify(firm, find, note, again=True)
                continue
            self._verify(firm, find, note, fails=False)
            yield self._office_time(stage.clock(), random.choice((0, 1, 1, 2)))
            self._close(firm, note)
            if note.reopened or random.random() >= 0.013:
                return
            yield stage.clock() + random.randrange(20, 120) * DAY
            yield self._office_time(stage.clock(), 1)
            self._reopen(firm, find, note)
            yield from self._rectify(firm, find, note, again=True)

    def _verification_day(self, firm: Firm) -> Story:
        """Each enterprise is visited again on every third working day, so that several hazards are seen together."""
        day = working_days_after(day_of(self.stage.clock()), self.random.choice((1, 1, 2, 3, 4)))
        while day.toordinal() % 3 != firm.index % 3 or not is_working_day(day):
            day += timedelta(days=1)
        yield _ms(day, (9.5, 10.7, 14.5, 15.5)[firm.index % 4]) + self.random.randrange(30) * MINUTE

    def _verify(self, firm: Firm, find: Find, note: Note, *, fails: bool) -> None:
        now = self.stage.clock()
        own = [person.id for person in self.inspectors if person.unit == note.section]
        team = sorted(own, key=lambda person: self.offline.get(person, 0) > now)[:2]
        photo = self._photo(firm, note, find.text, not fails, now - 20 * MINUTE)
        place = self._near(firm)
        more: dict[str, Any] = {}
        if fails:
            note.deadline = end_of(day_of(now) + timedelta(days=self.random.choice((7, 10, 15))))
            more = {"text": "整改不彻底，仍有部分未完成", "new_deadline": note.deadline}
            note.failed, note.state = note.failed + 1, "rectifying"
        self._write(team[0], "hazard.evidence", note.id, {**photo, "phase": "verify", "of": None})
        self._write(team[0], "hazard.verify", note.id, verified(now - 20 * MINUTE, team, place, **more))
        self._come([photo])
        if fails and note.id in self.listing_of:
            self._accept_or_not(note, "listing.fail", "现场验收不合格，继续督办")
        if fails and note.id in self.measures:
            self.stage.act(self.heads[note.section], "measure.keep", self.measures[note.id], {"text": "复查不合格，暂不恢复"})

    def _write(self, person: str, kind: str, subject: str, body: dict[str, Any]) -> None:
        """On the inspector's phone a few minutes ago; at the office where that phone has no network."""
        stage, phone = self.stage, self.phones[person]
        if self.offline.get(person, 0) > stage.clock():
            stage.act(person, kind, subject, body)
            return
        phone.seen = stage.size
        phone.write(stage.clock() - 10 * MINUTE, kind, subject, body)
        stage.hand_in(phone)

    def _close(self, firm: Firm, note: Note) -> None:
        stage, head = self.stage, self.heads[note.section]
        if note.id in self.measures:
            stage.act(head, "measure.resume", self.measures.pop(note.id), {"text": "经复查具备恢复条件"})
        if note.id in self.listing_of:
            self._accept_or_not(note, "listing.delist", "现场验收合格，同意摘牌")
            del self.listing_of[note.id]
        stage.act(head, "hazard.close", note.id, {"reason": "核查属实，同意销号"})
        note.state, note.closed_at = "closed", stage.clock()
        self.open[firm.id].remove(note)
        self.closed.setdefault(firm.id, []).append(note)
        self.past.setdefault(firm.id, []).append((note.id, note.item, note.criterion, note.place))

    def _accept_or_not(self, note: Note, kind: str, opinion: str) -> None:
        """L6, by whoever has charge."""
        by = self.committee if self.authority[note.id] == "committee" else self.heads[note.section]
        team = [person.name for person in self.inspectors[:2]]
        body = {"opinion": opinion, "on_site_at": self.stage.clock() - HOUR, "team": team, "signer": self.names[by]}
        if note.id in self.stopped:
            body["expert"] = "省级安全专家"
        self.stage.act(by, kind, self.listing_of[note.id], body)

    def _reopen(self, firm: Firm, find: Find, note: Note) -> None:
        stage, now = self.stage, self.stage.clock()
        note.deadline = end_of(day_of(now) + timedelta(days=10))
        photo = self._photo(firm, note, find.text, False, now - HOUR)
        inspector = next(p.id for p in self.inspectors if p.unit == note.section)
        stage.act(inspector, "hazard.evidence", note.id, {**photo, "phase": "reopen", "of": None})
        self._come([photo])
        stage.act(inspector, "hazard.reopen", note.id, {"reason": "复查发现原隐患并未整改，销号照片不实", "deadline": note.deadline})
        note.state, note.closed_at, note.reopened = "rectifying", 0, True
        self.closed[firm.id].remove(note)
        self.open[firm.id].append(note)

    # -- major hazards ------------------------------------------------------------------------------------------------------------------------

    def _major(self, firm: Firm, find: Find, note: Note) -> Story:
        """T7 or T8, then the measures and the listing, then the five elements (T9 to T11)."""
        stage, random, head = self.stage, self.random, self.heads[note.section]
        cited = self._criterion(firm, note)
        if "expert_opinion" in cited:
            stage.act(self.office, "hazard.give_opinion", note.id, {"expert_opinion": cited["expert_opinion"]})
        note.criterion = cited.get("criterion", "")
        note.recurs = self._comes_back(note)
        if note.fixed:
            people = (("principal", f"{firm.id}-principal"), ("deputy", self._second(firm)))
            signed = [{"name": self.names[p], "role": role, "sha256": self._signature(p), "signed_at": stage.clock()} for role, p in people]
            stage.act(head, "hazard.confirm", note.id, confirm("major", note.section, immediate=True, signatures=signed, **cited))
            note.state = "verify_pending"
            return
        unsafe = random.random() < 0.2
        note.deadline = end_of(day_of(stage.clock()) + timedelta(days=random.randrange(45, 60)))
        body = confirm("major", note.section, deadline=note.deadline, **cited) | {"unsafe_now": unsafe, "mass_casualty": find.mass}
        stage.act(head, "hazard.confirm", note.id, body)
        note.state = "plan_pending"
        if unsafe:
            self._order(note)
        if note.source == "gov":
            yield self._office_time(stage.clock(), random.choice((1, 2, 3)))
            yield from self._list_or_not(firm, note)
            if random.random() < 0.6:
                inspector = next(person.id for person in self.inspectors if person.unit == note.section)
                body = {"existed": random.random() < 0.7, "reason": "设备台账显示已停用三个月以上"}
                stage.act(inspector, "hazard.existed", note.id, body)
        yield from self._plan_and_review(firm, note)

    def _second(self, firm: Firm) -> str:
        return f"{firm.id}-deputy" if f"{firm.id}-deputy" in self.names else f"{firm.id}-officer"

    def _criterion(self, firm: Firm, note: Note) -> dict[str, Any]:
        """An entry of the library that held on that day and is of the enterprise's sector; where there is none, an expert's opinion (T7)."""
        found, sectors = day_of(note.found_at).isoformat(), set(firm.body["industries"])
        fit = [id for id, body in self.criteria if body["valid_from"] <= found and sectors & set(body["sectors"])]
        if fit:
            return {"criterion": self.random.choice(fit)}
        return {"expert_opinion": "专家意见：可能造成群死群伤，按重大隐患管理", "second_reviewer": self.office}

    def _order(self, note: Note) -> None:
        """M1, by the district's department."""
        what, now = self.random.choice(("suspend", "stop_equipment")), self.stage.clock()
        id = self.new_id("measure")
        self.stage.act(self.heads[note.section], "measure.order", id, {
            "hazard": note.id, "measure": what, "own": False, "doc_no": f"海岳应急停〔2023〕{len(self.measures) + 11}号",
            "issued_by": "海岳区应急管理局", "served_at": now, "served_by": "区执法人员", "signed_by": "现场负责人", "sign_posted": True,
        })  # fmt: skip
        self.measures[note.id] = id
        if what == "suspend":
            self.stopped.add(note.id)

    def _list_or_not(self, firm: Firm, note: Note) -> Story:
        """L1, L2: 谁发现谁挂牌, or the reason why not (R117)."""
        stage, random, head = self.stage, self.random, self.heads[note.section]
        if random.random() >= 0.35:
            stage.act(head, "hazard.not_listed", note.id, {"reason": "整改难度小，企业承诺限期完成，暂不挂牌"})
            return
        level = "committee" if self.listings % 4 == 1 else "section"
        grounds = ["hard_to_fix"] if level == "committee" else []
        id, by = self.new_id("listing"), self.committee if level == "committee" else head
        stage.act(head, "listing.propose", id, {"hazard": note.id, "level": level, "grounds": grounds, "reason": "谁发现谁挂牌"})
        yield self._office_time(stage.clock(), random.choice((1, 2, 3)) if level == "committee" else 0)
        self.listings, today = self.listings + 1, day_of(stage.clock())
        stage.act(by, "listing.list", id, {
            "no": f"青榆安督〔2023〕{self.listings}号", "supervising_unit": "街道安委会" if level == "committee" else "主管科室",
            "supervisor": self.names[by], "responsible_unit": firm.body["name"], "problem": "重大事故隐患未消除",
            "deadline": end_of(today + timedelta(days=75)), "requirements": "按期报送治理方案，每两周报告一次进展", "progress_days": 14,
            "served_at": stage.clock(), "received_by": self.names[f"{firm.id}-principal"], "published_on": today.isoformat(),
            "medium": "青榆街道政务公开栏",
        })  # fmt: skip
        note.listed, self.listing_of[note.id], self.authority[note.id] = True, id, level
        stage.begin(self._progress(firm, note, id))

    def _progress(self, firm: Firm, note: Note, listing: str) -> Story:
        """L3: a report every two weeks while it is worked on; L4: the first that takes a month goes up to the committee."""
        for number in range(1, 6):
            yield self._office_time(self.stage.clock() + 13 * DAY, 0)
            if note.state not in ("plan_pending", "plan_review", "rectifying", "extension_review"):
                return
            self.stage.act(f"{firm.id}-officer", "listing.progress", listing, {"text": f"第{number}次报告：按计划推进"})
            if number == 2 and self.authority[note.id] == "section" and not self.escalated:
                self.escalated = True
                body = {"level": "committee", "grounds": ["hard_to_fix"], "reason": "科室协调不动，提请安委会督办"}
                self.stage.act(self.heads[note.section], "listing.ask_escalation", listing, body)
                self.stage.act(self.committee, "listing.escalate", listing, {
                    "level": "committee", "grounds": ["hard_to_fix"], "supervising_unit": "街道安委会", "supervisor": self.names[self.committee],
                    "reason": "同意提级督办", "no": f"青榆安委督〔2023〕{self.listings + 20}号",
                })  # fmt: skip
                self.authority[note.id] = "committee"

    def _plan_and_review(self, firm: Firm, note: Note) -> Story:
        stage, random, head = self.stage, self.random, self.heads[note.section]
        for version in (1, 2):
            yield self._office_time(stage.clock(), random.choice((1, 1, 2, 3, 4)))
            deadline = end_of(day_of(stage.clock()) + timedelta(days=random.randrange(20, 40)))
            stage.act(self._second(firm), "hazard.plan", note.id, {
                "responsible_person": self.names[f"{firm.id}-principal"], "measures": "停用隐患部位，更换设备，验收后恢复",
                "funds_fen": int(random.lognormvariate(math.log(30_000), 0.9)) * 100, "fund_source": "安全生产费用", "deadline": deadline,
                "contingency_plan": "异常时停机断电，人员按疏散路线撤离并报告", "interim_controls": "挂牌停用，专人值守",
            })  # fmt: skip
            yield self._office_time(stage.clock(), random.choice((0, 0, 1)))
            stage.act(f"{firm.id}-principal", "hazard.approve_plan", note.id, {"version": version})
            note.state = "plan_review"
            yield self._office_time(stage.clock(), random.choice((0, 1, 1, 2)))
            if version == 1 and random.random() < 0.15:
                stage.act(head, "hazard.return_plan", note.id, {"reason": "应急预案不具体，请补充"})
                note.state = "plan_pending"
                continue
            break
        stage.act(head, "hazard.accept_plan", note.id, {"deadline": deadline})
        note.deadline, note.state = deadline, "rectifying"

    # -- the office ---------------------------------------------------------------------------------------------------------------------------

    def _office_work(self) -> Story:
        """Late in the last month: an accident alert that most answer, and the tasks of the coming weeks."""
        stage, random = self.stage, self.random
        yield self._office_time(_ms(date(2023, self.months[-1], 12), 8.5), 0)
        alert = self.new_id("alert")
        stage.act(self.office, "alert.issue", alert, {
            "title": "外省某金属制品企业除尘器爆炸事故警示", "happened": "除尘器清灰时未停机，铝粉遇火花爆炸。",
            "check_for": "除尘系统清灰、泄爆、接地和清灰作业审批", "target": "high_risk", "due": end_of(day_of(stage.clock()) + timedelta(days=10)),
        })  # fmt: skip
        for firm in self.firms:
            if firm.body["high_risk"] and random.random() < 0.7:
                stage.begin(self._answer(firm, alert))
        yield self._office_time(_ms(date(2023, self.months[-1], 26), 8.5), 0)
        for firm in random.sample(self.firms, min(12, len(self.firms))):
            team = [p.id for p in sorted(self.inspectors, key=lambda p: p.unit != firm.body["lead_section"])[:2]]
            stage.act(self.office, "task.plan", self.new_id("task"), {
                "kind": "dept_routine", "enterprise": firm.id, "purposes": ["专项排查整治"], "origin": "plan", "leader": team[0], "members": team[1:],
                "due": end_of(day_of(stage.clock()) + timedelta(days=random.randrange(3, 25))), "note": "重点检查上次问题整改情况",
            })  # fmt: skip

    def _answer(self, firm: Firm, alert: str) -> Story:
        yield self._office_time(self.stage.clock(), self.random.randrange(1, 7))
        today = day_of(self.stage.clock()).isoformat()
        body = {"alert": alert, "enterprise": firm.id, "checked_on": today, "scope": "全部除尘和动火部位", "findings": "未发现同类问题"}
        self.stage.act(f"{firm.id}-officer", "answer.give", f"answer/{alert}/{firm.id}", body)

    # -- time -----------------------------------------------------------------------------------------------------------------------------------

    def _office_time(self, after: int, working_days: int) -> int:
        """In office hours, so many working days later; where that is past already, soon."""
        day = day_of(after)
        day = working_days_after(day, working_days) if working_days or not is_working_day(day) else day
        at = _ms(day, self.random.choice((8.7, 9.4, 10.2, 11.0, 14.1, 14.8, 15.6, 16.4))) + self.random.randrange(35) * MINUTE
        return at if at > after else after + self.random.randrange(4, 50) * MINUTE


def _checklists(firm: Firm, by_industry: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What suits its first industry that has any."""
    fit = (by_industry[industry] for industry in firm.body["industries"] if industry in by_industry)
    return next(fit, ("system-measures", "responsibility-organisation"))
