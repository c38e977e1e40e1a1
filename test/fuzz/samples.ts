// Valid inputs to start from: a user's log and an escrow log with every type of link, and one of each other encoding.
// docs/spec.md sections 4, 6, 9, 10 and 12.

import {
  fingerprintOf,
  type OpenOptions,
  prepareDevice,
  provisionDevice,
  sealContent,
  unsafeSerializeKeyring,
  verifyLog,
} from "keystead";
import { compareStatements, encodeEvidence } from "keystead/audit";
import { encodeContact, formatFingerprint, trackContact } from "keystead/contacts";
import { fingerprintWords } from "keystead/words";
import { encodeOpening } from "../../src/escrow/discover.js";
import type { Evidence } from "../../src/log/evidence.js";
import { announce, dismiss, enroll, hire, openOrganisation, policyBy, renew, restore } from "../escrow/support.js";
import { createBackupKey, disown, reclaim, recordAccess, regrant, review, rotate } from "../support/accepted.js";
import { takeApart } from "../support/raw-link.js";
import { evidenceOf, thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { NOON, statement } from "../support/service.js";
import { openWorld, type World } from "../support/world.js";

const staffed = hire(openOrganisation("fuzz", { operator: true }), "Bob", ["discover", "recover"]);
const escrow = dismiss(hire(staffed, "Eve", ["discover"]), "Eve");

const begun = enroll(openWorld("fuzz", { operator: true }).backup("Laptop", "Paper"), "Laptop", staffed).join("Phone");

/** Another history of the user's log, from its fifth link on. */
export const forkedWorld: World = renew(begun, "Laptop", escrow).join("Watch").rotate("Phone");

/** A user's log with every possible type of link, and the escrow log in which its recovery was announced. */
const restored = (() => {
  const opened = begun.join("Gone");
  const reviewed = opened
    .review("Laptop", { approve: ["Phone"] })
    .enroll("Laptop", "Tablet")
    .act("Phone", "withholds", (session, env) => rotate(session, env, { withholdFromEscrow: true }));
  const granted = reviewed.act("Laptop", "regrants", (session, env) =>
    regrant(session, [{ member: reviewed.id("Phone"), epochs: [[1, 1]] }], env),
  );
  const changed = granted.rekey("Phone").rename("Phone", "Old phone").expel("Gone");
  const left = renew(changed, "Laptop", escrow).leave("Tablet").join("Pad");
  const reclaimed = left.act("Pad", "reclaims", (session, env) =>
    reclaim(session, { from: left.session("Tablet").keyring }, env),
  );
  const locked = reclaimed.rotate("Laptop").lockdown("Laptop", true, ["Pad"]).join("Watch");
  return restore(locked, escrow, "Bob", { approve: ["Watch"], remove: ["Laptop", "Phone", "Paper"] });
})();
export const userWorld: World = restored.user;

/** An escrow log with an access record of Bob, who is an admin in it. */
export const recordedWorld: World = restored.escrow.act("Bob", "records", (session, env) =>
  recordAccess(session, { userLog: userWorld.log, epochs: [[1, 1]], reason: "fuzz", case: "1" }, env),
);

/** The same with acts, disowned and not, after Bob was dismissed. */
export const escrowWorld: World = (() => {
  const recorded = recordedWorld;
  const user = renew(begun, "Laptop", escrow);
  const { escrow: announced } = announce(recorded, "Bob", user, { approve: ["Phone"] }, { entries: user.entries });
  const { escrow: again } = announce(announced, "Bob", user, { remove: ["Phone"] }, { entries: user.entries });
  const place = again.log.head.seq;
  const disowned = again.act("Bob", "disowns", (session, env) => disown(session, [place], env));
  const options = { remove: [disowned.id("Bob")], disown: [place - 1] };
  const dismissed = disowned.act("Ann", "dismisses", (session, env) => review(session, options, env));
  return policyBy(dismissed, "Ann", { allowUserBackupKeys: false });
})();

const small = openWorld("fuzz small")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] });
const forked = openWorld("fuzz small").join("Phone").rotate("Laptop");
const fork = () => verifyLog(forked.entries, { subject: small.log.subject, pinned: small.log, now: "unchecked" });

/** A small log, for inputs that are tried often. */
export const smallWorld = small;
const laptop = small.session("Laptop");
const renamed = small.rename("Phone", "Old phone");
const prepared = prepareDevice(small.log, { device: { name: "Tablet" } }, seededEnv("request"));
const access = { salt: new Uint8Array(32), log: small.log.head.log, subject: small.log.subject };
/** Bytes of every encoding except entries. */
export const samples = {
  evidence: encodeEvidence(evidenceOf(thrownBy(fork))),
  statement: statement(userWorld),
  equivocation: encodeEvidence(
    compareStatements(userWorld.log, statement(userWorld), statement(forkedWorld, NOON + 1)) as Evidence,
  ),
  pin: encodeContact(trackContact(small.log)),
  keyring: unsafeSerializeKeyring(small.session("Phone")),
  prepared,
  offer: provisionDevice(laptop, prepared.request, seededEnv("offer")),
  renamed: renamed.last,
  name: takeApart(renamed.last).attachments[0] as Uint8Array,
  access: encodeOpening({ ...access, epochs: [[1, 1]], reason: "fuzz", case: "1" }),
  paper: small.backup("Laptop", "Paper"),
};
/** Texts that people type. */
export const texts = {
  fingerprint: (["digits", "hex", "qr"] as const).map((form) => formatFingerprint(fingerprintOf(small.log), form)),
  words: fingerprintWords(fingerprintOf(small.log)),
  backup: (() => {
    const made = createBackupKey(laptop, {}, seededEnv("paper"));
    return { log: made.log, entry: made.entry, text: made.paper.reveal(made.log) };
  })(),
};

interface Sealed {
  readonly good: Uint8Array;
  readonly options: OpenOptions & { readonly purpose: string };
}

/** Sealed content, plain, and padded and signed, with the options to open it so that every byte is checked. */
export async function contents(): Promise<readonly [Sealed, Sealed]> {
  const plaintext = new Uint8Array(100).fill(7);
  const options = { purpose: "fuzz" };
  const signed = { ...options, pad: true, signer: laptop };
  return [
    { good: await sealContent([small.log], plaintext, options, seededEnv("plain")), options },
    {
      good: await sealContent([small.log], plaintext, signed, seededEnv("signed")),
      options: { ...options, senderLog: small.log },
    },
  ];
}
