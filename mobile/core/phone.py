"""A phone: several enrolments side by side, each with a folder, a key and a database of its own; and how a new one is made.

FOLDER/<device id>/device.db, key-*.pem, photos/    one enrolment; its database gets this name when it is complete
FOLDER/<device id>/enrolling.json                   begun, no answer yet: tried again with the same id and key, so a lost answer costs nothing
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mobile.core.answers import ENROLLED, Halt, TryLater, is_ours, problem_of, read_answer
from mobile.core.client import Client
from mobile.core.drafts import has_half_made
from mobile.core.durable import sync_folder
from mobile.core.ports import KeyLost, Ports, Reply, Unreachable
from mobile.core.renewal import continue_as
from mobile.core.store import Store
from shared.errors import Reason, Refused, RetryLater, reason
from shared.operation import new_id
from shared.protocol import PROTOCOL, UNKNOWN_DEVICE, enrol_message, plain_code, token_message

BAD_LINK = reason("enrol.link", "登记码无法识别，请重新扫描或手工输入", "this is no enrolment code; scan it again or type it in")
NO_ANSWER = reason("enrol.no_answer", "连不上服务器，请检查网络后再试", "the server cannot be reached; check the network and try again")
OTHER_KEY = reason("enrol.other_key", "服务器身份与登记码不符，已停止登记", "the server is not the one the code belongs to; stopped")
OTHER_PERSON = reason(
    "enrol.other_person",
    "这个登记码属于另一个人或另一个台账，请向管理人员要本人的登记码",
    "this code is another person's or another ledger's; ask for one of your own",
)
PORTAL = reason(
    "enrol.portal",
    "这个网络要求先登录（如公共无线网），请打开浏览器登录后再试；登记码没有用掉",
    "this network wants a sign-in first (public Wi-Fi): open a browser, sign in, and try again; the code is not used up",
)
NOT_SECURE = reason(
    "enrol.not_secure",
    "安全连接没有建立，请先看手机的日期和时间对不对，改正后再试；登记码没有用掉",
    "no secure connection could be made: see whether this phone's date and time are right, and try again; the code is not used up",
)
UNSENT = reason(
    "enrolment.unsent",
    "还有内容没有交到台账，这个人的登记不能移除；请先同步，或用文件交出",
    "something has not reached the ledger yet, so this enrolment cannot be removed: sync first, or hand it in by file",
)
HALF_MADE = reason(
    "enrolment.half_made",
    "这个人还有没写完的隐患或没处理完的照片，登记不能移除；请本人打开，写完或放弃后再移除",
    "a finding is half made or photos wait to be prepared, so this enrolment cannot be removed: let its person finish or drop them",
)
_LATER = (429, 500, 502, 503, 504, 507)  # the code is not used up: the same attempt may go on
REMOVED = "removed.db"  # what an enrolment's database is called from the moment on that it is no more


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an enrolment code says. `verifier_key` is "" where the code was typed in by hand."""

    server: str
    code: str
    verifier_key: str = ""

    @staticmethod
    def read(text: str) -> Invitation:
        """From the QR text `paicha://enrol?...`, or from "address code" typed in. Raises Refused."""
        text = text.strip()
        if text.startswith("paicha://enrol?"):
            fields = {key: values[0] for key, values in parse_qs(urlsplit(text).query).items()}
            if "server" in fields and "code" in fields:
                return Invitation(fields["server"].rstrip("/"), fields["code"], fields.get("key", ""))
        server, _, code = text.partition(" ")
        if code.strip() and server.startswith(("http://", "https://")):
            return Invitation(server.rstrip("/"), plain_code(code))
        raise Refused(BAD_LINK)


