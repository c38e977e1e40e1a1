"""Hashes, key derivation, and checks of keys and signatures (sections 3 and 4.2)."""

import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def labelled(label: str, data: bytes) -> bytes:
    """ENC-5: a value made for one purpose never passes for another."""
    return f"keystead/v1/{label}".encode() + b"\0" + data


def digest(label: str, data: bytes) -> bytes:
    """H(label, x) of the spec."""
    return hashlib.sha256(labelled(label, data)).digest()


def hkdf_expand(key: bytes, info: bytes, length: int) -> bytes:
    output = block = b""
    for count in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([count]), "sha256")
        output += block
    return output[:length]


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return hkdf_expand(hmac.digest(salt, secret, "sha256"), info, length)


def kdf(label: str, secret: bytes, info: bytes = b"", length: int = 32) -> bytes:
    return hkdf(secret, b"", labelled(label, info), length)


def signing_key(secret: bytes) -> bytes:
    """The Ed25519 public key of a 32-byte secret."""
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def member_signing_key(seed: bytes) -> bytes:
    return signing_key(kdf("member/signing", seed))


def sign(secret: bytes, message: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(secret).sign(message)


# --- Ed25519 (SIG-1 to SIG-5). OpenSSL compares the encoding of [S]B - [k]A with R, without cofactor (SIG-5). The checks here are
# those that OpenSSL leaves out, or makes differently from one version to the next.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
TOP_BIT = 1 << 255

SMALL_ORDER_Y = {
    0,
    1,
    P - 1,
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
}


def _y_and_sign(point: bytes) -> tuple[int, bool]:
    number = int.from_bytes(point, "little")
    return number % TOP_BIT, number >= TOP_BIT


def signing_key_fault(key: bytes) -> str | None:
    """The rule that a signing key breaks: SIG-1, SIG-3, SIG-4 or none."""
    if len(key) != 32:
        return "SIG-1"
    y, sign = _y_and_sign(key)
    if y >= P or (sign and y in (1, P - 1)):  # x is 0 for these two, and has no sign
        return "SIG-3"
    if y in SMALL_ORDER_Y:
        return "SIG-4"
    x_squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    on_curve = pow(x_squared, (P - 1) // 2, P) == 1
    return None if on_curve else "SIG-3"


def verify_signature(key: bytes, message: bytes, signature: bytes) -> bool:
    if len(signature) != 64 or signing_key_fault(key):
        return False
    if int.from_bytes(signature[32:], "little") >= L:  # SIG-2
        return False
    if _y_and_sign(signature[:32])[0] in SMALL_ORDER_Y:  # SIG-4
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


# --- X-Wing public keys (KEM-1)

P_MLKEM = 3329
LOW_ORDER_X25519 = {
    0,
    1,
    P - 1,
    P,
    P + 1,
    int.from_bytes(bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"), "little"),
    int.from_bytes(bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"), "little"),
}


def kem_key_is_valid(key: bytes) -> bool:
    if len(key) != 1216:
        return False
    for i in range(0, 1152, 3):
        a, b, c = key[i : i + 3]
        if a + 256 * (b % 16) >= P_MLKEM or b // 16 + 16 * c >= P_MLKEM:
            return False
    return int.from_bytes(key[1184:], "little") % TOP_BIT not in LOW_ORDER_X25519
