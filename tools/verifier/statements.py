"""A service's statements of the heads of logs (section 13.4)."""

from dataclasses import dataclass

import cbor
import shapes
from crypto import labelled, verify_signature
from errors import Refused
from log import SKEW
from state import State

STATEMENT_BYTES = 512
SIGNED = shapes.fixed(
    statement=shapes.blob(1, cbor.MAX_INT),
    signature=shapes.blob(64),
    certificate=shapes.blob(1, cbor.MAX_INT),
    certified=shapes.blob(64),
)
CERTIFICATE = shapes.record({"v": shapes.one_of(1), "key": shapes.BYTES32, "until": shapes.MILLISECONDS})
STATEMENT = shapes.record(
    {
        "v": shapes.one_of(1),
        "log": shapes.BYTES32,
        "seq": shapes.POSITION,
        "hash": shapes.BYTES32,
        "at": shapes.MILLISECONDS,
    }
)


@dataclass
class Statement:
    """A decoded statement, not judged yet."""

    log: bytes
    seq: int
    hash: bytes
    at: int
    key: bytes
    until: int
    signed: tuple[bytes, bytes, bytes, bytes]


def decode(data: bytes) -> Statement:
    parts = cbor.decode(data, STATEMENT_BYTES, "statement")
    SIGNED(parts, "statement")
    certificate = cbor.decode(parts[2], STATEMENT_BYTES, "statement.certificate")
    CERTIFICATE(certificate, "statement.certificate")
    body = cbor.decode(parts[0], STATEMENT_BYTES, "statement.statement")
    STATEMENT(body, "statement.statement")
    place = (body["log"], body["seq"], body["hash"], body["at"])
    return Statement(*place, certificate["key"], certificate["until"], tuple(parts))


def check_signatures(statement: Statement, operator: bytes | None) -> None:
    """SVC-1, and SVC-2 for the statement."""
    body, signature, certificate, certified = statement.signed
    if operator is None:
        raise Refused("INVALID_ARGUMENT", "SVC-1", "a log that names no operator has no statements")
    if not verify_signature(operator, labelled("head/certificate", certificate), certified):
        raise Refused("INVALID_SIGNATURE", "SVC-1", "the operator's, of the certificate")
    if not verify_signature(statement.key, labelled("head", body), signature):
        raise Refused("INVALID_SIGNATURE", "SVC-1", "the statement key's")
    if statement.at > statement.until:
        raise Refused("INVALID_SIGNATURE", "SVC-2", "the statement is from after the key's last day")


def check_log(statement: Statement, log: State) -> None:
    """SVC-4."""
    if statement.log != log.log:
        raise Refused("WRONG_SUBJECT", "SVC-4", "the statement names another log")
    if statement.seq <= log.seq and not log.has_head(statement.seq, statement.hash):
        raise Refused("FORKED", "SVC-4", f"another link {statement.seq} is stated")


def check_clock(statement: Statement, now: int, skew: int = SKEW) -> None:
    """SVC-2 for the clock, SVC-3."""
    if now > statement.until:
        raise Refused("STALE_LOG", "SVC-2", "the statement key does not count any more")
    if statement.at > now + skew:
        raise Refused("NOT_YET", "SVC-3", "the statement is dated ahead of the clock")


def judge(data: bytes, log: State | bytes, now: int | None = None) -> Statement:
    """Verifies a statement, given the verified log or, without one, the operator's key."""
    statement = decode(data)
    check_signatures(statement, log.operator if isinstance(log, State) else log)
    if isinstance(log, State):
        check_log(statement, log)
    if now is not None:
        check_clock(statement, now)
    return statement


def contradict(earlier: Statement, later: Statement) -> bool:
    """SVC-5: whether these statements, in this order, contradict each other."""
    if earlier.log != later.log or earlier.at > later.at:
        return False
    if earlier.seq == later.seq:
        return earlier.hash != later.hash
    return later.seq < earlier.seq and later.at > earlier.at


def check_freshness(statement: Statement | None, log: State, now: int, bound: int) -> None:
    """SVC-6: whether a log may be sealed to by this statement."""
    if statement is None or statement.at < now - bound or statement.seq > log.seq:
        raise Refused("STALE_LOG", "SVC-6", "the log may not be the newest")
