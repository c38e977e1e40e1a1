"""The admission and the effect of each type of link (section 6.5)."""

from dataclasses import dataclass, field
from typing import Callable

from crypto import kem_key_is_valid, signing_key_fault
from errors import Refused, bad_link
from runs import Runs, has, is_maximal, minus, to_runs, within
from state import ESCROW, Classes, Member, State, holds_current, pair_of


@dataclass
class Effect:
    remove: list[bytes] = field(default_factory=list)
    approve: list[bytes] = field(default_factory=list)
    roles: dict[bytes, tuple[str, ...]] = field(default_factory=dict)
    owed: list[tuple[bytes, Runs]] = field(default_factory=list)  # by regrant and reclaim
    disown: list[int] = field(default_factory=list)
    enters: bool = False  # body["member"] or, in an enroll, body["escrow"]
    lockdown: bool | None = None
    policy: dict | None = None
    makes_epoch: bool = False
    rotation_due: bool = False


@dataclass
class Context:
    """A body, its author, and the state before it."""

    state: State
    classes: Classes
    body: dict
    author: Member | None
    missing: Runs

    def require(self, condition: object, rule: str, message: str) -> None:
        if not condition:
            raise bad_link(rule, message)

    def by_escrow(self) -> bool:
        return "by" in self.body

    def given(self) -> Runs:
        """The epochs that a link's approvals give; escrow gives those that it names (ESC-11)."""
        return to_runs(self.body["by"].get("runs", [])) if self.by_escrow() else minus(self.author.held, self.missing)

    def holder(self) -> None:
        if self.by_escrow():  # MEM-6
            return
        self.require(holds_current(self.state, self.author), "LOG-4", "the author does not hold the current epoch")

    def confirmed_in_lockdown(self) -> None:
        confirmed = not self.state.lockdown or self.classes.is_confirmed(self.author)
        self.require(confirmed, "MEM-5", "the author is not confirmed, and the log is in lockdown")

    def acts_for_others(self) -> None:
        self.holder()
        self.confirmed_in_lockdown()

    def has_role(self, role: str) -> bool:
        return role in (self.author.roles or ()) or "manage" in (self.author.roles or ())

    def manages(self) -> None:
        self.require(self.state.kind != "escrow" or self.has_role("manage"), "MEM-8", "the author lacks the role manage")

    def ids_active(self, name: str) -> None:
        ids = self.body[name]
        ascending = all(a < b for a, b in zip(ids, ids[1:]))
        self.require(ascending, "MEM-2", f"{name} is not sorted, or names somebody twice")
        self.require(all(map(self.state.is_active, ids)), "MEM-2", f"{name} names somebody who is not active")

    def acts_to_disown(self, positions: list[int]) -> None:
        ascending = all(a < b for a, b in zip(positions, positions[1:]))
        self.require(ascending, "MEM-2", "the acts do not ascend")
        for position in positions:
            self.require(position in self.state.acts, "MEM-2", "no act is at this position")
            self.require(position not in self.state.disowned, "MEM-2", "the act was disowned before")

    def escrow_log(self) -> None:
        self.require(self.state.kind == "escrow", "MEM-8", "this type is for escrow logs")

    def roles_in_order(self, roles: list[str]) -> tuple[str, ...]:
        self.require(roles == sorted(set(roles)), "MEM-8", "roles are not sorted, or one is there twice")
        return tuple(roles)

    def pointer(self) -> None:
        fault = signing_key_fault(self.body["escrow"]["sign"])
        if fault or not kem_key_is_valid(self.body["escrow"]["kem"]):
            raise Refused("INVALID_KEY", fault or "KEM-1", "a key of the pointer")

    def reach_has_current(self, ids: list[bytes]) -> bool:
        return any(has(self.state.members[id_].reach, self.state.epoch) for id_ in ids)

    def missing_has_current(self) -> bool:
        return has(self.missing, self.state.epoch)


def genesis(link: Context) -> Effect:
    body = link.body
    link.require(body["member"]["kind"] == "device", "LOG-4", "the first member is no device")
    is_escrow = body["kind"] == "escrow"
    link.require(("policy" in body) == is_escrow, "MEM-8", "a policy is for escrow logs, and they need one")
    return Effect(enters=True, makes_epoch=True, lockdown=is_escrow, policy=body.get("policy"))


def join(link: Context) -> Effect:
    link.require(link.body["member"]["kind"] == "device", "LOG-4", "only a device adds itself")
    return Effect(enters=True, makes_epoch=not link.state.lockdown)


