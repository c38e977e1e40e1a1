// A dishonest author: its links are well-formed, its grants are junk, and it lies about epochs that it cannot open. docs/spec.md
// section 7 (GRT-3..5) and MEM-9.

import { concat } from "../../src/bytes/bytes.js";
import type { CborValue } from "../../src/bytes/cbor.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { epochsIn, type Runs } from "../../src/bytes/runs.js";
import { Secret } from "../../src/bytes/secret.js";
import { boxInfo, epochsDigest, type GrantPlace, grantKey, KEYRING_NONCE } from "../../src/grants/make.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { changedKeyring, type Keyring, newKeyring, ownKeys, partsOf } from "../../src/keys/keyring.js";
import { MemberKeys } from "../../src/keys/member-keys.js";
import { UNCHECKED } from "../../src/log/clock.js";
import { attachmentDigest, decodeEntry } from "../../src/log/entry.js";
import type { AnyBody, Grant } from "../../src/log/fields.js";
import { type GrantRecord, type LinkRecord, memberBySigningKey } from "../../src/log/state.js";
import { readBody, verifyLink } from "../../src/log/verify-link.js";
import { chachaSeal } from "../../src/primitives/aead.js";
import type { Env } from "../../src/primitives/env.js";
import { hpkeSeal } from "../../src/primitives/hpke.js";
import { idBytes, mutate } from "../support/raw-link.js";
import type { Fault } from "./knowledge.js";
import type { World, Written } from "./world.js";

/** Faults of a box. All but the last leave its recipient without the grant. */
const BOX_FAULTS = ["noise", "one byte", "a wrong key", "a short key", "another's box", "other coins"] as const;
/** Faults of the keyring ciphertext that all recipients share. */
const KEYRING_FAULTS = ["noise", "a wrong seed", "a seed too few", "any key", "a key for another link"] as const;

/** Number of the first kind that spoils one recipient's box alone. */
export const FIRST_BOX_FAULT = KEYRING_FAULTS.length;

export const FAULT_KINDS = BOX_FAULTS.length + KEYRING_FAULTS.length;

/** Numbers that decide a fault once the grants are known. */
export interface FaultPick {
  readonly grant: number;
  readonly kind: number;
  /** The recipient of the box, or the index of the seed. */
  readonly which: number;
}

/** A grant that is not the one its author owed. Every member that recomputes it must find it (GRT-3). */
export interface Wrong {
  readonly recipient: MemberId;
  readonly epochs: Runs;
  readonly wrong: "keyring" | "box";
}

/** A link with junk in its grants. */
export interface Corrupted {
  readonly entry: Uint8Array;
  /** For the model: the grants that do not open. */
  readonly faults: readonly Fault[];
  readonly wrong: readonly Wrong[];
}

/** Spoils grants of a link, and has it signed by the signers of the honest one. Undefined when there is nothing to spoil. */
export function corrupt(
  world: World,
  written: Written,
  author: Keyring,
  picks: readonly FaultPick[],
): Corrupted | undefined {
  const env = world.env(0);
  const grants = grantsOf(world, written);
  if (grants.length === 0 || picks.length === 0) return undefined;
  // Keyrings first: a box that is spoiled stays spoiled.
  for (const { grant, kind, which } of [...picks].sort((a, b) => a.kind - b.kind)) {
    const chosen = grants[grant % grants.length] as SpoiledGrant;
    const keyringFault = KEYRING_FAULTS[kind];
    if (keyringFault) spoilKeyring(chosen, keyringFault, which, partsOf(author).seeds, env);
    else spoilBox(chosen, BOX_FAULTS[kind - KEYRING_FAULTS.length], which, partsOf(author).seeds, env);
  }
  const digests = grants.map(({ span, keyring, recipients }): CborValue => {
    const boxes = recipients.map(({ id, box }) => [idBytes(id), attachmentDigest(box)]);
    const fields = { ...span, keyring: attachmentDigest(keyring), boxes };
    return new Map<string, CborValue>(Object.entries(fields));
  });
  const spoiled = grants.flatMap(({ keyring, recipients }) => [keyring, ...recipients.map(({ box }) => box)]);
  const entry = mutate(written.entry, {
    body: (body) => body.set("grants", digests),
    signers: written.signers,
    attachments: (attachments) => [...attachments.slice(0, attachments.length - spoiled.length), ...spoiled],
  });
  return { entry, faults: grants.flatMap(({ faults }) => faults), wrong: grants.flatMap(wrongOf) };
}

/** A grant while it is being spoiled. */
interface SpoiledGrant {
  readonly span: Pick<Grant, "from" | "to" | "count">;
  readonly set: Runs;
  readonly place: GrantPlace;
  readonly recipients: {
    readonly id: MemberId;
    readonly position: number;
    readonly kem: Uint8Array;
    box: Uint8Array;
    isWrong: boolean;
  }[];
  keyring: Uint8Array;
  keyringIsWrong: boolean;
  readonly faults: Fault[];
}

