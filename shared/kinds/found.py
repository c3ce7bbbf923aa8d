"""What every find says of itself, however it came into the ledger: level, cause, source; and the number it gets."""

from __future__ import annotations

from shared.calendar import DAY
from shared.rules import Case, Record

LEVELS = ("general", "major")
CAUSES = ("equipment", "illegal_act", "management")  # R6
GOVERNMENT_SOURCES = ("section", "community", "spot", "surprise", "covert", "random", "joint", "cross_region", "supervision", "audit_style", "report",
                      "handed_over")  # fmt: skip
ENTERPRISE_SOURCES = ("self_inspection", "principal_led", "diagnosis")


def next_number(case: Case, record: Record) -> str:
    """Fold: 街道-年-社区-序号 such as QY-2023-03-0117, given by the server in the order of receipt (2.7)."""
    prefix = _number_prefix(case, record)
    counter = case.read(f"counter/{prefix}") or case.create_at(f"counter/{prefix}", "counter", {"last": 0})
    counter["last"] += 1
    case.touch(counter)
    return f"{prefix}-{counter['last']:04d}"


def _number_prefix(case: Case, record: Record) -> str:
    ledger, community = case.read("ledger"), case.read(record["community"])
    year = _year(case.entry.received_at)
    return f"{ledger['code'] if ledger else 'XX'}-{year}-{community['number'] if community else '00'}"


def _year(at: int) -> int:
    """The calendar year in Shanghai (UTC+8, no summer time since 1991) of a moment in ms; exact for every proleptic Gregorian date."""
    days = (at + 8 * 3_600_000) // DAY + 719_468
    era, day_of_era = divmod(days, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    return int(year_of_era + era * 400 + (1 if day_of_year >= 306 else 0))
