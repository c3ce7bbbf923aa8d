"""What people do in a simulated world: on their phones with the rules they have, by programs with other rules, and on the console."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from random import Random
from typing import Any

from mobile.core import inspecting
from shared.errors import Refused
from tests.simulation import newer
from tests.simulation.ground import COMMUNITY, ENTERPRISES, HEAD, ITEMS, OFFICE, OTHER_COMMUNITY, OTHER_SECTION, SECTION
from tests.simulation.phones import Installation

Acts = list[tuple[str, str, dict[str, Any]]]
WORDS = ("东门", "西侧", "二楼", "库房")
DAY = 86_400_000


class Known:
    """The records that people speak of: who knows an id can try to work on it."""

    def __init__(self) -> None:
        self.inspections: list[tuple[str, dict[str, Any]]] = []  # with what the leader's screen shows
        self.hazards: list[str] = []
        self.sites: list[str] = []  # proposed ones
        self.photos = 0


def _edit_enterprise(inst: Installation, known: Known, random: Random) -> Acts:
    changes: dict[str, Any] = {random.choice(("address", "principal", "deputy", "audit_tier")): random.choice(WORDS)}
    if random.random() < 0.3:
        changes["employees"] = random.randrange(3)
    return [("enterprise.edit", random.choice(ENTERPRISES), {"changes": changes})]


def _start(inst: Installation, known: Known, random: Random) -> Acts:
    now = inst.phone.now()
    start = {
        "kind": random.choice(("assistance", "assistance", "dept_routine")), "enterprise": random.choice((*ENTERPRISES, *known.sites[-1:])),
        "template": "short", "template_version": 1, "purposes": ["campaign"], "theme": None, "started_at": max(0, now),
        "position": None, "position_reason": "室内",
    }  # fmt: skip
    id = inst.client.new_id()
    known.inspections.append((id, {**start, "leader": inst.client.identity.person}))
    return [("inspection.start", id, {**start, "card_no": "QY-1"})]


def _inspection(known: Known, random: Random) -> tuple[str, dict[str, Any]] | None:
    return random.choice(known.inspections[-3:]) if known.inspections else None


def _join(inst: Installation, known: Known, random: Random) -> Acts:
    found = _inspection(known, random)
    return [("inspection.join", found[0], {"start": found[1], "card_no": None})] if found else []


def _answers(inst: Installation, known: Known, random: Random) -> Acts:
    found = _inspection(known, random)
    if not found:
        return []
    items, values = random.sample(ITEMS[:4], random.randrange(1, 3)), ("conform", "na", "not_conform")
    return [("inspection.answer", found[0], {"item": item, "value": random.choice(values)}) for item in items]


def _inspect_more(inst: Installation, known: Known, random: Random) -> Acts:
    found = _inspection(known, random)
    if not found:
        return []
    item, word = random.choice(ITEMS[:4]), random.choice(WORDS)
    known.photos += 1
    bodies: tuple[tuple[str, dict[str, Any]], ...] = (
        ("note", {"item": item, "about": "no_photo", "text": word}),
        ("attach", {**_photo(inst, known), "item": item}),
        ("retract", {"item": item}),
        ("conclude", {"conclusion": word}),
        ("moment", {"moment": "end", "at": max(0, inst.phone.now()), "position": None, "reason": word}),
        ("refuse", {"reason": word, "witness": "证人"}),
        ("void", {"reason": word}),
        ("add_template", {"template": "more", "template_version": 1}),
    )
    kind, body = random.choices(bodies, (4, 4, 2, 3, 2, 1, 0.3, 1))[0]
    return [(f"inspection.{kind}", found[0], body)]


def _mark(inst: Installation, known: Known, random: Random) -> Acts:
    """Marks on a photo that this phone knows."""
    subjects = [*(id for id, _ in known.inspections[-3:]), *known.hazards[-3:]]
    records = [record for id in subjects if (record := inst.client.record(id)) is not None and record.get("photos")]
    if not records:
        return []
    record = random.choice(records)
    strokes = [{"shape": "box", "points": [[0, 0], [random.randrange(1, 9), 9]]}] * random.choice((0, 1, 1))
    return [(f"{record['kind']}.mark_photo", record["id"], {"photo": random.choice(sorted(record["photos"])), "strokes": strokes})]


def _propose(inst: Installation, known: Known, random: Random) -> Acts:
    id = inst.client.new_id()
    known.sites.append(id)
    place = {"address": random.choice(WORDS), "community": random.choice((COMMUNITY, OTHER_COMMUNITY))}
    return [("enterprise.propose", id, {"name": f"{random.choice(WORDS)}旧厂房", **place, "industries": ["all"]})]


def _photo(inst: Installation, known: Known) -> dict[str, Any]:
    digest = hashlib.sha256(b"%d" % (known.photos % 5)).hexdigest()  # now and then the same picture twice
    taken_at = max(0, inst.phone.now())
    return {"photo": inst.client.new_id(), "sha256": digest, "size": 1000, "media_type": "image/jpeg", "taken_at": taken_at, "position": None}


def _complete(inst: Installation, known: Known, random: Random) -> Acts:
    """Everything that is missing, and the submission: one tap at the end of a visit."""
    found = _inspection(known, random)
    record = inst.client.record(found[0]) if found else None
    if found is None or record is None or record["kind"] != "inspection" or record["state"] not in ("draft", "returned"):
        return []
    id, now = found[0], max(0, inst.phone.now(), record["moments"]["start"]["at"])
    items = [item["id"] for item in inst.client.template_of(record)["items"]]
    acts: Acts = [("inspection.answer", id, {"item": item, "value": "conform"}) for item in items if item not in record["answers"]]
    failed = [item for item, value in record["answers"].items() if value == "not_conform"]
    bare = [item for item in failed if f"no_photo:{item}" not in record["notes"]]
    acts += [("inspection.note", id, {"item": item, "about": "no_photo", "text": "不便"}) for item in bare]
    acts.append(("inspection.moment", id, {"moment": "end", "at": now, "position": None, "reason": "室内"}))
    acts += [("inspection.sign", id, {"role": role, "name": "签", "signed_at": now, "sha256": None}) for role in ("inspector", "unit")]
    acts.append(("inspection.submit", id, {}))
    acts += [("hazard.submit", hazard["id"], {}) for hazard in inspecting.hazards_of(inst.client, id) if hazard["state"] in ("draft", "returned")]
    return acts


def _report(inst: Installation, known: Known, random: Random) -> Acts:
    found = _inspection(known, random) if random.random() < 0.5 else None
    id, item = inst.client.new_id(), random.choice(ITEMS[:4]) if found else None
    known.hazards.append(id)
    body = {
        "enterprise": found[1]["enterprise"] if found else random.choice(ENTERPRISES), "inspection": found[0] if found else None,
        "template": "short" if item else None, "template_item": item, "basis": None, "found_at": max(0, inst.phone.now()),
        "place_text": random.choice(WORDS), "description": "无登记", "cause": "management", "level_proposed": "general",
        "position": None, "position_reason": "室内", "source_kind": "section", "no_photo_reason": random.choice((None, "不便")),
    }  # fmt: skip
    acts: Acts = [("hazard.report", id, body)]
    if random.random() < 0.5:
        known.photos += 1
        acts.append(("hazard.add_photo", id, {**_photo(inst, known), "phase": "before"}))
    return acts


def _hazard_more(inst: Installation, known: Known, random: Random) -> Acts:
    if not known.hazards:
        return []
    id, word = random.choice(known.hazards[-3:]), random.choice(WORDS)
    if random.random() < 0.6:
        return [("hazard.edit", id, {"changes": {random.choice(("place_text", "description", "no_photo_reason")): word}})]
    return [random.choice((("hazard.submit", id, {}), ("hazard.void", id, {"reason": word})))]


def _review(inst: Installation, known: Known, random: Random) -> Acts:
    """What the head of the section decides, from a phone."""
    if known.hazards and random.random() < 0.6:
        return [_decision(random.choice(known.hazards[-3:]), max(0, inst.phone.now()), known, random)]
    found = _inspection(known, random)
    return [random.choice((("inspection.accept", found[0], {}), ("inspection.return", found[0], {"reason": "补充"})))] if found else []


def _decision(hazard: str, now: int, known: Known, random: Random) -> tuple[str, str, dict[str, Any]]:
    why = {"reason": "理由"}
    confirm = {"level": "general", "responsible_section": random.choice((SECTION, OTHER_SECTION)), "deadline": now + 10 * DAY}
    into = {"into": random.choice(known.hazards), **why}
    kinds = (("hazard.confirm", confirm), ("hazard.return", why), ("hazard.void", why), ("hazard.merge", into))
    kind, body = random.choices(kinds, (4, 3, 1, 1))[0]
    return (kind, hazard, body)


def _newest(inst: Installation, known: Known, random: Random) -> Acts:
    """What only the newer program can; the older one refuses it."""
    if inst.phone.version == newer.OLD:
        return []
    if random.random() < 0.5:
        return [("enterprise.remark", random.choice(ENTERPRISES), {"text": random.choice(WORDS)})]
    return [("bulletin.post", inst.client.new_id(), {"text": random.choice(WORDS)})]


def _settle(inst: Installation, known: Known, random: Random) -> Acts:
    """The first conflict on this person's list."""
    for problem in inst.client.needs_you():
        if problem.kind == "conflict":
            held = (inst.client.record(problem.subject) or {}).get("conflicts", {})
            open_ones = [int(no) for no, each in held.items() if each["settled"] is None]
            if open_ones:
                return [("conflict.resolve", problem.subject, {"conflict": open_ones[0], "pick": random.choice(("first", "second"))})]
    return []


