"""Judgements by a user's log and the escrow log: pointers, which acts are believed, and admins' records (sections 8 and 11)."""

from dataclasses import replace
from typing import Collection

import cbor
import shapes
from crypto import digest, kdf, labelled
from errors import Refused
from hpke import KemKey, hpke_open
from runs import Runs, has, is_maximal, union
from state import ESCROW, Member, State, pair_of

OPENING_BYTES = 65_536
ACCESS_OPENING = shapes.record(
    {
        "salt": shapes.BYTES32,
        "log": shapes.BYTES32,
        "subject": shapes.SUBJECT,
        "epochs": shapes.RUN_LIST,
        "reason": shapes.text(1, 4096),
        "case": shapes.text(0, 256),
    }
)
ACT_OPENING = shapes.record(
    {
        "salt": shapes.BYTES32,
        "log": shapes.BYTES32,
        "subject": shapes.SUBJECT,
        "seq": shapes.uint(2),
        "prev": shapes.BYTES32,
        "approve": shapes.MEMBER_LIST,
        "remove": shapes.MEMBER_LIST,
        "reason": shapes.text(1, 4096),
        "case": shapes.text(0, 256),
    }
)


def judge_pointer(pointer: dict, escrow: State) -> str:
    """The verdict of the escrow log on the pointer (section 8). The head that it names does not matter here."""
    if pointer["log"] != escrow.log:
        return "other-log"
    if pointer["epoch"] > escrow.epoch:
        return "ahead"
    keys = escrow.epochs[pointer["epoch"] - 1].keys
    if (pointer["sign"], pointer["kem"]) != (keys["sign"], keys["kem"]):
        return "false"
    return "newest" if pointer["epoch"] == escrow.epoch else "older"


def needs(escrow: State) -> list[str]:
    """ESC-1: requirements that an escrow log does not meet yet."""
    kinds = {member.kind for member in escrow.people() if has(member.held, 1) and has_role(member, "manage")}
    lacking = [need for kind, need in (("device", "device"), ("backup", "backup-key")) if kind not in kinds]
    return lacking if escrow.policy and escrow.policy["enabled"] else [*lacking, "enabled"]


def has_role(member: Member, role: str) -> bool:
    return not {role, "manage"}.isdisjoint(member.roles or ())


def claimed(user: State, escrow: State) -> Runs:
    """Section 8: the epochs granted to pairs that are the two keys of one epoch of this escrow log."""
    runs: Runs = ()
    for epoch in escrow.epochs:
        runs = union(runs, user.granted.get(pair_of(epoch.keys), ()))
    return runs


# --- Reviews by escrow (ESC-8)


def reviews_by_escrow(user: State) -> dict[int, State]:
    """The states after the reviews by escrow, by position."""
    return {state.seq: state for state in user.history() if "by" in state.body and state.body["type"] == "review"}


def pointer_before(link: State) -> dict:
    return link.before.escrow().pointer


def is_of(review: State, escrow: State) -> bool:
    """Whether escrow stood for an epoch of this escrow log at that time."""
    return pointer_before(review)["log"] == escrow.log


def commitment(salt: bytes, admin: bytes, log: bytes, seq: int, prev: bytes, approve: list, remove: list) -> bytes:
    return digest("act/commitment", cbor.encode([salt, admin, log, seq, prev, approve, remove]))


def commitment_of(review: State) -> bytes:
    """The commitment of an act that announced this review."""
    body, by = review.body, review.body["by"]
    return commitment(by["salt"], by["admin"], *(body[name] for name in ("log", "seq", "prev", "approve", "remove")))


def is_believed(review: State, escrow: State) -> bool:
    """ESC-8: whether the review that is the newest link is believed."""
    if not is_of(review, escrow):
        return False
    by, wanted, history = review.body["by"], commitment_of(review), escrow.history()
    good = {
        position
        for position in escrow.acts.keys() - escrow.disowned
        if history[position - 1].body["commitment"] == wanted
    }
    if by["seq"] in good:
        named = history[by["seq"] - 1]
        if named.hash == by["hash"] and named.body["author"] == by["admin"]:
            return True
    return bool(good - {by["seq"]})  # repairs a mistaken disown, or an act that was lost


def unverified(user: State, escrow: State | None) -> set[int]:
    """Positions of the reviews by escrow that are not believed. Without a log that can judge, none is believed."""
    reviews = reviews_by_escrow(user)
    return {seq for seq, review in reviews.items() if escrow is None or not is_believed(review, escrow)}


def own_closure(user: State, known: Collection[bytes]) -> set[int]:
    """ESC-8: nodes of members known to be the owner's, of members that these approved or enrolled, and so on."""
    people = _people(user)
    return _and_in_turn(user, {node for node, member in people.items() if member.id in known}, set(), people, False)


def suspects_of(user: State, reviews: Collection[int], own: Collection[bytes]) -> set[int]:
    """ESC-8: nodes of devices and backup keys that these reviews approved, and of all that these let in, in turn."""
    people, ours = _people(user), own_closure(user, own)
    approved = {node for _, node, link in user.edges if link in reviews and node in people}
    return _and_in_turn(user, approved, ours, people, True)


