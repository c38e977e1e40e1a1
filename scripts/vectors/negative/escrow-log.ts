// Attacks on an organisation's escrow log: roles, policy, records of access. docs/spec.md sections 6.5 and 11.1 (MEM-3, MEM-5,
// MEM-8, ESC-2).

import type { CborValue } from "../../../src/bytes/cbor.js";
import { hire, ORGANISATION, openEscrow, openOrganisation, paper, policyBy } from "../../../test/escrow/support.js";
import { recordAccess, regrant } from "../../../test/support/accepted.js";
import { dueNext, type LinkFields, namedKeys, publicKeysOf } from "../../../test/support/links.js";
import {
  authoredBy,
  idBytes,
  mutate,
  type RawBody,
  rawNext,
  setField,
  takeApart,
} from "../../../test/support/raw-link.js";
import { keysNamed, OPERATOR, openWorld, type World } from "../../../test/support/world.js";
import { changed, DIGEST, idList, type LogAttack, rawMap, type Twins, withField } from "../attack.js";
import { alone, ready, staffed, user } from "../worlds.js";

const opened = openEscrow("vectors", { operator: true });
const ann = ready.signer("Ann");
const bob = staffed.signer("Bob");
const off = policyBy(ready, "Ann", { enabled: false }, OPERATOR);
const asked = ready.join("Bob");
const enrolled = ready.enroll("Ann", "Tablet");
const rotated = ready.rotate("Ann");
const accessed = staffed.act("Ann", "records an access", (session, env) =>
  recordAccess(session, { userLog: user.log, epochs: [[1, 1]], reason: "A court order" }, env),
);
/** A user's log with the organisation's subject. Only its first link distinguishes it from the escrow log. */
const users = openWorld("vectors", { subject: ORGANISATION });
const first = { load: { subject: ORGANISATION, kind: "escrow" } } as const;

/** Bob's admission with its roles changed. */
const withRoles = (change: (body: RawBody) => unknown): Twins => ({
  before: asked,
  bad: changed(staffed, change, ann),
  good: staffed.last,
});
const rolesOf = (...roles: readonly string[]): CborValue => [[idBytes(staffed.id("Bob")), roles]];

const ROLES: readonly LogAttack[] = [
  {
    name: "admission_without_roles",
    description: "A review confirms an admin and does not say its roles.",
    rule: "MEM-8",
    make: () => withRoles((body) => body.delete("roles")),
  },
  {
    name: "roles_unsorted",
    description: "An admin's roles are not sorted.",
    rule: "MEM-8",
    make: () => withRoles((body) => body.set("roles", rolesOf("recover", "discover"))),
  },
  {
    name: "role_twice",
    description: "An admin is given one role twice.",
    rule: "MEM-8",
    make: () => withRoles((body) => body.set("roles", rolesOf("recover", "recover"))),
  },
  {
    name: "unknown_role",
    description: "An admin is given a role that there is not.",
    rule: "ENC-2",
    breaks: ["MEM-8", "ENC-2"],
    code: "INVALID_ENCODING",
    make: () => withRoles((body) => body.set("roles", rolesOf("owner"))),
  },
  {
    name: "roles_of_a_member_that_has_them",
    description: "A review gives roles to a member that was confirmed before.",
    rule: "MEM-8",
    make: () => withRoles((body) => body.set("roles", [[idBytes(ready.id("Ann")), ["manage"]]])),
  },
  {
    name: "enroll_without_roles_in_an_escrow_log",
    description: "An enroll in an escrow log does not say the new member's roles.",
    rule: "MEM-8",
    make: () => ({
      before: ready,
      bad: changed(enrolled, (body) => body.delete("roles"), ann, enrolled.signer("Tablet")),
      good: enrolled.last,
    }),
  },
  {
    name: "enroll_with_roles_in_a_users_log",
    description: "An enroll in a user's log gives roles.",
    rule: "MEM-8",
    make: () => {
      const next = alone.enroll("Laptop", "Tablet");
      const signers = [alone.signer("Laptop"), next.signer("Tablet")];
      return { before: alone, bad: withField(next, "roles", ["manage"], ...signers), good: next.last };
    },
  },
];

/** Bob, who has no `manage`, writes a link that Ann may write. */
const byBob = (what: string, honest: World, ...others: readonly (typeof bob)[]): LogAttack => ({
  name: `${what}_without_manage`,
  description: `An admin without the role manage writes a ${what}.`,
  rule: "MEM-8",
  make: () => ({ before: staffed, bad: authoredBy(honest.last, bob, ...others), good: honest.last }),
});
const tablet = staffed.enroll("Ann", "Tablet");
const zoe = staffed.join("Zoe");

