"""What needs a user's log and the escrow log: pointers, duties, acts and records of admins (sections 8 and 11)."""

from dataclasses import replace
from typing import Collection

import cbor
import shapes
from crypto import digest, kdf, labelled
from errors import Refused
from hpke import KemKey, hpke_open
from runs import Runs, has, is_maximal, minus, union
from state import ESCROW, Member, State, holds_current

OPENING_BYTES = 65_536
OPENING = shapes.record(
    {
        "salt": shapes.BYTES32,
        "log": shapes.BYTES32,
        "subject": shapes.SUBJECT,
        "epochs": shapes.RUN_LIST,
        "reason": shapes.text(1, 4096),
        "case": shapes.text(0, 256),
    }
)


def judge_pointer(pointer: dict, escrow: State) -> str:
    """The pointer, seen from the escrow log (section 8). The head that it names does not matter here."""
    if pointer["log"] != escrow.log:
        return "other-log"
    if pointer["epoch"] > escrow.epoch:
        return "ahead"
    keys = escrow.epochs[pointer["epoch"] - 1].keys
    if (pointer["sign"], pointer["kem"]) != (keys.get("sign"), keys["kem"]):
        return "false"
    return "newest" if pointer["epoch"] == escrow.epoch else "older"


def needs(escrow: State) -> list[str]:
    """ESC-1: what an escrow log lacks to be ready."""
    kinds = {member.kind for member in escrow.people() if has(member.held, 1)}
    lacking = [need for kind, need in (("device", "device"), ("backup", "backup-key")) if kind not in kinds]
    return lacking if escrow.policy and escrow.policy["enabled"] else [*lacking, "enabled"]


# --- Acts of escrow (ESC-8)


def acts_of_escrow(user: State) -> dict[int, State]:
    """The states after the links that escrow is the author of, by position."""
    return {state.seq: state for state in user.history() if "by" in state.body}


def pointer_before(act: State) -> dict:
    return act.before.escrow().pointer


def admin_at(escrow: State, key: bytes) -> Member | None:
    """The active confirmed device with this key and the role `recover` or `manage`."""
    classes = escrow.classes()
    for member in escrow.people():
        may_recover = not {"recover", "manage"}.isdisjoint(member.roles or ())
        if member.kind == "device" and member.sign == key and may_recover and classes.is_confirmed(member):
            return member
    return None


def is_verified(state: State, escrow: State) -> bool:
    """ESC-8, of the newest link: the head that it names is in the escrow log, with the admin, who is active still."""
    by = state.body["by"]
    if pointer_before(state)["log"] != escrow.log or not escrow.has_head(by["seq"], by["hash"]):
        return False
    admin = admin_at(escrow.history()[by["seq"] - 1], by["admin"])
    return admin is not None and escrow.is_active(admin.id)


def unverified(user: State, escrow: State) -> set[int]:
    """Positions of the acts of escrow that are not believed."""
    return {seq for seq, act in acts_of_escrow(user).items() if not is_verified(act, escrow)}


def is_awaited(act: State, escrow: State) -> bool:
    """11.2: an act that a longer log may verify, since its admin would be believed at the end of this one."""
    by = act.body["by"]
    names_this_log = pointer_before(act)["log"] == escrow.log
    return names_this_log and by["seq"] > escrow.seq and admin_at(escrow, by["admin"]) is not None