def enroll(link: Context) -> Effect:
    link.acts_for_others()
    link.manages()
    body, in_escrow_log = link.body, link.state.kind == "escrow"
    link.require(("member" in body) != ("escrow" in body), "ENC-2", "an enroll has one of member and escrow")
    link.require(("roles" in body) == in_escrow_log, "MEM-8", "roles are for escrow logs, and they need them")
    roles = link.roles_in_order(body.get("roles", []))
    if "escrow" in body:
        link.require(not in_escrow_log, "MEM-3", "an escrow log has no escrow")
        link.pointer()
        link.require(not link.state.escrow(), "MEM-3", "there is an escrow member already")
    needs_head = body.get("member", {}).get("kind") == "backup" and link.state.escrow() is not None
    link.require(("escrowHead" in body) == needs_head, "BAK-5", "escrowHead goes with a backup key beside escrow")
    return Effect(enters=True, roles={b"": roles} if in_escrow_log else {})  # its id is not known yet


def review(link: Context) -> Effect:
    link.acts_for_others()
    link.manages()
    link.ids_active("approve")
    link.ids_active("remove")
    approve, remove = link.body["approve"], link.body["remove"]
    link.require(not set(approve) & set(remove), "MEM-2", "somebody is both approved and removed")
    link.require(approve or remove, "MEM-2", "nobody is approved or removed")
    link.require(link.author.id not in approve + remove, "MEM-2", "the author names itself")
    members = link.state.members
    want = [id_ for id_ in approve if link.state.kind == "escrow" and not link.classes.is_confirmed(members[id_])]
    given = link.body.get("roles", [])
    link.require([id_ for id_, _ in given] == want, "MEM-8", "roles go to those that are confirmed now")
    roles = {id_: link.roles_in_order(names) for id_, names in given}
    disown = link.body.get("disown", [])
    link.require(not disown or link.state.kind == "escrow", "MEM-8", "acts are in escrow logs only")
    link.acts_to_disown(disown)
    has_force = link.author.kind != ESCROW or link.classes.escrow_counts  # approvals that do not count move no member
    for id_ in approve:
        extends = minus(link.given(), members[id_].held)
        moves = has_force and link.classes.founder(link.author) < link.classes.founder(members[id_])
        link.require(extends or moves, "MEM-1", "an approval changes nothing")
    makes_epoch = link.reach_has_current(remove) or link.missing_has_current() or needs_epoch_of_its_own(link)
    return Effect(remove=remove, approve=approve, roles=roles, disown=disown, makes_epoch=makes_epoch)


def needs_epoch_of_its_own(link: Context) -> bool:
    """ESC-11: whether escrow approves and cannot give the current epoch."""
    if not link.by_escrow() or not link.body["approve"]:
        return False
    granted = link.state.granted[pair_of(link.author.pointer)]
    return not (has(granted, link.state.epoch) and has(link.given(), link.state.epoch))


def rotate(link: Context) -> Effect:
    link.acts_for_others()
    link.manages()
    return Effect(makes_epoch=True)


def regrant(link: Context) -> Effect:
    link.acts_for_others()
    link.manages()
    give = [(id_, to_runs(runs)) for id_, runs in link.body["give"]]
    ascending = all(a < b for (a, _), (b, _) in zip(give, give[1:]))
    link.require(ascending, "MEM-2", "give is not sorted, or names somebody twice")
    for id_, runs in give:
        link.require(link.state.is_active(id_), "MEM-2", "give names somebody who is not active")
        member = link.state.members[id_]
        link.require(runs and is_maximal(runs), "GRT-1", "runs that are not maximal, or none")
        link.require(within(minus(runs, member.withheld), member.reach), "MEM-9", "an epoch never granted before")
        link.require(within(runs, link.given()), "GRT-1", "an epoch the author lacks")
    return Effect(owed=give)


def rekey(link: Context) -> Effect:
    link.require(link.author.kind == "device", "LOG-4", "only a device takes fresh keys")
    link.confirmed_in_lockdown()
    makes_epoch = link.state.kind != "escrow" or link.has_role("manage")  # MEM-8
    return Effect(makes_epoch=makes_epoch, rotation_due=not makes_epoch)


def leave(link: Context) -> Effect:
    return Effect(remove=[link.author.id], rotation_due=link.reach_has_current([link.author.id]))


def expel(link: Context) -> Effect:
    remove = link.body["remove"]
    link.require(remove, "MEM-2", "nobody is removed")
    link.ids_active("remove")
    for id_ in remove:
        member = link.state.members[id_]
        link.require(member.kind != ESCROW, "ESC-7", "the operator does not remove escrow")
        protected = link.state.lockdown and link.classes.is_confirmed(member)
        link.require(not protected, "MEM-5", "in lockdown the operator removes nobody who is confirmed")
    return Effect(remove=remove, rotation_due=link.reach_has_current(remove))


