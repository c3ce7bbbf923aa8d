"""An independent opinion on overwriting: for each field, who wrote it last, and whether the next one to write it had seen that."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sync_server.store.ledgers import Stored


def check_overwrites(entries: Iterable[Stored], limits: dict[str, int]) -> str:
    """The first accepted operation that replaced a value its author had not seen, or ""."""
    last: dict[tuple[str, str], tuple[int, tuple[str, str], Any]] = {}
    for stored in entries:
        if stored.entry.verdict != "accepted":
            continue
        op = json.loads(stored.raw)
        hand = (op["device"], op["by"])
        base = min(op["base"], limits.get(op["epoch"], 0))
        for field, value in written(op).items():
            before = last.get((op["subject"], field))
            if before is not None and before[0] > base and before[1] != hand and before[2] != value:
                what = f"silently replaced {field} = {before[2]!r} of entry {before[0]} by {value!r}; it had seen {base}"
                return f"entry {stored.no} ({op['kind']}) {what}"
            last[op["subject"], field] = (stored.no, hand, value)
    return ""


def written(op: dict[str, Any]) -> dict[str, Any]:
    """Which fields of its subject an operation sets to what; only kinds that must not overwrite unseen."""
    kind, body = op["kind"], op["body"]
    if kind in ("enterprise.edit", "hazard.edit", "person.edit"):
        return dict(body["changes"])
    if kind == "inspection.answer":
        return {f"answers/{body['item']}": body["value"]}
    if kind == "inspection.note":
        return {f"notes/{body['about']}/{body['item']}": body["text"]}
    if kind == "inspection.conclude":
        return {"conclusion": body["conclusion"]}
    if kind == "enterprise.remark":
        return {"audit_tier": body["text"]}
    return {}
