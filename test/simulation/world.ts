// A whole world in one process, in which one seed decides everything: what users do, which promise settles next, what is killed,
// lost, refused, delivered late, and what the service lies. docs/assurance.md.

import type { Handlers } from "../served/over.js";
import { type Asked, Device, describe, type Tab } from "./device.js";
import { Dice } from "./dice.js";
import type { PlainImage } from "./disk.js";
import { Judge } from "./judge.js";
import { Liar } from "./liar.js";
import { Misfortune } from "./misfortune.js";
import { Organisations } from "./organisations.js";
import { drained, Scheduler } from "./scheduler.js";
import { Service } from "./service.js";
import { Users } from "./users.js";

const SUBJECT = "3f0c4d7e-subject";
/** Times at which a simulated world begins, milliseconds since 1970. */
const BEGIN = 1_700_000_000_000;
/** Longer than any pause of a client. */
const LONG = 400_000;
const HOUR = 3_600_000;

/** What a world is run with. */
export interface WorldOptions {
  readonly seed: number;
  /** Choices before the world comes to rest. */
  readonly steps?: number;
  /** Of the real relay, one of which serves the world. */
  readonly handlers?: Handlers | undefined;
}

/** What happened in a world. */
export interface WorldReport {
  readonly seed: number;
  readonly steps: number;
  readonly kills: number;
  /** Kills in the middle of something. */
  readonly midway: number;
  readonly lies: number;
  readonly lost: number;
  /** Hints to those who keep up with the service by themselves. */
  readonly hints: number;
  readonly refused: number;
  readonly late: number;
  readonly links: number;
  /** Entries that the real handler stored, and pages that devices got from it. */
  readonly stored?: number;
  readonly pages?: number;
  readonly done: number;
  readonly failed: number;
  /** Digits that two devices showed at once: as the service carried the messages, and where somebody had meddled with them. */
  readonly agreed: number;
  readonly foundOut: number;
  /** Disks that were cleared, put back and copied. */
  readonly cleared: number;
  readonly putBack: number;
  readonly copied: number;
  /** Links that were written again with another date. */
  readonly datedAnew: number;
  /** Copies, and originals, whose keys the other one had replaced at the end. */
  readonly superseded: number;
  /** Worlds with an organisation, and what its admins did: reviews in escrow's name, recorded accesses, renewals. */
  readonly organisations: number;
  /** How often the app named another organisation, or none; escrows that users removed then; users who came to another one. */
  readonly moves: number;
  readonly departures: number;
  readonly arrivals: number;
  readonly recoveries: number;
  readonly discoveries: number;
  readonly renewals: number;
  /** Devices of admins that were removed at the end, and contents that others opened then. */
  readonly removedAdmins: number;
  readonly opened: number;
  /** Forks of dismissed admins that users were shown, and users' devices with an alarm about the escrow log at the end. */
  readonly dismissedForks: number;
  readonly escrowAlarms: number;
  /** What is broken; undefined where everything holds. */
  readonly failure: string | undefined;
  /** What happened, line by line. */
  readonly trace: readonly string[];
  /** What users asked for, and how it ended. */
  readonly asked: readonly Pick<Asked, "verb" | "ended" | "code">[];
}

/** Runs one world from its beginning to its rest. */
export function runWorld(options: WorldOptions): Promise<WorldReport> {
  return new World(options).run();
}

class World {
  readonly #options: WorldOptions;
  readonly #dice: Dice;
  readonly #scheduler: Scheduler;
  readonly #service: Service;
  readonly #judge: Judge;
  readonly #devices: Device[];
  readonly #misfortune: Misfortune;
  readonly #isUnlucky: boolean;
  readonly #users: Users;
  readonly #organisations: Organisations;
  #now = BEGIN;
  #steps = 0;
  #kills = 0;
  #midway = 0;
  readonly #liar: Liar;
  readonly #maxTabs: number;
  readonly #isHonest: boolean;
  readonly #beginsCalm: boolean;
  /** Whether the clocks of devices jump. */
  readonly #isUnset: boolean;
  /** Whether the user finishes the last move to another organisation. */
  readonly #finishes: boolean;
  /** Whether the app opens every session with lockdown from the start. */
  readonly #isLocked: boolean;

