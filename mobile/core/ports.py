"""What the core asks of the machine it runs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from shared.errors import Refused, reason

KEY_LOST = reason(
    "key.lost",
    "这部手机的签名密钥不在了（清除凭据、系统升级或复制数据后可能这样）；内容都在手机上。请向管理人员要一个新的登记码，重新登记后会接着提交",
    "this phone's signing key is gone (credentials cleared, a system upgrade, or copied data); everything is still here: ask your "
    "office for a new code, enrol again, and it is handed in",
)


class KeyLost(Refused):
    """The key of a device is no more; its work can only be handed in under a new enrolment."""

    def __init__(self) -> None:
        super().__init__(KEY_LOST)


class Unreachable(Exception):
    """The server could not be asked, or its answer did not arrive whole. Nothing is known of what it did."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Signer(Protocol):
    """A P-256 key that never leaves the device. Both raise KeyLost, and RetryLater where the machine cannot just now."""

    def public_key(self) -> str:
        """SubjectPublicKeyInfo, DER, base64."""

    def sign(self, message: bytes) -> str:
        """ECDSA with SHA-256, DER, base64."""


class Transport(Protocol):
    """One request, one answer."""

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Raises Unreachable."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that tests, desktop and Android do differently."""

    now: Callable[[], int]  # ms since 1970, as this device believes
    randomness: Callable[[int], bytes]
    new_signer: Callable[[str], Signer]  # by device id: makes or opens the key
    transport: Callable[[str], Transport]  # by server address
    verify: Callable[[bytes, bytes, bytes], bool]  # Ed25519: public key, signature, message
