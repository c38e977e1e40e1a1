// A small world for coverage tests: one log, and the keyrings of all its members, including dishonest authors (docs/spec.md
// sections 6 to 8).

import { openingOf } from "../../../src/authoring/device-description.js";
import { drawKeys, newMember } from "../../../src/authoring/enter.js";
import { writeLink } from "../../../src/authoring/write-link.js";
import type { MemberId } from "../../../src/bytes/ids.js";
import type { Runs } from "../../../src/bytes/runs.js";
import type { MemberState } from "../../../src/grants/member-state.js";
import { openGrants } from "../../../src/grants/open.js";
import { type Keyring, newKeyring, partsOf } from "../../../src/keys/keyring.js";
import { memberIdOf } from "../../../src/keys/member-keys.js";
import { OperatorKeys } from "../../../src/keys/operator-keys.js";
import { decodeEntry, matchAttachments } from "../../../src/log/entry.js";
import type { NewMember } from "../../../src/log/fields.js";
import type { LinkRecord, LogState, Member } from "../../../src/log/state.js";
import { appendEntry } from "../../../src/log/verify.js";
import type { Env } from "../../../src/primitives/env.js";
import {
  type Authored,
  createLog,
  expel,
  joinLog,
  reclaim,
  regrant,
  review,
  setLockdown,
} from "../../support/accepted.js";
import { type RawSigner, withAttachment } from "../../support/raw-link.js";
import { seededEnv } from "../../support/seeded-env.js";

/** Recipients whose boxes of a link are junk; `everybody` for a junk keyring ciphertext. */
export type Junk = readonly string[] | "everybody";

/** An action of a member on its state. */
export type Action = (session: MemberState, env: Env) => Authored;

/** One log with all members' keyrings, by the names of the devices. */
export class World {
  log: LogState;
  readonly entries: Uint8Array[];
  readonly env: Env;
  readonly #operator: OperatorKeys;
  readonly #keyrings = new Map<string, { keyring: Keyring; opened: number }>();
  #now = Date.UTC(2026, 0, 1, 12);

