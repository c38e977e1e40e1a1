// `--seed`: a year of made-up life. Real sessions live it through, on a clock that is set ahead from one event to the next; so every link,
// letter and note is as a year would have left it. What happens is always the same; the keys are fresh.

import { randomUUID } from "node:crypto";
import { type DeviceDescription, systemEnv } from "keystead";
import { fetchBlobs } from "keystead/blobs";
import { callerSealer, fetchTransport, memoryStore, openSession, type Session, type ShowPaper } from "keystead/client";
import { openEscrowSession } from "keystead/escrow-client";
import { createRelay, type News, type Sql } from "keystead/relay";
import { createSender, senderTransport, sqlSenderStore } from "keystead/sender";
import type { Account, Accounts } from "./accounts.js";
import { Escrow } from "./escrow.js";
import { Messages } from "./messages.js";
import { Papers } from "./papers.js";
import { PostRoom } from "./post-room.js";
import { SealedItems } from "./sealed-items.js";
import { SEED_LETTERS, SEED_NOTES } from "./seed-post.js";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const ORIGIN = "http://seed.localhost";

/** Something that happens in the life of an account, so many days ago. */
type Deed =
  | { readonly do: "open"; readonly device: string; readonly on: string }
  | { readonly do: "join"; readonly device: string; readonly on: string; readonly approvedBy?: string }
  | { readonly do: "remove"; readonly device: string; readonly by: string }
  | { readonly do: "rename"; readonly device: string; readonly to: string }
  | { readonly do: "paper"; readonly device: string; readonly name: string }
  | { readonly do: "escrow"; readonly paper: string }
  | { readonly do: "acknowledge"; readonly device: string };

const LIVES: Readonly<Record<string, readonly (readonly [daysAgo: number, deed: Deed])[]>> = {
  ada: [
    [365, { do: "open", device: "Laptop", on: "Firefox on Linux" }],
    [363, { do: "paper", device: "Laptop", name: "Paper in the safe" }],
    [355, { do: "acknowledge", device: "Laptop" }],
    [350, { do: "join", device: "Phone", on: "Chrome on Android", approvedBy: "Laptop" }],
    [201, { do: "join", device: "Tablet", on: "Safari on iPad", approvedBy: "Phone" }],
    [120, { do: "remove", device: "Phone", by: "Laptop" }],
    [119, { do: "join", device: "New phone", on: "Chrome on Android", approvedBy: "Laptop" }],
    [62, { do: "paper", device: "New phone", name: "Paper at my sister's" }],
    [21, { do: "join", device: "Chrome on Windows", on: "Chrome on Windows" }],
    [20.9, { do: "remove", device: "Chrome on Windows", by: "Laptop" }],
    [9, { do: "rename", device: "Tablet", to: "Tablet in room 2" }],
    [0.2, { do: "join", device: "Surgery computer", on: "Edge on Windows" }],
  ],
  ben: [
    [340, { do: "open", device: "Ward computer", on: "Edge on Windows" }],
    [338, { do: "paper", device: "Ward computer", name: "Paper in my locker" }],
    [337, { do: "acknowledge", device: "Ward computer" }],
    [152, { do: "join", device: "Phone", on: "Safari on iPhone", approvedBy: "Ward computer" }],
  ],
  chloe: [
    [330, { do: "open", device: "Front desk", on: "Firefox on Linux" }],
    [329, { do: "paper", device: "Front desk", name: "Paper in the cash box" }],
    [75, { do: "join", device: "Second desk", on: "Firefox on Linux", approvedBy: "Front desk" }],
  ],
  dina: [
    [300, { do: "open", device: "Laptop", on: "Chrome on Mac" }],
    [299, { do: "paper", device: "Laptop", name: "Backup key" }],
    [90, { do: "join", device: "Phone", on: "Chrome on Android", approvedBy: "Laptop" }],
  ],
  farah: [
    [364, { do: "open", device: "Laptop", on: "Firefox on Linux" }],
    [363.5, { do: "paper", device: "Laptop", name: "Paper at home" }],
    [360, { do: "escrow", paper: "Safe, ground floor" }],
  ],
};

/** How many days pass between two letters, and between two calls; each account has letters from its first day to its newest. */
const POST: Readonly<Record<string, readonly [letters: number, calls: number]>> = {
  ada: [7, 30],
  ben: [21, 90],
  chloe: [16, 60],
  dina: [25, 100],
  farah: [60, 200],
};

/** What a year is made in. */
interface Seeding {
  readonly sql: Sql;
  readonly accounts: Accounts;
  /** The public key that logs name, so that the portal can remove devices: 32 bytes. */
  readonly operator: Uint8Array;
  /** The present, in milliseconds since 1970: the year ends here. */
  readonly end: number;
}

/** @throws where the data is not empty */
export async function seedYear(seeding: Seeding): Promise<void> {
  const year = await Year.open(seeding);
  try {
    await year.live();
  } finally {
    await year.close();
  }
}

