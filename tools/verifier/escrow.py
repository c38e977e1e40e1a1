"""What needs a user's log and the escrow log: no rules of validity, but what clients check (sections 8 and 11)."""

import cbor
import shapes
from crypto import digest, kdf, labelled
from errors import Refused
from hpke import KemKey, hpke_open
from runs import Runs, has, is_maximal, minus, union
from state import ESCROW, Member, State, holds_current

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
    """By its keys: the head that it names does not matter here."""
    if pointer["log"] != escrow.log:
        return "other-log"
    if pointer["epoch"] > escrow.epoch:
        return "ahead"
    if escrow.epochs[pointer["epoch"] - 1].keys != {"sign": pointer["sign"], "kem": pointer["kem"]}:
        return "false"
    return "newest" if pointer["epoch"] == escrow.epoch else "older"


def needs(escrow: State) -> list[str]:
    """What the escrow log lacks to be ready (ESC-1)."""
    holders = {member.kind for member in escrow.people() if has(member.held, 1)}
    there = {"device": "device" in holders, "backup-key": "backup" in holders, "enabled": escrow.policy["enabled"]}
    return [need for need, is_there in there.items() if not is_there]


def is_verified(state: State, escrow: State) -> bool:
    """ESC-8, of the newest link of `state`, an act of escrow."""
    by, pointer = state.body["by"], state.before.escrow().pointer
    if pointer["log"] != escrow.log or not escrow.has_head(by["seq"], by["hash"]):
        return False
    return is_admin(by["admin"], escrow.history()[by["seq"] - 1], escrow)


def is_admin(key: bytes, named: State, escrow: State) -> bool:
    """Whether a key is an admin's who may act for escrow at the named head, and is not removed in the newest (ESC-8)."""
    admin = next((member for member in named.people() if member.sign == key), None)
    return (
        admin is not None
        and admin.kind == "device"
        and named.classes().is_confirmed(admin)
        and not {"recover", "manage"}.isdisjoint(admin.roles or ())
        and escrow.is_active(admin.id)
    )


def acts(user: State) -> list[State]:
    """The states after each act of escrow."""
    return [state for state in user.history() if "by" in state.body]


def unverified(user: State, escrow: State) -> set[int]:
    """Positions of the acts that are not believed (ESC-8)."""
    return {state.seq for state in acts(user) if not is_verified(state, escrow)}


def needs_newer(user: State, escrow: State) -> bool:
    """Whether an act names a later head than the escrow log has, by an admin who would be believed at its end."""
    return any(
        state.body["by"]["seq"] > escrow.seq and is_admin(state.body["by"]["admin"], escrow, escrow)
        for state in acts(user)
        if state.before.escrow().pointer["log"] == escrow.log
    )


def brought_in(user: State, doubted: set[int], device: Member | None = None) -> set[bytes]:
    """Active devices and backup keys that the acts at these positions brought in (ESC-8), as a device sees it."""
    people = [member for member in user.members.values() if member.kind != ESCROW]
    found, own = set[bytes](), {device.id} if device else set[bytes]()
    for _ in people:  # each round brings in at least one more, if there are any
        own |= {m.id for m in people if any(by in own for by, _ in m.approvals)}
    for _ in people:
        found |= {m.id for m in people if any(seq in doubted or by in found for by, seq in m.approvals)} - own
    honest = user.copy()
    honest.edges = {edge for edge in user.edges if edge[2] not in doubted or edge[1] in user.pointers}
    for member in honest.members.values():
        if member.kind != ESCROW and member.removed and (member.removed[0] in found or member.removed[1] in doubted):
            member.removed = None
    classes = honest.classes()
    return {id_ for id_ in found if user.is_active(id_) and not classes.is_confirmed(honest.members[id_])}


def claimed(user: State, escrow: State, id_: bytes | None = None) -> Runs:
    """What was granted to escrow members, or to one, at a key that really is an epoch's of this escrow log, less what escrow declared missing there."""
    real, epochs = {epoch.keys["kem"] for epoch in escrow.epochs}, ()
    for state in user.history():
        author = state.before.members.get(state.author)
        if author and author.kind == ESCROW and author.kem in real and id_ in (None, author.id):
            epochs = minus(epochs, tuple(map(tuple, state.body.get("missing", ()))))
        for grant in state.body.get("grants", ()):
            members = [state.members[to] for to, _ in grant["boxes"] if id_ in (None, to)]
            if any(member.kind == ESCROW and member.kem in real for member in members):
                epochs = union(epochs, ((grant["from"], grant["to"]),))
    return epochs


