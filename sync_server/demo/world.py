"""青榆街道 and everyone in it, made by one seed: units, people, 400 enterprises. Pure data; `acts` turns it into operations.

Nothing is real: the city does not exist, phone numbers begin with 000, credit codes with 99DEMO.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from shared.calendar import day_of, end_of
from shared.criteria import shipped as criteria
from shared.templates import shipped
from sync_server.accept import Act

ADMIN = "00000000-0000-7000-8000-000000000001"
LEDGER_BODY = {
    "name": "青榆街道", "name_en": "Qingyu Subdistrict", "district": "海岳区", "city": "鲁川市", "code": "QY", "admin": {"id": ADMIN, "name": "管理员"},
}  # fmt: skip
CAMPAIGN = {
    "title": "青榆街道重大事故隐患专项排查整治行动", "document_no": "海岳青办发〔2023〕9号", "issued_by": "海岳区青榆街道办事处", "issued_on": "2023-05-31",
    "count_from": "2023-05-31", "ends_on": "2023-12-31",
    "phases": [
        {"name": "动员部署", "from": None, "to": "2023-05-31"}, {"name": "自查自改", "from": "2023-06-01", "to": "2023-07-31"},
        {"name": "精准执法", "from": "2023-08-01", "to": "2023-11-30"}, {"name": "总结提高", "from": "2023-12-01", "to": "2023-12-31"},
    ],
}  # fmt: skip
COMMUNITIES = (
    ("榆东", "Yudong", 14), ("榆西", "Yuxi", 11), ("柳泊", "Liubo", 10), ("梧台", "Wutai", 9), ("石桥湾", "Shiqiaowan", 9), ("麦园", "Maiyuan", 8),
    ("织机厂", "Zhijichang", 8), ("铁路新村", "Tielu Xincun", 7), ("云锦", "Yunjin", 7), ("五柳", "Wuliu", 6), ("北仓", "Beicang", 6),
    ("新程", "Xincheng", 5),
)  # fmt: skip
SECTIONS = (
    ("应急安监科", "Emergency and Work Safety"), ("经济发展科", "Economic Development"), ("城市建设管理科", "Urban Construction"),
    ("市场监管协同科", "Market Supervision"), ("消防工作站", "Fire Station Office"), ("综合执法科", "Law Enforcement"),
    ("教育文旅科", "Education and Tourism"), ("民政卫健科", "Civil Affairs and Health"), ("生态环保科", "Environment"),
)  # fmt: skip
STATIONS = (("派出所", "Police Station"), ("市场监管所", "Market Supervision Office"), ("消防站", "Fire Station"))
SURNAMES = "仝亓郗逄佘麴苌谯宓蓬郏蒯覃鄢靳宿翟邸乜昝暴束哈归怀卜窦佴"
GIVEN = ("砚秋", "望舒", "景澄", "牧之", "予安", "怀瑾", "清越", "听澜", "时雨", "沐晴", "初霁", "知远", "行舟", "观棋", "若谷", "含章", "疏影", "长风",
         "临川", "闻笛", "向晚", "松年", "云归", "晓堂", "令仪")  # fmt: skip
BRANDS = ("晟柏", "禾岳", "峻沐", "铂临", "渝禾", "泽垚", "启柠", "翊辰", "朗桐", "霁川", "穗安", "砺行", "柏舟", "澜庭", "旭榕", "岱禾", "汇榆", "景岚",
          "森朴", "乾屿", "沐禾", "云榉", "辰砚", "嘉穗", "拓岩", "溪岸", "麦垄", "宸樾", "弘楠", "青芜")  # fmt: skip
ROADS = ("榆荫路", "柳泊街", "石桥南路", "梧台大街", "麦园巷", "织机路", "铁新街", "云锦路", "五柳大道", "北仓路", "新程路", "东渠街")


@dataclass(frozen=True, slots=True)
class Sector:
    """A row of the sector table: how many, what they are called, how big, how risky, whose."""

    share: int
    trades: tuple[str, ...]
    ending: str
    industries: tuple[str, ...]
    high_risk: float
    employees: tuple[int, int, int]  # median, least, most
    section: int


SECTORS = (
    Sector(17, ("餐饮", "酒楼", "小吃", "烧烤"), "店", ("catering",), 0, (12, 3, 120), 3),
    Sector(14, ("超市", "商贸", "百货", "建材市场"), "有限公司", ("commerce",), 0, (25, 5, 600), 1),
    Sector(12, ("机械", "金属制品", "精密铸造"), "有限公司", ("machinery",), 0.20, (46, 8, 900), 0),
    Sector(9, ("食品", "冷藏", "包装"), "有限公司", ("light", "ammonia_refrigeration"), 0.15, (40, 6, 500), 0),
    Sector(6, ("建材", "纺织", "木业"), "有限公司", ("building_materials", "textile"), 0.08, (38, 8, 400), 0),
    Sector(8, ("仓储", "物流", "运输"), "有限公司", ("logistics", "transport"), 0.25, (35, 5, 350), 1),
    Sector(6, ("建设项目", "改造工程"), "项目部", ("construction",), 1, (85, 20, 600), 2),
    Sector(9, ("酒店", "影院", "健身会馆"), "有限公司", ("hotel", "crowded_place"), 0, (30, 6, 300), 4),
    Sector(4, ("幼儿园", "培训学校"), "", ("education",), 0, (45, 10, 400), 6),
    Sector(4, ("养老服务中心", "门诊部"), "", ("elderly_care", "medical"), 0, (45, 10, 300), 7),
    Sector(5, ("物业服务", "电梯服务"), "有限公司", ("property", "special_equipment"), 0, (30, 6, 200), 2),
    Sector(3, ("加油站", "化工经营"), "有限公司", ("hazchem", "gas_station"), 1, (14, 4, 80), 0),
    Sector(2, ("醇基燃料", "储能电站", "水上乐园"), "有限公司", ("alcohol_fuel", "energy_storage", "tourism"), 0, (10, 2, 60), 0),
    Sector(1, ("闲置厂房", "停工地块"), "", ("idle_site",), 0, (0, 0, 0), 2),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A government person with one role or two."""

    id: str
    name: str
    post: str
    roles: tuple[tuple[str, str], ...]  # (role, unit id)
    unit: str
    phone: str
    card_no: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """The whole subdistrict."""

    units: tuple[tuple[str, dict[str, Any]], ...]
    people: tuple[Person, ...]
    enterprises: tuple[tuple[str, dict[str, Any]], ...]


