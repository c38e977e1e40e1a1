// Small worlds for tests: one log, the members of a story by name, and every entry so far. A world is immutable: each step
// gives the next one, so that tests share a beginning and branch from it.

import { openingOf } from "../../src/authoring/device-description.js";
import { newMember, prepareDevice, provisionDevice } from "../../src/authoring/enter.js";
import { openKeyring } from "../../src/authoring/receive.js";
import { writeLink } from "../../src/authoring/write-link.js";
import { equalBytes } from "../../src/bytes/bytes.js";
import type { MemberId } from "../../src/bytes/ids.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { openGrants } from "../../src/grants/open.js";
import { type Keyring, partsOf } from "../../src/keys/keyring.js";
import { MemberKeys } from "../../src/keys/member-keys.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import { decodeEntry } from "../../src/log/entry.js";
import type { Pointer } from "../../src/log/fields.js";
import type { LinkRecord, LogState, Member } from "../../src/log/state.js";
import { appendEntry, appendUnverified, verifyLog } from "../../src/log/verify.js";
import type { Env } from "../../src/primitives/env.js";
import {
  type Authored,
  acceptProvisioning,
  createLog,
  expel,
  joinLog,
  leave,
  rekey,
  rename,
  review,
  rotate,
  setLockdown,
} from "./accepted.js";
import { type RawSigner, signerOf } from "./raw-link.js";
import { seededEnv } from "./seeded-env.js";

/** The subject of every world, by default. */
export const ALICE = "alice@example.org";

const START = 1_700_000_000_000;
const MINUTE = 60_000;

/** A seed of a name: the same in every test, different for every name. */
export function seedNamed(name: string): Uint8Array {
  return seededEnv(`seed of ${name}`).random(32);
}

/** Member keys of a name, from {@link seedNamed}. */
export function keysNamed(name: string): MemberKeys {
  return new MemberKeys(seedNamed(name));
}

/** The public keys of `keys`, for a pointer to an epoch that does not exist. */
export function pointerKeys({ publicKeys }: MemberKeys): Pick<Pointer, "signingKey" | "kemKey"> {
  return { signingKey: publicKeys.sign, kemKey: publicKeys.kem };
}

/** The keys of the service's operator. */
export const OPERATOR = new OperatorKeys(seedNamed("the operator"));

/** How a world begins. */
export interface WorldOptions {
  readonly subject?: string;
  readonly operator?: boolean;
  /** Name of the first device. */
  readonly first?: string;
}

/** Names of the active members of a world whose sessions are at hand: devices and backup keys, no escrow. */
export function activeNames({ log, sessions }: World): readonly string[] {
  return [...sessions].filter(([, { keyring }]) => log.active.has(keyring.member)).map(([name]) => name);
}

/** The same without one of them. */
export function otherNames(world: World, by: string): readonly string[] {
  return activeNames(world).filter((name) => name !== by);
}

/** A world of one device; default `Laptop`. The same seed and options give the same bytes. */
export function openWorld(seed: string, options: WorldOptions = {}): World {
  const { subject = ALICE, operator = false, first = "Laptop" } = options;
  const device = { name: first };
  const made = createLog(
    { subject, device, operator: operator ? OPERATOR.signingKey : undefined },
    seededEnv(seed, START),
  );
  return new World(seed, made.log, new Map([[first, { log: made.log, keyring: made.keyring }]]), [made.entry]);
}

/** One log with all its members, including removed ones, which keep their keyrings. */
export class World {
  readonly seed: string;
  readonly log: LogState;
  readonly sessions: ReadonlyMap<string, MemberState>;
  readonly entries: readonly Uint8Array[];

  constructor(seed: string, log: LogState, sessions: ReadonlyMap<string, MemberState>, entries: readonly Uint8Array[]) {
    this.seed = seed;
    this.log = log;
    this.sessions = sessions;
    this.entries = entries;
  }

  /** Randomness and time for the next step, a minute after the last. They depend only on the history and the step. */
  env(step: string): Env {
    return seededEnv(`${this.seed} ${this.log.head.hash} ${step}`, START + this.entries.length * MINUTE);
  }

  session(name: string): MemberState {
    const session = this.sessions.get(name);
    if (!session) throw new Error(`this world has no ${name}`);
    return session;
  }

  id(name: string): MemberId {
    return this.session(name).keyring.member;
  }

  ids(...names: readonly string[]): readonly MemberId[] {
    return names.map((name) => this.id(name));
  }

  signer(name: string): RawSigner {
    return signerOf(this.session(name));
  }

