// The organisations of a simulated world: none, one, or two between which the app moves the user. Which one a user belongs to is the
// app's answer when it opens a tab. What is sealed after the user has left is for none of the old organisation's admins.

import { present } from "../../src/bytes/present.js";
import type { Model } from "../../src/client/model.js";
import { actors } from "../../src/coverage/capabilities.js";
import { standing } from "../../src/grants/standing.js";
import type { Pointer } from "../../src/log/fields.js";
import { currentEpoch, escrowMember, type LogState } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import type { Transport } from "../../src/transport/transport.js";
import type { Device, Tab } from "./device.js";
import type { Dice } from "./dice.js";
import { pendingOf } from "./image.js";
import { Organisation, type OrganisationWorld } from "./organisation.js";
import { type Service, transportOver } from "./service.js";

/** Their subjects. */
const FIRST = "b7d1-organisation";
const SECOND = "29ce-organisation";

/** What they need of their world. */
export interface OrganisationsWorld extends Omit<OrganisationWorld, "dice" | "subject" | "admins"> {
  /** Whether there is one at all. */
  readonly hasAny: boolean;
  /** Whether the app moves the user. */
  readonly hasMoves: boolean;
  /** Of a world that has any. */
  readonly dice: () => Dice;
}

/** The organisations of one world. */
export class Organisations {
  readonly #world: OrganisationsWorld;
  readonly #all: readonly Organisation[];
  readonly #dice: Dice | undefined;
  /** The user's log, link by link. */
  #walk: LogState | undefined;
  /** The app's answer with which each link of users was written, by hash. */
  readonly #answered = new Map<string, string | undefined>();
  /** The organisation that was enrolled last. */
  #last: Organisation | undefined;
  /** The organisation that the app names now. */
  subject: string | undefined;
  /** How often the app answered otherwise; removals of an escrow that it does not name; users who came to another organisation. */
  readonly counts = { moves: 0, departures: 0, arrivals: 0 };

