"""Contacts are tracked: what a later log of a pinned contact means (section 10)."""

from errors import Refused
from state import ESCROW, State


def compare(pinned: State, confirmed: int, later: State | Refused) -> str:
    """`pinned` is the state at the pin, `confirmed` the founder of the class that was confirmed when the contact was
    pinned first, `later` what verification with this pin gave."""
    if isinstance(later, Refused):
        return {"REPLACED": "replaced", "FORKED": "forked", "ROLLED_BACK": "rolled-back"}[later.code]
    founders = later.classes().founders
    authors = [later.members.get(each.author) for each in later.history()[pinned.seq :]]
    if not authors:
        return "same"
    of_the_class = all(
        author and author.kind != ESCROW and founders[author.node] == founders[confirmed] for author in authors
    )
    return "extended" if of_the_class else "extended-by-others"
