"""A hazard as it stands, for reading: where it is on its way, what was found, what the enterprise did, what the verification said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kivy.uix.widget import Widget

from mobile.ui.kit import Card, Fact, PhotoStrip, PushButton, SectionHeader, Text
from mobile.ui.screens.criteria import criterion_words
from mobile.ui.screens.screen import TONES, Screen, badges, moment, notice, photos_of, state_badge
from mobile.ui.strings import tr
from shared.people import may
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.screens.finding import Finding


def facts_of(screen: Finding, record: Record, *, brief: bool = False) -> Iterator[Widget]:
    """From the top; `brief` is the head alone, over a form."""
    screen.bar.title, screen.bar.subtitle = record["ledger_no"] or tr("finding.title"), record["enterprise_name"]
    yield badges([state_badge(record["state"]), level_badge(record)])
    if record["state"] == "returned" and record["return_reason"]:
        yield notice(tr("checklist.returned", reason=record["return_reason"]), "alert-circle", "warn")
    if brief:
        return
    yield strip(screen, record, "before")
    yield _found(screen, record)
    done = record.get("rectification")
    if done:
        yield SectionHeader(text=tr("finding.rectified"))
        yield rectified(record)
    if any(photo["phase"] in ("after", "verify") for photo in record["photos"].values()):
        yield strip(screen, record, "after", "verify")
    yield from _verified(screen, record)
    if record["state"] == "verify_pending" and not record.get("verification") and may(screen.client.person or {"roles": []}, "verify"):
        button = PushButton(text=tr("reinspection.begin"), icon="clipboard-check")
        button.bind(on_release=lambda _: screen.app.nav.push("reinspection", enterprise=record["enterprise"]))
        yield button


def level_badge(record: Record) -> tuple[str, str]:
    """(words, tone): as decided, or as proposed."""
    level = record["level"] or record["level_proposed"]
    return tr(f"level.{level}"), TONES[level]


def strip(screen: Screen, record: Record, *phases: str) -> PhotoStrip:
    """Its photos of these phases, to be opened."""
    found = PhotoStrip(most=0, photos=photos_of(screen.client, record, *phases))
    found.bind(on_open=lambda _, photo: screen.app.nav.push("photo", photo=photo.id, id=record["id"]))
    return found


def _found(screen: Finding, record: Record) -> Card:
    criterion = record.get("criterion")
    return facts(
        ("place_text", record["place_text"]), ("description", record["description"]),
        ("cause", tr(f"cause.{record['cause']}") if record["cause"] else ""),
        ("basis", record.get("basis")), ("criterion", criterion_words(screen.client.record(criterion)) or criterion if criterion else ""),
        ("fix_text", record.get("fix_text")), ("found_at", moment(record["found_at"])), ("found_by", screen.name_of(record["finder"])),
        ("deadline", moment(record["deadline"]) if record.get("deadline") else ""),
    )  # fmt: skip


def facts(*known: tuple[str, Any]) -> Card:
    """What there is of these, below one another."""
    card = Card()
    for name, value in known:
        if value:
            card.add_widget(Fact(label=tr(f"finding.{name}"), value=str(value)))
    return card


def rectified(record: Record) -> Card:
    """What the enterprise reported of its work."""
    done = record["rectification"]
    return facts(
        ("fix_text", done["text"]), ("done_at", moment(done["done_at"])), ("money", tr("finding.yuan", yuan=f"{done['money_fen'] / 100:,.2f}")),
        ("root_cause", done.get("root_cause")), ("lasting_measure", done.get("lasting_measure")), ("told_by", done.get("told_by")),
    )  # fmt: skip


def _verified(screen: Finding, record: Record) -> Iterator[Widget]:
    """What the inspectors said of it, each time."""
    said = [*record.get("failures", ()), *([record["verification"]] if record.get("verification") else [])]
    if said:
        yield SectionHeader(text=tr("finding.verified"))
    for verification in said:
        passed = verification["result"] == "pass"
        card = Card()
        card.add_widget(badges([(tr("reinspection.pass" if passed else "reinspection.fail"), "ok" if passed else "danger")]))
        card.add_widget(Text(content=verification["text"]))
        people = "、".join(screen.name_of(member) for member in verification["team"])
        card.add_widget(Text(content=f"{moment(verification['on_site_at'])} · {people}", style="small", tone="ink_soft"))
        yield card