/** A relay of its own on the same database, that believes the clock of the year. */
function openRelay(sql: Sql, clock: Clock, notify: (news: News) => void) {
  const env = { ...systemEnv(), now: () => clock.now, every: () => () => undefined };
  const relay = createRelay({
    ...{ sql, origin: ORIGIN, path: "/keys", env, authorize: () => true, notify },
    limits: { requests: 1_000_000 },
  });
  const reach = {
    ...{ url: `${ORIGIN}/keys`, env },
    fetch: async (address: string, init?: object) =>
      await relay.fetch(new Request(address, init as RequestInit), undefined),
  };
  return { relay, reach, env };
}

/** Stands still between two events. */
interface Clock {
  now: number;
}

interface YearParts {
  readonly clock: Clock;
  readonly end: number;
  readonly operator: Uint8Array;
  readonly people: readonly Account[];
  /** The subject of the escrow log of each site. */
  readonly escrows: ReadonlyMap<string, string>;
  readonly escrow: Escrow;
  readonly service: ReturnType<typeof openRelay>;
  readonly post: PostRoom;
  readonly messages: Messages;
  readonly papers: Papers;
  /** What the relay told of, and the post room has not done yet. */
  readonly owed: () => Promise<void>;
}

class Year {
  readonly #parts: YearParts;
  /** Sessions by account and name of the device. */
  readonly #sessions = new Map<string, Session>();

  private constructor(parts: YearParts) {
    this.#parts = parts;
  }

  static async open({ sql, accounts, operator, end }: Seeding): Promise<Year> {
    const clock = { now: end - 366 * DAY };
    let owed: Promise<void> = Promise.resolve();
    const service = openRelay(sql, clock, ({ type, subject }) => {
      owed = owed.then(() => (type === "genesis" ? post.welcome(subject) : post.changed(subject)));
    });
    const { reach, env } = service;
    const items = await SealedItems.open(sql, fetchBlobs(reach));
    const [used] = await sql.query("select id from demo.sealed limit 1");
    if (used) throw new Error("--seed fills empty data: begin anew with --reset --seed");
    const sender = createSender({ transport: senderTransport(reach), store: sqlSenderStore(sql), env });
    const post = new PostRoom({ items, sender, now: env.now, letters: SEED_LETTERS });
    const stores = { messages: await Messages.open(sql), papers: await Papers.open(sql) };
    const escrows = new Map((await accounts.sites()).map(({ site, escrowSubject }) => [site, escrowSubject]));
    const escrow = await Escrow.open({ sql, accounts, logs: fetchTransport(reach) });
    return new Year({
      ...{ clock, end, operator, people: await accounts.all(), escrows, escrow, service, post, ...stores },
      owed: () => owed,
    });
  }

  /** Everything in the order in which it happened. */
  async live(): Promise<void> {
    const events = [...this.#deeds(), ...this.#incoming(), ...this.#notes()].sort((a, b) => b.daysAgo - a.daysAgo);
    for (const { daysAgo, happen } of events) {
      const { clock, end, owed } = this.#parts;
      clock.now = Math.round(end - daysAgo * DAY);
      await happen();
      await owed();
    }
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) session.close();
    await this.#parts.service.relay.close();
  }

  #deeds() {
    return Object.entries(LIVES).flatMap(([account, life]) =>
      life.map(([daysAgo, deed]) => ({ daysAgo, happen: () => this.#do(account, deed) })),
    );
  }

  #incoming() {
    return Object.entries(POST).flatMap(([account, [letters, calls]]) => {
      const first = LIVES[account]?.[0]?.[0] ?? 0;
      const every = (days: number, kind: "mail" | "voicemail") =>
        Array.from({ length: Math.floor((first - 1) / days) }, (_, nth) => {
          // Not at the same hour every time.
          const daysAgo = first - (nth + 1) * days + (((nth * 7 + days) % 9) * HOUR) / DAY;
          return { daysAgo: Math.max(daysAgo, 0.05), happen: () => this.#receive(account, kind) };
        });
      return [...every(letters, "mail"), ...every(calls, "voicemail")];
    });
  }

  #notes() {
    return SEED_NOTES.map(([from, to, days, text], nth) => ({
      daysAgo: days - nth / 100,
      happen: () => this.#write(from, to, text),
    }));
  }

  #receive(account: string, kind: "mail" | "voicemail"): Promise<void> {
    return this.#parts.post.receive(this.#subject(account), kind);
  }