def brought_in(
    user: State, acts: set[int], device: Member | None = None, own: Collection[bytes] = ()
) -> set[bytes]:
    """ESC-8: the active devices and backup keys that these acts brought in, as the device sees it that knows `own`."""
    people = {member.node: member for member in user.members.values() if member.kind != ESCROW}

    def and_in_turn(start: set[int], but: set[int]) -> set[int]:
        """And whom they approved or enrolled, whenever, removed members too. Nothing leads through escrow."""
        reached = start - but
        while more := {b for a, b, _ in user.edges if a in reached and b in people} - reached - but:
            reached |= more
        return reached

    known = {*own, *([device.id] if device else [])}
    ours = and_in_turn({node for node, member in people.items() if member.id in known}, set())
    approved = {node for _, node, link in user.edges if link in acts and node in people}
    suspects = and_in_turn(approved, ours)

    # Had the acts never happened: without their approvals, and with everybody whom they or the suspects removed.
    suspect_ids = {people[node].id for node in suspects}
    members = dict(user.members)
    for id_, member in user.members.items():
        if member.removed and (member.removed[0] in suspect_ids or member.removed[1] in acts):
            members[id_] = replace(member, removed=None)
    edges = {edge for edge in user.edges if edge[2] not in acts or edge[1] in user.pointers}
    classes = replace(user, members=members, edges=edges).classes()
    return {member.id for member in user.people() if member.node in suspects and not classes.is_confirmed(member)}


# --- Which escrow log a device believes (ESC-4, 11.2)


def extends(escrow: State, head: dict | None) -> bool:
    """The log has a head, such as one that the user confirmed or that a pointer names."""
    return head is not None and head["log"] == escrow.log and escrow.has_head(head["seq"], head["hash"])


def contradicts(pointer: dict, escrow: State, confirmed: dict | None) -> bool:
    """ESC-4: the pointer and the log contradict each other, and the user has not confirmed that far."""
    far_enough = pointer["seq"] <= escrow.seq or judge_pointer(pointer, escrow) == "false"
    settled = extends(escrow, confirmed) and confirmed["seq"] >= min(pointer["seq"], escrow.seq)
    return far_enough and not extends(escrow, pointer) and not settled


def pointers_of(user: State, founders: dict[int, int]) -> list[dict]:
    """The pointers that devices and backup keys of the founding class set, by these founders."""
    return [
        state.body["escrow"]
        for state in user.history()
        if isinstance(state.body.get("escrow"), dict) and "by" not in state.body
        if founders[user.members[state.author].node] == 1
    ]


def is_passed_over(pointer: dict, escrow: State, confirmed: dict) -> bool:
    if pointer["seq"] <= confirmed["seq"]:
        return True
    judged = judge_pointer(pointer, escrow)
    return pointer["seq"] > escrow.seq and (
        judged == "older" or (judged == "false" and confirmed["seq"] == escrow.seq)
    )


def trust(user: State, escrow: State, confirmed: dict | None) -> str:
    """11.2: whether the escrow log at hand is "trusted", and else whether to "fetch" another or "confirm" it."""
    classes, member = user.classes(), user.escrow()
    named = pointers_of(user, classes.founders)
    if confirmed is None:
        own = pointers_of(user, classes.without_escrow)
        heads = [pointers[-1] if pointers else None for pointers in (named, own)]
    else:
        named = [p for p in named if p["log"] == escrow.log and not is_passed_over(p, escrow, confirmed)]
        heads = [confirmed, *named[-1:]]
    if all(extends(escrow, head) for head in heads):
        return "trusted"
    heads.append(member.pointer if member else None)
    is_later = any(head and head["log"] == escrow.log and head["seq"] > escrow.seq for head in heads)
    return "fetch" if is_later else "confirm"


def is_sound(user: State, escrow: State | None, confirmed: dict | None) -> bool:
    """ESC-4: whether a device may grant anything to escrow. A joining one withholds otherwise (MEM-6)."""
    member = user.escrow()
    if escrow is None or member is None or judge_pointer(member.pointer, escrow) != "newest":
        return False
    return not contradicts(member.pointer, escrow, confirmed) and trust(user, escrow, confirmed) == "trusted"


# --- What a device does about escrow (11.2)


