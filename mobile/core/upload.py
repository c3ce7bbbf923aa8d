"""Sending one photo by tus 1.0: a bounded piece of it a call, from the last byte that the server has confirmed."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from mobile.core.answers import problem_of
from mobile.core.ports import Reply, Transport
from shared.errors import REASONS, reason
from shared.protocol import PROTOCOL_HEADER, TOKEN_NEEDED

PART = 1024 * 1024  # bytes a request
GONE = reason("photo.gone", "手机上找不到这张照片的文件", "the photo's file is not on this device any more")
CHANGED = reason("photo.changed", "照片文件已被改动或损坏，不能上传", "the photo's file was changed or damaged and cannot be sent")
NOT_TAKEN = reason("photo.not_taken", "服务器不接收这张照片，请重拍", "the server does not take this photo; take it again")


@dataclass(frozen=True, slots=True)
class Sent:
    """How far it is: state waiting, stored or problem; `code` says why it did not go on."""

    state: str
    url: str
    sent: int
    code: str = ""


def send_photo(transport: Transport, base: str, token: str, path: str, sha256: str, size: int, media_type: str, url: str) -> Sent:
    """One request. A new photo goes whole if it is small; otherwise announced first, then part by part. Raises Unreachable."""
    try:
        data = Path(path).read_bytes()
    except OSError:
        return Sent("problem", url, 0, GONE.code)
    if len(data) != size or hashlib.sha256(data).hexdigest() != sha256:
        return Sent("problem", url, 0, CHANGED.code)
    common = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {token}"}
    if not url:
        return _announce(transport, base, common, data, sha256, media_type)
    status = transport.request("HEAD", url, b"", common)
    if status.status == 404 and _is_ours(status):
        return Sent("waiting", "", 0)
    offset = _offset(status)
    if offset is None:
        return _problem(status, url, 0)
    if offset == size:
        return Sent("stored", url, size)
    headers = {**common, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
    reply = transport.request("PATCH", url, data[offset : offset + PART], headers)
    return _progress(reply, url, size, offset)


def _announce(transport: Transport, base: str, common: dict[str, str], data: bytes, sha256: str, media_type: str) -> Sent:
    metadata = f"sha256 {base64.b64encode(sha256.encode()).decode()},filetype {base64.b64encode(media_type.encode()).decode()}"
    headers = {**common, "Upload-Length": str(len(data)), "Upload-Metadata": metadata}
    whole = len(data) <= PART
    if whole:
        headers["Content-Type"] = "application/offset+octet-stream"
    reply = transport.request("POST", base, data if whole else b"", headers)
    return _progress(reply, reply.headers.get("location", ""), len(data), 0)


def _progress(reply: Reply, url: str, size: int, before: int) -> Sent:
    offset = _offset(reply)
    if reply.status not in (201, 204) or offset is None or offset > size:
        return _problem(reply, url, before)
    return Sent("stored" if offset == size else "waiting", url, offset)


def _is_ours(reply: Reply) -> bool:
    return PROTOCOL_HEADER.lower() in reply.headers and "tus-resumable" in reply.headers


def _offset(reply: Reply) -> int | None:
    value = reply.headers.get("upload-offset", "")
    return int(value) if reply.status < 400 and _is_ours(reply) and value.isdigit() else None


def _problem(reply: Reply, url: str, sent: int) -> Sent:
    """Whatever went wrong is tried again later; what only a person can mend is shown as a problem as well."""
    if not _is_ours(reply):
        return Sent("waiting", url, sent, "not_the_server")
    if reply.status == 401:
        return Sent("waiting", url, sent, TOKEN_NEEDED.code)
    if reply.status < 400 or reply.status in (409, 423, 460) or reply.status >= 500:
        return Sent("waiting", url, sent, f"http_{reply.status}")
    code = str(problem_of(reply).get("code"))
    return Sent("problem", url, sent, code if code in REASONS else NOT_TAKEN.code)
