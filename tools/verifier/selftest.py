"""Small logs that this verifier writes for itself, and what must become of them: rules of which no vector is at hand."""

import itertools
from typing import Callable, Iterator

import cbor
import contacts
import escrow
import evidence
import fingerprint
import grants
import keyring
import statements
from agenda import Knowledge, agenda
from crypto import digest, kdf, labelled, sign, signing_key
from errors import Refused
from hpke import KemKey, hpke_seal
from links import TYPES, Context
from log import Pin, apply, check_missing, find_author, open_entry, pin_state, range_of, verify_entry, verify_log, verify_single
from runs import epochs
from state import Member, State, pair_of

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
    """A log under construction. Its grants are made from real seeds if `real`, else their digests are drawn."""

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
        """Everything but the new epoch and the grants."""
        place = {"log": self.state.log, "prev": self.state.hash} if self.state.seq else {}
        seq = self.state.seq + 1
        return {"v": 1, "type": type_, "seq": seq, "time": 1000 * seq} | place | fields

    def complete(self, body: dict) -> tuple[dict, Keys | None, list[bytes]]:
        """With the epoch that it makes and the grants that it owes."""
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
        """The rule by which a link is refused here, with the grants that would be due as far as they can be told."""
        body = self.body(type_, **fields)
        try:
            body = self.complete(body)[0] | fields
        except (Refused, LookupError, TypeError):
            body = {"grants": SOME_GRANTS} | body if type_ in ALWAYS_GRANT else body
        body = {name: value for name, value in body.items() if name not in drop}
        return rule_of(lambda: verify_entry(self.state, self.entry(body, signers)))

    # --- What is written most

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
        """To the newest epoch of this escrow log."""
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


Checks = Iterator[tuple[str, object, object]]  # what it is, found, expected


# --- Versions (LOG-1)


def versions() -> Checks:
    log = Log("user")
    phone = log.join()
    good = log.body("leave", author=phone.sign)
    unknown = "UNSUPPORTED LOG-1"

    def verdict(body: dict, signatures: list | None = None, entries: int = 2, pin: Pin | None = None) -> str:
        data = cbor.encode(body)
        message = labelled("link/signature", data)
        signatures = [[phone.sign, sign(phone.secret, message)]] if signatures is None else signatures
        entry = cbor.encode([cbor.encode([data, signatures]), []])
        return rule_of(lambda: verify_log([*log.entries[:entries], entry], pin=pin))

    yield "as it is", verdict(good), "accepted"
    yield "version 2", verdict(good | {"v": 2}), unknown
    yield "version 0 of no shape", verdict({"v": 0}, signatures=[]), unknown
    yield "unknown type, other signatures", verdict({"v": 1, "type": "new"}, signatures=[[1]] * 100), unknown
    yield "no version", verdict({"type": "leave"}), "INVALID_ENCODING ENC-2"
    yield "version true", verdict(good | {"v": True}), "INVALID_ENCODING ENC-2"
    yield "type a number", verdict(good | {"type": 1}), "INVALID_ENCODING ENC-2"
    yield "no signatures", verdict(good, signatures=[]), "INVALID_ENCODING ENC-2"
    yield "67 signatures", verdict(good, signatures=[[bytes(32), bytes(64)]] * 67), "INVALID_ENCODING ENC-2"
    yield "two signatures", verdict(good, signatures=[[phone.sign, bytes(64)]] * 2), "INVALID_SIGNATURE LOG-4"
    pin = pin_state(log.state)
    yield "version 99 at a pinned position", verdict({"v": 99}, entries=1, pin=pin), "FORKED LOG-8"
    yield "version 99 behind the pin", verdict({"v": 99}, pin=pin), unknown
    yield "version 99 as the first link", verdict({"v": 99}, entries=0, pin=pin), "REPLACED LOG-8"
    only_head = Pin(pin.log, 2, {2: pin.hashes[2]})
    yield "version 99 at a pinned head", verdict({"v": 99}, entries=1, pin=only_head), "FORKED LOG-8"
    log.join()
    only_head = Pin(pin.log, 3, {3: log.state.hash})
    yield "version 99 before a pinned head", verdict({"v": 99}, entries=1, pin=only_head), "ROLLED_BACK LOG-8"
    unknown_second = cbor.encode([cbor.encode([cbor.encode({"v": 99}), []]), []])
    both = [log.entries[0], unknown_second, log.entries[1]]
    yield "version 99 in between", rule_of(lambda: verify_log(both, pin=only_head)), "FORKED LOG-8"
    both[2] = log.entries[2]
    yield "version 99 before the pinned link", rule_of(lambda: verify_log(both, pin=only_head)), unknown
    yield "nothing", rule_of(lambda: verify_log([], pin=only_head)), "ROLLED_BACK LOG-8"
    yield "nothing, without a pin", rule_of(lambda: verify_log([])), "INVALID_ARGUMENT LOG-8"


