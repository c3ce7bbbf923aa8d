"""One simulated world: a server, phones, a network, time; and everything that can happen to them. All chance comes from one generator."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from mobile.core.status import Status, Stopped, UpToDate, Waiting
from shared.errors import RetryLater
from shared.operation import new_id
from sync_server.accept import Act
from sync_server.store import ledgers as store
from tests.simulation import acts
from tests.simulation.cheap import CHEAP, Craft
from tests.simulation.faults import How, SimulatedCrash
from tests.simulation.ground import OFFICE, OWNERS, START, ground
from tests.simulation.network import BAD, GOOD, HORRIBLE, NONE, Net
from tests.simulation.phones import Installation, Phone, twin
from tests.simulation.server import LEDGER, Server

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None  # backups need no real disk here


class World:
    """The state of one history."""

    def __init__(self, seed: int, craft: Craft = CHEAP, names: Sequence[str] = ()) -> None:
        self.base = base = ground(craft)
        self.random = Random(seed)
        self.time = [START + DAY]
        self.server_error = 0
        self.server = Server(base.ledger, lambda: self.time[0] + self.server_error, self.random.randbytes, craft)
        self.net = Net(self.random)
        self.known = acts.Known()
        self.trace: list[str] = []
        self.console: dict[str, int] = {}  # operation id -> number it was answered with
        self.stale: dict[str, int] = {}  # forms that lie open: record -> its number then
        self.folder: Path | None = None
        self.server_backups: list[Path] = []
        self.phones: dict[int, Phone] = {}
        self.installations: list[Installation] = []
        for name in names or sorted(self.random.sample(sorted(OWNERS), self.random.choice((2, 2, 3, 3, 4)))):
            number = OWNERS[name][1]
            if number not in self.phones:
                phone = Phone(str(number), self.server, self.net, self.random, self.time)
                phone.mood = self.random.choice((GOOD, BAD, BAD, HORRIBLE))
                phone.version = self.random.choice((1, 1, 2))
                self.phones[number] = phone
            self.phones[number].owners[base.ids[name]] = f"{base.ids[name]}/first"
            self.installations.append(Installation(name, self.phones[number], base.devices[name]))

    def close(self) -> None:
        """Let go of what is on disk."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.server.connection.raw.close()
        for inst in self.installations:
            inst.connection.raw.close()

    def log(self, text: str) -> None:
        """A line of the trace."""
        self.trace.append(text)

    def anyone(self) -> Installation:
        """One of the devices."""
        return self.random.choice(self.installations)

    def guarded(self, inst: Installation, do: Callable[[], str]) -> str:
        """Whatever happens to the phone meanwhile: it may die (with everyone on it), its disk may be full."""
        try:
            return do()
        except SimulatedCrash:
            for other in self.installations:
                if other.phone is inst.phone:
                    other.restart()
            return "the phone dies"
        except RetryLater as later:
            return later.code

    # -- events ----------------------------------------------------------------------------------------------------------------------------

    def work(self) -> str:
        """A person does a few things."""
        inst = self.anyone()
        done = []
        for _ in range(self.random.choice((1, 2, 3, 4))):
            done.append(self.guarded(inst, lambda: acts.work(inst, self.known, self.random)))
            self.pass_time(self.random.randrange(1, 60_000))
        return f"{inst.name}: {'; '.join(done)}"

    def misbehave(self) -> str:
        """Another version of the program writes something strange."""
        inst = self.anyone()
        return f"{inst.name}: {self.guarded(inst, lambda: acts.misbehave(inst, self.known, self.random))}"

    def sync(self) -> str:
        """A device syncs for a while."""
        inst, most = self.anyone(), self.random.choice((2, 4, 12))
        return f"{inst.name}: {self.guarded(inst, lambda: describe(inst.sync(most)))}"

    def office(self) -> str:
        """Something is done on the console, perhaps on a form that has lain open, perhaps sent twice."""
        random = self.random
        by, kind, subject, body = acts.on_console(self.known, self.server.clock(), random)
        record = store.records(self.server.look(), LEDGER, [subject]).get(subject)
        no = int(record["no"]) if record else 0
        base = self.stale.get(subject, no) if random.random() < 0.3 else no
        if random.random() < 0.2:
            self.stale[subject] = no
        act = Act(by, kind, subject, body, base, new_id(self.server.clock(), random.randbytes(10)))
        answers = [self.console_act(act) for _ in range(random.choice((1, 1, 1, 2)))]
        return f"{by} {kind} {subject[-6:]}: {answers}"

    def revoke(self) -> str:
        """A phone is said to be lost."""
        inst = self.anyone()
        act = Act(OFFICE, "device.revoke", inst.client.identity.device, {"reason": "遗失"}, 0, new_id(self.server.clock(), self.random.randbytes(10)))
        return f"{inst.name}: {self.console_act(act)}"

    def console_act(self, act: Act) -> str:
        """The verdict, which is a promise."""
        outcome = self.server.act([act])
        if outcome is None:
            return "no answer"
        verdict = outcome.verdicts[0]
        self.console[act.id] = verdict.no
        return f"{verdict.verdict} {verdict.code} {verdict.no}"

    def settle(self) -> str:
        """The office settles the oldest open conflict, or adopts the newest refusal."""
        random = self.random
        link = self.server.look()
        found = link.all("SELECT id, body FROM records WHERE ledger = ? AND conflicts > 0 ORDER BY id", (LEDGER,))
        refused = link.all("SELECT max(no) FROM operations WHERE ledger = ? AND verdict = 'refused'", (LEDGER,))
        size = store.head(link, LEDGER)
        base, id = size.size if size else 0, new_id(self.server.clock(), random.randbytes(10))
        if found and random.random() < 0.7:
            subject = found[0][0]
            record = store.records(link, LEDGER, [subject])[subject]
            no = min(int(no) for no, held in record["conflicts"].items() if held["settled"] is None)
            body = {"conflict": no, "pick": random.choice(("first", "second")), "reason": "商定"}
            return self.console_act(Act(OFFICE, "conflict.resolve", subject, body, base, id))
        if refused[0][0] is not None:
            no = int(refused[0][0])
            return self.console_act(Act(OFFICE, "operation.adopt", f"adoption/{no}", {"no": no, "seen": base, "reason": "属实"}, base, id))
        return "nothing to settle"

    def late_mail(self) -> str:
        """Requests given up long ago arrive."""
        return f"{self.net.deliver(self.server, self.random.randrange(1, 4))} late requests"

    def weather(self) -> str:
        """A phone's network changes."""
        phone = self.anyone().phone
        phone.mood = self.random.choice((GOOD, BAD, HORRIBLE, NONE))
        return f"phone {phone.name}: {phone.mood}"

    def clock(self) -> str:
        """Somebody sets a clock."""
        jump = self.random.choice((-DAY, 3_650 * DAY, -3_650 * DAY, HOUR, -30_000))
        if self.random.random() < 0.15:
            self.server_error += max(-DAY, min(jump, DAY))
            return f"server clock {self.server_error}"
        phone = self.anyone().phone
        phone.clock_error = self.random.choice((0, phone.clock_error + jump))
        return f"phone {phone.name} clock {phone.clock_error}"

    def trouble(self) -> str:
        """The server or a phone will die, or find its disk full, at some statement to come."""
        how: How = self.random.choice(("before", "after", "after", "full"))
        statements = self.random.choice((self.random.randrange(1, 12), self.random.randrange(1, 80)))
        if self.random.random() < 0.4:
            self.server.connection.arm(statements, how)
            return f"server: {how} {statements}"
        inst = self.anyone()
        inst.arm(statements, how)
        return f"{inst.name}: {how} {statements}"

    def kill(self) -> str:
        """The server or a phone is switched off and on."""
        if self.random.random() < 0.3:
            self.server.restart()
            return "server"
        phone = self.anyone().phone
        for inst in self.installations:
            if inst.phone is phone:
                inst.restart()
        return f"phone {phone.name}"

    def back_up_device(self) -> str:
        """A phone's storage is copied."""
        inst = self.anyone()
        inst.back_up()
        return inst.name

    def restore_device(self) -> str:
        """A phone gets an old copy of its storage back."""
        inst = self.anyone()
        if not inst.backups:
            inst.back_up()
            return f"{inst.name}: first a copy"
        inst.restore(self.random.choice(inst.backups))
        return f"{inst.name}: back to n={inst.client.store.chain_end()[0]}; {self.go_on(inst)}"

    def go_on(self, inst: Installation) -> str:
        """Its person works on."""
        return "; ".join(self.guarded(inst, lambda: acts.work(inst, self.known, self.random)) for _ in range(self.random.randrange(4)))

    def clone_device(self) -> str:
        """A phone's storage is copied to another phone, and both go on."""
        if len(self.installations) > 4:
            return "enough"
        inst = self.anyone()
        phone = twin(inst.phone, f"{inst.phone.name}+{len(self.installations)}")
        other = inst.clone(f"{inst.name}+", phone)
        self.installations.append(other)
        return f"{inst.name}: {self.go_on(inst)} | {self.go_on(other)}"

    def back_up_server(self) -> str:
        """As `run.py backup` does."""
        self.folder = self.folder or Path(tempfile.mkdtemp(prefix="paicha-simulation-", dir=MEMORY))
        target = self.folder / str(len(self.server_backups))
        target.mkdir()
        if not self.server.back_up(target):
            shutil.rmtree(target)
            target.mkdir()  # the number is taken
            self.server_backups.append(target)
            return "failed"
        self.server_backups.append(target)
        return "done"

    def restore_server(self) -> str:
        """The disk is lost; as `run.py restore` does with yesterday's backup."""
        good = [folder for folder in self.server_backups if (folder / "backup.json").exists()]
        if not good:
            return f"first a backup: {self.back_up_server()}"
        self.server.restore(self.random.choice(good), self.base.empty)
        self.console.clear()
        self.stale.clear()
        return "a new epoch"

    def upgrade(self) -> str:
        """A newer program, on the server or on a phone."""
        if self.random.random() < 0.5:
            self.server.upgrade()
            return "server"
        phone = self.anyone().phone
        phone.version = 2
        for inst in self.installations:
            if inst.phone is phone:
                inst.restart()
        return f"phone {phone.name}"

    def month_away(self) -> str:
        """A phone is out of reach for a month; the person goes on working."""
        inst = self.anyone()
        inst.phone.mood = NONE
        done = []
        for _ in range(self.random.randrange(2, 6)):
            done.append(self.guarded(inst, lambda: acts.work(inst, self.known, self.random)))
            self.pass_time(5 * DAY)
        inst.phone.mood = BAD
        return f"{inst.name}: {'; '.join(done)}"

    def pass_time(self, ms: int) -> None:
        """Time goes on for everyone."""
        self.time[0] += ms


def describe(status: Status) -> str:
    """For the trace."""
    if isinstance(status, Waiting):
        return f"waiting, {status.problem}"
    return f"stopped, {status.code} {status.detail}" if isinstance(status, Stopped) else "up to date" if isinstance(status, UpToDate) else "working"


WEIGHTS: dict[str, float] = {
    "work": 40, "sync": 26, "office": 9, "settle": 3, "misbehave": 2, "late_mail": 3, "weather": 5, "clock": 2, "trouble": 5, "kill": 2,
    "back_up_device": 2, "restore_device": 2, "clone_device": 1, "back_up_server": 0.7, "restore_server": 1, "upgrade": 1, "month_away": 0.7,
    "revoke": 0.3,
}  # fmt: skip
