// npm run bench: how fast the core is, each figure as a ratio to a native baseline measured in the same run, since machines
// and their neighbours differ. The full table against peers comes with native primitives.

import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import {
  appendEntry,
  checkBackupKey,
  createLog,
  enrollBackupKey,
  joinLog,
  receive,
  review,
  rotate,
  systemEnv,
  verifyLog,
} from "keystead";

const ROTATIONS = 200;

/** Microseconds a call, the best of five rounds: what is left when the neighbours are quiet. */
function measure(calls: number, act: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    for (let call = 0; call < calls; call++) act();
    best = Math.min(best, ((performance.now() - start) * 1000) / calls);
  }
  return best;
}

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const message = new Uint8Array(340);
const signature = sign(null, message, privateKey);
const cached = createPublicKey(publicKey.export({ format: "pem", type: "spki" }));
const native = measure(2000, () => void verify(null, message, cached, signature));

const env = systemEnv();
const subject = "bench@example.org";
let session = createLog({ subject, device: { name: "Device 1" } }, env);
const entries = [session.entry];
for (const name of ["Device 2", "Device 3", "Device 4"]) {
  const joined = joinLog(session.log, { device: { name } }, env);
  session = review(receive(session, joined.entry), { approve: [joined.keyring.member] }, env);
  entries.push(joined.entry, session.entry);
}
const before = session.log;
const authoring = measure(1, () => void rotate(session, env));
for (let count = 0; count < ROTATIONS; count++) {
  session = rotate(session, env);
  entries.push(session.entry);
}
const next = rotate(session, env).entry;
const early = rotate({ log: before, keyring: session.keyring }, env).entry;
const backup = enrollBackupKey(session, {}, env);
const paper = backup.paper.reveal(backup.log);

const rows: readonly (readonly [what: string, microseconds: number])[] = [
  ["native Ed25519 verify (the baseline)", native],
  [
    `verify a log of ${entries.length} links, per link`,
    measure(1, () => void verifyLog(entries, { subject })) / entries.length,
  ],
  [`append one link to ${session.log.head.seq} links`, measure(50, () => void appendEntry(session.log, next))],
  [`append one link to ${before.head.seq} links`, measure(50, () => void appendEntry(before, early))],
  ["rotate with 4 members", authoring],
  ["backup key, from text to its member", measure(20, () => void checkBackupKey(backup.log, paper))],
];
for (const [what, microseconds] of rows) {
  console.log(
    `${what.padEnd(44)} ${microseconds.toFixed(0).padStart(8)} µs ${(microseconds / native).toFixed(1).padStart(8)} ×`,
  );
}
