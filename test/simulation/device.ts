// A device of a simulated world: its disk and clock, and the tabs that run the real client on them.

import type { MemberId } from "../../src/bytes/ids.js";
import type { ClientEnv } from "../../src/client/client-env.js";
import { type EscrowSession, openEscrowSession } from "../../src/client/escrow-session.js";
import { openSession, type Session } from "../../src/client/session.js";
import type { Transport } from "../../src/transport/transport.js";
import type { Dice } from "./dice.js";
import { Disk, type DiskWatch, type PlainImage } from "./disk.js";
import { headOf, pendingOf } from "./image.js";
import type { Life, Scheduler } from "./scheduler.js";

/** Something that a user asked a tab for. */
export interface Asked {
  readonly device: Device;
  readonly verb: string;
  /** What names it in the device's records, where the judge knows. */
  readonly ids: readonly string[];
  /** The length of the device's log at that time. */
  readonly since: number;
  /** How often the device's disk had been cleared or put back then. */
  readonly puts: number;
  ended: "done" | "failed" | undefined;
  /** The code of the failure. */
  code: string | undefined;
  /** When it has ended. */
  settled: Promise<void> | undefined;
}

/** What a tab is opened as: one that syncs when its world says so, one that keeps up with the service by itself, or one that only reads. */
export type TabKind = "told" | "keeps-up" | "reads";

/** A tab, until it is killed. */
export interface Tab {
  readonly device: Device;
  readonly kind: TabKind;
  readonly life: Life;
  /** What the app gave when it opened the tab. */
  readonly lastKnown: MemberId | undefined;
  /** Whose escrow the user belonged to when the app opened the tab; undefined for nobody's. */
  readonly escrowSubject: string | undefined;
  /** How often the device's disk had been cleared or put back when the tab was opened. */
  readonly puts: number;
  /** Undefined while it opens, and on an admin's device. */
  session: Session | undefined;
  /** On an admin's device. */
  admin: EscrowSession | undefined;
  readonly asked: Asked[];
  isClosed: boolean;
}

/** What a device lives in. */
export interface Surroundings {
  readonly subject: string;
  /** The app's answer to whose escrow a user belongs to, for the next tab; undefined for nobody's. It may change. */
  readonly escrowSubject?: string | undefined;
  /** What the app opens every session of a user with. */
  readonly lockdown?: "from-start" | undefined;
  readonly isAdmins?: boolean;
  readonly dice: Dice;
  readonly scheduler: Scheduler;
  transportOf(reader: string, life: Life, sends: (entry: Uint8Array) => void): Transport;
  /** The true time. */
  now(): number;
}

/** What the judge hears of a device. */
export interface DeviceWatch {
  committed(device: Device, before: Device["disk"]["image"], tab: Tab): void;
  sends(device: Device, entry: Uint8Array): void;
  broken(why: string): void;
}

/** A device. */
export class Device {
  readonly name: string;
  /** Whether somebody else has it, who knows the user's password. */
  readonly isThief: boolean;
  readonly disk: Disk;
  readonly #world: Surroundings;
  readonly #watch: DeviceWatch;
  readonly #dice: Dice;
  /** Tabs that hear when another one stored something. */
  readonly #listeners = new Map<Life, () => void>();
  /** How far its clock is ahead, milliseconds. */
  clock = 0;
  /** Whether somebody has set its clock, also in the middle of a step. */
  wasSet = false;
  /** The member that it was last, as the app keeps it with its sign-in. */
  lastKnown: MemberId | undefined;
  tabs: Tab[] = [];
  /** Every secret that its keys can be made of: draws of 16 bytes or more. */
  readonly draws: Uint8Array[] = [];
  /** Draws of 8 bytes, which name what is asked for. */
  readonly ids: string[] = [];

  /** @param original that this device is a copy of */
  constructor(name: string, isThief: boolean, world: Surroundings, watch: DeviceWatch, original?: Device) {
    this.name = name;
    this.isThief = isThief;
    this.#world = world;
    this.#watch = watch;
    this.#dice = world.dice.split();
    this.disk = new Disk(world.dice.split(), original?.disk);
    if (!original) return;
    this.disk.put(original.disk.content);
    this.lastKnown = original.lastKnown;
  }

