"""Verifying entries and logs: the order of checks of section 6.4, and the effects of 6.6."""

from dataclasses import dataclass

import cbor
import shapes
from crypto import digest, kem_key_is_valid, labelled, signing_key_fault, verify_signature
from errors import Refused, bad_link, encoding, too_large
from links import TYPES, Context, Effect
from runs import Runs, has, is_maximal, minus, size, to_runs, union, within
from state import ESCROW, Epoch, Member, State, pair_of

ENTRY_BYTES, LINK_BYTES, ATTACHMENTS_BYTES, NAME_BYTES, ACTIVE_MEMBERS = 4_300_816, 65_536, 4_194_304, 1024, 256
SKEW = 600_000
ENTERING = {"genesis": "member", "join": "member", "enroll": "member", "rekey": "keys"}


@dataclass
class Pin:
    """The result of an earlier verification for the same subject (section 13.1): a head, or with more hashes a whole state."""

    log: bytes
    seq: int
    hashes: dict[int, bytes]
    subject: str | None = None  # of a state


def pin_state(state: State) -> Pin:
    return Pin(state.log, state.seq, {each.seq: each.hash for each in state.history()}, state.subject)


def verify_log(
    entries: list[bytes], subject: str | None = None, pin: Pin | None = None, now: int | None = None, skew: int = SKEW
) -> State:
    """The state after all entries."""
    if pin and pin.subject is not None and subject is not None and pin.subject != subject:
        raise Refused("WRONG_SUBJECT", "LOG-8", "the pin is of another subject")
    if not entries and not pin:
        raise Refused("INVALID_ARGUMENT", "LOG-8", "a log has at least one entry")
    state = State()
    for number, entry in enumerate(entries, 1):
        try:
            state = verify_entry(state, entry, now, skew)
            compare(state, subject, pin)
        except Refused as refused:
            refused.facts["entry"] = number
            if refused.code == "UNSUPPORTED" and pin:
                look_for_contradiction(entries, number, pin)
            raise
    if pin and state.seq < pin.seq:
        raise rolled_back(pin)
    return state


def compare(state: State, subject: str | None, pin: Pin | None) -> None:
    if subject is not None and state.subject != subject:
        raise Refused("WRONG_SUBJECT", "LOG-8", f"this is the log of {state.subject}")
    if pin and state.log != pin.log:
        raise Refused("REPLACED", "LOG-8", "another log is pinned for this subject")
    if pin and pin.hashes.get(state.seq, state.hash) != state.hash:
        raise Refused("FORKED", "LOG-8", f"another link {state.seq} was verified before")


def look_for_contradiction(entries: list[bytes], start: int, pin: Pin) -> None:
    """LOG-1, 13.1: a link of a later version does not hide a fork, although nobody can judge it or the links after it."""
    for position in range(start, pin.seq + 1):
        if position > len(entries):
            raise rolled_back(pin)
        try:
            link_bytes, _ = open_entry(entries[position - 1])
            open_link(link_bytes)
            hash_ = digest("link/hash", link_bytes)
            if position == 1 and hash_ != pin.log:
                raise Refused("REPLACED", "LOG-8", "another log is pinned for this subject")
            if pin.hashes.get(position, hash_) != hash_:
                raise Refused("FORKED", "LOG-8", f"another link {position} was verified before")
        except Refused as refused:
            refused.facts["entry"] = position
            raise


def rolled_back(pin: Pin) -> Refused:
    return Refused("ROLLED_BACK", "LOG-8", f"link {pin.seq} was verified before, and is missing")


def verify_entry(state: State, entry: bytes, now: int | None = None, skew: int = SKEW) -> State:
    """The state after one more entry."""
    link_bytes, attachments = open_entry(entry)
    link = open_link(link_bytes)  # step 1
    body = open_body(link)  # step 2
    body_bytes, signatures = link
    check_chain(state, body, now, skew)  # step 3
    author = find_author(state, body)  # step 4
    check_what_is_named(state, body, author)
    check_signatures(state, body, body_bytes, signatures)  # step 5
    introduced = check_new_keys(state, body)  # step 6
    missing = check_missing(state, body, author)  # step 7
    effect = TYPES[body["type"]](Context(state, state.classes(), body, author, missing))
    after, due = apply(state, body, effect, author and author.id, missing)  # step 8
    after.seen.update(introduced)
    check_grants(after, body, effect, due, author)  # step 9
    check_state_after(state, after, body)  # step 10
    placed = place(body, attachments)  # step 11
    read_name(after, body, placed.get(0))
    after.hash = digest("link/hash", link_bytes)
    after.log = after.log or after.hash
    return after


