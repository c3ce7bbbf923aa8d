"""The server of a simulated world: the real `Service` on a database in memory that can fail at any statement, and what HTTP makes of it."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mobile.core.ports import Reply, Unreachable
from shared.errors import MALFORMED, PaichaError, Refused, RetryLater
from shared.protocol import PROTOCOL, PROTOCOL_HEADER
from sync_server.accept import Act, Outcome
from sync_server.app import status_of
from sync_server.backup import backup, restore
from sync_server.blobs import LocalBlobs
from sync_server.service import TRY_LATER, Service, pack, unpack
from sync_server.store.database import Link
from tests.simulation import newer
from tests.simulation.cheap import Craft
from tests.simulation.faults import FaultyConnection, ServerDatabase, SimulatedCrash, load, revive

LEDGER = "qingyu"
_NAMED = {PROTOCOL_HEADER.lower(): str(PROTOCOL)}

logging.getLogger("paicha.accept").disabled = True  # failing is what happens here all the time


class Server:
    """One server process and its disk."""

    def __init__(self, image: bytes, clock: Callable[[], int], randomness: Callable[[int], bytes], craft: Craft) -> None:
        self.clock, self.randomness, self.craft = clock, randomness, craft
        self.version = newer.OLD
        self.connection = FaultyConnection(load(image))
        self.deaths = 0
        self.surprises: list[str] = []  # failures that no disk explains
        self._start()

    def _start(self) -> None:
        self.database = ServerDatabase(self.connection)
        self.service = Service(self.database, self.clock, threaded=False, keys=self.craft.server_keys(self.database), randomness=self.randomness)

    def look(self) -> Link:
        """For those who watch: nothing happens to them."""
        return Link(self.connection.raw, postgres=False)

    def restart(self) -> None:
        """The process is started again on the same disk; after an upgrade it judges what it had held."""
        self.connection = revive(self.connection)
        self._start()
        self.deaths += 1

    def upgrade(self) -> None:
        """The newer program, as `serve` starts it."""
        self.version = newer.NEW
        self.restart()
        with newer.server_speaks(self.version):
            self.service.acceptor.judge_held(LEDGER, self.clock())

    def handle(self, path: str, body: bytes, headers: Mapping[str, str], together: Sequence[bytes] = ()) -> Reply:
        """One request. `together`: pushes that wait in the same queue, to be judged in the same transaction. Raises Unreachable when it dies."""
        try:
            with newer.server_speaks(self.version):
                return Reply(200, _NAMED, self._route(path, unpack(body, headers.get("Content-Encoding", "")), headers, together))
        except PaichaError as error:
            return self._problem(error, status_of(error))
        except SimulatedCrash:
            self.restart()
            raise Unreachable("the server died") from None
        except Exception as failure:  # as the web application does
            self._note(failure)
            return self._problem(RetryLater(TRY_LATER), 503)

    def _note(self, failure: Exception) -> None:
        if not isinstance(failure, PaichaError) and "disk is full" not in str(failure):
            self.surprises.append(traceback.format_exc())

    def _problem(self, error: PaichaError, status: int) -> Reply:
        return Reply(status, _NAMED, json.dumps({"code": error.code, "zh": error.text("zh"), "en": error.text("en"), "now": self.clock()}).encode())

    def _route(self, path: str, body: bytes, headers: Mapping[str, str], together: Sequence[bytes]) -> bytes:
        service, what = self.service, path.rsplit("/", 1)[1]
        if what == "push":
            return json.dumps(self._push(body, together)).encode()
        if what == "pull":
            token = headers.get("Authorization", "").partition(" ")[2]
            return pack(service.pull(service.caller(LEDGER, token), _json(body)), "")[0]
        if what == "token":
            return json.dumps(service.token(LEDGER, _json(body))).encode()
        if what == "renew":
            return json.dumps(service.renew(LEDGER, _json(body))).encode()
        if what == "enrol":
            return json.dumps(service.enrol(_json(body))).encode()
        raise AssertionError(path)

    def _push(self, body: bytes, together: Sequence[bytes]) -> dict[str, object]:
        """As the writer thread does with what is in its queue."""
        service = self.service
        jobs = [service.prepare(LEDGER, body)]
        for other in together:
            try:
                jobs.append(service.prepare(LEDGER, unpack(other, "gzip")))
            except PaichaError:
                continue  # its sender has hung up long ago
        outcome = service.acceptor.accept(jobs)[0]
        if outcome.failure is not None:
            raise outcome.failure
        return service.answer(jobs[0], outcome)

    def act(self, acts: Sequence[Act]) -> Outcome | None:
        """Something done on the console; None when the server died over it or could not."""
        try:
            with newer.server_speaks(self.version):
                return self.service.act(LEDGER, list(acts))
        except SimulatedCrash:
            self.restart()
            return None
        except Exception as failure:  # the page says: try later
            self._note(failure)
            return None

    def back_up(self, folder: Path) -> bool:
        """To a new folder; False when it failed."""
        try:
            backup(self.database, LocalBlobs(folder / "none"), folder, self.clock(), progress=lambda line: None)
        except SimulatedCrash:
            self.restart()
            return False
        except Exception as failure:
            self._note(failure)
            return False
        return True

    def restore(self, folder: Path, empty: bytes) -> None:
        """The disk is lost; a new one is filled from a backup."""
        self.connection = FaultyConnection(load(empty))
        self._start()
        with newer.server_speaks(self.version):
            restore(folder, self.service, LocalBlobs(folder / "restored"), progress=lambda line: None, why="simulated")
            self.service.acceptor.judge_held(LEDGER, self.clock())



def _json(body: bytes) -> dict[str, Any]:
    """As the routes do."""
    try:
        value = json.loads(body)
    except ValueError:
        raise Refused(MALFORMED, "JSON") from None
    if type(value) is not dict:
        raise Refused(MALFORMED, "JSON")
    return value
