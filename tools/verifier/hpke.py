"""X-Wing and single-shot HPKE in base mode (sections 3.2 and 3.3)."""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import mlkem
from crypto import LOW_ORDER_X25519, TOP_BIT, hkdf_expand

LABEL = bytes.fromhex("5c2e2f2f5e5c")
SUITE = b"HPKE" + bytes.fromhex("647a00010003")


def _x25519_public(secret: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _x25519(secret: bytes, public: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))


class KemKey:
    """An X-Wing key pair from its 32-byte seed."""

    def __init__(self, seed: bytes):
        expanded = hashlib.shake_256(seed).digest(96)
        self._mlkem, self._x25519 = expanded[:64], expanded[64:]
        self._x25519_public = _x25519_public(self._x25519)
        self.public = mlkem.keygen(expanded[:32])[0] + self._x25519_public

    def decapsulate(self, enc: bytes) -> bytes | None:
        ct_x = enc[1088:]
        if int.from_bytes(ct_x, "little") % TOP_BIT in LOW_ORDER_X25519:
            return None
        return _combine(mlkem.decapsulate(self._mlkem, enc[:1088]), _x25519(self._x25519, ct_x), ct_x, self._x25519_public)


def _combine(ss_m: bytes, ss_x: bytes, ct_x: bytes, pk_x: bytes) -> bytes:
    return hashlib.sha3_256(ss_m + ss_x + ct_x + pk_x + LABEL).digest()


def encapsulate(public: bytes, coins: bytes) -> tuple[bytes, bytes]:
    ct_m, ss_m = mlkem.encapsulate(public[:1184], coins[:32])
    ct_x, pk_x = _x25519_public(coins[32:]), public[1184:]
    return ct_m + ct_x, _combine(ss_m, _x25519(coins[32:], pk_x), ct_x, pk_x)


def _key_and_nonce(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    def extract(salt: bytes, label: bytes, secret: bytes) -> bytes:
        return hmac.digest(salt, b"HPKE-v1" + SUITE + label + secret, "sha256")

    def expand(label: bytes, length: int) -> bytes:
        return hkdf_expand(secret, length.to_bytes(2, "big") + b"HPKE-v1" + SUITE + label + context, length)

    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    return expand(b"key", 32), expand(b"base_nonce", 12)


def hpke_seal(public: bytes, info: bytes, plaintext: bytes, coins: bytes) -> bytes:
    enc, shared = encapsulate(public, coins)
    key, nonce = _key_and_nonce(shared, info)
    return enc + ChaCha20Poly1305(key).encrypt(nonce, plaintext, None)


def hpke_open(key_pair: KemKey, info: bytes, box: bytes) -> bytes | None:
    shared = key_pair.decapsulate(box[:1120]) if len(box) >= 1136 else None
    if shared is None:
        return None
    key, nonce = _key_and_nonce(shared, info)
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, box[1120:], None)
    except InvalidTag:
        return None
