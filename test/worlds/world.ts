// A world: one user's log with all its members, in the state of the real code, and the epochs that every player could compute.
// docs/spec.md sections 6, 7 and 11.

import type { Bytes } from "../../src/bytes/bytes.js";
import type { MemberId } from "../../src/bytes/ids.js";
import type { Runs } from "../../src/bytes/runs.js";
import type { Answers } from "../../src/client/model.js";
import type { TrackedContact } from "../../src/fingerprint/tracked-contact.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { openGrants } from "../../src/grants/open.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { epochKemPublicKey } from "../../src/keys/epoch-keys.js";
import { changedKeyring, type Keyring, newKeyring, ownKeys, partsOf } from "../../src/keys/keyring.js";
import { parseKeyring } from "../../src/keys/keyring-bytes.js";
import { MemberKeys } from "../../src/keys/member-keys.js";
import { decodeEntry, matchAttachments } from "../../src/log/entry.js";
import type { Pointer } from "../../src/log/fields.js";
import { type Epoch, escrowMember, type LinkRecord, type LogState, type Member } from "../../src/log/state.js";
import type { Draws } from "./draws.js";
import { bitOf, leak, learn, NAMES, type Name, type Published, type Secrets, withOwner } from "./knowledge.js";
import type { Organisation } from "./organisation.js";
import { kemToken, readTape, text } from "./primitives.js";

/**
 * Members of the user's log except escrow: devices A, B, C and backup key P of the owner, device T and backup key Q of a thief.
 */
export type Player = Exclude<Name, "Ann" | "Bob">;
export const OWN: readonly Player[] = ["A", "B", "C", "P"];
export const THIEVES: readonly Player[] = ["T", "Q"];

/** The owner of T: a thief, or the owner until it is stolen. */
export type Side = "thief" | "owner" | "stolen";

/** One reachable state. */
export interface World {
  readonly log: LogState;
  readonly entries: readonly Uint8Array[];
  /** All members that ever entered. */
  readonly ids: ReadonlyMap<Player, MemberId>;
  readonly secrets: Secrets;
  readonly organisation: Organisation;
  /** What a device remembers of its user's answers from the beginning: on A, that the escrow log is the organisation's. */
  readonly confirmed: ReadonlyMap<Player, Answers>;
  readonly t: Side;
  /** Whether admins announce acts in moves of their own, so that other moves can come in between. */
  readonly isAboutActs: boolean;
  /** Whether the thief also publishes keys of which only a part is right, and proofs are judged. */
  readonly isAboutSeeds: boolean;
  /** Seeds of epochs whose published keys they derive in part only, drawn by the thief. */
  readonly halves: ReadonlyMap<number, Uint8Array>;
  /** The head that a contact pinned, and the founders, without escrow, of the members that it then trusted. */
  readonly pinned: { readonly pin: TrackedContact; readonly founders: ReadonlyMap<Player, number> } | undefined;
  /** The owner's devices that lack the newest escrow log, and the log that they have instead. */
  readonly behind: ReadonlyMap<Player, LogState | undefined>;
  /** Reviews in escrow's name by an author who was no admin, or had not recorded exactly that before. */
  readonly rogue: ReadonlySet<number>;
  /** Epochs that a thief got from authors who were not misled: made while it was a member, or given by dishonest authors. */
  readonly rightful: number;
  /** Epochs that an honest member could compute if the server had delivered its grants. */
  readonly denied: ReadonlyMap<Player, number>;
  /** No member has granted junk, declared a lie, or withheld an epoch from escrow. */
  readonly clean: boolean;
  /** Epochs granted to escrow while Bob was an admin, or by dishonest authors. */
  readonly bobReach: number;
  /** Epochs that dishonest authors granted to an escrow member whose keys the thief has. */
  readonly thiefReach: number;
  /** Epochs ever granted to an escrow member, by a pointer to the organisation's log. */
  readonly annReach: number;
  /** Whether the pointer in force was not the newest when a dishonest author chose it. */
  readonly pointedByThief: boolean;
  /** The author of the newest link, whether it was honest, and whether `agenda` gave the step. */
  readonly last: { readonly by: string; readonly honest: boolean; readonly advised?: boolean | undefined };
}

/** The links that a move publishes. */
export interface Step {
  readonly by: string;
  readonly honest: boolean;
  readonly entry: Uint8Array;
  readonly log: LogState;
  readonly env: Draws;
  readonly enters?: Player;
  /** The author's keyring after its link, or the newcomer's own. */
  readonly keyring?: Keyring;
  /** A link before this one, in the same move. */
  readonly first?: Step;
  /** An entry that lost the race to this one. */
  readonly lost?: Pick<Step, "entry" | "log" | "env" | "by">;
  /** Whether the author lied or granted junk. */
  readonly foul?: boolean;
  /** Whether it was in escrow's name, and not as an admin had recorded it. */
  readonly rogue?: boolean;
  /** A step from `agenda`. */
  readonly advised?: boolean;
  /** The organisation, if something was recorded in its log first. */
  readonly organisation?: Organisation;
  /** What the server shows in place of the newest escrow log, if it changes that. */
  readonly behind?: World["behind"];
}