def _people(user: State) -> dict[int, Member]:
    """Including removed members. No path leads through escrow."""
    return {member.node: member for member in user.members.values() if member.kind != ESCROW}


def _and_in_turn(user: State, start: set[int], but: set[int], people: dict[int, Member], reclaims: bool) -> set[int]:
    steps = {(a, b) for a, b, _ in user.edges if a in people and b in people}
    if reclaims:
        steps |= {(user.members[source].node, node) for node, each in people.items() for source, _ in each.reclaims}
    reached = start - but
    while more := {b for a, b in steps if a in reached} - reached - but:
        reached |= more
    return reached


def brought_in(user: State, reviews: Collection[int], own: Collection[bytes] = ()) -> set[bytes]:
    """ESC-8: the active devices and backup keys that these reviews brought in, as a device sees it that knows `own`,
    itself among them."""
    people, suspects = _people(user), suspects_of(user, reviews, own)
    suspect_ids = {people[node].id for node in suspects}

    # Without the reviews: without their approvals, and with everybody whom they or the suspects removed.
    members = dict(user.members)
    for id_, member in user.members.items():
        if member.removed and (member.removed[0] in suspect_ids or member.removed[1] in reviews):
            members[id_] = replace(member, removed=None)
    edges = {edge for edge in user.edges if edge[2] not in reviews}
    classes = replace(user, members=members, edges=edges).classes()
    return {member.id for member in user.people() if member.node in suspects and not classes.is_confirmed(member)}


# --- The escrow log that a device believes (ESC-4, 11.2)


def extends(log: State, head: dict | None) -> bool:
    """The log has a head, such as one that the user confirmed or that a pointer names."""
    return head is not None and head["log"] == log.log and log.has_head(head["seq"], head["hash"])


def open_pointers(user: State, escrow: State, confirmed: dict | None, at: dict | None) -> list[dict]:
    """11.2: the pointers into this log that contradict it, in order: those that count and that the user did not pass over."""
    founders, found = user.classes().without_escrow, []
    passed_over = at["seq"] if extends(escrow, confirmed) and extends(user, at) else 0
    for state in user.history():
        pointer = state.body.get("escrow")
        if not isinstance(pointer, dict) or pointer["log"] != escrow.log:
            continue
        if extends(escrow, pointer):
            if is_by_founding(user, state, founders) and not is_void(user, state, founders):
                found = []
        elif state.seq > passed_over:
            found.append(pointer)
    return found


def contradicts(user: State, escrow: State, confirmed: dict | None, at: dict | None) -> bool:
    """Whether the pointer in force is one of them."""
    found = open_pointers(user, escrow, confirmed, at)
    return bool(found) and found[-1] == user.escrow().pointer


def is_beyond(pointer: dict, escrow: State) -> bool:
    """11.2: the pointer is `newest`, and names a later position than the log has."""
    return pointer["seq"] > escrow.seq and judge_pointer(pointer, escrow) == "newest"


def last_pointer(user: State, founders: dict[int, int]) -> dict | None:
    """The last pointer of the founding class, given these founders; none if it is void."""
    found = [
        state
        for state in user.history()
        if isinstance(state.body.get("escrow"), dict) and is_by_founding(user, state, founders)
    ]
    return found[-1].body["escrow"] if found and not is_void(user, found[-1], founders) else None


def is_by_founding(user: State, state: State, founders: dict[int, int]) -> bool:
    """11.2: a device or backup key of the founding class authored the link."""
    author = user.members.get(state.author)
    return "by" not in state.body and author is not None and founders[author.node] == 1


def is_void(user: State, state: State, founders: dict[int, int]) -> bool:
    """11.2: another device or backup key of the founding class removed the one that set the pointer."""
    removed = user.members[state.author].removed
    if not removed or removed[0] == state.author:
        return False
    return is_by_founding(user, user.link(removed[1]), founders)


def trust(user: State, escrow: State, confirmed: dict | None, at: dict | None) -> str:
    """11.2: the escrow log at hand is "trusted"; or the device should "fetch" another, or "confirm" this one."""
    classes, member = user.classes(), user.escrow()
    contradicting = open_pointers(user, escrow, confirmed, at)
    heads = [confirmed]
    if confirmed is None:
        heads = [last_pointer(user, graph) for graph in (classes.founders, classes.without_escrow)]
    if not contradicting and all(extends(escrow, head) for head in heads):
        return "trusted"
    heads += [*contradicting, member.pointer if member else None]
    is_later = any(
        head
        and head["log"] == escrow.log
        and head["seq"] > escrow.seq
        and not ("epoch" in head and judge_pointer(head, escrow) == "older")
        for head in heads
    )
    return "fetch" if is_later else "confirm"


