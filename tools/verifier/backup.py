"""Backup keys: the code on paper, and reading it with its mistakes (section 9)."""

import unicodedata
from dataclasses import dataclass

from crypto import digest, hkdf, labelled, member_signing_key
from errors import Refused
from state import Member, State
from typed import folded

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CONSTANT = [19, 14, 30, 25, 0, 1]
GENERATOR = [1, 18, 3, 27, 3, 18, 1]  # highest coefficient first
ID, SECRET, CHECK = 4, 26, 6
TRIES = 24

# --- GF(32) = GF(2)[x]/(x^5 + x^3 + 1); a vector over it is one integer, 5 bits for each component, so that XOR adds


def _times(a: int, b: int) -> int:
    product = 0
    for bit in range(5):
        if b >> bit & 1:
            product ^= a << bit
    for bit in (8, 7, 6, 5):
        if product >> bit & 1:
            product ^= 0b101001 << bit - 5
    return product


TIMES = [[_times(a, b) for b in range(32)] for a in range(32)]


def scale(vector: int, factor: int) -> int:
    row = TIMES[factor]
    return sum(row[vector >> shift & 31] << shift for shift in range(0, vector.bit_length(), 5))


def remainder(symbols: list[int]) -> list[int]:
    """symbols(x) * x^6 mod g(x), highest coefficient first."""
    rest = [0] * CHECK
    for symbol in symbols:
        factor = symbol ^ rest[0]
        rest = [a ^ TIMES[factor][g] for a, g in zip(rest[1:] + [0], GENERATOR[1:])]
    return rest


def check_of(secret: list[int]) -> list[int]:
    return [a ^ b for a, b in zip(remainder(secret), CONSTANT)]


def _pack(symbols: list[int]) -> int:
    return sum(symbol << 5 * place for place, symbol in enumerate(symbols))


def _column(place: int) -> int:
    """The change of the check by a 1 at this place of the 32 characters."""
    unit = [int(i == place) for i in range(SECRET + CHECK)]
    return _syndrome(unit) ^ _syndrome([0] * (SECRET + CHECK))


def _syndrome(word: list[int]) -> int:
    """0 if and only if the check fits the secret."""
    return _pack([a ^ b for a, b in zip(check_of(word[:SECRET]), word[SECRET:])])


COLUMNS = [_column(place) for place in range(SECRET + CHECK)]


def correct(word: list[int | None], wrong: int) -> list[int] | None:
    """The word whose check fits that differs from `word` in its unreadable (None) and at most `wrong` other places. There
    is at most one as long as 2 * wrong + unreadable <= 6, the code's minimum distance being 7."""
    unreadable = [place for place, symbol in enumerate(word) if symbol is None]
    assert 2 * wrong + len(unreadable) <= CHECK
    # A basis of the changes of the check that the unreadable places can make. After the 6 components of the check, each vector
    # has the share of each unreadable place in it.
    basis: list[tuple[int, int]] = []

    def without_unreadable(vector: int) -> int:
        for shift, element in basis:
            vector ^= scale(element, vector >> shift & 31)
        return vector

    for i, place in enumerate(unreadable):
        vector = without_unreadable(COLUMNS[place] | 1 << 5 * (CHECK + i))
        shift = next(s for s in range(0, 5 * CHECK, 5) if vector >> s & 31)
        basis.append((shift, scale(vector, TIMES[vector >> shift & 31].index(1))))
    mask = (1 << 5 * CHECK) - 1
    changes = {}
    if wrong:
        for place in range(SECRET + CHECK):
            if place not in unreadable:
                vector = without_unreadable(COLUMNS[place]) & mask
                changes |= {scale(vector, change): (place, change) for change in range(1, 32)}

    def explain(vector: int, budget: int) -> list[tuple[int, int]] | None:
        """At most `budget` changes that together make up the vector, fewest first."""
        if vector == 0:
            return []
        if budget and vector in changes:
            return [changes[vector]]
        if budget > 1:
            for first, change in changes.items():
                if (rest := explain(vector ^ first, budget - 1)) is not None:
                    return [change, *rest]
        return None

    start = _syndrome([symbol or 0 for symbol in word])
    changed = explain(without_unreadable(start) & mask, wrong)
    if changed is None:
        return None
    result = [symbol or 0 for symbol in word]
    for place, change in changed:
        result[place] ^= change
    amounts = without_unreadable(_syndrome(result)) >> 5 * CHECK
    for i, place in enumerate(unreadable):
        result[place] ^= amounts >> 5 * i & 31
    return result


# --- Reading


@dataclass
class Correction:
    kind: str  # "wrong", "unreadable", "swapped", "missing" or "extra"
    position: int  # from 1; of a missing character, the place where it belongs
    read: str
    meant: str


@dataclass
class Reading:
    secret: list[int]
    corrections: list[Correction]
    member: Member | None  # None without a log