  constructor(world: OrganisationsWorld) {
    this.#world = world;
    this.#dice = world.hasAny ? world.dice() : undefined;
    const found = (subject: string, admins: readonly string[]) =>
      new Organisation({ ...world, dice: present(this.#dice), subject, admins });
    const some = (...admins: readonly string[]) => admins.slice(0, 1 + present(this.#dice).below(2));
    if (world.hasMoves) this.#all = [found(FIRST, some("Ann", "Bea")), found(SECOND, some("Cem", "Dan"))];
    else this.#all = world.hasAny ? [found(FIRST, ["Ann", "Bea"])] : [];
    this.subject = world.hasAny ? FIRST : undefined;
    if (world.hasMoves && this.#dice?.permille(250)) this.subject = undefined;
  }

  get hasAny(): boolean {
    return this.#all.length > 0;
  }

  /** Whether the app moves the user. */
  get hasMoves(): boolean {
    return this.#world.hasMoves;
  }

  /** From now on the app names another organisation when it opens a tab, or none. */
  move(): void {
    const others = [FIRST, SECOND, FIRST, SECOND, undefined].filter((subject) => subject !== this.subject);
    this.subject = this.#dice?.of(others);
    this.counts.moves++;
    this.#world.judge.note(`the app names ${this.subject ?? "no organisation"}`);
  }

  get devices(): readonly Device[] {
    return this.#all.flatMap(({ devices }) => devices);
  }

  get services(): readonly Service[] {
    return this.#all.map(({ service }) => service);
  }

  /** A transport to all logs. */
  over(...of: Parameters<Service["transportOf"]>): Transport {
    const { service } = this.#world;
    return this.hasAny ? transportOver([...this.services, service], ...of) : service.transportOf(...of);
  }

  /** What stands on the page of an organisation; undefined before its escrow works. */
  published(subject: string | undefined): string | undefined {
    return this.#all.find((each) => each.subject === subject)?.published;
  }

  /** Whether escrow works in all of them. */
  get areReady(): boolean {
    return this.#all.every(({ published }) => published !== undefined);
  }

  #of(device: Device): Organisation | undefined {
    return this.#all.find(({ devices }) => devices.includes(device));
  }

  act(tab: Tab): void {
    this.#of(tab.device)?.act(tab);
  }

  async opens(device: Device): Promise<void> {
    await this.#of(device)?.opens(device);
  }

  async tell(): Promise<void> {
    await this.#one?.tell();
  }

  regret(): void {
    this.#one?.regret();
  }

  repent(): void {
    for (const each of this.#all) each.repent();
  }

  get #one(): Organisation | undefined {
    return this.#all.length > 1 ? this.#dice?.of(this.#all) : this.#all[0];
  }

  get failure(): string | undefined {
    return this.#all.map(({ failure }) => failure).find((failure) => failure !== undefined);
  }

  get lies(): number {
    return this.#sum(({ lies }) => lies);
  }

  get datedAnew(): number {
    return this.#sum(({ datedAnew }) => datedAnew);
  }

  #sum(of: (organisation: Organisation) => number): number {
    return this.#all.reduce((sum, each) => sum + of(each), 0);
  }

  /** What their admins did, and what users were shown of them. */
  get sums() {
    return {
      organisations: this.hasAny ? 1 : 0,
      ...this.counts,
      recoveries: this.#sum(({ counts }) => counts.recoveries),
      discoveries: this.#sum(({ counts }) => counts.discoveries),
      renewals: this.#sum(({ counts }) => counts.renewals),
      removedAdmins: this.#sum(({ counts }) => counts.removedAdmins),
      opened: this.#sum(({ counts }) => counts.opened),
      dismissedForks: this.#sum(({ toUsers }) => toUsers.counts.dismissedForks),
      escrowAlarms: this.#sum(({ toUsers }) => toUsers.counts.escrowAlarms),
    };
  }

  /** A user's disk after a commit. */
  committed(device: Device, tab: Tab): void {
    for (const { toUsers } of this.#all) toUsers.committed(device, tab);
    const pending = pendingOf(device.disk.image);
    if (pending && !this.#answered.has(pending.hash)) this.#answered.set(pending.hash, tab.escrowSubject);
  }

  /** The disk of a user's device was cleared, put back or copied. */
  beginsAnew(device: Device, original?: Device): void {
    for (const { toUsers } of this.#all) toUsers.beginsAnew(device, original);
  }

  /** After each step. */
  follow(): void {
    if (!this.hasAny) return;
    for (const each of this.#all) each.follow();
    const { entries, subject } = this.#world.service;
    for (const entry of entries.slice(this.#walk?.head.seq ?? 0)) {
      const clock = { now: "unchecked" as const };
      const before = this.#walk;
      const log = before ? appendEntry(before, entry, clock) : verifyLog([entry], { subject, ...clock });
      this.#walk = log;
      const pointed = before && escrowMember(before)?.pointer;
      for (const each of this.#all) {
        each.followed(log, pointed);
        this.#judgeAnswer(each, before, log);
      }
      this.#judgeOrigin(log, pointed);
    }
  }

  /** A device whose app names another organisation, or none, gives this one nothing. */
  #judgeAnswer(organisation: Organisation, before: LogState | undefined, log: LogState): void {
    const { hash, seq } = present(log.links.last());
    if (!before || !this.#answered.has(hash) || this.#answered.get(hash) === organisation.subject) return;
    const [had, has] = [before, log].map((each) => JSON.stringify(organisation.grantedIn(each)));
    if (had !== has)
      this.#world.judge.fail(`link ${seq} of the user gives to ${organisation.subject}, which the app did not name`);
  }

  /** Pointers, and acts in escrow's name, are of an organisation. Counts who leaves and who comes. */
  #judgeOrigin(log: LogState, before: Pointer | undefined): void {
    const { judge } = this.#world;
    const { seq, actor, pointer } = present(log.links.last());
    const of = (each: Pointer | undefined) => this.#all.find((organisation) => organisation.isOurs(each));
    if (pointer && !of(pointer) && !this.#all.some(({ toUsers }) => toUsers.hasDeceived))
      judge.fail(`link ${seq} of the user points at the log of no organisation`);
    if (actor && !of(before)) judge.fail(`link ${seq} of the user is in the name of no organisation's escrow`);
    const now = of(escrowMember(log)?.pointer);
    const last = of(before);
    if (last && last !== now && last.subject !== this.subject) this.counts.departures++;
    if (now && this.#last && now !== this.#last) this.counts.arrivals++;
    this.#last = now ?? this.#last;
  }

  /** At the end. @param hasFinished whether the user did what their devices asked for */
  async atRest(now: number, hasFinished: boolean): Promise<void> {
    for (const each of this.#all) await each.atRest(now);
    const { log } = this.#world.service;
    if (!this.hasMoves || !hasFinished || !log) return;
    const { judge, usersDevices } = this.#world;
    const models = await Promise.all(
      usersDevices.map(async (device) => ({ device, model: await judge.reloaded(device) })),
    );
    const able = models.filter(({ device, model }) => !device.isThief && model && this.#couldMove(device, model));
    const named = this.#all.find(({ subject }) => subject === this.subject);
    const escrow = escrowMember(log);
    for (const { device, model } of able) {
      if (escrow && !named?.isOurs(escrow.pointer))
        judge.fail(`the escrow of another organisation than the app names stays, with ${device.name} there`);
      else if (!escrow && named?.published && !model?.answers.declinedEscrow)
        judge.fail(`the organisation that the app names is not enrolled, with ${device.name} there`);
      else if (named && escrow && !named.grantedIn(log).some(([, last]) => last === currentEpoch(log)))
        judge.fail(`the organisation that the app names lacks the current epoch, with ${device.name} there`);
    }
  }

  /** Whether a device could do what its user wants of it. */
  #couldMove(device: Device, { own, keyring, alarms }: Model): boolean {
    const { judge, service } = this.#world;
    const isReady = device.tabs.some(({ session }) => session?.getSnapshot().status === "ready");
    if (!isReady || !own || !keyring || alarms.own || alarms.escrow || judge.isDeceived(device)) return false;
    const { log } = own;
    const isTrue = log.head.hash === service.log?.head.hash;
    return isTrue && standing(log, keyring) === "active" && actors(log).some(({ id }) => id === keyring.member);
  }
}
