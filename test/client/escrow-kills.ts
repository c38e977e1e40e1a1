// An admin's session that is killed wherever it waits for its store or its service, and opened again. Without a test runner, so that
// it runs in a worker over weakened rules, too.

import { present } from "../../src/bytes/present.js";
import type { ReportRow } from "../../src/client/escrow-report.js";
import type { EscrowSession } from "../../src/client/escrow-session.js";
import type { Session } from "../../src/client/session.js";
import { reviewOf } from "../../src/escrow/act.js";
import type { Role } from "../../src/log/fields.js";
import { isConfirmed } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import type { Store } from "../../src/storage/store.js";
import { rollBackTo } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import type { Transport } from "../../src/transport/transport.js";
import { escrowNeeds } from "../../src/trust/escrow-needs.js";
import { all } from "../support/all.js";
import { ALICE, admit, type Desk, desk, enrolled, hired, lockedOut, ORGANISATION, organisation } from "./admins.js";
import { memberOf, writtenInto } from "./sessions.js";

/** A process, until it has waited so many times. */
export class Life {
  #left: number;
  #kill: () => void = () => undefined;
  readonly killed: Promise<void>;

  constructor(waits: number) {
    this.#left = waits;
    this.killed = new Promise((kill) => {
      this.#kill = kill;
    });
  }

  async #pass(): Promise<void> {
    if (this.#left-- > 0) return;
    this.#kill();
    await new Promise(() => undefined);
  }

  /** Before it is done and after it was done it can be the last. */
  async #during<T>(act: () => Promise<T>): Promise<T> {
    await this.#pass();
    const result = await act();
    await this.#pass();
    return result;
  }

  readonly store = (inner: Store): Store => ({
    load: () => this.#during(() => inner.load()),
    commit: (expected, change) => this.#during(() => inner.commit(expected, change)),
    destroy: () => inner.destroy(),
    close: () => inner.close(),
  });

  readonly transport = (inner: Transport): Transport => ({
    read: (subject, options) => this.#during(() => inner.read(subject, options)),
    publish: (subject, entry, options) => this.#during(() => inner.publish(subject, entry, options)),
  });
}

interface World {
  readonly relay: MaliciousRelay;
  /** The admin's device that is killed. */
  readonly device: Desk;
  /** Faults that the service saw. */
  readonly faults: string[];
}

/** What an admin does while its device is killed, and what must hold when it was opened again. */
export interface Scenario<W extends World = World> {
  readonly name: string;
  prepare(): Promise<W>;
  act(session: EscrowSession, world: W): Promise<unknown>;
  /** Before the device is opened again. */
  meanwhile?(world: W): void;
  /** What is wrong; undefined where all is well. */
  judge(session: EscrowSession, world: W): Promise<string | undefined>;
}

/** Kills a scenario wherever it waits. @returns how often. @throws when something is wrong after that */
export async function killEverywhere<W extends World>(scenario: Scenario<W>): Promise<number> {
  for (let waits = 0; ; waits++) {
    const world = await scenario.prepare();
    const life = new Life(waits);
    const run = async () => {
      const session = await world.device.open(life);
      await scenario.act(session, world);
      session.close();
      return "done" as const;
    };
    const outcome = await Promise.race([run(), life.killed]);
    scenario.meanwhile?.(world);
    const again = await world.device.open();
    for (let look = 0; look < 3; look++) await again.sync();
    const wrong = world.faults[0] ?? (await scenario.judge(again, world)) ?? world.faults[0];
    again.close();
    if (wrong) throw new Error(`${scenario.name}, killed after ${waits} waits: ${wrong}`);
    if (outcome === "done") return waits;
  }
}

function world(): World {
  const relay = new MaliciousRelay();
  const faults: string[] = [];
  // Whatever escrow does in a user's log, the act stands in the escrow log already (ESC-8).
  relay.listen((subject) => {
    if (subject === ORGANISATION) return;
    const log = verifyLog(relay.read(subject), { subject, now: "unchecked" });
    const { seq, type, actor } = present(log.links.last());
    const recorded = relay.read(ORGANISATION).length;
    if (type === "review" && actor && actor.seq > recorded)
      faults.push(`link ${seq} of ${subject} came before its act`);
  });
  return { relay, faults, device: desk(relay, "ann") };
}

