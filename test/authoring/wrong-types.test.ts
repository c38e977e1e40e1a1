// Plain JavaScript callers: for any wrong value they get an error that names the argument, and never a TypeError. Tests every
// public function of log and grants. docs/spec.md sections 6 and 7.

import { describe, expect, it } from "vitest";
import { abandonEpochs } from "../../src/authoring/abandon.js";
import { prepareDevice, provisionDevice } from "../../src/authoring/enter.js";
import { openKeyring, receive, resume } from "../../src/authoring/receive.js";
import { checkGrants } from "../../src/grants/check.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { standing } from "../../src/grants/standing.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { parseKeyring } from "../../src/keys/keyring-bytes.js";
import { acceptEntry, entryForSenders } from "../../src/log/accept.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { decodeEvidence, type Evidence, encodeEvidence } from "../../src/log/evidence.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import type { Env } from "../../src/primitives/env.js";
import {
  acceptProvisioning,
  createLog,
  expel,
  joinLog,
  leave,
  regrant,
  rekey,
  rename,
  review,
  rotate,
  setLockdown,
} from "../support/accepted.js";
import { ownSeed } from "../support/own-seed.js";
import { expectWrongArgument, snapshot, thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { ALICE, OPERATOR, openWorld, seedNamed } from "../support/world.js";

const JUNK = {
  undefined: undefined,
  null: null,
  number: 7,
  NaN: Number.NaN,
  text: "text",
  true: true,
  object: {},
  bare: Object.create(null) as unknown,
  list: [],
  "list of null": [null],
  function: () => 1,
  bigint: 7n,
  symbol: Symbol("junk"),
  bytes: new Uint8Array(3),
} as const;
type Kind = keyof typeof JUNK;

const world = openWorld("wrong types", { operator: true }).join("Phone").join("Tablet");
const before = openWorld("wrong types", { operator: true }).join("Phone");
const { log, entries } = world;
const session = world.session("Laptop");
const env = seededEnv("junk");
const device = { name: "Watch" };
const [member] = world.ids("Phone") as readonly [ReturnType<typeof world.id>];
const prepared = prepareDevice(log, { device }, env);
const offer = provisionDevice(session, prepared.request, env);
const evidence = thrownBy(() => verifyLog(before.entries, { subject: ALICE, pinned: log, now: "unchecked" })).details[
  "evidence"
] as Evidence;

/** A call with junk in one place: its name, the call, and the kinds of junk that are valid there. */
type Case = readonly [name: string, call: (junk: never) => unknown, fine?: readonly Kind[]];

const verifying: readonly Case[] = [
  ["verifyLog: entries", (junk) => verifyLog(junk, { subject: ALICE, now: "unchecked" })],
  ["verifyLog: an entry", (junk) => verifyLog([junk], { subject: ALICE, now: "unchecked" })],
  ["verifyLog: options", (junk) => verifyLog(entries, junk)],
  ["verifyLog: subject", (subject) => verifyLog(entries, { subject, now: "unchecked" }), ["text"]],
  ["verifyLog: pinned", (pinned) => verifyLog(entries, { subject: ALICE, pinned, now: "unchecked" }), ["undefined"]],
  [
    "verifyLog: pinned.log",
    (junk) => verifyLog(entries, { subject: ALICE, pinned: { ...log.head, log: junk }, now: "unchecked" }),
  ],
  [
    "verifyLog: pinned.hash",
    (hash) => verifyLog(entries, { subject: ALICE, pinned: { ...log.head, hash }, now: "unchecked" }),
  ],
  [
    "verifyLog: pinned.seq",
    (seq) => verifyLog(entries, { subject: ALICE, pinned: { ...log.head, seq }, now: "unchecked" }),
    ["number"],
  ],
  [
    "verifyLog: verified",
    (verified) => verifyLog(entries, { subject: ALICE, verified, now: "unchecked" }),
    ["undefined"],
  ],
  [
    "verifyLog: verified.hash",
    (hash) => verifyLog(entries, { subject: ALICE, verified: { ...log.head, hash }, now: "unchecked" }),
  ],
  ["verifyLog: now", (now) => verifyLog(entries, { subject: ALICE, now }), ["number"]],
  ["verifyLog: skew", (skew) => verifyLog(entries, { subject: ALICE, now: 2 ** 50, skew }), ["undefined", "number"]],
  ["appendEntry: log", (junk) => appendEntry(junk, world.last, { now: "unchecked" })],
  ["appendEntry: log by its facts", () => appendEntry({ ...before.log } as never, world.last, { now: "unchecked" })],
  ["appendEntry: entry", (junk) => appendEntry(log, junk, { now: "unchecked" })],
  ["appendEntry: options", (junk) => appendEntry(before.log, world.last, junk)],
  ["appendEntry: now", (now) => appendEntry(before.log, world.last, { now }), ["number"]],
  ["acceptEntry: log", (junk) => acceptEntry(junk, world.last, { subject: ALICE, now: 0 }), ["undefined"]],
  ["acceptEntry: entry", (junk) => acceptEntry(before.log, junk, { subject: ALICE, now: 0 }), ["bytes"]],
  ["acceptEntry: options", (junk) => acceptEntry(before.log, world.last, junk)],
  ["acceptEntry: subject", (subject) => acceptEntry(undefined, world.last, { subject, now: 0 }), ["text"]],
  ["acceptEntry: now", (now) => acceptEntry(before.log, world.last, { subject: ALICE, now }), ["number"]],
  ["entryForSenders: entry", (junk) => entryForSenders(junk)],
  ["checkEvidence: evidence", (junk) => checkEvidence(junk)],
  ["checkEvidence: theirs", (theirs) => checkEvidence({ ...evidence, theirs }), ["list"]],
  ["checkEvidence: a link", (junk) => checkEvidence({ ...evidence, theirs: [junk] })],
  ["checkEvidence: ours", (ours) => checkEvidence({ ...evidence, ours }), ["list"]],
  ["checkEvidence: pinned", (pinned) => checkEvidence({ ...evidence, pinned })],
  ["checkEvidence: kind", (kind) => checkEvidence({ ...evidence, kind })],
  ["encodeEvidence: evidence", (junk) => encodeEvidence(junk)],
  ["decodeEvidence: bytes", (junk) => decodeEvidence(junk)],
];

const entering: readonly Case[] = [
  ["createLog: options", (junk) => createLog(junk, env)],
  ["createLog: subject", (subject) => createLog({ subject, device }, env), ["text"]],
  ["createLog: device", (junk) => createLog({ subject: ALICE, device: junk }, env)],
  ["createLog: name", (name) => createLog({ subject: ALICE, device: { name } }, env), ["text"]],
  [
    "createLog: platform",
    (platform) => createLog({ subject: ALICE, device: { name: "x", platform } }, env),
    ["undefined", "text"],
  ],
  ["createLog: operator", (operator) => createLog({ subject: ALICE, device, operator }, env), ["undefined", "bytes"]],
  ["createLog: env", (junk) => createLog({ subject: ALICE, device }, junk)],
  ["createLog: env.random", (random) => createLog({ subject: ALICE, device }, { ...env, random })],
  [
    "createLog: the result of env.random",
    (junk) => createLog({ subject: ALICE, device }, { ...env, random: () => junk }),
  ],
  ["createLog: env.now", (now) => createLog({ subject: ALICE, device }, { ...env, now }), ["function"]],
  [
    "createLog: the result of env.now",
    (junk) => createLog({ subject: ALICE, device }, { ...env, now: () => junk }),
    ["number"],
  ],
  ["joinLog: log", (junk) => joinLog(junk, { device }, env)],
  ["joinLog: options", (junk) => joinLog(log, junk, env)],
  ["joinLog: device", (junk) => joinLog(log, { device: junk }, env)],
  ["joinLog: env", (junk) => joinLog(log, { device }, junk)],
  ["prepareDevice: log", (junk) => prepareDevice(junk, { device }, env)],
  ["prepareDevice: options", (junk) => prepareDevice(log, junk, env)],
  ["prepareDevice: env", (junk) => prepareDevice(log, { device }, junk)],
  ["provisionDevice: session", (junk) => provisionDevice(junk, prepared.request, env)],
  ["provisionDevice: request", (junk) => provisionDevice(session, junk, env)],
  ["provisionDevice: env", (junk) => provisionDevice(session, prepared.request, junk)],
  ["acceptProvisioning: log", (junk) => acceptProvisioning(junk, offer, prepared, { now: "unchecked" })],
  ["acceptProvisioning: offer", (junk) => acceptProvisioning(log, junk, prepared, { now: "unchecked" })],
  ["acceptProvisioning: prepared", (junk) => acceptProvisioning(log, offer, junk, { now: "unchecked" })],
  ["acceptProvisioning: options", (junk) => acceptProvisioning(log, offer, prepared, junk)],
  ["acceptProvisioning: keyring", (keyring) => acceptProvisioning(log, offer, { keyring }, { now: "unchecked" })],
];

/** The functions whose first argument is a state and whose last is an env. */
const acting: readonly (readonly [string, (session: MemberState, env: Env) => unknown])[] = [
  ["review", (each, env) => review(each, { remove: [member] }, env)],
  ["rotate", rotate],
  ["regrant", (each, env) => regrant(each, [{ member, epochs: [[2, 2]] }], env)],
  ["rekey", rekey],
  ["leave", leave],
  ["rename", (each, env) => rename(each, { name: "x" }, env)],
  ["setLockdown", (each, env) => setLockdown(each, { on: true, remove: world.ids("Phone", "Tablet") }, env)],
];

const actions: readonly Case[] = [
  ...acting.flatMap(([name, action]): Case[] => [
    [`${name}: session`, (junk) => action(junk, env)],
    [`${name}: session.log`, (junk) => action({ ...session, log: junk }, env)],
    [`${name}: session.keyring`, (keyring) => action({ ...session, keyring }, env)],
    [`${name}: env`, (junk) => action(session, junk)],
  ]),
  ["review: options", (junk) => review(session, junk, env), ["object", "bare", "list", "list of null", "bytes"]],
  ["review: extend", (extend) => review(session, { extend, remove: [member] }, env), ["undefined", "list"]],
  ["review: a member to extend", (junk) => review(session, { extend: [junk] }, env)],
  ["review: approve", (approve) => review(session, { approve, remove: [member] }, env), ["undefined", "list"]],
  ["review: a member", (junk) => review(session, { approve: [junk] }, env)],
  ["review: remove", (remove) => review(session, { approve: [member], remove }, env), ["undefined", "list"]],
  ["regrant: regrants", (junk) => regrant(session, junk, env), ["list"]],
  ["regrant: one of them", (junk) => regrant(session, [junk], env)],
  ["regrant: member", (junk) => regrant(session, [{ member: junk, epochs: [[2, 2]] }], env)],
  ["regrant: runs", (runs) => regrant(session, [{ member, epochs: runs }], env), ["list"]],
  ["regrant: a run", (junk) => regrant(session, [{ member, epochs: [junk] }], env)],
  ["regrant: an end of a run", (junk) => regrant(session, [{ member, epochs: [[2, junk]] }], env), ["number"]],
  ["rename: options", (junk) => rename(session, junk, env)],
  ["rename: name", (name) => rename(session, { name }, env), ["text"]],
  ["rename: member", (junk) => rename(session, { name: "x", member: junk }, env), ["undefined"]],
  ["setLockdown: options", (junk) => setLockdown(session, junk, env)],
  ["setLockdown: on", (on) => setLockdown(session, { on }, env), ["true"]],
  ["setLockdown: remove", (remove) => setLockdown(session, { on: true, remove }, env), ["undefined", "list"]],
  ["expel: log", (junk) => expel(junk, { remove: [member] }, OPERATOR, env)],
  ["expel: options", (junk) => expel(log, junk, OPERATOR, env)],
  ["expel: remove", (remove) => expel(log, { remove }, OPERATOR, env), ["list"]],
  ["expel: operator", (junk) => expel(log, { remove: [member] }, junk, env)],
  ["expel: env", (junk) => expel(log, { remove: [member] }, OPERATOR, junk)],
];

const receiving: readonly Case[] = [
  ["receive: session", (junk) => receive(junk, world.last, { now: "unchecked" })],
  ["receive: entry", (junk) => receive(session, junk, { now: "unchecked" })],
  ["receive: options", (junk) => receive(session, world.last, junk)],
  ["openKeyring: log", (junk) => openKeyring(junk, entries, seedNamed("x"))],
  ["openKeyring: entries", (junk) => openKeyring(log, junk, ownSeed(session.keyring)), ["list"]],
  ["openKeyring: an entry", (junk) => openKeyring(log, [junk], ownSeed(session.keyring))],
  ["openKeyring: seed", (junk) => openKeyring(log, entries, junk)],
  ["resume: log", (junk) => resume(junk, entries, session.keyring)],
  ["resume: entries", (junk) => resume(log, junk, session.keyring), ["list"]],
  ["resume: an entry", (junk) => resume(log, [junk], session.keyring)],
  ["resume: keyring", (junk) => resume(log, entries, junk)],
  ["standing: log", (junk) => standing(junk, session.keyring)],
  ["standing: keyring", (junk) => standing(log, junk)],
  ["unsafeSerializeKeyring: session", (junk) => unsafeSerializeKeyring(junk)],
  ["parseKeyring: bytes", (junk) => parseKeyring(junk)],
  ["checkGrants: session", (junk) => checkGrants(junk, [1])],
  ["checkGrants: links", (junk) => checkGrants(session, junk), ["list"]],
  ["checkGrants: a link", (junk) => checkGrants(session, [junk])],
  ["abandonEpochs: session", (junk) => abandonEpochs(junk, [[1, 1]])],
  ["abandonEpochs: epochs", (junk) => abandonEpochs(session, junk), ["list"]],
];

describe.each([
  ["verifying", verifying],
  ["entering", entering],
  ["acting", actions],
  ["receiving", receiving],
])("wrong arguments when %s", (_area, cases) => {
  for (const [name, call, fine = []] of cases) {
    it(`are named: ${name}`, () => {
      const state = snapshot(log);
      for (const [kind, junk] of Object.entries(JUNK)) {
        if (!fine.includes(kind as Kind)) expectWrongArgument(() => call(junk as never), kind);
      }
      expect(snapshot(log)).toBe(state);
    });
  }
});