def can_settle(escrow: State, confirmed: dict | None) -> bool:
    """11.2: confirming settles a log, unless the user confirmed a later head of it than it has."""
    return confirmed is None or confirmed["log"] != escrow.log or confirmed["seq"] <= escrow.seq


def is_sound(user: State, escrow: State | None, confirmed: dict | None, at: dict | None) -> bool:
    """ESC-4: whether a device may grant anything to escrow. If it may not, it withholds the epoch (MEM-6)."""
    member = user.escrow()
    if escrow is None or member is None or judge_pointer(member.pointer, escrow) != "newest":
        return False
    return escrow.policy["enabled"] and trust(user, escrow, confirmed, at) == "trusted"


def can_judge(user: State, escrow: State | None, confirmed: dict | None, at: dict | None) -> bool:
    """11.2: whether reviews by escrow are believed by this log at all."""
    if escrow is None or trust(user, escrow, confirmed, at) != "trusted":
        return False
    member = user.escrow()
    return member is None or judge_pointer(member.pointer, escrow) in ("newest", "older", "false")


def is_known_to_former_admin(user: State, escrow: State) -> bool:
    """ESC-10: whether the current epoch was made by somebody who acted for escrow and is not believed."""
    made = user.link(user.epochs[-1].position)
    if "by" not in made.body:
        return False
    if made.body["type"] == "review":
        return not is_believed(made, escrow)
    return admin_by_key(escrow, made.body["by"]["admin"]) is None


def admin_by_key(escrow: State, key: bytes) -> Member | None:
    """The active confirmed device with this key and the role `recover` or `manage`."""
    classes = escrow.classes()
    for member in escrow.people():
        if member.kind == "device" and member.sign == key and has_role(member, "recover"):
            return member if classes.is_confirmed(member) else None
    return None


def is_due(user: State, escrow: State) -> bool:
    """ESC-6: whether an admin's software renews this log."""
    member = user.escrow()
    return member is not None and (
        judge_pointer(member.pointer, escrow) == "older" or is_known_to_former_admin(user, escrow)
    )


# --- Records (ESC-8, ESC-9)


def open_record(state: State, sealed: bytes, seeds: dict[int, bytes]) -> dict | None:
    """The opening of the access or act that is the newest link; None if it is junk."""
    return open_act(state, state, sealed, seeds) if state.body["type"] == "act" else open_access(state, sealed, seeds)


def open_access(state: State, sealed: bytes, seeds: dict[int, bytes]) -> dict | None:
    """ESC-9."""
    opening = unseal("access/opening", state, sealed, seeds)
    if opening is None or digest("access/commitment", opening) != state.body["commitment"]:
        return None
    value = decode_opening(opening, ACCESS_OPENING)
    return value if value and value["epochs"] and is_maximal(value["epochs"]) else None


def open_act(state: State, newest: State, sealed: bytes, seeds: dict[int, bytes]) -> dict | None:
    """11.3: the verdict on the act that is the newest link of `state`. `newest` is the newest state of that log at hand."""
    opening = unseal("act/opening", state, sealed, seeds)
    value = opening and decode_opening(opening, ACT_OPENING)
    if not value or not all(is_member_list(value[name]) for name in ("approve", "remove")):
        return None
    wanted, history = state.body["commitment"], newest.history()
    bodies = [history[position - 1].body for position in newest.acts]
    authors = {state.body["author"]} | {body["author"] for body in bodies if body["commitment"] == wanted}
    place = [value[name] for name in ("log", "seq", "prev", "approve", "remove")]
    return value if any(commitment(value["salt"], author, *place) == wanted for author in authors) else None


def is_member_list(ids: list[bytes]) -> bool:
    return all(a < b for a, b in zip(ids, ids[1:]))


def unseal(label: str, state: State, sealed: bytes, seeds: dict[int, bytes]) -> bytes | None:
    epoch = state.before.epoch
    if epoch not in seeds:
        raise Refused("NO_ACCESS", None, f"without the seed of epoch {epoch} nobody reads the record")
    return hpke_open(KemKey(kdf("epoch/kem", seeds[epoch])), labelled(label, state.body["commitment"]), sealed)


def decode_opening(opening: bytes, shape: shapes.Shape) -> dict | None:
    try:
        value = cbor.decode(opening, OPENING_BYTES, "opening")
        shape(value, "opening")
    except Refused:
        return None
    return value


def loose_acts(escrow: State) -> list[int]:
    """11.3: acts that are not disowned, and whose admin left, was expelled, removed or re-keyed."""
    keys = {member.sign for member in escrow.people() if member.kind == "device" and has_role(member, "recover")}
    standing, history = sorted(escrow.acts.keys() - escrow.disowned), escrow.history()
    return [position for position in standing if history[position - 1].body["author"] not in keys]


def has_review(user: State, opening: dict, wanted: bytes) -> bool:
    """Whether the review that an act announced is in the user's log at hand."""
    if opening["seq"] > user.seq:
        return False
    there = user.link(opening["seq"])
    return there.body["type"] == "review" and "by" in there.body and commitment_of(there) == wanted
