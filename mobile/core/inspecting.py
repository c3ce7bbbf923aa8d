"""The inspector's steps, each a few operations: what a tap on a screen means."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mobile.core.client import Client, PhotoFile
from mobile.core.phone import Phone
from shared.checklist import templates_of
from shared.deadlines import due
from shared.errors import Refused, reason
from shared.kinds.inspection import OPEN
from shared.kinds.task import assigned_to
from shared.people import may
from shared.places import Position
from shared.rules import UNKNOWN_RECORD, Record

if TYPE_CHECKING:
    from mobile.core.beside import Act

PURPOSE = "专项行动"  # of an inspection whose task names none, as official records say it (R114)
JOIN = "paicha://join/"  # how the text of a leader's code begins
_CODE = re.compile(JOIN + r"([\w-]+)/([\w-]+)/([A-Za-z0-9_\s-]+)")
MOST_CODE = 10_000  # bytes of what it says
NO_JOIN_CODE = reason(
    "join.code",
    "这不是加入检查的码；请扫组长手机“检查人员”页上的二维码，或粘贴组长发来的文字",
    "this is no code to join an inspection: scan the one on the leader's phone, on the page of the team, or paste its text",
)
OTHER_LEDGER = reason(
    "join.other_ledger",
    "这次检查属于另一个台账，这部手机不能加入；请用在那个台账登记的手机",
    "this inspection belongs to another ledger: join with a phone that is enrolled there",
)


def start_inspection(
    client: Client,
    enterprise: str,
    kind: str,
    template: Record,
    *,
    more: Sequence[Record] = (),
    position: Position | None = None,
    why_no_position: str = "",
    theme: str | None = None,
    purposes: Sequence[str] = (),
    task: str | None = None,
) -> str:
    """A new inspection with one checklist or `more`, perhaps the one that a task asks for, with what that is for; returns its id."""
    id, person = client.new_id(), client.person or {}
    asked = (client.record(task) if task else None) or {"purposes": [], "theme": None}
    body = {
        "kind": kind, "enterprise": enterprise, "template": template["id"], "template_version": template["version"],
        "purposes": list(purposes) or asked["purposes"] or [PURPOSE], "theme": theme or asked["theme"], "started_at": client.ports.now(),
        "position": position, "position_reason": why_no_position or None, "card_no": person.get("card_no") or None,
    }  # fmt: skip
    acts = [("inspection.start", id, body | ({"task": task} if task else {}))]
    acts += [("inspection.add_template", id, {"template": each["id"], "template_version": each["version"]}) for each in more]
    client.act_all(acts)
    return id


def unfinished_at(client: Client, enterprise: str) -> list[Record]:
    """One's own inspections at an enterprise that are not handed in yet, the newest first: to be gone on with instead of a second one."""
    rows = client.rows("inspection", where="enterprise = ? AND state IN ('draft', 'returned')", params=(enterprise,), limit=20)
    found = [record for row in rows if (record := client.record(row.id)) is not None]
    return [record for record in found if client.identity.person in record["team"]]


def last_time(client: Client, enterprise: str) -> Record | None:
    """The newest inspection at an enterprise that one knows of, one's own drafts included: what it was is proposed again."""
    rows = client.rows("inspection", where="enterprise = ? AND state != 'void'", params=(enterprise,), limit=1)
    return client.record(rows[0].id) if rows else None


def my_tasks(client: Client) -> list[Record]:
    """The inspections that this person is still to make, the next due first."""
    rows = client.rows("task", where="state IN ('planned', 'started')", order="at", limit=1000)
    tasks = [record for row in rows if (record := client.record(row.id)) is not None]
    return [task for task in tasks if client.identity.person in assigned_to(task)]


def begun_for(client: Client, task: Record) -> str:
    """The inspection on this phone with which a task is under way, "" if there is none."""
    for id, state in task["inspections"].items():
        if state in OPEN and client.record(id) is not None:
            return str(id)
    return ""


def reinspections(client: Client) -> list[tuple[Record, int]]:
    """The rectified hazards of one's own sections that are to be looked at again, each with the day (ms) until when; the next due first (T16)."""
    person, ledger = client.person or {"roles": []}, client.record("ledger")
    units = json.dumps([held["unit"] for held in person["roles"]] if may(person, "verify") else [])
    rows = client.rows("hazard", where="state = 'verify_pending' AND section IN (SELECT value FROM json_each(?))", params=(units,), limit=1000)
    hazards = [record for row in rows if (record := client.record(row.id)) is not None and not record.get("verification")]
    steps = [(hazard, step.until) for hazard in hazards if (step := due(hazard, ledger)) is not None]
    return sorted(steps, key=lambda step: step[1])