def single_entries() -> Checks:
    log = Log("user")
    laptop, phone = log.first, log.join()
    log.add("rotate", [laptop.sign], author=laptop.sign)
    state, before = log.state, log.state.before

    def other(type_: str, signers: list[bytes], **fields: object) -> str:
        log.state = before
        body = log.complete(log.body(type_, **fields))[0]
        log.state = state
        return rule_of(lambda: verify_single(state, log.entry(body, signers)))

    filled = link("LOG-2")
    yield "the known one", verify_single(state, log.entries[1]) is state, True
    yield "a fork", other("rotate", [phone.sign], author=phone.sign), "FORKED LOG-8"
    yield "a leave", other("leave", [phone.sign], author=phone.sign), "FORKED LOG-8"
    new = log.keys()
    yield "a join", other("join", [new.sign], member=log.new_member(new, "device")), filled
    yield "signed by another", other("leave", [laptop.sign], author=phone.sign), filled
    twice = other("leave", [phone.sign, phone.sign], author=phone.sign)
    yield "signed twice", twice, "INVALID_SIGNATURE LOG-4"
    yield "another genesis", rule_of(lambda: verify_single(state, Log("user").entries[0])), "REPLACED LOG-8"
    yield "of an escrow log", rule_of(lambda: verify_single(state, Log("escrow").entries[0])), "WRONG_SUBJECT LOG-8"
    unknown = [cbor.encode([cbor.encode([cbor.encode({"v": 2, "seq": seq}), []]), []]) for seq in (2, 4)]
    yield "unknown", [rule_of(lambda: verify_single(state, each)) for each in unknown], [filled, "UNSUPPORTED LOG-1"]


# --- Grants over sets (GRT-1, GRT-2, 7.3)


def sets() -> Checks:
    log = Log("user", real=True)
    laptop = log.first
    phone = log.join()
    log.add("rotate", [laptop.sign], author=laptop.sign)  # epoch 3
    log.add("rotate", [phone.sign], author=phone.sign, missing=[[2, 2]])  # epoch 4
    log.add("rotate", [laptop.sign], author=laptop.sign, missing=[[3, 3]])  # epoch 5: laptop 1-2, 4-5; phone 3-5
    log.review(laptop, [phone])
    grant = log.state.body["grants"][0]
    yield "set", (log.state.sets, [grant[name] for name in ("from", "to", "count")]), ((((1, 2),),), [1, 2, 2])
    paper = log.backup(laptop)
    grant = log.state.body["grants"][0]
    yield "set with a hole", (log.state.sets, [grant[name] for name in ("from", "to", "count")]), (
        (((1, 2), (4, 5)),),
        [1, 5, 4],
    )
    yield "held", (log.member(paper).held, log.member(phone).held), (((1, 2), (4, 5)), ((1, 5),))
    attachments = open_entry(log.entries[-1])[1]
    key, seeds = KemKey(kdf("member/kem", paper.seed)), {}
    received = grants.receive(log.state, attachments, log.id_of(paper), key, seeds)
    yield "opened", received, {"opened": [1, 2, 4, 5], "junk": [], "withheld": []}
    yield "right", seeds, {epoch: log.epochs[epoch - 1].seed for epoch in (1, 2, 4, 5)}
    yield "recomputed", grants.check(log.state, seeds), []
    received = grants.receive(log.state, attachments[:1], log.id_of(paper), key, {1: seeds[1]})
    yield "withheld", received, {"opened": [], "junk": [], "withheld": [2, 4, 5]}
    other = {1: bytes(32)}  # counts as no seed that the grant gives: its key cannot be recomputed then
    received = grants.receive(log.state, attachments, log.id_of(paper), key, other)
    yield "beside another seed", received["opened"], [2, 4, 5]

    give = [[log.id_of(laptop), [[3, 3]]], [log.id_of(paper), [[3, 3]]]]
    author = {"author": phone.sign, "give": sorted(give)}
    yield "never granted", log.judge("regrant", [phone.sign], **author), link("MEM-9")
    author["give"] = [[log.id_of(laptop), [[3, 3]]]]
    yield "regrant", log.judge("regrant", [phone.sign], **author), "accepted"
    wrong = [{"from": 3, "to": 3, "count": 2, "keyring": bytes(32), "boxes": [[log.id_of(laptop), bytes(32)]]}]
    yield "wrong count", log.judge("regrant", [phone.sign], **author, grants=wrong), link("GRT-1")
    yield "no runs", log.judge("regrant", [phone.sign], author=phone.sign, give=[[log.id_of(laptop), []]]), link("GRT-1")
    twice = {"author": phone.sign, "give": author["give"] * 2}
    yield "twice", log.judge("regrant", [phone.sign], **twice), link("MEM-2")
    lacking = {"author": laptop.sign, "give": author["give"]}
    yield "what the author lacks", log.judge("regrant", [laptop.sign], **lacking), link("GRT-1")
    keys = log.keys()
    log.add("rekey", [phone.sign, keys.sign], author=phone.sign, keys=keys.public())
    yield "rekey", log.state.sets, (((1, 5),), ((6, 6),))
    more = log.keys()
    fields = {"author": paper.sign, "keys": more.public()}
    yield "paper rekeyed", log.judge("rekey", [paper.sign, more.sign], **fields), link("LOG-4")


# --- Seeds (section 5, GRT-4)