/** Keyrings of members, if they are at hand. */
export type Keyrings = ReadonlyMap<Player, Keyring>;

/** The world after a step. */
export function after(world: World, step: Step): World {
  return step.first ? afterOne(after(world, step.first), step) : afterOne(world, step);
}

function afterOne(world: World, step: Step): World {
  const { log } = step;
  const published = publishedOf(step, step.log);
  const { record } = published;
  let { secrets } = world;
  const ids = step.enters ? new Map(world.ids).set(step.enters, record.entered as MemberId) : world.ids;
  if (step.enters)
    secrets = withOwner(secrets, (log.active.get(record.entered as MemberId) as Member).kemKey, bitOf(step.enters));
  if (record.rekeyed) {
    secrets = withOwner(secrets, (log.active.get(record.rekeyed) as Member).kemKey, bitOf(step.by as Name));
  }
  if (step.lost) secrets = leak(secrets, publishedOf(step.lost, step.lost.log));
  secrets = learn(secrets, published);
  const gained = escrowGain(log, record, secrets);
  const organisation = step.organisation ?? world.organisation;
  const newest = organisation.ann.log.epochs.last() as Epoch;
  const pairOf = ({ signingKey, kemKey }: Pick<Pointer, "signingKey" | "kemKey">) => text(signingKey) + text(kemKey);
  const old = escrowMember(world.log)?.pointer;
  const isKept = old && record.pointer && pairOf(old) === pairOf(record.pointer);
  const isBad =
    record.pointer && !isKept
      ? !step.honest &&
        pairOf(record.pointer) !== pairOf({ signingKey: newest.signingKey as Bytes, kemKey: newest.kemKey })
      : undefined;
  const made = record.epoch === undefined ? 0 : 1 << record.epoch;
  // A device that lacks the newest escrow log cannot know which admin was removed from it.
  const isMisled = !step.honest || world.behind.has(step.by as Player);
  return {
    log,
    entries: [...world.entries, step.entry],
    ids,
    secrets,
    organisation,
    confirmed: world.confirmed,
    behind: step.behind ?? world.behind,
    isAboutActs: world.isAboutActs,
    isAboutSeeds: world.isAboutSeeds,
    halves:
      record.epoch !== undefined && world.isAboutSeeds ? halvesAfter(world, step, record.epoch, secrets) : world.halves,
    pinned: world.pinned,
    t: world.t,
    rogue: step.rogue ? new Set(world.rogue).add(record.seq) : world.rogue,
    rightful: world.rightful | rightfulGain({ ...world, log, ids, secrets }, step, made),
    denied: stillDenied(world.denied, secrets),
    clean: world.clean && !step.foul && !record.withheldFromEscrow,
    bobReach: world.bobReach | (organisation.stage === 0 || isMisled ? gained.bob : 0) | (step.by === "Bob" ? made : 0),
    thiefReach: world.thiefReach | (step.honest ? 0 : gained.thief) | (record.actor && step.by === "T" ? made : 0),
    annReach: world.annReach | gained.ann | (step.by === "Ann" ? made : 0),
    pointedByThief: isBad ?? world.pointedByThief,
    last: { by: step.by, honest: step.honest, advised: step.advised },
  };
}

function halvesAfter({ halves }: World, { log, env }: Step, epoch: number, { seeds }: Secrets): World["halves"] {
  const { kemKey: kem } = log.epochs.last() as Epoch;
  const isHalf = (drawn: Uint8Array) =>
    drawn.length === 32 && kemToken(epochKemPublicKey(drawn)) === kemToken(kem) && seeds[epoch] === undefined;
  const half = env.drawn.find(isHalf);
  return half ? new Map(halves).set(epoch, half) : halves;
}

/** Epochs that thieves get from a link without misleading anybody. */
function rightfulGain(world: Pick<World, "log" | "ids" | "secrets" | "t">, { honest }: Step, made: number): number {
  let gain = 0;
  for (const name of THIEVES) {
    const id = world.ids.get(name);
    if (id && made & maskOf(world.log.active.get(id)?.reach ?? [])) gain |= made;
    if (!honest || world.t === "owner") gain |= world.secrets.knows[NAMES.indexOf(name)] as number;
  }
  return gain;
}

function stillDenied(denied: World["denied"], { given }: Secrets): World["denied"] {
  if (denied.size === 0) return denied;
  const left = [...denied].map(([name, set]) => [name, set & ~(given[NAMES.indexOf(name)] as number)] as const);
  return new Map(left.filter(([, set]) => set !== 0));
}

