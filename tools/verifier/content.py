"""Opening content, and sealing it with given randomness (section 12)."""

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import cbor
import shapes
from crypto import digest, kdf, labelled
from errors import Refused, encoding
from hpke import KemKey, hpke_open, hpke_seal

MAGIC, HEADER_BYTES, BOX_BYTES, CHUNK_BYTES = b"KSC\x01", 16_777_216, 1168, 65_536 + 16
PLACE = {"log": shapes.BYTES32, "seq": shapes.POSITION, "hash": shapes.BYTES32}
HEADER = shapes.fixed(
    core=shapes.blob(0, cbor.MAX_INT), commitment=shapes.BYTES32, boxes=shapes.blob(BOX_BYTES, 10_000 * BOX_BYTES)
)
CORE = shapes.record(
    {
        "suite": shapes.one_of(1),
        "purpose": shapes.text(1, 128),
        "recipients": shapes.array(shapes.fixed(**PLACE, epoch=shapes.POSITION), 1, 10_000),
    },
    {"sender": shapes.fixed(log=shapes.BYTES32, member=shapes.BYTES16, seq=shapes.POSITION, hash=shapes.BYTES32)},
)


def corrupt(message: str) -> Refused:
    return Refused("CORRUPT_CONTENT", None, message)


def open_content(
    content: bytes, log: bytes, seeds: dict[int, bytes], purpose: str | None, associated_data: bytes
) -> bytes:
    """The plaintext, for a reader with these seeds of that log."""
    if content[:4] != MAGIC or len(content) < 8:
        raise encoding("ENC-2", "not content of this version")
    length = int.from_bytes(content[4:8], "big")
    if length > HEADER_BYTES:
        raise Refused("TOO_LARGE", "ENC-3", "the header")
    header, payload = content[8 : 8 + length], content[8 + length :]
    if len(header) < length:
        raise encoding("ENC-2", "the content ends in its header")
    parts = cbor.decode(header, HEADER_BYTES, "header")
    HEADER(parts, "header")
    core_bytes, commitment, boxes = parts
    core = cbor.decode(core_bytes, HEADER_BYTES, "core")
    CORE(core, "core")
    recipients = core["recipients"]
    if not all(a[0] < b[0] for a, b in zip(recipients, recipients[1:])):
        raise encoding("ENC-2", "the recipients are not sorted, or one is there twice")
    if len(boxes) != BOX_BYTES * len(recipients):
        raise encoding("ENC-2", "there is not one box for each recipient")
    if purpose is not None and core["purpose"] != purpose:
        raise corrupt("sealed for another purpose")
    if "sender" in core:
        raise encoding(None, "signed content")
    mine = next((place for place, recipient in enumerate(recipients) if recipient[0] == log), None)
    if mine is None:
        raise Refused("NOT_A_RECIPIENT", None)
    epoch = recipients[mine][3]
    if epoch not in seeds:
        raise Refused("NO_ACCESS", None)
    core_hash = digest("content/core", core_bytes)
    box = boxes[BOX_BYTES * mine : BOX_BYTES * (mine + 1)]
    key = hpke_open(KemKey(kdf("epoch/kem", seeds[epoch])), labelled("content/box", core_hash), box)
    if key is None:
        raise corrupt("the box does not open")
    if not hmac.compare_digest(kdf("content/commitment", key, core_hash + associated_data), commitment):
        raise corrupt("the commitment is of another key, or other associated data")
    return open_payload(kdf("content/payload", key, digest("content/header", header)), payload)


def open_payload(key: bytes, payload: bytes) -> bytes:
    chunks = [payload[i : i + CHUNK_BYTES] for i in range(0, len(payload), CHUNK_BYTES)] or [b""]
    plaintext = []
    for i, chunk in enumerate(chunks):
        last = i == len(chunks) - 1
        if len(chunk) < (17 if i else 16):
            raise corrupt("the last chunk is empty, or cut off")
        try:
            plaintext.append(AESGCM(key).decrypt(i.to_bytes(11, "big") + bytes([last]), chunk, None))
        except InvalidTag:
            raise corrupt(f"chunk {i}") from None
    return b"".join(plaintext)


def seal(
    purpose: str, recipients: list[tuple[list, bytes, bytes]], key: bytes, associated_data: bytes, plaintext: bytes
) -> dict[str, bytes]:
    """Every value on the way. A recipient is its place in the core, its epoch's KEM key and 64 bytes of coins."""
    recipients = sorted(recipients, key=lambda recipient: recipient[0][0])
    core = cbor.encode({"suite": 1, "purpose": purpose, "recipients": [place for place, _, _ in recipients]})
    core_hash = digest("content/core", core)
    info = labelled("content/box", core_hash)
    boxes = b"".join(hpke_seal(kem, info, key, coins) for _, kem, coins in recipients)
    commitment = kdf("content/commitment", key, core_hash + associated_data)
    header = cbor.encode([core, commitment, boxes])
    header_hash = digest("content/header", header)
    payload_key = kdf("content/payload", key, header_hash)
    chunks = [plaintext[i : i + 65_536] for i in range(0, len(plaintext), 65_536)] or [b""]
    payload = b"".join(
        AESGCM(payload_key).encrypt(i.to_bytes(11, "big") + bytes([i == len(chunks) - 1]), chunk, None)
        for i, chunk in enumerate(chunks)
    )
    return {
        "core": core,
        "coreHash": core_hash,
        "commitment": commitment,
        "header": header,
        "headerHash": header_hash,
        "payloadKey": payload_key,
        "front": MAGIC + len(header).to_bytes(4, "big") + header,
        "payload": payload,
    }