def verify_single(state: State, entry: bytes, now: int | None = None, skew: int = SKEW) -> State:
    """The state after an entry that came alone (13.1): the next one, or one for a position that is filled."""
    link_bytes, _ = open_entry(entry)
    link = open_link(link_bytes)
    try:
        body = open_body(link)
    except Refused as refused:
        seq = refused.facts.get("seq")
        if refused.code == "UNSUPPORTED" and type(seq) is int and 1 <= seq <= state.seq:
            raise bad_link("LOG-2", "the position is filled") from None
        raise
    if not 1 <= body["seq"] <= state.seq:
        return verify_entry(state, entry, now, skew)
    there = state.history()[body["seq"] - 1]
    if digest("link/hash", link_bytes) == there.hash:
        return state
    if not is_worth_judging(state, there, body, link):
        raise bad_link("LOG-2", "the position is filled")
    other = verify_entry(there.before, entry, now, skew)
    if body["type"] != "genesis":
        raise Refused("FORKED", "LOG-8", f"another link {body['seq']} was verified before")
    compare(other, state.subject, None)
    raise Refused("REPLACED", "LOG-8", "another log is pinned for this subject")


def is_worth_judging(state: State, there: State, body: dict, link: list) -> bool:
    """13.1: a stranger must not make a reader replay the log."""
    if body["type"] in ("genesis", "join"):
        return body["type"] == "genesis"
    if body["log"] != state.log or body["prev"] != there.body.get("prev"):
        return False
    if body["type"] == "expel":
        key = state.operator
    else:
        key = body["author"]
        known = {sign for sign, _ in state.granted} if "by" in body else state.seen
        if key not in known:
            return False
    message = labelled("link/signature", link[0])
    valid = all(verify_signature(by, message, signature) for by, signature in link[1])
    return key is not None and link[1][0][0] == key and valid


# --- Steps 1 and 2: bytes


def open_entry(entry: bytes) -> tuple[bytes, list[bytes]]:
    value = cbor.decode(entry, ENTRY_BYTES, "entry")
    shapes.ENTRY(value, "entry")
    if sum(map(len, value[1])) > ATTACHMENTS_BYTES:
        raise too_large("the attachments together")
    return value


def open_link(link_bytes: bytes) -> list:
    """Its signatures are judged in step 2, since a later version may have another form of signatures."""
    link = cbor.decode(link_bytes, LINK_BYTES, "link")
    has_body = isinstance(link, list) and link and isinstance(link[0], bytes) and link[0]
    shapes.expect(bool(has_body), "link", "an array that begins with a body")
    return link


def open_body(link: list) -> dict:
    body = cbor.decode(link[0], LINK_BYTES, "link.body")
    shapes.expect(isinstance(body, dict), "link.body", "a map")
    version, type_ = body.get("v"), body.get("type")
    shapes.expect(type(version) is int, "link.body.v", "a number")
    if version != 1:
        raise unsupported(body, "version")
    shapes.expect(type(type_) is str, "link.body.type", "text")
    if type_ not in TYPES:
        raise unsupported(body, "type")
    shapes.LINK(link, "link")
    shapes.BODIES[type_](body, "link.body")
    return body


def unsupported(body: dict, what: str) -> Refused:
    """LOG-1: this gives no verdict on the log."""
    return Refused("UNSUPPORTED", "LOG-1", f"unknown {what}", seq=body.get("seq"))


# --- Steps 3 to 6: chain, author, signatures, new keys


def check_chain(state: State, body: dict, now: int | None, skew: int) -> None:
    if body["seq"] != state.seq + 1:
        raise bad_link("LOG-2", f"link {body['seq']} does not follow link {state.seq}")
    if body.get("log") != state.log:
        raise bad_link("LOG-2", "the link is of another log")
    if body.get("prev") != state.hash:
        raise bad_link("LOG-2", "the link follows another link")
    if body["time"] < state.time:
        raise bad_link("LOG-3", "the link is dated before the previous one")
    if now is not None and body["time"] > now + skew:
        raise Refused("NOT_YET", "LOG-3", "the link is dated ahead of the clock")


def find_author(state: State, body: dict) -> Member | None:
    if "author" not in body:
        return None
    # Escrow acts only where the body says so (LOG-5): its keys are nobody's own in this log.
    for member in state.active():
        if member.sign == body["author"] and (member.kind == ESCROW) == ("by" in body):
            return member
    removed = any(member.removed and member.sign == body["author"] for member in state.members.values())
    raise bad_link("MEM-4" if removed else "LOG-4", "the author is no active member")


