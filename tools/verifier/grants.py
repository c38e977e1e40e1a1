"""Opening grants as their recipient, and recomputing them as a holder (section 7)."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

import cbor
from crypto import digest, kdf, labelled
from hpke import KemKey, hpke_open, hpke_seal
from log import committed, place
from state import State

ZERO32, NONCE = bytes(32), bytes(12)
Seeds = dict[int, bytes]


@dataclass
class Delivered:
    """A grant of a link, with what of it was delivered: None is withheld."""

    first: int
    last: int
    keyring_digest: bytes
    keyring: bytes | None
    boxes: list[tuple[bytes, bytes, bytes | None]]  # member, digest, box


def delivered(body: dict, attachments: list[bytes]) -> list[Delivered]:
    placed = place(body, attachments)
    at = len(committed(body)) - sum(1 + len(grant["boxes"]) for grant in body.get("grants", []))
    grants = []
    for grant in body.get("grants", []):
        boxes = [(id_, wanted, placed.get(at + i)) for i, (id_, wanted) in enumerate(grant["boxes"], 1)]
        grants.append(Delivered(grant["from"], grant["to"], grant["keyring"], placed.get(at), boxes))
        at += 1 + len(boxes)
    return grants


@dataclass
class Made:
    """A grant as everybody computes it who has the seeds of its run (7.2)."""

    log: bytes
    first: int
    last: int
    context: bytes
    key: bytes
    keyring: bytes

    def box(self, recipient: bytes) -> tuple[bytes, bytes, bytes]:
        """Coins, info and the box for a KEM key."""
        coins, info = kdf("grant/coins", self.key, recipient, 64), box_info(self.log, self.first, self.last, recipient)
        return coins, info, hpke_seal(recipient, info, self.key, coins)


def make(body: dict, first: int, last: int, seeds: bytes) -> Made:
    log = body.get("log", ZERO32)
    context = cbor.encode([log, first, last, body.get("prev", ZERO32), body["seq"]])
    key = kdf("grant/key", seeds, context)
    return Made(log, first, last, context, key, ChaCha20Poly1305(key).encrypt(NONCE, seeds, None))


def box_info(log: bytes, first: int, last: int, recipient: bytes) -> bytes:
    return labelled("grant/box", cbor.encode([log, first, last, recipient]))


def receive(state: State, attachments: list[bytes], member: bytes, key: KemKey, seeds: Seeds) -> dict[str, list[int]]:
    """Opens what the newest link grants to a member (7.3), adds to its seeds, and says what came of each epoch."""
    result: dict[str, list[int]] = {"opened": [], "junk": [], "withheld": []}
    for grant in delivered(state.body, attachments):
        wanted = [epoch for epoch in range(grant.first, grant.last + 1) if epoch not in seeds]
        for id_, _, box in grant.boxes:
            if id_ != member or not wanted:
                continue
            if box is None or grant.keyring is None:
                result["withheld"] += wanted
                continue
            good = open_grant(state, grant, box, grant.keyring, key)
            for epoch in wanted:
                result["opened" if epoch in good else "junk"].append(epoch)
                if epoch in good:
                    seeds[epoch] = good[epoch]
    return result


def open_grant(state: State, grant: Delivered, box: bytes, keyring: bytes, key: KemKey) -> Seeds:
    """The seeds that are right."""
    info = box_info(state.body.get("log", ZERO32), grant.first, grant.last, key.public)
    grant_secret = hpke_open(key, info, box)
    if grant_secret is None or len(grant_secret) != 32:
        return {}
    try:
        seeds = ChaCha20Poly1305(grant_secret).decrypt(NONCE, keyring, None)
    except InvalidTag:
        return {}
    count = grant.last - grant.first + 1
    if len(seeds) != 32 * count:
        return {}
    each = {grant.first + i: seeds[32 * i : 32 * i + 32] for i in range(count)}
    good = {epoch: seed for epoch, seed in each.items() if epoch_kem(seed) == state.epochs[epoch - 1].keys["kem"]}
    if len(good) == count and make(state.body, grant.first, grant.last, seeds).key != grant_secret:
        return {}  # made for another place (GRT-5)
    return good


def epoch_kem(seed: bytes) -> bytes:
    return KemKey(kdf("epoch/kem", seed)).public


def check(state: State, seeds: Seeds) -> list[tuple[bytes, int, int, str]]:
    """Recomputes every grant of the newest link whose run `seeds` has (GRT-3): recipient, from, to, what is wrong."""
    wrong = []
    for grant in delivered(state.body, []):
        run = range(grant.first, grant.last + 1)
        if not all(epoch in seeds for epoch in run):
            continue
        made = make(state.body, grant.first, grant.last, b"".join(seeds[epoch] for epoch in run))
        keyring_is_right = digest("attachment", made.keyring) == grant.keyring_digest
        for id_, wanted, _ in grant.boxes:
            if not keyring_is_right:
                wrong.append((id_, grant.first, grant.last, "keyring"))
            elif digest("attachment", made.box(state.members[id_].kem)[2]) != wanted:
                wrong.append((id_, grant.first, grant.last, "box"))
    return wrong