def parse(text: str) -> str:
    """The characters that count, in the alphabet or `?`."""
    if len(text.encode("utf-16-le", "surrogatepass")) > 2 * 200:
        raise Refused("BACKUP_KEY_INVALID", "BAK-1", reason="too long")
    kept = [c for c in map(folded, text) if c == "?" or unicodedata.category(c)[0] in "LNM"]
    read = [c.upper().translate({ord("O"): "0", ord("I"): "1", ord("L"): "1"}) if c.isascii() else "" for c in kept]
    refused = [place for place, c in enumerate(read, 1) if not c or c not in ALPHABET + "?"]
    if refused:
        raise Refused("BACKUP_KEY_INVALID", "BAK-1", reason="characters", positions=refused)
    return "".join(read)


def symbols(characters: str) -> list[int | None]:
    return [None if c == "?" else ALPHABET.index(c) for c in characters]


def seed_of(secret: list[int], log: bytes) -> bytes:
    number = 0
    for symbol in secret:
        number = number << 5 | symbol
    return hkdf(number.to_bytes(17, "big"), log, labelled("backup/seed", b""), 32)


def text_of(secret: list[int], signing_key: bytes) -> str:
    """The 36 characters, without the dashes."""
    top = int.from_bytes(digest("backup/id", signing_key)[:3], "big") >> 4
    id_ = [top >> shift & 31 for shift in (15, 10, 5, 0)]
    return "".join(ALPHABET[symbol] for symbol in [*id_, *secret, *check_of(secret)])


def differences(typed: str, meant: str) -> list[Correction]:
    """A missing character was read as nothing; an extra one means nothing."""
    if len(typed) < len(meant):
        ways = [(Correction("missing", i + 1, "", c), typed[:i] + c + typed[i:]) for i, c in enumerate(meant)]
    elif len(typed) > len(meant):
        ways = [(Correction("extra", i + 1, c, ""), typed[:i] + typed[i + 1 :]) for i, c in enumerate(typed)]
    else:
        return replacements(typed, meant)
    both = ([shift, *replacements(mended, meant)] for shift, mended in ways)
    return sorted(min(both, key=len), key=lambda correction: correction.position)


def replacements(typed: str, meant: str) -> list[Correction]:
    found, at = [], 0
    while at < len(typed):
        read, means = typed[at : at + 2], meant[at : at + 2]
        if len(read) == 2 and read != means and read == means[::-1]:
            found.append(Correction("swapped", at + 1, read, means))
            at += 1
        elif read[0] != means[0]:
            found.append(Correction("unreadable" if read[0] == "?" else "wrong", at + 1, read[0], means[0]))
        at += 1
    return found


def read(text: str, state: State | None = None) -> Reading:
    """BAK-1. With a log, its backup keys (active or removed) decide, which corrects more mistakes than the check alone."""
    typed = parse(text)
    if state is None:
        if len(typed) != 36:
            raise Refused("BACKUP_KEY_INVALID", "BAK-1", reason="length", length=len(typed))
        word = symbols(typed[ID:])
        unreadable = word.count(None)
        found = correct(word, (4 - unreadable) // 2) if unreadable <= 4 else None
        if found is None:
            raise Refused("BACKUP_KEY_INVALID", "BAK-1", reason="uncorrectable")
        meant = typed[:ID] + "".join(ALPHABET[symbol] for symbol in found)
        return Reading(found[:SECRET], differences(typed, meant), None)
    if not 35 <= len(typed) <= 37:
        raise Refused("BACKUP_KEY_INVALID", "BAK-1", reason="length", length=len(typed))
    keys = {member.sign: member for member in state.members.values() if member.kind == "backup"}
    for secret in candidates(typed)[:TRIES]:
        member = keys.get(member_signing_key(seed_of(secret, state.log)))
        if member:
            return Reading(secret, differences(typed, text_of(secret, member.sign)), member)
    exact = "?" not in typed and len(typed) == 36 and correct(symbols(typed[ID:]), 0) is not None
    raise Refused("BACKUP_KEY_INVALID", "BAK-1", reason="unknown" if exact else "uncorrectable")


def candidates(typed: str) -> list[list[int]]:
    """Candidate secrets, those with the fewest corrections first."""
    rest = symbols(typed[ID:])
    if len(typed) == 36:
        shifted, words = 0, [(rest, 0)]
    elif len(typed) == 35:  # one is missing: in the id, or at any place of the rest, where an unreadable one is inserted
        shifted, words = 1, [(symbols(typed[ID - 1 :]), 0)] + [(rest[:i] + [None] + rest[i:], 1) for i in range(32)]
    else:  # one is extra: in the id, which then has the first of the rest, or at any place of the rest
        shifted, words = 1, [(rest[:i] + rest[i + 1 :], 0) for i in range(33)]
    fewest: dict[tuple[int, ...], int] = {}
    for word, put_in in words:
        wrong = (CHECK - (word.count(None) - put_in)) // 2 - shifted
        found = correct(word, wrong) if wrong >= 0 else None
        if found:
            corrections = shifted - put_in + sum(a != b for a, b in zip(word, found))
            secret = tuple(found[:SECRET])
            fewest[secret] = min(corrections, fewest.get(secret, corrections))
    return [list(secret) for secret in sorted(fewest, key=fewest.get)]