const MANAGE: readonly LogAttack[] = [
  byBob("enroll", tablet, tablet.signer("Tablet")),
  byBob("policy", policyBy(staffed, "Ann", { userContacts: [] })),
  byBob(
    "regrant",
    staffed.act("Ann", "regrants", (session, env) =>
      regrant(session, [{ member: staffed.id("Bob"), epochs: [[1, 1]] }], env),
    ),
  ),
  {
    name: "review_without_manage",
    description: "An admin without the role manage removes a device that waits.",
    rule: "MEM-8",
    make: () => {
      const good = zoe.review("Ann", { remove: ["Zoe"] });
      return { before: zoe, bad: authoredBy(good.last, bob), good: good.last };
    },
  },
  {
    name: "last_manager_leaves",
    description: "The only admin with the role manage leaves. The twin is another's leave.",
    rule: "MEM-3",
    make: () => {
      // Ann is the only one with `manage`: the paper has none.
      const one = hire(paper(openEscrow("vectors of one manager")), "Bob", ["recover"]);
      const signer = one.signer("Ann");
      const bad = rawNext(one.log, { type: "leave", author: signer.signingKey }, [signer]);
      return { before: one, bad, good: one.leave("Bob").last };
    },
  },
];

const POLICY: readonly LogAttack[] = [
  {
    name: "escrow_disabled_without_the_operator",
    description: "An admin disables escrow alone.",
    rule: "LOG-4",
    breaks: ["ESC-2"],
    code: "INVALID_SIGNATURE",
    make: () => ({ before: ready, bad: mutate(off.last, { signers: [ann] }), good: off.last }),
  },
  {
    name: "escrow_disabled_where_there_is_no_operator",
    description: "Escrow is disabled in a log whose first link names no operator. The twin changes another field.",
    rule: "ESC-2",
    make: () => {
      const before = openOrganisation("vectors without operator");
      const good = policyBy(before, "Ann", { userContacts: [] });
      const signer = before.signer("Ann");
      const disable = (body: RawBody) => (body.get("policy") as RawBody).set("enabled", false);
      return { before, bad: changed(good, disable, signer, OPERATOR), good: good.last };
    },
  },
  {
    name: "operator_signs_what_needs_no_operator",
    description: "Escrow is enabled again, with the operator's signature, which nothing calls for.",
    rule: "LOG-4",
    code: "INVALID_SIGNATURE",
    make: () => {
      const good = policyBy(off, "Ann", { enabled: true });
      return { before: off, bad: mutate(good.last, { signers: [ann, OPERATOR] }), good: good.last };
    },
  },
  {
    name: "policy_in_force_again",
    description: "A policy that changes nothing.",
    rule: "MEM-2",
    make: () => {
      const good = policyBy(ready, "Ann", { userContacts: [] });
      const same = takeApart(ready.last).body.get("policy") as RawBody;
      return { before: ready, bad: withField(good, "policy", same, ann), good: good.last };
    },
  },
  {
    name: "policy_with_17_contacts",
    description: "A policy with more contacts than there may be.",
    rule: "ENC-2",
    code: "INVALID_ENCODING",
    make: () => {
      const good = policyBy(ready, "Ann", { userContacts: [] });
      const many = Array.from({ length: 17 }, (_, index) => `Desk ${index + 1}`);
      const bad = changed(good, (body) => (body.get("policy") as RawBody).set("userContacts", many), ann);
      return { before: ready, bad, good: good.last };
    },
  },
  {
    name: "policy_in_a_users_log",
    description: "A policy in a user's log. The twin is an escrow log.",
    rule: "MEM-8",
    make: () => {
      const policy = takeApart(ready.last).body.get("policy") as Uint8Array;
      const signer = users.signer("Laptop");
      const bad = rawNext(users.log, { type: "policy", author: signer.signingKey, policy }, [signer]);
      return { before: undefined, bad: [users.last, bad], good: ready.entries, at: 1, ...first };
    },
  },
  {
    name: "escrow_log_without_a_policy",
    description: "The first link of an escrow log sets no policy.",
    rule: "MEM-8",
    make: () => ({
      before: undefined,
      bad: changed(opened, (body) => body.delete("policy"), ann),
      good: opened.last,
      ...first,
    }),
  },
  {
    name: "users_log_with_a_policy",
    description: "The first link of a user's log sets a policy.",
    rule: "MEM-8",
    make: () => {
      const policy = takeApart(opened.last).body.get("policy") as RawBody;
      return { before: undefined, bad: withField(alone, "policy", policy, alone.signer("Laptop")), good: alone.last };
    },
  },
];

