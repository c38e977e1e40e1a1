"""Opens grants as their recipient, recomputes them as a holder, and decides which seeds are believed (sections 5 and 7)."""

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

import cbor
from crypto import digest, kdf, labelled, signing_key
from hpke import KemKey, hpke_open, hpke_seal
from log import committed, place, range_of
from runs import Runs, epochs
from state import State

ZERO32, NONCE = bytes(32), bytes(12)
Seeds = dict[int, bytes]

# --- Belief in seeds (GRT-4)


def passes_quick_check(seed: bytes, published: dict) -> bool:
    """The quick check: cheap, and it proves nothing about the author of the published keys."""
    d = hashlib.shake_256(kdf("epoch/kem", seed)).digest(96)[:32]
    return hashlib.sha3_512(d + b"\3").digest()[:32] == published["kem"][1152:1184]


def opens_for(seed: bytes, published: dict) -> bool:
    """Half of the full check: this seed opens content sealed to the published KEM key."""
    return passes_quick_check(seed, published) and epoch_kem(seed) == published["kem"]


def passes_full_check(seed: bytes, published: dict) -> bool:
    if not opens_for(seed, published):
        return False
    return "sign" not in published or signing_key(kdf("epoch/signing", seed)) == published["sign"]


def epoch_kem(seed: bytes) -> bytes:
    return KemKey(kdf("epoch/kem", seed)).public


# --- Grants


@dataclass
class Delivered:
    """A grant of a link, with the attachments that were delivered: None is withheld."""

    set: Runs
    keyring_digest: bytes
    keyring: bytes | None
    boxes: list[tuple[bytes, bytes, bytes | None]]  # member, digest, box


def delivered(state: State, attachments: list[bytes]) -> list[Delivered]:
    """The grants of the newest link."""
    body, grants = state.body, []
    placed = place(body, attachments)
    at = len(committed(body)) - sum(1 + len(grant["boxes"]) for grant in body.get("grants", []))
    for grant, set_ in zip(body.get("grants", []), state.sets):
        boxes = [(id_, wanted, placed.get(at + i)) for i, (id_, wanted) in enumerate(grant["boxes"], 1)]
        grants.append(Delivered(set_, grant["keyring"], placed.get(at), boxes))
        at += 1 + len(boxes)
    return grants


@dataclass
class Made:
    """A grant as every holder of its set's seeds computes it (GRT-2)."""

    log: bytes
    set: bytes
    context: bytes
    key: bytes
    keyring: bytes

    def box(self, recipient: bytes) -> tuple[bytes, bytes, bytes]:
        """Coins, info and the box for a KEM key."""
        coins, info = kdf("grant/coins", self.key, recipient, 64), box_info(self.log, self.set, recipient)
        return coins, info, hpke_seal(recipient, info, self.key, coins)


def make(body: dict, set_: Runs, seeds: bytes) -> Made:
    log, name = body.get("log", ZERO32), set_digest(set_)
    context = cbor.encode([log, name, body.get("prev", ZERO32), body["seq"]])
    key = kdf("grant/key", seeds, context)
    return Made(log, name, context, key, ChaCha20Poly1305(key).encrypt(NONCE, seeds, None))


def set_digest(set_: Runs) -> bytes:
    return digest("grant/epochs", cbor.encode(set_))


def box_info(log: bytes, set_: bytes, recipient: bytes) -> bytes:
    return labelled("grant/box", cbor.encode([log, set_, recipient]))


def receive(
    state: State, attachments: list[bytes], member: bytes, key: KemKey, seeds: Seeds, opens: Seeds | None = None
) -> dict[str, list[int]]:
    """Opens the newest link's grants to a member (7.3), adds to its seeds, and returns the result for each epoch. To
    `opens` it adds junk of an escrow log that still opens what was sealed to its epoch."""
    result: dict[str, list[int]] = {"opened": [], "junk": [], "withheld": []}
    for grant in delivered(state, attachments):
        wanted = [epoch for epoch in epochs(grant.set) if epoch not in seeds]
        for id_, _, box in grant.boxes:
            if id_ != member or not wanted:
                continue
            if box is None or grant.keyring is None:  # step 1
                result["withheld"] += wanted
                continue
            secret, given = open_grant(state, grant, box, grant.keyring, key)  # step 2
            good = good_seeds(state, grant, secret, given, seeds)
            for epoch in wanted:
                result["opened" if epoch in good else "junk"].append(epoch)
                if epoch in good:
                    seeds[epoch] = good[epoch]
                elif opens is not None and epoch in given and opens_for(given[epoch], state.epochs[epoch - 1].keys):
                    opens[epoch] = given[epoch]
    return result


def open_grant(state: State, grant: Delivered, box: bytes, keyring: bytes, key: KemKey) -> tuple[bytes, Seeds]:
    """The grant's own key and the seeds that it gives, good or not; no seeds if it does not open."""
    secret = hpke_open(key, box_info(state.body.get("log", ZERO32), set_digest(grant.set), key.public), box)
    if secret is None or len(secret) != 32:
        return b"", {}
    try:
        seeds = ChaCha20Poly1305(secret).decrypt(NONCE, keyring, None)
    except InvalidTag:
        return b"", {}
    numbers = epochs(grant.set)
    if len(seeds) != 32 * len(numbers):
        return b"", {}
    return secret, {epoch: seeds[32 * i : 32 * i + 32] for i, epoch in enumerate(numbers)}


def good_seeds(state: State, grant: Delivered, secret: bytes, given: Seeds, had: Seeds) -> Seeds:
    """The seeds that pass steps 3 and 4 of 7.3."""

    def passes(epoch: int, seed: bytes) -> bool:
        return had[epoch] == seed if epoch in had else passes_full_check(seed, state.epochs[epoch - 1].keys)

    good = {epoch: seed for epoch, seed in given.items() if passes(epoch, seed)}  # step 3
    if good and len(good) == len(given):  # step 4
        if make(state.body, grant.set, b"".join(given.values())).key != secret:
            return {}  # made for another place (GRT-5)
    return good


def check(state: State, seeds: Seeds) -> list[tuple[bytes, tuple[int, int, int], str]]:
    """Recomputes every grant of the newest link whose set `seeds` has (GRT-3): recipient, from, to and count, what is
    wrong."""
    wrong = []
    for grant in delivered(state, []):
        numbers = epochs(grant.set)
        if not all(epoch in seeds for epoch in numbers):
            continue
        made = make(state.body, grant.set, b"".join(seeds[epoch] for epoch in numbers))
        keyring_is_right = digest("attachment", made.keyring) == grant.keyring_digest
        for id_, wanted, _ in grant.boxes:
            if not keyring_is_right:
                wrong.append((id_, range_of(grant.set), "keyring"))
            elif digest("attachment", made.box(state.members[id_].kem)[2]) != wanted:
                wrong.append((id_, range_of(grant.set), "box"))
    return wrong


def is_right(state: State, place: int, recipient: bytes, seeds: Seeds) -> bool:
    """Whether one box of one grant of the newest link is what it should be; false if `seeds` lacks an epoch of the set."""
    grant = delivered(state, [])[place]
    numbers = epochs(grant.set)
    if not all(epoch in seeds for epoch in numbers):
        return False
    made = make(state.body, grant.set, b"".join(seeds[epoch] for epoch in numbers))
    if digest("attachment", made.keyring) != grant.keyring_digest:
        return False
    wanted = next(wanted for id_, wanted, _ in grant.boxes if id_ == recipient)
    return digest("attachment", made.box(state.members[recipient].kem)[2]) == wanted
