"""Evidence that a server contradicts what was verified before, as a third party judges it (section 13.2)."""

import cbor
import shapes
from errors import Refused
from log import verify_log
from state import State

LINKS = shapes.array(shapes.blob(1, 65_536), 0, 1_000_000)
EVIDENCE = shapes.record(
    {
        "v": shapes.one_of(1),
        "kind": shapes.one_of("forked", "replaced", "rolled-back"),
        "subject": shapes.SUBJECT,
        "pinned": shapes.HEAD,
        "ours": LINKS,
        "theirs": LINKS,
    }
)


def judge(data: bytes) -> str:
    """`proven` or `claimed`; refused if it does not show what it says."""
    evidence = cbor.decode(data, 2**30, "evidence", max_objects=2_000_016)
    EVIDENCE(evidence, "evidence")
    theirs = _verify(evidence["theirs"], evidence["subject"])
    ours = _verify(evidence["ours"], evidence["subject"]) if evidence["ours"] else None
    pinned, kind = evidence["pinned"], evidence["kind"]
    if ours and (ours.log, ours.seq, ours.hash) != (pinned["log"], pinned["seq"], pinned["hash"]):
        raise Refused("INVALID_ARGUMENT", None, "our side does not end at the pinned head")
    same_log = theirs.log == pinned["log"]
    our_hashes = [each.hash for each in ours.history()] if ours else []
    their_hashes = [each.hash for each in theirs.history()]
    if kind == "replaced":
        shown = not same_log
    elif kind == "rolled-back":
        shown = same_log and theirs.seq < pinned["seq"] and (not ours or our_hashes[: theirs.seq] == their_hashes)
    elif ours:
        shown = same_log and any(a != b for a, b in zip(our_hashes, their_hashes))
    else:
        shown = same_log and theirs.seq == pinned["seq"] and theirs.hash != pinned["hash"]
    if not shown:
        raise Refused("INVALID_ARGUMENT", None, f"the links do not show that the log was {kind}")
    return "proven" if kind == "forked" and ours else "claimed"


def _verify(links: list[bytes], subject: str) -> State:
    try:
        return verify_log([cbor.encode([link, []]) for link in links], subject)
    except Refused as refused:
        if refused.code != "WRONG_SUBJECT":
            raise
        raise Refused("INVALID_ARGUMENT", None, "the links are about somebody else") from None
