"""The steps that a device owes, as one list in order (section 11.2). Rows are numbered as in the table there."""

from dataclasses import dataclass, field
from typing import Collection

import escrow as esc
from log import SKEW
from runs import Runs, common, has, minus, union
from state import ESCROW, State, holds_current

UNSUPPORTED = "unsupported"
MISSING_RUNS = 4096  # as many as a link declares (MEM-9)
Step = dict[str, object]


@dataclass
class Knowledge:
    """A device's knowledge besides its log."""

    me: bytes
    escrow: State | str | None = None  # the newest escrow log, or "unsupported"
    confirmed: dict | None = None  # the head of that log that the user confirmed
    confirmed_at: dict | None = None  # the head of the user's own log at that time
    own: frozenset[bytes] = frozenset()  # members that the user recognised as theirs
    not_own: frozenset[bytes] = frozenset()  # members that the user said are not theirs
    remove_escrow: bytes | None = None  # the escrow member that the user decided to remove
    declined: bool = False
    enroll_again: int | None = None  # the position of the removal after which the user decided to enroll it again
    now: int | None = None
    # Its keyring
    superseded: bool = False
    junk: Runs = ()
    withheld: Runs = ()
    wrong: dict[int, set[int]] = field(default_factory=dict)  # by link: the grants that it finds wrong or cannot judge
    regranted: dict[bytes, Runs] = field(default_factory=dict)  # granted again by this device, and not in the log yet
    # In an escrow log
    openings: dict[int, dict | None] = field(default_factory=dict)  # of acts, by position; None is junk
    users: dict[bytes, State] = field(default_factory=dict)  # users' logs at hand, by log id
    disown_unread: frozenset[int] = frozenset()  # acts that the admin decided to disown unread


def step(do: str, what: str, *because: str, **fields: object) -> Step:
    return {"do": do, "what": what} | ({"because": because} if because else {}) | fields


NEWER_NAMED = step("fetch", "escrow-log", "newer-named")


@dataclass
class View:
    """A user's or an escrow log, as the device sees it: the terms of 11.2."""

    log: State
    knows: Knowledge

    def __post_init__(self) -> None:
        log, knows = self.log, self.knows
        self.me = log.members[knows.me]
        self.classes, self.escrow_member = log.classes(), log.escrow()
        self.escrow = knows.escrow if isinstance(knows.escrow, State) else None
        self.own = {knows.me, *knows.own}
        self.mine = minus(minus(self.me.held, knows.junk), knows.withheld)
        self.is_confirmed = self.classes.is_confirmed(self.me)
        manages = log.kind != "escrow" or "manage" in (self.me.roles or ())
        self.may_act = holds_current(log, self.me) and (self.is_confirmed or not log.lockdown) and manages
        self.guardian = self.may_act and self.is_confirmed
        self.can_judge = esc.can_judge(log, self.escrow, knows.confirmed, knows.confirmed_at)
        self.unverified = esc.unverified(log, self.escrow if self.can_judge else None)
        self.doubted = esc.brought_in(log, self.unverified, self.own)
        self.by_user = self.escrow is not None and esc.extends(self.escrow, knows.confirmed)
        self.sound = esc.is_sound(log, self.escrow, knows.confirmed, knows.confirmed_at)
        known = (knows.confirmed, knows.confirmed_at)
        self.trust = esc.trust(log, self.escrow, *known) if self.escrow else "none"
        self.pointer = self.escrow_member and self.escrow_member.pointer
        self.judged = esc.judge_pointer(self.pointer, self.escrow) if self.pointer and self.escrow else None

    def in_charge(self) -> bool:
        if self.guardian or not self.may_act or not self.escrow_member:
            return self.guardian
        return not holds_current(self.log, self.escrow_member) or (self.is_of_no_admin() and self.by_user)

    def is_of_no_admin(self) -> bool:
        return self.judged not in ("newest", "older")

    def withholds(self, removed: set[bytes] = frozenset()) -> bool:
        """Whether a step is a link that makes an epoch."""
        member = self.escrow_member
        if not member or member.id in removed or self.sound:
            return False
        return not self.log.lockdown or self.classes.is_confirmed(member)

    def author(self, what: str, *because: str, **fields: object) -> Step:
        return step("author", what, *because, **fields)

    def rotate(self, *because: str) -> Step:
        return self.author("rotate", *because, withhold=self.withholds())

    def remove(self, members: set[bytes]) -> Step:
        withhold = self.reach_has_current(members) and self.withholds(members)
        return self.author("remove", members=sorted(members), withhold=withhold)

    def reach_has_current(self, members: Collection[bytes]) -> bool:
        return any(has(self.log.members[id_].reach, self.log.epoch) for id_ in members)

    def makes_epoch(self, each: Step) -> bool:
        if each["what"] == "remove":
            return self.reach_has_current(each["members"])
        return each["what"] in ("rotate", "renew-escrow")

    def lacking(self) -> Runs:
        """The epochs of mine that no grant found right has given to escrow at true keys."""
        pairs = {esc.pair_of(epoch.keys) for epoch in self.escrow.epochs}
        right: Runs = ()
        for state in self.log.history():
            for place, (set_, grant) in enumerate(zip(state.sets, state.body.get("grants", []))):
                named = [state.members[id_] for id_, _ in grant["boxes"]]
                is_true = any(member.kind == ESCROW and esc.pair_of(member.pointer) in pairs for member in named)
                if is_true and place not in self.knows.wrong.get(state.seq, ()):
                    right = union(right, set_)
        return minus(self.mine, right)


