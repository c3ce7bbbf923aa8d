"""What the phone knows that helps to write a finding: phrases, places, the same thing found before, the criteria of a major hazard."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from mobile.core import inspecting
from mobile.core.client import Client
from mobile.core.drafts import Kept, file_of
from mobile.core.sites import communities
from mobile.core.spelling import spell
from shared.calendar import day_of
from shared.kinds.criterion import called, holds_on
from shared.kinds.lifecycle import OPEN_STATES
from shared.kinds.presets import presets
from shared.phrases import phrases_of
from shared.rules import Record
from shared.search import pinyin

MOST = 6  # phrases offered at once: more is a list to read, not a help
LOOK_BACK = 100  # finds that are looked through for phrases and places
FIELDS = ("place_text", "description", "cause", "level_proposed", "no_photo_reason", "criterion", "mass_casualty", "immediate", "fix_text")


def phrases(client: Client, item: str) -> list[str]:
    """What one may mean, for a tap: what was written of this item before, the newest first, then the ready-made ones."""
    return _first([*_earlier(client, "description", item=item), *phrases_of(item)])


def places(client: Client, enterprise: str) -> list[str]:
    """Places on this site that a finding named before, the newest first; where there are few, the usual ones."""
    return _first([*_earlier(client, "place_text", enterprise=enterprise), *presets(client.record, "finding_place")])


def fixes(client: Client) -> list[str]:
    """What may have been done at once (R37)."""
    return _first([*_earlier(client, "fix_text"), *presets(client.record, "finding_fix")])


def similar(client: Client, enterprise: str, item: str, but: str = "") -> list[Record]:
    """Open hazards of the same enterprise and item, the oldest first: they are in the ledger already."""
    if not item:
        return []
    states = ", ".join(f"'{state}'" for state in ("draft", *OPEN_STATES))
    where = f"enterprise = ? AND state IN ({states}) AND id != ? AND json_extract(coalesce(shown, base), '$.template_item') = ?"
    rows = client.rows("hazard", where=where, params=(enterprise, but, item), order="at", limit=20)
    return [record for row in rows if (record := client.record(row.id)) is not None]


def _earlier(client: Client, name: str, *, enterprise: str = "", item: str = "") -> list[str]:
    """What this field of the newest finds says, the newest first; read in the database, which takes a tenth of the time."""
    newest = "SELECT coalesce(shown, base) AS text FROM records WHERE kind = 'hazard' AND (? = '' OR enterprise = ?) ORDER BY at DESC LIMIT ?"
    sql = f"SELECT json_extract(text, '$.' || ?) FROM ({newest}) WHERE ? = '' OR json_extract(text, '$.template_item') = ?"
    return [str(text) for (text,) in client.store.all(sql, (name, enterprise, enterprise, LOOK_BACK, item, item)) if text]


def _first(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))[:MOST]


# -- criteria (R11) --------------------------------------------------------------------------------------------------------------------------


def criteria(client: Client, search: str = "", sector: str = "", at: int = 0, enterprise: str = "") -> list[Record]:
    """The entries of the library that hold at the moment `at` (0: now), of one sector, each word of `search` in their words or pinyin.

    Those of the enterprise's own sectors come first; then those by which a hazard is judged major come before the key checks.
    """
    today = day_of(at or client.ports.now()).isoformat()
    rows = client.rows("criterion", order="level, number, title", limit=2000)
    held = [record for row in rows if (record := client.record(row.id)) is not None and holds_on(record, today)]
    own = {*(client.record(enterprise) or {"industries": []})["industries"]}
    held.sort(key=lambda record: own.isdisjoint(record["sectors"]))
    words = search.lower().split()
    return [
        record for record in held
        if (not sector or sector in record["sectors"] or "all" in record["sectors"]) and all(word in _sought(_words(record)) for word in words)
    ]  # fmt: skip


def sectors(client: Client, enterprise: str) -> list[str]:
    """The sectors that have criteria, the enterprise's own first."""
    rows = client.rows("criterion", limit=2000)
    known = dict.fromkeys(sector for row in rows for sector in (client.record(row.id) or {"sectors": []})["sectors"] if sector != "all")
    own = (client.record(enterprise) or {"industries": []})["industries"]
    return sorted(known, key=lambda sector: sector not in own)


def _words(criterion: Record) -> str:
    return f"{called(criterion)} {criterion['number'] or ''} {criterion['text']}".lower()


@lru_cache(maxsize=2000)
def _sought(words: str) -> str:
    return " ".join((words, *pinyin(words, spell)))


# -- saving ----------------------------------------------------------------------------------------------------------------------------------


def body_of(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of an operation from what was typed; what belongs to a major hazard or to an immediate fix alone goes with it alone."""
    body = {name: values.get(name) for name in FIELDS}
    body = {name: None if value == "" else value for name, value in body.items()}
    if body["level_proposed"] != "major":
        body["criterion"] = body["mass_casualty"] = None
    if not body["immediate"]:
        body["immediate"] = body["fix_text"] = None
    return body


def report(client: Client, inspection: Record, item: Record | None, values: dict[str, Any], folder: Path) -> str:
    """What was typed and pictured becomes a hazard of the inspection, found where the first photo was taken; returns its id."""
    start, photos = inspection["moments"]["start"], photos_to_send(values)
    position = next((photo["position"] for photo in photos if photo.get("position")), None) or start["position"]
    body = body_of(values) | {
        "enterprise": inspection["enterprise"],
        "position": position,
        "position_reason": None if position else start["reason"],
        "source_kind": inspecting.source_of(client, inspection),
    }
    return inspecting.report_finding(client, inspection, item, body, [(file_of(photo, folder), photo) for photo in photos])


def photos_to_send(values: dict[str, Any]) -> list[Kept]:
    """Those of an immediate fix only where there was one."""
    return [photo for photo in values["photos"] if photo.get("phase") != "after" or values.get("immediate")]


# -- one-tap report (R140) -------------------------------------------------------------------------------------------------------------------

REPORT = "report"  # the key of its draft: there is one at a time


def send_report(client: Client, values: dict[str, Any], folder: Path, position: dict[str, Any] | None, why_no_position: str) -> str:
    """What somebody saw in passing, handed in at once; a site that the register lacks is proposed with it. Returns the hazard's id."""
    photos = photos_to_send(values)
    position = next((photo["position"] for photo in photos if photo.get("position")), None) or position
    place = values.get("place_text") or values["description"][:200]
    with client.store.transaction():
        enterprise = values.get("enterprise") or _propose(client, values["name"], place, position)
        body = {
            "enterprise": enterprise, "place_text": place, "description": values["description"], "cause": "management", "level_proposed": "general",
            "no_photo_reason": values.get("no_photo_reason") or None, "position": position,
            "position_reason": None if position else why_no_position, "source_kind": _as_seen_by(client),
        }  # fmt: skip
        return inspecting.report_finding(client, None, None, body, [(file_of(photo, folder), photo) for photo in photos], hand_in=True)


def _propose(client: Client, name: str, address: str, position: dict[str, Any] | None) -> str:
    """In one's own community, as far as one knows; a section confirms it."""
    id, known = client.new_id(), communities(client)
    body = {
        "name": name, "address": address, "community": known[0]["id"] if known else "", "industries": ["all"],
        "lat": position["lat"] if position else None, "lon": position["lon"] if position else None,
    }  # fmt: skip
    client.act("enterprise.propose", id, body)
    return id


def _as_seen_by(client: Client) -> str:
    roles = {held["role"] for held in (client.person or {"roles": []})["roles"]}
    return "community" if "community_worker" in roles else "section"
