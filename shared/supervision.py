"""What a listing owes next, computed from its record and a moment (ms), never stored: reports (L3), steps against a delay (L7), publication (L6)."""

from __future__ import annotations

from shared.calendar import DAY, ReadYear, day_of, end_of, shipped, working_days_after
from shared.kinds.listing import PRESSES, RANK, pressed
from shared.rules import Record

PUBLISH_DAYS = 5  # working days after the decision, L6
RUNNING = ("listed", "delist_requested")


def progress_due(listing: Record) -> int | None:
    """The end of the day until which the next report on progress is owed; None while none is (L3)."""
    if listing["state"] != "listed":
        return None
    last = max([listing["listed_at"], *(report["at"] for report in listing["progress"])])
    return end_of(day_of(last + listing["progress_days"] * DAY))


def is_listing_overdue(listing: Record, now: int) -> bool:
    """Listed, and its deadline has passed; a request for acceptance does not stop it."""
    return listing["state"] in RUNNING and now > listing["deadline"]


def next_presses(listing: Record, now: int) -> tuple[str, ...]:
    """The steps whose turn it is against an overdue listing, in the order of L7; none where it is not overdue or the last one was taken."""
    if not is_listing_overdue(listing, now):
        return ()
    turn = pressed(listing) + 1
    return tuple(step for step in PRESSES if RANK[step] == turn)


def delisted_at(listing: Record) -> int | None:
    """When it was accepted and delisted."""
    return int(listing["acceptances"][-1]["at"]) if listing["state"] == "delisted" else None


def published(listing: Record, about: str) -> tuple[str, str] | None:
    """(day, medium) in which the listing or the delisting was published; None where it was not."""
    if about == "listing":
        return (listing["published_on"], listing["medium"]) if listing["published_on"] and listing["medium"] else None
    told = listing.get("delisting_published")
    if told:
        return told["on"], told["medium"]
    last = listing["acceptances"][-1] if listing["state"] == "delisted" else {}
    return (last["published_on"], last["medium"]) if last.get("published_on") and last.get("medium") else None


def publication_due(listing: Record, about: str, read_year: ReadYear = shipped) -> int | None:
    """Until when the listing or the delisting is to be published, in case it was decided and is not published yet (L6)."""
    decided = listing["listed_at"] if about == "listing" else delisted_at(listing)
    if decided is None or listing["state"] == "withdrawn" or published(listing, about) is not None:
        return None
    return end_of(working_days_after(day_of(decided), PUBLISH_DAYS, read_year))
