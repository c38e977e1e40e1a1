// An escrow log with real keys, and users' logs with escrow: every admin's device is the real machine of the admins' client over one
// service, which takes what fits. docs/spec.md sections 11 and 13 (ESC-8, ESC-9).

import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { type Runs, runsOf } from "../../src/bytes/runs.js";
import { createOrder, disownOrder, orderTo, policyOrder } from "../../src/client/escrow-orders.js";
import type { Intent } from "../../src/client/intents.js";
import { KeysteadError } from "../../src/errors.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import { escrowMember, type LogState } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import type { Env } from "../../src/primitives/env.js";
import type { Publication } from "../../src/transport/transport.js";
import { escrowActs } from "../../src/trust/acts.js";
import { pointerTo } from "../../src/trust/pointer.js";
import { createLog, enrollEscrow, expel, joinLog, rename } from "../support/accepted.js";
import { AdminClient, Entries, type OfUser } from "../support/admin-client.js";
import { comparedWith } from "../support/client.js";
import { seededEnv } from "../support/seeded-env.js";
import type { Op } from "./reference.js";

export const ESCROW = "escrow@example.org";
const USERS = ["alice@example.org", "bob@example.org"] as const;
/** Devices that a user has at most, besides the first one. */
const MAX_NEWCOMERS = 4;

/** A service that takes an entry if it goes on from the log that it has; one that it has already is accepted again. */
class Relay extends Entries {
  readonly #logs = new Map<string, LogState>();
  /** Does something before an entry of this log is taken, once. */
  before: { readonly subject: string; readonly act: () => void } | undefined;

  override publish(subject: string, entry: Uint8Array): Publication {
    const { before } = this;
    if (before?.subject === subject) {
      this.before = undefined;
      before.act();
    }
    const log = this.#logs.get(subject);
    try {
      const now = { now: "unchecked" } as const;
      const after = log ? appendEntry(log, entry, now) : verifyLog([entry], { subject, ...now });
      if (after.head.seq === log?.head.seq) return { verdict: "accepted" };
      this.#logs.set(subject, after);
    } catch (error) {
      if (KeysteadError.from(error)) return { verdict: "lost" };
      throw error;
    }
    return super.publish(subject, entry);
  }