  /** Opens a log with the device `Laptop`, on 1 January 2026. */
  constructor(seed = "world") {
    const { random } = seededEnv(seed);
    this.env = { random, now: () => this.#now };
    this.#operator = new OperatorKeys(random(32));
    const options = { subject: "alice@example.org", device: { name: "Laptop" }, operator: this.#operator.signingKey };
    const { log, keyring, entry } = createLog(options, this.env);
    this.log = log;
    this.entries = [entry];
    this.#keyrings.set("Laptop", { keyring, opened: 1 });
  }

  /** Sets the clock to noon of a day, `2026-03-05`. */
  on(day: string): this {
    this.#now = Date.parse(`${day}T12:00:00Z`);
    return this;
  }

  get now(): number {
    return this.#now;
  }

  get names(): readonly string[] {
    return [...this.#keyrings.keys()];
  }

  session(name: string): MemberState {
    const known = this.#keyrings.get(name) as { keyring: Keyring; opened: number };
    // Opened on demand: most tests never use most members' keyrings.
    for (; known.opened < this.entries.length; known.opened++) {
      const { attachments } = decodeEntry(this.entries[known.opened] as Uint8Array);
      const record = this.log.links.at(known.opened) as LinkRecord;
      known.keyring = openGrants(
        this.log,
        record,
        matchAttachments(record.attachments, attachments),
        known.keyring,
      ).keyring;
    }
    return { log: this.log, keyring: known.keyring };
  }

  id(name: string): MemberId {
    return (this.#keyrings.get(name) as { keyring: Keyring }).keyring.member;
  }

  member(name: string): Member {
    return this.log.active.get(this.id(name)) as Member;
  }

  /** The last link. */
  get last(): LinkRecord {
    return this.log.links.last() as LinkRecord;
  }

  /** A device joins by itself. */
  join(name: string, { called = name, junk }: { readonly called?: string; readonly junk?: Junk } = {}): this {
    const authored = joinLog(this.log, { device: { name: called } }, this.env);
    this.#publish(name, authored, [partsOf(authored.keyring).keys], junk);
    return this;
  }

  /** A member adds a backup key, or a device face to face. */
  enroll(
    by: string,
    name: string,
    { kind = "backup" as NewMember["kind"], junk }: { readonly kind?: NewMember["kind"]; readonly junk?: Junk } = {},
  ): this {
    const { log, keyring } = this.session(by);
    const own = partsOf(keyring).keys;
    const keys = drawKeys(this.env);
    const opening = openingOf({ name }, this.env);
    const member = newMember(kind, keys, opening);
    const signers = [own, keys];
    const fields = { author: own.signingKey, member };
    const written = writeLink({ before: log, type: "enroll", fields, keyring, signers, opening, guard: {} }, this.env);
    this.#keyrings.set(name, {
      keyring: newKeyring(log.head.log, memberIdOf(member), keys),
      opened: this.entries.length,
    });
    this.#publish(by, { ...written, keyring }, signers, junk);
    return this;
  }

  /** A member does an action. `signers` defaults to its own keys. */
  act(by: string, action: Action, junk?: Junk): this {
    const session = this.session(by);
    const authored = action(session, this.env);
    const own = [partsOf(session.keyring).keys, partsOf(authored.keyring).keys];
    this.#publish(by, authored, own.slice(0, decodeEntry(authored.entry).link.signatures.length), junk);
    return this;
  }

  /** A member approves and removes others, by name. */
  review(
    by: string,
    names: { readonly approve?: readonly string[]; readonly remove?: readonly string[] },
    junk?: Junk,
  ): this {
    const { approve = [], remove = [] } = names;
    const ids = { approve: approve.map((name) => this.id(name)), remove: remove.map((name) => this.id(name)) };
    return this.act(by, (session, env) => review(session, ids, env), junk);
  }

  /** A member grants another one epochs again. */
  regrant(by: string, name: string, runs: Runs, junk?: Junk): this {
    return this.act(by, (session, env) => regrant(session, [{ member: this.id(name), epochs: runs }], env), junk);
  }

  /** A member that can open an epoch claims in a rotation that it cannot. */
  lie(by: string, epoch: number): this {
    return this.act(by, ({ log, keyring }, env) => {
      const { keys } = partsOf(keyring);
      const fields = { author: keys.signingKey, missing: [[epoch, epoch]] };
      return {
        ...writeLink({ before: log, type: "rotate", fields, keyring, signers: [keys], guard: {} }, env),
        keyring,
      };
    });
  }

  /** A member takes over the epochs of a removed one, with the removed member's keys (MEM-10). */
  reclaim(by: string, from: string, runs: Runs): this {
    const { keyring } = this.session(from);
    return this.act(by, (session, env) => reclaim(session, { from: keyring, epochs: runs }, env));
  }

  /** A member switches lockdown on. */
  lockdown(by: string): this {
    return this.act(by, (session, env) => setLockdown(session, { on: true }, env));
  }

  /** The service removes members. */
  expel(...names: readonly string[]): this {
    const remove = names.map((name) => this.id(name));
    const { entry, log } = expel(this.log, { remove }, this.#operator, this.env);
    this.#append(entry, log);
    return this;
  }

  #publish(by: string, authored: Authored, signers: readonly RawSigner[], junk?: Junk): void {
    const record = authored.log.links.last() as LinkRecord;
    const spoiled = junk ? this.#indexesOf(record, junk) : [];
    const entry = spoiled.reduce((entry, index) => {
      const { length } = decodeEntry(entry).attachments[index] as Uint8Array;
      return withAttachment(entry, index, this.env.random(length), signers);
    }, authored.entry);
    this.#append(entry, entry === authored.entry ? authored.log : appendEntry(this.log, entry, { now: "unchecked" }));
    // Its own entry is also opened when it is next used: a liar has not kept the secrets that it made.
    this.#keyrings.set(by, { keyring: authored.keyring, opened: this.entries.length - 1 });
  }

  #append(entry: Uint8Array, after: LogState): void {
    this.log = after;
    this.entries.push(entry);
  }

  #indexesOf(record: LinkRecord, junk: Junk): readonly number[] {
    const digests = record.grants.flatMap(({ keyring, boxes }) => {
      if (junk === "everybody") return [keyring];
      return boxes.filter(({ member }) => junk.some((name) => this.id(name) === member)).map(({ digest }) => digest);
    });
    return digests.map((digest) => record.attachments.indexOf(digest));
  }
}