/** The grants of an honest link, with their bytes. */
function grantsOf({ log, ids }: World, { entry, entered }: Written): SpoiledGrant[] {
  // Only the state has the epochs of a grant (GRT-1).
  const owed = (verifyLink(log, decodeEntry(entry), UNCHECKED).links.last() as LinkRecord).grants;
  const { link, attachments } = decodeEntry(entry);
  const body = readBody(link).body as AnyBody & {
    member?: { kem: Uint8Array };
    keys?: { kem: Uint8Array };
    escrow?: { kemKey: Uint8Array };
    author?: Uint8Array;
  };
  const grants = body.grants ?? [];
  const bytes = attachments.slice(attachments.length - grants.reduce((sum, { boxes }) => sum + 1 + boxes.length, 0));
  const author = body.author && memberBySigningKey(log, body.author)?.id;
  const kemOf = (id: MemberId): Uint8Array => {
    const pointed = body.escrow?.kemKey;
    if (pointed && (id === entered || log.active.get(id)?.kind === "escrow")) return pointed;
    const kem =
      id === entered ? body.member?.kem : id === author && body.keys ? body.keys.kem : log.active.get(id)?.kemKey;
    return kem as Uint8Array;
  };
  const positionOf = (id: MemberId): number =>
    id === entered ? log.head.seq + 1 : ([...ids].find(([, each]) => each === id)?.[0] as number);
  const place = { log: body.log, prev: body.prev, seq: body.seq };
  return grants.map(({ from, to, count, boxes }, index) => {
    const keyring = bytes.shift() as Uint8Array;
    const recipients = boxes.map(([id]) => ({
      id,
      position: positionOf(id),
      kem: kemOf(id),
      box: bytes.shift() as Uint8Array,
      isWrong: false,
    }));
    const set = (owed[index] as GrantRecord).epochs;
    return { place, span: { from, to, count }, set, recipients, keyring, keyringIsWrong: false, faults: [] };
  });
}

function spoilKeyring(
  grant: SpoiledGrant,
  fault: (typeof KEYRING_FAULTS)[number],
  which: number,
  seeds: ReadonlyMap<number, Secret>,
  env: Env,
): void {
  const { set, place, recipients, faults } = grant;
  if (grant.keyringIsWrong) return;
  grant.keyringIsWrong = true;
  const epochs = epochsOf(grant);
  const bad = fault === "a wrong seed" ? epochs[which % epochs.length] : undefined;
  // One wrong seed spoils one epoch. A key that is not this link's spoils all (GRT-5).
  faults.push({ set: epochs, epochs: new Set(bad === undefined ? epochs : [bad]) });
  if (fault === "noise") {
    grant.keyring = env.random(grant.keyring.length);
    return;
  }
  const listed = epochs.map((epoch) => (epoch === bad ? env.random(32) : (seeds.get(epoch) as Secret).bytes()));
  const plaintext = new Secret(concat(...(fault === "a seed too few" ? listed.slice(1) : listed)));
  const elsewhere = fault === "a key for another link" ? { ...place, seq: place.seq - 1 } : place;
  const key = fault === "any key" ? env.random(32) : grantKey(plaintext, epochsDigest(set), elsewhere).bytes();
  grant.keyring = chachaSeal(key, KEYRING_NONCE, new Uint8Array(0), plaintext.bytes());
  for (const recipient of recipients) recipient.box = seal(grant, recipient.kem, key, env);
}

function spoilBox(
  grant: SpoiledGrant,
  fault: (typeof BOX_FAULTS)[number] | undefined,
  which: number,
  seeds: ReadonlyMap<number, Secret>,
  env: Env,
): void {
  const { set, place, recipients, faults } = grant;
  const recipient = recipients[which % recipients.length] as SpoiledGrant["recipients"][number];
  const { position, kem } = recipient;
  if (recipient.isWrong || (fault === "other coins" && grant.keyringIsWrong)) return;
  recipient.isWrong = true;
  if (fault === "other coins") {
    // It opens, and still is not the one box that every holder computes.
    const listed = epochsOf(grant).map((epoch) => (seeds.get(epoch) as Secret).bytes());
    recipient.box = seal(grant, kem, grantKey(new Secret(concat(...listed)), epochsDigest(set), place).bytes(), env);
    return;
  }
  // Without a box that is as its author made it, the keyring ciphertext is useless.
  const another = recipients.find(({ isWrong }) => !isWrong)?.box ?? grant.keyring;
  if (fault === "noise") recipient.box = env.random(recipient.box.length);
  else if (fault === "one byte") recipient.box = env.random(1);
  else if (fault === "another's box") recipient.box = another;
  else recipient.box = seal(grant, kem, env.random(fault === "a wrong key" ? 32 : 31), env);
  faults.push({ set: epochsOf(grant), member: position });
}

function seal({ place, set }: SpoiledGrant, kem: Uint8Array, plaintext: Uint8Array, env: Env): Uint8Array {
  return hpkeSeal(kem, { info: boxInfo(place.log, epochsDigest(set), kem), plaintext, coins: env.random(64) });
}

function wrongOf({ set, recipients, keyringIsWrong }: SpoiledGrant): Wrong[] {
  return recipients.flatMap(({ id, isWrong }): Wrong[] => {
    if (keyringIsWrong) return [{ recipient: id, epochs: set, wrong: "keyring" }];
    return isWrong ? [{ recipient: id, epochs: set, wrong: "box" }] : [];
  });
}

function epochsOf({ set }: SpoiledGrant): number[] {
  return [...epochsIn(set)];
}

/** A state of a member that claims it could not open some of its epochs, so that the library declares them missing. */
export function claiming({ log, keyring }: MemberState, lie: ReadonlySet<number>): MemberState {
  const { seeds, junk, member } = partsOf(keyring);
  const seed = ownKeys(keyring).copySeed();
  const gained = new Map([...seeds].filter(([epoch]) => !lie.has(epoch)));
  const claims = newKeyring(log.head.log, member, new MemberKeys(seed.bytes()));
  return { log, keyring: changedKeyring(claims, { gained, junk: [...junk, ...lie] }) };
}

/** The keyring of a member that lied, after its link: its old epochs, and those that the link brought. */
export function afterLying(before: Keyring, after: Keyring): Keyring {
  const { keys, seeds } = partsOf(after);
  return changedKeyring(before, { keys, gained: new Map(seeds) });
}
