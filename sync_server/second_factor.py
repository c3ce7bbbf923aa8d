"""The second factor: six digits from an app on somebody's own phone (TOTP, RFC 6238), and codes on paper for the day that phone is lost."""

from __future__ import annotations

import re
import secrets

import pyotp
import segno

STEP = 30_000  # ms for which a code is shown
SLACK = 1  # steps by which a phone's clock may differ
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_SECRET = re.compile(r"[A-Z2-7]{32}")


def fresh_secret() -> str:
    """A new secret: 160 bits, base32."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether it has the form of one."""
    return _SECRET.fullmatch(text) is not None


def matching_step(secret: str, code: str, now: int, *, after: int) -> int:
    """The time step whose code this is, later than `after`, or 0: a step used once, and those before it, are used up."""
    if not secret:
        return 0
    totp, present, digits = pyotp.TOTP(secret), now // STEP, plain(code)
    matches = [step for step in range(present - SLACK, present + SLACK + 1) if secrets.compare_digest(totp.generate_otp(step), digits)]
    return max((step for step in matches if step > after), default=0)


def fresh_recovery_codes() -> tuple[str, ...]:
    """To be shown once, each good once."""
    return tuple("-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3)) for _ in range(RECOVERY_CODES))


def plain(code: str) -> str:
    """As it counts, however it was typed; only ASCII, as codes are."""
    return re.sub(r"[^a-z0-9]", "", code.lower())


def invitation(secret: str, login: str, ledger: str) -> str:
    """The address that an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=f"Paicha {ledger}")


def picture(text: str) -> str:
    """A QR code as the address of an image."""
    return str(segno.make(text, error="m").svg_data_uri(scale=4, border=3, light="#fff"))
