"""ML-KEM-768 (FIPS 203), for vectors only: nothing here runs in constant time, so never use it with a real secret."""

import hashlib

Q, N, K = 3329, 256, 3
Poly = list[int]


def _reversed7(i: int) -> int:
    return int(f"{i:07b}"[::-1], 2)


ZETAS = [pow(17, _reversed7(i), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * _reversed7(i) + 1, Q) for i in range(128)]


def _ntt(f: Poly) -> Poly:
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, N, 2 * length):
            for j in range(start, start + length):
                t = ZETAS[i] * f[j + length] % Q
                f[j + length], f[j] = (f[j] - t) % Q, (f[j] + t) % Q
            i += 1
        length //= 2
    return f


def _ntt_inverse(f: Poly) -> Poly:
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, N, 2 * length):
            for j in range(start, start + length):
                t = f[j]
                f[j] = (t + f[j + length]) % Q
                f[j + length] = ZETAS[i] * (f[j + length] - t) % Q
            i -= 1
        length *= 2
    return [x * 3303 % Q for x in f]


def _dot(a: list[Poly], b: list[Poly]) -> Poly:
    total = [0] * N
    for f, g in zip(a, b):
        for i, gamma in enumerate(GAMMAS):
            f0, f1, g0, g1 = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
            total[2 * i] += f0 * g0 + f1 * g1 % Q * gamma
            total[2 * i + 1] += f0 * g1 + f1 * g0
    return [x % Q for x in total]


def _add(*polys: Poly) -> Poly:
    return [sum(xs) % Q for xs in zip(*polys)]


def _pack(f: Poly, bits: int) -> bytes:
    return sum(x << bits * i for i, x in enumerate(f)).to_bytes(32 * bits, "little")


def _unpack(data: bytes, bits: int) -> list[Poly]:
    numbers = (int.from_bytes(data[i : i + 32 * bits], "little") for i in range(0, len(data), 32 * bits))
    return [[number >> bits * i & (1 << bits) - 1 for i in range(N)] for number in numbers]


def _compress(f: Poly, bits: int) -> Poly:
    return [((x << bits) + Q // 2) // Q % (1 << bits) for x in f]


def _decompress(f: Poly, bits: int) -> Poly:
    return [(x * Q + (1 << bits - 1)) >> bits for x in f]


def _uniform(seed: bytes) -> Poly:
    stream, f = hashlib.shake_128(seed).digest(3 * 1024), []
    for i in range(0, len(stream), 3):
        a, b, c = stream[i : i + 3]
        f += [x for x in (a + 256 * (b % 16), b // 16 + 16 * c) if x < Q]
    return f[:N]


def _matrix(rho: bytes) -> list[list[Poly]]:
    return [[_uniform(rho + bytes([j, i])) for j in range(K)] for i in range(K)]


def _noise(seed: bytes, first: int, count: int) -> list[Poly]:
    polys = []
    for nonce in range(first, first + count):
        bits = int.from_bytes(hashlib.shake_256(seed + bytes([nonce])).digest(128), "little")
        quads = (bits >> 4 * i & 15 for i in range(N))
        polys.append([((b & 1) + (b >> 1 & 1) - (b >> 2 & 1) - (b >> 3)) % Q for b in quads])
    return polys


def _g(data: bytes) -> tuple[bytes, bytes]:
    both = hashlib.sha3_512(data).digest()
    return both[:32], both[32:]


def keygen(d: bytes) -> tuple[bytes, list[Poly]]:
    """Encapsulation key, and the secret vector."""
    rho, sigma = _g(d + bytes([K]))
    noise = [_ntt(f) for f in _noise(sigma, 0, 2 * K)]
    secret, error = noise[:K], noise[K:]
    t = [_add(_dot(row, secret), e) for row, e in zip(_matrix(rho), error)]
    return b"".join(_pack(f, 12) for f in t) + rho, secret


def _encrypt(key: bytes, message: bytes, coins: bytes) -> bytes:
    a, noise = _matrix(key[1152:]), _noise(coins, 0, 2 * K + 1)
    y = [_ntt(f) for f in noise[:K]]
    u = [_add(_ntt_inverse(_dot([a[j][i] for j in range(K)], y)), noise[K + i]) for i in range(K)]
    mu = _decompress(_unpack(message, 1)[0], 1)
    v = _add(_ntt_inverse(_dot(_unpack(key[:1152], 12), y)), noise[2 * K], mu)
    return b"".join(_pack(_compress(f, 10), 10) for f in u) + _pack(_compress(v, 4), 4)


def encapsulate(key: bytes, message: bytes) -> tuple[bytes, bytes]:
    """Ciphertext and shared secret, from 32 bytes of randomness."""
    shared, coins = _g(message + hashlib.sha3_256(key).digest())
    return _encrypt(key, message, coins), shared


def decapsulate(seed: bytes, ciphertext: bytes) -> bytes:
    """`seed` is d and z."""
    key, secret = keygen(seed[:32])
    u = [_ntt(_decompress(f, 10)) for f in _unpack(ciphertext[:960], 10)]
    v = _decompress(_unpack(ciphertext[960:], 4)[0], 4)
    message = _pack(_compress([(a - b) % Q for a, b in zip(v, _ntt_inverse(_dot(secret, u)))], 1), 1)
    expected, shared = encapsulate(key, message)
    return shared if expected == ciphertext else hashlib.shake_256(seed[32:] + ciphertext).digest(32)
