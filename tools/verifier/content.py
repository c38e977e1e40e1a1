"""Opening content, and sealing it with given randomness (section 12)."""

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import cbor
import shapes
from crypto import digest, kdf, labelled, sign, verify_signature
from errors import Refused, encoding
from grants import passes_full_check
from hpke import KemKey, hpke_open, hpke_seal
from state import State

MAGIC, HEADER_BYTES, ENTRY_BYTES, BOX_BYTES, SIGNATURE_BYTES = b"KSC\x01", 16_777_216, 80, 1168, 64
CHUNK_BYTES, PIECE_BYTES, TAG_BYTES, END_BYTES = 65_536, 65_528, 16, 8
HEADER = shapes.fixed(
    core=shapes.blob(1, cbor.MAX_INT), commitment=shapes.BYTES32, boxes=shapes.blob(BOX_BYTES, 10_000 * BOX_BYTES)
)
CORE = shapes.record(
    {
        "suite": shapes.one_of(1),
        "purpose": shapes.text(1, 128),
        "recipients": shapes.blob(ENTRY_BYTES, 10_000 * ENTRY_BYTES),
    },
    {
        "sender": shapes.fixed(log=shapes.BYTES32, member=shapes.BYTES16, seq=shapes.POSITION, hash=shapes.BYTES32),
        "padding": shapes.one_of("padme"),
    },
)


def corrupt(message: str) -> Refused:
    return Refused("CORRUPT_CONTENT", None, message)


def open_content(
    content: bytes,
    log: bytes,
    seeds: dict[int, bytes],
    purpose: str | None,
    associated_data: bytes,
    sender_log: State | None = None,
    own_log: State | None = None,
) -> bytes:
    """The plaintext, for a reader with these seeds of that log. It wants a sender if the sender's log is given. Without its own
    log the seeds count as checked (GRT-4)."""
    if content[:4] != MAGIC or len(content) < 8:
        raise encoding("ENC-2", "not content of this version")
    length = int.from_bytes(content[4:8], "big")
    if length > HEADER_BYTES:
        raise Refused("TOO_LARGE", "ENC-3", "the header")
    header, rest = content[8 : 8 + length], content[8 + length :]
    if len(header) < length:
        raise encoding("ENC-2", "the content ends in its header")
    parts = cbor.decode(header, HEADER_BYTES, "header")
    HEADER(parts, "header")
    core_bytes, commitment, boxes = parts
    core = cbor.decode(core_bytes, HEADER_BYTES, "core")
    CORE(core, "core")
    recipients = unpack(core["recipients"])
    if len(boxes) != BOX_BYTES * len(recipients):
        raise encoding("ENC-2", "there is not one box for each recipient")
    if purpose is not None and core["purpose"] != purpose:
        raise corrupt("sealed for another purpose")
    mine = next((place for place, recipient in enumerate(recipients) if recipient[0] == log), None)
    if mine is None:
        raise Refused("NOT_A_RECIPIENT", None)
    epoch = recipients[mine][3]
    if epoch not in seeds:
        raise Refused("NO_ACCESS", None)
    if own_log and not (epoch <= own_log.epoch and passes_full_check(seeds[epoch], own_log.epochs[epoch - 1].keys)):
        raise Refused("NO_ACCESS", None)
    core_hash = digest("content/core", core_bytes)
    box = boxes[BOX_BYTES * mine : BOX_BYTES * (mine + 1)]
    key = hpke_open(KemKey(kdf("epoch/kem", seeds[epoch])), labelled("content/box", core_hash), box)
    if key is None:
        if own_log and named_head(recipients[mine], own_log)[0] == "forked":
            raise Refused("NO_ACCESS", None, "sealed to an epoch of another history, or said to be")
        raise corrupt("the box does not open")
    if not hmac.compare_digest(kdf("content/commitment", key, core_hash + associated_data), commitment):
        raise corrupt("the commitment is of another key, or other associated data")
    signer = find_signer(core, sender_log) if sender_log else None
    end = len(rest) - (SIGNATURE_BYTES if "sender" in core else 0)
    if end < 0:
        raise corrupt("the signature is cut off")
    header_hash = digest("content/header", header)
    chunks = split(rest[:end], CHUNK_BYTES + TAG_BYTES)
    plain = open_chunks(kdf("content/payload", key, header_hash), chunks)
    plaintext = unpad(plain) if "padding" in core else b"".join(plain)
    if signer:
        if not verify_signature(signer, signed(transcripts(header_hash, chunks)[-1]), rest[end:]):
            raise Refused("INVALID_SIGNATURE", None, "the sender's")
        if not sender_log.has_head(core["sender"][2], core["sender"][3]):
            raise Refused("FORKED", None, "the sender believed in another history of its log")
    return plaintext


def unpack(packed: bytes) -> list[tuple[bytes, int, bytes, int]]:
    """A recipient is log id, seq, link hash, epoch."""
    if len(packed) % ENTRY_BYTES:
        raise encoding("ENC-2", "the recipients are no entries of 80 bytes")
    entries = [
        (each[:32], int.from_bytes(each[32:40], "big"), each[40:72], int.from_bytes(each[72:], "big"))
        for each in split(packed, ENTRY_BYTES)
    ]
    for _, seq, _, epoch in entries:
        shapes.POSITION(seq, "core.recipients.seq")
        shapes.POSITION(epoch, "core.recipients.epoch")
    if not all(a[0] < b[0] for a, b in zip(entries, entries[1:])):
        raise encoding("ENC-2", "the recipients are not sorted, or one is there twice")
    return entries