const enabling: Scenario<World & { readonly shown: string[] }> = {
  name: "create and enable",
  prepare: async () => ({ ...world(), shown: [] }),
  async act(session, { shown }) {
    await session.create({ name: "Ann" });
    await session.enable(writtenInto(shown));
  },
  async judge(session, { shown }) {
    if (session.getSnapshot().status === "new") await session.create({ name: "Ann" });
    if (escrowNeeds(session.log).length > 0) await session.enable(writtenInto(shown));
    const needs = escrowNeeds(session.log);
    if (needs.length > 0) return `it still needs ${needs}`;
    const seen = new Set(shown.map((text) => session.checkBackupKey(text).member));
    const papers = [...session.log.active.values()].filter(({ kind }) => kind === "backup");
    if (papers.some(({ id }) => !seen.has(id))) return "a backup key is in the log that nobody saw";
    const devices = [...session.log.active.values()].filter(({ kind }) => kind === "device");
    return devices.length === 1 ? undefined : `${devices.length} devices`;
  },
};

interface Recovering extends World {
  readonly laptop: Session;
  readonly phone: Session;
  readonly fingerprint: string;
  /** What the service refused and has. */
  late?: Uint8Array;
  isOver?: boolean;
}

async function recovering(): Promise<Recovering> {
  const made = world();
  const ann = await organisation(made.relay, made.device);
  const laptop = await enrolled(made.relay, ann);
  const { device: phone } = await lockedOut(made.relay, ann);
  ann.close();
  const { fingerprint } = present(phone.getSnapshot().devices);
  return { ...made, laptop, phone, fingerprint: present(fingerprint) };
}

async function recover(session: EscrowSession, { laptop, phone, fingerprint }: Recovering): Promise<void> {
  const user = await session.fetchUser(ALICE);
  const { token } = session.compareUser(user, fingerprint, memberOf(phone));
  await session.recover(user, { approve: [present(token)], remove: [memberOf(laptop)], reason: "lost" });
}

async function recovered(session: EscrowSession, made: Recovering): Promise<string | undefined> {
  if (session.acts().length === 0) await recover(session, made);
  const { users, openActs, pending } = session.getSnapshot();
  if (pending || users.length > 0) return `something is pending: ${JSON.stringify([pending, users])}`;
  const [recorded, ...more] = session.acts();
  if (!recorded?.act || more.length > 0) return `${1 + more.length} acts`;
  const { log } = await session.fetchUser(ALICE);
  if (!reviewOf(log, session.log, recorded.act)) return "the act was not done";
  if (openActs.length > 0) return "the act that was done is shown as open";
  await made.phone.sync();
  return made.phone.getSnapshot().status === "ready" ? undefined : "the user is not restored";
}

const recovery: Scenario<Recovering> = {
  name: "recover",
  prepare: recovering,
  act: recover,
  judge: recovered,
};

/** The service refuses what it got for the user's log, and publishes it when the admin's device is gone. */
const refusedRecovery: Scenario<Recovering> = {
  name: "recover, refused and published later",
  async prepare() {
    const made = await recovering();
    const { publish } = made.device.transport;
    made.device.transport.publish = async (subject, entry, options) => {
      if (subject !== ALICE || made.isOver) return publish(subject, entry, options);
      made.late = new Uint8Array(entry);
      return { verdict: "refused", code: "RATE_LIMITED" };
    };
    return made;
  },
  async act(session, made) {
    void recover(session, made).catch(() => undefined);
    // The refusal is stored when the device is closed.
    while (!session.getSnapshot().users.some(({ refused }) => refused)) await session.sync();
  },
  meanwhile(made) {
    made.isOver = true;
    if (made.late) made.relay.publish(ALICE, made.late);
  },
  judge: recovered,
};

const discovery: Scenario = {
  name: "record an access",
  async prepare() {
    const made = world();
    const ann = await organisation(made.relay, made.device);
    await enrolled(made.relay, ann);
    ann.close();
    return made;
  },
  act: recordAccess,
  async judge(session) {
    if (session.accesses().length === 0) await recordAccess(session);
    const [access, ...more] = session.accesses();
    if (!access || more.length > 0) return `${1 + more.length} records`;
    const { keyring } = await session.openRecorded(access.seq);
    return `${keyring.epochs}` === "1" ? undefined : "the record opens something else";
  },
};

async function recordAccess(session: EscrowSession): Promise<void> {
  const user = await session.fetchUser(ALICE);
  await session.recordAccess(user, { epochs: [[1, 1]], reason: "court order" });
}