def seeds_checked() -> Checks:
    epoch, other = Keys("epoch"), Keys("epoch")
    right, user = epoch.public(), {"kem": epoch.kem}
    false = {"kem": other.kem[:1152] + epoch.kem[1152:1184] + other.kem[1184:]}
    yield "right", (grants.passes_quick_check(epoch.seed, right), grants.passes_full_check(epoch.seed, right)), (True, True)
    yield "other", grants.passes_quick_check(other.seed, user), False
    yield "right rho", (grants.passes_quick_check(epoch.seed, false), grants.passes_full_check(epoch.seed, false)), (True, False)
    signs = user | {"sign": other.sign}
    yield "signing key", (grants.opens_for(epoch.seed, signs), grants.passes_full_check(epoch.seed, signs)), (True, False)


# --- Escrow's pairs (ESC-11, MEM-6, MEM-7)


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


def escrow_gives() -> Checks:
    both = Organisation()
    user, old = both.user, pair_of(both.pointer())
    lost = user.join()
    yield "granted", user.state.granted, {old: ((1, 2),)}
    user.join(escrow="withheld")
    yield "withheld", (user.state.granted, user.state.escrow().withheld), ({old: ((1, 2),)}, ((3, 3),))
    phone = user.join()
    esc = link("ESC-11")
    yield "runs for nobody", both.judge([], [lost], runs=[[1, 1]]), esc
    yield "no runs in the list", both.judge([phone], [], runs=[]), esc
    yield "pairs without runs", both.judge([phone], [], pairs=[list(old)]), esc
    yield "runs that touch", both.judge([phone], [], runs=[[1, 1], [2, 2]]), esc
    yield "more than granted", both.judge([phone], [], runs=[[1, 4]]), esc
    yield "the pair in force again", both.judge([phone], [], runs=[[1, 1]], pairs=[list(old)]), esc
    yield "a pair that never was", both.judge([phone], [], runs=[[1, 1]], pairs=[[bytes(32), bytes(32)]]), esc
    yield "no unsigned pair is verified", both.judge([phone], [], runs=[[1, 9]], pairs=[[bytes(32), bytes(32)]] * 2), esc
    yield "missing", both.judge([phone], [], missing=[[1, 1]], runs=[[2, 2]]), link("MEM-9")
    yield "what it has already", both.judge([phone], [], runs=[[4, 4]]), link("MEM-1")
    yield "moves", both.user.state.classes().escrow_counts, False
    signers, fields = both.by_escrow([phone], runs=[[1, 2]])
    yield "no epoch", user.judge("review", signers, drop=["epoch"], **fields), link("MEM-7")
    yield "one signature", user.judge("review", signers[:1], **fields), "INVALID_SIGNATURE LOG-4"
    without_salt = fields | {"by": {k: v for k, v in fields["by"].items() if k != "salt"}}
    yield "no salt", user.judge("review", signers, **without_salt), "INVALID_ENCODING ENC-2"
    yield "escrow withholds", user.judge("review", signers, **fields, escrow="withheld"), link("MEM-6")
    yield "good", user.judge("review", signers, **fields), "accepted"

    both.log.add("rotate", [both.admin.sign], author=both.admin.sign)
    user.add("renew-escrow", [both.laptop.sign], author=both.laptop.sign, escrow=both.pointer())
    new = pair_of(both.pointer())
    yield "renewed", user.state.granted, {old: ((1, 2), (4, 4)), new: ((5, 5),)}
    same = {"author": both.laptop.sign, "escrow": both.pointer()}
    yield "renewed again", user.judge("renew-escrow", [both.laptop.sign], **same), link("MEM-2")
    by = {"admin": both.admin.sign} | both.log.head()
    key = user.state.escrow().sign
    by_escrow = {"author": key, "by": by, "escrow": both.pointer()}
    yield "by escrow", user.judge("renew-escrow", [key, both.admin.sign], **by_escrow), "accepted"
    salted = by_escrow | {"by": by | {"salt": bytes(32)}}
    yield "a salt in a renewal", user.judge("renew-escrow", [key, both.admin.sign], **salted), "INVALID_ENCODING ENC-2"
    yield "the past without its pair", both.judge([phone], [], runs=[[1, 2], [5, 5]]), esc
    both.add([phone], [], runs=[[1, 2], [4, 5]], pairs=[list(old)])
    yield "no epoch needed", (user.state.epoch, user.member(phone).held), (5, ((1, 2), (4, 5)))
    yield "gave", user.state.sets, (((1, 2),),)
    user.add("review", [both.laptop.sign], author=both.laptop.sign, approve=[], remove=[user.state.escrow().id])
    user.add("enroll", [both.laptop.sign], author=both.laptop.sign, escrow=both.pointer())
    yield "enrolled anew", (user.state.granted[old], user.state.granted[new]), (((1, 2), (4, 4)), ((1, 6),))
    thief = user.join()  # 7
    stranger = user.join()  # 8
    user.add("renew-escrow", [thief.sign], author=thief.sign, escrow=both.pointer() | {"seq": 1, "hash": both.log.state.log})
    yield "a thief's pointer", user.state.classes().founder(user.state.escrow()) == 1, False
    mended = {"author": both.laptop.sign, "escrow": user.state.escrow().pointer}
    yield "may be set again", user.judge("renew-escrow", [both.laptop.sign], **mended), "accepted"
    by_thief = {"author": stranger.sign, "escrow": user.state.escrow().pointer}
    yield "not by another", user.judge("renew-escrow", [stranger.sign], **by_thief), link("MEM-2")