const ALWAYS: readonly LogAttack[] = [
  {
    name: "lockdown_off_in_an_escrow_log",
    description: "An admin switches the lockdown of an escrow log off. The twin is a user's log.",
    rule: "MEM-5",
    make: () => {
      const off = rawNext(ready.log, { type: "lockdown", author: ann.signingKey, on: false, remove: [] }, [ann]);
      const good = users.lockdown("Laptop", true).lockdown("Laptop", false).entries;
      const load = { ...first.load, kind: "user" } as const;
      return { before: undefined, bad: [...ready.entries, off], good, at: ready.entries.length, load };
    },
  },
  {
    name: "operator_expels_a_confirmed_admin",
    description: "The operator expels an admin that is confirmed. The twin expels one that waits.",
    rule: "MEM-5",
    make: () => {
      const good = asked.expel("Bob");
      return { before: asked, bad: withField(good, "remove", idList(asked.ids("Ann")), OPERATOR), good: good.last };
    },
  },
  {
    name: "escrow_in_an_escrow_log",
    description: "An escrow log enrolls an escrow member.",
    rule: "MEM-3",
    make: () => {
      const escrow = takeApart(user.last).body.get("escrow") as Uint8Array;
      const grants = takeApart(user.last).body.get("grants") as Uint8Array;
      const bad = rawNext(ready.log, { type: "enroll", author: ann.signingKey, escrow, roles: [], grants }, [ann]);
      return { before: ready, bad, good: enrolled.last };
    },
  },
  {
    name: "escrow_epoch_that_does_not_sign",
    description: "A new epoch of an escrow log has no signing key.",
    rule: "ENC-2",
    breaks: ["ENC-2", "ESC-3"],
    make: () => ({
      before: ready,
      bad: changed(rotated, (body) => (body.get("epoch") as RawBody).delete("sign"), ann),
      good: rotated.last,
    }),
  },
  {
    name: "escrow_epoch_signs_with_an_admins_key",
    description: "A new epoch's signing key is an admin's own: one key in two roles.",
    rule: "LOG-5",
    make: () => ({ before: ready, bad: withField(rotated, "epoch.sign", ann.signingKey, ann), good: rotated.last }),
  },
  {
    name: "escrow_epoch_signs_with_an_old_key",
    description: "A new epoch brings back the signing key of the epoch before.",
    rule: "LOG-5",
    make: () => ({
      before: ready,
      bad: withField(rotated, "epoch.sign", ready.log.epochs.at(0)?.signingKey as Uint8Array, ann),
      good: rotated.last,
    }),
  },
];

const ACCESS: readonly LogAttack[] = [
  {
    name: "access_without_discover",
    description: "An admin without the role discover records an access.",
    rule: "MEM-8",
    breaks: ["MEM-8", "ESC-9"],
    make: () => ({ before: staffed, bad: authoredBy(accessed.last, bob), good: accessed.last }),
  },
  {
    name: "access_by_a_backup_key",
    description: "A paper with the role manage records an access, which names no person.",
    rule: "MEM-8",
    breaks: ["MEM-8", "ESC-9"],
    make: () => {
      const asPaper = (body: RawBody) => {
        setField("member.kind", "backup")(body);
        setField("roles", ["manage"])(body);
      };
      const signer = enrolled.signer("Tablet");
      const before = ready.append(changed(enrolled, asPaper, ann, signer));
      const { body } = takeApart(accessed.last);
      const digests = { commitment: body.get("commitment") as Uint8Array, opening: body.get("opening") as Uint8Array };
      const by = (author: typeof ann) =>
        rawNext(before.log, { type: "access", author: author.signingKey, ...digests }, [author]);
      return { before, bad: by(signer), good: by(ann) };
    },
  },
  {
    name: "access_in_a_users_log",
    description: "A record of access in a user's log. The twin is an escrow log.",
    rule: "MEM-8",
    breaks: ["MEM-8", "ESC-9"],
    make: () => {
      const { body } = takeApart(accessed.last);
      const signer = users.signer("Laptop");
      const digests = { commitment: body.get("commitment") as Uint8Array, opening: body.get("opening") as Uint8Array };
      const bad = rawNext(users.log, { type: "access", author: signer.signingKey, ...digests }, [signer]);
      return { before: undefined, bad: [users.last, bad], good: accessed.entries, at: 1, ...first };
    },
  },
  {
    name: "access_with_another_opening",
    description: "The sealed opening that comes with a record is not the one that it commits to.",
    rule: "ENC-2",
    breaks: ["ENC-2", "ESC-9"],
    code: "INVALID_ENCODING",
    make: () => ({
      before: staffed,
      bad: mutate(accessed.last, { attachments: ([opening]) => [(opening as Uint8Array).map((byte) => byte ^ 1)] }),
      good: accessed.last,
      whole: true,
    }),
  },
];