  constructor(options: WorldOptions) {
    this.#options = options;
    const dice = new Dice(options.seed);
    this.#dice = dice;
    this.#scheduler = new Scheduler(dice.split());
    const handler = options.handlers?.make();
    this.#service = new Service(SUBJECT, dice.split(), this.#scheduler, () => this.#now, handler);
    this.#judge = new Judge(this.#service);
    // The last of a few seeds, so that a world's seed says what it is.
    const hasAny = options.seed % 3 === 0;
    const organisations = () => this.#organisations;
    const surroundings = {
      ...{ subject: SUBJECT, dice: dice.split(), scheduler: this.#scheduler, now: () => this.#now },
      get escrowSubject() {
        return organisations().subject;
      },
      lockdown: undefined as "from-start" | undefined,
      transportOf: (...of: Parameters<Service["transportOf"]>) => this.#organisations.over(...of),
    };
    const watch = {
      committed: (device: Device, before: PlainImage, tab: Tab) => {
        this.#judge.committed(device, before);
        this.#organisations.committed(device, tab);
      },
      sends: this.#judge.sends.bind(this.#judge),
      broken: this.#judge.fail.bind(this.#judge),
    };
    const own = ["Laptop", "Phone", "Tablet"].slice(0, 2 + dice.below(2));
    const names = [...own, ...(dice.permille(500) ? ["Thief"] : [])];
    this.#devices = names.map((name) => new Device(name, name === "Thief", surroundings, watch));
    this.#users = new Users(dice.split(), this.#judge, this.#scheduler, this.#devices, this.#service.carrier);
    this.#liar = new Liar(dice.split(), this.#judge, this.#service, this.#devices);
    this.#organisations = new Organisations({
      ...{ hasAny, hasMoves: options.seed % 6 === 0, dice: () => dice.split() },
      ...{ scheduler: this.#scheduler, service: this.#service, judge: this.#judge, now: () => this.#now },
      usersDevices: this.#devices,
      users: () => this.#devices.flatMap(({ tabs }) => tabs),
    });
    this.#users.organisations = this.#organisations;
    this.#misfortune = new Misfortune({
      ...{ dice: dice.split(), devices: this.#devices },
      note: (what) => this.#judge.note(what),
      beginsAnew: (...of) => this.#beginsAnew(...of),
      copyOf: (original) => new Device(`${original.name}'s copy`, original.isThief, surroundings, watch, original),
    });
    this.#isUnlucky = dice.permille(400);
    this.#maxTabs = dice.permille(500) ? 2 : 1;
    this.#isHonest = dice.permille(400);
    this.#beginsCalm = dice.permille(700);
    this.#isUnset = dice.permille(500);
    const tellsTime = dice.permille(500);
    this.#isLocked = dice.permille(250);
    this.#finishes = this.#organisations.hasMoves && dice.permille(850);
    surroundings.lockdown = this.#isLocked ? "from-start" : undefined;
    for (const service of this.#services) service.tellsTime = tellsTime;
  }

