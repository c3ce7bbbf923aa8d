"""Files to import: a checked one waits in the data folder under its digest until it is carried out, as a whole or not at all."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from fastapi import UploadFile

from shared.errors import Refused
from sync_server.accept import Act, NotAccepted
from sync_server.blobs import write_durably
from sync_server.console.frame import FORM_EXPIRED, NO_RECORD, Form, Frame, Visit, derived_id, reason_of
from sync_server.tables import MOST_BYTES, TOO_MUCH, Additions

_NAME = re.compile(r"[0-9a-f]{64}\.(csv|xlsx)")


def keep_file(folder: Path, file: UploadFile) -> str:
    """The name under which the file waits. Raises Refused."""
    data = file.file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Refused(TOO_MUCH)
    folder.mkdir(parents=True, exist_ok=True)
    ending = "xlsx" if (file.filename or "").lower().endswith((".xlsx", ".xlsm")) else "csv"
    kept = f"{hashlib.sha256(data).hexdigest()}.{ending}"
    write_durably(folder / kept, data)
    return kept


def kept_file(folder: Path, name: str) -> bytes:
    """The bytes of a file that waits. Raises Refused(page.no_record)."""
    if not _NAME.fullmatch(name) or not (folder / name).is_file():
        raise Refused(NO_RECORD, name)
    return (folder / name).read_bytes()


def carry_out(frame: Frame, visit: Visit, form: Form, kind: str, plan: Additions) -> None:
    """All of it or nothing; a second submit is the same. Raises Refused, naming the row that a rule refused."""
    if not plan.ok:
        raise Refused(FORM_EXPIRED)
    first = form.get("operation", "")[:40]
    acts = [Act(visit.person["id"], kind, id, body, 0, derived_id(first, i)) for i, (id, body) in enumerate(plan.bodies)]
    try:
        if acts:
            frame.service.act(visit.ledger, acts, atomic=True)
    except NotAccepted as refused:
        raise Refused(reason_of(refused.entry.code), f"{plan.rows[refused.position]}") from None
