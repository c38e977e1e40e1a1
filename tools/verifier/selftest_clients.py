"""Clients' judgements of logs that this verifier wrote itself: acts, doubts, agendas, contacts, statements, keyrings."""

from typing import Callable, Iterator

import cbor
import contacts
import escrow
import evidence
import fingerprint
import keyring
import statements
from agenda import Knowledge, agenda
from crypto import digest, labelled, sign
from errors import Refused
from hpke import hpke_seal
from log import open_entry, verify_entry
from writer import Keys, Log, Recoveries, draw, rule_of

Checks = Iterator[tuple[str, object, object]]  # what it is, found, expected


# --- Acts and agendas (ESC-8, ESC-10, 11.2)


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
    earlier = both.pointer() | {"seq": 1, "hash": log.state.log}
    user.add("renew-escrow", [stranger.sign], author=stranger.sign, escrow=earlier)
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
    yield "no loose acts", loose, [{"do": "author", "what": "rotate", "because": ("rotation-due",), "withhold": False}]


def loose() -> Checks:
    both = Recoveries()
    user, log, clerk = both.user, both.log, both.clerk()
    phone = user.join()

    def announce(by: Keys, told: dict, **other: object) -> tuple[int, bytes]:
        """Position and sealed opening of an act; `told` is the fields of its opening that are false."""
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
        return [(step["what"], step.get("positions")) for step in owed[1:]]  # after the rotation

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
    standings = [contacts.standing(log.state, log.member(each)) for each in (phone, stranger)]
    yield "standings", standings, ["founding", "neither"]
    both = Recoveries()
    new, early = both.user.join(), both.user.join()
    both.user.add("leave", [both.laptop.sign], author=both.laptop.sign)
    both.add([new], [], runs=[[1, 1]])
    both.user.add("leave", [early.sign], author=early.sign)
    yield "restored", contacts.standing(both.user.state, both.user.member(new)), "restored"
    yield "its class", contacts.trusted_class(both.user.state), {both.user.member(new).position}
    pin = {"v": 1, "subject": "s", "head": {"log": bytes(32), "seq": 5, "hash": bytes(32)}, "verified": True}
    for confirmed in ([1, 5], [], [6], [2, 2], [3, 1]):
        found = rule_of(lambda: contacts.read_pin(cbor.encode(pin | {"confirmed": confirmed})))
        expected = "accepted" if confirmed == [1, 5] else "INVALID_ENCODING ENC-2"
        yield f"pin of {confirmed}", found, expected


def fingerprints() -> Checks:
    log = Log("escrow")
    printed = fingerprint.of_state(log.state)
    record = {"author": log.first.sign, "commitment": draw(), "opening": draw()}
    log.add("access", [log.first.sign], **record)
    yield "after a daily record", fingerprint.of_state(log.state), printed
    yield "compared", fingerprint.compare(printed["hex"], log.state), "match"
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
    good = statements.decode(statement(log, key))
    fresh = [rule_of(lambda: statements.check_freshness(good, log.state, 700, bound)) for bound in (200, 199)]
    yield "fresh", fresh, ["accepted", "STALE_LOG SVC-6"]

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
    flipped = data[:40] + bytes([data[40] ^ 1]) + data[41:]
    yield "a flipped bit", rule_of(lambda: keyring.read(flipped)), "INVALID_ENCODING ENC-2"
    kept.junk = [2]
    yield "junk that opened", rule_of(lambda: keyring.read(keyring.write(kept))), "INVALID_ENCODING ENC-2"
    kept = keyring.read(data)
    yield "meets its log", keyring.meet(kept, log.state), []
    yield "taken back", (kept.epochs[2], kept.checked), (log.epochs[1].seed, ((1, 2),))
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
