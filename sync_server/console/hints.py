"""What looks odd about an inspection (R95), from all that the ledger knows; the inspector was reminded of what the phone could see.

Hints, no verdicts: each says what a reviewer should look at. The rule itself is `shared.reminders`.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.kinds.evidence import blob_id
from shared.reminders import Reminder, reminders
from shared.rules import Record
from sync_server.console.reading import Step, by_term
from sync_server.store import ledgers as store
from sync_server.store.database import Link

BEFORE = 20  # of the leader's inspections are compared


def hints(link: Link, ledger: str, inspection: Record, enterprise: Record | None, runs: Sequence[Sequence[Step]]) -> list[Reminder]:
    """What is to be seen of an inspection at `enterprise`, whose time line is `runs`."""
    near = by_term(link, ledger, "inspection", f"person:{inspection['leader']}", limit=BEFORE)
    found = store.records(link, ledger, {id for one in (inspection, *near.values()) for id in one["hazards"]})
    findings = [found[id] for id in inspection["hazards"] if id in found]
    answered = [step.at for run in runs for step in run if step.kind == "inspection.answer" and step.verdict == "accepted"]
    used = _named_elsewhere(link, ledger, inspection, findings)
    return reminders(inspection, enterprise, findings=findings, others=[*near.values(), *found.values()], answered_at=answered, used=used)


def _named_elsewhere(link: Link, ledger: str, inspection: Record, findings: Sequence[Record]) -> set[str]:
    """Photos whose very bytes another inspection or hazard names, too; what this inspection found may, and what that was merged into."""
    own = {inspection["id"], *inspection["hazards"], *(finding["merged_into"] for finding in findings)}
    photos = [photo for record in (inspection, *findings) for photo in record["photos"].values()]
    blobs = store.records(link, ledger, {blob_id(photo["sha256"]) for photo in photos})
    return {blob["sha256"] for blob in blobs.values() if not own.issuperset(blob["refs"])}