def duty(user: State, escrow: State | None, device: Member, confirmed: dict | None) -> str:
    """What a device does about escrow (section 11.2). `confirmed` is the head of the escrow log that its user confirmed."""
    member, anybody = user.escrow(), brought_in(user, {state.seq for state in acts(user)}, device)
    if not escrow:
        return "fetch" if member or anybody else "nothing"
    by_user = confirmed and confirmed["log"] == escrow.log and escrow.has_head(confirmed["seq"], confirmed["hash"])
    is_confirmed, trust = user.classes().is_confirmed(device), trust_in(escrow, user, confirmed)
    suspects = brought_in(user, unverified(user, escrow), device)
    removal = "fetch" if needs_newer(user, escrow) else "remove-unverified"
    if not member:
        may_act = holds_current(user, device) and (is_confirmed or not user.lockdown)
        if trust != "trusted" and anybody:
            return trust
        if suspects:
            return removal if may_act and is_confirmed else "wait"
        if needs(escrow) or not may_act:
            return "wait"
        return trust if trust != "trusted" else "enroll" if by_user else "confirm"
    pointer, verdict = member.pointer, judge_pointer(member.pointer, escrow)
    if not is_confirmed and holds_current(user, member) and not (verdict == "false" and by_user):
        return "wait"
    if verdict == "other-log":
        if trust != "trusted" or not by_user:
            return "fetch" if trust == "fetch" else "confirm"
        return removal if suspects else "remove"
    if verdict == "ahead":
        return "fetch"
    if not escrow.has_head(pointer["seq"], pointer["hash"]) and (pointer["seq"] <= escrow.seq or verdict == "false"):
        if not by_user or confirmed["seq"] < min(pointer["seq"], escrow.seq):
            return "confirm"
    if trust != "trusted":
        return trust
    if suspects:
        return removal
    if verdict != "newest":
        return "renew"
    opened = minus(member.held, minus(member.held, claimed(user, escrow, member.id)))
    lacks = minus(device.held, opened)
    if minus(lacks, minus(lacks, union(member.reach, member.withheld))):
        return "regrant"
    return "extend" if lacks else "nothing"


def trust_in(escrow: State, user: State, confirmed: dict | None) -> str:
    """Whether the escrow log at hand is trusted, and what to do about it where it is not (section 11.2)."""
    founders, last = user.classes().founders, None
    for state in user.history():
        pointer, author = state.body.get("escrow"), user.members.get(state.author)
        if isinstance(pointer, dict) and author and author.kind != ESCROW and founders[author.node] == 1:
            if not confirmed or pointer["log"] == escrow.log:
                last = pointer

    def has(head: dict) -> bool:
        return head["log"] == escrow.log and escrow.has_head(head["seq"], head["hash"])

    def is_passed_over(pointer: dict) -> bool:
        if confirmed["seq"] >= pointer["seq"]:
            return True
        verdict, is_later = judge_pointer(pointer, escrow), pointer["seq"] > escrow.seq
        return is_later and (verdict == "older" or verdict == "false" and confirmed["seq"] == escrow.seq)

    if has(confirmed) and (not last or has(last) or is_passed_over(last)) if confirmed else last and has(last):
        return "trusted"
    named = [pointer for pointer in (last, user.escrow() and user.escrow().pointer) if pointer]
    return "fetch" if any(p["log"] == escrow.log and p["seq"] > escrow.seq for p in named) else "confirm"


def open_record(state: State, sealed: bytes, seeds: dict[int, bytes]) -> dict | None:
    """The opening of the access record that is the newest link, or None if it is junk (ESC-9)."""
    commitment = state.body["commitment"]
    key = KemKey(kdf("epoch/kem", seeds[state.before.epoch]))
    opening = hpke_open(key, labelled("access/opening", commitment), sealed)
    if opening is None or digest("access/commitment", opening) != commitment:
        return None
    try:
        value = cbor.decode(opening, cbor.MAX_INT, "opening")
        OPENING(value, "opening")
    except Refused:
        return None
    runs = tuple(map(tuple, value["epochs"]))
    return value if runs and is_maximal(runs) else None