def withholding() -> Checks:
    both = Organisation()
    user, laptop = both.user, both.laptop
    phone, me = user.join(), {"author": laptop.sign}
    yield "rotate", user.judge("rotate", [laptop.sign], **me, escrow="withheld"), "accepted"
    keys = user.keys()
    both_keys = [laptop.sign, keys.sign]
    yield "rekey", user.judge("rekey", both_keys, **me, keys=keys.public(), escrow="withheld"), "accepted"
    yield "remove", user.judge("review", [laptop.sign], **me, **user.lists([], [phone]), escrow="withheld"), "accepted"
    yield "no epoch", user.judge("review", [laptop.sign], **me, **user.lists([phone], []), escrow="withheld"), link("MEM-6")
    gone = {"approve": [], "remove": [user.state.escrow().id], "escrow": "withheld"}
    yield "escrow removed", user.judge("review", [laptop.sign], **me, **gone), link("MEM-6")
    point = {"escrow": "withheld"}
    yield "renewal", user.judge("renew-escrow", [laptop.sign], **me, **point), "INVALID_ENCODING ENC-2"
    alone = Log("user")
    lonely = {"author": alone.first.sign, "escrow": "withheld"}
    yield "no escrow there", alone.judge("rotate", [alone.first.sign], **lonely), link("MEM-6")


# --- Reclaim (MEM-10), lockdown (MEM-5)


def reclaiming() -> Checks:
    log = Log("user")
    old, paper = log.first, log.backup(log.first)
    thief = log.join()
    log.review(thief, [], [old])
    new = log.join()
    fields = {"author": new.sign, "from": log.id_of(old), "runs": [[1, 2]]}
    signers = [new.sign, old.sign]
    yield "reclaim", log.judge("reclaim", signers, **fields), "accepted"
    yield "without the key", log.judge("reclaim", [new.sign], **fields), "INVALID_SIGNATURE LOG-4"
    yield "too much", log.judge("reclaim", signers, **fields | {"runs": [[1, 3]]}), link("MEM-10")
    yield "nothing", log.judge("reclaim", signers, **fields | {"runs": []}), link("MEM-10")
    yield "from an active one", log.judge("reclaim", [new.sign, paper.sign], **fields | {"from": log.id_of(paper)}), link("MEM-10")
    yield "from nobody", log.judge("reclaim", signers, **fields | {"from": bytes(16)}), link("MEM-10")
    yield "the current one missing", log.judge("reclaim", signers, **fields, missing=[[4, 4]]), link("MEM-9")
    yield "a removed author", log.judge("reclaim", [old.sign, old.sign], **fields | {"author": old.sign}), link("MEM-4")
    log.add("reclaim", signers, **fields)
    member = log.member(new)
    yield "held", (member.held, member.reclaims, log.state.epoch), (((1, 2), (4, 4)), ((log.id_of(old), 6),), 4)
    yield "again", log.judge("reclaim", signers, **fields), link("MEM-10")
    yield "founder", log.state.classes().founder(member), 5


def in_lockdown() -> Checks:
    log = Log("user")
    laptop = log.first
    log.add("lockdown", [laptop.sign], author=laptop.sign, on=True, remove=[])
    phone = log.join()
    named = {"author": phone.sign, "member": log.id_of(phone), "name": draw()}
    yield "renames itself", log.judge("rename", [phone.sign], **named), link("MEM-5")
    keys = log.keys()
    fields = {"author": phone.sign, "keys": keys.public()}
    yield "rekeys", log.judge("rekey", [phone.sign, keys.sign], **fields), link("MEM-5")
    yield "leaves", log.judge("leave", [phone.sign], author=phone.sign), "accepted"


# --- The escrow log (MEM-7, MEM-8, act, disown)


def escrow_log() -> Checks:
    log = Log("escrow")
    boss = log.first
    clerk, plain, paper = log.join(), log.join(), None
    roles = sorted([[log.id_of(clerk), ["recover"]], [log.id_of(plain), []]])
    log.review(boss, [clerk, plain], roles=roles)
    paper = log.backup(boss, roles=["manage"])
    role = link("MEM-8")
    yield "rotate without manage", log.judge("rotate", [clerk.sign], author=clerk.sign), role
    keys = log.keys()
    log.add("rekey", [clerk.sign, keys.sign], author=clerk.sign, keys=keys.public())
    clerk = keys
    yield "rekey without manage", (log.state.epoch, log.state.rotation_due, log.state.sets), (1, True, (((1, 1),),))
    keys = log.keys()
    log.add("rekey", [plain.sign, keys.sign], author=plain.sign, keys=keys.public(), missing=[[1, 1]])
    plain = keys
    yield "with all missing", (log.state.sets, "grants" in log.state.body), ((), False)
    log.add("rotate", [boss.sign], author=boss.sign)
    yield "rotated", log.state.rotation_due, False
    record = {"commitment": draw(), "opening": draw()}
    yield "act without recover", log.judge("act", [plain.sign], author=plain.sign, **record), role
    yield "act of a paper", log.judge("act", [paper.sign], author=paper.sign, **record), role
    log.add("act", [clerk.sign], author=clerk.sign, **record)
    first = log.state.seq
    log.add("act", [boss.sign], author=boss.sign, **record | {"commitment": draw()})
    yield "acts", log.state.acts, {first: log.id_of(clerk), first + 1: log.id_of(boss)}
    mine, both = {"author": clerk.sign, "acts": [first]}, {"author": clerk.sign, "acts": [first, first + 1]}
    yield "disown one's own", log.judge("disown", [clerk.sign], **mine), "accepted"
    yield "disown another's", log.judge("disown", [clerk.sign], **both), role
    yield "disown what is no act", log.judge("disown", [boss.sign], author=boss.sign, acts=[first - 1]), link("MEM-2")
    yield "descending", log.judge("disown", [boss.sign], author=boss.sign, acts=[first + 1, first]), link("MEM-2")
    log.review(boss, [], [clerk], disown=[first])
    yield "disowned", log.state.disowned, {first}
    yield "again", log.judge("disown", [boss.sign], author=boss.sign, acts=[first, first + 1]), link("MEM-2")
    user = Log("user")
    acts = {"author": user.first.sign}
    yield "act in a user's log", user.judge("act", [user.first.sign], **acts, **record), role
    yield "disown in a user's log", user.judge("disown", [user.first.sign], **acts, acts=[1]), role
    phone = user.join()
    yield "disown in a user's review", user.judge("review", [user.first.sign], **acts, **user.lists([phone], []), disown=[1]), role


