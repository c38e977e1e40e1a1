"""The CDDL of sections 4.4 and 6 (ENC-2): functions of a value and its path that refuse values that do not fit."""

from typing import Callable

from cbor import MAX_INT
from errors import encoding

Shape = Callable[[object, str], None]


def expect(fits: bool, path: str, what: str) -> None:
    if not fits:
        raise encoding("ENC-2", f"{path} is not {what}")


def uint(low: int = 0, high: int = MAX_INT) -> Shape:
    return lambda value, path: expect(type(value) is int and low <= value <= high, path, f"a number {low}..{high}")


def blob(low: int, high: int | None = None) -> Shape:
    high = low if high is None else high
    return lambda value, path: expect(type(value) is bytes and low <= len(value) <= high, path, f"{low}..{high} bytes")


def text(low: int, high: int) -> Shape:
    """`low` and `high` count bytes of UTF-8."""
    return lambda value, path: expect(
        type(value) is str and low <= len(value.encode()) <= high, path, f"text of {low}..{high} bytes"
    )


def flag(value: object, path: str) -> None:
    expect(type(value) is bool, path, "true or false")


def one_of(*choices: object) -> Shape:
    return lambda value, path: expect(
        any(type(value) is type(choice) and value == choice for choice in choices), path, f"one of {choices}"
    )


def array(item: Shape, low: int, high: int = MAX_INT) -> Shape:
    def check(value: object, path: str) -> None:
        expect(type(value) is list and low <= len(value) <= high, path, f"an array of {low}..{high}")
        for i, element in enumerate(value):
            item(element, f"{path}[{i}]")

    return check


def fixed(**items: Shape) -> Shape:
    """An array with a place for each name."""

    def check(value: object, path: str) -> None:
        expect(type(value) is list and len(value) == len(items), path, f"an array of {len(items)}")
        for element, (name, item) in zip(value, items.items()):
            item(element, f"{path}.{name}")

    return check


