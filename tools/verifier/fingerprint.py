"""Fingerprints of heads: making, reading and comparing them (section 10)."""

import re
import unicodedata
from pathlib import Path

import cbor
from cbor import MAX_INT
from crypto import digest
from errors import Refused
from state import State

WORDS = Path(__file__).with_name("words.txt").read_text("ascii").split()  # BIP-39, English
QR = re.compile(r"KEYSTEAD-FP:1:([0-9A-F]{64}):([1-9][0-9]{0,15}):([0-9A-F]{64})", re.IGNORECASE | re.ASCII)


def fingerprint(log: bytes, seq: int, hash_: bytes) -> bytes:
    return digest("fingerprint", cbor.encode([log, seq, hash_]))


def _groups(text: str, size: int) -> str:
    return " ".join(text[i : i + size] for i in range(0, len(text), size))


def forms(log: bytes, seq: int, hash_: bytes) -> dict[str, str]:
    value = fingerprint(log, seq, hash_)
    number = int.from_bytes(value, "big")
    top = number >> (256 - 209)
    return {
        "digits": _groups(f"{number % 10**60:060d}", 5),
        "hex": _groups(value.hex(), 4),
        "words": " ".join(WORDS[top >> 11 * place & 2047] for place in reversed(range(19))),
        "qr": f"KEYSTEAD-FP:1:{log.hex()}:{seq}:{value.hex()}".upper(),
    }


def parse(text: str) -> tuple[str, str]:
    """Form and content of a text, in the spelling of `forms`. A part is refused: a matching prefix proves little."""
    if len(text.encode("utf-16-le", "surrogatepass")) > 2 * 4096:
        raise Refused("FINGERPRINT_INVALID", None, "too long")
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


def of_state(state: State) -> dict[str, str]:
    while is_daily(state):
        state = state.before
    return forms(state.log, state.seq, state.hash)


def compare(text: str, state: State) -> str:
    form, content = parse(text)
    heads = [(state.log, each.seq, each.hash) for each in state.history()]
    if form == "qr":
        log, seq = bytes.fromhex(content.split(":")[2]), int(content.split(":")[3])
        if log != state.log:
            return "other-log"
        if seq <= state.seq and forms(*heads[seq - 1])["qr"] != content:
            return "mismatch"
    of = [seq for log, seq, hash_ in heads if forms(log, seq, hash_)[form] == content]
    if not of:
        return "not-recognised"
    return "match" if all(map(is_daily, state.history()[of[-1] :])) else "older"