# --- Acts and agendas (ESC-8, ESC-10, 11.2)


class Recoveries(Organisation):
    """An organisation whose log is ready, with acts and the reviews that they announce."""

    def __init__(self):
        super().__init__()
        self.paper = self.log.backup(self.admin, roles=["manage"])
        self.user.add("renew-escrow", [self.laptop.sign], author=self.laptop.sign, escrow=self.pointer())

    def act(self, approve: list, remove: list = [], by: Keys | None = None, **other: object) -> dict:
        """Announces the next review; gives the fields of its `by`."""
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
        state = self.user.state
        return escrow.brought_in(state, escrow.unverified(state, self.log.state), [self.user.id_of(each) for each in own])

    def agenda(self, me: Keys, **knowledge: object) -> list:
        knows = {"escrow": self.log.state} | knowledge
        steps = agenda(self.user.state, Knowledge(self.user.id_of(me), **knows))
        return [" ".join(filter(None, (step["do"], step["what"], step.get("because")))) for step in steps]


def acts() -> Checks:
    def after(name: str, do: Callable[[Recoveries, Keys], dict]) -> tuple[str, bool]:
        both = Recoveries()
        phone = both.user.join()
        by = do(both, phone)
        both.add([phone], [], **by, runs=[[1, 1]])
        return name, both.is_believed()

    def disowned(both: Recoveries, phone: Keys) -> dict:
        by = both.act([phone])
        both.log.add("disown", [both.admin.sign], author=both.admin.sign, acts=[both.log.state.seq])
        return by

    def repaired(both: Recoveries, phone: Keys) -> dict:
        by = disowned(both, phone)
        both.act([phone])
        return by

    def by_a_clerk(both: Recoveries, phone: Keys, expelled: bool = True) -> dict:
        clerk = both.clerk()
        by = both.act([phone], by=clerk)
        if expelled:
            both.log.review(both.admin, [], [clerk])
        return by

    def with_anothers_act(both: Recoveries, phone: Keys) -> dict:
        clerk = both.clerk()
        return both.act([phone], by=clerk) | {"admin": both.admin.sign}

    def by_another_who_repeats_it(both: Recoveries, phone: Keys) -> dict:
        clerk = both.clerk()
        both.act([phone], by=clerk, admin=both.admin.sign)
        return {"admin": both.admin.sign, "seq": 999, "hash": bytes(32)}

    for (name, found), expected in [
        (after("announced", lambda both, phone: both.act([phone])), True),
        (after("not announced", lambda both, phone: {}), False),
        (after("somebody else", lambda both, phone: both.act([both.laptop])), False),
        (after("another place", lambda both, phone: both.act([phone], seq=3)), False),
        (after("another salt", lambda both, phone: both.act([phone], salt=draw())), False),
        (after("disowned", disowned), False),
        (after("repaired", repaired), True),
        (after("its admin removed since", by_a_clerk), True),
        (after("another's act", with_anothers_act), False),
        (after("by another act beyond", by_another_who_repeats_it), True),
        (after("another hash", lambda both, phone: both.act([phone]) | {"hash": bytes(32)}), False),
    ]:
        yield name, found, expected


def doubt() -> Checks:
    both = Recoveries()
    user, laptop = both.user, both.laptop
    thief = user.join()
    both.add([thief], [], runs=[[1, 1]])
    brought = {user.id_of(thief)}
    yield "brought in", both.doubted(), brought
    yield "known to be own", both.doubted([thief]), set()
    user.add("leave", [thief.sign], author=thief.sign)
    helper = user.join()
    user.add("reclaim", [helper.sign, thief.sign], author=helper.sign, **{"from": user.id_of(thief)}, runs=[[1, 1]])
    yield "reclaimed from it", both.doubted(), {user.id_of(helper)}
    third = user.join()
    user.review(helper, [third])
    yield "and approved", both.doubted([laptop]), {user.id_of(helper), user.id_of(third)}
    head = {"confirmed": {"log": both.log.state.log} | both.log.head()}
    asked, ids = ["ask whose-members"], frozenset({user.id_of(helper), user.id_of(third)})
    yield "asked", both.agenda(laptop, **head), asked
    yield "answered", both.agenda(laptop, **head, not_own=ids), ["author remove"]
    yield "theirs", both.agenda(laptop, **head, own=ids), []
    yield "of another", both.agenda(helper, **head), []
    yield "without a log", both.agenda(laptop, escrow=None), ["fetch escrow-log none-at-hand", *asked]
    user.review(laptop, [], [helper, third])
    yield "removed", (both.doubted(), both.agenda(laptop, **head)), (set(), [])