/** A link that only an escrow log has, in a user's log. The twin is an escrow log. */
const inUsersLog = (name: string, what: string, fields: LinkFields): LogAttack => ({
  ...{
    name,
    description: `${what} in a user's log. The twin is an escrow log.`,
    rule: "MEM-8",
    breaks: ["MEM-8", "ESC-8"],
  },
  make: () => {
    const signer = users.signer("Laptop");
    const recorded = ready.append(dueNext(ready.log, { ...ACT, author: ann.signingKey }, [ann]));
    const good = [...recorded.entries, dueNext(recorded.log, { ...fields, author: ann.signingKey }, [ann])];
    const bad = [users.last, dueNext(users.log, { ...fields, author: signer.signingKey }, [signer])];
    return { before: undefined, bad, good, at: 1, ...first };
  },
});
const ACT = { type: "act", commitment: DIGEST, opening: DIGEST };

/** Bob takes fresh keys; he has no `manage`. */
const bobs = staffed.rekey("Bob");
const fresh = bobs.signer("Bob");
const ofEpoch = (name: string) => {
  const { kem, sign } = keysNamed(name).publicKeys;
  return rawMap({ kem, sign });
};

const NO_EPOCHS: readonly LogAttack[] = [
  inUsersLog("act_in_a_users_log", "A record of an act", ACT),
  inUsersLog("disown_in_a_users_log", "A disown", { type: "disown", acts: [ready.log.head.seq + 1] }),
  {
    name: "rotate_without_manage",
    description: "An admin without the role manage makes an escrow epoch, which may be junk to all others.",
    rule: "MEM-8",
    make: () => ({
      before: staffed,
      bad: authoredBy(staffed.rotate("Ann").last, bob),
      good: staffed.rotate("Ann").last,
    }),
  },
  {
    name: "rekey_without_manage_makes_an_epoch",
    description: "An admin without the role manage takes fresh keys and makes an escrow epoch.",
    rule: "MEM-7",
    breaks: ["MEM-7", "MEM-8"],
    make: () => ({
      before: staffed,
      bad: withField(bobs, "epoch", ofEpoch("an epoch of Bob"), bob, fresh),
      good: bobs.last,
    }),
  },
  {
    name: "rekey_with_manage_makes_no_epoch",
    description: "An admin with the role manage takes fresh keys and makes no escrow epoch.",
    rule: "MEM-7",
    breaks: ["MEM-7", "MEM-8"],
    make: () => {
      const anns = staffed.rekey("Ann");
      return {
        before: staffed,
        bad: changed(anns, (body) => body.delete("epoch"), ann, anns.signer("Ann")),
        good: anns.last,
      };
    },
  },
  {
    name: "rekey_without_manage_and_current_epoch_missing_makes_an_epoch",
    description: "An admin without the role manage that cannot open the current epoch takes fresh keys and makes one.",
    rule: "MEM-7",
    breaks: ["MEM-7", "MEM-8"],
    make: () => {
      const body = { type: "rekey", author: bob.signingKey, keys: publicKeysOf("Bob, fresh"), missing: [[1, 1]] };
      const signers = [bob, namedKeys("Bob, fresh")];
      return {
        before: staffed,
        bad: dueNext(staffed.log, { ...body, epoch: ofEpoch("an epoch of Bob") }, signers),
        good: dueNext(staffed.log, body, signers),
      };
    },
  },
];

export const ESCROW_LOG: readonly LogAttack[] = [...ROLES, ...MANAGE, ...POLICY, ...ALWAYS, ...ACCESS, ...NO_EPOCHS];
