// Records of access whose opening hides what was opened: docs/spec.md section 11.4 (ESC-9).

import { concat } from "../../../src/bytes/bytes.js";
import { decodeCbor, encodeCbor } from "../../../src/bytes/cbor.js";
import { attachmentDigest } from "../../../src/log/entry.js";
import { labelledHash, labelPrefix } from "../../../src/primitives/hash.js";
import { hpkeSeal } from "../../../src/primitives/hpke.js";
import { LABELS } from "../../../src/primitives/labels.js";
import { pointerTo } from "../../../src/trust/pointer.js";
import { recordAccess } from "../../../test/support/accepted.js";
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
const { kem } = pointerTo(staffed.log);
const coins = concat(seedNamed("coins"), seedNamed("more coins"));
const sealed = (opening: Uint8Array, to = labelledHash(LABELS.accessCommitment, opening)): Uint8Array =>
  hpkeSeal(kem, { info: concat(labelPrefix(LABELS.accessOpening), to), plaintext: opening, coins });
/** Ann's record with this opening, and a commitment of her choosing. */
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
];
