"""Runs the files of vectors/, whose format vectors/README.md describes."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Callable

import backup
import contacts
import content
import escrow
import evidence
import fingerprint
import grants
from crypto import kdf
from errors import Refused
from hpke import KemKey
from log import open_entry, pin_state, verify_entry, verify_log
from runs import Runs, union
from state import State, data_access, holds_current


class Vectors:
    """The folder, and the logs that several files share, each verified once."""

    def __init__(self, folder: Path):
        self.folder, self.states = folder, {}

    def entries(self, given: str | list[str] | None) -> list[bytes]:
        if isinstance(given, str):
            given = json.loads((self.folder / "prefixes" / f"{given}.json").read_text())["entries"]
        return [unbase64(entry) for entry in given or []]

    def state(self, name: str | None) -> State:
        if name is None:
            return State()
        if name not in self.states:
            self.states[name] = verify_log(self.entries(name))
        return self.states[name]


def unbase64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def seeds(pairs: list) -> dict[int, bytes]:
    return {epoch: unbase64(seed) for epoch, seed in pairs}


def pairs(runs: Runs) -> list[list[int]]:
    return [list(run) for run in runs]


def runs_of(epochs: list[int]) -> list[list[int]]:
    return pairs(union((), tuple((epoch, epoch) for epoch in epochs)))


def attempt(do: Callable[[], object]) -> object:
    try:
        return do()
    except Refused as refused:
        return refused


# --- Each check gives what was found and what the file expects.


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


def negative_log(vectors: Vectors, vector: dict) -> tuple[object, object]:
    load, prefix = vector["load"], vectors.entries(vector["prefix"])
    return refusal(vector, lambda given: verify_log(prefix + vectors.entries(given), load["subject"], now=load.get("now")))


def negative_pins(vectors: Vectors, vector: dict) -> tuple[object, object]:
    subject, pin = vector["load"]["subject"], pin_state(vectors.state(vector["pinned"]))
    return refusal(vector, lambda given: verify_log(vectors.entries(given), subject, pin))


def negative_contacts(vectors: Vectors, vector: dict) -> tuple[object, object]:
    pinned = vectors.state(vector["pinned"])

    def status(side: str) -> str:
        entries = vectors.entries(vector["pinned"]) + vectors.entries(vector[side])
        later = attempt(lambda: verify_log(entries, vector["load"]["subject"], pin_state(pinned)))
        return contacts.compare(pinned, pinned.classes().confirmed, later)

    return twins(vector, "status", status)


def negative_evidence(vectors: Vectors, vector: dict) -> tuple[object, object]:
    return refusal(vector, lambda given: evidence.judge(unbase64(given)))


def negative_fingerprints(vectors: Vectors, vector: dict) -> tuple[object, object]:
    return refusal(vector, fingerprint.parse)


def negative_backup(vectors: Vectors, vector: dict) -> tuple[object, object]:
    return refusal(vector, lambda text: backup.read(text, vectors.state(vector["log"])))


def negative_grants(vectors: Vectors, vector: dict) -> tuple[object, object]:
    recipient, holder = vector["recipient"], vector["holder"]
    key = KemKey(kdf("member/kem", unbase64(recipient["seed"])))

    def one(side: str) -> tuple[object, object]:
        entry = unbase64(vector[side])
        state = verify_entry(vectors.state(vector["prefix"]), entry)
        had = seeds(recipient["epochs"])
        received = grants.receive(state, open_entry(entry)[1], bytes.fromhex(recipient["member"]), key, had)
        wrong = [
            {"recipient": id_.hex(), "from": first, "to": last, "wrong": what}
            for id_, first, last, what in grants.check(state, seeds(holder["epochs"]))
        ]
        return {name: runs_of(epochs) for name, epochs in received.items()}, wrong

    found = {side: one(side) for side in ("bad", "good")}
    return found, {side: (vector["received"][side], vector["checked"][side]) for side in found}


def negative_content(vectors: Vectors, vector: dict) -> tuple[object, object]:
    pieces, reader = [unbase64(piece) for piece in vector["pieces"]], vector["reader"]
    log, held = bytes.fromhex(reader["log"]), seeds(reader["epochs"])
    place = vector.get("purpose"), unbase64(vector.get("associatedData", ""))
    return refusal(
        vector, lambda given: content.open_content(b"".join(pieces[i] for i in given), log, held, *place)
    )


def negative_escrow(vectors: Vectors, vector: dict) -> tuple[object, object]:
    def answer(side: str) -> object:
        user, log = vectors.state(vector[side]["user"]), vectors.state(vector[side]["escrow"])
        if vector["question"] == "pointer":
            return escrow.judge_pointer(user.escrow().pointer, log)
        if vector["question"] == "needs":
            return escrow.needs(log)
        if vector["question"] == "act":
            return "verified" if escrow.act_is_verified(user, log) else "unverified"
        if vector["question"] == "record":
            sealed = open_entry(unbase64(vector["record"][side]))[1][0]
            return {"junk": escrow.open_record(log, sealed, seeds(vector["admin"]["epochs"])) is None}
        device, head = user.members[bytes.fromhex(vector["device"]["member"])], vector["device"].get("confirmed")
        return escrow.duty(user, log, device, head and parse_head(head))

    return twins(vector, "answer", answer)


def parse_head(head: dict) -> dict:
    return {"log": bytes.fromhex(head["log"]), "seq": head["seq"], "hash": bytes.fromhex(head["hash"])}


def positive_logs(vectors: Vectors, vector: dict) -> tuple[object, object]:
    entries = vectors.entries(vector["entries"])
    state = verify_log(entries, vector["load"]["subject"])
    found = [facts(each) for each in state.history()]
    keyrings = [keyring(state, entries, device) for device in vector["devices"]]
    return (found, keyrings), (vector["states"], [[device["epochs"], device["junk"]] for device in vector["devices"]])


def keyring(state: State, entries: list[bytes], device: dict) -> list:
    """The epochs that a member ends with when it receives the whole log, and those that were junk."""
    id_, key = bytes.fromhex(device["member"]), KemKey(kdf("member/kem", unbase64(device["seed"])))
    held: dict[int, bytes] = {}
    junk: set[int] = set()
    for each, entry in zip(state.history(), entries):
        if id_ in each.members and each.members[id_].kem == key.public:
            received = grants.receive(each, open_entry(entry)[1], id_, key, held)
            junk = (junk | set(received["junk"])) - set(held)
    return [[[epoch, base64url(seed)] for epoch, seed in sorted(held.items())], sorted(junk)]


def facts(state: State) -> dict:
    classes, body = state.classes(), state.body
    return {
        "type": body["type"],
        "author": state.author.hex() if state.author else "operator",
        "time": state.time,
        "head": {"log": state.log.hex(), "seq": state.seq, "hash": state.hash.hex()},
        "lockdown": state.lockdown,
        "rotationDue": state.rotation_due,
        "policy": state.policy,
        "grants": [
            {"from": grant["from"], "to": grant["to"], "recipients": [id_.hex() for id_, _ in grant["boxes"]]}
            for grant in body.get("grants", [])
        ],
        "missing": body.get("missing", []),
        "epochs": [
            {"number": number, "seq": epoch.position, "time": epoch.time, "kem": hashlib.sha256(epoch.keys["kem"]).hexdigest()}
            | ({"sign": base64url(epoch.keys["sign"])} if "sign" in epoch.keys else {})
            for number, epoch in enumerate(state.epochs, 1)
        ],
        "members": [
            {
                "id": member.id.hex(),
                "kind": member.kind,
                "name": member.name,
                "position": member.position,
                "sign": base64url(member.sign),
                "kem": hashlib.sha256(member.kem).hexdigest(),
                "approvals": [{"by": by.hex(), "seq": seq} for by, seq in member.approvals],
                "reach": pairs(member.reach),
                "held": pairs(member.held),
                "withheld": pairs(member.withheld),
                "roles": list(member.roles or ()),
                "pointer": member.pointer and {
                    "log": member.pointer["log"].hex(),
                    "seq": member.pointer["seq"],
                    "hash": member.pointer["hash"].hex(),
                    "epoch": member.pointer["epoch"],
                },
            }
            | (
                {"removed": {"seq": member.removed[1], "by": member.removed[0].hex() if member.removed[0] else "operator"}}
                if member.removed
                else {
                    "active": {
                        "founder": classes.founder(member),
                        "confirmed": classes.is_confirmed(member),
                        "holder": holds_current(state, member),
                        "dataAccess": data_access(state, member),
                    }
                }
            )
            for member in state.members.values()
        ],
    }


CHECKS: dict[str, Callable[[Vectors, dict], tuple[object, object]]] = {
    "positive/logs": positive_logs,
    "negative/log": negative_log,
    "negative/pins": negative_pins,
    "negative/contacts": negative_contacts,
    "negative/evidence": negative_evidence,
    "negative/fingerprints": negative_fingerprints,
    "negative/backup": negative_backup,
    "negative/grants": negative_grants,
    "negative/content": negative_content,
    "negative/escrow": negative_escrow,
}


def difference(found: object, expected: object, path: str = "") -> str:
    """The first place where they differ."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        inside = ((found[name], expected[name], f"{path}.{name}") for name in found if found[name] != expected[name])
    elif isinstance(found, (list, tuple)) and isinstance(expected, (list, tuple)) and len(found) == len(expected):
        inside = ((a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(found, expected)) if a != b)
    else:
        return f"{path} is {found}, expected {expected}"
    return difference(*next(inside))


def run_vectors(folder: Path) -> int:
    vectors, passed, failed = Vectors(folder), 0, 0
    for file in sorted(folder.glob("*/*/*.json")):
        name = file.relative_to(folder).parent.as_posix()
        try:
            found, expected = CHECKS[name](vectors, json.loads(file.read_text()))
            fault = None if found == expected else difference(found, expected)
        except Exception as error:  # whatever goes wrong is the verdict on this file, and the others go on
            fault = repr(error)
        if fault is None:
            passed += 1
        else:
            failed += 1
            print(f"{name}/{file.name}: {fault}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