def rename(link: Context) -> Effect:
    link.confirmed_in_lockdown()
    id_ = link.body["member"]
    link.require(link.state.is_active(id_), "MEM-2", "the member is not active")
    member = link.state.members[id_]
    link.require(member.kind != ESCROW, "LOG-4", "escrow has no name")
    if member is not link.author:
        link.holder()
        same_class = link.classes.founder(member) == link.classes.founder(link.author)
        link.require(same_class, "LOG-4", "author and member are in different classes")
    link.require(member.commitment != link.body["name"], "MEM-2", "the name is the one in force")
    return Effect()


def lockdown(link: Context) -> Effect:
    on, remove, state, without = link.body["on"], link.body["remove"], link.state, link.classes.without_escrow
    link.require(state.kind == "user", "MEM-5", "an escrow log is always in lockdown")
    link.require(link.classes.is_confirmed(link.author), "MEM-5", "the author is not confirmed")
    link.require(on != state.lockdown, "MEM-2", "the mode is the one in force")
    link.ids_active("remove")
    link.require(link.author.id not in remove, "MEM-2", "the author removes itself")
    if on:
        left = [member for member in state.active() if member.id not in remove]
        founding = all(without[member.node] == 1 for member in [link.author, *left])
        link.require(founding, "MEM-5", "somebody left is not of the founding class")
        makes_epoch = link.reach_has_current(remove)
    else:
        link.require(not remove, "MEM-2", "nobody is removed when lockdown ends")
        makes_epoch = not all(holds_current(state, member) for member in state.active())
    return Effect(remove=remove, lockdown=on, makes_epoch=makes_epoch or link.missing_has_current())


def renew_escrow(link: Context) -> Effect:
    link.acts_for_others()
    member = link.state.escrow()
    link.require(member, "ESC-4", "there is no escrow member")
    link.pointer()
    link.require(link.body["escrow"]["log"] == member.pointer["log"], "ESC-4", "the pointer is into another log")
    # The author of the last renewal to the true pointer may be a stranger: a confirmed device may set the same pointer once more.
    heals = link.classes.is_confirmed(link.author) and link.classes.founder(member) > link.classes.confirmed
    may_keep = link.by_escrow() or heals
    link.require(may_keep or link.body["escrow"] != member.pointer, "MEM-2", "the pointer is the one in force")
    return Effect(makes_epoch=True)


def policy(link: Context) -> Effect:
    link.escrow_log()
    link.acts_for_others()
    link.manages()
    link.require(link.body["policy"] != link.state.policy, "MEM-2", "the policy is the one in force")
    return Effect(policy=link.body["policy"])


def access(link: Context) -> Effect:
    link.escrow_log()
    link.acts_for_others()
    link.require(link.author.kind == "device", "MEM-8", "the author is no device")
    link.require(link.has_role("discover"), "MEM-8", "the author lacks the role discover")
    return Effect()


def reclaim(link: Context) -> Effect:
    link.acts_for_others()
    link.manages()
    runs, source = to_runs(link.body["runs"]), link.state.members[link.body["from"]]
    link.require(runs and is_maximal(runs), "MEM-10", "runs that are not maximal, or none")
    link.require(within(runs, minus(source.held, link.given())), "MEM-10", "an epoch not held, or held already")
    return Effect(owed=[(link.author.id, runs)])


def act(link: Context) -> Effect:
    link.acts_for_others()
    link.escrow_log()
    link.require(link.author.kind == "device", "MEM-8", "the author is no device")
    link.require(link.has_role("recover"), "MEM-8", "the author lacks the role recover")
    return Effect()


def disown(link: Context) -> Effect:
    link.escrow_log()
    link.acts_for_others()
    acts = link.body["acts"]
    its_own = all(link.state.acts.get(position) == link.author.id for position in acts)
    link.require(its_own or link.has_role("manage"), "MEM-8", "the acts of another, without the role manage")
    link.acts_to_disown(acts)
    return Effect(disown=acts)


TYPES: dict[str, Callable[[Context], Effect]] = {
    "genesis": genesis,
    "join": join,
    "enroll": enroll,
    "review": review,
    "rotate": rotate,
    "regrant": regrant,
    "rekey": rekey,
    "leave": leave,
    "expel": expel,
    "rename": rename,
    "lockdown": lockdown,
    "renew-escrow": renew_escrow,
    "policy": policy,
    "access": access,
    "reclaim": reclaim,
    "act": act,
    "disown": disown,
}
