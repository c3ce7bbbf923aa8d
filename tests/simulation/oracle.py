"""An independent opinion on overwriting: for each field, who wrote it last, and whether the next one to write it had seen that."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sync_server.store.ledgers import Stored


def check_overwrites(entries: Iterable[Stored], limits: dict[str, int]) -> str:
    """The first accepted operation that replaced a value its author had not seen, or ""."""
    last: dict[tuple[str, str], tuple[int, tuple[str, str], Any]] = {}
    earlier: dict[int, bytes] = {}
    for stored in entries:
        earlier[stored.no] = stored.raw
        if stored.entry.verdict != "accepted":
            continue
        op = json.loads(stored.raw)
        hand = (op["device"], op["by"])
        base = min(op["body"].get("seen", op["base"]), limits.get(op["epoch"], 0))
        meant = _meant(op, earlier)
        for field, value in written(meant).items():
            before = last.get((meant["subject"], field))
            if before is not None and before[0] > base and before[1] != hand and before[2] != value:
                what = f"silently replaced {field} = {before[2]!r} of entry {before[0]} by {value!r}; it had seen {base}"
                return f"entry {stored.no} ({op['kind']}) {what}"
            last[meant["subject"], field] = (stored.no, hand, value)
    return ""


def _meant(op: dict[str, Any], earlier: dict[int, bytes]) -> dict[str, Any]:
    """The operation that takes effect: whoever picks what came second, or adopts what was refused, writes its values with a pen of their own."""
    kind, body = op["kind"], op["body"]
    if kind == "conflict.resolve" and body["pick"] == "second":
        return dict(json.loads(earlier[body["conflict"]]))
    if kind == "operation.adopt":
        return dict(json.loads(earlier[body["no"]]))
    return op


def written(op: dict[str, Any]) -> dict[str, Any]:
    """Which fields of its subject an operation sets to what; only kinds that must not overwrite unseen."""
    kind, body = op["kind"], op["body"]
    if kind in ("enterprise.edit", "hazard.edit", "person.edit"):
        return dict(body["changes"])
    if kind == "inspection.answer":
        return {f"answers/{body['item']}": body["value"]}
    if kind == "inspection.note":
        return {f"notes/{body['about']}/{body['item']}": body["text"]}
    if kind in ("inspection.mark_photo", "hazard.mark_photo"):
        return {f"strokes/{body['photo']}": body["strokes"]}
    if kind == "inspection.conclude":
        return {"conclusion": body["conclusion"]}
    if kind == "enterprise.remark":
        return {"audit_tier": body["text"]}
    return {}
