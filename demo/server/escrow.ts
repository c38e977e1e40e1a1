// What the clinic's server does for escrow: the page with the published fingerprint, the list of people for the report, the made-up
// people, and the sealed items that an admin may fetch. It holds no key, and none of this is believed by anybody's device.

import { randomUUID } from "node:crypto";
import { compareFingerprint, fingerprintOf, type LogState, type MemberId, verifyLog } from "keystead";
import type { Transport } from "keystead/client";
import { formatFingerprint } from "keystead/contacts";
import { escrowNeeds } from "keystead/escrow";
import type { Sql } from "keystead/relay";
import type { Account, Accounts } from "./accounts.js";
import { storyAt, tell } from "./escrow-stories.js";

/** A fingerprint that an admin had published. */
export interface Published {
  readonly digits: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
}

/** Somebody of a site, for the report. */
export interface EscrowPerson {
  readonly subject: string;
  readonly name: string;
  readonly role: string;
  /** Without an account: made up for the report. */
  readonly isMade: boolean;
  /** When the service saw each device last, where it knows; milliseconds since 1970. */
  readonly seen: Readonly<Record<MemberId, number>>;
}

/** How far the making of people is. */
export interface Making {
  readonly made: number;
  /** How many there will be; the same as `made` when nothing goes on. */
  readonly wanted: number;
  readonly isRunning: boolean;
}

/** What an admin fetched of somebody's sealed items: the server's own record, beside the signed one. */
export interface Fetched {
  readonly at: number;
  readonly by: string;
  readonly kind: string;
}

/** What {@link Escrow} needs. */
export interface EscrowParts {
  readonly sql: Sql;
  readonly accounts: Accounts;
  /** Writes logs of people that are made up, and reads escrow logs. */
  readonly logs: Transport;
}

const TABLES = [
  "create table if not exists demo.published (site text primary key, digits text not null, at bigint not null, by text not null)",
  "create table if not exists demo.fetched (subject text not null, at bigint not null, by text not null, kind text not null)",
];

/** How many people are made at a time: the relay asks its database once about requests that come together. */
const TOGETHER = 8;

export class Escrow {
  readonly #parts: EscrowParts;
  readonly #running = new Map<string, { readonly wanted: number; readonly done: Promise<void> }>();
  #isClosed = false;

  private constructor(parts: EscrowParts) {
    this.#parts = parts;
  }

  static async open(parts: EscrowParts): Promise<Escrow> {
    for (const statement of TABLES) await parts.sql.query(statement);
    return new Escrow(parts);
  }

