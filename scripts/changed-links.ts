// npm run gen:changed-links [-- --count N] [-- --histories N] [-- --seed N]: links of every type that replace other links, with a
// part of them changed and signed again, and links drawn at random; with this library's verdict on each: the error's code and
// rule, or the state after it. Written as lines of JSON, for `python3 tools/verifier changed-links`, which judges the links by
// the specification alone. docs/assurance.md.

import { parseArgs } from "node:util";
import fc from "fast-check";
import { equalBytes } from "../src/bytes/bytes.js";
import { type CborValue, encodeCbor } from "../src/bytes/cbor.js";
import { KeysteadError } from "../src/errors.js";
import type { LogState } from "../src/log/state.js";
import { appendEntry } from "../src/log/verify.js";
import { valueChanges } from "../test/fuzz/mutations.js";
import { escrowWorld, userWorld } from "../test/fuzz/samples.js";
import { type RawBody, rawEntry, rawLink, rawSignature, takeApart } from "../test/support/raw-link.js";
import type { World } from "../test/support/world.js";
import { drawHistory, entriesOf } from "./drawn-links.js";
import { text, texts } from "./vectors/format.js";
import { stateText } from "./vectors/positive/state.js";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "2000" },
    histories: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
  },
});
const [count, histories, seed] = [Number(values.count), Number(values.histories), Number(values.seed)];
if (![count, histories, seed].every(Number.isSafeInteger) || count < 1 || histories < 0) {
  console.error("--count must be a whole number above 0, --histories from 0, --seed a whole number");
  process.exit(2);
}

/** A log with the state after each of its links, and all values in its bodies. */
interface Base {
  readonly world: World;
  readonly states: readonly LogState[];
  readonly leaves: readonly CborValue[];
}

function baseOf(world: World): Base {
  const leaves = world.entries.flatMap((entry) => leavesOf(takeApart(entry).body));
  return { world, states: world.states(), leaves };
}

const BASES = { user: baseOf(userWorld), escrow: baseOf(escrowWorld) };

function leavesOf(value: CborValue): CborValue[] {
  if (value instanceof Map) return [...(value as ReadonlyMap<string, CborValue>).values()].flatMap(leavesOf);
  return Array.isArray(value) ? (value as CborValue[]).flatMap(leavesOf) : [value];
}

const isBytes = (value: CborValue): value is Uint8Array => value instanceof Uint8Array;
const isLike = (one: CborValue, other: CborValue): boolean =>
  isBytes(one) ? isBytes(other) && one.length === other.length : typeof one === typeof other && !isBytes(other);
const isSame = (one: CborValue, other: CborValue): boolean =>
  isBytes(one) ? isBytes(other) && equalBytes(one, other) : one === other;

/** The same value with every occurrence of a part replaced, so that fields which must agree still agree. */
function replaced(value: CborValue, from: CborValue, to: CborValue): CborValue {
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, CborValue>)];
    return new Map(entries.map(([key, item]) => [key, replaced(item, from, to)]));
  }
  if (Array.isArray(value)) return (value as CborValue[]).map((item) => replaced(item, from, to));
  return isSame(value, from) ? to : value;
}

/** The kinds of change: replace a value by one from elsewhere in the log, or by any value. */
const CHANGES = fc.record({
  base: fc.constantFrom("user" as const, "escrow" as const),
  at: fc.nat(),
  from: fc.nat(),
  inPlace: fc.boolean(),
  swaps: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 2 }),
  change: fc.option(valueChanges, { freq: 1 }),
  bare: fc.boolean(),
});

for (const [name, { world }] of Object.entries(BASES))
  console.log(JSON.stringify({ base: name, entries: world.entries.map((entry) => text(entry)) }));

for (const { base, at, from, inPlace, swaps, change, bare } of fc.sample(CHANGES, { numRuns: count, seed })) {
  const { world, states, leaves } = BASES[base];
  const index = at % (states.length - 1);
  const before = states[index] as LogState;
  const source = inPlace ? index + 1 : 1 + (from % (states.length - 1));
  const { body: original, signatures, attachments } = takeApart(world.entries[source] as Uint8Array);
  const { body: here } = takeApart(world.entries[index + 1] as Uint8Array);
  const header = ["log", "seq", "prev", "time"].map((field) => [field, here.get(field)] as [string, CborValue]);
  let body: CborValue = new Map([...original, ...header]) as RawBody;
  let keys = signatures.map(([key]) => key);
  for (const [which, other] of swaps) {
    const inside = leavesOf(body);
    const gone = inside[which % inside.length] as CborValue;
    const alike = leaves.filter((leaf) => isLike(gone, leaf));
    const come = alike[other % alike.length] as CborValue;
    body = replaced(body, gone, come);
    keys = keys.map((key) => replaced(key, gone, come) as Uint8Array);
  }
  if (change) body = change(body);
  // A link for a position that is filled may be a fork. Judging that takes more than one link (13.1).
  if (body instanceof Map && isTaken(body.get("seq"), before)) continue;
  const bytes = encodeCbor(body);
  const signers = world.signersOf(keys);
  const signed = signers.length > 0 ? signers.map((signer) => rawSignature(bytes, signer)) : signatures;
  const entry = rawEntry(rawLink(bytes, signed), bare ? [] : attachments);
  console.log(JSON.stringify({ base, after: index + 1, entry: text(entry), verdict: verdictOn(before, entry) }));
}

const LINKS = 120;
for (let index = 0; index < histories; index++) {
  const base = `history ${seed} ${index}`;
  const { log, tried } = drawHistory(base, LINKS);
  console.log(JSON.stringify({ base, entries: texts(entriesOf(log)) }));
  for (const { after, before, entry } of tried)
    console.log(JSON.stringify({ base, after, entry: text(entry), verdict: verdictOn(before, entry) }));
}

function isTaken(seq: CborValue | undefined, { head }: LogState): boolean {
  return typeof seq === "number" && seq >= 1 && seq <= head.seq;
}

function verdictOn(before: LogState, entry: Uint8Array) {
  try {
    return { state: stateText(appendEntry(before, entry, { now: "unchecked" })) };
  } catch (error) {
    if (!(error instanceof KeysteadError)) throw error;
    const { code, rule } = error;
    return { code, ...(rule && { rule }) };
  }
}
