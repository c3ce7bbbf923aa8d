"""What a family of operations has to say for itself, and what its rules get to see.

A family is one module in `shared/kinds/`: the kind of record it is about, the kinds of operation that change it, who sees it, how it stands in
lists. Accepting, storing, syncing and the device's own view know nothing of any family; they go through `Kind` and `Family` alone.

`judge` decides and never changes anything: it raises `Refused` or `Conflict`. `fold` writes what follows and never refuses; it may use only
the operation, its entry and the records it reads, so that folding the stored ledger again gives the same records byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from shared.errors import Conflict, Reason, Refused, reason
from shared.fields import Shape
from shared.operation import PENDING, Body, Entry, Operation

Record = dict[str, Any]
Read = Callable[[str], Record | None]

CHANGED_MEANWHILE = reason(
    "changed_meanwhile", "别人已先改了同一内容，两份都已保存，请选择其一", "someone changed the same thing first; both are kept, one is to be chosen"
)
MOVED_ON = reason(
    "moved_on",
    "这条记录已被别人办理到下一步，您的操作已保存，待审核人员处理",
    "someone has taken this on already: your step is kept, a reviewer settles it",
)
WRONG_STATE = reason(
    "wrong_state",
    "现在的状态下不能这样办理，内容没有改变；请刷新（手机请先同步）后查看",
    "not possible in the present state, nothing was changed: reload (on the phone: sync first) and see where it stands",
    "2.2",
)
UNKNOWN_RECORD = reason(
    "unknown_record",
    "台账里没有这条记录；请同步后再试，仍没有就请管理人员核对",
    "the ledger has no such record: sync and try again, or ask the office",
)
EXISTS = reason(
    "exists", "台账里已有这条记录，没有改动；请打开它继续办理", "the ledger has this record already, nothing was changed: open it and go on there"
)


class Case:
    """One operation before the rules: what happened, who did it, the records it reads, and the changes that follow.

    `base` and `hand` say what the deciding side had seen: those of the operation itself, or of the person who adopts or settles it. `author`
    answers for it: whose act it is, or for a decision the person who adopts or picks it.
    """

    __slots__ = ("author", "base", "entry", "hand", "op", "pulled", "read", "subject", "written")

    def __init__(
        self, op: Operation, entry: Entry, read: Read, *, pulled: int = PENDING, base: int | None = None, hand: str = ""
    ) -> None:
        self.op = op
        self.entry = entry
        self.read = read
        self.pulled = pulled
        self.base = op.base if base is None else base
        self.hand = hand or hand_of(op)
        self.subject: Record | None = read(op.subject)
        self.author: Record | None = read(op.by)
        self.written: dict[str, Record] = {}

    @property
    def body(self) -> Body:
        """The operation's own fields."""
        return self.op.body

    @property
    def record(self) -> Record:
        """The subject, which must exist."""
        if self.subject is None:
            raise Refused(UNKNOWN_RECORD, self.op.subject)
        return self.subject

    @property
    def pending(self) -> bool:
        """Whether this is a device's own view of an operation that has no number yet."""
        return self.entry.no == PENDING

    @property
    def gives_numbers(self) -> bool:
        """Whether this is the ledger itself, which alone counts: a device shows no number that it has not been given."""
        return not self.pending and not self.entry.ahead

    def need(self, id: str, kind: str) -> Record:
        """Another record that must exist and be of that kind."""
        found = self.read(id)
        if found is None or found["kind"] != kind:
            raise Refused(UNKNOWN_RECORD, id)
        return found

    def unseen(self, record: Record, mark: str) -> int:
        """The number of the change of `mark` that the deciding side had not seen, or 0."""
        last = record["marks"].get(mark)
        if last is None or last[0] <= self.base or record["hands"][last[1]] == self.hand:
            return 0
        return int(last[0])

    def require_state(self, allowed: Iterable[str]) -> None:
        """The subject is in one of the states, and nobody moved it on unseen."""
        record = self.record
        other = self.unseen(record, "state")
        if other:
            raise Conflict(MOVED_ON, other, ("state",))
        if record["state"] not in allowed:
            raise Refused(WRONG_STATE, record["state"])

    def require_open_for_evidence(self, allowed: Iterable[str]) -> None:
        """As `require_state`, but evidence only adds up: what was made unseen of a step still counts, unless that step was the end of the record."""
        if not self.unseen(self.record, "state") or self.record["state"] == "void":
            self.require_state(allowed)

    def require_unchanged(self, changes: dict[str, Any]) -> None:
        """None of these marks holds another value that the deciding side had not seen."""
        record = self.record
        clash = [m for m, v in changes.items() if self.unseen(record, m) and value_at(record, m) != v]
        if clash:
            raise Conflict(CHANGED_MEANWHILE, max(self.unseen(record, m) for m in clash), tuple(sorted(clash)))

    def create(self, kind: str, fields: dict[str, Any]) -> Record:
        """Fold: a new record under the operation's subject."""
        return self.create_at(self.op.subject, kind, fields)

    def create_at(self, id: str, kind: str, fields: dict[str, Any]) -> Record:
        """Fold: a new record."""
        no = self.entry.no
        record: Record = {"id": id, "kind": kind, "no": no, "created": no, "hands": [self.hand], "marks": {}, **fields}
        self.written[id] = record
        return record

    def touch(self, record: Record) -> Record:
        """Fold: note that this entry changes the record."""
        record["no"] = self.entry.no
        self.written[record["id"]] = record
        return record

    def put(self, record: Record, mark: str, value: Any) -> None:
        """Fold: set a field ("deadline") or one value of a mapping ("answers/SS-03"), remembering which entry did it."""
        self.touch(record)
        container, _, key = mark.partition("/")
        if not key:
            record[container] = value
        elif value is None:
            record[container].pop(key, None)
        else:
            record[container][key] = value
        hands: list[str] = record["hands"]
        if self.hand not in hands:
            hands.append(self.hand)
        record["marks"][mark] = [self.entry.no, hands.index(self.hand)]

    def put_all(self, record: Record, changes: dict[str, Any]) -> None:
        """Fold: `put` each."""
        for mark, value in changes.items():
            self.put(record, mark, value)