def agenda(log: State, knows: Knowledge) -> list[Step]:
    member = log.members[knows.me]
    # The device itself
    if member.removed:
        return [step("ask", "standing", "removed")]
    if knows.superseded:
        return [step("ask", "standing", "superseded")]
    if knows.now is not None and log.time > knows.now + SKEW:
        return [step("ask", "clock")]
    view = View(log, knows)
    steps = about_escrow(view) if log.kind == "user" else []
    return steps + in_every_log(view, steps)


# --- Doubts


def doubts(view: View) -> list[Step]:
    if not view.may_act or not view.doubted:
        return []
    steps, reviews = [], esc.reviews_by_escrow(view.log)
    of_this_log = [reviews[seq] for seq in view.unverified if view.can_judge and esc.is_of(reviews[seq], view.escrow)]
    if any(review.body["by"]["seq"] > view.escrow.seq for review in of_this_log):  # 1
        steps.append(step("fetch", "escrow-log", "act-beyond-log"))
    if unasked := view.doubted - view.knows.not_own:  # 2
        return [*steps, step("ask", "whose-members", members=sorted(unasked))]
    with_escrow = view.can_judge and view.escrow_member and view.judged != "newest"  # 3
    return [*steps, view.remove(view.doubted | ({view.escrow_member.id} if with_escrow else set()))]


# --- Escrow, in a user's log


def about_escrow(view: View) -> list[Step]:
    if view.escrow is None:  # 1
        if not view.escrow_member and not view.doubted:
            return []
        because = UNSUPPORTED if view.knows.escrow == UNSUPPORTED else "none-at-hand"
        return [step("fetch", "escrow-log", because), *doubts(view)]
    return with_escrow_member(view) if view.escrow_member else without_escrow_member(view)


def without_escrow_member(view: View) -> list[Step]:
    if view.trust != "trusted" and view.doubted:  # 2
        return [*vouching(view, view.trust), *doubts(view)]
    if view.doubted:  # 3
        return doubts(view)
    if view.knows.declined or esc.needs(view.escrow) or not view.may_act:  # 4
        return []
    if view.trust != "trusted" or not view.by_user:  # 5, 6
        return vouching(view, view.trust)
    if is_to_be_asked_again(view):  # 7
        return [step("ask", "enroll-again")]
    return [view.author("enroll-escrow")] if has(view.mine, view.log.epoch) else []  # 8


def vouching(view: View, way: str, *because: str) -> list[Step]:
    """Steps: fetch a newer log, and ask about this one where confirming it settles the doubt; or only ask."""
    confirm = step("ask", "confirm-escrow", *because)
    if way != "fetch":
        return [confirm]
    return [NEWER_NAMED, *([confirm] if esc.can_settle(view.escrow, view.knows.confirmed) else [])]


def is_to_be_asked_again(view: View) -> bool:
    removals = [
        member.removed[1]
        for member in view.log.members.values()
        if member.kind == ESCROW and member.removed and member.pointer["log"] == view.escrow.log
    ]
    return bool(removals) and (view.knows.enroll_again is None or view.knows.enroll_again < max(removals))


