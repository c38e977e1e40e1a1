// Records of admins whose opening hides the real act: docs/spec.md sections 11.3 and 11.4 (ESC-8, ESC-9).

import { concat } from "../../../src/bytes/bytes.js";
import { decodeCbor, encodeCbor } from "../../../src/bytes/cbor.js";
import type { RecordedAct } from "../../../src/escrow/act.js";
import { attachmentDigest } from "../../../src/log/entry.js";
import { labelledHash } from "../../../src/primitives/hash.js";
import { hpkeSeal } from "../../../src/primitives/hpke.js";
import { labelPrefix } from "../../../src/primitives/label.js";
import * as LABELS from "../../../src/primitives/labels.js";
import { actCommitment } from "../../../src/trust/commitment.js";
import { pointerTo } from "../../../src/trust/pointer.js";
import { announce } from "../../../test/escrow/support.js";
import { recordAccess } from "../../../test/support/accepted.js";
import { dueNext } from "../../../test/support/links.js";
import { idBytes, type RawBody, rawEntry, takeApart } from "../../../test/support/raw-link.js";
import { seedNamed, type World } from "../../../test/support/world.js";
import { changed, rawMap } from "../attack.js";
import type { EscrowAttack } from "../escrow-attack.js";
import { text } from "../format.js";
import { secretsOf } from "../secrets.js";
import { staffed, user } from "../worlds.js";

const accessed = staffed.act("Ann", "records an access", (session, env) =>
  recordAccess(session, { userLog: user.log, epochs: [[1, 1]], reason: "A court order", case: "7" }, env),
);
const recordOf = takeApart(accessed.last);
const commitment = recordOf.body.get("commitment") as Uint8Array;
const { kemKey } = pointerTo(staffed.log);
const coins = concat(seedNamed("coins"), seedNamed("more coins"));
const sealed = (opening: Uint8Array, to: Uint8Array = labelledHash(LABELS.accessCommitment, opening)): Uint8Array =>
  hpkeSeal(kemKey, { info: concat(labelPrefix(LABELS.accessOpening), to), plaintext: opening, coins });
/** Ann's record with this opening, and a commitment of her choice. */
const withOpening = (opening: Uint8Array, to: Uint8Array): World => {
  const commitTo = (body: RawBody) => body.set("commitment", to).set("opening", attachmentDigest(opening));
  const [link] = decodeCbor(changed(accessed, commitTo, staffed.signer("Ann")), {
    name: "entry",
    maxBytes: 65_536,
  }) as [Uint8Array];
  return staffed.append(rawEntry(link, [opening]));
};
const access = (runs: readonly (readonly number[])[]) =>
  encodeCbor(
    rawMap({
      ...{ salt: seedNamed("salt"), log: idBytes(user.log.head.log), subject: user.log.subject },
      ...{ epochs: runs as number[][], reason: "A court order", case: "7" },
    }),
  );
const record = (name: string, description: string, bad: World): EscrowAttack => ({
  ...{
    name,
    description,
    rules: ["ESC-9"],
    question: "record",
    bad: { user, escrow: bad },
    good: { user, escrow: accessed },
  },
  answer: { bad: { junk: true }, good: { junk: false } },
  more: {
    admin: secretsOf(staffed.session("Ann").keyring),
    record: { bad: text(bad.last), good: text(accessed.last) },
  },
});
const commit = (opening: Uint8Array) => labelledHash(LABELS.accessCommitment, opening);
const touching = access([
  [1, 1],
  [2, 2],
]);
// An act of Bob's, and its opening with other contents or another commitment.
const asked = user.join("Phone").join("Tablet");
const announced = announce(staffed, "Bob", asked, { approve: ["Phone", "Tablet"] });
const place = announced.act;
const sealedAct = (opening: Uint8Array, to: Uint8Array): Uint8Array =>
  hpkeSeal(kemKey, { info: concat(labelPrefix(LABELS.actOpening), to), plaintext: opening, coins });
/** An act by Bob with these contents. It commits to them as an act of `committer`, or to the given commitment. */
function actOf(
  change: Partial<RecordedAct>,
  { committer = "Bob", to, shape = encodeAct }: { committer?: string; to?: Uint8Array; shape?: typeof encodeAct } = {},
): World {
  const said = { ...place, ...change };
  const commitment = to ?? actCommitment({ ...said, admin: staffed.signer(committer).signingKey });
  const sealed = sealedAct(shape(said), commitment);
  const bob = staffed.signer("Bob");
  const fields = { type: "act", author: bob.signingKey, commitment, opening: attachmentDigest(sealed) };
  const [link] = decodeCbor(dueNext(staffed.log, fields, [bob]), { name: "entry", maxBytes: 65_536 }) as [Uint8Array];
  return staffed.append(rawEntry(link, [sealed]));
}

function encodeAct({ salt, log, subject, seq, prev, approve, remove, reason, case: caseId }: RecordedAct): Uint8Array {
  const lists = { approve: approve.map(idBytes), remove: remove.map(idBytes) };
  return encodeCbor(
    rawMap({ salt, log: idBytes(log), subject, seq, prev: idBytes(prev), ...lists, reason, case: caseId }),
  );
}

const act = (name: string, description: string, bad: World): EscrowAttack => ({
  ...{ name, description, rules: ["ESC-8"], question: "record" },
  ...{ bad: { user, escrow: bad }, good: { user, escrow: announced.escrow } },
  answer: { bad: { junk: true }, good: { junk: false } },
  more: {
    admin: secretsOf(staffed.session("Ann").keyring),
    record: { bad: text(bad.last), good: text(announced.escrow.last) },
  },
});

const ACTS: readonly EscrowAttack[] = [
  act(
    "act_that_does_not_commit_to_its_opening",
    "The opening names another place than the act commits to.",
    actOf({}, { to: commitment }),
  ),
  act(
    "act_committed_to_for_another_admin",
    "The act commits to its opening as another admin's.",
    actOf({}, { committer: "Ann" }),
  ),
  act(
    "act_with_unsorted_lists",
    "The opening's list is not sorted: no review has such a one.",
    actOf({ approve: [...place.approve].reverse() }),
  ),
  act(
    "act_that_names_one_twice",
    "The opening approves one member twice.",
    actOf({ approve: [place.approve[0], place.approve[0]] as never }),
  ),
  act("act_without_a_reason", "The opening has an empty reason.", actOf({ reason: "" })),
  act("act_at_the_first_link", "The opening names the first link's place, where no review stands.", actOf({ seq: 1 })),
  act("act_of_another_shape", "The opening is an array.", actOf({}, { shape: () => encodeCbor([1]) })),
];

export const RECORDS: readonly EscrowAttack[] = [
  record(
    "record_that_does_not_open",
    "The sealed opening of a record of access is zeros.",
    withOpening(new Uint8Array(1300), commitment),
  ),
  record(
    "record_with_another_opening",
    "The opening is well sealed and is not what the record commits to.",
    withOpening(sealed(access([[1, 1]]), commitment), commitment),
  ),
  record(
    "record_of_runs_that_touch",
    "The opening names runs that no honest admin writes.",
    withOpening(sealed(touching), commit(touching)),
  ),
  record(
    "record_of_another_shape",
    "The opening is an array.",
    withOpening(sealed(encodeCbor([1])), commit(encodeCbor([1]))),
  ),
  record("record_of_no_epochs", "The opening names no epochs.", withOpening(sealed(access([])), commit(access([])))),
  ...ACTS,
];
