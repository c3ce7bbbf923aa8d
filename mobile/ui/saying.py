"""Syncing in plain words: what is going on, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mobile.core.status import Status, Stopped, Unsent, UpToDate, Waiting, Working
from mobile.ui.strings import tr, words
from shared.errors import REASONS, PaichaError, Refused

# code of a failure -> key of the text; codes of the server's rules have their own words
PROBLEMS = {
    "unreachable": "sync.unreachable", "not_the_server": "sync.not_the_server", "cut_short": "sync.cut_short", "rewritten": "sync.rewritten",
    "revoked": "sync.revoked", "protocol": "sync.protocol", "behind": "sync.behind", "read_only": "sync.behind", "token": "sync.token",
    "not_understood": "sync.not_understood", "unknown_device": "sync.unknown_device",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One line for the person, with its icon and tone."""

    text: str
    icon: str
    tone: str


def why(code: str) -> str:
    """A code in words; one from a newer server as it is."""
    if code in PROBLEMS:
        return tr(PROBLEMS[code])
    known = REASONS.get(code)
    return sentence(known.text(words.language)) if known else tr("sync.other", code=code)


def say(status: Status | None, unsent: Unsent) -> Said:
    """The state of syncing."""
    waiting = held_here(unsent)
    if isinstance(status, Stopped):
        return Said(why(status.code), "alert-octagon", "danger")
    if isinstance(status, Waiting) and status.problem:
        key = "sync.offline_with" if waiting else "sync.offline"
        return Said(tr(key, why=why(status.problem), held=waiting), "cloud-off-outline", "warn")
    if isinstance(status, Working):
        return Said(tr(f"sync.working_{status.what}"), "cloud-sync-outline", "info")
    if waiting:
        return Said(tr("sync.waiting", held=waiting), "cloud-upload-outline", "warn")
    if isinstance(status, UpToDate | Waiting):
        return Said(tr("sync.done"), "cloud-check-outline", "ok")
    return Said(tr("sync.begin"), "cloud-sync-outline", "neutral")


def say_shortly(status: Status | None, unsent: Unsent, problems: int) -> Said:
    """The same in a word or two, for a chip: what needs the person first, then what this phone holds alone."""
    waiting = unsent.operations + unsent.photos
    if problems:
        return Said(tr("chip.problems", count=problems), "alert-circle", "danger")
    if isinstance(status, Stopped):
        return Said(tr("chip.stopped"), "alert-octagon", "danger")
    if isinstance(status, Waiting) and status.problem:
        return Said(tr("chip.offline_with", count=waiting) if waiting else tr("chip.offline"), "cloud-off-outline", "warn")
    if waiting:
        return Said(tr("chip.waiting", count=waiting), "cloud-upload-outline", "info" if isinstance(status, Working) else "warn")
    if isinstance(status, UpToDate | Waiting):
        return Said(tr("chip.done"), "cloud-check-outline", "ok")
    return Said(tr("chip.begin"), "cloud-sync-outline", "neutral")


def sentence(text: str) -> str:
    """A reason of the rules as a sentence of its own: they begin small in English."""
    return text[:1].upper() + text[1:]


def why_not(error: PaichaError) -> str:
    """A failure in words. The detail of what the network or the disk said is for nobody here; that of a rule says which."""
    return sentence(error.text(words.language) if isinstance(error, Refused) else error.why.text(words.language))


def held_here(unsent: Unsent) -> str:
    """What has not been sent yet, "" if everything has."""
    counts = (("sync.count_operations", unsent.operations), ("sync.count_photos", unsent.photos))
    return tr("sync.and").join(tr(key, count=count) for key, count in counts if count)


def answer_words(item: dict[str, Any], value: Any) -> str:
    """An answer as people say it."""
    if value in ("conform", "not_conform", "na"):
        return tr({"conform": "kit.conform", "not_conform": "kit.not_conform", "na": "kit.not_applicable"}[value])
    if item["answer"] == "choice" and type(value) is int:
        choice = item["choices"][value]
        return str(choice["en"] if words.language == "en" else choice["zh"])
    return str(value)