def build_world(seed: int = 2023, enterprises: int = 400) -> World:
    """The same for the same seed, always."""
    random = Random(seed)
    units = _units()
    communities = [id for id, body in units if body["kind"] == "community"]
    sections = [id for id, body in units if body["kind"] == "section"]
    return World(tuple(units), tuple(_people(random, communities, sections)), tuple(_enterprises(random, communities, sections, enterprises)))


def acts(world: World) -> list[Act]:
    """The world as operations of the administrator, in an order that the rules accept."""
    made = [Act(ADMIN, "campaign.set", "campaign", CAMPAIGN)]
    made += [Act(ADMIN, "unit.add", id, body) for id, body in world.units]
    for template in shipped():
        made.append(Act(ADMIN, "template.publish", f"template/{template['id']}/{template['version']}", {"template": template}))
    made += [Act(ADMIN, "criterion.add", id, body) for id, body in criteria()]  # a major hazard cites one of these ids, such as "std-gm10-3-2"
    made += _people_acts(world.people)
    made += [Act(ADMIN, "enterprise.register", id, body) for id, body in world.enterprises]
    return made


def first_tasks(world: World, planner: str, now: int) -> list[Act]:
    """What the inspectors find on their phones when a demo begins: two visits each, in the enterprises of their own section."""
    made, taken = [], set[str]()
    inspectors = [person for person in world.people if person.post == "检查员" and person.card_no]
    for number, inspector in enumerate(inspectors):
        colleague = next((other.id for other in inspectors if other.unit == inspector.unit and other.id != inspector.id), "")
        free = [id for id, body in world.enterprises if body["lead_section"] == inspector.unit and id not in taken]
        kinds = (("dept_routine", 1, "重点检查上次问题整改情况"), ("assistance", 4, "帮助对照判定标准自查一遍"))
        for enterprise, (kind, days, note) in zip(free, kinds if colleague else kinds[1:], strict=False):
            taken.add(enterprise)
            made.append(Act(planner, "task.plan", f"task-{number}-{kind}", {
                "kind": kind, "enterprise": enterprise, "templates": [], "purposes": ["专项行动"], "origin": "plan", "leader": inspector.id,
                "members": [colleague] if kind == "dept_routine" else [], "due": end_of(day_of(now) + timedelta(days=days)), "note": note,
            }))  # fmt: skip
    return made


def staff(world: World) -> list[Person]:
    """The people of the enterprises: principal, deputy (or safety director), safety officer, with ids "<enterprise>-principal" and so on.

    Where the register names no deputy, the safety officer is the second to sign. A site without a principal has nobody.
    """
    people = []
    for id, body in world.enterprises:
        if not body["principal"]:
            continue
        second = body["deputy"] or body["safety_director"]
        officer = (("ent_officer", id), *((("ent_deputy", id),) if not second else ()))
        people.append(Person(f"{id}-principal", body["principal"], "主要负责人", (("ent_principal", id),), "", body["principal_phone"]))
        if second:
            people.append(Person(f"{id}-deputy", second, "安全总监" if body["safety_director"] else "分管负责人", (("ent_deputy", id),), "", ""))
        people.append(Person(f"{id}-officer", body["safety_staff"][0], "安全管理员", officer, "", ""))
    return people


def staff_acts(world: World) -> list[Act]:
    """They as operations of the administrator; their enterprises are registered already."""
    return _people_acts(staff(world))