def check_what_is_named(state: State, body: dict, author: Member | None) -> None:
    """Step 4, second half: the fields that decide whose signatures the link must have, before any is verified."""
    if body["type"] == "reclaim":
        source = state.members.get(body["from"])
        if not source or not source.removed or source.kind == ESCROW:
            raise bad_link("MEM-10", "from is no removed device or backup key")
    if body["type"] == "review" and "by" in body:
        check_what_escrow_gives(state, body["by"], bool(body["approve"]), author)


def check_what_escrow_gives(state: State, by: dict, approves: bool, escrow: Member) -> None:
    """ESC-11: escrow gives only epochs granted to the pairs that sign, and names no pair that it does not need."""

    def require(condition: object, message: str) -> None:
        if not condition:
            raise bad_link("ESC-11", message)

    require(approves or not ("runs" in by or "pairs" in by), "nobody is approved, and nothing given")
    require("runs" in by or "pairs" not in by, "pairs that give nothing")
    if "runs" not in by:
        return
    runs, pairs = to_runs(by["runs"]), [tuple(pair) for pair in by.get("pairs", [])]
    require(runs and is_maximal(runs), "runs that are not maximal, or none")
    require(all(a < b for a, b in zip(pairs, pairs[1:])), "the pairs do not ascend")
    require(all(pair in state.granted for pair in pairs), "a pair that no pointer of this log ever had")
    granted = state.granted[pair_of(escrow.pointer)]
    for pair in pairs:
        require(minus(state.granted[pair], granted), "a pair that was granted nothing more than those before it")
        granted = union(granted, state.granted[pair])
    require(within(runs, granted), "an epoch that was not granted to the pairs named")


def newcomer(body: dict) -> dict | None:
    """The keys that enter with this link, which must sign it too (LOG-6)."""
    return body.get(ENTERING.get(body["type"], ""))


def check_signatures(state: State, body: dict, body_bytes: bytes, signatures: list) -> None:
    new = newcomer(body)
    signers = [body["author"]] if "author" in body else []
    if new:
        signers.append(new["sign"])
    if "by" in body:
        signers += [body["by"]["admin"], *(sign for sign, _ in body["by"].get("pairs", []))]
    if body["type"] == "reclaim":
        signers.append(state.members[body["from"]].sign)  # MEM-10: the key that it had when it was removed
    if body["type"] == "expel":
        if state.operator is None:
            raise bad_link("LOG-4", "this log has no operator")
        signers.append(state.operator)
    if body["type"] == "policy" and state.policy and state.policy["enabled"] and not body["policy"]["enabled"]:
        if state.operator is None:
            raise bad_link("ESC-2", "without an operator escrow is never disabled")
        signers.append(state.operator)
    message = labelled("link/signature", body_bytes)
    for place, key in enumerate(signers):
        by, signature = signatures[place] if place < len(signatures) else (None, b"")
        if by != key or not verify_signature(key, message, signature):
            rule = "LOG-6" if new and key == new["sign"] else "LOG-4"
            raise Refused("INVALID_SIGNATURE", rule, f"signature {place + 1}")
    if len(signatures) > len(signers):
        raise Refused("INVALID_SIGNATURE", "LOG-4", "a signature too many")


def check_new_keys(state: State, body: dict) -> list[bytes]:
    owners = [keys for keys in (newcomer(body), {"sign": body.get("operator")}, body.get("epoch")) if keys]
    signing = [keys["sign"] for keys in owners if keys.get("sign")]
    kem = [keys["kem"] for keys in owners if keys.get("kem")]
    for key in signing:
        if fault := signing_key_fault(key):
            raise Refused("INVALID_KEY", fault, "a signing key")
    for key in kem:
        if not kem_key_is_valid(key):
            raise Refused("INVALID_KEY", "KEM-1", "a KEM key")
    introduced = signing + kem
    if len(set(introduced)) < len(introduced) or not state.seen.isdisjoint(introduced):
        raise bad_link("LOG-5", "a key that is in use, or was")
    return introduced


# --- Steps 7 to 10: the effect of the link


def check_missing(state: State, body: dict, author: Member | None) -> Runs:
    if "missing" not in body:
        return ()
    if "by" in body:
        raise bad_link("MEM-9", "escrow names what it gives, and declares nothing missing")
    missing = to_runs(body["missing"])
    if not missing or not is_maximal(missing) or not within(missing, author.held):
        raise bad_link("MEM-9", "missing is not maximal runs of what the author holds")
    if body["type"] in ("enroll", "regrant", "reclaim") and has(missing, state.epoch):
        raise bad_link("MEM-9", "an author that lacks the current epoch makes a new one")
    return missing


