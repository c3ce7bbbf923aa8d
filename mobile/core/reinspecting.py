"""Re-inspecting what an enterprise has put right (A7, K13, T16, T17): one walk past every hazard that waits, part-done as long as it takes.

The walk has its people and its position, each hazard a draft of its own: result, words, photos, a new deadline. Recording one makes its photos and
its result operations in one transaction; the others wait.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mobile.core.client import Client, PhotoFile
from mobile.core.drafts import Draft, file_of
from shared.calendar import DAY, day_of, end_of
from shared.deadlines import due
from shared.kinds.closing import is_listed
from shared.kinds.settings import setting
from shared.people import may
from shared.rules import Record

DAYS = (3, 7, 15, 30)  # of a new deadline, as far as the ledger allows


def walk_of(client: Client, enterprise: str) -> Draft:
    """Who is on site, and where: kept for the whole walk."""
    return Draft(client.store, f"walk/{enterprise}")


def verdict_on(client: Client, hazard: str) -> Draft:
    """What is noted of one hazard and not recorded yet."""
    return Draft(client.store, f"verify/{hazard}")


def waiting_at(client: Client, enterprise: str) -> list[tuple[Record, int]]:
    """The hazards of an enterprise that wait to be looked at, each with the day (ms) until when, the next due first."""
    ledger = client.record("ledger")
    rows = client.rows("hazard", where="enterprise = ? AND state = 'verify_pending'", params=(enterprise,), limit=1000)
    hazards = [record for row in rows if (record := client.record(row.id)) is not None and not record.get("verification")]
    steps = [(hazard, step.until) for hazard in hazards if (step := due(hazard, ledger)) is not None]
    return sorted(steps, key=lambda step: step[1])


def left_over(client: Client, enterprise: str) -> list[Record]:
    """Hazards that somebody else has dealt with while something was noted of them here: it is shown until it is put away."""
    waiting = {hazard["id"] for hazard, _ in waiting_at(client, enterprise)}
    keys = client.store.all("SELECT key FROM scratch WHERE key LIKE 'verify/%' AND value != ''")
    known = [client.record(key.removeprefix("verify/")) for (key,) in keys]
    return [hazard for hazard in known if hazard is not None and hazard["enterprise"] == enterprise and hazard["id"] not in waiting]


def colleagues(client: Client) -> list[Record]:
    """Who may verify beside oneself, those of one's own section first, then by name."""
    me = client.record(client.identity.person) or {"roles": []}
    units = {held["unit"] for held in me["roles"]}
    found = [record for row in client.rows("person", where="state != 'left'", limit=1000) if (record := client.record(row.id)) is not None]
    able = [person for person in found if person["id"] != client.identity.person and may(person, "verify")]
    return sorted(able, key=lambda person: (units.isdisjoint(held["unit"] for held in person["roles"]), person["name"]))


def deadlines(client: Client, hazard: Record) -> list[int]:
    """The new deadlines that may be given now, in days: no longer than the ledger allows, not behind that of a listing."""
    now, most = client.ports.now(), setting(client.record("ledger"), "major_days_max" if hazard["level"] == "major" else "general_days_max")
    listed = hazard["listing"]["deadline"] if is_listed(hazard) else None
    allowed = [days for days in DAYS if days <= most and (listed is None or listed < now or until(now, days) <= listed)]
    return allowed or [1]


def until(now: int, days: int) -> int:
    """The end of the day so many days from now (ms)."""
    return end_of(day_of(now + days * DAY))


def missing(hazard: Record, verdict: dict[str, Any]) -> str:
    """The first thing that a result cannot do without, as the end of a word's key; "" if it is whole."""
    if verdict.get("result") not in ("pass", "fail"):
        return "choose"
    if not verdict.get("text"):
        return "write"
    if verdict["result"] == "pass" and not verdict["photos"]:
        return "photo"
    return ""


def record_result(client: Client, hazard: Record, walk: dict[str, Any], folder: Path) -> None:
    """The photos taken on site and the result, all or none. Raises Refused, Conflict with the rule that says no; what was noted stays then."""
    draft = verdict_on(client, hazard["id"])
    verdict, now = draft.values, client.ports.now()
    acts: list[tuple[str, str, dict[str, Any]]] = []
    files: list[PhotoFile] = []
    for photo in verdict["photos"]:
        named, file = client.new_id(), file_of(photo, folder)
        files.append(file)
        body = {name: photo.get(name) for name in ("sha256", "size", "media_type", "taken_at", "position", "likeness")}
        acts.append(
            (
                "hazard.evidence",
                hazard["id"],
                {**body, "photo": named, "media_type": file.media_type, "phase": "verify", "of": photo.get("of") or None},
            )
        )
        if photo.get("strokes"):
            acts.append(("hazard.mark_photo", hazard["id"], {"photo": named, "strokes": photo["strokes"]}))
    position = walk.get("position")
    body = {
        "result": verdict["result"], "on_site_at": now, "position": position, "position_reason": None if position else walk.get("reason"),
        "team": sorted({client.identity.person, *walk.get("team", [])}), "text": verdict["text"],
        "new_deadline": until(now, verdict.get("days") or deadlines(client, hazard)[0]) if verdict["result"] == "fail" else None,
    }  # fmt: skip
    acts.append(("hazard.verify", hazard["id"], body))
    with client.store.transaction():
        client.act_all(acts, files)
        draft.forget()
