"""Ed25519 verification (RFC 8032) in plain Python, so that a phone can check the server's checkpoints without a compiled library.

It only verifies: no secret ever passes through here, so its timing gives nothing away.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha512

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_I = pow(2, (_P - 1) // 4, _P)

_Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z
_ZERO: _Point = (0, 1, 1, 0)


def _add(p: _Point, q: _Point) -> _Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _double(p: _Point) -> _Point:
    a, b, c = p[0] * p[0] % _P, p[1] * p[1] % _P, 2 * p[2] * p[2] % _P
    h = a + b
    e, g = h - (p[0] + p[1]) ** 2 % _P, a - b
    f = c + g
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _decompress(data: bytes) -> _Point | None:
    """The point, or None where the bytes are no canonical point."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= _P:
        return None
    x2 = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if x2 == 0:
        return None if sign else (0, y, 1, 0)
    x = pow(x2, (_P + 3) // 8, _P)
    if (x * x - x2) % _P:
        x = x * _I % _P
    if (x * x - x2) % _P:
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


_BASE = _decompress((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
assert _BASE is not None


def _table(p: _Point) -> list[_Point]:
    """0p .. 15p."""
    table = [_ZERO]
    for _ in range(15):
        table.append(_add(table[-1], p))
    return table


_BASE_TABLE = _table(_BASE)


def _both(s: int, k: int, minus_a: list[_Point]) -> _Point:
    """s*B - k*A, four bits of both at a time."""
    total = _ZERO
    for shift in range(252, -4, -4):
        total = _double(_double(_double(_double(total))))
        total = _add(total, _BASE_TABLE[s >> shift & 15])
        total = _add(total, minus_a[k >> shift & 15])
    return total


@lru_cache(maxsize=16)
def _minus_table(public_key: bytes) -> list[_Point] | None:
    point = _decompress(public_key)
    return None if point is None else _table((_P - point[0], point[1], point[2], _P - point[3]))


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the 64-byte signature is the key's over the message. Never raises for bytes of any content or length."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    minus_a, r = _minus_table(public_key), _decompress(signature[:32])
    if s >= _L or minus_a is None or r is None:
        return False
    k = int.from_bytes(sha512(signature[:32] + public_key + message).digest(), "little") % _L
    q = _both(s, k, minus_a)
    return (q[0] * r[2] - r[0] * q[2]) % _P == 0 and (q[1] * r[2] - r[1] * q[2]) % _P == 0