def join_code(inspection: Record) -> dict[str, Any]:
    """What the leader's screen shows for a colleague's phone: enough to join before the start has reached the server."""
    start = inspection["moments"]["start"]
    return {
        "kind": inspection["inspection_kind"], "enterprise": inspection["enterprise"], "template": inspection["template"],
        "template_version": inspection["template_version"], "purposes": inspection["purposes"], "theme": inspection["theme"],
        "started_at": start["at"], "position": start["position"], "position_reason": start["reason"], "leader": inspection["leader"],
        "enterprise_name": inspection["enterprise_name"],
    }  # fmt: skip


def join_text(client: Client, inspection: Record) -> str:
    """`join_code` as the text of a QR code, which can also be copied and pasted: "paicha://join?...", a few hundred characters."""
    says = {"start": join_code(inspection), "more": templates_of(inspection)[1:]}
    code = json.dumps(says, ensure_ascii=False, separators=(",", ":")).encode()
    packed = base64.urlsafe_b64encode(zlib.compress(code, 9)).decode().rstrip("=")
    return f"{JOIN}{client.identity.ledger}/{inspection['id']}/{packed}"


def read_join_text(client: Client, text: str) -> tuple[str, dict[str, Any], list[tuple[str, int]]]:
    """From a leader's code, wherever it stands in a message: the inspection, what its start says, and which checklists were added to it. Raises
    Refused for any other text and for a code of another ledger.
    """
    found = _CODE.search(text)
    if found is None:
        raise Refused(NO_JOIN_CODE)
    ledger, id, packed = found[1], found[2], "".join(found[3].split())
    try:  # the packed words know their own end: what a message says after them does not matter
        code = zlib.decompressobj().decompress(base64.urlsafe_b64decode(packed + "A" * (-len(packed) % 4)), MOST_CODE)
        says = json.loads(code)
        json.dumps(says, ensure_ascii=False, allow_nan=False).encode()  # raises for what no operation can say
        start, more = dict(says["start"]), [(str(template), int(version)) for template, version in says["more"]]
        named = [(client.record(id), "inspection"), (client.record(str(start["enterprise"])), "enterprise")]
    except (ValueError, KeyError, TypeError, zlib.error, RecursionError):
        raise Refused(NO_JOIN_CODE) from None
    if any(record is not None and record["kind"] != kind for record, kind in named):
        raise Refused(NO_JOIN_CODE)
    if ledger != client.identity.ledger:
        raise Refused(OTHER_LEDGER)
    return id, start, more


def join_inspection(client: Client, id: str, start: dict[str, Any], more: Iterable[tuple[str, int]] = ()) -> None:
    """Work on a colleague's inspection from this phone; `more` are the checklists that were added to it."""
    acts: list[tuple[str, str, dict[str, Any]]]
    acts = [("inspection.join", id, {"start": start, "card_no": (client.person or {}).get("card_no") or None})]
    record = client.record(id)
    known = templates_of(record) if record else []
    acts += [("inspection.add_template", id, {"template": one, "template_version": v}) for one, v in more if (one, v) not in known]
    client.act_all(acts)


def join_on_this_phone(
    phone: Phone, client: Client, device: str, inspection: str, acts: Iterable[Act] = (), photos: Sequence[PhotoFile] = ()
) -> None:
    """A colleague enrolled on this phone, whose PIN was asked for, joins the leader's inspection with their own key, if they have not yet; and does
    `acts` there, such as ("inspection.sign", {...}). The leader's `client` shows it at once. Raises Refused, Conflict, RetryLater(disk_full).
    """
    from mobile.core.beside import act_on_this_phone  # it brings the engine, which the first frame does not wait for

    record = client.record(inspection)
    if record is None:
        raise Refused(UNKNOWN_RECORD, inspection)
    act_on_this_phone(phone, client, device, inspection, join_code(record), acts, photos)


def answer(client: Client, inspection: str, item: str, value: Any) -> None:
    """One tap on the checklist."""
    client.act("inspection.answer", inspection, {"item": item, "value": value})


def attach_photo(client: Client, inspection: str, item: str | None, photo: PhotoFile, taken: dict[str, Any]) -> str:
    """A photo of an item; `taken` has taken_at, position, likeness. Returns its id."""
    id = client.new_id()
    client.act("inspection.attach", inspection, {**_photo(id, photo, taken), "item": item}, photo)
    return id