  async #do(account: string, deed: Deed): Promise<void> {
    switch (deed.do) {
      case "open": {
        const { operator } = this.#parts;
        return await (await this.#open(account, deed.device)).create(described(deed.device, deed.on), { operator });
      }
      case "join": {
        const session = await this.#open(account, deed.device);
        await session.join(described(deed.device, deed.on));
        if (deed.approvedBy) await this.#approve(account, deed.approvedBy, session);
        return;
      }
      case "remove": {
        const member = this.#session(account, deed.device).getSnapshot().devices?.me.member;
        const remover = await this.#synced(account, deed.by);
        if (member) await remover.save({ remove: [member] });
        return;
      }
      case "rename":
        return await (await this.#synced(account, deed.device)).rename({ name: deed.to });
      case "paper": {
        const session = await this.#synced(account, deed.device);
        return await this.#written(account, deed.name, (show, options) => session.createBackupKey(show, options));
      }
      case "escrow":
        return await this.#setUpEscrow(this.#account(account), deed.paper);
      case "acknowledge": {
        const session = await this.#synced(account, deed.device);
        const { digits = "" } = (await this.#parts.escrow.published(this.#account(account).site)) ?? {};
        const { token } = session.compareEscrow(digits);
        const ask = session.getSnapshot().asks.find(({ question }) => question === "confirm-escrow");
        if (!token || !ask) throw new Error(`the seed found no escrow for ${account}`);
        await session.answer(ask.id, { say: "confirmed", token });
      }
    }
  }

  /** Makes a backup key, and keeps it as the paper of somebody, or of escrow. */
  async #written(
    owner: string,
    name: string,
    make: (show: ShowPaper, options: { readonly name: string }) => Promise<void>,
  ): Promise<void> {
    let text = "";
    await make(
      async (paper) => {
        text = paper.text;
        const groups = paper.text.split("-");
        return [groups[paper.prove[0] - 1] ?? "", groups[paper.prove[1] - 1] ?? ""];
      },
      { name },
    );
    await this.#parts.papers.put(owner, name, text);
  }

  /** An admin sets the escrow of a site up, and publishes its fingerprint. Its device is gone by now: the paper lets another in. */
  async #setUpEscrow(admin: Account, paper: string): Promise<void> {
    const { escrows, escrow, operator } = this.#parts;
    const subject = escrows.get(admin.site) ?? "";
    const session = await openEscrowSession({ subject, ...(await this.#store()) });
    const contacts = [`${admin.name}, ${admin.role}`];
    const contact = { escrowContacts: contacts, userContacts: contacts };
    await session.create(described("IT office", "Firefox on Linux"), { operator, ...contact });
    await this.#written(subject, paper, (show, options) => session.enable(show, options));
    await escrow.publish(admin, session.getSnapshot().fingerprint?.digits ?? "");
    session.close();
  }

  async #approve(account: string, by: string, joined: Session): Promise<void> {
    const approver = await this.#synced(account, by);
    const { fingerprint = "", me } = joined.getSnapshot().devices ?? {};
    const { token } = me ? approver.compare(fingerprint, me.member) : {};
    if (!token) throw new Error(`the seed could not approve a device of ${account}`);
    this.#parts.clock.now += HOUR / 4;
    await approver.save({ approve: [token] });
    await joined.sync();
  }

  /** Sealed by the first device of one account to another account. */
  async #write(from: string, to: string, text: string): Promise<void> {
    const [own, subject, id] = [this.#subject(from), this.#subject(to), randomUUID()];
    const session = await this.#synced(from, openedOn(from));
    await session.track(subject);
    // Here people have always asked each other.
    const contact = session.getSnapshot().contacts.find((each) => each.subject === subject);
    if (contact?.news === "changed") await session.acknowledge(contact);
    const sealed = await session.seal(new TextEncoder().encode(text), {
      ...{ purpose: "note", associatedData: new TextEncoder().encode(`${id} ${own} ${subject}`) },
      ...{ to: [subject], sign: true, pad: true },
    });
    await this.#parts.messages.put({ id, sender: from, recipient: to, at: this.#parts.clock.now, sealed });
  }

  async #open(account: string, device: string): Promise<Session> {
    const { subject, site } = this.#account(account);
    const session = await openSession({
      ...{ subject, escrowSubject: this.#parts.escrows.get(site), ...(await this.#store()) },
    });
    this.#sessions.set(`${account} ${device}`, session);
    return session;
  }

  /** What a new session of anybody is opened with. */
  async #store() {
    const env = {
      ...{ ...this.#parts.service.env, sleep: async () => undefined, announce: () => undefined },
      hear: () => () => undefined,
    };
    return {
      ...{ store: memoryStore(), background: false, env },
      sealer: await callerSealer(systemEnv().random(32)),
      transport: fetchTransport(this.#parts.service.reach),
    };
  }

  #session(account: string, device: string): Session {
    const session = this.#sessions.get(`${account} ${device}`);
    if (!session) throw new Error(`the seed knows no device ${device} of ${account}`);
    return session;
  }

  async #synced(account: string, device: string): Promise<Session> {
    const session = this.#session(account, device);
    await session.sync();
    return session;
  }

  #subject(account: string): string {
    return this.#account(account).subject;
  }

  #account(account: string): Account {
    const person = this.#parts.people.find((each) => each.account === account);
    if (!person) throw new Error(`the seed knows no account ${account}`);
    return person;
  }
}

function described(name: string, platform: string): DeviceDescription {
  return { name, platform };
}

function openedOn(account: string): string {
  const deed = LIVES[account]?.[0]?.[1];
  return deed?.do === "open" ? deed.device : "";
}
