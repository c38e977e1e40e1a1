// Lies about the escrow log to the users of an organisation: an old log replayed, withheld entries, another log, and the fork of a
// dismissed admin, who goes on writing as if nobody had removed them. What users' devices verified of it, they keep; what they point at
// is in it.

import { resume } from "../../src/authoring/receive.js";
import { rename, review } from "../../src/authoring/verbs.js";
import type { Model } from "../../src/client/model.js";
import { currentEpoch, findMember, isConfirmed, type LinkRecord } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import type { Device, Tab } from "./device.js";
import type { Dice } from "./dice.js";
import { escrowSubjectIn, hashesOf, pendingOf } from "./image.js";
import type { Judge } from "./judge.js";
import { Liar } from "./liar.js";
import type { Service } from "./service.js";

const LIES = ["roll back", "hold back", "drop", "corrupt", "reorder", "duplicate", "fork", "replace"];

/** What these lies need of their world. */
export interface EscrowLiesWorld {
  readonly dice: Dice;
  readonly judge: Judge;
  /** Of the escrow log. */
  readonly service: Service;
  /** Users' devices; a copy is one more. */
  readonly users: readonly Device[];
  /** What an admin's device would have after a restart. */
  reloaded(device: Device): Promise<Model | undefined>;
  readonly admins: readonly Device[];
}

/** Lies about the escrow log, and what must hold in spite of them. */
export class EscrowLies {
  readonly #world: EscrowLiesWorld;
  readonly #liar: Liar;
  /** Devices that were shown another history of the escrow log. */
  readonly #deceived = new Set<Device>();
  /** Hashes of the escrow log that each disk has verified. */
  readonly #verified = new Map<Device, readonly string[]>();
  /** The escrow epoch that was newest on the disk of the author of each link of users, by hash. */
  readonly #known = new Map<string, number>();
  readonly counts = { dismissedForks: 0, escrowAlarms: 0 };

  constructor(world: EscrowLiesWorld) {
    this.#world = world;
    const { dice, judge, service, users } = world;
    const deceives = (device: Device) => void this.#deceived.add(device);
    const told = { note: judge.note.bind(judge), deceives, starves: () => undefined };
    this.#liar = new Liar(dice.split(), told, service, users, LIES);
  }

  get told(): number {
    return this.#liar.told + this.counts.dismissedForks;
  }