def owed() -> Checks:
    both = Recoveries()
    user, laptop, log = both.user, both.laptop, both.log
    yield "nothing", both.agenda(laptop), []
    yield "unsupported", both.agenda(laptop, escrow="unsupported"), ["fetch escrow-log unsupported"]
    user.join(escrow="withheld")
    yield "regrant", both.agenda(laptop), ["author regrant"]
    wrong = {user.state.escrow().position: {0}}
    yield "wrong grants", both.agenda(laptop, wrong=wrong), ["author regrant"]
    user.add("regrant", [laptop.sign], author=laptop.sign, give=[[user.state.escrow().id, [[3, 3]]]])
    yield "regranted", both.agenda(laptop), []
    log.add("rotate", [both.admin.sign], author=both.admin.sign)
    yield "older", both.agenda(laptop), ["author renew-escrow older"]
    user.add("renew-escrow", [laptop.sign], author=laptop.sign, escrow=both.pointer())
    yield "renewed", both.agenda(laptop), []
    key, admin = user.state.escrow().sign, both.clerk()
    by = {"admin": admin.sign} | log.head()
    user.add("renew-escrow", [key, admin.sign], author=key, by=by, escrow=both.pointer())
    yield "by an admin", both.agenda(laptop), []
    log.add("leave", [admin.sign], author=admin.sign)
    yield "by a former admin", both.agenda(laptop), ["author rotate known-to-former-admin"]
    yield "due", escrow.is_due(user.state, log.state), True
    user.add("rotate", [laptop.sign], author=laptop.sign)
    yield "rotated", both.agenda(laptop), []
    stranger = user.join()
    user.add("renew-escrow", [stranger.sign], author=stranger.sign, escrow=both.pointer() | {"seq": 1, "hash": log.state.log})
    yield "a stranger's pointer", both.agenda(laptop), ["author renew-escrow founder"]
    yield "of the stranger", both.agenda(stranger), []
    user.add("renew-escrow", [laptop.sign], author=laptop.sign, escrow=both.pointer())
    policy = {"enabled": False, "allowUserBackupKeys": True, "escrowContacts": [], "userContacts": []}
    log.add("policy", [both.admin.sign, log.operator.sign], author=both.admin.sign, policy=policy)
    yield "disabled", both.agenda(laptop), ["ask remove-escrow disabled"]
    gone = {"remove_escrow": user.state.escrow().id}
    yield "to be removed", both.agenda(laptop, **gone), ["author remove"]
    user.add("review", [laptop.sign], author=laptop.sign, approve=[], remove=[user.state.escrow().id])
    log.add("policy", [both.admin.sign], author=both.admin.sign, policy=policy | {"enabled": True})
    yield "to be confirmed", both.agenda(laptop), ["ask confirm-escrow"]
    head = {"confirmed": {"log": log.state.log} | log.head()}
    yield "to be enrolled again", both.agenda(laptop, **head), ["ask enroll-again"]
    yield "said so", both.agenda(laptop, **head, enroll_again=user.state.seq), ["author enroll-escrow"]
    yield "declined", both.agenda(laptop, **head, declined=True), []
    user.add("leave", [stranger.sign], author=stranger.sign)
    yield "rotation due", both.agenda(laptop, declined=True), ["author rotate rotation-due"]
    yield "clock", both.agenda(laptop, now=user.state.time - 600_001), ["ask clock"]
    yield "of a removed one", both.agenda(stranger), ["ask standing removed"]
    loose = agenda(log.state, Knowledge(log.id_of(both.admin)))
    yield "no loose acts", loose, [{"do": "author", "what": "rotate", "because": "rotation-due", "withhold": False}]


