"""Writes small logs for this verifier's own test: links with the epochs and grants that they owe."""

import itertools
from typing import Callable

import cbor
import escrow
import grants
from agenda import Knowledge, agenda
from crypto import digest, kdf, labelled, sign, signing_key
from errors import Refused
from hpke import KemKey
from links import TYPES, Context
from log import apply, check_missing, find_author, range_of, verify_entry
from runs import epochs
from state import Member, State

numbers = itertools.count(1)
cached: dict[bytes, bytes] = {}


def draw() -> bytes:
    return digest("selftest", next(numbers).to_bytes(8, "big"))


def kem_public(seed: bytes) -> bytes:
    if seed not in cached:
        cached[seed] = KemKey(seed).public
    return cached[seed]


class Keys:
    """Both key pairs of a member or of an epoch."""

    def __init__(self, use: str):
        self.seed = draw()
        self.secret = kdf(f"{use}/signing", self.seed)
        self.sign = signing_key(self.secret)
        self.kem = kem_public(kdf(f"{use}/kem", self.seed))

    def public(self) -> dict:
        return {"sign": self.sign, "kem": self.kem}


class Log:
    """A log under construction. If `real`, its grants are made from real seeds; otherwise their digests are random."""

    def __init__(self, kind: str, real: bool = False):
        self.state, self.entries, self.real = State(), [], real
        self.signers: dict[bytes, Keys] = {}
        self.epochs: list[Keys] = []
        self.operator = Keys("member")
        self.signers[self.operator.sign] = self.operator
        first = self.keys()
        policy = {"enabled": True, "allowUserBackupKeys": True, "escrowContacts": [], "userContacts": []}
        body = {"kind": kind, "subject": f"{kind}@example.org", "suite": 1, "operator": self.operator.sign}
        body |= {"policy": policy} if kind == "escrow" else {}
        self.add("genesis", [first.sign], member=self.new_member(first, "device"), **body)
        self.first = first

    def keys(self) -> Keys:
        made = Keys("member")
        self.signers[made.sign] = made
        return made

    def new_member(self, keys: Keys, kind: str) -> dict:
        return {"kind": kind, "name": draw()} | keys.public()

    def id_of(self, keys: Keys) -> bytes:
        return next(id_ for id_, member in self.state.members.items() if member.sign == keys.sign)

    def body(self, type_: str, **fields: object) -> dict:
        """The body without the new epoch and the grants."""
        place = {"log": self.state.log, "prev": self.state.hash} if self.state.seq else {}
        seq = self.state.seq + 1
        return {"v": 1, "type": type_, "seq": seq, "time": 1000 * seq} | place | fields

    def complete(self, body: dict) -> tuple[dict, Keys | None, list[bytes]]:
        """The body with the epoch that it makes and the grants that it owes."""
        author = find_author(self.state, body)
        missing = check_missing(self.state, body, author)
        effect = TYPES[body["type"]](Context(self.state, self.state.classes(), body, author, missing))
        made, attachments = None, []
        if effect.makes_epoch:
            made = Keys("epoch")
            in_escrow = self.state.kind == "escrow" or body.get("kind") == "escrow"
            body = body | {"epoch": made.public() if in_escrow else {"kem": made.kem}}
        after, due = apply(self.state, body, effect, author and author.id, missing)
        result = []
        for set_, ids in due:
            digests = [draw() for _ in range(len(ids) + 1)]
            if self.real:
                seeds = [*self.epochs, *([made] if made else [])]
                grant = grants.make(body, set_, b"".join(seeds[epoch - 1].seed for epoch in epochs(set_)))
                blobs = [grant.keyring, *(grant.box(after.members[id_].kem)[2] for id_ in ids)]
                attachments += blobs
                digests = [digest("attachment", blob) for blob in blobs]
            boxes = [list(pair) for pair in zip(ids, digests[1:])]
            fields = dict(zip(("from", "to", "count"), range_of(set_)))
            result.append(fields | {"keyring": digests[0], "boxes": boxes})
        return body | ({"grants": result} if result else {}), made, attachments

    def entry(self, body: dict, signers: list[bytes], attachments: list[bytes] = []) -> bytes:
        data = cbor.encode(body)
        message = labelled("link/signature", data)
        known = self.signers  # for all others the signature is wrong
        signatures = [[key, sign(known[key].secret, message) if key in known else bytes(64)] for key in signers]
        return cbor.encode([cbor.encode([data, signatures]), attachments])

    def add(self, type_: str, signers: list[bytes], **fields: object) -> State:
        body, made, attachments = self.complete(self.body(type_, **fields))
        entry = self.entry(body, signers, attachments)
        self.state = verify_entry(self.state, entry)
        self.entries.append(entry)
        if made:
            self.epochs.append(made)
            self.signers[made.sign] = made
        return self.state

    def judge(self, type_: str, signers: list[bytes], drop: list[str] = [], **fields: object) -> str:
        """The rule by which a link is refused here. It has the grants that would be due, as far as they can be computed."""
        body = self.body(type_, **fields)
        try:
            body = self.complete(body)[0] | fields
        except (Refused, LookupError, TypeError):
            body = {"grants": SOME_GRANTS} | body if type_ in ALWAYS_GRANT else body
        body = {name: value for name, value in body.items() if name not in drop}
        return rule_of(lambda: verify_entry(self.state, self.entry(body, signers)))

    # --- Common links

    def join(self, **fields: object) -> Keys:
        new = self.keys()
        self.add("join", [new.sign], member=self.new_member(new, "device"), **fields)
        return new

    def backup(self, by: Keys, **fields: object) -> Keys:
        new = self.keys()
        self.add("enroll", [by.sign, new.sign], author=by.sign, member=self.new_member(new, "backup"), **fields)
        return new

    def review(self, by: Keys, approve: list = [], remove: list = [], **fields: object) -> State:
        return self.add("review", [by.sign], author=by.sign, **self.lists(approve, remove), **fields)

    def lists(self, approve: list, remove: list) -> dict:
        return {"approve": sorted(map(self.id_of, approve)), "remove": sorted(map(self.id_of, remove))}

    def member(self, keys: Keys) -> Member:
        return self.state.members[self.id_of(keys)]

    def pointer(self) -> dict:
        """The pointer to the newest epoch of this escrow log."""
        newest = {"epoch": self.state.epoch} | self.epochs[-1].public()
        return {"log": self.state.log, "seq": self.state.seq, "hash": self.state.hash} | newest

    def head(self) -> dict:
        return {"seq": self.state.seq, "hash": self.state.hash}


