"""Tracked contacts: the verdict on a later log of a contact, and the trust in a signer (section 10)."""

import cbor
import shapes
from errors import Refused, encoding
from state import ESCROW, Member, State

PIN_BYTES = 4096
PIN = shapes.record(
    {
        "v": shapes.one_of(1),
        "subject": shapes.SUBJECT,
        "head": shapes.HEAD,
        "confirmed": shapes.array(shapes.POSITION, 1, 256),
        "verified": shapes.flag,
    }
)


def read_pin(data: bytes) -> dict:
    pin = cbor.decode(data, PIN_BYTES, "contact")
    PIN(pin, "contact")
    confirmed = pin["confirmed"]
    if not all(a < b for a, b in zip(confirmed, confirmed[1:])) or confirmed[-1] > pin["head"]["seq"]:
        raise encoding("ENC-2", "contact.confirmed does not ascend up to the head")
    return pin


def trusted_class(state: State) -> set[int]:
    """The founders of the confirmed devices and backup keys, in the graph without escrow's approvals. A member that
    shares its founder with one that is not confirmed has its own position, which is nobody's founder."""
    classes = state.classes()
    founders = {member.node: classes.without_escrow[member.node] for member in state.people()}
    strangers = {founders[member.node] for member in state.people() if not classes.is_confirmed(member)}
    confirmed = [member for member in state.people() if classes.is_confirmed(member)]
    return {member.position if founders[member.node] in strangers else founders[member.node] for member in confirmed}


def is_of(state: State, member: Member, confirmed: set[int]) -> bool:
    """Whether a member, active or removed, is of a trusted class at this later head."""
    return member.kind != ESCROW and state.classes().without_escrow[member.node] in confirmed


def compare(pinned_seq: int, confirmed: set[int], later: State | Refused) -> str:
    """`confirmed` is the trusted class of the contact, `later` the result of verification with this pin."""
    if isinstance(later, Refused):
        return {"REPLACED": "replaced", "FORKED": "forked", "ROLLED_BACK": "rolled-back"}[later.code]
    authors = [later.members.get(each.author) for each in later.history()[pinned_seq:]]
    if not authors:
        return "same"
    of_the_class = all(author and is_of(later, author, confirmed) for author in authors)
    return "extended" if of_the_class else "extended-by-others"


def standing(state: State, member: Member, confirmed: set[int] | None = None) -> str:
    """The trust in a signer at the newest head at hand, given a tracked contact's trusted class or none."""
    classes = state.classes()
    founder, without = classes.founder(member), classes.without_escrow[member.node]
    if without in ({classes.confirmed} if confirmed is None else confirmed):
        return "founding"
    return "restored" if founder == classes.confirmed and without != founder else "neither"
