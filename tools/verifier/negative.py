"""Checks the files of vectors/negative: pairs of (what this verifier finds, what the file expects)."""

from typing import Callable

import backup
import contacts
import content
import escrow
import evidence
import fingerprint
import grants
import keyring
import statements
from agenda import Knowledge, agenda
from crypto import kdf
from errors import Refused
from hpke import KemKey
from log import Pin, open_entry, pin_state, verify_entry, verify_log, verify_single
from positive import comparison
from runs import minus, of_epochs
from state import ESCROW, State
from vectorfiles import Vectors, attempt, runs_of, seeds, unbase64


def refusal(vector: dict, do: Callable[[object], object]) -> tuple[object, object]:
    """The bad case is refused with this error, its twin is not."""
    bad, good = attempt(lambda: do(vector["bad"])), attempt(lambda: do(vector["good"]))
    if not isinstance(bad, Refused) or isinstance(good, Refused):
        return (str(bad), str(good)), (vector["error"], "accepted")
    found = {"code": bad.code} | ({"rule": bad.rule} if bad.rule else {})
    expected = vector["error"]
    return found | {name: bad.facts.get(name) for name in expected if name not in ("code", "rule")}, expected


def twins(vector: dict, name: str, do: Callable[[str], object]) -> tuple[object, object]:
    return {side: do(side) for side in ("bad", "good")}, vector[name]


def of_log(vectors: Vectors, vector: dict) -> tuple[object, object]:
    load, prefix = vector["load"], vectors.entries(vector["prefix"])

    def verify(given: list[str]) -> None:
        state = verify_log(prefix + vectors.entries(given), load["subject"], now=load.get("now"))
        assert state.kind == load["kind"]

    return refusal(vector, verify)


def of_pins(vectors: Vectors, vector: dict) -> tuple[object, object]:
    state = vectors.state(vector["pinned"])
    subject, whole = vector["load"]["subject"], pin_state(state)
    only_head = Pin(whole.log, whole.seq, {whole.seq: whole.hashes[whole.seq]})

    def against(pin: Pin) -> tuple[object, object]:
        return refusal(vector, lambda given: verify_log(vectors.entries(given), subject, pin))

    def one_by_one(given: str | list[str]) -> object:
        after = state
        for entry in vectors.entries(given):
            after = verify_single(after, entry)
        return after

    alone = attempt(lambda: one_by_one(vector["bad"]))
    found = {"code": alone.code, "rule": alone.rule} if isinstance(alone, Refused) else None
    pins = [only_head] if vector.get("only") == "head" else [whole, only_head]
    return tuple(zip(*map(against, pins), (found, vector["alone"])))


def of_single(vectors: Vectors, vector: dict) -> tuple[object, object]:
    state = vectors.state(vector["log"])

    def receive(entry: str) -> None:
        assert verify_single(state, unbase64(entry)) is state, "something new"

    return refusal(vector, receive)


def of_statements(vectors: Vectors, vector: dict) -> tuple[object, object]:
    now, bound = vector["now"], vector.get("maxAge")

    def judge(given: str | None) -> None:
        name = vector.get("badLog") if given == vector["bad"] else None
        log = vectors.state(name or vector["log"])
        if bound is not None and (given is None or log.operator is None):
            return statements.check_freshness(None, log, now, bound)
        statement = statements.judge(unbase64(given), log, now)
        if bound is not None:
            statements.check_freshness(statement, log, now, bound)

    return refusal(vector, judge)


def of_equivocations(vectors: Vectors, vector: dict) -> tuple[object, object]:
    log = vectors.state(vector["log"])

    def contradicts(given: str) -> bool:
        pair = sorted((statements.judge(unbase64(each), log.operator) for each in (vector["kept"], given)), key=lambda each: each.at)
        return statements.contradict(*pair)

    return [contradicts(vector["bad"]), contradicts(vector["good"])], [True, False]


def of_keyrings(vectors: Vectors, vector: dict) -> tuple[object, object]:
    def read(given: str) -> None:
        parsed = keyring.read(unbase64(given))
        if "log" in vector:
            keyring.compare_heads(parsed, vectors.state(vector["log"]))

    return refusal(vector, read)


def of_contact_bytes(vectors: Vectors, vector: dict) -> tuple[object, object]:
    return refusal(vector, lambda given: contacts.read_pin(unbase64(given)))


def of_standing(vectors: Vectors, vector: dict) -> tuple[object, object]:
    pinned = vector.get("pinned") and contacts.trusted_class(vectors.state(vector["pinned"]))

    def standing(side: str) -> str:
        log = vectors.state(vector[side]["log"])
        return contacts.standing(log, log.members[bytes.fromhex(vector[side]["member"])], pinned)

    return twins(vector, "standing", standing)


def of_contacts(vectors: Vectors, vector: dict) -> tuple[object, object]:
    pinned = vectors.state(vector["pinned"])

    def status(side: str) -> str:
        entries = vectors.entries(vector["pinned"]) + vectors.entries(vector[side])
        later = attempt(lambda: verify_log(entries, vector["load"]["subject"], pin_state(pinned)))
        return contacts.compare(pinned.seq, contacts.trusted_class(pinned), later)

    return twins(vector, "status", status)


def of_evidence(vectors: Vectors, vector: dict) -> tuple[object, object]:
    return refusal(vector, lambda given: evidence.judge(unbase64(given)))