def claimed(user: State, escrow: State, member: Member) -> Runs:
    """Section 8, of one escrow member: granted to it at keys of this escrow log, less what it then declared missing."""
    keys, runs = {epoch.keys["kem"] for epoch in escrow.epochs}, ()
    for state in user.history():
        body = state.body
        if "by" in body and state.author == member.id and pointer_before(state)["kem"] in keys:
            runs = minus(runs, tuple(map(tuple, body.get("missing", []))))
        if member.id in state.members and state.members[member.id].kem in keys:
            grants = [grant for grant in body.get("grants", []) if any(id_ == member.id for id_, _ in grant["boxes"])]
            runs = union(runs, tuple((grant["from"], grant["to"]) for grant in grants))
    return runs


def duty(
    user: State, escrow: State | None, device: Member, confirmed: dict | None, own: Collection[bytes] = ()
) -> tuple[str, set[bytes]]:
    """The first row of the table that applies, and for `remove-unverified` whom to remove."""
    member, acts = user.escrow(), acts_of_escrow(user)
    acted = bool(brought_in(user, set(acts), device, own))
    if escrow is None:
        return ("fetch" if member or acted else "nothing"), set()

    is_confirmed = user.classes().is_confirmed(device)
    may_act = holds_current(user, device) and (is_confirmed or not user.lockdown)
    verdict, by_user = trust(user, escrow, confirmed), extends(escrow, confirmed)
    doubtful = unverified(user, escrow)
    suspects = brought_in(user, doubtful, device, own)

    def remove_unverified(with_escrow: bool) -> tuple[str, set[bytes]]:
        if any(is_awaited(acts[seq], escrow) for seq in doubtful):
            return "fetch", set()
        return "remove-unverified", suspects | ({member.id} if with_escrow else set())

    if member is None:
        if acted and verdict != "trusted":
            return verdict, set()
        if suspects:
            return remove_unverified(with_escrow=False) if is_confirmed and may_act else ("wait", set())
        if needs(escrow) or not may_act:
            return "wait", set()
        if verdict != "trusted":
            return verdict, set()
        return ("enroll" if by_user else "confirm"), set()

    pointer, judged = member.pointer, judge_pointer(member.pointer, escrow)
    admins_can_act = holds_current(user, member) and not (judged == "false" and by_user)
    if not may_act or (not is_confirmed and admins_can_act):
        return "wait", set()
    if judged == "other-log":
        if verdict != "trusted" or not by_user:
            return ("fetch" if verdict == "fetch" else "confirm"), set()
        return remove_unverified(with_escrow=True) if suspects else ("remove", set())
    if judged == "ahead":
        return "fetch", set()
    if contradicts(pointer, escrow, confirmed):
        return "confirm", set()
    if verdict != "trusted":
        return verdict, set()
    if suspects:
        return remove_unverified(with_escrow=judged != "newest")
    if judged in ("false", "older"):
        return "renew", set()
    has_really = minus(member.held, minus(member.held, claimed(user, escrow, member)))
    lacks = minus(device.held, has_really)
    if minus(lacks, minus(lacks, union(member.reach, member.withheld))):
        return "regrant", set()
    return ("extend" if lacks else "nothing"), set()


# --- Records (ESC-9)


def open_record(state: State, sealed: bytes, seeds: dict[int, bytes]) -> dict | None:
    """ESC-9: the opening of the access record that is the newest link; None if it is junk."""
    epoch, commitment = state.before.epoch, state.body["commitment"]
    if epoch not in seeds:
        raise Refused("NO_ACCESS", None, f"without the seed of epoch {epoch} nobody reads the record")
    opening = hpke_open(KemKey(kdf("epoch/kem", seeds[epoch])), labelled("access/opening", commitment), sealed)
    if opening is None or digest("access/commitment", opening) != commitment:
        return None
    try:
        value = cbor.decode(opening, OPENING_BYTES, "opening")
        OPENING(value, "opening")
    except Refused:
        return None
    return value if value["epochs"] and is_maximal(value["epochs"]) else None
