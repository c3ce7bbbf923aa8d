"""A client in one file, written from docs/protocol.md alone: it imports nothing of ours. It hands in operations and photos, pulls, and believes
only what is proven. For a real one there is missing: keeping everything on disk before it counts, trying again, forks and restores.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import time
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Stranger:
    """One enrolment."""

    def __init__(self, server: str, code: str) -> None:
        self.http = httpx.Client(base_url=server, trust_env=False)
        self.key = ec.generate_private_key(ec.SECP256R1())
        spki = self.key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.public_key = base64.b64encode(spki).decode()
        self.device, code = uuid7(), code.upper().replace("-", "").replace(" ", "")
        signature = self.sign("enrol", code, self.device, self.public_key)
        enrolment = {"protocol": 1, "code": code, "device": self.device, "public_key": self.public_key, "model": "stranger", "signature": signature}
        answer = self.ask("POST", "/v1/enrol", json=enrolment).json()
        self.ledger, self.epoch, self.person, self.verifier_key = (answer[name] for name in ("ledger", "epoch", "person", "verifier_key"))
        self.lines: list[bytes] = []
        self.records: dict[str, dict[str, Any]] = {}
        self.scopes_of: dict[str, set[str]] = {}
        self.cursors: dict[str, int] = {}
        self.note, self.size, self.root = "", 0, b""
        self.token = self.ask("POST", self.path("token"), json=self.challenge()).json()["token"]

    def sign(self, what: str, *fields: object) -> str:
        """Every signed message is a title and its fields, a line each."""
        message = f"paicha {what} 1\n" + "".join(f"{field}\n" for field in fields)
        return base64.b64encode(self.key.sign(message.encode(), ec.ECDSA(hashes.SHA256()))).decode()

    def challenge(self) -> dict[str, Any]:
        at = now()
        return {"protocol": 1, "device": self.device, "at": at, "signature": self.sign("token", self.ledger, self.device, at)}

    def path(self, what: str) -> str:
        return f"/v1/ledgers/{self.ledger}/{what}"

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        reply = self.http.request(method, path, **request)
        assert "Paicha-Protocol" in reply.headers, "not the server"
        assert reply.is_success, reply.text
        return reply

    # -- operations ------------------------------------------------------------------------------------------------------------------------

    def act(self, kind: str, subject: str, body: dict[str, Any], base: int = 0) -> None:
        prev = hashlib.sha256(self.lines[-1]).hexdigest() if self.lines else ""
        operation = {
            "v": 1, "id": uuid7(), "ledger": self.ledger, "epoch": self.epoch, "device": self.device, "n": len(self.lines) + 1, "prev": prev,
            "at": now(), "skew": None, "by": self.person, "kind": kind, "subject": subject, "base": base, "body": body,
        }  # fmt: skip
        self.lines.append(json.dumps(operation, ensure_ascii=False).encode())

    def push(self, first: int = 1) -> list[list[Any]]:
        """The verdicts on every line from `first`."""
        lines, last = self.lines[first - 1 :], len(self.lines)
        head = {
            "protocol": 1, "device": self.device, "first": first, "count": len(lines), "epoch": self.epoch, "size": self.size,
            "signature": self.sign("push", self.ledger, self.device, last, hashlib.sha256(lines[-1]).hexdigest()),
        }  # fmt: skip
        body = gzip.compress(b"\n".join([json.dumps(head).encode(), *lines, b""]))
        headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
        answer = self.ask("POST", self.path("push"), content=body, headers=headers).json()
        self.believe(answer)
        return self.push(answer["expect"]) if answer["expect"] < first else list(answer["verdicts"])

    # -- records ---------------------------------------------------------------------------------------------------------------------------

    def pull(self, judged: int = 0, limit: int = 100) -> list[list[Any]]:
        """Everything new since the cursors; the verdicts on own operations above `judged`."""
        while True:
            request = {
                "protocol": 1, "epoch": self.epoch, "cursors": self.cursors, "judged": judged, "size": self.size, "limit": limit,
                "checkpoint": self.note,
            }  # fmt: skip
            first, *rest = self.ask("POST", self.path("pull"), json=request, headers=self.bearer).content.splitlines()
            head, lines = json.loads(first), [json.loads(line) for line in rest]
            assert len(lines) == head["count"], "cut short"
            self.believe(head)
            for line in lines:
                self.take(line)
            for scopes in self.scopes_of.values():
                scopes &= set(head["cursors"])
            self.records = {id: record for id, record in self.records.items() if self.scopes_of[id]}
            self.cursors = head["cursors"]
            if not head["more"]:
                return list(head["verdicts"])

    def take(self, line: dict[str, Any]) -> None:
        id = line["record"]["id"] if "record" in line else line["id"]
        self.scopes_of[id] = (self.scopes_of.get(id, set()) - set(line["out"])) | set(line.get("in", ()))
        if "record" in line:
            self.records[id] = line["record"]

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    # -- photos: tus 1.0 -------------------------------------------------------------------------------------------------------------------

    def upload(self, data: bytes, part: int) -> None:
        common = {**self.bearer, "Tus-Resumable": "1.0.0"}
        named = {"sha256": hashlib.sha256(data).hexdigest(), "filetype": "image/jpeg"}
        metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in named.items())
        place = self.ask(
            "POST", self.path("photos"), headers={**common, "Upload-Length": str(len(data)), "Upload-Metadata": metadata}
        ).headers["Location"]
        while (offset := int(self.ask("HEAD", place, headers=common).headers["Upload-Offset"])) < len(data):
            headers = {**common, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            self.ask("PATCH", place, content=data[offset : offset + part], headers=headers)

    # -- proofs ----------------------------------------------------------------------------------------------------------------------------

    def believe(self, answer: dict[str, Any]) -> None:
        """The checkpoint is signed by the ledger's key and extends the one before."""
        size, root = self.open_note(answer["checkpoint"], answer["epoch"])
        proof = [bytes.fromhex(step) for step in answer["consistency"]]
        assert self.size == 0 or extends(self.size, size, proof, self.root, root), "the server has rewritten its history"
        self.note, self.size, self.root = answer["checkpoint"], size, root

    def open_note(self, note: str, epoch: str) -> tuple[int, bytes]:
        text, _, signatures = note.partition("\n\n")
        name, key_hash, key = self.verifier_key.split("+", 2)
        (signature,) = (line.split(" ")[2] for line in signatures.splitlines() if line.split(" ")[1] == name)
        raw = base64.b64decode(signature)
        assert raw[:4].hex() == key_hash
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:]).verify(raw[4:], f"{text}\n".encode())
        origin, size, root = text.split("\n")[:3]
        assert origin == f"paicha/{self.ledger}/{epoch}"
        return int(size), base64.b64decode(root)

    def prove(self, no: int) -> bytes:
        """The leaf of entry `no`, once it is proven to be in the tree under a signed checkpoint."""
        leaf = self.ask("GET", self.path(f"entry/{no}"), headers=self.bearer).content
        proof, _, note = self.ask("GET", self.path(f"proof/{no}"), headers=self.bearer).text.partition("\n\n")
        header, index, *steps = proof.split("\n")
        assert (header, index) == ("c2sp.org/tlog-proof@v1", f"index {no - 1}")
        size, root = self.open_note(note, self.epoch)
        assert included(hashlib.sha256(b"\0" + leaf).digest(), no - 1, size, [base64.b64decode(step) for step in steps]) == root
        return leaf


def now() -> int:
    return time.time_ns() // 1_000_000


def uuid7() -> str:
    digits = f"{now():012x}7{os.urandom(2).hex()[:3]}8{os.urandom(8).hex()[:15]}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def included(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2: the root that the proof leads to."""
    last, found = size - 1, leaf
    for step in proof:
        if index & 1 or index == last:
            found = node(step, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node(found, step)
        index, last = index >> 1, last >> 1
    assert last == 0
    return found


def extends(old: int, new: int, proof: list[bytes], old_root: bytes, new_root: bytes) -> bool:
    """RFC 9162, 2.1.4.2."""
    if old == new:
        return not proof and old_root == new_root
    steps = proof if old & (old - 1) else [old_root, *proof]
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if place & 1 or place == last:
            first, second = node(step, first), node(step, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node(second, step)
        place, last = place >> 1, last >> 1
    return (first, second, last) == (old_root, new_root, 0)