  at(subject: string): OfUser {
    return { log: present(this.#logs.get(subject)), entries: this.of(subject) };
  }
}

/** What an act announced, by its position in the escrow log. */
export interface Announced {
  readonly by: number;
  /** How often its device had taken fresh keys. */
  readonly rekeys: number;
}

/** An access that an admin recorded, and what it opened then. */
export interface Opened {
  readonly seq: number;
  readonly by: number;
  readonly epochs: Runs;
  readonly opened: readonly number[];
}

/** The escrow log with all its admins, and users. */
export class EscrowWorld {
  readonly service = new Relay();
  readonly clients = new Map<number, AdminClient>();
  /** Admins' devices that were ended in the middle of something, and not opened again. */
  readonly asleep = new Set<number>();
  readonly ids = new Map<number, MemberId>();
  /** The texts of backup keys, by position. */
  readonly papers = new Map<number, string>();
  readonly acts = new Map<number, Announced>();
  readonly accesses: Opened[] = [];
  readonly operator: OperatorKeys;
  readonly #owners = new Map<string, MemberState>();
  readonly #envs = new Map<string, Env>();
  readonly #seed: string;

  constructor(seed: string, hasOperator: boolean) {
    this.#seed = seed;
    this.operator = new OperatorKeys(this.env("operator").random(32));
    const operator = hasOperator ? this.operator.signingKey : undefined;
    const client = this.#newClient();
    client.do(
      orderTo("create-escrow", createOrder, { device: { name: "1" }, ...(operator && { operator }) }),
      this.env(1),
    );
    this.clients.set(1, client);
    this.ids.set(1, client.state.keyring.member);
  }

  /** Users' logs, which the service has too. */
  enrollUsers(): void {
    for (const subject of USERS) {
      const env = this.env(subject);
      const first = createLog({ subject, device: { name: "first" } }, env);
      const owner = enrollEscrow(first, this.log, this.log.head, env);
      for (const { entry } of [first, owner]) this.service.publish(subject, entry);
      this.#owners.set(subject, owner);
    }
  }

  get log(): LogState {
    return this.service.at(ESCROW).log;
  }

  get entries(): readonly Uint8Array[] {
    return this.service.of(ESCROW);
  }

  get users(): readonly OfUser[] {
    return [...this.#owners.keys()].map((subject) => this.service.at(subject));
  }

  /** Acts whose reviews are in users' logs. */
  doneActs(): ReadonlySet<number> {
    const acts = this.users.flatMap(({ log }) => escrowActs(log, this.log));
    return new Set(acts.flatMap(({ type, recordedAt }) => (type === "review" && recordedAt ? [recordedAt] : [])));
  }

  id(position: number): MemberId {
    return present(this.ids.get(position));
  }

  position(id: MemberId): number {
    return present([...this.ids].find(([, each]) => each === id))[0];
  }

  client(position: number): AdminClient {
    return present(this.clients.get(position));
  }

  /** Randomness and clock of one of them. */
  env(who: number | string): Env {
    const start = 1_700_000_000_000 + (typeof who === "number" ? ((who * 7) % 5) * 60_000 : 0);
    const env = this.#envs.get(`${who}`) ?? seededEnv(`${this.#seed}/${who}`, start);
    this.#envs.set(`${who}`, env);
    return env;
  }

  #newClient(): AdminClient {
    return new AdminClient(ESCROW, undefined, this.service);
  }

  /**
   * Lets a device's client write what an operation says.
   *
   * @returns the operation as it was asked for; undefined where clients have no verb for it. @throws as the machine does
   */
  do(op: Op, choice: number): Op | undefined {
    const position = this.log.head.seq + 1;
    const by = "by" in op ? op.by : 0;
    switch (op.type) {
      case "join": {
        const client = this.#newClient();
        client.sync(this.env(position));
        client.do({ do: "join", device: { name: `${position}` } }, this.env(position));
        this.clients.set(position, client);
        return op;
      }
      case "expel": {
        const { entry } = expel(
          this.log,
          { remove: op.remove.map((each) => this.id(each)) },
          this.operator,
          this.env("operator"),
        );
        this.service.publish(ESCROW, entry);
        return op;
      }
      case "enroll": {
        if (!this.clients.has(by)) return undefined;
        this.client(by).do({ do: "backup-key", name: `${position}` }, this.env(by));
        this.papers.set(position, this.client(by).paper);
        this.client(by).provePaper(this.env(by));
        return op;
      }
      case "act":
        return this.#recover(op, choice);
      case "access":
        return this.#discover(op, choice);
      default: {
        const asked = this.#intentOf(op);
        asked?.client.do(asked.intent, this.env(asked.at));
        return asked && op;
      }
    }
  }

  #intentOf(op: Op): { readonly client: AdminClient; readonly at: number; readonly intent: Intent } | undefined {
    const by = "by" in op ? op.by : 0;
    const asked = (intent: Intent) => (this.clients.has(by) ? { client: this.client(by), at: by, intent } : undefined);
    switch (op.type) {
      case "review": {
        const remove = op.remove.map((each) => this.id(each));
        const [first, ...others] = op.approve;
        if (this.papers.has(by)) {
          // A backup key is typed in on the device that it approves. One that was removed is for taking over what it held.
          const isUsable = others.length === 0 && this.log.active.has(this.id(by));
          const client = isUsable && first !== undefined ? this.clients.get(first) : undefined;
          const roles = first === undefined ? undefined : op.roles?.get(first);
          const intent = { do: "use-backup-key", text: this.papers.get(by), remove, roles } as const;
          return client && first !== undefined ? { client, at: first, intent } : undefined;
        }
        // Nobody compares the fingerprint of a backup key, which has no screen.
        if (!op.approve.every((each) => this.clients.has(each))) return undefined;
        const approve = op.approve.map((each) => comparedWith(this.log, this.id(each), op.roles?.get(each)));
        return asked({ do: "review", approve, remove });
      }
      case "rename":
        return asked({ do: "rename", member: this.id(op.member), device: { name: `renamed ${op.member}` } });
      case "leave":
      case "rekey":
        return asked({ do: op.type });
      case "policy":
        return asked(
          orderTo("policy", policyOrder, { enabled: true, allowUserBackupKeys: !this.log.policy?.allowUserBackupKeys }),
        );
      case "disown":
        return asked(orderTo("disown", disownOrder, { acts: [...op.acts] }));
      default:
        return undefined;
    }
  }

  /** A user has a new device, which an admin approves. Some links come too late, and some admins' devices are ended in between. */
  #recover(op: Op & { readonly by: number }, choice: number): Op | undefined {
    const client = this.clients.get(op.by);
    const subject = USERS[choice % USERS.length] as string;
    const env = this.env(subject);
    const { log } = this.service.at(subject);
    if (!client || log.active.size > 2 + MAX_NEWCOMERS) return undefined;
    if (escrowMember(log)?.pointer?.epoch !== pointerTo(this.log).epoch)
      client.renew(this.service.at(subject), this.env(op.by));
    const joined = joinLog(this.service.at(subject).log, { device: { name: "new" } }, env);
    this.service.publish(subject, joined.entry);
    const user = this.service.at(subject);
    const usersOwn = [...user.log.active.values()].flatMap(({ id, kind }) => (kind === "escrow" ? [] : [id]));
    const recovery = { approve: [joined.keyring.member], remove: [], usersOwn, reason: "lost" };
    const how = Math.floor(choice / 2) % 4;
    // The user's own device is faster.
    if (how === 1) this.service.before = { subject, act: () => this.#renameOwner(subject) };
    try {
      if (how === 2) {
        client.recordAndStop(user, recovery, this.env(op.by));
        this.asleep.add(op.by);
      } else client.recover(user, recovery, this.env(op.by));
    } catch (error) {
      // The act stands, and its review lost the race.
      if (how !== 1 || this.service.before) throw error;
    } finally {
      this.service.before = undefined;
    }
    return op;
  }

  #renameOwner(subject: string): void {
    const { keyring } = present(this.#owners.get(subject));
    const { entry } = rename({ log: this.service.at(subject).log, keyring }, { name: "mine" }, this.env(subject));
    this.service.publish(subject, entry);
  }

  #discover(op: Op & { readonly by: number }, choice: number): Op | undefined {
    const client = this.clients.get(op.by);
    const user = this.service.at(USERS[choice % USERS.length] as string);
    const granted = [...user.log.granted].flatMap(([, { runs }]) => runs.map(([from]) => from));
    if (!client || granted.length === 0) return undefined;
    const epochs = runsOf(new Set(granted.filter((_, index) => index === 0 || (choice >> 2) % 2 === index % 2)));
    const opened = client.discover(user, epochs, `case ${choice}`, this.env(op.by));
    this.accesses.push({ seq: this.log.head.seq, by: op.by, epochs, opened });
    return op;
  }
}
