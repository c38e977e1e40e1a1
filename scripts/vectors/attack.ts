// The description of an attack on a log: its name, the rules it breaks, the expected answer, and how to make it and its passing
// twin.

import { equalBytes } from "../../src/bytes/bytes.js";
import type { CborValue } from "../../src/bytes/cbor.js";
import type { MemberId } from "../../src/bytes/ids.js";
import type { ErrorCode, RuleId } from "../../src/errors.js";
import type { Links } from "../../test/support/links.js";
import { idBytes, mutate, type RawBody, type RawSigner, rawEntry, setField } from "../../test/support/raw-link.js";
import { ALICE, type World } from "../../test/support/world.js";
import { bare } from "./entries.js";
import { type Load, type LogVector, texts, type VectorFile } from "./format.js";
import { prefixOf } from "./prefixes.js";

/** One attack on a log: one file. */
export interface LogAttack {
  /** Name of the file. */
  readonly name: string;
  readonly description: string;
  /** The rule that is reported. */
  readonly rule: RuleId;
  /** Default `INVALID_LINK`. */
  readonly code?: ErrorCode;
  /** The rules that are broken, if they are not the reported one. */
  readonly breaks?: readonly RuleId[];
  readonly make: () => Twins;
}

/** A log with its entries. */
export type Before = Pick<World, "log" | "entries">;

/** A log of raw links with its entries. */
export function withEntries({ log }: Links): Before {
  return { log, entries: [...log.links].map(({ bytes }) => rawEntry(bytes)) };
}

/** An attack and its passing twin, on one state. */
export interface Twins {
  /** The log before the attack; undefined when the attack is on the first link. */
  readonly before: Before | undefined;
  readonly bad: Uint8Array | readonly Uint8Array[];
  readonly good: Uint8Array | readonly Uint8Array[];
  /** Attachments are left out, except when they, or the entry's own bytes, are attacked. */
  readonly whole?: boolean;
  /** Index of the entry of `bad` that is refused, from 0; default the first. */
  readonly at?: number;
  readonly load?: Partial<Load>;
}

/** The file of an attack. */
export function logVector(attack: LogAttack): VectorFile {
  const { name, description, rule, code = "INVALID_LINK", breaks = [rule] } = attack;
  const { before, whole = false, at = 0, load, ...twins } = attack.make();
  const [bad, good] = [listOf(twins.bad), listOf(twins.good)];
  if (bad.length === good.length && bad.every((entry, index) => equalBytes(entry, good[index] as Uint8Array)))
    throw new Error(`${name}: an attack must differ from its passing twin`);
  const told = (entries: readonly Uint8Array[]) => texts(whole ? entries : entries.map(bare));
  const vector: LogVector = {
    description,
    rules: breaks,
    load: { subject: before?.log.subject ?? ALICE, kind: before?.log.kind ?? "user", ...load },
    prefix: before ? prefixOf(before) : null,
    bad: told(bad),
    good: told(good),
    error: { code, rule, entry: (before?.entries.length ?? 0) + at + 1 },
  };
  return [`negative/log/${name}.json`, vector];
}

function listOf(entries: Uint8Array | readonly Uint8Array[]): readonly Uint8Array[] {
  return entries instanceof Uint8Array ? [entries] : entries;
}

/** The newest entry of an honest world with a changed body, signed by these. */
export function changed(world: World, body: (body: RawBody) => unknown, ...signers: readonly RawSigner[]): Uint8Array {
  return mutate(world.last, { body, signers });
}

/** The newest entry of an honest world with one field set, signed by these. */
export function withField(world: World, path: string, value: CborValue, ...signers: readonly RawSigner[]): Uint8Array {
  return changed(world, setField(path, value), ...signers);
}

/** A record in the form that a body has. */
export function rawMap(fields: Readonly<Record<string, CborValue>>): RawBody {
  return new Map(Object.entries(fields));
}

/** A list of members in the form that a body has. */
export function idList(ids: readonly MemberId[]): CborValue {
  return [...ids].sort().map(idBytes);
}

/** Digests that a link may commit to although their attachments are never delivered. */
export const DIGEST: Uint8Array = new Uint8Array(32);