def _people_acts(people: Sequence[Person]) -> list[Act]:
    made = []
    for person in people:
        body = {"name": person.name, "post": person.post, "phone": person.phone, "card_no": person.card_no, "unit": person.unit}
        made.append(Act(ADMIN, "person.add", person.id, body))
        made += [Act(ADMIN, "person.grant", person.id, {"role": role, "unit": unit}) for role, unit in person.roles]
    return made


def stable_id(name: str) -> str:
    """A UUID that is the same in every build."""
    return str(uuid.uuid5(uuid.UUID(int=0x99DE30), name))


def _units() -> list[tuple[str, dict[str, Any]]]:
    units = [
        (stable_id(f"community/{name}"), {"kind": "community", "name": f"{name}社区", "name_en": f"{english} Community", "number": f"{i:02d}"})
        for i, (name, english, _) in enumerate(COMMUNITIES, 1)
    ]
    units += [(stable_id(f"section/{name}"), {"kind": "section", "name": name, "name_en": english, "number": f"S{i}"}) for i, (name, english) in enumerate(SECTIONS, 1)]
    return units + [(stable_id(f"station/{name}"), {"kind": "station", "name": name, "name_en": english, "number": ""}) for name, english in STATIONS]


def _people(random: Random, communities: list[str], sections: list[str]) -> list[Person]:
    names = [surname + given for surname in SURNAMES for given in GIVEN]
    random.shuffle(names)
    people: list[Person] = []

    def add(post: str, roles: tuple[tuple[str, str], ...], unit: str, card: str = "") -> None:
        i = len(people)
        people.append(Person(stable_id(f"person/{i}"), names[i], post, roles, unit, f"000-0000{1000 + i}", card))

    for post in ("党工委书记", "办事处主任", "分管安全副主任", "武装部长"):
        add(post, (("leader", ""), *((("committee", ""),) if "主任" in post else ())), "")
    for i, section in enumerate(sections):
        add("科长", (("section_head", section), *((("office", ""),) if i == 0 else ())), section)
    for i in range(22):
        section = sections[i % len(sections)]
        add("检查员", (("inspector", section),), section, f"QYZF{2023100 + i}" if i < 16 else "")
    for community in communities:
        for _ in range(3):
            add("网格员", (("community_worker", community),), community)
    for i in range(6):
        add("安全专家", (("expert", sections[i]),), sections[i])
    add("区督查专员", (("auditor", ""),), "")
    add("区督查专员", (("auditor", ""),), "")
    add("安委办主任", (("office", ""),), sections[0])
    return people


def _enterprises(random: Random, communities: list[str], sections: list[str], count: int) -> list[tuple[str, dict[str, Any]]]:
    people = [surname + given for surname in SURNAMES for given in GIVEN]
    weights = [weight for _, _, weight in COMMUNITIES]
    names: set[str] = set()
    made = []
    for i in range(count):
        sector = random.choices(SECTORS, [s.share for s in SECTORS])[0]
        name = _name(random, sector, names)
        place = random.choices(range(len(communities)), weights)[0]
        made.append((stable_id(f"enterprise/{i}"), _enterprise(random, sector, name, i, communities[place], ROADS[place], sections, people)))
    return made


def _name(random: Random, sector: Sector, taken: set[str]) -> str:
    while True:
        brand = random.choice(BRANDS) + (random.choice(("", "", "瑞", "源", "达", "和")))
        name = f"鲁川{random.choice(('海岳', '青榆', ''))}{brand}{random.choice(sector.trades)}{sector.ending}"
        if name not in taken:
            taken.add(name)
            return name


def _enterprise(
    random: Random, sector: Sector, name: str, i: int, community: str, road: str, sections: list[str], people: list[str]
) -> dict[str, Any]:
    median, least, most = sector.employees
    employees = max(least, min(most, round(median * random.lognormvariate(0, 0.8)))) if median else 0
    high_risk = random.random() < sector.high_risk
    key = random.random() < 0.15
    lead = sections[sector.section]
    return {
        "name": name, "credit_code": f"99DEMO{i:012d}", "number": f"QY{i + 1:05d}", "address": f"{road}{random.randint(1, 199)}号",
        "lat": round(36.40 + random.random() * 0.045, 6), "lon": round(122.10 + random.random() * 0.067, 6), "community": community, "lead_section": lead,
        "co_regulators": [sections[4]] if sector.section != 4 and random.random() < 0.3 else [], "industries": list(sector.industries),
        "tags": ["新业态"] if sector.share == 2 else [], "employees": employees, "high_risk": high_risk, "key": key, "principal": random.choice(people),
        "principal_phone": f"000-0001{1000 + i}", "deputy": random.choice(people) if employees > 30 else None,
        "safety_director": random.choice(people) if employees >= (100 if high_risk else 300) else None, "safety_staff": [random.choice(people)],
        "risk_class": "high" if high_risk else "key" if key else "general" if employees > 10 else "small",
        "grade": random.choices("ABCD", (22, 48, 25, 5))[0], "audit_tier": None, "site_kind": "plant" if "idle_site" in sector.industries else None,
    }  # fmt: skip
