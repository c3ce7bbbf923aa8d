"""The small fixed demo: 12 enterprises, 20 inspections, nine major hazards of which each takes another way, from June to 30 November 2023.

Every id, name and moment is fixed, so that tests follow each of the nine by hand (`tests/demo/test_small.py`). Around them are general hazards in
every state, plans and extensions that wait, a conflict, a refused operation, a listing that is proposed, tasks and an accident alert.
Each story is a function that reads in the order of its dates; the stage mixes them by time.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shared.calendar import day_of, end_of
from shared.ledger import CONFLICT, REFUSED
from shared.pictures import SHANGHAI
from shared.templates import shipped
from sync_server.demo.pictures import scene, signature
from sync_server.demo.small_data import ALERT, ENTERPRISES, HAZARDS, LISTINGS, PLANS, TODAY, VISITS, WORK
from sync_server.demo.stage import Phone, Stage, Story
from sync_server.demo.steps import HOUR, MINUTE, Find, Visit, confirm, hold, rectified, report, verified
from sync_server.demo.world import World, acts, build_world, staff, staff_acts


def at(text: str) -> int:
    """ "06-12 10:24" of 2023 in Shanghai, ms."""
    return int(datetime.strptime(f"2023-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).timestamp() * 1000)


def until(text: str) -> int:
    """The end of a day "06-27" of 2023, ms."""
    return end_of(date.fromisoformat(f"2023-{text}"))


def build_small(stage: Stage) -> None:
    """Play it all; the clock is then at 10:00 on 30 November 2023. The ledger has just been opened."""
    Small(stage).play()


class Small:
    """The cast by their parts, their phones, and the stories."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.world = small_world()
        people = self.world.people
        self.names = {person.id: person.name for person in people} | {person.id: person.name for person in staff(self.world)}
        heads = [person for person in people if person.post == "科长"]
        inspectors = [person for person in people if person.post == "检查员"]
        workers = [person for person in people if person.post == "网格员"]
        self.cards = {person.id: person.card_no for person in people if person.card_no}
        self.sections = [id for id, body in self.world.units if body["kind"] == "section"]
        self.communities = [id for id, body in self.world.units if body["kind"] == "community"]
        self.head = [person.id for person in heads]
        self.inspector = [[p.id for p in inspectors if p.unit == section] for section in self.sections]
        self.worker = [[p.id for p in workers if p.unit == community] for community in self.communities]
        self.office = next(p.id for p in people if p.post == "安委办主任")
        self.committee = next(p.id for p in people if p.post == "办事处主任")
        self.auditor = next(p.id for p in people if p.post == "区督查专员")
        self.templates = {template["id"]: template for template in shipped()}
        self.register = dict(self.world.enterprises)
        self.phones: dict[str, Phone] = {}
        self.before: dict[str, str] = {}  # hazard -> its photo from before the work
        self.signatures: dict[str, str] = {}
        self._pictures = 0

    # -- before the first day ---------------------------------------------------------------------------------------------------------------

    def play(self) -> None:
        stage = self.stage
        stage.act_all(acts(self.world))
        stage.act_all(staff_acts(self.world))
        for person in self._phone_owners():
            self.phones[person] = Phone(stage, person, "演示手机")
        stage.act_all([phone.enrolment() for phone in self.phones.values()])
        stage.flush()
        for story in (
            self.visits, self.m1, self.m2, self.m3, self.m4, self.m5, self.m6, self.m7, self.m8, self.m9, self.general, self.waiting, self.duties,
        ):  # fmt: skip
            stage.begin(story())
        for _ in stage.play(at(TODAY)):
            pass

    def _phone_owners(self) -> list[str]:
        government = [person.id for person in self.world.people if person.post in ("检查员", "网格员")]
        return government + [f"{e[0]}-{post}" for e in ENTERPRISES if e[9] for post in ("officer", "principal")]

    # -- pictures and signatures ------------------------------------------------------------------------------------------------------------

    def place(self, enterprise: str) -> dict[str, Any]:
        """Where the phone says it is."""
        body, step = self.register[enterprise], self._pictures % 5 - 2
        return {"lat": round(body["lat"] + step * 0.00005, 6), "lon": round(body["lon"] - step * 0.00007, 6), "accuracy": 9.0}

    def photo(self, enterprise: str, subject: str, taken: int, *, fixed: bool = False) -> dict[str, Any]:
        """A picture on disk, as an operation names it; every one is another."""
        self._pictures += 1
        when = datetime.fromtimestamp(taken / 1000, SHANGHAI)
        data = scene(subject, fixed, self._pictures, f"{when:%Y-%m-%d %H:%M}  {self.register[enterprise]['number']}")
        return self.stage.picture(data, taken, self.place(enterprise))

    def signed(self, person: str) -> str:
        """Somebody's signature as an image, kept and received when it is first needed; its digest."""
        if person not in self.signatures:
            kept = self.stage.keep(signature(sum(map(ord, self.names[person]))), "image/png")
            self.stage.receive([kept])
            self.signatures[person] = str(kept["sha256"])
        return self.signatures[person]

    # -- shared steps -----------------------------------------------------------------------------------------------------------------------

    def evidence(self, by: str, hazard: str, enterprise: str, subject: str, phase: str, of: str | None = None) -> str:
        """A photo of the work or of its verification, from the browser; its id."""
        photo = self.photo(enterprise, subject, self.stage.clock() - 10 * MINUTE, fixed=phase != "reopen")
        self.stage.act(by, "hazard.evidence", hazard, {**photo, "phase": phase, "of": of})
        self.stage.receive([photo])
        return str(photo["photo"])

    def confirm_general(self, hazard: str, section: int, deadline: str) -> None:
        """T6 by the head of the section responsible."""
        self.stage.act(self.head[section], "hazard.confirm", hazard, confirm("general", self.sections[section], deadline=until(deadline)))

    def confirm_major(self, hazard: str, section: int, criterion: str, deadline: str, **more: Any) -> None:
        """T7, the same."""
        body = confirm("major", self.sections[section], criterion=criterion, deadline=until(deadline), **more)
        self.stage.act(self.head[section], "hazard.confirm", hazard, body)

    def rectify(self, enterprise: str, hazard: str, subject: str, text: str, yuan: int, **more: Any) -> None:
        """T14 by the safety officer, with a photo of the work beside the one from before."""
        officer = f"{enterprise}-officer"
        self.evidence(officer, hazard, enterprise, subject, "after", self.before[hazard])
        self.stage.act(officer, "hazard.rectify", hazard, rectified(self.stage.clock() - 2 * HOUR, text, yuan * 100, **more))

    def rectify_major(self, enterprise: str, hazard: str, subject: str, again: str = "") -> None:
        """T14 of a major hazard: with its root cause and the lasting measure."""
        text, yuan, root, lasting = WORK[hazard + again]
        self.rectify(enterprise, hazard, subject, text, yuan, root_cause=root, lasting_measure=lasting)

    def sign(self, enterprise: str, hazard: str, post: str) -> None:
        """T15, one of the two."""
        person = f"{enterprise}-{post}"
        body = {"role": post, "sha256": self.signed(person), "signed_at": self.stage.clock()}
        self.stage.act(person, "hazard.sign", hazard, body)

    def verify(self, enterprise: str, hazard: str, subject: str, team: list[str], **more: Any) -> None:
        """T16 or T17: on site an hour ago, from the phone of the first, who has seen everything this morning."""
        stage, phone, now = self.stage, self.phones[team[0]], self.stage.clock()
        phone.seen = stage.size
        photo = self.photo(enterprise, subject, now - HOUR, fixed="new_deadline" not in more)
        phone.write(now - HOUR, "hazard.evidence", hazard, {**photo, "phase": "verify", "of": None})
        phone.write(now - 50 * MINUTE, "hazard.verify", hazard, verified(now - HOUR, team, self.place(enterprise), **more))
        stage.hand_in(phone)
        stage.receive([photo])

    def plan(self, enterprise: str, hazard: str, **other: str) -> None:
        """T9, first half, by the deputy (or safety director)."""
        person, measures, yuan, deadline, contingency, interim = PLANS[hazard]
        body = {
            "responsible_person": person, "measures": measures, "funds_fen": yuan * 100, "fund_source": "安全生产费用", "deadline": until(deadline),
            "contingency_plan": contingency, "interim_controls": interim, **other,
        }  # fmt: skip
        self.stage.act(f"{enterprise}-deputy", "hazard.plan", hazard, body)

    def approve(self, enterprise: str, hazard: str, version: int = 1) -> None:
        """T9, second half, by the principal."""
        self.stage.act(f"{enterprise}-principal", "hazard.approve_plan", hazard, {"version": version})

    def existed(self, hazard: str, inspector: str, answer: bool, reason: str) -> None:
        """2.4 c: whether it was there when the enterprise last looked."""
        self.stage.act(inspector, "hazard.existed", hazard, {"existed": answer, "reason": reason})

    def tell_workers(self, enterprise: str, hazard: str, means: str) -> None:
        """R137, today."""
        body = {"told_on": day_of(self.stage.clock()).isoformat(), "means": means}
        self.stage.act(f"{enterprise}-officer", "hazard.tell_workers", hazard, body)

    def close(self, by: str, hazard: str) -> None:
        """T16, second half."""
        self.stage.act(by, "hazard.close", hazard, {"reason": "现场核查属实，同意销号"})

    def list_at_section(self, listing: str, hazard: str) -> None:
        """L2 by the section in charge: the notice."""
        number, unit, section, enterprise, problem, deadline, plan_due = LISTINGS[listing]
        now, head = self.stage.clock(), self.head[section]
        self.stage.act(head, "listing.list", listing, {
            "no": number, "supervising_unit": unit, "supervisor": self.names[head], "responsible_unit": self.register[enterprise]["name"],
            "problem": problem, "deadline": until(deadline), "requirements": "按期报送治理方案，每两周报告一次进展", "plan_due": plan_due,
            "progress_days": 14, "served_at": now - HOUR, "received_by": self.names[f"{enterprise}-principal"],
            "published_on": day_of(now).isoformat(), "medium": "青榆街道政务公开栏",
        })  # fmt: skip

    def order(self, measure: str, hazard: str, what: str, document: str, issued_by: str, **served: str) -> None:
        """M1, ordered by the department and recorded here."""
        now = self.stage.clock()
        self.stage.act(self.office, "measure.order", measure, {
            "hazard": hazard, "measure": what, "own": False, "doc_no": document, "issued_by": issued_by, "served_at": now - HOUR,
            "served_by": "区执法人员", "sign_posted": True, **served,
        })  # fmt: skip

    # -- the twenty inspections ---------------------------------------------------------------------------------------------------------------

    def visits(self) -> Story:
        """Each is handed in twenty minutes after its end, but i8: its phones had no network until the next day."""
        for row in VISITS:
            id, began, minutes, kind, enterprise, template, leader, others, finds, theme = row
            late = 26 * HOUR if id == "i8" else 20 * MINUTE
            yield at(began) + minutes * MINUTE + late
            hold(self.stage, self._visit(id, at(began), minutes, kind, enterprise, template, self._team(leader, others), finds, theme))
            if id != "i20":
                self.stage.act(self._reviewer(enterprise), "inspection.accept", id, {})

    def _reviewer(self, enterprise: str) -> str:
        return self.head[self.sections.index(self.register[enterprise]["lead_section"])]

    def _team(self, leader: str, others: str) -> list[str]:
        return [self._person(part) for part in (leader, *others.split()) if part]

    def _person(self, part: str) -> str:
        """ "i0.1" is the second inspector of the first section, "w3.0" the first worker of the fourth community, else an enterprise's person."""
        if part[0] in "iw" and "." in part:
            row, number = part[1:].split(".")
            return (self.inspector if part[0] == "i" else self.worker)[int(row)][int(number)]
        return part

    def _visit(
        self, id: str, began: int, minutes: int, kind: str, enterprise: str, template: str, team: list[str], finds: tuple[str, ...], theme: str | None
    ) -> Visit:
        unit = f"{enterprise}-principal" if f"{enterprise}-principal" in self.names else ""
        signers: dict[str, tuple[str, str | None]] = {person: (self.names[person], self.signed(person)) for person in team}
        signers["unit"] = (self.names[unit], self.signed(unit)) if unit else ("产权人代表 佘时雨", None)
        return Visit(
            id, kind, enterprise, began, minutes, self.templates[template], self.phones[team[0]], tuple(self.phones[p] for p in team[1:]),
            self.cards, signers, self.place(enterprise), tuple(self._find(find, enterprise, began) for find in finds), theme,
            post="主要负责人" if unit else "产权人代表",
            order=f"责令限期整改：{'；'.join(HAZARDS[find][1] for find in finds)}。" if finds and team[0] in self.cards else None,
            task="task-1" if id == "i20" else None,
        )  # fmt: skip

    def _find(self, id: str, enterprise: str, began: int) -> Find:
        place, text, cause, item, subject, level, fix = HAZARDS[id]
        photos = (self.photo(enterprise, subject, began + 15 * MINUTE),)
        fixed = (self.photo(enterprise, subject, began + 35 * MINUTE, fixed=True),) if fix else ()
        self.before[id] = photos[0]["photo"]
        return Find(id, place, text, cause, item, level, level == "major", fix, photos, fixed, late=id == "m9")

    def found_alone(self, id: str, by: str, enterprise: str, source: str, found: str) -> None:
        """A find without an inspection, from a phone, handed in now."""
        place, text, cause, item, subject, level, fix = HAZARDS[id]
        phone = self.phones[by]
        photo = self.photo(enterprise, subject, at(found))
        self.before[id] = photo["photo"]
        report(phone, Find(id, place, text, cause, item, level, False, fix, (photo,)), enterprise, at(found), source, self.place(enterprise))
        phone.write(at(found) + 3 * MINUTE, "hazard.submit", id, {})
        self.stage.hand_in(phone)
        self.stage.receive([photo])

    # -- the nine -----------------------------------------------------------------------------------------------------------------------------

    def m1(self) -> Story:
        """立查立改: the guard's interlock had been bridged; it was restored while the inspectors were there."""
        stage, head = self.stage, self.head[0]
        yield at("06-07 09:20")
        signatures = [
            {"name": self.names[f"e1-{post}"], "role": post, "sha256": self.signed(f"e1-{post}"), "signed_at": at(f"06-06 {time}")}
            for post, time in (("principal", "10:50"), ("deputy", "10:52"))
        ]
        body = confirm("major", self.sections[0], criterion="std-gm10-14", immediate=True, signatures=signatures, reason="现场已恢复联锁")
        stage.act(head, "hazard.confirm", "m1", body)
        yield at("06-13 16:10")
        self.verify("e1", "m1", "machine", self.inspector[0][:2])
        self.existed("m1", self.inspector[0][0], False, "当日上午换班时才短接，上次自查时尚无")
        yield at("06-14 09:05")
        self.close(head, "m1")

    def m2(self) -> Story:
        """The whole way of a hazard that the enterprise found itself: five elements (once sent back), work, two signatures, verification."""
        stage, head = self.stage, self.head[0]
        yield at("06-09 10:00")
        self.confirm_major("m2", 0, "std-gm10-11-3", "08-08")
        yield at("06-12 15:30")
        self.plan("e2", "m2", contingency_plan="拨打119")
        self.tell_workers("e2", "m2", "车间公示栏和班前会")
        yield at("06-12 17:00")
        self.approve("e2", "m2")
        yield at("06-13 10:20")
        stage.act(head, "hazard.return_plan", "m2", {"reason": "应急预案只写了电话，请补充粉尘爆炸的现场处置和疏散路线"})
        yield at("06-14 11:00")
        self.plan("e2", "m2")
        yield at("06-14 14:30")
        self.approve("e2", "m2", 2)
        yield at("06-15 09:30")
        stage.act(head, "hazard.accept_plan", "m2", {"deadline": until("07-25")})
        yield at("07-19 16:40")
        self.rectify_major("e2", "m2", "dust")
        yield at("07-20 09:10")
        self.sign("e2", "m2", "deputy")
        yield at("07-20 10:30")
        self.sign("e2", "m2", "principal")
        yield at("07-24 15:30")
        self.verify("e2", "m2", "dust", self.inspector[0][:2])
        yield at("07-25 09:00")
        self.close(head, "m2")

    def m3(self) -> Story:
        """Listed by the section; the extension that the enterprise asks for is refused, the old deadline stays and is kept; delisted, closed."""
        stage, head = self.stage, self.head[0]
        yield at("07-05 09:40")
        self.confirm_major("m3", 0, "std-gm10-12-2", "09-03")
        yield at("07-06 10:00")
        stage.act(head, "listing.propose", "l3", {"hazard": "m3", "level": "section", "grounds": [], "reason": "谁发现谁挂牌"})
        yield at("07-07 09:00")
        self.list_at_section("l3", "m3")
        yield at("07-10 10:30")
        self.plan("e3", "m3")
        self.tell_workers("e3", "m3", "车间公示栏")
        self.existed("m3", self.inspector[0][0], True, "速冻间自去年起就与包装间合用")
        yield at("07-10 11:10")
        self.approve("e3", "m3")
        yield at("07-11 15:00")
        stage.act(head, "hazard.accept_plan", "m3", {"deadline": until("08-31")})
        yield at("07-21 16:00")
        stage.act("e3-officer", "listing.progress", "l3", {"text": "隔墙基础完成，报警器已订货"})
        yield at("08-04 10:00")
        body = {"reason": "隔热门推迟交货", "new_date": until("09-12"), "interim_controls": "限员9人，停夜班", "progress": "隔墙完成，报警器装好一半"}
        stage.act("e3-principal", "hazard.ask_extension", "m3", body)
        yield at("08-08 09:30")
        stage.act(head, "hazard.decide_extension", "m3", {"grant": False, "reason": "市场有现货，不属于不可克服的原因，按原期限完成"})
        yield at("08-18 16:00")
        stage.act("e3-officer", "listing.progress", "l3", {"text": "隔热门已改从本地采购，8月25日前安装"})
        yield at("08-29 15:20")
        self.rectify_major("e3", "m3", "pump")
        yield at("08-29 16:00")
        self.sign("e3", "m3", "deputy")
        yield at("08-29 16:40")
        self.sign("e3", "m3", "principal")
        yield at("08-30 08:40")
        stage.act("e3-principal", "listing.ask_delisting", "l3", {"text": "整改完成，双签齐全，申请验收摘牌"})
        yield at("08-31 15:40")
        self.verify("e3", "m3", "pump", self.inspector[0][:2])
        yield at("08-31 16:30")
        stage.act(head, "listing.delist", "l3", {
            "opinion": "现场验收合格，同意摘牌", "on_site_at": at("08-31 14:40"), "team": [self.names[p] for p in self.inspector[0][:2]],
            "signer": self.names[head], "published_on": "2023-09-04", "medium": "青榆街道政务公开栏",
        })  # fmt: skip
        yield at("09-01 09:00")
        self.close(head, "m3")

    def m4(self) -> Story:
        """The first verification fails (应改未改), the second passes. The pump room's power was cut off meanwhile and given back."""
        stage, head = self.stage, self.head[1]
        team = [self.inspector[1][0], self.inspector[1][1]]
        yield at("07-07 10:00")
        self.confirm_major("m4", 1, "std-xf35181-7", "09-05", unsafe_now=True)
        yield at("07-07 10:30")
        self.order("o4", "m4", "stop_equipment", "海岳消限〔2023〕27号", "海岳区消防救援大队", signed_by=self.names["e4-principal"])
        yield at("07-08 09:00")
        stage.act(head, "hazard.not_listed", "m4", {"reason": "区消防救援大队已另行督办，街道不重复挂牌"})
        yield at("07-11 09:30")
        self.plan("e4", "m4")
        self.tell_workers("e4", "m4", "职工大会")
        self.existed("m4", team[0], True, "值班记录显示控制柜自三月起处于手动")
        yield at("07-11 14:00")
        self.approve("e4", "m4")
        yield at("07-12 09:20")
        stage.act(head, "hazard.accept_plan", "m4", {"deadline": until("08-10")})
        yield at("08-03 17:00")
        self.rectify_major("e4", "m4", "pump")
        yield at("08-04 09:00")
        self.sign("e4", "m4", "deputy")
        yield at("08-04 09:40")
        self.sign("e4", "m4", "principal")
        yield at("08-09 11:00")
        self.verify("e4", "m4", "pump", team, text="泵已更换，但控制柜仍在手动位置，末端试水压力不足", new_deadline=until("08-31"))
        yield at("08-25 16:00")
        self.rectify_major("e4", "m4", "pump", " again")
        yield at("08-25 17:10")
        self.sign("e4", "m4", "deputy")
        yield at("08-26 08:30")
        self.sign("e4", "m4", "principal")
        yield at("08-28 09:00")
        stage.act("e4-principal", "measure.ask_resume", "o4", {"text": "联动测试合格，申请恢复使用"})
        yield at("08-29 15:00")
        self.verify("e4", "m4", "pump", team)
        yield at("08-30 09:30")
        stage.act(head, "measure.resume", "o4", {"text": "区消防救援大队同意恢复"})
        yield at("08-30 10:00")
        self.close(head, "m4")

    def m5(self) -> Story:
        """Closed on photos taken with the goods moved aside; found locked again by a covert visit, so it was never fixed: reopened, overdue since."""
        stage, head = self.stage, self.head[4]
        yield at("07-14 09:00")
        self.confirm_major("m5", 4, "std-xf35181-6.5", "09-12", mass_casualty=True)
        yield at("07-14 09:10")
        stage.act(head, "hazard.not_listed", "m5", {"reason": "当事企业承诺一周内拆除，先不挂牌"})
        yield at("07-17 10:00")
        self.plan("e5", "m5")
        yield at("07-17 11:00")
        self.approve("e5", "m5")
        yield at("07-18 09:30")
        stage.act(head, "hazard.accept_plan", "m5", {"deadline": until("08-15")})
        yield at("08-09 14:00")
        self.rectify_major("e5", "m5", "exit")
        yield at("08-09 15:00")
        self.sign("e5", "m5", "deputy")
        yield at("08-09 15:30")
        self.sign("e5", "m5", "principal")
        yield at("08-14 16:00")
        self.verify("e5", "m5", "exit", self.inspector[4][:2])
        yield at("08-15 09:00")
        self.close(head, "m5")
        yield at("10-18 16:30")
        self.evidence(self.auditor, "m5", "e5", "exit", "reopen")
        why = "暗访发现二层东侧出口仍装有卷帘并上锁，销号照片系临时拉起卷帘拍摄"
        stage.act(self.auditor, "hazard.reopen", "m5", {"reason": why, "deadline": until("11-10")})
        yield at("11-20 10:00")
        grounds = ["multi_department", "hard_to_fix"]
        stage.act(head, "listing.propose", "l5", {"hazard": "m5", "level": "committee", "grounds": grounds, "reason": "虚假整改且逾期，涉及两个部门"})

    def m6(self) -> Story:
        """Listed by the section in charge, then taken up by the committee: still open, still listed."""
        stage, head = self.stage, self.head[2]
        yield at("08-04 09:00")
        self.confirm_major("m6", 2, "std-fj2022-7", "10-02", unsafe_now=True)
        yield at("08-04 10:00")
        refusal = "项目负责人拒签，见证人：监理单位代表"
        self.order("o6", "m6", "suspend", "海岳住建停〔2023〕14号", "海岳区住房和城乡建设局", refusal=refusal)
        yield at("08-07 09:00")
        stage.act(head, "listing.propose", "l6", {"hazard": "m6", "level": "section", "grounds": [], "reason": "谁发现谁挂牌"})
        yield at("08-08 09:00")
        self.list_at_section("l6", "m6")
        yield at("08-14 16:00")
        self.plan("e6", "m6")
        yield at("08-14 17:00")
        self.approve("e6", "m6")
        yield at("08-16 10:00")
        stage.act(head, "hazard.accept_plan", "m6", {"deadline": until("12-15"), "committee_approval": "青榆安委会纪要〔2023〕6号"})
        for day, text in (("08-28", "旧架已拆除三分之一"), ("09-15", "旧架拆除完成"), ("10-12", "基础排水沟浇筑完成")):
            yield at(f"{day} 16:00")
            stage.act("e6-officer", "listing.progress", "l6", {"text": text})
        yield at("10-25 10:00")
        asked = {"level": "committee", "grounds": ["multi_department", "hard_to_fix"], "reason": "涉及住建、市政排水两个部门，科室协调不动"}
        stage.act(head, "listing.ask_escalation", "l6", asked)
        yield at("10-26 15:00")
        stage.act(self.committee, "listing.escalate", "l6", {
            "no": "青榆安委督〔2023〕1号",
            "level": "committee", "grounds": asked["grounds"], "supervising_unit": "街道安委会", "supervisor": self.names[self.committee],
            "reason": "由街道安委会牵头协调区住建局和市政排水单位",
        })  # fmt: skip
        yield at("11-10 16:00")
        stage.act("e6-officer", "listing.progress", "l6", {"text": "新架搭设至六层，连墙件按两步三跨设置"})
        yield at("11-27 09:00")
        stage.act("e6-principal", "measure.ask_resume", "o6", {"text": "北侧一至六层新架检测合格，申请部分恢复施工"})

    def m7(self) -> Story:
        """The fire section found the same scaffold again: merged into m6, its photos with it."""
        yield at("08-09 11:00")
        self.stage.act(self.office, "hazard.merge", "m7", {"into": "m6", "reason": "与城建科8月3日发现的为同一脚手架"})

    def m8(self) -> Story:
        """Confirmed as major; the expert finds that the gas store is ventilated as required: lowered, with the agreement of a second reviewer."""
        stage, head = self.stage, self.head[3]
        yield at("08-16 10:00")
        opinion = {"expert_opinion": "专家初步意见：气瓶间疑似通风不良，存放数量超限，按重大隐患处置", "second_reviewer": self.office}
        stage.act(self.office, "hazard.give_opinion", "m8", {"expert_opinion": opinion["expert_opinion"]})
        stage.act(head, "hazard.confirm", "m8", confirm("major", self.sections[3], deadline=until("10-14"), **opinion))
        yield at("08-18 15:00")
        body = {"level": "general", "reason": "专家复核：气瓶间通风面积和数量符合要求，仅气瓶未固定", "deadline": until("09-01")}
        stage.act(head, "hazard.propose_level", "m8", body)
        yield at("08-21 09:00")
        stage.act(self.office, "hazard.agree_level", "m8", {})
        yield at("08-24 14:00")
        self.rectify("e8", "m8", "cylinders", "气瓶加链固定，空满分区", 600)
        yield at("08-28 16:00")
        self.verify("e8", "m8", "cylinders", self.inspector[3][:2])
        yield at("08-29 09:00")
        self.close(head, "m8")

    def m9(self) -> Story:
        """Found by the enterprise on the 20th, reported on the 23rd: 应报未报. Its plan waits for the section."""
        stage, phone = self.stage, self.phones["e9-officer"]
        yield at("11-23 16:10")
        phone.write(at("11-23 16:00"), "hazard.submit", "m9", {})
        stage.hand_in(phone)
        yield at("11-24 09:30")
        self.confirm_major("m9", 0, "std-wh121-12", "12-31")
        yield at("11-28 10:00")
        self.plan("e9", "m9")
        yield at("11-28 15:00")
        self.approve("e9", "m9")

    # -- general hazards, and what waits for somebody -----------------------------------------------------------------------------------------

    def general(self) -> Story:
        """Each state that a general hazard can be in."""
        stage, head = self.stage, self.head
        yield at("06-07 09:30")
        self.confirm_general("g1", 0, "06-20")
        yield at("06-16 10:00")
        self.rectify("e1", "g1", "electrical", "箱门已更换，线路整理入槽", 480)
        stage.act(head[3], "hazard.confirm", "g2", confirm("general", self.sections[3], immediate=True))
        yield at("06-19 15:00")
        self.verify("e1", "g1", "electrical", self.inspector[0][:2])
        yield at("06-20 09:00")
        self.close(head[0], "g1")
        yield at("06-21 09:00")
        self.confirm_general("g3", 6, "07-05")
        yield at("06-21 15:00")
        self.verify("e8", "g2", "extinguisher", self.inspector[3][:2])
        yield at("06-25 09:00")
        self.close(head[3], "g2")
        yield at("06-28 16:00")
        self.rectify("e10", "g3", "exit", "走道杂物已清空，划线管理", 0)
        yield at("07-03 10:30")
        self.verify("e10", "g3", "exit", self.inspector[6][:2])
        yield at("07-03 14:00")
        self.close(head[6], "g3")
        yield at("07-05 10:00")
        self.confirm_general("g4", 0, "07-19")
        yield at("07-14 09:00")
        body = {"reason": "接地检测机构排期到下周", "new_date": until("07-28"), "interim_controls": "停用1号压缩机", "progress": "线缆已更换"}
        stage.act("e3-principal", "hazard.ask_extension", "g4", body)
        self.confirm_general("g5", 4, "07-28")
        yield at("07-17 09:00")
        stage.act(head[0], "hazard.decide_extension", "g4", {"grant": True, "new_date": until("07-26"), "reason": "同意延期一周"})
        yield at("07-24 17:00")
        self.rectify("e3", "g4", "electrical", "接地检测合格，报告已附", 2_600)
        self.rectify("e5", "g5", "extinguisher", "灭火器已更换", 900)
        yield at("07-27 11:00")
        self.verify("e3", "g4", "electrical", self.inspector[0][:2])
        self.verify("e5", "g5", "extinguisher", self.inspector[4][:2], text="三楼仍有两具压力不足", new_deadline=until("08-05"))
        yield at("07-28 09:00")
        self.close(head[0], "g4")
        yield at("08-02 10:00")
        self.rectify("e5", "g5", "extinguisher", "全楼灭火器压力正常", 1_500)
        yield at("08-04 09:30")
        self.confirm_general("g6", 2, "08-18")
        yield at("08-04 15:00")
        self.verify("e5", "g5", "extinguisher", self.inspector[4][:2])
        yield at("08-07 09:00")
        self.close(head[4], "g5")
        yield at("08-15 16:00")
        self.rectify("e6", "g6", "edge", "二层临边护栏和踢脚板已补齐", 3_200)
        yield at("08-16 09:30")
        self.confirm_general("g7", 3, "08-30")
        yield at("08-18 10:00")
        self.verify("e6", "g6", "edge", self.inspector[2][:2])
        yield at("08-18 16:00")
        self.close(head[2], "g6")
        yield at("08-25 09:00")
        self.confirm_general("g8", 0, "09-08")
        self.confirm_general("g9", 0, "09-15")
        yield at("08-28 09:00")
        self.rectify("e8", "g7", "gas", "软管更换为不锈钢波纹管", 320)
        yield at("08-29 10:00")
        self.verify("e8", "g7", "gas", self.inspector[3][:2])
        yield at("08-30 09:00")
        self.close(head[3], "g7")
        stage.act(head[0], "hazard.hand_over", "g9", {"to": "海岳区市场监管局", "documents": "安全阀校验记录复印件、现场照片2张"})
        yield at("09-01 15:00")
        stage.act(head[0], "hazard.answer_hand_over", "g9", {"answer": "accepted", "text": "已受理，9月10日前完成校验监督"})
        yield at("09-06 10:00")
        self.rectify("e9", "g8", "paper", "台账补齐，双人签字", 0)
        yield at("09-07 15:00")
        self.verify("e9", "g8", "paper", self.inspector[0][:2])
        yield at("09-08 09:00")
        self.close(head[0], "g8")
        yield at("09-12 16:00")
        self.rectify("e9", "g9", "cylinders", "安全阀已校验合格", 1_800)
        yield at("09-13 09:00")
        stage.act(head[2], "hazard.void", "g10", {"reason": "围墙裂缝为表面抹灰开裂，经测量无倾斜，不构成隐患"})
        yield at("09-14 10:00")
        self.verify("e9", "g9", "cylinders", self.inspector[0][:2])
        yield at("09-14 15:00")
        self.close(head[0], "g9")
        yield at("10-27 09:30")
        self.confirm_general("g13", 0, "11-26")
        yield at("11-02 09:30")
        self.confirm_general("g11", 7, "11-17")
        self.confirm_general("g12", 7, "11-20")
        yield at("11-14 15:00")
        self.rectify("e11", "g11", "electrical", "已穿管敷设并加装漏电保护", 2_100)
        yield at("11-22 10:30")
        self.rectify("e1", "g13", "electrical", "箱门重新安装并加锁", 260)
        yield at("11-29 10:20")
        self.verify("e11", "g11", "electrical", self.inspector[7][:2])

    def waiting(self) -> Story:
        """What is on somebody's desk on 30 November."""
        stage, head = self.stage, self.head
        yield at("11-10 15:40")
        self.found_alone("g14", self.inspector[6][0], "e10", "section", "11-10 15:20")
        yield at("11-13 09:00")
        self.confirm_general("g14", 6, "12-05")
        yield at("11-13 16:00")
        self.found_alone("g15", self.worker[0][0], "e8", "community", "11-13 15:30")
        yield at("11-14 09:00")
        self.confirm_general("g15", 3, "11-28")
        yield at("11-27 10:00")
        body = {"reason": "外窗限位器需定制", "new_date": until("12-18"), "interim_controls": "活动室改在一层", "progress": "已完成三间"}
        stage.act("e10-principal", "hazard.ask_extension", "g14", body)
        yield at("11-27 14:00")
        self.rectify("e8", "g15", "charging", "飞线已拆除，电动车移至集中充电棚", 0)
        yield at("11-28 17:30")
        self.found_alone("g18", self.inspector[2][0], "e12", "section", "11-28 16:40")
        yield at("11-29 09:00")
        returned = stage.act(head[0], "hazard.return", "g16", {"reason": "请写清是几号加油机、第几号油罐"})
        yield at("11-29 11:30")
        self.found_alone("g19", self.worker[9][0], "e7", "community", "11-29 11:00")
        yield at("11-29 14:00")
        first, second = (self.phones[person] for person in self._team("i0.0", "i0.1"))
        first.seen = second.seen = returned
        first.write(at("11-29 13:50"), "hazard.edit", "g16", {"changes": {"place_text": "3号加油机北侧，2号油罐卸油口"}})
        second.write(at("11-29 13:55"), "hazard.edit", "g16", {"changes": {"place_text": "2号加油机旁卸油口"}}, expect=CONFLICT)
        stage.hand_in(first)
        stage.hand_in(second)
        yield at("11-29 16:20")
        other = self.phones[self.inspector[5][0]]
        other.write(at("11-29 16:10"), "hazard.edit", "g17", {"changes": {"description": "油罐区灭火毯数量不足，且一具灭火器失压"}}, expect=REFUSED)
        stage.hand_in(other)
        yield at("11-29 17:00")
        phone, photo = self.phones[self.inspector[0][0]], self.photo("e2", "shelf", at("11-29 16:50"))
        place, text, cause, *_ = HAZARDS["g20"]
        report(phone, Find("g20", place, text, cause, photos=(photo,)), "e2", at("11-29 16:50"), "section", self.place("e2"))
        stage.hand_in(phone)
        stage.receive([photo])

    def duties(self) -> Story:
        """The office's own: an inspection that is planned, two tasks, an accident alert with one answer."""
        stage = self.stage
        yield at("11-21 09:00")
        stage.act(self.office, "alert.issue", "alert-1", {**ALERT, "due": until("12-05")})
        yield at("11-23 14:00")
        answer = {"alert": "alert-1", "enterprise": "e2", "checked_on": "2023-11-22", "scope": "1至4号除尘器", "findings": "4号接地线松动，已紧固"}
        stage.act("e2-officer", "answer.give", "answer/alert-1/e2", answer)
        yield at("11-24 10:00")
        tasks = (
            ("task-1", "dept_routine", "e7", "11-30", "i0.0", "i0.1"), ("task-2", "precise", "e9", "12-08", "i0.0", "i0.1"),
            ("task-3", "assistance", "e11", "12-15", "i7.0", "i7.1"),
        )  # fmt: skip
        for id, kind, enterprise, due, leader, others in tasks:
            team = self._team(leader, others)
            stage.act(self.office, "task.plan", id, {
                "kind": kind, "enterprise": enterprise, "templates": [], "purposes": ["专项排查整治"], "origin": "plan", "due": until(due),
                "leader": team[0], "members": team[1:], "note": "重点检查上次问题整改情况",
            })  # fmt: skip