  /** The length of the log that is on its disk. */
  get length(): number {
    return headOf(this.disk.image)?.seq ?? 0;
  }

  get subject(): string {
    return this.#world.subject;
  }

  /** What the app answers when it opens the next tab. */
  get escrowSubject(): string | undefined {
    return this.#world.escrowSubject;
  }

  /** The time by its clock, milliseconds since 1970. */
  now(): number {
    return this.#world.now() + this.clock;
  }

  #envOf(life: Life): ClientEnv {
    const { scheduler } = this.#world;
    return {
      random: (length) => {
        const drawn = this.#dice.bytes(length);
        if (length === 8) this.ids.push(Buffer.from(drawn).toString("hex"));
        else if (length >= 16) this.draws.push(new Uint8Array(drawn));
        return drawn;
      },
      now: () => this.now(),
      sleep: (milliseconds, signal) => scheduler.sleep(life, this.#world.now() + milliseconds, signal),
      announce: () => {
        for (const [other, listener] of this.#listeners) if (other !== life) void scheduler.later(other, listener);
      },
      hear: (_topic, listener) => {
        this.#listeners.set(life, listener);
        return () => void this.#listeners.delete(life);
      },
    };
  }

  /** Opens one more tab. It is ready once its session is there. */
  openTab(kind: TabKind = "told"): Tab {
    const { scheduler, subject, escrowSubject, lockdown, isAdmins } = this.#world;
    const { lastKnown } = this;
    const life = { isAlive: true };
    const given = { device: this, kind, life, lastKnown, escrowSubject, puts: this.disk.puts };
    const tab: Tab = { ...given, session: undefined, admin: undefined, asked: [], isClosed: false };
    const diskWatch: DiskWatch = {
      committed: (before) => {
        this.#watch.committed(this, before, tab);
        if (kind === "reads") this.#judgeReading(before);
      },
      unsealed: (key) => this.#watch.broken(`${this.name} stored ${key} without sealing it`),
    };
    const transport = this.#world.transportOf(this.name, tab.life, (entry) => {
      if (kind === "reads") this.#watch.broken(`${this.name} sent a link from a session that only reads`);
      this.#watch.sends(this, entry);
    });
    const options = {
      ...{ subject, escrowSubject, transport, env: this.#envOf(tab.life) },
      ...{ background: kind === "keeps-up", mode: kind === "reads" ? ("read" as const) : undefined },
      ...this.disk.for(tab.life, scheduler, diskWatch),
    };
    const opens = isAdmins
      ? openEscrowSession(options).then((admin) => {
          tab.admin = admin;
        })
      : openSession({ ...options, lastKnown, lockdown }).then((session) => {
          tab.session = session;
        });
    opens.then(
      () => tab.isClosed && this.close(tab),
      (error: unknown) => this.#watch.broken(`${this.name} does not open what it stored: ${describe(error)}`),
    );
    this.tabs.push(tab);
    return tab;
  }

  /** A session that only reads stores what it verified, and no link to be sent. */
  #judgeReading(before: PlainImage): void {
    const pending = pendingOf(this.disk.image);
    if (pending && pending.hash !== pendingOf(before)?.hash)
      this.#watch.broken(`${this.name} wrote a link in a session that only reads`);
  }

  /** Closes a tab, also while it opens. What is on its way goes on. */
  close(tab: Tab): void {
    this.tabs = this.tabs.filter((each) => each !== tab);
    tab.isClosed = true;
    (tab.session ?? tab.admin)?.close();
  }

  /** Drops a tab for good, in the middle of anything. */
  async kill(tab: Tab): Promise<void> {
    this.tabs = this.tabs.filter((each) => each !== tab);
    this.#listeners.delete(tab.life);
    await this.#world.scheduler.end(tab.life);
  }
}

export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: string };
  return `${code ?? error.name}: ${error.stack}${error.cause ? `\ncaused by ${describe(error.cause)}` : ""}`;
}