  /** One more lie; that of a dismissed admin, where there is one. */
  async tell(): Promise<void> {
    const { dice, admins, service } = this.#world;
    for (const admin of dice.permille(700) ? admins : []) {
      const keyring = (await this.#world.reloaded(admin))?.keyring;
      const removed = keyring && service.log && findMember(service.log, keyring.member)?.removed;
      if (!removed) continue;
      this.#forkOf(keyring, removed.seq);
      return;
    }
    this.#liar.tell();
  }

  /** A dismissed admin goes on from the last link before the removal: removes the others, and makes an epoch that only they know. */
  #forkOf(keyring: Parameters<typeof resume>[2], removedAt: number): void {
    const { dice, judge, service, users } = this.#world;
    const entries = service.entries.slice(0, removedAt - 1);
    const log = verifyLog(entries, { subject: service.subject, now: "unchecked" });
    const state = resume(log, entries, keyring);
    // Whose clock is the log's: an honest device with a clock ahead may have dated it.
    const env = { random: (length: number) => dice.bytes(length), now: () => log.time };
    const { member } = keyring;
    const admin = log.active.get(member);
    const remove = [...log.active.keys()].filter((id) => id !== member);
    // One whom nobody had approved writes nothing.
    if (!admin || !isConfirmed(log, admin)) {
      this.#liar.tell();
      return;
    }
    const { entry } = remove.length > 0 ? review(state, { remove }, env) : rename(state, { member, name: "I" }, env);
    const victims = [...new Set([dice.of(users), dice.of(users)])].filter((device) => device !== undefined);
    judge.note(`a dismissed admin's fork is shown to ${victims.map(({ name }) => name).join(" and ")}`);
    for (const victim of victims) this.#deceived.add(victim);
    this.counts.dismissedForks++;
    this.#liar.opened(
      service.fork(
        removedAt - 1,
        victims.map(({ name }) => name),
        [entry],
      ),
    );
  }

  regret(): void {
    this.#liar.regret();
  }

  repent(): void {
    this.#liar.repent();
  }

  /**
   * A user's disk after a commit: no verified link of the escrow log is ever gone, or another one. Only a tab whose app names another
   * organisation, or none, forgets the log.
   */
  committed(device: Device, { escrowSubject }: Tab): void {
    const { judge, service } = this.#world;
    const { image } = device.disk;
    const before = this.#verified.get(device) ?? [];
    const hashes = this.#hashesOn(device);
    this.#verified.set(device, hashes);
    if (escrowSubject !== service.subject && hashes.length === 0) return;
    const at = before.findIndex((hash, index) => hashes[index] !== hash);
    if (at >= 0)
      judge.fail(`${device.name} had verified link ${at + 1} of the escrow log, and has another or none now`);
    const truth = service.log;
    const isTrue = truth?.links.at(hashes.length - 1)?.hash === hashes.at(-1);
    if (hashes.length > 0 && !isTrue && !this.#deceived.has(device))
      judge.fail(`${device.name} verified a link of the escrow log that was never there`);
    const pending = pendingOf(image);
    if (pending && truth && isTrue && !this.#known.has(pending.hash))
      this.#known.set(pending.hash, [...truth.epochs].filter(({ seq }) => seq <= hashes.length).length);
  }

  #hashesOn({ disk: { image } }: Device): readonly string[] {
    return escrowSubjectIn(image) === this.#world.service.subject ? hashesOf(image, "escrow") : [];
  }

  /** The disk of a device was cleared, put back or copied. */
  beginsAnew(device: Device, original = device): void {
    this.#verified.set(device, this.#hashesOn(device));
    if (this.#deceived.has(original)) this.#deceived.add(device);
  }

  /** A new link of the user's log: what it points at stands in the escrow log, and is the newest that its author knew. */
  judgePointer({ hash, seq, pointer }: LinkRecord): void {
    const { judge, service } = this.#world;
    if (!pointer) return;
    const isTrue = service.log?.links.at(pointer.seq - 1)?.hash === pointer.hash;
    if (!isTrue && !this.hasDeceived) judge.fail(`link ${seq} of the user points at no link of the escrow log`);
    const known = this.#known.get(hash);
    if (known !== undefined && pointer.epoch < known)
      judge.fail(`link ${seq} of the user points at escrow's epoch ${pointer.epoch}, and its author knew ${known}`);
  }

  /** Whether somebody was shown another history. */
  get hasDeceived(): boolean {
    return this.#deceived.size > 0;
  }

  /** Whether what was granted to this pointer was granted to the organisation. */
  isTrue({ pointer }: { readonly pointer: { readonly seq: number; readonly hash: string } | undefined }): boolean {
    return pointer === undefined || this.#world.service.log?.links.at(pointer.seq - 1)?.hash === pointer.hash;
  }

  /** At the end: all have the newest escrow log, or an alarm about another one; and no alarm about an honest service. */
  judgeAtRest(device: Device, { escrow, alarms }: Model): void {
    const { judge, service } = this.#world;
    const truth = service.log;
    if (escrow?.log.subject !== service.subject || !truth) return;
    const { seq, hash } = escrow.log.head;
    const isTrue = truth.links.at(seq - 1)?.hash === hash;
    if (isTrue && alarms.escrow) judge.fail(`${device.name} has an alarm about an honest escrow log`);
    if (isTrue && (seq !== truth.head.seq || currentEpoch(escrow.log) !== currentEpoch(truth)))
      judge.fail(`${device.name} is at link ${seq} of the escrow log, the service at ${truth.head.seq}`);
    if (isTrue) return;
    if (alarms.escrow) this.counts.escrowAlarms++;
    else judge.fail(`${device.name} was shown another escrow log, and raises no alarm`);
  }
}