class Phone:
    """The folder of all enrolments on this phone. `ports_in` gives the ports for an enrolment's folder."""

    def __init__(self, folder: Path, ports_in: Callable[[Path], Ports]) -> None:
        self.folder = folder
        self._ports_in = ports_in
        folder.mkdir(parents=True, exist_ok=True)
        for removed in folder.glob(f"*/{REMOVED}"):  # a removal that was cut off
            shutil.rmtree(removed.parent)

    def devices(self) -> list[str]:
        """The enrolments that are complete, oldest first."""
        return sorted(entry.parent.name for entry in self.folder.glob("*/device.db"))

    def open(self, device: str) -> Client:
        """One enrolment."""
        folder = self.folder / device
        store = Store(folder / "device.db")
        with suppress(RetryLater):  # no room to note it: at the next opening, then
            store.find_photos(self.photos(device))
        return Client(store, self._ports_in(folder), folder)

    def photos(self, device: str) -> Path:
        """Where its photos are."""
        return self.folder / device / "photos"

    def remove(self, device: str) -> None:
        """Forget an enrolment with all its files; done again if it was cut off. Raises Refused (enrolment.unsent, enrolment.half_made), and
        nothing is removed, while something of it has not reached the ledger or is half made."""
        client = self.open(device)
        unsent, half_made = client.unsent(), has_half_made(client)
        client.store.close()
        if unsent.operations or unsent.photos:
            raise Refused(UNSENT)
        if half_made:
            raise Refused(HALF_MADE)
        folder = self.folder / device
        os.replace(folder / "device.db", folder / REMOVED)
        sync_folder(folder)
        shutil.rmtree(folder)

    def enrol(self, invitation: Invitation, model: str = "") -> Client:
        """Redeem a code. Raises Refused (wrong or used code), RetryLater (no network: call it again)."""
        folder = self._begun(invitation)
        try:
            self._redeem(folder, invitation, model)
        except Refused:
            shutil.rmtree(folder)  # the code is of no use, so nothing of this attempt is
            raise
        return self.open(folder.name)

    def enrol_again(self, device: str, invitation: Invitation, model: str = "") -> Client:
        """A new code for an enrolment whose device the server has revoked, or forgotten in a restore: it goes on under a new device id, and all
        that the server lacks of it is handed in. Raises as `enrol`, and Refused for a code of somebody else; nothing changes then.
        """
        client = self.open(device)
        try:
            attempt = {"server": invitation.server, "code": invitation.code}
            new = client.store.meta("enrolling_again", {})
            if {**new, "device": ""} != {**attempt, "device": ""}:
                new = {**attempt, "device": client.new_id()}
                client.store.set_meta(enrolling_again=new)
            answer = _ask(client.ports, invitation, new["device"], model)
            identity = client.identity
            if (answer["ledger"], answer["person"], answer["verifier_key"]) != (identity.ledger, identity.person, identity.verifier_key):
                raise Refused(OTHER_PERSON)
            ids = [*client.store.meta("former", []), identity.device]
            forgotten = [id for id in ids if _is_unknown(client, invitation.server, id, answer["now"])]
            continue_as(client, new["device"], answer, forgotten, invitation.server)
        except BaseException:
            client.store.close()
            raise
        return client

    def _redeem(self, folder: Path, invitation: Invitation, model: str) -> None:
        self._finish(folder, invitation, _ask(self._ports_in(folder), invitation, folder.name, model), model)

    def _begun(self, invitation: Invitation) -> Path:
        """The folder of this attempt; the same code goes on with the same device id and key."""
        for attempt in self.folder.glob("*/enrolling.json"):
            complete = (attempt.parent / "device.db").exists()  # then a power cut has brought the note back, and the code is used
            if not complete and _begun_with(attempt) == {"server": invitation.server, "code": invitation.code}:
                return attempt.parent
        ports = self._ports_in(self.folder)
        folder = self.folder / new_id(ports.now(), ports.randomness(10))
        folder.mkdir()
        (folder / "enrolling.json").write_text(json.dumps({"server": invitation.server, "code": invitation.code}))
        return folder

    def _finish(self, folder: Path, invitation: Invitation, answer: dict[str, Any], model: str) -> None:
        store = Store(folder / "enrolling.db")
        identity = {
            "server": invitation.server, "ledger": answer["ledger"], "device": folder.name, "person": answer["person"],
            "verifier_key": answer["verifier_key"],
        }  # fmt: skip
        skew = self._ports_in(folder).now() - int(answer["now"])
        with store.transaction():
            store.set_meta(identity=identity, epoch=answer["epoch"], model=model, skew=skew)
            store.put_base((json.dumps(r, ensure_ascii=False, separators=(",", ":")), r) for r in answer["records"])
            store.put_members((r["id"], "enrolment") for r in answer["records"])
        store.close()
        os.replace(folder / "enrolling.db", folder / "device.db")
        sync_folder(folder)
        sync_folder(self.folder)
        (folder / "enrolling.json").unlink()


def _ask(ports: Ports, invitation: Invitation, device: str, model: str) -> dict[str, Any]:
    """Redeem the code for this device id and its key."""
    key = ports.new_signer(device).public_key()
    signature = ports.new_signer(device).sign(enrol_message(invitation.code, device, key))
    request = {"protocol": PROTOCOL, "code": invitation.code, "device": device, "public_key": key, "signature": signature, "model": model}
    answer = _enrol_answer(_post(ports, invitation.server, "/v1/enrol", request))
    if invitation.verifier_key and answer["verifier_key"] != invitation.verifier_key:
        raise Refused(OTHER_KEY)
    return answer


def _is_unknown(client: Client, server: str, device: str, now: int) -> bool:
    """Whether the server has never heard of a device id that was ours. One whose key is lost cannot be asked for and counts as known."""
    try:
        signature = client.ports.new_signer(device).sign(token_message(client.identity.ledger, device, now))
    except KeyLost:
        return False
    request = {"protocol": PROTOCOL, "device": device, "at": now, "signature": signature}
    reply = _post(client.ports, server, f"/v1/ledgers/{client.identity.ledger}/token", request)
    if not is_ours(reply) or reply.status >= 500:
        raise RetryLater(NO_ANSWER)
    return problem_of(reply).get("code") == UNKNOWN_DEVICE.code


def _post(ports: Ports, server: str, path: str, request: dict[str, Any]) -> Reply:
    try:
        return ports.transport(server).request("POST", path, json.dumps(request).encode(), {"Content-Type": "application/json"})
    except Unreachable as error:
        insecure = any(word in str(error).lower() for word in ("certificate", "ssl"))
        raise RetryLater(NOT_SECURE if insecure else NO_ANSWER, str(error)) from None


def _enrol_answer(reply: Reply) -> dict[str, Any]:
    problem = problem_of(reply)
    if problem:
        said = Reason(str(problem.get("code", "")), str(problem.get("zh", "")), str(problem.get("en", "")))  # the server's own words
        raise RetryLater(said) if reply.status in _LATER else Refused(said)
    try:
        return read_answer(reply, ENROLLED)
    except (TryLater, Halt) as error:
        raise RetryLater(PORTAL if error.code == "not_the_server" else NO_ANSWER, error.code) from None


def _begun_with(attempt: Path) -> Any:
    """What an unfinished attempt was begun with; nothing where the phone died while that was written."""
    try:
        return json.loads(attempt.read_text())
    except ValueError:
        return None