def apply(
    before: State, body: dict, effect: Effect, author_id: bytes | None, missing: Runs
) -> tuple[State, list[tuple[Runs, list[bytes]]]]:
    """The state after the link, and the sets that are due to each member, in the order of the grants (section 6.6)."""
    after, type_, seq = before.copy(), body["type"], body["seq"]
    author = after.members.get(author_id)
    author_node = author.node if author else 0  # before a pointer is replaced: it approves the next one
    owed: dict[bytes, Runs] = {}  # older epochs

    def owe(member: Member, runs: Runs) -> None:
        owed[member.id] = union(owed.get(member.id, ()), runs)

    if type_ == "genesis":
        after.kind, after.subject, after.operator = body["kind"], body["subject"], body.get("operator")
    if author:
        author.held = minus(author.held, missing)
    for id_ in effect.remove:
        after.members[id_].removed = (author_id, seq)
    entered = enter(after, body) if effect.enters else None
    if type_ == "renew-escrow":
        escrow = after.escrow()
        set_pointer(escrow, after, body)
        after.edges.add((author_node, seq, seq))
        if escrow is not author:
            escrow.approvals += ((author_id, seq),)
    if type_ == "rekey":
        author.sign, author.kem = body["keys"]["sign"], body["keys"]["kem"]
        owe(author, author.held)
    if type_ == "rename":
        renamed = after.members[body["member"]]
        renamed.commitment, renamed.name = body["name"], None
    for id_ in [entered.id] if type_ == "enroll" else effect.approve:
        member = after.members[id_]
        given = to_runs(body["by"].get("runs", [])) if "by" in body else author.held
        owe(member, minus(given, member.held))
        member.approvals += ((author_id, seq),)
        after.edges.add((author_node, member.node, seq))
    for id_, roles in effect.roles.items():
        (after.members.get(id_) or entered).roles = roles
    for id_, runs in effect.owed:
        owe(after.members[id_], runs)
    if type_ == "reclaim":
        author.reclaims += ((body["from"], seq),)
    if type_ == "act":
        after.acts[seq] = author_id
    after.disowned.update(effect.disown)
    if effect.lockdown is not None:
        after.lockdown = effect.lockdown
    after.policy = effect.policy or after.policy
    recipients = make_epoch(after, body) if effect.makes_epoch else []
    after.rotation_due = not effect.makes_epoch and (after.rotation_due or effect.rotation_due)
    due = in_order(owed, recipients, after.epoch)
    for set_, ids in due:
        for id_ in ids:
            receive(after, after.members[id_], set_)
    after.seq, after.time, after.sets = seq, body["time"], tuple(set_ for set_, _ in due)
    after.body, after.author = body, author_id or (entered.id if entered else None)
    return after, due


def in_order(owed: dict[bytes, Runs], recipients: list[bytes], new: int) -> list[tuple[Runs, list[bytes]]]:
    """GRT-1: members that are owed the same set share one grant, and the new epoch has a grant of its own."""
    shared: dict[Runs, list[bytes]] = {}
    for id_, runs in owed.items():
        if runs:
            shared.setdefault(runs, []).append(id_)
    due = [(runs, sorted(ids)) for runs, ids in shared.items()]
    if recipients:
        due.append((((new, new),), sorted(recipients)))
    return sorted(due, key=lambda grant: (*range_of(grant[0]), grant[1][0]))


def range_of(set_: Runs) -> tuple[int, int, int]:
    """A grant's description of its set: from, to, count."""
    return set_[0][0], set_[-1][1], size(set_)


def receive(after: State, member: Member, set_: Runs) -> None:
    member.reach, member.held = union(member.reach, set_), union(member.held, set_)
    member.withheld = minus(member.withheld, set_)
    if member.kind == ESCROW:
        pair = pair_of(member.pointer)
        after.granted[pair] = union(after.granted[pair], set_)


def enter(state: State, body: dict) -> Member:
    seq, new = body["seq"], body.get("member")
    if new:
        id_ = digest("member/id", new["sign"] + new["kem"])[:16]
        member = Member(id_, new["kind"], new["sign"], new["kem"], seq, seq, new["name"])
    else:
        id_ = digest("escrow/id", cbor.encode([body["log"], seq, body["prev"]]))[:16]
        member = Member(id_, ESCROW, b"", b"", seq, seq)
        set_pointer(member, state, body)
    if id_ in state.seen:
        raise bad_link("MEM-4", "a member id that was here before")
    if body["type"] == "genesis" and state.kind == "escrow":
        member.roles = ("manage",)
    state.members[id_] = member
    state.seen.add(id_)
    return member


