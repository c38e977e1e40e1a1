"""The state of a log after a number of links (section 6.3), and which members are confirmed in it (sections 2 and 6.8)."""

from dataclasses import dataclass, field, replace

from crypto import digest
from runs import Runs, has, minus

ESCROW = "escrow"
Pair = tuple[bytes, bytes]


@dataclass
class Member:
    id: bytes
    kind: str  # "device", "backup" or "escrow"
    sign: bytes
    kem: bytes
    position: int  # of the link in which it entered
    node: int  # its node in the graph of approvals: its position; for escrow, the position of the link that set its pointer
    commitment: bytes | None = None  # digest of the name opening
    name: str | None = None  # if its opening was delivered
    reach: Runs = ()
    held: Runs = ()
    roles: tuple[str, ...] | None = None  # None until it has been given some
    pointer: dict | None = None
    withheld: Runs = ()
    approvals: tuple[tuple[bytes, int], ...] = ()  # by whom, in which link
    reclaims: tuple[tuple[bytes, int], ...] = ()  # from whom, in which link
    removed: tuple[bytes | None, int] | None = None  # by whom (None is the operator), in which link


def pair_of(pointer: dict) -> Pair:
    """The two keys of a pointer, or of an escrow log's epoch (section 2)."""
    return pointer["sign"], digest("public-key", pointer["kem"])


@dataclass
class Epoch:
    keys: dict
    position: int
    time: int


@dataclass
class State:
    log: bytes | None = None
    kind: str = ""
    subject: str = ""
    operator: bytes | None = None
    seq: int = 0
    hash: bytes | None = None
    time: int = 0
    lockdown: bool = False
    rotation_due: bool = False
    policy: dict | None = None
    epochs: list[Epoch] = field(default_factory=list)
    members: dict[bytes, Member] = field(default_factory=dict)
    seen: set[bytes] = field(default_factory=set)
    granted: dict[Pair, Runs] = field(default_factory=dict)  # of every pair that a pointer of this log ever had (ESC-11)
    acts: dict[int, bytes] = field(default_factory=dict)  # in an escrow log: by whom, by position
    disowned: set[int] = field(default_factory=set)  # positions of acts
    sets: tuple[Runs, ...] = ()  # the epochs in each grant of the newest link
    before: "State | None" = None
    body: dict = field(default_factory=dict)  # of the newest link
    author: bytes | None = None  # of the newest link; None is the operator
    # Section 6.8. Each link brings at most one node into the graph of approvals, a member or a pointer, so positions of links
    # name the nodes. Edges are (from, to, link).
    pointers: set[int] = field(default_factory=set)
    edges: set[tuple[int, int, int]] = field(default_factory=set)

    def copy(self) -> "State":
        """A link is judged on this state and takes effect on a copy, so that a refused link changes nothing."""
        return replace(
            self,
            epochs=list(self.epochs),
            members={id_: replace(member) for id_, member in self.members.items()},
            seen=set(self.seen),
            granted=dict(self.granted),
            acts=dict(self.acts),
            disowned=set(self.disowned),
            before=self,
            pointers=set(self.pointers),
            edges=set(self.edges),
        )

    def history(self) -> "list[State]":
        """The states after each link, from the first."""
        states, state = [], self
        while state.seq:
            states.append(state)
            state = state.before
        return states[::-1]

    def has_head(self, seq: int, hash_: bytes) -> bool:
        return seq <= self.seq and self.history()[seq - 1].hash == hash_

    @property
    def epoch(self) -> int:
        """The current epoch."""
        return len(self.epochs)

    def active(self) -> list[Member]:
        return [member for member in self.members.values() if not member.removed]

    def people(self) -> list[Member]:
        """Active devices and backup keys: escrow keeps no class alive."""
        return [member for member in self.active() if member.kind != ESCROW]

    def escrow(self) -> Member | None:
        return next((member for member in self.active() if member.kind == ESCROW), None)

    def link(self, seq: int) -> "State":
        """The state after the link at this position."""
        return self.history()[seq - 1]

    def is_active(self, id_: bytes) -> bool:
        return id_ in self.members and not self.members[id_].removed

    def _founders(self, with_escrow: bool) -> dict[int, int]:
        after: dict[int, list[int]] = {}
        for approver, approved, _ in self.edges:
            if with_escrow or approver not in self.pointers or approved in self.pointers:
                after.setdefault(approver, []).append(approved)
        founders: dict[int, int] = {}
        for node in sorted({member.node for member in self.members.values()} | self.pointers):
            todo = [node]
            while todo:  # a node that no older one leads to has this founder
                reached = todo.pop()
                if reached not in founders:
                    founders[reached] = node
                    todo += after.get(reached, [])
        return founders

    def classes(self) -> "Classes":
        without = self._founders(with_escrow=False)
        counts = not any(without[member.node] == 1 for member in self.people())
        founders = self._founders(with_escrow=True) if counts else without
        alive = [founders[member.node] for member in self.people()]
        return Classes(founders, without, counts, min(alive, default=0))


@dataclass
class Classes:
    founders: dict[int, int]  # of each member and pointer, by node
    without_escrow: dict[int, int]
    escrow_counts: bool  # whether its approvals do (section 6.8)
    confirmed: int  # founder of the class that is confirmed

    def founder(self, member: Member) -> int:
        return self.founders[member.node]

    def is_confirmed(self, member: Member) -> bool:
        return self.founder(member) == self.confirmed


def holds_current(state: State, member: Member) -> bool:
    return has(member.held, state.epoch)


def data_access(state: State, member: Member) -> int | None:
    """The first epoch of the run of `held` that contains the current one (section 2)."""
    return next((first for first, last in member.held if first <= state.epoch <= last), None)


def gaps(state: State, member: Member) -> tuple[Runs, Runs]:
    """What was never granted, and what was granted and declared missing (section 8)."""
    return minus(((1, state.epoch),), member.reach), minus(member.reach, member.held)
