"""Why something could not be done, in words a person can act on.

    PaichaError
    ├── RetryLater    nothing is wrong with the work itself: keep it and try again
    ├── Refused       a rule says no: keep it, tell the person why
    │   └── Conflict  someone else changed the same thing first: keep both, let a person decide
    └── Damaged       stored or received bytes are not what they should be: stop and look

Every refusal has one `Reason`: a stable code (never reused, never renamed), a text in Chinese and in English, and the requirement it comes
from (`R131`, `T7`, `三（一）2`). A rule module declares its reasons with `reason()` beside the rule; `REASONS` holds them all by code, so that a
phone can explain a verdict that it reads from the wire.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One way in which something can be refused: code, what to tell the person, and the source of the rule."""

    code: str
    zh: str
    en: str
    source: str = ""

    def text(self, language: str) -> str:
        """The text in "zh" or "en"."""
        return self.en if language == "en" else self.zh


REASONS: dict[str, Reason] = {}


def reason(code: str, zh: str, en: str, source: str = "") -> Reason:
    """Declare a reason once; the code must be new."""
    if code in REASONS:
        raise ValueError(f"reason {code} is declared twice")
    REASONS[code] = Reason(code, zh, en, source)
    return REASONS[code]


def reason_text(code: str, language: str) -> str:
    """What a code means; a code from a newer program is shown as it is."""
    known = REASONS.get(code)
    return known.text(language) if known else code


class PaichaError(Exception):
    """Any failure that Paicha can explain."""

    def __init__(self, why: Reason, detail: str = "") -> None:
        super().__init__(f"{why.code}: {detail or why.en}")
        self.why = why
        self.detail = detail

    @property
    def code(self) -> str:
        """The stable code."""
        return self.why.code

    def text(self, language: str) -> str:
        """What to tell the person, in "zh" or "en"."""
        text = self.why.text(language)
        return f"{text}（{self.detail}）" if self.detail and language != "en" else f"{text} ({self.detail})" if self.detail else text


class RetryLater(PaichaError):
    """Nothing is wrong with the work: keep it and try again."""


class Refused(PaichaError):
    """A rule says no. What was refused is kept with this reason."""


class Conflict(Refused):
    """Someone else changed the same thing unseen. `other` is the number of that entry, `fields` what both touched."""

    def __init__(self, why: Reason, other: int, fields: tuple[str, ...] = ()) -> None:
        super().__init__(why, ", ".join(fields))
        self.other = other
        self.fields = fields


class Damaged(PaichaError):
    """Stored or received bytes are not what they should be."""


MALFORMED = reason(
    "malformed",
    "内容格式不对，没有生效，已原样保存；请改正后重新办理",
    "the content does not have the right form, it has no effect and is kept as it came: correct it and do it again",
)
UNREADABLE = reason("unreadable", "这一行无法读取，原样保存", "this line cannot be read; it is kept as it came")
TOO_LARGE = reason("too_large", "这条操作过大，原样保存", "this operation is too large; it is kept as it came")
WRONG_LEDGER = reason("wrong_ledger", "这条操作属于另一个台账", "this operation belongs to another ledger")
WRONG_DEVICE = reason("wrong_device", "这条操作不是这台设备的", "this operation was not made on this device")
INTERNAL = reason(
    "internal", "服务器处理这条操作时出错，已原样保存并记录", "the server failed on this operation; it is kept and the failure recorded"
)
NEWER = reason("newer", "需要更新后的程序才能处理", "a newer program is needed for this")