def loose() -> Checks:
    both = Recoveries()
    user, log, clerk = both.user, both.log, both.clerk()
    phone = user.join()

    def announce(by: Keys, told: dict, **other: object) -> tuple[int, bytes]:
        """Position and sealed opening of an act; `told` is what its opening says otherwise."""
        lists, state = user.lists([phone], []), user.state
        place = {"salt": bytes(32), "log": state.log, "seq": state.seq + 1, "prev": state.hash} | lists
        commitment = escrow.commitment(**{"admin": by.sign} | place | other)
        opening = cbor.encode(place | {"subject": state.subject, "reason": "lost", "case": ""} | told)
        sealed = hpke_seal(log.epochs[-1].kem, labelled("act/opening", commitment), opening, draw() + draw())
        body = log.body("act", author=by.sign, commitment=commitment, opening=digest("attachment", sealed))
        entry = log.entry(body, [by.sign], [sealed])
        log.state = verify_entry(log.state, entry)
        return log.state.seq, sealed

    made = [
        announce(clerk, {}),
        announce(clerk, {"salt": draw()}),
        announce(clerk, {"reason": ""}),
        announce(both.admin, {}, admin=clerk.sign),
        announce(clerk, {"remove": [draw()[:16], bytes(16)]}),
        announce(both.admin, {}),
    ]
    newest, seeds = log.state, {epoch: keys.seed for epoch, keys in enumerate(log.epochs, 1)}
    openings = {at: escrow.open_act(newest.link(at), newest, sealed, seeds) for at, sealed in made}
    good = [made[place][0] for place in (0, 3, 5)]
    yield "junk", sorted(at for at, opening in openings.items() if opening), good
    yield "none is loose", escrow.loose_acts(newest), []
    log.add("leave", [clerk.sign], author=clerk.sign)
    by_clerk = [made[place][0] for place in (0, 1, 2, 4)]
    yield "loose", escrow.loose_acts(log.state), by_clerk

    def steps(**knowledge: object) -> list:
        owed = agenda(log.state, Knowledge(log.id_of(both.admin), **knowledge))
        return [(step["what"], step.get("positions")) for step in owed[1:]]  # behind the rotation

    yield "not delivered", steps(), [("openings", by_clerk), ("disown", by_clerk)]
    yield "the user's log", steps(openings=openings), [("user-log", None), ("disown", by_clerk[1:])]
    users = {user.state.log: user.state}
    yield "not shown", steps(openings=openings, users=users), [("disown", by_clerk)]
    both.add([phone], [], admin=clerk.sign, seq=by_clerk[0], hash=newest.link(by_clerk[0]).hash, runs=[[1, 1]])
    users = {user.state.log: user.state}
    yield "shown", steps(openings=openings, users=users), [("disown", by_clerk[1:])]
    yield "believed", both.is_believed(), True


# --- Contacts and fingerprints (section 10)


def tracked() -> Checks:
    log = Log("user")
    laptop, phone = log.first, log.join()
    pinned, trusted = log.state.seq, contacts.trusted_class(log.state)
    yield "trusted", trusted, {1}
    yield "same", contacts.compare(pinned, trusted, log.state), "same"
    log.review(laptop, [phone])
    yield "extended", contacts.compare(pinned, trusted, log.state), "extended"
    log.add("rotate", [phone.sign], author=phone.sign)
    yield "by one approved since", contacts.compare(pinned, trusted, log.state), "extended"
    stranger = log.join()
    yield "a stranger", contacts.compare(pinned, trusted, log.state), "extended-by-others"
    yield "standings", [contacts.standing(log.state, log.member(each)) for each in (phone, stranger)], ["founding", "neither"]
    both = Recoveries()
    new, early = both.user.join(), both.user.join()
    both.user.add("leave", [both.laptop.sign], author=both.laptop.sign)
    both.add([new], [], runs=[[1, 1]])
    both.user.add("leave", [early.sign], author=early.sign)
    yield "restored", contacts.standing(both.user.state, both.user.member(new)), "restored"
    yield "its class", contacts.trusted_class(both.user.state), {both.user.member(new).position}
    pin = {"v": 1, "subject": "s", "head": {"log": bytes(32), "seq": 5, "hash": bytes(32)}, "verified": True}
    for confirmed, expected in [([1, 5], "accepted"), ([], "ENC-2"), ([6], "ENC-2"), ([2, 2], "ENC-2"), ([3, 1], "ENC-2")]:
        found = rule_of(lambda: contacts.read_pin(cbor.encode(pin | {"confirmed": confirmed})))
        yield f"pin of {confirmed}", found.split()[-1], expected


def fingerprints() -> Checks:
    log = Log("escrow")
    printed = fingerprint.of_state(log.state)
    record = {"author": log.first.sign, "commitment": draw(), "opening": draw()}
    log.add("access", [log.first.sign], **record)
    yield "daily records", (fingerprint.of_state(log.state), fingerprint.compare(printed["hex"], log.state)), (printed, "match")
    now = fingerprint.forms(log.state.log, log.state.seq, log.state.hash)
    yield "the very head", fingerprint.compare(now["digits"], log.state), "match"
    log.join()
    yield "older", fingerprint.compare(now["digits"], log.state), "older"


# --- Statements and evidence (13.2, 13.4)


def statement(of: Log, key: Keys, certifier: Keys | None = None, until: int = 1000, **other: object) -> bytes:
    body = cbor.encode({"v": 1, "log": of.state.log, "at": 500} | of.head() | other)
    certificate = cbor.encode({"v": 1, "key": key.sign, "until": until})
    certified = sign((certifier or of.operator).secret, labelled("head/certificate", certificate))
    return cbor.encode([body, sign(key.secret, labelled("head", body)), certificate, certified])