def report_finding(
    client: Client,
    inspection: Record | None,
    item: Record | None,
    finding: dict[str, Any],
    photos: list[tuple[PhotoFile, dict[str, Any]]],
    *,
    hand_in: bool = False,
) -> str:
    """A hazard with its photos and what is marked on them, from a failed item or free, in one transaction; returns its id.

    What was found outside of any inspection waits for none: with `hand_in` it goes to the reviewers at once.
    """
    id, now = client.new_id(), client.ports.now()
    template = item.get("template", inspection["template"]) if inspection and item else None
    body = {
        "inspection": inspection["id"] if inspection else None, "template": template, "template_item": item["id"] if item else None,
        "basis": item["basis"] if item else None, "found_at": now, **finding,
    }  # fmt: skip
    acts: list[tuple[str, str, dict[str, Any]]] = [("hazard.report", id, body)]
    if inspection is not None and item is not None and not photos and finding.get("no_photo_reason"):
        acts.append(("inspection.note", inspection["id"], {"item": item["id"], "about": "no_photo", "text": finding["no_photo_reason"]}))
    before = {photo.sha256: client.new_id() for photo, taken in photos if taken.get("phase", "before") == "before"}
    for photo, taken in photos:
        phase, of = taken.get("phase", "before"), before.get(taken.get("of", ""))
        named = _photo(before[photo.sha256] if phase == "before" else client.new_id(), photo, taken)
        acts.append(("hazard.add_photo", id, {**named, "phase": phase, **({"of": of} if of else {})}))
        if taken.get("strokes"):
            acts.append(("hazard.mark_photo", id, {"photo": named["photo"], "strokes": taken["strokes"]}))
        if inspection is not None and item is not None and phase == "before":
            acts.append(("inspection.attach", inspection["id"], {**_photo(client.new_id(), photo, taken), "item": item["id"]}))
    if hand_in:
        acts.append(("hazard.submit", id, {}))
    client.act_all(acts, [photo for photo, _ in photos])
    return id


def add_hazard_photo(client: Client, hazard: str, photo: PhotoFile, taken: dict[str, Any], phase: str = "before") -> None:
    """One more photo of a finding; before it is rectified it is evidence of the failed item, too."""
    record = client.record(hazard) or {}
    named = {**_photo(client.new_id(), photo, taken), "phase": phase}
    acts: list[tuple[str, str, dict[str, Any]]] = [("hazard.add_photo", hazard, named | ({"of": taken["of"]} if taken.get("of") else {}))]
    inspection = client.record(record["inspection"]) if record.get("inspection") else None
    if inspection is not None and inspection["state"] in ("draft", "returned") and phase == "before":
        acts.append(("inspection.attach", inspection["id"], {**_photo(client.new_id(), photo, taken), "item": record["template_item"]}))
    client.act_all(acts, [photo])


def source_of(client: Client, inspection: Record) -> str:
    """Whose find it is, by the kind of inspection and the finder's role (2.1)."""
    by_kind = {
        "enterprise_self": "self_inspection", "principal_led": "principal_led", "diagnosis": "diagnosis", "surprise": "surprise", "random": "random",
        "joint": "joint", "cross_region": "cross_region", "audit_style": "audit_style", "report_check": "report", "community_patrol": "community",
        "open_covert": "covert" if inspection["theme"] == "covert" else "section",
    }  # fmt: skip
    if inspection["inspection_kind"] in by_kind:
        return by_kind[inspection["inspection_kind"]]
    roles = {held["role"] for held in (client.person or {"roles": []})["roles"]}
    return "community" if roles == {"community_worker"} else "section"


def _photo(id: str, photo: PhotoFile, taken: dict[str, Any]) -> dict[str, Any]:
    return {
        "photo": id, "sha256": photo.sha256, "size": photo.size, "media_type": photo.media_type, "taken_at": taken["taken_at"],
        "position": taken.get("position"), "likeness": taken.get("likeness"),
    }  # fmt: skip


def hazards_of(client: Client, inspection: str) -> list[Record]:
    """The findings of an inspection on this device, own work included, in the order in which they came."""
    record = client.record(inspection)
    found = [client.record(id) for id in (record["hazards"] if record else ())]
    return [hazard for hazard in found if hazard is not None and hazard["state"] != "void"]


def submit(client: Client, inspection: str, reminders: list[dict[str, Any]] | None = None) -> None:
    """Hand in the inspection and its findings, all or none, with what the inspector was reminded of. Raises Refused with the first thing that is
    missing."""
    body = {"reminders": reminders} if reminders is not None else {}
    acts: list[tuple[str, str, dict[str, Any]]] = [("inspection.submit", inspection, body)]
    acts += [("hazard.submit", hazard["id"], {}) for hazard in hazards_of(client, inspection) if hazard["state"] in ("draft", "returned")]
    client.act_all(acts)


def templates_for(client: Client, kind: str, enterprise: Record | None = None) -> list[Record]:
    """The checklists that suit this kind of inspection: first those of the enterprise's own industries, then those for all, then the rest."""
    users = {"community_patrol": "community", "enterprise_self": "enterprise", "principal_led": "enterprise_principal"}.get(kind, "section")
    industries = set(enterprise["industries"]) if enterprise else set()

    def order(template: Record) -> tuple[int, bool, str]:
        fits = 0 if industries & set(template["industries"]) else 1 if "all" in template["industries"] else 2
        return fits, template["kind"] != "spot_check", template["title"]["zh"]

    return sorted((template for template in client.templates() if users in template["users"]), key=order)