  /** What stands on the clinic's page. */
  async published(site: string): Promise<Published | undefined> {
    const [found] = await this.#parts.sql.query<Published>(
      "select digits, at, by from demo.published where site = $1",
      [site],
    );
    return found;
  }

  async publish({ site, name }: Account, digits: string): Promise<void> {
    await this.#parts.sql.query(
      "insert into demo.published values ($1, $2, $3, $4) on conflict (site) do update set digits = excluded.digits, at = excluded.at, by = excluded.by",
      [site, digits, Date.now(), name],
    );
  }

  /** Everybody at a site: accounts first. */
  async people(site: string): Promise<readonly EscrowPerson[]> {
    const accounts = (await this.#parts.accounts.all()).filter((each) => each.site === site);
    const made = await this.#parts.sql.query<{ subject: string; place: number; seen: string }>(
      "select subject, place, seen from demo.made where site = $1 order by place",
      [site],
    );
    return [
      ...accounts.map(({ subject, name, role }) => ({ subject, name, role, isMade: false, seen: {} })),
      ...made.map(({ subject, place, seen }) => ({
        ...{ subject, ...personAt(place), isMade: true },
        seen: JSON.parse(seen) as EscrowPerson["seen"],
      })),
    ];
  }

  async making(site: string): Promise<Making> {
    const made = await this.#count(site);
    const running = this.#running.get(site);
    return { made, wanted: Math.max(made, running?.wanted ?? 0), isRunning: running !== undefined };
  }

  /**
   * Begins to make people up, until a site has so many. It goes on where it was after a restart. @returns false while the site's
   * escrow is not enabled
   */
  async make(site: string, wanted: number): Promise<boolean> {
    if (this.#running.has(site)) return true;
    const escrow = await this.#escrowOf(site);
    if (!escrow) return false;
    const done = this.#makeAll(site, wanted, escrow)
      .catch((error) => console.error("making people up has ended:", error))
      .finally(() => this.#running.delete(site));
    this.#running.set(site, { wanted, done });
    return true;
  }

  /** Ends what goes on, after the person who is being made. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  /** Keeps that an admin fetched something of somebody. */
  async fetched(subject: string, { name }: Account, kind: string): Promise<void> {
    await this.#parts.sql.query("insert into demo.fetched values ($1, $2, $3, $4)", [subject, Date.now(), name, kind]);
  }

  /** What admins fetched of somebody, newest first. */
  fetches(subject: string): Promise<readonly Fetched[]> {
    return this.#parts.sql.query<Fetched>(
      "select at, by, kind from demo.fetched where subject = $1 order by at desc limit 100",
      [subject],
    );
  }

  async #count(site: string): Promise<number> {
    const [found] = await this.#parts.sql.query<{ count: number }>(
      "select count(*)::int as count from demo.made where site = $1",
      [site],
    );
    return found?.count ?? 0;
  }

  async #makeAll(site: string, wanted: number, escrow: Parameters<typeof tell>[1]["escrow"]): Promise<void> {
    for (let next = await this.#count(site); next < wanted && !this.#isClosed; next += TOGETHER) {
      const places = Array.from({ length: Math.min(TOGETHER, wanted - next) }, (_, at) => next + at);
      const people = await Promise.all(places.map((place) => this.#makeOne(place, escrow)));
      // Listed last, and in their order: somebody whose log was cut short by the end of the server is nobody.
      for (const { subject, place, seen } of people)
        await this.#parts.sql.query("insert into demo.made values ($1, $2, $3, $4)", [
          ...[subject, site, place, JSON.stringify(seen)],
        ]);
    }
  }

  async #makeOne(place: number, escrow: Parameters<typeof tell>[1]["escrow"]) {
    // Others have their turn between two people.
    await new Promise((done) => setImmediate(done));
    const subject = randomUUID();
    const { entries, seen } = tell(storyAt(place), { subject, escrow, random: Math.random, now: Date.now() });
    for (const entry of entries) await this.#parts.logs.publish(subject, entry, {});
    return { subject, place, seen };
  }

  /** The escrow log of a site, once it works; as if the made-up people had compared its fingerprint. */
  async #escrowOf(site: string) {
    const found = (await this.#parts.accounts.sites()).find((each) => each.site === site);
    const escrowLog = found && (await this.#read(found.escrowSubject));
    if (!escrowLog || escrowNeeds(escrowLog).length > 0) return undefined;
    const { token } = compareFingerprint(escrowLog, formatFingerprint(fingerprintOf(escrowLog)));
    return { escrowLog, confirmed: token };
  }

  async #read(subject: string): Promise<LogState | undefined> {
    const entries: Uint8Array[] = [];
    for (;;) {
      const page = await this.#parts.logs.read(subject, { after: entries.length, attachments: "none" });
      if (!page) return undefined;
      entries.push(...page.entries);
      if (entries.length >= page.newest || page.entries.length === 0) break;
    }
    return verifyLog(entries, { subject, now: Date.now() });
  }
}

const FIRST = [
  ...["Aisha", "Bruno", "Carla", "Daniel", "Esther", "Felix", "Grace", "Hugo", "Iris", "Jonas", "Kira", "Liam"],
  ...["Mira", "Noah", "Olga", "Pavel", "Quinn", "Rosa", "Samir", "Tessa", "Umar", "Vera", "Wim", "Yara", "Zoe"],
];
const LAST = [
  ...["Abbott", "Bianchi", "Castro", "Dahl", "Eriksen", "Fischer", "Gupta", "Hansen", "Ivanova", "Jensen", "Kaya"],
  ...["Lopez", "Moreau", "Nakamura", "Owens", "Petrov", "Quigley", "Rossi", "Silva", "Tanaka", "Ueda", "Vidal"],
  ...["Weber", "Xu", "Young", "Zeller", "Brandt", "Conti", "Doyle", "Falk", "Gruber", "Horvat", "Ito", "Joshi"],
  ...["Keller", "Lang", "Marino", "Novak", "Ortega", "Pohl"],
];
const WORK = ["Nurse", "Physician", "Front desk", "Laboratory", "Pharmacy", "Accounts", "Therapy", "Ward"];

/** Who stands at a place: 1,000 places have 1,000 names. */
function personAt(place: number): Pick<EscrowPerson, "name" | "role"> {
  const mixed = (place * 387) % 1000;
  const first = FIRST[mixed % FIRST.length] as string;
  const last = LAST[Math.floor(mixed / FIRST.length)] as string;
  return { name: `${first} ${last}`, role: WORK[(place * 5 + Math.floor(place / 9)) % WORK.length] as string };
}
