"""Links that this verifier wrote itself, and their expected verdicts: rules that no vector covers."""

from typing import Iterator

import cbor
import grants
import log as judging
from crypto import kdf, labelled, sign
from hpke import KemKey
from log import Pin, open_entry, pin_state, verify_log, verify_single
from state import pair_of
from writer import Keys, Log, Organisation, draw, link, rule_of

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


# --- The limit of active members (ENC-3)


def active_members() -> Checks:
    log = Log("user")
    log.join()
    most, judging.ACTIVE_MEMBERS = judging.ACTIVE_MEMBERS, 2  # 256 would take minutes.
    yield "one member more than the limit", rule_of(log.join), link("ENC-3")
    judging.ACTIVE_MEMBERS = 3
    yield "as many as the limit", rule_of(log.join), "accepted"
    judging.ACTIVE_MEMBERS = most


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
    other = {1: bytes(32)}  # not a seed that the grant gives, so its key cannot be recomputed
    received = grants.receive(log.state, attachments, log.id_of(paper), key, other)
    yield "beside another seed", received["opened"], [2, 4, 5]

    give = [[log.id_of(laptop), [[3, 3]]], [log.id_of(paper), [[3, 3]]]]
    author = {"author": phone.sign, "give": sorted(give)}
    yield "never granted", log.judge("regrant", [phone.sign], **author), link("MEM-9")
    author["give"] = [[log.id_of(laptop), [[3, 3]]]]
    yield "regrant", log.judge("regrant", [phone.sign], **author), "accepted"
    wrong = [{"from": 3, "to": 3, "count": 2, "keyring": bytes(32), "boxes": [[log.id_of(laptop), bytes(32)]]}]
    yield "wrong count", log.judge("regrant", [phone.sign], **author, grants=wrong), link("GRT-1")
    nothing = {"author": phone.sign, "give": [[log.id_of(laptop), []]]}
    yield "no runs", log.judge("regrant", [phone.sign], **nothing), link("GRT-1")
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

    def passes(published: dict) -> tuple[bool, bool]:
        return grants.passes_quick_check(epoch.seed, published), grants.passes_full_check(epoch.seed, published)

    yield "right", passes(right), (True, True)
    yield "other", grants.passes_quick_check(other.seed, user), False
    yield "right rho", passes(false), (True, False)
    signs = user | {"sign": other.sign}
    yield "signing key", (grants.opens_for(epoch.seed, signs), passes(signs)[1]), (True, False)


# --- Escrow's pairs (ESC-11, MEM-6, MEM-7)


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
    strange = [[bytes(32), bytes(32)], [bytes(32), bytes([1] * 32)]]
    yield "before any signature", both.judge([phone], [], runs=[[1, 9]], pairs=strange), esc
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
    earlier = both.pointer() | {"seq": 1, "hash": both.log.state.log}
    user.add("renew-escrow", [thief.sign], author=thief.sign, escrow=earlier)
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
    approving = user.lists([phone], []) | {"escrow": "withheld"}
    yield "no epoch", user.judge("review", [laptop.sign], **me, **approving), link("MEM-6")
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
    active = fields | {"from": log.id_of(paper)}
    yield "from an active one", log.judge("reclaim", [new.sign, paper.sign], **active), link("MEM-10")
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
    acts |= user.lists([phone], []) | {"disown": [1]}
    yield "disown in a user's review", user.judge("review", [user.first.sign], **acts), role
