// Random hostile histories: a thief's devices write valid links that shatter the epochs that others hold and make the log long,
// while the owner's laptop does what it must. docs/spec.md sections 6 and 7 (GRT-1).

import { receive } from "../../src/authoring/receive.js";
import { writeLink } from "../../src/authoring/write-link.js";
import type { CborValue } from "../../src/bytes/cbor.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { hasEpoch, type Runs, runsOf } from "../../src/bytes/runs.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { epochSigningPublicKey } from "../../src/keys/epoch-keys.js";
import { changedKeyring, partsOf } from "../../src/keys/keyring.js";
import { attachmentDigest } from "../../src/log/entry.js";
import type { LinkTypeName } from "../../src/log/registry.js";
import { activeMember, currentEpoch, type LinkRecord, type LogState } from "../../src/log/state.js";
import type { Env } from "../../src/primitives/env.js";
import { createBackupKey, createLog, joinLog, leave, rotate } from "../support/accepted.js";
import { mutate, type RawBody, replaceBytes } from "../support/raw-link.js";
import { keysNamed, seedNamed } from "../support/world.js";

/** The end of a hostile history. */
export interface HostileLog {
  readonly log: LogState;
  readonly entries: readonly Uint8Array[];
  /** The owner's laptop, the first device, after it received everything. */
  readonly laptop: MemberState;
  /** Text of the owner's backup key, made before the thief came. */
  readonly paper: string;
  readonly thief: MemberId;
}

/** A history of about `links` links. The same seed of `env` gives the same one. */
export function hostileLog(links: number, env: Env): HostileLog {
  const first = createLog({ subject: "sizes@example.org", device: { name: "Laptop" } }, env);
  const made = createBackupKey(first, {}, env);
  const paper = made.paper.reveal(made.log);
  const entered = joinLog(made.log, { device: { name: "Thief" } }, env);
  const history = new History(made, entered, [first.entry, made.entry]);
  history.take(entered.entry);
  while (history.length < links) history.step(env);
  return { ...history.end(), paper, thief: entered.keyring.member };
}

class History {
  readonly entries: Uint8Array[];
  laptop: MemberState;
  thief: MemberState;
  #moves = 0;

  constructor(laptop: MemberState, thief: MemberState, entries: Uint8Array[]) {
    this.laptop = { log: laptop.log, keyring: laptop.keyring };
    this.thief = { log: thief.log, keyring: thief.keyring };
    this.entries = entries;
  }

  get length(): number {
    return this.entries.length;
  }

  end() {
    return { log: this.laptop.log, entries: this.entries, laptop: this.laptop };
  }

  take(entry: Uint8Array): void {
    this.laptop = receive(this.laptop, entry, { now: "unchecked" });
    if (this.thief.log.head.seq < this.laptop.log.head.seq) {
      this.thief = receive(this.thief, entry, { now: "unchecked" });
    }
    this.entries.push(entry);
  }

  /** One hostile link, and the link that the laptop must then write. */
  step(env: Env): void {
    const move = (env.random(1)[0] as number) % 8;
    this.#moves++;
    if (move < 4) this.rotate(env, this.#moves % 2 === 0);
    else if (move < 6) this.forget(env);
    else if (move === 6) this.pass(env);
    else this.point(env);
    if (!hasEpoch(runsOf(partsOf(this.laptop.keyring).seeds.keys()), currentEpoch(this.laptop.log))) {
      this.take(rotate(this.laptop, env).entry);
    }
  }

  /** A rotation that is junk for everybody else, or good. */
  rotate(env: Env, isJunk: boolean): void {
    const written = this.write("rotate", {}, env);
    this.take(isJunk ? this.spoil(written) : written);
  }

  /** The thief shatters its own epochs, so that others owe it ever more runs. */
  forget(env: Env): void {
    const held = activeMember(this.thief.log, this.thief.keyring.member).held;
    const current = currentEpoch(this.thief.log);
    const missing: Runs = held.flatMap(([from, to]) => (from < to && from !== current ? [[from, from] as const] : []));
    this.take(this.write("rotate", missing.length > 0 ? { missing: missing.slice(-200) } : {}, env));
  }

  /** Another device of the thief joins and leaves: it stays in the log for ever. */
  pass(env: Env): void {
    const entered = joinLog(this.laptop.log, { device: { name: "Another" }, withholdFromEscrow: true }, env);
    this.take(entered.entry);
    this.take(leave(entered, env).entry);
  }

  /** Escrow with keys of the thief's own, replaced by other keys again and again. */
  point(env: Env): void {
    const keys = keysNamed(`escrow ${this.#moves}`);
    const escrow = {
      ...{ log: this.laptop.log.head.log, seq: this.#moves + 1, hash: this.laptop.log.head.hash, epoch: 1 },
      ...{ signingKey: epochSigningPublicKey(seedNamed(`escrow ${this.#moves}`)), kemKey: keys.publicKeys.kem },
    };
    const isEnrolled = [...this.thief.log.active.values()].some(({ kind }) => kind === "escrow");
    this.take(this.write(isEnrolled ? "renew-escrow" : "enroll", { escrow }, env));
  }

  /** Links of a thief's software, which follows only the rules of the log. */
  write(type: LinkTypeName, fields: Readonly<Record<string, unknown>>, env: Env): Uint8Array {
    const { log } = this.thief;
    const { keys } = partsOf(this.thief.keyring);
    const draft = { before: log, type, fields: { author: keys.signingKey, ...fields }, signers: [keys] };
    const written = writeLink({ ...draft, keyring: this.thief.keyring, guard: "not-a-users-device" }, env);
    this.thief = { log, keyring: changedKeyring(this.thief.keyring, { gained: written.newEpoch }) };
    return written.entry;
  }

  /** The same entry with a box of junk for everybody else. */
  spoil(entry: Uint8Array): Uint8Array {
    const { keys, member } = partsOf(this.thief.keyring);
    const record = receive(this.thief, entry, { now: "unchecked" }).log.links.last() as LinkRecord;
    const junk = new Map<Uint8Array, Uint8Array>();
    for (const { boxes } of record.grants) {
      for (const box of boxes) if (box.member !== member) junk.set(box.digest, Uint8Array.of(junk.size, 1));
    }
    const places = record.attachments.map((digest) => junk.get(digest));
    return mutate(entry, {
      body: (body: RawBody) => {
        for (const [digest, bytes] of junk)
          replaceBytes(body, digest, attachmentDigest(bytes) as CborValue & Uint8Array);
      },
      signers: [keys],
      attachments: (attachments) => attachments.map((bytes, index) => places[index] ?? bytes),
    });
  }
}
