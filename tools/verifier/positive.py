"""Computes again the values in each file of vectors/positive: pairs of (found, expected)."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import backup
import cbor
import content
import escrow
import fingerprint
import grants
import keyring as keyrings
import statements
from crypto import digest, kdf, labelled, member_signing_key, signing_key, verify_signature
from hpke import KemKey, encapsulate, hpke_open, hpke_seal
from log import open_entry, verify_log
from runs import to_runs
from state import State, data_access, holds_current
from vectorfiles import Vectors, base64url, head, pairs, seeds, unbase64


def of_logs(vectors: Vectors, vector: dict) -> tuple[object, object]:
    entries = vectors.entries(vector["entries"])
    state = verify_log(entries, vector["load"]["subject"])
    found = [facts(each) for each in state.history()]
    keyrings = [keyring(state, entries, device) for device in vector["devices"]]
    return (found, keyrings), (vector["states"], [device["epochs"] for device in vector["devices"]])


def keyring(state: State, entries: list[bytes], device: dict) -> list:
    """The epochs that a member holds after it has received the whole log."""
    id_, key = bytes.fromhex(device["member"]), KemKey(kdf("member/kem", unbase64(device["seed"])))
    held: dict[int, bytes] = {}
    for each, entry in zip(state.history(), entries):
        if id_ in each.members and each.members[id_].kem == key.public:
            grants.receive(each, open_entry(entry)[1], id_, key, held)
    return [[epoch, base64url(seed)] for epoch, seed in sorted(held.items())]


def facts(state: State) -> dict:
    classes, body = state.classes(), state.body
    return {
        "type": body["type"],
        "author": whom(state.author),
        "time": state.time,
        "head": head(state),
        "lockdown": state.lockdown,
        "rotationDue": state.rotation_due,
        "policy": state.policy,
        "grants": [
            {"from": grant["from"], "to": grant["to"], "count": grant["count"], "epochs": pairs(set_)}
            | {"recipients": [id_.hex() for id_, _ in grant["boxes"]]}
            for grant, set_ in zip(body.get("grants", []), state.sets)
        ],
        "missing": body.get("missing", []),
        "granted": [
            {"sign": sign.hex(), "kem": kem.hex(), "runs": pairs(runs)}
            for (sign, kem), runs in sorted(state.granted.items())
        ],
        "acts": sorted(state.acts),
        "disowned": sorted(state.disowned),
        "epochs": [
            {"number": number, "seq": epoch.position, "time": epoch.time, "kem": sha256(epoch.keys["kem"])}
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
                "kem": sha256(member.kem),
                "approvals": [{"by": by.hex(), "seq": seq} for by, seq in member.approvals],
                "reclaims": [{"from": source.hex(), "seq": seq} for source, seq in member.reclaims],
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
                {"removed": {"seq": member.removed[1], "by": whom(member.removed[0])}}
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


def whom(id_: bytes | None) -> str:
    return id_.hex() if id_ else "operator"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def of_primitives(vectors: Vectors, file: dict) -> tuple[object, object]:
    hpke = file["hpke"]
    found = {
        "signatures": [signature(given) for given in file["signatures"]],
        "xwing": xwing(file["xwing"]),
        "hpke": hpke | {"sealed": [sealed(hpke["seed"], each) for each in hpke["sealed"]]},
    }
    return found, file


def signature(given: dict) -> dict:
    label = given["label"].removeprefix("keystead/v1/")
    secret, message = unbase64(given["secret"]), labelled(label, unbase64(given["message"]))
    signed = Ed25519PrivateKey.from_private_bytes(secret).sign(message)
    assert verify_signature(signing_key(secret), message, signed)
    made = {"key": signing_key(secret), "signedBytes": message, "signature": signed}
    return given | texts(made)


def xwing(given: dict) -> dict:
    seed, coins = unbase64(given["seed"]), unbase64(given["coins"])
    expanded, key = hashlib.shake_256(seed).digest(96), KemKey(seed)
    ciphertext, shared = encapsulate(key.public, coins)
    assert key.decapsulate(ciphertext) == shared
    made = {"mlkemSeed": expanded[:64], "x25519Secret": expanded[64:], "publicKey": key.public}
    return given | texts(made | {"ciphertext": ciphertext, "sharedSecret": shared})


def sealed(seed: str, given: dict) -> dict:
    key, info, plaintext = KemKey(unbase64(seed)), unbase64(given["info"]), unbase64(given["plaintext"])
    box = hpke_seal(key.public, info, plaintext, unbase64(given["coins"]))
    assert hpke_open(key, info, box) == plaintext
    return given | texts({"sealed": box})


def of_keys(vectors: Vectors, file: dict) -> tuple[object, object]:
    given = file["escrowMember"]
    place = [bytes.fromhex(given["log"]), given["seq"], bytes.fromhex(given["prev"])]
    found = {
        "members": [member(unbase64(each["seed"])) for each in file["members"]],
        "epochs": [epoch(unbase64(each["seed"]), each["exported"]) for each in file["epochs"]],
        "operator": file["operator"] | texts({"sign": signing_key(unbase64(file["operator"]["seed"]))}),
        "escrowMember": given | {"id": digest("escrow/id", cbor.encode(place))[:16].hex()},
        "names": [name(each) for each in file["names"]],
    }
    return found, file


def member(seed: bytes) -> dict:
    sign, kem = kdf("member/signing", seed), kdf("member/kem", seed)
    made = {"seed": seed, "signingSecret": sign, "sign": signing_key(sign), "kemSeed": kem, "kem": KemKey(kem).public}
    return texts(made) | {"id": digest("member/id", made["sign"] + made["kem"])[:16].hex()}


def epoch(seed: bytes, exported: list[dict]) -> dict:
    sign, kem, exporter = (kdf(f"epoch/{use}", seed) for use in ("signing", "kem", "exporter"))
    made = {"seed": seed, "kemSeed": kem, "kem": KemKey(kem).public, "signingSecret": sign, "sign": signing_key(sign)}
    keys = []
    for each in exported:
        info = cbor.encode([each["label"], each["length"]])
        keys.append(each | texts({"key": kdf("exporter", exporter, info, each["length"])}))
    return texts(made | {"exporter": exporter}) | {"exported": keys}


def name(given: dict) -> dict:
    fields = {field: given[field] for field in ("name", "platform", "details") if field in given}
    opening = cbor.encode(fields | {"salt": unbase64(given["salt"])})
    return given | texts({"opening": opening, "digest": digest("attachment", opening)})


def of_grants(vectors: Vectors, file: list) -> tuple[object, object]:
    return [grant(given) for given in file], file


def grant(given: dict) -> dict:
    body = {"seq": given["seq"], "log": bytes.fromhex(given["log"]), "prev": bytes.fromhex(given["prev"])}
    made = grants.make(body, to_runs(given["runs"]), b"".join(map(unbase64, given["seeds"])))
    boxes = []
    for box in given["boxes"]:
        coins, info, sealed_key = made.box(unbase64(box["kem"]))
        parts = {"coins": coins, "info": info, "box": sealed_key, "digest": digest("attachment", sealed_key)}
        boxes.append(box | texts(parts))
    parts = {"set": made.set, "context": made.context, "key": made.key, "keyring": made.keyring}
    return given | texts(parts | {"keyringDigest": digest("attachment", made.keyring)}) | {"boxes": boxes}


def of_fingerprints(vectors: Vectors, file: dict) -> tuple[object, object]:
    compared = file["comparisons"]
    state = vectors.state(compared["log"])
    results = [each | comparison(each["text"], state, each.get("with")) for each in compared["given"]]
    found = {
        "heads": [{"head": each["head"]} | fingerprint.forms(*parse_head(each["head"])) for each in file["heads"]],
        "devices": [
            {"head": each["head"], "member": each["member"]}
            | fingerprint.forms(*parse_head(each["head"]), bytes.fromhex(each["member"]))
            for each in file["devices"]
        ],
        "readings": [reading(each["typed"]) for each in file["readings"]],
        "comparisons": compared | {"given": results},
        "escrow": [of_escrow(vectors.state(each["log"]), each) for each in file["escrow"]],
        "pins": [pin(each) for each in file["pins"]],
    }
    return found, file


def of_digits(vectors: Vectors, file: dict) -> tuple[object, object]:
    salt, part, answer = (unbase64(file[name]) for name in ("salt", "part", "answer"))
    log, seq, hash_ = parse_head(file["head"])
    commitment = fingerprint.digits_commitment(salt, part, log, seq, hash_, bytes.fromhex(file["member"]))
    same = {"v": 1, "commitment": commitment}
    messages = {
        "commit": cbor.encode(same | {"step": "commit", "head": {"log": log, "seq": seq, "hash": hash_}}),
        "answer": cbor.encode(same | {"step": "answer", "part": answer}),
        "open": cbor.encode(same | {"step": "open", "answer": answer, "salt": salt, "part": part}),
    }

    def shown(of: dict) -> str:
        keys = unbase64(of["signingKey"]), unbase64(of["kemKey"])
        return fingerprint.digits(*parse_head(of["head"]), bytes.fromhex(of["member"]), *keys, part, answer)

    swapped = [each | {"digits": shown(each)} for each in file["swapped"]]
    right = shown(file)
    found = {"commitment": base64url(commitment), "messages": texts(messages), "digits": right, "swapped": swapped}
    alike = [each["what"] for each in swapped if each["digits"] == right]
    return (file | found, alike), (file, [])


def of_escrow(state: State, given: dict) -> dict:
    compared = [each | comparison(each["text"], state) for each in given["given"]]
    return given | {"hex": fingerprint.of_state(state)["hex"].replace(" ", ""), "given": compared}


def comparison(text: str, state: State, asked: str | None = None) -> dict:
    result, member = fingerprint.compare(text, state, None if asked is None else bytes.fromhex(asked))
    return {"result": result} | ({} if member is None else {"names": member.hex()})


def parse_head(head: dict) -> tuple[bytes, int, bytes]:
    return bytes.fromhex(head["log"]), head["seq"], bytes.fromhex(head["hash"])


def reading(typed: str) -> dict:
    form, text = fingerprint.parse(typed)
    found = {"typed": typed, "form": form, "text": text}
    if form == "qr":
        log, seq, *member = text.lower().split(":")[2:-1]
        found |= {"log": log, "seq": int(seq)} | ({"member": member[0]} if member else {})
    return found


def pin(given: dict) -> dict:
    fields = {field: value for field, value in given.items() if field != "bytes"}
    log, seq, hash_ = parse_head(given["head"])
    return given | texts({"bytes": cbor.encode(fields | {"head": {"log": log, "seq": seq, "hash": hash_}})})


def of_backup(vectors: Vectors, file: dict) -> tuple[object, object]:
    found = {"keys": [backup_key(each) for each in file["keys"]], "typed": []}
    for typed in file["typed"]:
        state = vectors.state(typed["log"])
        found["typed"].append(typed | {"texts": [typed_text(each["text"], state) for each in typed["texts"]]})
    return found, file


def backup_key(given: dict) -> dict:
    number = int.from_bytes(unbase64(given["secretBytes"]), "big")
    secret = [number >> 5 * place & 31 for place in reversed(range(backup.SECRET))]
    seed = backup.seed_of(secret, bytes.fromhex(given["log"]))
    sign = member_signing_key(seed)
    text = backup.text_of(secret, sign)
    symbols = {"secret": secret, "id": backup.symbols(text[: backup.ID]), "check": backup.check_of(secret)}
    made = {field: symbols[field] for field in symbols if field in given} | texts({"seed": seed, "sign": sign})
    return given | made | {"text": "-".join(text[i : i + 4] for i in range(0, 36, 4))}


def typed_text(text: str, state: State) -> dict:
    read = backup.read(text, state)
    corrections = [vars(each) | {"group": (each.position + 3) // 4} for each in read.corrections]
    standing = "removed" if read.member.removed else "active"
    return {"text": text, "member": read.member.id.hex(), "standing": standing, "corrections": corrections}


def of_content(vectors: Vectors, given: dict) -> tuple[object, object]:
    key, associated_data = unbase64(given["contentKey"]), unbase64(given["associatedData"])
    plaintext = given["plaintext"]["text"].encode() * given["plaintext"]["times"]
    recipients = []
    for each in given["recipients"]:
        state = vectors.state(each["log"])
        kem = state.epochs[each["epoch"] - 1].keys["kem"]
        recipients.append(((state.log, state.seq, state.hash, each["epoch"]), kem, unbase64(each["coins"])))
    core, sender, secret = {"purpose": given["purpose"]}, None, None
    if "sender" in given:
        sender = vectors.state(given["sender"]["log"])
        core["sender"] = [sender.log, bytes.fromhex(given["sender"]["member"]), sender.seq, sender.hash]
        secret = kdf("member/signing", unbase64(given["sender"]["seed"]))
    if "padding" in given:
        core["padding"] = given["padding"]
    made = content.seal(core, recipients, key, associated_data, plaintext, secret)
    whole = made["front"] + made["payload"] + made.get("signature", b"")
    for each in given["recipients"]:
        log, held = bytes.fromhex(each["reader"]["log"]), seeds(each["reader"]["epochs"])
        opened = content.open_content(whole, log, held, given["purpose"], associated_data, sender)
        assert opened == plaintext
    if "transcripts" in made:
        made["transcripts"] = [base64url(each) for each in made["transcripts"]]
    return given | {name: each if isinstance(each, list) else base64url(each) for name, each in made.items()}, given


def of_keyrings(vectors: Vectors, file: list) -> tuple[object, object]:
    return [stored(given) for given in file], file


def stored(given: dict) -> dict:
    """Written from its parts, and read again."""
    parts = keyrings.Keyring(
        *(bytes.fromhex(given["log"]), bytes.fromhex(given["member"]), unbase64(given["seed"])),
        *(given["head"]["seq"], bytes.fromhex(given["head"]["hash"])),
        epochs=seeds(given["epochs"]),
        checked=to_runs(given["checked"]),
        junk=given["junk"],
        opens=seeds(given["opens"]),
        aside={bytes.fromhex(name): unbase64(seed) for name, seed in given["aside"]},
    )
    whole = keyrings.write(parts)
    assert keyrings.read(whole) == parts
    for name, seed in parts.aside.items():
        assert digest("public-key", grants.epoch_kem(seed)) == name
    content_bytes, checksum = cbor.decode(whole, len(whole), "keyring")
    return given | texts({"content": content_bytes, "checksum": checksum, "bytes": whole})


def of_statements(vectors: Vectors, given: dict) -> tuple[object, object]:
    operator, key = (Ed25519PrivateKey.from_private_bytes(unbase64(given[name])) for name in ("operatorSeed", "keySeed"))
    log, seq, hash_ = parse_head(given["head"])
    certificate = cbor.encode({"v": 1, "key": signing_key(unbase64(given["keySeed"])), "until": given["until"]})
    statement = cbor.encode({"v": 1, "log": log, "seq": seq, "hash": hash_, "at": given["at"]})
    signature = key.sign(labelled("head", statement))
    certified = operator.sign(labelled("head/certificate", certificate))
    parts = {"statement": statement, "signature": signature, "certificate": certificate, "certified": certified}
    whole = cbor.encode(list(parts.values()))
    statements.judge(whole, signing_key(unbase64(given["operatorSeed"])), given["at"])
    return given | texts(parts | {"bytes": whole}), given


def of_records(vectors: Vectors, file: dict) -> tuple[object, object]:
    found = {
        "acts": [each | texts({"commitment": act_commitment(each)}) for each in file["acts"]],
        "pairs": [each | {"digest": digest("public-key", unbase64(each["kem"])).hex()} for each in file["pairs"]],
    }
    return found, file


def act_commitment(given: dict) -> bytes:
    lists = [[bytes.fromhex(id_) for id_ in given[name]] for name in ("approve", "remove")]
    log, prev = bytes.fromhex(given["log"]), bytes.fromhex(given["prev"])
    return escrow.commitment(unbase64(given["salt"]), unbase64(given["admin"]), log, given["seq"], prev, *lists)


def of_padding(vectors: Vectors, file: dict) -> tuple[object, object]:
    return {"lengths": [each | {"padded": content.padded_length(each["length"])} for each in file["lengths"]]}, file


def texts(made: dict[str, bytes]) -> dict[str, str]:
    return {name: base64url(value) for name, value in made.items()}