def with_escrow_member(view: View) -> list[Step]:
    if not view.in_charge():  # 9
        return vouching(view, view.trust) if view.may_act and view.is_of_no_admin() else []
    if view.judged == "other-log":  # 10
        if view.trust == "fetch":
            return [*vouching(view, "fetch"), *doubts(view)]
        return ask_to_remove(view, "other-log")
    if view.judged == "ahead":  # 11
        if view.trust == "trusted":
            return [NEWER_NAMED, *ask_to_remove(view, "ahead")]
        return [*vouching(view, "fetch"), *doubts(view)]
    if esc.contradicts(view.log, view.escrow, view.knows.confirmed, view.knows.confirmed_at):  # 12
        way = "fetch" if esc.is_beyond(view.pointer, view.escrow) else "confirm"
        return [*vouching(view, way, "contradicts-pointer"), *doubts(view)]
    if view.trust != "trusted":  # 13, 14
        return [*vouching(view, view.trust), *doubts(view)]
    if view.doubted:  # 15
        return doubts(view)
    former_admin = esc.is_known_to_former_admin(view.log, view.escrow)
    rotate = view.rotate("known-to-former-admin")
    if not view.escrow.policy["enabled"]:  # 16
        return [*ask_to_remove(view, "disabled"), *([rotate] if view.guardian and former_admin else [])]
    if view.judged in ("older", "false"):  # 17
        return [view.author("renew-escrow", view.judged)]
    if esc.is_beyond(view.pointer, view.escrow):  # 17
        return [view.author("renew-escrow", "beyond-log")]
    if view.is_confirmed and view.classes.founder(view.escrow_member) > view.classes.confirmed:  # 18
        return [view.author("renew-escrow", "founder")]
    if view.is_confirmed and former_admin:  # 19
        return [rotate]
    return what_escrow_lacks(view)  # 20


def ask_to_remove(view: View, because: str) -> list[Step]:
    """Rows 10, 11 and 16: the question, then doubts; once it was answered, doubts alone, and then the removal."""
    member = view.escrow_member
    if view.knows.remove_escrow != member.id:
        return [step("ask", "remove-escrow", because), *doubts(view)]
    return [view.remove(view.doubted | {member.id})] if view.doubted <= view.knows.not_own else doubts(view)


def what_escrow_lacks(view: View) -> list[Step]:
    lacking, member, steps = view.lacking(), view.escrow_member, []
    if not lacking or not has(view.mine, view.log.epoch):
        return []
    known = union(member.reach, member.withheld)
    if again := common(lacking, known):
        steps.append(view.author("regrant", give=[(member.id, again)]))
    if minus(lacking, known):
        steps.append(view.author("extend-escrow"))
    return steps


# --- In every log


def in_every_log(view: View, before: list[Step]) -> list[Step]:
    log, knows, steps = view.log, view.knows, []
    if view.may_act and not view.doubted and not any(map(view.makes_epoch, before)):  # 21
        reasons = {
            "rotation-due": log.rotation_due,
            "current-epoch-unopened": has(knows.junk, log.epoch),
            "junk-to-declare": len(knows.junk) > 4096,
        }
        if because := [reason for reason, holds in reasons.items() if holds]:
            steps.append(view.rotate(*because))
    if log.kind == "escrow" and view.may_act:
        steps += about_loose_acts(view)
    if knows.withheld:  # 22
        steps.append(step("fetch", "attachments", epochs=knows.withheld))
    if view.may_act and has(view.mine, log.epoch):
        steps += regrants(view)
    return steps


def about_loose_acts(view: View) -> list[Step]:
    knows, loose, steps = view.knows, esc.loose_acts(view.log), []
    unread = [position for position in loose if position not in knows.openings]
    if unanswered := [position for position in unread if position not in knows.disown_unread]:  # 21a
        steps += [step("fetch", "openings", positions=unanswered), step("ask", "disown", positions=unanswered)]
    good = {position: knows.openings[position] for position in loose if knows.openings.get(position)}
    unknown = {opening["log"]: opening["subject"] for opening in good.values() if opening["log"] not in knows.users}
    steps += [step("fetch", "user-log", log=log, subject=subject) for log, subject in unknown.items()]  # 21b
    in_vain = [
        position
        for position in loose
        if (is_not_shown(view, position, good[position]) if position in good else position in knows.openings)
        or (position in unread and position in knows.disown_unread)
    ]
    return [*steps, *([view.author("disown", positions=in_vain)] if in_vain else [])]  # 21c


def is_not_shown(view: View, position: int, opening: dict) -> bool:
    user = view.knows.users.get(opening["log"])
    return user is not None and not esc.has_review(user, opening, view.log.link(position).body["commitment"])


def regrants(view: View) -> list[Step]:
    log, give, ask = view.log, [], []
    before = dict(view.knows.regranted)
    for state in log.history():
        if state.body["type"] == "regrant" and state.author == view.me.id:
            for id_, runs in state.body["give"]:
                before[id_] = union(before.get(id_, ()), tuple(map(tuple, runs)))
    ours = esc.own_closure(log, view.own)
    for member in log.people():
        wanted = common(minus(member.reach, member.held), view.mine)
        if member is view.me or member.id in view.doubted or not wanted:
            continue
        unasked = view.classes.without_escrow[member.node] == 1 or member.node in ours
        now = minus(wanted, before.get(member.id, ())) if unasked else ()
        if now:
            give.append((member.id, now))
        if rest := minus(wanted, now):
            ask.append(step("ask", "regrant", member=member.id, epochs=rest))
    return [*([view.author("regrant", give=sorted(give))] if give else []), *ask]  # 23, 24