const renewal: Scenario = {
  name: "renew for a user who is offline",
  async prepare() {
    const made = world();
    const ann = await organisation(made.relay, made.device);
    const bob = await hired(ann, desk(made.relay, "bob"), ["recover"]);
    await enrolled(made.relay, ann);
    await ann.save({ remove: [memberOf(bob)] });
    ann.close();
    return made;
  },
  act: renew,
  async judge(session) {
    await renew(session);
    const { log } = await session.fetchUser(ALICE);
    const renewals = [...log.links].filter(({ type }) => type === "renew-escrow").length;
    const { users, pending } = session.getSnapshot();
    if (pending || users.length > 0) return "something is pending";
    return renewals === 1 ? undefined : `${renewals} renewals`;
  },
};

async function renew(session: EscrowSession): Promise<void> {
  for await (const { outcome, error } of session.renewFor([ALICE]))
    if (outcome === "failed") throw new Error(error.message);
}

interface Hiring extends World {
  readonly bob: EscrowSession;
}

/** The first admin, and the device of another one. */
async function hiring(roles?: readonly Role[]): Promise<Hiring> {
  const made = world();
  const ann = await organisation(made.relay, made.device);
  const device = desk(made.relay, "bob");
  const bob = roles ? await hired(ann, device, roles) : await device.open();
  if (!roles) await bob.join({ name: "Bob" });
  ann.close();
  return { ...made, bob };
}

function reviewsOf({ log }: EscrowSession): number {
  return [...log.links].filter(({ type }) => type === "review").length;
}

const ROLES = ["recover", "discover"] as const;

const approval: Scenario<Hiring> = {
  name: "save, which approves an admin's device with its roles",
  prepare: () => hiring(),
  act: (session, { bob }) => admit(session, bob, ROLES),
  async judge(session, { bob }) {
    if (!isConfirmed(session.log, present(session.log.active.get(memberOf(bob))))) await admit(session, bob, ROLES);
    await bob.sync();
    if (session.getSnapshot().pending) return "something is pending";
    if (reviewsOf(session) !== 1) return `${reviewsOf(session)} reviews`;
    const { roles } = present(bob.log.active.get(memberOf(bob)));
    if (bob.getSnapshot().status !== "ready" || `${[...roles].sort()}` !== `${[...ROLES].sort()}`)
      return `the other admin is ${bob.getSnapshot().status} with ${[...roles]}`;
    return undefined;
  },
};

const dismissal: Scenario<Hiring> = {
  name: "save, which removes an admin's device",
  prepare: () => hiring(["manage"]),
  act: dismiss,
  async judge(session, made) {
    const { bob } = made;
    if (session.log.active.has(memberOf(bob))) await dismiss(session, made);
    await session.sync();
    const { pending } = session.getSnapshot();
    if (pending || session.log.rotationDue) return "something is pending, or a new key is due";
    if (reviewsOf(session) !== 2) return `${reviewsOf(session)} reviews`;
    await bob.sync();
    return bob.getSnapshot().status === "removed" ? undefined : `the other admin is ${bob.getSnapshot().status}`;
  },
};

async function dismiss(session: EscrowSession, { bob }: Hiring): Promise<void> {
  await session.save({ remove: [memberOf(bob)] });
}

const USERS = [ALICE, "user-ben", "user-cleo"];

const reporting: Scenario = {
  name: "report",
  async prepare() {
    const made = world();
    const ann = await organisation(made.relay, made.device);
    for (const subject of USERS) {
      const laptop = await enrolled(made.relay, ann, `laptop of ${subject}`, subject);
      await laptop.rename({ name: "Work" });
    }
    ann.close();
    return made;
  },
  act: report,
  async judge(session, { relay }) {
    const lengths = () => [ORGANISATION, ...USERS].map((subject) => relay.read(subject).length);
    const before = `${lengths()}`;
    const rows = await report(session);
    const bad = rows.find(({ error, coverage }) => error || coverage.gaps.length > 0);
    if (bad || rows.length !== USERS.length) return `a report says ${JSON.stringify(bad ?? rows.length)}`;
    if (session.getSnapshot().pending || `${lengths()}` !== before) return "a report wrote a link";
    // What a report has verified, a later one holds the service to.
    for (const subject of USERS) relay.tell(subject, rollBackTo(relay.read(subject).length - 1));
    const codes = (await report(session)).map(({ error }) => error?.code);
    return codes.every((code) => code === "ROLLED_BACK")
      ? undefined
      : `logs that were rolled back are reported ${codes}`;
  },
};

function report(session: EscrowSession): Promise<readonly ReportRow[]> {
  return all(session.report(USERS));
}

/** What is killed everywhere. */
export const SCENARIOS = [
  ...[enabling, recovery, refusedRecovery, discovery, renewal],
  ...[approval, dismissal, reporting],
] as const;
