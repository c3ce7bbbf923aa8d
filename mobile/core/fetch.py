"""Photos that this phone did not take, as small pictures: those of open hazards of one's sections, what another phone added to one's own inspections,
and what is opened on the screen. Fetched after everything of one's own is sent, one bounded request at a time, and kept up to a cap.

What is wanted is found by looking at pulled records, some at a time, and each again only when it has changed.

    meta "looked_through"   [units of the person, number up to which records were looked at]
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from mobile.core.answers import TryLater, is_ours
from mobile.core.client import Client
from mobile.core.durable import write_durably
from mobile.core.ports import Reply
from shared.kinds.lifecycle import OPEN_STATES
from shared.media import is_recording
from shared.rules import Record

MOST_BYTES = 80_000_000  # of small pictures kept on a phone; those not looked at for longest go first
MOST_PICTURE = 300_000  # bytes of one
AT_ONCE = 40  # records looked through in one step
OPENED, OWN, TO_VERIFY, OPEN = range(4)  # urgency: on the screen, of one's own inspections, to be re-inspected, of other open hazards
ONCE_A = 60_000  # ms between two notes that somebody looks at the same picture
ASK_AGAIN = 600_000  # ms until a picture that was not to be had is asked for again, if somebody looks


def small_of(client: Client, sha256: str) -> str:
    """The file of the small picture of a photo, its own thumbnail or the one that was fetched; "" where there is none (yet). Quick."""
    row = client.store.one("SELECT thumb FROM photos WHERE sha256 = ?", (sha256,))
    if row is not None:
        return str(row[0])
    if client.folder is None or not client.store.one("SELECT 1 FROM fetched WHERE sha256 = ? AND state = 'here'", (sha256,)):
        return ""
    return str(_file(client.folder, sha256))


def want(client: Client, sha256s: Iterable[str]) -> bool:
    """The person looks at these photos of others: what is missing is fetched before anything else that is to be fetched, as soon as there is a
    network for it. Returns whether something is missing. Asked again within a minute it writes nothing. Leave recordings out: they have no picture.
    """
    store, now = client.store, client.ports.now()
    looked_up = [(sha256, store.one("SELECT state, urgency, looked_at, next_try FROM fetched WHERE sha256 = ?", (sha256,))) for sha256 in sha256s]
    known = "SELECT 1 FROM photos WHERE sha256 = ?"
    missing = [
        (sha256, row)
        for sha256, row in looked_up
        if (row is None or row[0] == "wanted" or (row[0] == "absent" and row[3] <= now)) and not store.one(known, (sha256,))
    ]
    fresh = [sha256 for sha256, row in missing if row is None or row[:2] != ("wanted", OPENED) or abs(now - row[2]) > ONCE_A]
    if fresh:
        with store.transaction():
            store.run(
                "INSERT INTO fetched (sha256, state, urgency, looked_at) SELECT value, 'wanted', ?, ? FROM json_each(?) WHERE 1 "
                "ON CONFLICT (sha256) DO UPDATE SET looked_at = excluded.looked_at, urgency = excluded.urgency, state = excluded.state, next_try = 0",
                (OPENED, now, json.dumps(fresh)),
            )
        client.nudge()
    return bool(missing)


def forget(client: Client) -> None:
    """Throw away every fetched picture (storage page, another role); what is needed comes again."""
    with client.store.transaction():
        client.store.run("DELETE FROM fetched")
        client.store.set_meta(looked_through=None)
    if client.folder is not None:
        for file in (client.folder / "fetched").glob("*.jpg"):
            file.unlink(missing_ok=True)


# -- for the engine ----------------------------------------------------------------------------------------------------------------------------


def next_wanted(client: Client, now: int) -> str | None:
    """The photo whose small picture is to be fetched next; None while there is nothing to do."""
    if client.folder is None:
        return None
    _look_through(client)
    sql = "SELECT sha256 FROM fetched WHERE state = 'wanted' AND next_try <= ? ORDER BY urgency, looked_at DESC LIMIT 1"
    row = client.store.one(sql, (now,))
    return str(row[0]) if row else None


def keep(client: Client, sha256: str, reply: Reply, now: int) -> bool:
    """What the server has answered. False where fetching is better left for a while: the server cannot, or the phone is full.

    Raises TryLater where it was not the server who answered.
    """
    if not is_ours(reply):
        raise TryLater("not_the_server")
    if reply.status >= 500:
        return False
    assert client.folder is not None
    right = reply.status == 200 and reply.body[:2] == b"\xff\xd8" and len(reply.body) <= MOST_PICTURE
    if right:
        try:
            (client.folder / "fetched").mkdir(exist_ok=True)
            write_durably(_file(client.folder, sha256), reply.body)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            return False
    with client.store.transaction():
        client.store.run(
            "UPDATE fetched SET state = ?, size = ?, next_try = ?, looked_at = max(looked_at, ?) WHERE sha256 = ?",
            ("here" if right else "absent", len(reply.body) if right else 0, 0 if right else now + ASK_AGAIN, now, sha256),
        )
    _make_room(client)
    return True


def _file(folder: Path, sha256: str) -> Path:
    return folder / "fetched" / f"{sha256}.jpg"


def _make_room(client: Client) -> None:
    """Down to nine tenths of the cap, once it is passed."""
    store = client.store
    total = store.one("SELECT coalesce(sum(size), 0) FROM fetched")[0]
    if total <= MOST_BYTES or client.folder is None:
        return
    for sha256, size in store.all("SELECT sha256, size FROM fetched WHERE state = 'here' ORDER BY looked_at, sha256"):
        store.run("DELETE FROM fetched WHERE sha256 = ?", (sha256,))
        _file(client.folder, sha256).unlink(missing_ok=True)
        total -= size
        if total <= MOST_BYTES * 9 // 10:
            return


def _look_through(client: Client) -> None:
    """The next records that have changed: which of their photos are wanted."""
    store, person = client.store, client.person or {"roles": []}
    units = sorted({held["unit"] for held in person["roles"] if held["unit"]})
    seen_units, upto = store.meta("looked_through") or [units, 0]
    if seen_units != units:
        forget(client)  # other hazards are one's own now, and those before are not
        upto = 0
    size = int(store.meta("checkpoint", {"size": 0})["size"])
    if upto >= size:
        return
    rows = store.all(
        "SELECT no, kind, state, coalesce(shown, base) FROM records WHERE no > ? AND (kind = 'inspection' AND person = ? OR "
        "kind = 'hazard' AND state IN (SELECT value FROM json_each(?)) AND section IN (SELECT value FROM json_each(?))) ORDER BY no LIMIT ?",
        (upto, client.identity.person, json.dumps(OPEN_STATES), json.dumps(units), AT_ONCE),
    )
    with store.transaction():
        for _, kind, state, text in rows:
            urgency = OWN if kind == "inspection" else TO_VERIFY if state == "verify_pending" else OPEN
            for sha256 in _shown(json.loads(text)):
                store.run(
                    "INSERT INTO fetched (sha256, state, urgency) SELECT ?, 'wanted', ? WHERE NOT EXISTS (SELECT 1 FROM photos WHERE sha256 = ?) "
                    "ON CONFLICT (sha256) DO UPDATE SET urgency = min(urgency, excluded.urgency)",
                    (sha256, urgency, sha256),
                )
        store.set_meta(looked_through=[units, rows[-1][0] if len(rows) == AT_ONCE else size])


def _shown(record: Record) -> Iterator[str]:
    """The photos of a record that the server has."""
    for photo in record["photos"].values():
        if photo and photo["received"] and not photo.get("erased") and not is_recording(photo):
            yield photo["sha256"]