ALWAYS_GRANT = ("enroll", "rotate", "regrant", "renew-escrow", "reclaim")
SOME_GRANTS = [{"from": 1, "to": 1, "count": 1, "keyring": bytes(32), "boxes": [[bytes(16), bytes(32)]]}]


def rule_of(do: Callable[[], object]) -> str:
    try:
        do()
    except Refused as error:
        return f"{error.code} {error.rule}"
    return "accepted"


def link(rule: str) -> str:
    return f"INVALID_LINK {rule}"


class Organisation:
    """A user's log with escrow, and the escrow log."""

    def __init__(self):
        self.user, self.log = Log("user"), Log("escrow")
        self.laptop, self.admin = self.user.first, self.log.first
        self.user.signers[self.admin.sign] = self.admin
        self.user.add("enroll", [self.laptop.sign], author=self.laptop.sign, escrow=self.pointer())

    def pointer(self) -> dict:
        newest = self.log.epochs[-1]
        self.user.signers[newest.sign] = newest
        return self.log.pointer()

    def by_escrow(self, approve: list = [], remove: list = [], **by: object) -> tuple[list[bytes], dict]:
        """Signers and fields of a review."""
        key = self.user.state.escrow().sign
        by = {"admin": self.admin.sign, "salt": bytes(32)} | self.log.head() | by
        signers = [key, by["admin"], *(pair[0] for pair in by.get("pairs", []))]
        return signers, {"author": key, "by": by} | self.user.lists(approve, remove)

    def judge(self, *lists: list, missing: list | None = None, **by: object) -> str:
        signers, fields = self.by_escrow(*lists, **by)
        return self.user.judge("review", signers, **fields, **({"missing": missing} if missing else {}))

    def add(self, *lists: list, **by: object) -> State:
        signers, fields = self.by_escrow(*lists, **by)
        return self.user.add("review", signers, **fields)


class Recoveries(Organisation):
    """An organisation whose log is ready, with acts and the reviews that they announce."""

    def __init__(self):
        super().__init__()
        self.paper = self.log.backup(self.admin, roles=["manage"])
        self.user.add("renew-escrow", [self.laptop.sign], author=self.laptop.sign, escrow=self.pointer())

    def act(self, approve: list, remove: list = [], by: Keys | None = None, **other: object) -> dict:
        """Announces the next review. Returns the fields of its `by`."""
        by = by or self.admin
        lists, user = self.user.lists(approve, remove), self.user.state
        place = {"salt": bytes(32), "admin": by.sign, "log": user.log, "seq": user.seq + 1, "prev": user.hash}
        wanted = escrow.commitment(**place | lists | other)
        self.log.add("act", [by.sign], author=by.sign, commitment=wanted, opening=draw())
        return {"admin": by.sign} | self.log.head()

    def clerk(self) -> Keys:
        clerk = self.log.join()
        self.log.review(self.admin, [clerk], roles=[[self.log.id_of(clerk), ["recover"]]])
        self.user.signers[clerk.sign] = clerk
        return clerk

    def is_believed(self) -> bool:
        return escrow.is_believed(self.user.state, self.log.state)

    def doubted(self, own: list = []) -> set[bytes]:
        state, ids = self.user.state, [self.user.id_of(each) for each in own]
        return escrow.brought_in(state, escrow.unverified(state, self.log.state), ids)

    def agenda(self, me: Keys, **knowledge: object) -> list:
        knows = {"escrow": self.log.state} | knowledge
        steps = agenda(self.user.state, Knowledge(self.user.id_of(me), **knows))
        return [" ".join((step["do"], step["what"], *step.get("because", ()))) for step in steps]
