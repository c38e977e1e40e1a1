// An organisation of a simulated world: its escrow log, two devices of admins, and what the judge requires of them. What an admin does in
// a user's log is recorded before; what was granted to escrow is never lost; a removed admin opens nothing that came later.

import { equalBytes } from "../../src/bytes/bytes.js";
import { present } from "../../src/bytes/present.js";
import { type Runs, runContaining, uniteRuns } from "../../src/bytes/runs.js";
import { adminMachine } from "../../src/client/escrow-machine.js";
import type { EscrowSession, UserAtHand } from "../../src/client/escrow-session.js";
import type { ShowPaper } from "../../src/client/paper.js";
import { openContent } from "../../src/content/open.js";
import { KeysteadError } from "../../src/errors.js";
import { escrowsOf, openAsEscrow } from "../../src/escrow/escrow-keys.js";
import { fingerprintOf, formatFingerprint } from "../../src/fingerprint/fingerprint.js";
import type { Pointer } from "../../src/log/fields.js";
import { grantedTo, pairOf } from "../../src/log/pairs.js";
import { currentEpoch, escrowMember, findMember, type LogState } from "../../src/log/state.js";
import { escrowNeeds } from "../../src/trust/escrow-needs.js";
import { Device, describe, type Surroundings, type Tab } from "./device.js";
import type { Dice } from "./dice.js";
import { EscrowLies } from "./escrow-lies.js";
import { pendingInUsersLogs } from "./image.js";
import { Judge } from "./judge.js";
import { Liar } from "./liar.js";
import type { Scheduler } from "./scheduler.js";
import { Service, transportOver } from "./service.js";

/** Lies that show no other history: what an admin makes of one is tested elsewhere. */
const LIES = ["roll back", "hold back", "drop", "corrupt", "strip", "reorder", "duplicate"];
/** Codes that nothing an admin is asked for may end with. */
const NEVER = new Set(["WIPED", "STORE_CORRUPT", "STORE_STALE"]);

/** What an organisation needs of its world. */
export interface OrganisationWorld extends Pick<Surroundings, "scheduler" | "now" | "subject"> {
  readonly dice: Dice;
  /** Names of the devices of its admins. */
  readonly admins: readonly string[];
  /** Of the user. */
  readonly service: Service;
  readonly judge: Judge;
  readonly users: () => readonly Tab[];
  readonly usersDevices: readonly Device[];
}

/** An organisation that the user of a world belongs to, or belonged to. */
export class Organisation {
  readonly #world: OrganisationWorld;
  readonly #dice: Dice;
  readonly #scheduler: Scheduler;
  readonly service: Service;
  readonly #judge: Judge;
  readonly devices: readonly Device[];
  readonly #liars: readonly Liar[];
  /** Lies about the escrow log to users. */
  readonly toUsers: EscrowLies;
  readonly #papers: string[] = [];
  /** The escrow epoch to which each epoch of the user's log was granted first; undefined for none of this organisation. */
  readonly #pointed: (number | undefined)[] = [];
  /** Epochs of the user that were made while a fork's key was pointed at. */
  readonly #strayed = new Set<number>();
  /** The newest link of the user's log after which this organisation's escrow is a member. */
  #lastThere = 0;
  readonly counts = { recoveries: 0, discoveries: 0, renewals: 0, removedAdmins: 0, opened: 0 };

  constructor(world: OrganisationWorld) {
    this.#world = world;
    const { dice, scheduler, now, judge, subject } = world;
    this.#dice = dice.split();
    this.#scheduler = scheduler;
    this.service = new Service(subject, dice.split(), scheduler, now);
    this.#judge = new Judge(this.service, adminMachine.modelOf);
    const surroundings: Surroundings = {
      ...{ subject, isAdmins: true, dice: dice.split(), scheduler, now },
      transportOf: (...of) => transportOver([this.service, world.service], ...of),
    };
    const watch = {
      committed: (device: Device, before: Device["disk"]["image"]) => {
        this.#judge.committed(device, before);
        this.#judgeUsersLogs(device, before);
      },
      sends: this.#judge.sends.bind(this.#judge),
      broken: judge.fail.bind(judge),
    };
    this.devices = world.admins.map((name) => new Device(name, false, surroundings, watch));
    this.#liars = [
      new Liar(dice.split(), this.#judge, this.service, this.devices, LIES),
      new Liar(dice.split(), judge, world.service, this.devices, LIES),
    ];
    this.toUsers = new EscrowLies({
      ...{ dice: dice.split(), judge, service: this.service, users: world.usersDevices, admins: this.devices },
      reloaded: (device) => this.#judge.reloaded(device),
    });
  }