def set_pointer(member: Member, state: State, body: dict) -> None:
    member.pointer = body["escrow"]
    member.sign, member.kem, member.node = member.pointer["sign"], member.pointer["kem"], body["seq"]
    state.pointers.add(body["seq"])
    state.granted.setdefault(pair_of(member.pointer), ())


def withholds(body: dict) -> bool:
    return body.get("escrow") == "withheld"  # elsewhere this field is a pointer


def make_epoch(after: State, body: dict) -> list[bytes]:
    """MEM-6: the members that a new epoch is due to: the active ones, in lockdown the confirmed ones."""
    after.epochs.append(Epoch(body.get("epoch"), body["seq"], body["time"]))
    classes, recipients = after.classes(), []
    for member in after.active():
        if after.lockdown and not classes.is_confirmed(member):
            continue
        if member.kind == ESCROW and withholds(body):
            member.withheld = union(member.withheld, ((after.epoch, after.epoch),))
        else:
            recipients.append(member.id)
    return recipients


def check_grants(
    after: State, body: dict, effect: Effect, due: list[tuple[Runs, list[bytes]]], author: Member | None
) -> None:
    if ("epoch" in body) != effect.makes_epoch:
        raise bad_link("MEM-7", "an epoch is made exactly when the type says so")
    if "epoch" in body and ("sign" in body["epoch"]) != (after.kind == "escrow"):
        raise bad_link("ENC-2", "an epoch's signing key is for escrow logs, and they need it")
    if withholds(body) and not may_withhold(after, effect, author):
        raise bad_link("MEM-6", "there is nothing to withhold from escrow, or escrow itself withholds")
    granted = [
        ((grant["from"], grant["to"], grant["count"]), [id_ for id_, _ in grant["boxes"]])
        for grant in body.get("grants", [])
    ]
    if granted != [(range_of(set_), ids) for set_, ids in due]:
        raise bad_link("GRT-1", "the grants are not what is due")


def may_withhold(after: State, effect: Effect, author: Member | None) -> bool:
    """MEM-6: an author withholds only an epoch that an active escrow member would have been granted."""
    escrow = after.escrow()
    if not effect.makes_epoch or not escrow or (author and author.kind == ESCROW):
        return False
    return not after.lockdown or after.classes().is_confirmed(escrow)


def check_state_after(before: State, after: State, body: dict) -> None:
    people, classes = after.people(), after.classes()
    if not people:
        raise bad_link("MEM-3", "no device or backup key is left")
    if len(after.active()) > ACTIVE_MEMBERS:
        raise bad_link("ENC-3", "more active members than a log may have")
    if after.kind == "escrow" and not any(classes.is_confirmed(m) and "manage" in (m.roles or ()) for m in people):
        raise bad_link("MEM-3", "nobody confirmed is left with the role manage")
    if before.lockdown:
        confirmed_before = before.classes().confirmed
        if not any(classes.founder(member) == confirmed_before for member in people):
            raise bad_link("MEM-5", "nobody of the confirmed class is left")
        by_escrow = body["approve"] if "by" in body and body["type"] == "review" else []
        if not all(classes.is_confirmed(after.members[id_]) for id_ in by_escrow):
            raise bad_link("MEM-5", "escrow's approval would leave somebody unconfirmed")


# --- Step 11: attachments


def committed(body: dict) -> list[bytes]:
    """The digests that a body commits to, in order (section 6.2)."""
    new = newcomer(body) or {}
    first = body.get("opening") or body.get("name") or new.get("name")
    digests = [first] if first else []
    for grant in body.get("grants", []):
        digests += [grant["keyring"], *(box for _, box in grant["boxes"])]
    return digests


def place(body: dict, attachments: list[bytes]) -> dict[int, bytes]:
    """Each fills the next place whose digest it has; places may stay empty, since a server may withhold."""
    places, filled = enumerate(committed(body)), {}
    for attachment in attachments:
        wanted = digest("attachment", attachment)
        found = next((at for at, digest_ in places if digest_ == wanted), None)  # continues after the place that was filled last
        if found is None:
            raise encoding("ENC-2", "an attachment that the link does not commit to")
        filled[found] = attachment
    return filled


def read_name(after: State, body: dict, opening: bytes | None) -> None:
    """Names decide nothing: a withheld name, or bytes that match the commitment but are no name, are not refused (section 6.2)."""
    if opening is None or not (body["type"] == "rename" or "member" in body):
        return
    member = after.members[body["member"] if body["type"] == "rename" else list(after.members)[-1]]
    try:
        value = cbor.decode(opening, NAME_BYTES, "name")
        shapes.NAME_OPENING(value, "name")
        member.name = value["name"]
    except Refused:
        pass