def small_world() -> World:
    """The people of the subdistrict, and these twelve."""
    big = build_world(enterprises=1)
    communities = [id for id, body in big.units if body["kind"] == "community"]
    sections = [id for id, body in big.units if body["kind"] == "section"]
    enterprises = []
    for i, (id, name, industries, section, community, employees, high, key, address, principal, deputy, officer) in enumerate(ENTERPRISES):
        body = {
            "name": name, "credit_code": f"99DEMO{900 + i:012d}", "number": f"QY{i + 1:05d}", "address": address,
            "lat": round(36.402 + i * 0.0031, 6), "lon": round(122.104 + (i * 7 % 12) * 0.0047, 6), "community": communities[community],
            "lead_section": sections[section], "co_regulators": [sections[4]] if id in ("e4", "e6", "e8") else [], "industries": list(industries),
            "tags": [], "employees": employees, "high_risk": high, "key": key, "principal": principal or None,
            "principal_phone": f"000-0002{1000 + i}" if principal else None,
            "deputy": deputy or None, "safety_director": deputy if employees >= (100 if high else 300) else None,
            "safety_staff": [officer] if officer else [], "risk_class": "high" if high else "key" if key else "general", "grade": "BBCBACBBCAAC"[i],
            "audit_tier": None, "site_kind": None if principal else "plant",
        }  # fmt: skip
        enterprises.append((id, body))
    return World(big.units, big.people, tuple(enterprises))