Deed = Callable[[Installation, Known, Random], Acts]
INSPECTING: tuple[tuple[Deed, float], ...] = (
    (_edit_enterprise, 5), (_start, 3), (_join, 2), (_answers, 5), (_inspect_more, 4), (_complete, 2), (_report, 3), (_hazard_more, 4), (_newest, 1),
    (_settle, 1), (_mark, 2), (_propose, 0.7),
)  # fmt: skip
REVIEWING: tuple[tuple[Deed, float], ...] = ((_edit_enterprise, 3), (_review, 5), (_start, 1), (_answers, 1), (_newest, 1), (_settle, 2))


def work(inst: Installation, known: Known, random: Random) -> str:
    """One thing that a person does on a phone; returns what it was. Raises SimulatedCrash, RetryLater."""
    deeds = REVIEWING if inst.client.identity.person == HEAD else INSPECTING
    acts: Acts = []
    while not acts:
        deed = random.choices([deed for deed, _ in deeds], [weight for _, weight in deeds])[0]
        acts = deed(inst, known, random)
    try:
        made = inst.act(acts)
    except Refused as refused:
        return f"{acts[0][0]}: told no, {refused.code}"
    return f"{acts[0][0]} {acts[0][1][-6:]} n={made[0].n}..{made[-1].n}"


