"""Fingerprints of heads: making, reading and comparing them (section 10)."""

import re
import unicodedata
from pathlib import Path

import cbor
from cbor import MAX_INT
from crypto import digest
from errors import Refused
from state import State
from typed import folded

WORDS = Path(__file__).with_name("words.txt").read_text("ascii").split()  # BIP-39, English
QR = re.compile(
    r"KEYSTEAD-FP:1:([0-9A-F]{64}):([1-9][0-9]{0,15}):(?:([0-9A-F]{32}):)?([0-9A-F]{64})", re.IGNORECASE | re.ASCII
)


def fingerprint(log: bytes, seq: int, hash_: bytes, member: bytes | None = None) -> bytes:
    if member is None:
        return digest("fingerprint", cbor.encode([log, seq, hash_]))
    return digest("fingerprint/device", cbor.encode([log, seq, hash_, member]))


def digits_commitment(salt: bytes, part: bytes, log: bytes, seq: int, hash_: bytes, member: bytes) -> bytes:
    """What binds the approving device to its part (10.1)."""
    return digest("digits/commitment", cbor.encode([salt, part, log, seq, hash_, member]))


def digits(
    log: bytes, seq: int, hash_: bytes, member: bytes, sign: bytes, kem: bytes, part: bytes, answer: bytes
) -> str:
    """Seven digits that two devices show (10.1): `part` is the approving device's, `answer` the other one's."""
    value = digest("digits", cbor.encode([log, seq, hash_, member, sign, kem, part, answer]))
    number = f"{int.from_bytes(value, 'big') % 10**7:07d}"
    return f"{number[:3]} {number[3:]}"


def _groups(text: str, size: int) -> str:
    return " ".join(text[i : i + size] for i in range(0, len(text), size))


def forms(log: bytes, seq: int, hash_: bytes, member: bytes | None = None) -> dict[str, str]:
    value = fingerprint(log, seq, hash_, member)
    named = f"{log.hex()}:{seq}" + ("" if member is None else f":{member.hex()}")
    number = int.from_bytes(value, "big")
    top = number >> (256 - 209)
    return {
        "digits": _groups(f"{number % 10**60:060d}", 5),
        "hex": _groups(value.hex(), 4),
        "words": " ".join(WORDS[top >> 11 * place & 2047] for place in reversed(range(19))),
        "qr": f"KEYSTEAD-FP:1:{named}:{value.hex()}".upper(),
    }


def parse(text: str) -> tuple[str, str]:
    """Form and content of a text, in the spelling of `forms`. A part is refused: a matching prefix proves little."""
    if len(text.encode("utf-16-le", "surrogatepass")) > 2 * 4096:
        raise Refused("FINGERPRINT_INVALID", None, "too long")
    text = "".join(map(folded, text))
    packed = "".join(c for c in text if not c.isspace() and unicodedata.category(c)[0] != "C")
    if packed[:11].upper() == "KEYSTEAD-FP":
        found = QR.fullmatch(packed)
        if not found or int(found[2]) > MAX_INT:
            raise Refused("FINGERPRINT_INVALID", None, "not the whole of a QR code's text")
        return "qr", packed.upper()
    kept = (c if unicodedata.category(c)[0] in "LNM" else " " for c in text)
    groups = "".join(kept).lower().split()
    if groups and all(group in WORDS for group in groups):
        if len(groups) == 19:
            return "words", " ".join(groups)
    elif re.fullmatch("[0-9]{60}", "".join(groups)):
        return "digits", _groups("".join(groups), 5)
    elif re.fullmatch("[0-9a-f]{64}", "".join(groups)):
        return "hex", _groups("".join(groups), 4)
    raise Refused("FINGERPRINT_INVALID", None, "neither 60 digits, 64 hexadecimal digits nor 19 words")


def is_daily(state: State) -> bool:
    """Whether the newest link leaves an escrow log's fingerprint unchanged."""
    return state.kind == "escrow" and state.body["type"] in ("act", "access", "disown", "rename")


def of_state(state: State, member: bytes | None = None) -> dict[str, str]:
    while is_daily(state):
        state = state.before
    return forms(state.log, state.seq, state.hash, member)


def compare(text: str, state: State, asked: bytes | None = None) -> tuple[str, bytes | None]:
    """The result, and the device that it names. The rows of the table in their order."""
    form, content = parse(text)
    devices = [member for member in state.members.values() if member.kind == "device"]

    def is_of(each: State, member: bytes | None) -> bool:
        return forms(state.log, each.seq, each.hash, member)[form] == content

    def had_entered(member: bytes, each: State) -> bool:
        return any(device.id == member and device.position <= each.seq for device in devices)

    history = state.history()
    if form == "qr":
        log, seq, *named = content.split(":")[2:-1]
        if log.lower() != state.log.hex():
            return "other-log", None
        if int(seq) > state.seq:
            return "not-recognised", None
        there, member = history[int(seq) - 1], bytes.fromhex(named[0]) if named else None
        if not is_of(there, member) or (member is not None and not had_entered(member, there)):
            return "mismatch", None
        others = [(there, member)] if member not in (None, asked) else []
    else:
        active = [device.id for device in devices if not device.removed and device.id != asked]
        newest = [each for each in history if all(map(is_daily, history[each.seq :]))]
        others = [(each, member) for each in newest for member in active if had_entered(member, each)]
    for each in history:
        if (asked is None or had_entered(asked, each)) and is_of(each, asked):
            return "match" if all(map(is_daily, history[each.seq :])) else "older", None
    if asked is not None and any(is_of(each, None) for each in history):
        return "names-no-device", None
    for each, member in others:
        if is_of(each, member):
            return "names-device" if asked is None else "other-device", member
    return "not-recognised", None
