"""Photos and other files: what an operation says of one, what is marked on it, and how its arrival becomes known.

A photo is named in the inspection or hazard it belongs to by its SHA-256; its bytes travel apart. The record "blob/<sha256>" remembers who
names it, so that `blob.received` (made by the server when the bytes are safe) marks each of them, and `blob.erase` takes the picture, never
the fact, out of the ledger.
"""

from __future__ import annotations

from typing import Any

from shared.errors import reason
from shared.fields import digest, identifier, integer, listing, moment, optional, position, shape, text
from shared.media import is_recording
from shared.operation import Operation
from shared.people import SERVER
from shared.rules import Case, Family, Kind, Record, refuse_if
from shared.strokes import are_strokes

PHOTO = {
    "photo": identifier,
    "sha256": digest,
    "size": integer(1, 100_000_000),
    "media_type": text(50),
    "taken_at": moment,
    "position": optional(position),
    "likeness": optional(text(32)),  # perceptual hash, to find the same picture used twice (R95)
}

PHOTO_ERASED = reason(
    "photo_erased", "这张照片已依规删除，不能再次使用；请另拍", "this photo was erased by decision and cannot be used again: take another"
)
PHOTO_KNOWN = reason("photo_known", "这张照片已经登记，无需再加", "this photo is on the record already: nothing is left to do")
NO_PHOTO = reason("no_photo", "没有这张照片；请同步后查看", "there is no such photo: sync and look again")


def blob_id(sha256: str) -> str:
    """The record about a blob."""
    return f"blob/{sha256}"


def photo_reads(op: Operation) -> tuple[str, ...]:
    """What attaching a photo reads."""
    return (blob_id(op.body["sha256"]),)


def judge_photo(case: Case) -> None:
    """The photo is new here and not erased."""
    blob = case.read(blob_id(case.body["sha256"]))
    refuse_if(blob is not None and blob["erased"], PHOTO_ERASED)
    refuse_if(case.body["photo"] in case.record["photos"], PHOTO_KNOWN)


def add_photo(case: Case, **more: Any) -> None:
    """Fold: put the photo on the subject and note in its blob record who names it."""
    body, record = case.body, case.record
    blob = _blob(case, body["sha256"])
    if record["id"] not in blob["refs"]:
        blob["refs"].append(record["id"])
    photo = {name: body.get(name) for name in PHOTO if name != "photo"}
    photo |= {"by": case.op.by, "device": case.op.device, "at": case.op.at, "received": blob["received"], **more}
    case.put(record, f"photos/{body['photo']}", photo)


def pictures_of(record: Record) -> dict[str, Record]:
    """Its photos without sound and video: those are evidence beside pictures, where a picture is asked for they are none (R138)."""
    return {id: photo for id, photo in record["photos"].items() if not is_recording(photo)}


MARKING = {"photo": identifier, "strokes": are_strokes}


def judge_marking(case: Case) -> None:
    """The photo is here, and nobody has marked it otherwise unseen."""
    photo = case.body["photo"]
    refuse_if(photo not in case.record["photos"], NO_PHOTO)
    case.require_unchanged({f"strokes/{photo}": case.body["strokes"] or None})


def fold_marking(case: Case) -> None:
    """The marks of a photo are these now; none are none."""
    case.record.setdefault("strokes", {})
    case.put(case.record, f"strokes/{case.body['photo']}", case.body["strokes"] or None)


def took(case: Case) -> bool:
    """Whether the author took the photo that the operation is about."""
    photo = case.record["photos"].get(case.body["photo"])
    return photo is not None and photo["by"] == case.op.by


def name_file(case: Case, sha256: str) -> None:
    """Fold: the subject names these bytes, which are none of its photos."""
    blob = _blob(case, sha256)
    if case.op.subject not in blob["refs"]:
        blob["refs"].append(case.op.subject)


def move_photos(case: Case, source: Record, target: Record) -> None:
    """Fold: the evidence of a merged record moves to the one that stays, with what is marked on it."""
    for id, photo in source["photos"].items():
        blob = _blob(case, photo["sha256"])
        if target["id"] not in blob["refs"]:
            blob["refs"].append(target["id"])
        case.put(target, f"photos/{id}", {**photo, "from": source["id"]})
    for id, strokes in source.get("strokes", {}).items():
        target.setdefault("strokes", {})
        case.put(target, f"strokes/{id}", strokes)


def _blob(case: Case, sha256: str) -> Record:
    """The blob's record, made when it is first named."""
    id = blob_id(sha256)
    blob = case.written.get(id) or case.read(id)
    if blob is None:
        return case.create_at(id, "blob", {"sha256": sha256, "received": 0, "received_at": None, "size": 0, "erased": None, "refs": []})
    return case.touch(blob)


def _fold_received(case: Case) -> None:
    for item in case.body["blobs"]:
        blob = _blob(case, item["sha256"])
        if blob["received"]:
            continue
        blob.update(received=case.entry.no, received_at=case.entry.received_at, size=item["size"], media_type=item["media_type"])
        _mark(case, blob, "received", case.entry.no)


def _judge_erase(case: Case) -> None:
    blob = case.read(blob_id(case.body["sha256"]))
    refuse_if(blob is None, NO_PHOTO)
    refuse_if(blob is not None and blob["erased"], PHOTO_ERASED)


def _fold_erase(case: Case) -> None:
    blob = _blob(case, case.body["sha256"])
    blob["erased"] = {"by": case.op.by, "at": case.entry.received_at, "reason": case.body["reason"]}
    _mark(case, blob, "erased", case.entry.no)


def _mark(case: Case, blob: Record, name: str, value: int) -> None:
    """Note it on every photo with these bytes, wherever it is named."""
    for ref in blob["refs"]:
        record = case.written.get(ref) or case.read(ref)
        if record is None:
            continue
        for photo in record["photos"].values():
            if photo["sha256"] == blob["sha256"]:
                photo[name] = value
        case.touch(record)


def _received_reads(op: Operation) -> list[str]:
    return [blob_id(item["sha256"]) for item in op.body["blobs"]]


_RECEIVED = {"blobs": listing(shape({"sha256": digest, "size": integer(1), "media_type": text(50), "device": optional(identifier)}), 1000)}

BLOB = Family(
    "blob",
    (
        Kind("blob.received", SERVER, _RECEIVED, _fold_received, reads=_received_reads),
        Kind("blob.erase", "administer", {"sha256": digest, "reason": text(500)}, _fold_erase, _judge_erase, decision=True, reads=photo_reads),
    ),
)
