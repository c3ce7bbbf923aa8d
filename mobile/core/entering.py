"""An enrolment code as people bring it: scanned, pasted in the middle of a message, or typed with gloves on."""

from __future__ import annotations

import re
import unicodedata

from mobile.core.phone import BAD_LINK, Invitation
from shared.errors import Refused, reason
from shared.protocol import CODE_LENGTH, CODE_LETTERS, plain_code

CODE_TOO_SHORT = reason("enrol.code_length", "登记码是 10 位，请对照再看一遍", "a code has 10 characters; look at it once more")
NOT_IN_CODES = reason(
    "enrol.code_letters",
    "登记码里没有 0、1、I、L、O，请对照再看一遍（可能是 8、7、J、Q、D）",
    "no code has a 0, 1, I, L or O in it; look at it once more (8, 7, J, Q or D perhaps)",
)
NO_ADDRESS = reason("enrol.no_address", "请填写服务器地址（登记码旁边写着）", "the server's address is needed; it stands beside the code")
_LINK = re.compile(r"paicha://enrol\?[A-Za-z0-9%&=._~+*-]+")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－_·.", "-"))


def read_invitation(typed: str, server: str = "") -> Invitation:
    """What was scanned, pasted or typed. A link may stand anywhere in the text and brings its own server; a code alone needs `server`.

    Small letters, spaces, dashes and wide characters do not matter. Raises Refused(enrol.link, enrol.code_length, enrol.code_letters,
    enrol.no_address).
    """
    plain = unicodedata.normalize("NFKC", typed).strip()
    link = _LINK.search(plain)
    if link:
        return Invitation.read(link.group())
    if "://" in plain:
        address, _, code = plain.partition(" ")
        if not code.strip():
            raise Refused(BAD_LINK)
        return Invitation(_address(address), _code(code))
    code = _code(plain)
    if not server.strip():
        raise Refused(NO_ADDRESS)
    return Invitation(_address(server), code)


def _code(typed: str) -> str:
    code = plain_code("".join(typed.translate(_DASHES).split()))
    if any(letter not in CODE_LETTERS for letter in code):
        raise Refused(NOT_IN_CODES if code.isalnum() and code.isascii() else BAD_LINK)
    if len(code) != CODE_LENGTH:
        raise Refused(CODE_TOO_SHORT)
    return code


def _address(typed: str) -> str:
    """With "http://" before it where nothing else stands there; the full stop of an input method counts as a dot."""
    address = "".join(unicodedata.normalize("NFKC", typed).replace("。", ".").split()).rstrip("/")
    return address if address.startswith(("http://", "https://")) else f"http://{address}"