def named_head(entry: tuple[bytes, int, bytes, int], own_log: State) -> tuple[str, int]:
    """12.3: the relation of a reader's log to the head that the sender named for it, and the distance in links."""
    _, seq, hash_, _ = entry
    if seq > own_log.seq:
        return "ahead", seq - own_log.seq
    if not own_log.has_head(seq, hash_):
        return "forked", 0
    return ("current" if seq == own_log.seq else "behind"), own_log.seq - seq


def pack(entry: tuple[bytes, int, bytes, int]) -> bytes:
    log, seq, hash_, epoch = entry
    return log + seq.to_bytes(8, "big") + hash_ + epoch.to_bytes(8, "big")


def split(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)] or [b""]


# --- 12.1: payload and padding


def nonce(i: int, last: bool) -> bytes:
    return i.to_bytes(11, "big") + bytes([last])


def open_chunks(key: bytes, chunks: list[bytes]) -> list[bytes]:
    plain = []
    for i, chunk in enumerate(chunks):
        if len(chunk) < TAG_BYTES + (i > 0):
            raise corrupt("the last chunk is empty, or cut off")
        try:
            plain.append(AESGCM(key).decrypt(nonce(i, i == len(chunks) - 1), chunk, None))
        except InvalidTag:
            raise corrupt(f"chunk {i}") from None
    return plain


def padded_length(length: int) -> int:
    if length <= 256:
        return 256
    e = length.bit_length() - 1  # floor(log2), as is e.bit_length() - 1
    unit = 1 << e - e.bit_length()
    return -(-length // unit) * unit


def pad(plaintext: bytes) -> bytes:
    """The contents of the chunks: each piece followed by the end of the content in it."""
    data = plaintext + bytes(padded_length(len(plaintext)) - len(plaintext))
    return b"".join(
        piece + min(len(plaintext), PIECE_BYTES * (i + 1)).to_bytes(END_BYTES, "big")
        for i, piece in enumerate(split(data, PIECE_BYTES))
    )


def unpad(chunks: list[bytes]) -> bytes:
    if len(chunks[-1]) <= END_BYTES:
        raise corrupt("a chunk of padded content without a piece")
    length = int.from_bytes(chunks[-1][-END_BYTES:], "big")
    data = b"".join(chunk[:-END_BYTES] for chunk in chunks)
    for i, chunk in enumerate(chunks):
        if int.from_bytes(chunk[-END_BYTES:], "big") != min(length, PIECE_BYTES * (i + 1)):
            raise corrupt(f"chunk {i} has another end of the content")
    if len(data) != padded_length(length):
        raise corrupt("another padding than this length has")
    if any(data[length:]):
        raise corrupt("the padding is not zeros")
    return data[:length]


# --- 12.2: signed content


def find_signer(core: dict, log: State) -> bytes:
    """The key that must have signed, according to the log."""
    if "sender" not in core:
        raise Refused("INVALID_SIGNATURE", None, "the content has no sender")
    log_id, member_id, seq, _ = core["sender"]
    if log_id != log.log:
        raise Refused("WRONG_SUBJECT", None, "the sender is of another log")
    if seq > log.seq:
        raise Refused("STALE_LOG", None, "the sender knew a later head")
    member = log.history()[seq - 1].members.get(member_id)
    if not member or member.removed or member.kind != "device":
        was_removed = member_id in log.members and log.members[member_id].removed
        raise Refused("UNKNOWN_MEMBER", "MEM-4" if was_removed else None, "the sender")
    return member.sign


def transcripts(header_hash: bytes, chunks: list[bytes]) -> list[bytes]:
    """The transcript before the first chunk, and after each."""
    found = [header_hash]
    for chunk in chunks:
        found.append(digest("content/transcript", found[-1] + chunk))
    return found


def signed(transcript: bytes) -> bytes:
    return labelled("content/signature", transcript)


# --- Sealing


def seal(
    core: dict,
    recipients: list[tuple[tuple, bytes, bytes]],
    key: bytes,
    associated_data: bytes,
    plaintext: bytes,
    signing_secret: bytes | None = None,
) -> dict[str, bytes | list[bytes]]:
    """Every intermediate value. A recipient is its entry, its epoch's KEM key and 64 bytes of coins."""
    recipients = sorted(recipients, key=lambda recipient: recipient[0][0])
    core_bytes = cbor.encode({"suite": 1, "recipients": b"".join(pack(entry) for entry, _, _ in recipients)} | core)
    core_hash = digest("content/core", core_bytes)
    info = labelled("content/box", core_hash)
    boxes = b"".join(hpke_seal(kem, info, key, coins) for _, kem, coins in recipients)
    commitment = kdf("content/commitment", key, core_hash + associated_data)
    header = cbor.encode([core_bytes, commitment, boxes])
    header_hash = digest("content/header", header)
    payload_key = kdf("content/payload", key, header_hash)
    plain = split(pad(plaintext) if "padding" in core else plaintext, CHUNK_BYTES)
    chunks = [AESGCM(payload_key).encrypt(nonce(i, i == len(plain) - 1), each, None) for i, each in enumerate(plain)]
    made = {
        "core": core_bytes,
        "coreHash": core_hash,
        "commitment": commitment,
        "header": header,
        "headerHash": header_hash,
        "payloadKey": payload_key,
        "front": MAGIC + len(header).to_bytes(4, "big") + header,
        "payload": b"".join(chunks),
    }
    if signing_secret:
        found = transcripts(header_hash, chunks)
        made |= {"transcripts": found, "signature": sign(signing_secret, signed(found[-1]))}
    return made