def of_comparisons(vectors: Vectors, vector: dict) -> tuple[object, object]:
    state, asked = vectors.state(vector["log"]), vector.get("with")
    return twins(vector, "comparison", lambda side: comparison(vector[side], state, asked))


def of_fingerprints(vectors: Vectors, vector: dict) -> tuple[object, object]:
    return refusal(vector, fingerprint.parse)


def of_backup(vectors: Vectors, vector: dict) -> tuple[object, object]:
    return refusal(vector, lambda text: backup.read(text, vectors.state(vector["log"])))


def of_grants(vectors: Vectors, vector: dict) -> tuple[object, object]:
    recipient, holder = vector["recipient"], vector["holder"]
    key = KemKey(kdf("member/kem", unbase64(recipient["seed"])))

    def one(side: str) -> tuple[object, object]:
        entry = unbase64(vector[side])
        state = verify_entry(vectors.state(vector["prefix"]), entry)
        had = seeds(recipient["epochs"])
        received = grants.receive(state, open_entry(entry)[1], bytes.fromhex(recipient["member"]), key, had)
        wrong = [
            {"recipient": id_.hex()} | dict(zip(("from", "to", "count"), range_)) | {"wrong": what}
            for id_, range_, what in grants.check(state, seeds(holder["epochs"]))
        ]
        return {name: runs_of(epochs) for name, epochs in received.items()}, wrong

    found = {side: one(side) for side in ("bad", "good")}
    return found, {side: (vector["received"][side], vector["checked"][side]) for side in found}


def of_content(vectors: Vectors, vector: dict) -> tuple[object, object]:
    pieces, reader = [unbase64(piece) for piece in vector["pieces"]], vector["reader"]
    log, held = bytes.fromhex(reader["log"]), seeds(reader["epochs"])
    sender = vectors.state(vector["sender"]) if "sender" in vector else None
    place = vector.get("purpose"), unbase64(vector.get("associatedData", "")), sender
    return refusal(
        vector, lambda given: content.open_content(b"".join(pieces[i] for i in given), log, held, *place)
    )


def of_escrow(vectors: Vectors, vector: dict) -> tuple[object, object]:
    def answer(side: str) -> object:
        user, log = vectors.state(vector[side]["user"]), vectors.state(vector[side]["escrow"])
        if vector["question"] == "pointer":
            return escrow.judge_pointer(user.escrow().pointer, log)
        if vector["question"] == "needs":
            return escrow.needs(log)
        if vector["question"] == "act":
            reviews = escrow.reviews_by_escrow(user)
            return "believed" if escrow.is_believed(reviews[max(reviews)], log) else "unverified"
        if vector["question"] == "unverified":
            return sorted(id_.hex() for id_ in escrow.brought_in(user, escrow.unverified(user, log)))
        if vector["question"] == "claimed":
            return as_json(escrow.claimed(user, log))
        if vector["question"] == "due":
            return escrow.is_due(user, log)
        if vector["question"] == "loose":
            return escrow.loose_acts(log)
        if vector["question"] == "record":
            sealed = open_entry(unbase64(vector["record"][side]))[1][0]
            return {"junk": escrow.open_record(log, sealed, seeds(vector["admin"]["epochs"])) is None}
        return as_json(agenda(user, what_it_knows(user, log, vector["device"][side])))

    return twins(vector, "answer", answer)


def what_it_knows(user: State, log: State, device: dict) -> Knowledge:
    """From its user's answers and the seeds in its keyring. Epochs that it holds without a seed were not delivered."""
    me, had = bytes.fromhex(device["member"]), seeds(device["epochs"])
    head, at = device.get("confirmed"), device.get("confirmedAt")
    return Knowledge(
        me,
        log,
        head and parse_head(head),
        at and parse_head(at),
        own=frozenset(map(bytes.fromhex, device.get("own", []))),
        not_own=frozenset(map(bytes.fromhex, device.get("notOwn", []))),
        remove_escrow=bytes.fromhex(device["removeEscrow"]) if "removeEscrow" in device else None,
        declined=device.get("declined", False),
        enroll_again=device.get("enrollAgain"),
        withheld=minus(user.members[me].held, of_epochs(had)),
        wrong=unproven(user, had),
    )


def unproven(user: State, had: dict[int, bytes]) -> dict[int, set[int]]:
    """By link: the grants to escrow that the device finds wrong or cannot judge (GRT-3)."""
    found: dict[int, set[int]] = {}
    for state in user.history():
        for place, (set_, grant) in enumerate(zip(state.sets, state.body.get("grants", []))):
            to_escrow = [id_ for id_, _ in grant["boxes"] if state.members[id_].kind == ESCROW]
            if to_escrow and not all(grants.is_right(state, place, id_, had) for id_ in to_escrow):
                found.setdefault(state.seq, set()).add(place)
    return found


def as_json(value: object) -> object:
    """Steps of an agenda, with bytes in the form of JSON."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple)):
        return [as_json(each) for each in value]
    return {name: as_json(each) for name, each in value.items()} if isinstance(value, dict) else value


def parse_head(head: dict) -> dict:
    return {"log": bytes.fromhex(head["log"]), "seq": head["seq"], "hash": bytes.fromhex(head["hash"])}
