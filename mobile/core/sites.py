"""A site that the register lacks, proposed on the spot: what is typed stays on disk until it is an operation."""

from __future__ import annotations

import json
from typing import Any

from mobile.core.client import Client
from shared.places import Position
from shared.rules import Record

KINDS = ("plant", "land", "stalled")  # a site without an enterprise: disused plant, idle land, stalled project (R74)
DRAFT = "site"
EMPTY: dict[str, Any] = {
    "name": "", "address": "", "community": "", "industries": [], "contact": "", "phone": "", "note": "", "site_kind": "", "position": None
}  # fmt: skip


def draft(client: Client) -> dict[str, Any]:
    """What was entered and not saved yet."""
    return {**EMPTY, **json.loads(client.store.scratch(DRAFT) or "{}")}


def keep(client: Client, **changes: Any) -> None:
    """At every choice and pause of typing."""
    client.store.set_scratch(DRAFT, json.dumps(draft(client) | changes, ensure_ascii=False))


def drop(client: Client) -> None:
    """It has become a site, or was given up."""
    client.store.set_scratch(DRAFT, "")


def communities(client: Client) -> list[Record]:
    """Those that a site may belong to, one's own first."""
    rows = client.rows("unit", where="state = 'active'", order="title", limit=1000)
    units = [record for row in rows if (record := client.record(row.id)) is not None and record["unit_kind"] == "community"]
    own = {held["unit"] for held in (client.person or {"roles": []})["roles"]}
    return sorted(units, key=lambda unit: unit["id"] not in own)


def usual_sectors(client: Client, most: int = 8) -> list[str]:
    """The sectors that most enterprises of this area belong to, the commonest first."""
    sql = (
        "SELECT sector.value, count(*) FROM (SELECT coalesce(shown, base) AS body FROM records WHERE kind = 'enterprise' LIMIT 2000) AS known, "
        "json_each(known.body, '$.industries') AS sector GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?"
    )
    return [sector for sector, _ in client.store.all(sql, (most,))]


def missing(entered: dict[str, Any]) -> list[str]:
    """The fields that must be there and are not."""
    empty = {name: not (value.strip() if isinstance(value, str) else value) for name, value in entered.items()}
    return [name for name in ("name", "address", "community", "industries") if empty[name]]


def propose(client: Client, entered: dict[str, Any]) -> str:
    """Save it; an inspection can begin there at once. Returns the site's id."""
    position: Position | None = entered["position"]
    text = {name: entered[name].strip() for name in ("name", "address", "contact", "phone", "note")}
    body = {
        "name": text["name"], "address": text["address"], "community": entered["community"], "industries": entered["industries"],
        "site_kind": entered["site_kind"] or None, "lat": position["lat"] if position else None, "lon": position["lon"] if position else None,
        **{name: text[name] or None for name in ("contact", "phone", "note")},
    }  # fmt: skip
    id = client.new_id()
    with client.store.transaction():
        client.act("enterprise.propose", id, body)
        drop(client)
    return id