def record(required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Shape:
    """A closed map."""
    optional = optional or {}
    fields = required | optional

    def check(value: object, path: str) -> None:
        expect(type(value) is dict, path, "a map")
        for name in required:
            expect(name in value, f"{path}.{name}", "there")
        for name, item in value.items():
            expect(name in fields, f"{path}.{name}", "a known field")
            fields[name](item, f"{path}.{name}")

    return check


POSITION = uint(1)
MILLISECONDS = uint(0, 8_640_000_000_000_000)
BYTES16, BYTES32, KEM_KEY = blob(16), blob(32), blob(1216)
SUBJECT = text(1, 256)
RUN_LIST = array(fixed(**{"from": POSITION, "to": POSITION}), 0)
MEMBER_LIST = array(BYTES16, 0, 512)
ACT_LIST = array(POSITION, 1, 4096)
HEAD = record({"log": BYTES32, "seq": POSITION, "hash": BYTES32})

KEYS = {"sign": BYTES32, "kem": KEM_KEY}
NEW_MEMBER = record({"kind": one_of("device", "backup"), **KEYS, "name": BYTES32})
NEW_EPOCH = record({"kem": KEM_KEY}, {"sign": BYTES32})
BOX = fixed(member=BYTES16, box=BYTES32)
RANGE = {"from": POSITION, "to": POSITION, "count": POSITION}
GRANTS = array(record(RANGE | {"keyring": BYTES32, "boxes": array(BOX, 1, 256)}), 1)
POINTER = record({"log": BYTES32, "seq": POSITION, "hash": BYTES32, "epoch": POSITION, **KEYS})
PAIR = fixed(sign=BYTES32, kem=BYTES32)
RENEWAL_ACTOR = record({"admin": BYTES32, "seq": POSITION, "hash": BYTES32})
REVIEW_ACTOR = record(
    {"admin": BYTES32, "seq": POSITION, "hash": BYTES32, "salt": BYTES32},
    {"runs": RUN_LIST, "pairs": array(PAIR, 1, 64)},
)
CONTACTS = array(text(1, 128), 0, 16)
POLICY = record({"enabled": flag, "allowUserBackupKeys": flag, "escrowContacts": CONTACTS, "userContacts": CONTACTS})
ROLES = array(one_of("discover", "manage", "recover"), 0, 3)


def body(type_: str, required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Shape:
    chain = {"log": BYTES32, "seq": uint(2), "prev": BYTES32, "time": MILLISECONDS}
    return record({"v": one_of(1), "type": one_of(type_)} | chain | required, optional)


AUTHOR, MISSING, GRANTED = {"author": BYTES32}, {"missing": RUN_LIST}, {"grants": GRANTS}
EPOCH = {"epoch": NEW_EPOCH}
WITHHELD_EPOCH = EPOCH | {"escrow": one_of("withheld")}
RECORD = {"commitment": BYTES32, "opening": BYTES32}

BODIES: dict[str, Shape] = {
    "genesis": record(
        {
            "v": one_of(1),
            "type": one_of("genesis"),
            "seq": one_of(1),
            "time": MILLISECONDS,
            "kind": one_of("user", "escrow"),
            "subject": SUBJECT,
            "suite": one_of(1),
            "member": NEW_MEMBER,
            "epoch": NEW_EPOCH,
            "grants": GRANTS,
        },
        {"operator": BYTES32, "policy": POLICY},
    ),
    "join": body("join", {"member": NEW_MEMBER}, WITHHELD_EPOCH | GRANTED),
    "enroll": body(
        "enroll",
        AUTHOR | GRANTED,
        {
            "member": NEW_MEMBER,
            "escrow": POINTER,
            "roles": ROLES,
            "escrowHead": record({"seq": POSITION, "hash": BYTES32}),
        }
        | MISSING,
    ),
    "review": body(
        "review",
        AUTHOR | {"approve": MEMBER_LIST, "remove": MEMBER_LIST},
        {"by": REVIEW_ACTOR, "roles": array(fixed(member=BYTES16, roles=ROLES), 1, 256), "disown": ACT_LIST}
        | MISSING
        | WITHHELD_EPOCH
        | GRANTED,
    ),
    "rotate": body("rotate", AUTHOR | GRANTED, MISSING | WITHHELD_EPOCH),
    "regrant": body(
        "regrant", AUTHOR | {"give": array(fixed(member=BYTES16, runs=RUN_LIST), 1, 256)} | GRANTED, MISSING
    ),
    "rekey": body("rekey", AUTHOR | {"keys": record(KEYS)}, MISSING | WITHHELD_EPOCH | GRANTED),
    "leave": body("leave", AUTHOR),
    "expel": body("expel", {"remove": MEMBER_LIST}),
    "rename": body("rename", AUTHOR | {"member": BYTES16, "name": BYTES32}),
    "lockdown": body(
        "lockdown", AUTHOR | {"on": flag, "remove": MEMBER_LIST}, MISSING | WITHHELD_EPOCH | GRANTED
    ),
    "renew-escrow": body(
        "renew-escrow", AUTHOR | {"escrow": POINTER} | GRANTED, {"by": RENEWAL_ACTOR} | MISSING | EPOCH
    ),
    "policy": body("policy", AUTHOR | {"policy": POLICY}),
    "access": body("access", AUTHOR | RECORD),
    "reclaim": body("reclaim", AUTHOR | {"from": BYTES16, "runs": RUN_LIST} | GRANTED, MISSING),
    "act": body("act", AUTHOR | RECORD),
    "disown": body("disown", AUTHOR | {"acts": ACT_LIST}),
}

NAME_OPENING = record({"salt": BYTES16, "name": text(1, 128)}, {"platform": text(0, 128), "details": text(0, 128)})

# The inside of a byte string is judged after the byte string's own limits, and the shape of a link after version and type of its
# body (section 6.4, steps 1 and 2).
ENTRY = fixed(link=blob(1, MAX_INT), attachments=array(blob(1, 4_194_304), 0, 8192))
LINK = fixed(body=blob(1, MAX_INT), signatures=array(fixed(key=BYTES32, signature=blob(64)), 1, 66))
