"""What each file of vectors/negative expects, and what this verifier finds: pairs of (found, expected)."""

from typing import Callable

import backup
import contacts
import content
import escrow
import evidence
import fingerprint
import grants
from agenda import Knowledge, agenda
from crypto import kdf
from errors import Refused
from hpke import KemKey
from log import Pin, open_entry, pin_state, verify_entry, verify_log
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
    subject, whole = vector["load"]["subject"], pin_state(vectors.state(vector["pinned"]))
    only_head = Pin(whole.log, whole.seq, {whole.seq: whole.hashes[whole.seq]})

    def against(pin: Pin) -> tuple[object, object]:
        return refusal(vector, lambda given: verify_log(vectors.entries(given), subject, pin))

    return tuple(zip(against(whole), against(only_head)))


def of_contacts(vectors: Vectors, vector: dict) -> tuple[object, object]:
    pinned = vectors.state(vector["pinned"])

    def status(side: str) -> str:
        entries = vectors.entries(vector["pinned"]) + vectors.entries(vector[side])
        later = attempt(lambda: verify_log(entries, vector["load"]["subject"], pin_state(pinned)))
        return contacts.compare(pinned.seq, contacts.trusted_class(pinned), later)

    return twins(vector, "status", status)


def of_evidence(vectors: Vectors, vector: dict) -> tuple[object, object]:
    return refusal(vector, lambda given: evidence.judge(unbase64(given)))


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
            return "verified" if escrow.is_believed(user, log) else "unverified"
        if vector["question"] == "unverified":
            return sorted(id_.hex() for id_ in escrow.brought_in(user, escrow.unverified(user, log)))
        if vector["question"] == "record":
            sealed = open_entry(unbase64(vector["record"][side]))[1][0]
            return {"junk": escrow.open_record(log, sealed, seeds(vector["admin"]["epochs"])) is None}
        device, head = vector["device"], vector["device"].get("confirmed")
        knows = Knowledge(bytes.fromhex(device["member"]), log, head and parse_head(head))
        return as_json(agenda(user, knows))

    return twins(vector, "answer", answer)


def as_json(value: object) -> object:
    """Steps of an agenda, with bytes as JSON has them."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple)):
        return [as_json(each) for each in value]
    return {name: as_json(each) for name, each in value.items()} if isinstance(value, dict) else value


def parse_head(head: dict) -> dict:
    return {"log": bytes.fromhex(head["log"]), "seq": head["seq"], "hash": bytes.fromhex(head["hash"])}