def stated() -> Checks:
    log, key = Log("user"), Keys("member")
    log.join()

    def judge(data: bytes, now: int = 700) -> str:
        return rule_of(lambda: statements.judge(data, log.state, now))

    yield "good", judge(statement(log, key)), "accepted"
    yield "not certified", judge(statement(log, key, key)), "INVALID_SIGNATURE SVC-1"
    yield "after its date", judge(statement(log, key, until=499)), "INVALID_SIGNATURE SVC-2"
    yield "clock after its date", judge(statement(log, key), now=1001), "STALE_LOG SVC-2"
    yield "ahead of the clock", judge(statement(log, key, at=700 + 600_001, until=10**9)), "NOT_YET SVC-3"
    yield "another log", judge(statement(log, key, log=bytes(32))), "WRONG_SUBJECT SVC-4"
    yield "another link", judge(statement(log, key, hash=bytes(32))), "FORKED SVC-4"
    yield "a later link", judge(statement(log, key, seq=9)), "accepted"
    yield "too long", judge(bytes(513)), "TOO_LARGE ENC-3"
    yield "not fresh", rule_of(lambda: statements.check_freshness(statements.judge(statement(log, key), log.state), log.state, 700, 199)), "STALE_LOG SVC-6"

    first = open_entry(log.entries[0])[0]

    def evidence_of(earlier: dict, later: dict, **other: object) -> str:
        pinned = {"log": log.state.log} | log.head() | {k: earlier[k] for k in ("seq", "hash") if k in earlier}
        both = [statement(log, key, **each) for each in (earlier, later)]
        value = {"v": 1, "kind": "equivocated", "subject": "user@example.org", "pinned": pinned, "ours": []}
        return verdict(value | {"theirs": [first], "statements": both} | other)

    def verdict(value: dict) -> str:
        try:
            return evidence.judge(cbor.encode(value))
        except Refused as refused:
            return refused.code

    yield "two hashes", evidence_of({}, {"hash": bytes(32)}), "proven"
    yield "two hashes later", evidence_of({}, {"hash": bytes(32), "at": 600}), "proven"
    yield "two hashes earlier", evidence_of({}, {"hash": bytes(32), "at": 400}), "INVALID_ARGUMENT"
    yield "fewer links later", evidence_of({}, {"seq": 1, "at": 501}), "proven"
    yield "fewer links at one time", evidence_of({}, {"seq": 1}), "INVALID_ARGUMENT"
    yield "more links", evidence_of({}, {"seq": 3}), "INVALID_ARGUMENT"
    yield "nothing of theirs", evidence_of({}, {"hash": bytes(32)}, theirs=[]), "INVALID_ARGUMENT"
    yield "of another kind", evidence_of({}, {"hash": bytes(32)}, kind="forked"), "INVALID_ENCODING"

    ours = [open_entry(entry)[0] for entry in log.entries]
    later = cbor.encode([cbor.encode({"v": 2}), []])
    fork = {"v": 1, "kind": "forked", "subject": "user@example.org", "pinned": {"log": log.state.log} | log.head()}
    yield "a fork of unknown version", verdict(fork | {"ours": ours, "theirs": [first, later]}), "claimed"
    yield "nothing left", verdict(fork | {"kind": "rolled-back", "ours": ours, "theirs": []}), "claimed"
    yield "replaced by unknown", verdict(fork | {"kind": "replaced", "ours": [], "theirs": [later]}), "claimed"


# --- The keyring (section 5)


def stored() -> Checks:
    log = Log("user")
    log.join()
    lost, head = Keys("epoch"), log.head()
    seeds = {1: log.epochs[0].seed, 2: lost.seed}
    kept = keyring.Keyring(log.state.log, log.id_of(log.first), log.first.seed, head["seq"], head["hash"], seeds)
    kept.aside[digest("public-key", log.epochs[1].kem)] = log.epochs[1].seed
    data = keyring.write(kept)
    yield "as it was", keyring.read(data), kept
    yield "a flipped bit", rule_of(lambda: keyring.read(data[:40] + bytes([data[40] ^ 1]) + data[41:])), "INVALID_ENCODING ENC-2"
    kept.junk = [2]
    yield "junk that opened", rule_of(lambda: keyring.read(keyring.write(kept))), "INVALID_ENCODING ENC-2"
    kept = keyring.read(data)
    yield "taken back", (keyring.meet(kept, log.state), kept.epochs[2], kept.checked), ([], log.epochs[1].seed, ((1, 2),))
    yield "set aside", kept.aside, {digest("public-key", lost.kem): lost.seed}
    kept = keyring.read(data)
    kept.aside = {}
    yield "to be opened again", (keyring.meet(kept, log.state), list(kept.epochs)), ([2], [1])
    yield "superseded", keyring.is_superseded(kept, log.member(log.first)), False
    keys, old = log.keys(), log.state
    log.add("rekey", [log.first.sign, keys.sign], author=log.first.sign, keys=keys.public())
    yield "re-keyed elsewhere", keyring.is_superseded(kept, log.member(keys)), True
    kept.seq, kept.hash = log.state.seq, log.state.hash
    yield "shorter", rule_of(lambda: keyring.compare_heads(kept, old)), "ROLLED_BACK LOG-8"


ALL = [
    *(versions, single_entries, sets, seeds_checked, escrow_gives, withholding, reclaiming, in_lockdown, escrow_log),
    *(acts, doubt, owed, loose, tracked, fingerprints, stated, stored),
]


def run_selftest() -> int:
    passed = failed = 0
    for checks in ALL:
        for what, found, expected in checks():
            if found == expected:
                passed += 1
            else:
                failed += 1
                print(f"{checks.__name__}, {what}: found {found}, expected {expected}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