function publishedOf({ entry, env, by }: Pick<Step, "entry" | "env" | "by">, log: LogState): Published {
  const { attachments } = decodeEntry(entry);
  const author = (NAMES as readonly string[]).includes(by) ? bitOf(by as Name) : 0;
  return {
    log,
    record: log.links.last() as LinkRecord,
    attachments,
    author,
    draws: env.drawn,
    derivations: readTape(),
  };
}

/** Epochs that a link granted to the escrow member, for the players that have the key. */
function escrowGain(
  log: LogState,
  { grants }: LinkRecord,
  { owners }: Secrets,
): Readonly<Record<"ann" | "bob" | "thief", number>> {
  const escrow = escrowMember(log);
  if (!escrow) return { ann: 0, bob: 0, thief: 0 };
  const given = grants.filter(({ boxes }) => boxes.some(({ member }) => member === escrow.id));
  const gained = given.reduce((set, { epochs }) => set | maskOf(epochs), 0);
  const has = (name: Name) => ((owners.get(kemToken(escrow.kemKey)) ?? 0) & bitOf(name) ? gained : 0);
  return { ann: has("Ann"), bob: has("Bob"), thief: has("T") };
}

/** All keyrings after a step: each opens its grants, by the real code. */
export function openedKeyrings(before: Keyrings, step: Step): Keyrings {
  const keyrings = step.first ? openedKeyrings(before, step.first) : before;
  const { attachments } = decodeEntry(step.entry);
  const { log } = step;
  const record = log.links.last() as LinkRecord;
  const delivered = matchAttachments(record.attachments, attachments);
  const all = new Map(keyrings);
  if (step.keyring && isPlayer(step.enters ?? step.by)) all.set((step.enters ?? step.by) as Player, step.keyring);
  for (const [name, keyring] of all) {
    // A removed member keeps its keyring: a thief goes on trying, and the owner may reclaim with it.
    if (log.active.has(keyring.member)) all.set(name, openGrants(log, record, delivered, keyring).keyring);
  }
  return all;
}

const isPlayer = (name: string): boolean => [...OWN, ...THIEVES].includes(name as Player);

/** A keyring that never got some of its epochs. */
export function without(keyring: Keyring, epochs: number): Keyring {
  const { seeds, member, junk } = partsOf(keyring);
  const seed = ownKeys(keyring).copySeed();
  const gained = new Map([...seeds].filter(([epoch]) => (epochs & (1 << epoch)) === 0));
  return changedKeyring(newKeyring(keyring.log, member, new MemberKeys(seed.bytes())), { gained, junk });
}

/** Copies that share no secrets, so that attempts with them can be dropped. */
export function copied(log: LogState, keyrings: Keyrings): Keyrings {
  const copy = (keyring: Keyring) => parseKeyring(unsafeSerializeKeyring({ log, keyring }));
  return new Map([...keyrings].map(([name, keyring]) => [name, copy(keyring)]));
}

export function sessionOf(world: World, keyrings: Keyrings, name: Player): MemberState {
  return { log: world.log, keyring: keyrings.get(name) as Keyring };
}

/** A set of epochs as bits. */
export function maskOf(runs: Runs): number {
  let mask = 0;
  for (const [from, to] of runs) mask |= (2 << to) - (1 << from);
  return mask;
}

export function runsOfMask(mask: number): Runs {
  const runs: [number, number][] = [];
  for (let epoch = 1; epoch < 31; epoch++) {
    if ((mask & (1 << epoch)) === 0) continue;
    const last = runs.at(-1);
    if (last?.[1] === epoch - 1) last[1] = epoch;
    else runs.push([epoch, epoch]);
  }
  return runs;
}

export function playerOf(world: World, id: string): Player | undefined {
  for (const [name, each] of world.ids) if (each === id) return name;
  return undefined;
}

/** An active player's member. */
export function activeOf(world: World, name: Player): Member | undefined {
  const id = world.ids.get(name);
  return id && world.log.active.get(id);
}

/** The members of those players that are active. */
export const idsOf = (world: World, names: readonly Player[]): MemberId[] =>
  names.flatMap((name) => activeOf(world, name)?.id ?? []);

/** Epochs that the newest link granted to another's member, so that the server can withhold them from it. */
export function deniable(world: World, name: Player): number {
  const isNews = world.last.by !== name && !world.denied.has(name) && activeOf(world, name);
  return isNews ? (world.secrets.given[NAMES.indexOf(name)] as number) : 0;
}

/** The newest escrow log, which honest devices have, except those that are behind. */
export function escrowLogOf({ organisation }: Pick<World, "organisation">): LogState {
  return organisation.ann.log;
}

/** Whether Bob was removed. */
export function stageOf({ organisation }: Pick<World, "organisation">): 0 | 1 {
  return organisation.stage;
}

/** A player's member, active or removed. */
export function everOf({ log, ids }: Pick<World, "log" | "ids">, name: Player): Member | undefined {
  const id = ids.get(name);
  return id && (log.active.get(id) ?? [...log.removed].find((gone) => gone.id === id));
}
