"""Sending one photo by tus 1.0: a bounded piece of it a call, from the last byte that the server has confirmed."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass, replace

from mobile.core.answers import problem_of
from mobile.core.ports import Reply, Transport
from shared.errors import REASONS, reason
from shared.protocol import PROTOCOL_HEADER, TOKEN_NEEDED

PART = 1024 * 1024  # bytes a request
OTHER_BYTES = 460  # what has come is not what was announced
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


@dataclass(frozen=True, slots=True)
class Photo:
    """What is to be sent: a photo, recording or signature. `url` is the upload begun at the server, "" before; `sent` how far that is. `asked_for`:
    it may be there already (it went by file), so it is announced before its bytes are sent."""

    path: str
    sha256: str
    size: int
    media_type: str
    url: str = ""
    asked_for: int = 0
    sent: int = 0


def send_photo(transport: Transport, base: str, token: str, photo: Photo) -> Sent:
    """One request. A new photo goes whole if it is small; otherwise announced first, then part by part. Raises Unreachable.

    The whole file is looked at before it is announced, later only the part that is sent: the server checks what it has in the end, and where that
    is something else the upload begins anew, with a look at the whole file.
    """
    try:
        found = os.path.getsize(photo.path)
        if found != photo.size or (not photo.url and _digest(photo.path) != photo.sha256):
            return Sent("problem", photo.url, 0, CHANGED.code)
        common = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {token}"}
        if not photo.url:
            return _announce(transport, base, common, photo)
        return _go_on(transport, common, photo)
    except FileNotFoundError:
        return Sent("problem", photo.url, 0, GONE.code)
    except OSError:
        return Sent("problem", photo.url, photo.sent, GONE.code)


def _announce(transport: Transport, base: str, common: dict[str, str], photo: Photo) -> Sent:
    said = {"sha256": photo.sha256, "filetype": photo.media_type}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())
    headers = {**common, "Upload-Length": str(photo.size), "Upload-Metadata": metadata}
    whole = photo.size <= PART and not photo.asked_for
    if whole:
        headers["Content-Type"] = "application/offset+octet-stream"
    reply = transport.request("POST", base, _part(photo.path, 0) if whole else b"", headers)
    return _progress(reply, reply.headers.get("location", ""), photo.size, 0)


def _go_on(transport: Transport, common: dict[str, str], photo: Photo) -> Sent:
    status = transport.request("HEAD", photo.url, b"", common)
    if status.status == 404 and _is_ours(status):
        return Sent("waiting", "", 0)
    offset = _offset(status)
    if offset is None:
        return _problem(status, photo.url, 0)
    if offset == photo.size:
        return Sent("stored", photo.url, photo.size)
    headers = {**common, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
    reply = transport.request("PATCH", photo.url, _part(photo.path, offset), headers)
    sent = _progress(reply, photo.url, photo.size, offset)
    return replace(sent, url="") if reply.status == OTHER_BYTES else sent


def _part(path: str, offset: int) -> bytes:
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(PART)


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