  get subject(): string {
    return this.#world.subject;
  }

  get lies(): number {
    return this.#liars.reduce((sum, { told }) => sum + told, this.toUsers.told);
  }

  async tell(): Promise<void> {
    if (this.#dice.permille(600)) await this.toUsers.tell();
    else this.#dice.of(this.#liars)?.tell();
  }

  regret(): void {
    this.#dice.of([...this.#liars, this.toUsers])?.regret();
  }

  repent(): void {
    for (const liar of [...this.#liars, this.toUsers]) liar.repent();
    for (const device of this.devices) this.#judge.starves(device, false);
  }

  /** What the judge of admins' devices found. */
  get failure(): string | undefined {
    return this.#judge.failure;
  }

  /** What stands on the organisation's page; undefined before escrow works. */
  get published(): string | undefined {
    const { log } = this.service;
    return log && escrowNeeds(log).length === 0 ? formatFingerprint(fingerprintOf(log)) : undefined;
  }

  /** Links of admins' devices that were written again with another date. */
  get datedAnew(): number {
    return this.#judge.datedAnew;
  }

  /** A restarted device of an admin opens what its log says. */
  async opens(device: Device): Promise<void> {
    await this.#judge.opens(device);
  }

  /** What is pending in a user's log goes only for a verified link at its place. */
  #judgeUsersLogs(device: Device, before: Device["disk"]["image"]): void {
    const now = new Set(pendingInUsersLogs(device.disk.image).map(({ hash }) => hash));
    for (const pending of pendingInUsersLogs(before)) {
      const { hash, seq, intent } = pending;
      if (!now.has(hash) && !this.#judge.mayBeDatedAnew(device, pending) && !this.#world.service.log?.links.at(seq - 1))
        this.#fail(`${device.name} dropped its link ${seq} (${intent}) in a user's log, and nothing stands there`);
    }
  }

  /** Whether a pointer is into this organisation's log. */
  isOurs(pointer: Pick<Pointer, "log"> | undefined): boolean {
    return pointer !== undefined && pointer.log === this.service.log?.head.log;
  }

  /** After each step. */
  follow(): void {
    this.#judge.membership();
  }

  /**
   * One more link of the user's log: escrow's acts in it stand in the escrow log already (ESC-8).
   *
   * @param before the pointer in force before it
   */
  followed(log: LogState, before: Pointer | undefined): void {
    const record = present(log.links.last());
    const { seq, type, actor } = record;
    if (this.isOurs(record.pointer)) this.toUsers.judgePointer(record);
    const pointer = escrowMember(log)?.pointer;
    const isOurs = this.isOurs(pointer);
    if (isOurs) this.#lastThere = seq;
    while (this.#pointed.length < currentEpoch(log)) this.#pointed.push(isOurs ? pointer?.epoch : undefined);
    if (isOurs && !this.toUsers.isTrue({ pointer })) this.#strayed.add(currentEpoch(log));
    if (type === "renew-escrow" && isOurs) this.counts.renewals++;
    if (type !== "review" || !actor || !this.isOurs(before)) return;
    this.counts.recoveries++;
    if (!this.service.log?.links.at(actor.seq - 1)?.act)
      this.#fail(`link ${seq} of the user's log came before its act`);
  }

  /** Epochs of the user that are granted to keys of this organisation. */
  grantedIn(log: LogState): Runs {
    let granted: Runs = [];
    for (const epoch of this.service.log?.epochs ?? [])
      granted = uniteRuns(granted, grantedTo(log, pairOf(epoch))?.runs ?? []);
    return granted;
  }

  #fail(why: string): void {
    this.#world.judge.fail(why);
  }

  /** An admin looks at a screen, and perhaps does something. */
  act(tab: Tab): void {
    const session = tab.admin;
    if (!session) return;
    const { status, asks, openActs, devices } = session.getSnapshot();
    const name = `${tab.device.name} ${this.#dice.below(1000)}`;
    if (status === "new") {
      const isFirst = tab.device === this.devices[0] && this.devices.every(({ length }) => length === 0);
      this.#ask(tab, isFirst ? "create" : "join", () => (isFirst ? session.create({ name }) : session.join({ name })));
      return;
    }
    if (status === "removed") {
      if (this.#dice.permille(100)) this.#ask(tab, "join", () => session.join({ name }));
      return;
    }
    const paper = this.#dice.of(this.#papers);
    if (status === "waiting") {
      if (paper !== undefined && this.#dice.permille(300))
        this.#ask(tab, "use backup key", () => session.useBackupKey(paper, {}));
      return;
    }
    if (status !== "ready") return;
    const questions = new Set(asks.map(({ question }) => question));
    const show = this.#show(tab);
    if (questions.has("escrow-needs")) this.#ask(tab, "enable", () => session.enable(show));
    else if (questions.has("prove-backup-key")) this.#ask(tab, "prove", () => session.proveBackupKey(show));
    else if (questions.has("publish-fingerprint") && this.#dice.permille(300))
      this.#ask(tab, "publish", () => session.fingerprintPublished());
    else if (questions.has("admit") && this.#dice.permille(500)) this.#admit(tab, session);
    else if (openActs[0] && this.#dice.permille(500)) {
      const { seq } = openActs[0];
      const disowns = this.#dice.permille(300);
      this.#ask(tab, "finish", () => (disowns ? session.disown([seq]) : session.finish(seq)));
    } else if (devices) this.#work(tab, session);
  }

  /** Compares another admin's device on its own screen, and approves it with its roles. */
  #admit(tab: Tab, session: EscrowSession): void {
    for (const other of this.devices.flatMap(({ tabs }) => tabs)) {
      const view = other.admin?.getSnapshot().devices;
      if (!view?.fingerprint || !session.log.active.has(view.me.member) || other.device === tab.device) continue;
      const { token } = session.compare(view.fingerprint, view.me.member);
      if (!token) continue;
      const roles = ["manage", "recover", "discover"] as const;
      this.#ask(tab, "save", () => session.save({ approve: [{ token, roles }] }));
      return;
    }
  }

  #work(tab: Tab, session: EscrowSession): void {
    const { subject } = this.#world.service;
    const waits = this.#world.users().some(({ session }) => session?.getSnapshot().status === "waiting");
    const choice = this.#dice.weighted({
      recover: waits ? 30 : 0,
      discover: 4,
      renew: 4,
      rename: 3,
      rekey: 2,
      remove: 3,
    });
    switch (choice) {
      case "recover":
        this.#ask(tab, "recover", () => this.#recover(session, subject));
        return;
      case "discover":
        this.#ask(tab, "discover", () => this.#discover(session, subject));
        return;
      case "renew":
        this.#ask(tab, "renew", async () => {
          for await (const _ of session.renewFor([subject]));
        });
        return;
      case "rename":
        this.#ask(tab, "rename", () => session.rename({ name: `Admin ${this.#dice.below(1000)}` }));
        return;
      case "rekey":
        this.#ask(tab, "rekey", () => session.rekey());
        return;
      case "remove": {
        const members = [...session.log.active.values()].filter(({ kind }) => kind === "device");
        const member = members.length > 1 ? this.#dice.of(members) : undefined;
        if (member) this.#ask(tab, "save", () => session.save({ remove: [member.id] }));
        return;
      }
    }
  }

  /** The user reads the fingerprint of a waiting device to the admin, says what is theirs, and perhaps that one device is lost. */
  async #recover(session: EscrowSession, subject: string): Promise<void> {
    const user = await session.fetchUser(subject);
    const views = this.#world.users().flatMap(({ device, session }) => {
      const view = session?.getSnapshot().devices;
      return view?.awaitingApproval && !device.isThief && user.log.active.has(view.me.member) ? [view] : [];
    });
    const view = this.#dice.of(views);
    const { token } = view?.fingerprint ? session.compareUser(user, view.fingerprint, view.me.member) : {};
    if (!view || !token) return;
    const others = [...user.log.active.values()].filter(({ kind, id }) => kind !== "escrow" && id !== view.me.member);
    const isTheirs = others.map(({ id }) => this.#world.judge.ownerOf(id)?.isThief === false);
    const own = others.filter((_, at) => isTheirs[at]).map(({ id }) => id);
    const lost = this.#dice.permille(300) ? this.#dice.of(own) : undefined;
    const remove = others.filter(({ id }, at) => !isTheirs[at] || id === lost).map(({ id }) => id);
    const usersOwn = own.filter((id) => id !== lost);
    await session.recover(user, { approve: [token], remove, usersOwn, reason: "locked out" });
  }

  /** Records an access, and opens what it names. */
  async #discover(session: EscrowSession, subject: string): Promise<void> {
    const user: UserAtHand = await session.fetchUser(subject);
    const epochs = this.grantedIn(user.log).slice(0, 1);
    if (epochs.length === 0) return;
    const record = await session.recordAccess(user, { epochs, reason: `case ${this.#dice.below(1_000_000)}` });
    const stands = () => this.service.log?.links.at(record - 1)?.access;
    if (!stands()) this.#fail(`an access was recorded by link ${record}, and no link of the escrow log is that record`);
    const { keyring } = await session.openRecorded(record);
    for (const epoch of keyring.epochs)
      if (!runContaining(epochs, epoch))
        this.#fail(`the access ${record} opens epoch ${epoch}, which it does not name`);
    keyring.wipe();
    this.counts.discoveries++;
  }

  #show(tab: Tab): ShowPaper {
    return ({ text, prove: [a, b] }) => {
      this.#judge.shown(tab.device, text, tab.admin?.log.head.seq ?? 0);
      const groups = text.split("-");
      return this.#scheduler.later(tab.life, () => {
        this.#papers.push(text);
        return [groups[a - 1] ?? "", groups[b - 1] ?? ""] as const;
      });
    };
  }

  #ask(tab: Tab, verb: string, act: () => Promise<void>): void {
    const { name } = tab.device;
    this.#world.judge.note(`${name} is asked to ${verb}`);
    let promise: Promise<void>;
    try {
      promise = act();
    } catch (error) {
      promise = Promise.reject(error);
    }
    promise.then(
      () => this.#world.judge.note(`${verb} on ${name} is done`),
      (error: unknown) => {
        const code = KeysteadError.from(error)?.code;
        this.#world.judge.note(`${verb} on ${name} failed: ${KeysteadError.from(error)?.message ?? error}`);
        if (code === undefined || NEVER.has(code)) this.#fail(`${verb} on ${name}: ${describe(error)}`);
      },
    );
  }

  /**
   * At the end: admins open everything that was granted to escrow. A removed admin opens nothing that came later, and nobody opens
   * what came after the user had left.
   */
  async atRest(now: number): Promise<void> {
    await this.#judge.atRest(this.devices, [], now);
    for (const device of this.#world.usersDevices) {
      const model = await this.#world.judge.reloaded(device);
      if (model) this.toUsers.judgeAtRest(device, model);
    }
    const { log, entries } = this.#world.service;
    const escrowLog = this.service.log;
    if (!log || !escrowLog || escrowsOf(log).length === 0) return;
    for (const device of this.devices) {
      const model = await this.#judge.reloaded(device);
      if (!model?.own || !model.keyring) continue;
      const member = findMember(escrowLog, model.keyring.member);
      const { keyring } = openAsEscrow({ log: model.own.log, keyring: model.keyring }, log, entries);
      const has = new Set(keyring.epochs);
      for (const { number, seq } of log.epochs)
        if (seq > this.#lastThere && has.has(number))
          this.#fail(`the user left ${this.subject}, and ${device.name} opens epoch ${number}, which came after that`);
      if (member?.removed) this.#judgeRemoved(device, has, member.removed.seq);
      else if (member && runContaining(member.held, currentEpoch(escrowLog))?.[0] === 1)
        await this.#judgeHeld(device, keyring);
      keyring.wipe();
    }
  }

  #judgeRemoved(device: Device, has: ReadonlySet<number>, removedAt: number): void {
    this.counts.removedAdmins++;
    for (const [index, pointed] of this.#pointed.entries()) {
      const made = pointed === undefined ? undefined : this.service.log?.epochs.at(pointed - 1)?.seq;
      if (made !== undefined && made >= removedAt && has.has(index + 1))
        this.#fail(`${device.name} was removed, and opens epoch ${index + 1} of the user, which came after a renewal`);
    }
  }

  async #judgeHeld(device: Device, keyring: Parameters<typeof openContent>[1]): Promise<void> {
    const { log } = this.#world.service;
    const granted = log ? this.grantedIn(log) : [];
    for (const { sealed, plaintext, epoch } of this.#world.judge.contents) {
      if (this.#strayed.has(epoch) || !runContaining(granted, epoch)) continue;
      const opened = await openContent(sealed, keyring, { purpose: "note" }).catch(() => undefined);
      if (!opened || !equalBytes(opened, plaintext))
        this.#fail(`${device.name} does not open what was granted to escrow`);
      this.counts.opened++;
    }
  }
}
