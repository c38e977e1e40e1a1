"""Evidence that a server contradicts what was verified before, as a third party judges it (section 13.2)."""

from dataclasses import dataclass

import cbor
import shapes
import statements
from crypto import digest
from errors import Refused, encoding
from log import compare, verify_entry
from state import State

LINKS = shapes.array(shapes.blob(1, 65_536), 0, 1_000_000)
SIGNED = shapes.blob(1, cbor.MAX_INT)
EVIDENCE = shapes.record(
    {
        "v": shapes.one_of(1),
        "kind": shapes.one_of("forked", "replaced", "rolled-back", "equivocated"),
        "subject": shapes.SUBJECT,
        "pinned": shapes.HEAD,
        "ours": LINKS,
        "theirs": LINKS,
    },
    {"statements": shapes.fixed(earlier=SIGNED, later=SIGNED)},
)


@dataclass
class Side:
    """The leading links of known version and type, and the hashes of all links."""

    state: State
    hashes: list[bytes]
    is_known: bool  # all of them

    @property
    def log(self) -> bytes | None:
        return self.hashes[0] if self.hashes else None


def require(condition: object, message: str) -> None:
    if not condition:
        raise Refused("INVALID_ARGUMENT", None, message)


def judge(data: bytes) -> str:
    """`proven` or `claimed`. Refused if it does not show what it claims."""
    evidence = cbor.decode(data, 2**30, "evidence", max_objects=2_000_016)
    EVIDENCE(evidence, "evidence")
    kind, pinned = evidence["kind"], evidence["pinned"]
    if ("statements" in evidence) != (kind == "equivocated"):
        raise encoding("ENC-2", "evidence.statements is there exactly in equivocated")
    theirs, ours = (side_of(evidence[name], evidence["subject"]) for name in ("theirs", "ours"))
    head = (ours.log, len(ours.hashes), ours.hashes[-1]) if ours.hashes else None
    require(head in (None, (pinned["log"], pinned["seq"], pinned["hash"])), "our side does not end at the pinned head")
    if kind == "equivocated":
        return equivocated(pinned, ours, theirs, evidence["statements"])
    require(theirs.hashes or kind == "rolled-back", "there is nothing on their side")
    same_log = theirs.log in (None, pinned["log"])
    if kind == "replaced":
        shown = not same_log
    elif kind == "rolled-back":
        begins = ours.hashes[: len(theirs.hashes)] == theirs.hashes
        shown = same_log and len(theirs.hashes) < pinned["seq"] and (not ours.hashes or begins)
    elif ours.hashes:
        shown = same_log and any(a != b for a, b in zip(ours.hashes, theirs.hashes))
    else:
        shown = same_log and len(theirs.hashes) == pinned["seq"] and theirs.hashes[-1] != pinned["hash"]
    require(shown, f"the links do not show that the log was {kind}")
    return "proven" if kind == "forked" and ours.hashes and ours.is_known and theirs.is_known else "claimed"


def side_of(links: list[bytes], subject: str) -> Side:
    state, is_known = State(), True
    for link in links:
        try:
            state = verify_entry(state, cbor.encode([link, []]))
        except Refused as refused:
            if refused.code != "UNSUPPORTED":
                raise
            is_known = False
            break  # from here on only positions and hashes count
        try:
            compare(state, subject, None)
        except Refused:
            require(False, "the links are of another subject")
    return Side(state, [digest("link/hash", link) for link in links], is_known)


def equivocated(pinned: dict, ours: Side, theirs: Side, given: list[bytes]) -> str:
    require(not ours.hashes and len(theirs.hashes) == 1 and theirs.is_known, "the first link alone is to be there")
    earlier, later = (statement_of(data, theirs) for data in given)
    require(statements.contradict(earlier, later), "the statements do not contradict each other")
    require((pinned["log"], pinned["seq"], pinned["hash"]) == (earlier.log, earlier.seq, earlier.hash), "another head")
    return "proven"


def statement_of(data: bytes, side: Side) -> statements.Statement:
    statement = statements.decode(data)
    statements.check_signatures(statement, side.state.operator)
    if statement.log != side.log:
        raise Refused("WRONG_SUBJECT", "SVC-4", "the statement names another log")
    return statement