def misbehave(inst: Installation, known: Known, random: Random) -> str:
    """An operation that this program would not make: from another version of it, or of a rule that breaks the server."""
    enterprise = random.choice(ENTERPRISES)
    strange: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("enterprise.poison", enterprise, {}),
        ("enterprise.edit", enterprise, {"changes": {"address": "新"}, "unheard_of": 1}),
        ("enterprise.edit", enterprise, {"changes": {"employees": "many"}}),
        ("enterprise.close", "nowhere", {"reason": "?"}),
        ("hazard.confirm", random.choice(known.hazards) if known.hazards else "none", {"level": "general", "responsible_section": SECTION}),
        ("person.grant", inst.client.identity.person, {"role": "admin"}),
    )
    kind, subject, body = random.choices(strange, (4, 1, 1, 1, 2, 1))[0]
    return f"strange {kind} n={inst.force(kind, subject, body).n}"


def on_console(known: Known, now: int, random: Random) -> tuple[str, str, str, dict[str, Any]]:
    """(by, kind, subject, body) of something done in the office."""
    enterprise, person = random.choice(ENTERPRISES), random.choice(("person-an", "person-bo", "person-cui"))
    role = {"role": "community_worker", "unit": random.choice((COMMUNITY, OTHER_COMMUNITY))}
    role = role if person == "person-cui" else {"role": "inspector", "unit": random.choice((SECTION, SECTION, OTHER_SECTION))}
    choices: list[tuple[float, tuple[str, str, str, dict[str, Any]]]] = [
        (2, (OFFICE, "person.grant", person, role)),
        (2, (OFFICE, "person.revoke", person, role)),
        (1, (OFFICE, "person.edit", person, {"changes": {"post": random.choice(WORDS)}})),
        (2, (OFFICE, "enterprise.edit", enterprise, {"changes": {"community": random.choice((COMMUNITY, OTHER_COMMUNITY))}})),
        (1, (OFFICE, "enterprise.edit", enterprise, {"changes": {"lead_section": random.choice((SECTION, OTHER_SECTION))}})),
        (3, (OFFICE, "enterprise.edit", enterprise, {"changes": {random.choice(("address", "principal")): random.choice(WORDS)}})),
        (0.5, (OFFICE, random.choice(("enterprise.close", "enterprise.reopen")), enterprise, {"reason": "停业"})),
    ]
    if known.sites:
        choices.append((1, (OFFICE, "enterprise.confirm", random.choice(known.sites), {"changes": {"lead_section": SECTION}})))
    if known.hazards:
        kind, subject, body = _decision(random.choice(known.hazards[-3:]), now, known, random)
        choices.append((4, (HEAD, kind, subject, body)))
    if known.inspections:
        id = random.choice(known.inspections[-3:])[0]
        choices.append((1, (HEAD, "inspection.accept", id, {})))
        choices.append((1, (HEAD, "inspection.return", id, {"reason": "补充"})))
    return random.choices([each for _, each in choices], [weight for weight, _ in choices])[0]
