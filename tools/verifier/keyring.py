"""The keyring of one member as bytes, and the check of its seeds when it meets a log (section 5, GRT-4)."""

from dataclasses import dataclass, field

import cbor
import shapes
from crypto import digest, kdf, member_signing_key
from errors import Refused, encoding
from grants import Seeds, epoch_kem, opens_for, passes_full_check
from hpke import KemKey
from runs import Runs, is_maximal, of_epochs, to_runs, within
from state import Member, State

MAX_BYTES, MAX_OBJECTS = 64_000_000, 4_000_000
SEEDS = shapes.array(shapes.fixed(epoch=shapes.POSITION, seed=shapes.BYTES32), 0)
KEYRING = shapes.fixed(content=shapes.blob(1, cbor.MAX_INT), checksum=shapes.BYTES32)
CONTENT = shapes.record(
    {
        "v": shapes.one_of(1),
        "log": shapes.BYTES32,
        "member": shapes.BYTES16,
        "seed": shapes.BYTES32,
        "head": shapes.record({"seq": shapes.POSITION, "hash": shapes.BYTES32}),
        "epochs": SEEDS,
        "checked": shapes.RUN_LIST,
        "junk": shapes.array(shapes.POSITION, 0),
        "opens": SEEDS,
        "aside": shapes.array(shapes.fixed(digest=shapes.BYTES32, seed=shapes.BYTES32), 0),
    }
)


@dataclass
class Keyring:
    log: bytes
    member: bytes
    seed: bytes
    seq: int
    hash: bytes
    epochs: Seeds = field(default_factory=dict)
    checked: Runs = ()
    junk: list[int] = field(default_factory=list)
    opens: Seeds = field(default_factory=dict)
    aside: dict[bytes, bytes] = field(default_factory=dict)  # by the digest of the KEM key that a seed derives


def read(data: bytes) -> Keyring:
    parts = cbor.decode(data, MAX_BYTES, "keyring", max_objects=MAX_OBJECTS)
    KEYRING(parts, "keyring")
    if digest("keyring", parts[0]) != parts[1]:
        raise encoding("ENC-2", "keyring.checksum is of other bytes")
    content = cbor.decode(parts[0], MAX_BYTES, "keyring.content", max_objects=MAX_OBJECTS)
    CONTENT(content, "keyring.content")
    checked, keys = to_runs(content["checked"]), [epoch for epoch, _ in content["epochs"]]
    for name in ("epochs", "junk", "opens", "aside"):
        numbers = [each if name == "junk" else each[0] for each in content[name]]
        shapes.expect(all(a < b for a, b in zip(numbers, numbers[1:])), f"keyring.content.{name}", "ascending")
    fits = is_maximal(checked) and within(checked, of_epochs(keys))
    shapes.expect(fits, "keyring.content.checked", "maximal runs of the epochs that are there")
    elsewhere = {*content["junk"], *(epoch for epoch, _ in content["opens"])}
    shapes.expect(elsewhere.isdisjoint(keys), "keyring.content.epochs", "free of junk")
    head, lists = content["head"], [dict(content[name]) for name in ("epochs", "opens", "aside")]
    whose = (content["log"], content["member"], content["seed"])
    return Keyring(*whose, head["seq"], head["hash"], lists[0], checked, content["junk"], *lists[1:])


def write(keyring: Keyring) -> bytes:
    content = cbor.encode(
        {
            "v": 1,
            "log": keyring.log,
            "member": keyring.member,
            "seed": keyring.seed,
            "head": {"seq": keyring.seq, "hash": keyring.hash},
            "epochs": sorted(keyring.epochs.items()),
            "checked": keyring.checked,
            "junk": sorted(keyring.junk),
            "opens": sorted(keyring.opens.items()),
            "aside": sorted(keyring.aside.items()),
        }
    )
    return cbor.encode([content, digest("keyring", content)])


def is_superseded(keyring: Keyring, member: Member) -> bool:
    """Section 13: whether the member was re-keyed elsewhere, or this keyring is from a backup or a copy."""
    keys = member_signing_key(keyring.seed), KemKey(kdf("member/kem", keyring.seed)).public
    return not member.removed and (member.sign, member.kem) != keys


def compare_heads(keyring: Keyring, state: State) -> None:
    """Section 13: compares the heads, before anything else."""
    if keyring.log != state.log:
        raise Refused("INVALID_ARGUMENT", None, "the keyring is of another log")
    if keyring.seq > state.seq:
        raise Refused("ROLLED_BACK", "LOG-8", f"the keyring took in link {keyring.seq}")
    if not state.has_head(keyring.seq, keyring.hash):
        raise Refused("FORKED", "LOG-8", f"the keyring took in another link {keyring.seq}")


def meet(keyring: Keyring, state: State) -> list[int]:
    """GRT-4: sets aside seeds of another log than the one at hand, and takes back seeds of this one. Returns the
    epochs that are to be opened again. The full check comes at once for all, which is never too early."""
    again = []
    for epoch, seed in sorted(keyring.epochs.items()):
        published = state.epochs[epoch - 1].keys if epoch <= state.epoch else None
        if published and passes_full_check(seed, published):
            continue
        del keyring.epochs[epoch]
        if published and opens_for(seed, published):
            keyring.opens[epoch] = seed
        else:
            keyring.aside[digest("public-key", epoch_kem(seed))] = seed
        again.append(epoch)
    for epoch, each in enumerate(state.epochs, 1):
        name = digest("public-key", each.keys["kem"])
        if epoch not in keyring.epochs and name in keyring.aside and passes_full_check(keyring.aside[name], each.keys):
            keyring.epochs[epoch] = keyring.aside.pop(name)
    keyring.checked = of_epochs(keyring.epochs)
    return [epoch for epoch in again if epoch <= state.epoch and epoch not in keyring.epochs]