  /** The member with these signing keys, if this world knows it. */
  signersOf(keys: readonly Uint8Array[]): readonly RawSigner[] {
    const known: readonly RawSigner[] = [...[...this.sessions.keys()].map((name) => this.signer(name)), OPERATOR];
    return keys.flatMap((key) => known.find(({ signingKey: sign }) => equalBytes(sign, key)) ?? []);
  }

  /** The state after each link. */
  states(): readonly LogState[] {
    const states = [verifyLog(this.entries.slice(0, 1), { subject: this.log.subject, now: "unchecked" })];
    for (const entry of this.entries.slice(1))
      states.push(appendEntry(states.at(-1) as LogState, entry, { now: "unchecked" }));
    return states;
  }

  /** The member, active or removed. */
  member(name: string): Member {
    const id = this.id(name);
    const member = this.log.active.get(id) ?? [...this.log.removed].find((gone) => gone.id === id);
    if (!member) throw new Error(`${name} never entered this log`);
    return member;
  }

  /** The newest entry. */
  get last(): Uint8Array {
    return this.entries.at(-1) as Uint8Array;
  }

  /** Every link without its attachments. */
  links(): readonly Uint8Array[] {
    return [...this.log.links].map(({ bytes }) => bytes);
  }

  /** The effect of the newest link. */
  get record(): LinkRecord {
    return this.log.links.last() as LinkRecord;
  }

  /** All members receive an entry, by any author. It is verified once for all: they would all get the same result. */
  append(entry: Uint8Array): World {
    const unverified = decodeEntry(entry);
    const { log, record, delivered } = appendUnverified(this.log, unverified, { now: "unchecked" });
    const received = ({ keyring }: MemberState) => openGrants(log, record, delivered, keyring).keyring;
    const sessions = new Map([...this.sessions].map(([name, session]) => [name, { log, keyring: received(session) }]));
    return new World(this.seed, log, sessions, [...this.entries, entry]);
  }

  /** A member writes a link and all receive it. */
  act(name: string, step: string, action: (session: MemberState, env: Env) => Authored): World {
    const { keyring, entry } = action(this.session(name), this.env(`${name} ${step}`));
    return this.append(entry).with(name, keyring);
  }

  /** This world with another keyring for a name. */
  with(name: string, keyring: Keyring): World {
    const sessions = new Map([...this.sessions, [name, { log: this.log, keyring }]]);
    return new World(this.seed, this.log, sessions, this.entries);
  }

  join(name: string): World {
    const { keyring, entry } = joinLog(this.log, { device: { name } }, this.env(`${name} joins`));
    return this.append(entry).with(name, keyring);
  }

  /** A device is provisioned face to face by another. */
  enroll(by: string, name: string): World {
    const env = this.env(`${by} enrolls ${name}`);
    const prepared = prepareDevice(this.log, { device: { name } }, env);
    const offer = provisionDevice(this.session(by), prepared.request, env);
    const { keyring, entry } = acceptProvisioning(this.log, offer, prepared, { now: "unchecked" });
    return this.append(entry).with(name, keyring);
  }

  /** A member makes a backup key, whose keys are those of its name. */
  backup(by: string, name: string): World {
    const env = this.env(`${by} makes ${name}`);
    const { log, keyring } = this.session(by);
    const own = partsOf(keyring).keys;
    const opening = openingOf({ name }, env);
    const fields = { author: own.signingKey, member: newMember("backup", keysNamed(name), opening) };
    const signers = [own, keysNamed(name)];
    const next = this.append(
      writeLink({ before: log, type: "enroll", fields, keyring, signers, opening, guard: {} }, env).entry,
    );
    return next.with(name, openKeyring(next.log, next.entries, seedNamed(name)).keyring);
  }

  review(
    by: string,
    { approve = [], remove = [] }: { approve?: readonly string[]; remove?: readonly string[] },
  ): World {
    const lists = { approve: this.ids(...approve), remove: this.ids(...remove) };
    return this.act(by, `reviews ${approve} ${remove}`, (session, env) => review(session, lists, env));
  }

  rotate(by: string): World {
    return this.act(by, "rotates", rotate);
  }

  rekey(by: string): World {
    return this.act(by, "rekeys", rekey);
  }

  leave(by: string): World {
    return this.act(by, "leaves", leave);
  }

  rename(by: string, name: string, member: string = by): World {
    return this.act(by, `renames ${member}`, (session, env) => rename(session, { name, member: this.id(member) }, env));
  }

  lockdown(by: string, on: boolean, remove: readonly string[] = []): World {
    const options = { on, remove: this.ids(...remove) };
    return this.act(by, `lockdown ${on} ${remove}`, (session, env) => setLockdown(session, options, env));
  }

  expel(...names: readonly string[]): World {
    return this.append(expel(this.log, { remove: this.ids(...names) }, OPERATOR, this.env(`expel ${names}`)).entry);
  }
}