  #beginsAnew(device: Device, original?: Device): void {
    this.#judge.beginsAnew(device, original);
    this.#organisations.beginsAnew(device, original);
  }

  /** Users' devices, and admins'. */
  get #all(): readonly Device[] {
    return [...this.#devices, ...this.#organisations.devices];
  }

  get #failure(): string | undefined {
    return this.#judge.failure ?? this.#organisations.failure;
  }

  async #act(tab: Device["tabs"][number]): Promise<void> {
    if (tab.admin) this.#organisations.act(tab);
    else await this.#users.act(tab);
  }

  async run(): Promise<WorldReport> {
    const { steps = 400 } = this.#options;
    if (this.#beginsCalm || this.#organisations.hasAny) await this.#prologue();
    this.#break();
    while (this.#steps < steps && this.#failure === undefined) await this.#step();
    if (this.#failure === undefined) await this.#rest();
    await this.#options.handlers?.close();
    for (const difference of this.#options.handlers?.differences ?? []) this.#judge.fail(`the handler: ${difference}`);
    const { lost, unanswered, refused, late, hints } = this.#service.counts;
    const { asked } = this.#users;
    return {
      ...{
        seed: this.#options.seed,
        steps: this.#steps,
        kills: this.#kills,
        midway: this.#midway,
        lies: this.#liar.told + this.#organisations.lies,
      },
      ...this.#options.handlers?.counts,
      ...{ lost: lost + unanswered, hints, refused, late, links: this.#service.log?.head.seq ?? 0 },
      done: asked.filter(({ ended }) => ended === "done").length,
      failed: asked.filter(({ ended }) => ended === "failed").length,
      ...this.#users.counts,
      ...this.#organisations.sums,
      ...{ ...this.#misfortune.counts, superseded: this.#judge.superseded },
      datedAnew: this.#judge.datedAnew + this.#organisations.datedAnew,
      failure: this.#failure,
      trace: this.#judge.trace,
      asked: asked.map(({ verb, ended, code }) => ({ verb, ended, code })),
    };
  }

  /** The first devices enter while all is well. */
  async #prologue(): Promise<void> {
    const organisations = this.#organisations;
    for (const device of organisations.devices) device.openTab();
    for (let turn = 0; turn < 30 && !organisations.areReady; turn++) {
      await this.#settle();
      for (const tab of organisations.devices.flatMap(({ tabs }) => tabs)) organisations.act(tab);
    }
    for (const device of this.#devices.slice(0, 1 + this.#dice.below(this.#devices.length))) device.openTab();
    for (let turn = 0; turn < (organisations.hasAny ? 30 : 12); turn++) {
      await this.#settle();
      // A user who is to move should belong to an organisation first.
      const devices = organisations.hasMoves && this.#dice.permille(600) ? this.#devices : this.#all;
      const tab = this.#dice.of(devices.flatMap(({ tabs }) => tabs));
      if (!tab) continue;
      this.#sync(tab);
      await this.#settle();
      await this.#act(tab);
    }
    await this.#settle();
  }

  get #services(): readonly Service[] {
    return [this.#service, ...this.#organisations.services];
  }

  /** From now on things go wrong. */
  #break(): void {
    const dice = this.#dice;
    const share = dice.below(80);
    const faults = { lost: share, unanswered: share, refused: dice.below(120) };
    for (const service of this.#services) Object.assign(service.faults, faults);
    const failing = dice.permille(400) ? 15 : 0;
    for (const device of this.#all) {
      Object.assign(device.disk.faults, { before: failing, after: failing });
      if (dice.permille(100)) device.clock = (dice.of([-2, -0.15, 0.15, 2]) ?? 0) * HOUR;
    }
  }

  async #step(): Promise<void> {
    this.#steps++;
    this.#pass(this.#dice.below(2000));
    const tabs = this.#all.flatMap(({ tabs }) => tabs);
    const tab = this.#dice.of(tabs);
    const organisations = this.#organisations;
    const weights = {
      ...{
        task: this.#scheduler.isIdle ? 0 : 120,
        verb: 8,
        sync: 8,
        kill: 10,
        close: 1,
        open: 16,
        late: 2,
        time: 2,
        grow: 3,
      },
      digits: 4,
      move: organisations.hasMoves ? 1 : 0,
      misfortune: this.#isUnlucky ? 4 : 0,
      clock: this.#isUnset ? 4 : 0,
      ...{
        lie: this.#isHonest ? 0 : 3,
        slander: this.#isHonest ? 0 : 6,
        regret: this.#isHonest ? 0 : 4,
      },
    };
    switch (this.#dice.weighted(weights)) {
      case "task":
        await this.#scheduler.step();
        break;
      case "verb":
        if (tab) await this.#act(tab);
        break;
      case "sync":
        if (tab) this.#sync(tab);
        break;
      case "kill":
        if (!tab) break;
        this.#kills++;
        if (!this.#scheduler.isIdle) this.#midway++;
        this.#judge.note(`${tab.device.name} is killed`);
        await tab.device.kill(tab);
        if (tab.admin) await this.#organisations.opens(tab.device);
        else if (this.#devices.includes(tab.device)) await this.#judge.opens(tab.device);
        break;
      case "open": {
        const device = this.#dice.of(this.#all);
        if (device && device.tabs.length < this.#maxTabs)
          device.openTab(this.#dice.weighted({ told: 6, "keeps-up": 3, reads: 1 }));
        break;
      }
      case "close":
        if (!tab) break;
        this.#judge.note(`${tab.device.name} closes a tab`);
        tab.device.close(tab);
        break;
      case "lie":
        if (this.#organisations.hasAny && this.#dice.permille(500)) await this.#organisations.tell();
        else this.#liar.tell();
        break;
      case "slander":
        this.#liar.tellOfContact();
        break;
      case "move":
        organisations.move();
        break;
      case "misfortune":
        await this.#misfortune.strike();
        break;
      case "clock":
        await this.#setClock();
        break;
      case "regret":
        this.#liar.regret();
        this.#organisations.regret();
        break;
      case "late": {
        const service = this.#dice.of(this.#services);
        const sent = service && this.#dice.of(service.sent);
        if (!sent) break;
        this.#judge.note(`the service publishes bytes of ${sent.by} late`);
        service.publishLate(sent);
        break;
      }
      case "digits":
        await this.#compareDigits();
        break;
      case "grow":
        this.#service.other.grow();
        break;
      case "time":
        this.#pass(this.#dice.below(LONG));
        break;
    }
    await drained();
    this.#judge.membership();
    for (const each of this.#devices.flatMap(({ tabs }) => tabs)) this.#judge.looks(each);
    this.#organisations.follow();
  }

  /** Somebody sets the clock of a device, wrongly or right, and may use the device at once: it cannot know yet. */
  async #setClock(): Promise<void> {
    const wrong = this.#all.filter(({ clock, tabs }) => clock !== 0 && tabs.length > 0);
    const isRight = wrong.length > 0 && this.#dice.permille(400);
    const tab = this.#dice.of((isRight ? wrong : this.#all).flatMap(({ tabs }) => tabs));
    if (!tab) return;
    const { device } = tab;
    device.wasSet = true;
    device.clock = isRight ? 0 : (this.#dice.of([-2, -0.15, 0.15, 2, 2, 2]) ?? 0) * HOUR;
    this.#judge.note(`the clock of ${device.name} is ${device.clock} ms ahead`);
    if (!isRight && tab.session) this.#users.renames(tab, tab.session);
    else if (!isRight) await this.#act(tab);
    else this.#sync(tab);
  }

  /** Both devices lie before their user, who waits for the digits, mostly. */
  async #compareDigits(): Promise<void> {
    if (!this.#isHonest && !this.#users.isComparing) this.#liar.meddle();
    const closed = this.#devices.filter(({ isThief, tabs }) => !isThief && tabs.length === 0);
    for (const device of closed) device.openTab();
    for (let turn = 0; closed.length > 0 && turn < 20; turn++) await this.#scheduler.step();
    this.#users.compareDigits();
    for (let turn = 0; turn < 300 && this.#users.isComparing && !this.#dice.permille(4); turn++) {
      await this.#scheduler.step();
      this.#pass(300);
    }
  }

  #pass(milliseconds: number): void {
    this.#now += milliseconds;
    this.#scheduler.wake(this.#now);
  }

  #sync({ session, admin }: Device["tabs"][number]): void {
    (session ?? admin)?.sync().catch((error: unknown) => {
      if ((error as { code?: string }).code !== "STORE_UNAVAILABLE") this.#judge.fail(`a sync failed: ${error}`);
    });
  }

  /** Nothing goes wrong any more, and everybody syncs until nothing changes. */
  async #rest(): Promise<void> {
    for (const service of this.#services) Object.assign(service.faults, { lost: 0, unanswered: 0, refused: 0 });
    this.#liar.repent();
    this.#organisations.repent();
    // Nothing is dated ahead any more.
    this.#pass(3 * HOUR);
    this.#judge.note("all faults end");
    for (const device of this.#all) {
      device.clock = 0;
      this.#judge.starves(device, false);
      Object.assign(device.disk.faults, { before: 0, after: 0 });
    }
    await this.#settle();
    for (const tab of this.#all.flatMap(({ tabs }) => tabs)) {
      const isClosed = (tab.session ?? tab.admin)?.getSnapshot().status === "closed";
      // It ends when its store is cleared.
      if (isClosed && tab.device.disk.puts === tab.puts)
        this.#judge.fail(`a session on ${tab.device.name} closed by itself`);
      // Its app opens it again. Nothing that a session which only reads is owed would ever be written.
      const isOld = !tab.admin && tab.escrowSubject !== this.#organisations.subject;
      if (isClosed || isOld || tab.kind === "reads") await tab.device.kill(tab);
    }
    for (const device of this.#all) if (device.tabs.length === 0) device.openTab();
    await this.#settle();
    for (const tab of this.#devices.flatMap(({ tabs }) => tabs)) {
      this.#sync(tab);
      await this.#settle();
      this.#users.cure(tab);
      await this.#settle();
    }
    let quiet = 0;
    for (let round = 0; round < 40 && quiet < 4; round++) {
      const before = this.#mark();
      for (const device of this.#all) {
        // A tab that keeps up needs no call.
        for (const tab of device.tabs) if (tab.kind !== "keeps-up") this.#sync(tab);
        await this.#settle();
        this.#organisations.follow();
      }
      this.#pass(LONG);
      quiet = this.#mark() === before ? quiet + 1 : 0;
      if (quiet > 0 && this.#finishes && (await this.#finishMove())) quiet = 0;
    }
    const tabs = this.#devices.flatMap(({ tabs }) => tabs);
    for (const { session, device } of tabs) {
      session?.refreshContacts().catch((error: unknown) => this.#judge.fail(`${device.name}: ${describe(error)}`));
      await this.#settle();
    }
    // Content is sealed by the platform, on threads of its own: no scheduler knows when that is done.
    const late = tabs.flatMap(({ asked }) => asked.flatMap(({ ended, settled }) => (ended ? [] : (settled ?? []))));
    if (late.length > 0) await Promise.race([Promise.all(late), hung()]);
    const waiting = tabs
      .flatMap(({ asked }) => asked)
      .find(({ device, ended }) => ended === undefined && !this.#judge.isDeceived(device));
    if (waiting) this.#judge.fail(`${waiting.verb} on ${waiting.device.name} never ended`);
    for (const each of tabs) this.#judge.looks(each);
    if (this.#isLocked) this.#judge.lockedAtRest();
    await this.#judge.atRest(this.#devices, this.#users.asked, this.#now);
    await this.#organisations.atRest(this.#now, this.#finishes);
  }

  /** The user does what their devices ask for. @returns whether there was anything to do */
  async #finishMove(): Promise<boolean> {
    let hasActed = false;
    for (const tab of this.#devices.flatMap(({ tabs }) => tabs)) {
      hasActed = this.#users.finishMove(tab) || hasActed;
      await this.#settle();
    }
    return hasActed;
  }

  #mark(): string {
    const heads = this.#services.map(({ log }) => log?.head.hash);
    return `${heads} ${this.#all.map(({ length, disk }) => [length, disk.image.has("pending")])}`;
  }

  async #settle(): Promise<void> {
    await drained();
    for (let turn = 0; turn < 20_000 && !this.#scheduler.isIdle; turn++) await this.#scheduler.step();
    if (!this.#scheduler.isIdle) this.#judge.fail("the clients never come to rest");
  }
}

/** Ends a wait for what never comes. */
function hung(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5_000));
}