def hand_of(op: Operation) -> str:
    """Whose pen it was: what was written earlier with the same pen counts as seen. The console is one device for many people."""
    return f"{op.device}/{op.by}"


def value_at(record: Record, mark: str) -> Any:
    """The value under a mark."""
    container, _, key = mark.partition("/")
    return record.get(container) if not key else record[container].get(key)


def nothing(case: Case) -> None:
    """A judge or fold with nothing to say."""


def no_reads(op: Operation) -> Iterable[str]:
    """A kind that reads only its subject and its author."""
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of operation.

    `right` names who may (see `shared.people.RIGHTS`). `decision` is False for facts: those stand even when the author's role ended after the
    device's last pull. `reads` lists further records to fetch in the same query; a rule may read others, one by one.
    """

    name: str
    right: str
    shape: Shape
    fold: Callable[[Case], None]
    judge: Callable[[Case], None] = nothing
    v: int = 1
    decision: bool = False
    creates: bool = False
    reads: Callable[[Operation], Iterable[str]] = no_reads


@dataclass(frozen=True, slots=True)
class Row:
    """How a record stands in lists, on the phone and in the console: what they filter, sort and search by.

    `at` is the moment to sort by (ms), `words` further text to find it by. `lead` is the section it was registered with, where that is not `section`.
    `marks` are further things to filter by, each "name:value"; the state "draft" keeps a record out of the console's lists.
    """

    title: str = ""
    number: str = ""
    state: str = ""
    level: str = ""
    enterprise: str = ""
    community: str = ""
    section: str = ""
    person: str = ""
    at: int = 0
    words: str = ""
    lead: str = ""
    deadline: int = 0
    listing: str = ""
    source: str = ""
    marks: tuple[str, ...] = ()


def no_scopes(record: Record) -> set[str]:
    """A record that no device pulls."""
    return set()


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of record and all that can happen to it.

    `scopes` is who may see the record, from its own fields alone. `row` is how it stands in lists, or None where it never does.
    `settles(person, record)` says who may settle a conflict on it without being a reviewer. `traced` records leave behind from when to when they
    stood how, so that any past day can be counted.
    """

    record: str
    kinds: tuple[Kind, ...]
    scopes: Callable[[Record], set[str]] = no_scopes
    row: Callable[[Record], Row] | None = None
    settles: Callable[[Record, Record], bool] = field(default=lambda person, record: False)
    traced: bool = False


def refuse_if(condition: object, why: Reason, detail: str = "") -> None:
    """Refuse when the condition holds."""
    if condition:
        raise Refused(why, detail)
