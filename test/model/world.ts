// The real code under the reference model's operations: every member's state, with real keys and real grants. docs/spec.md
// sections 6 and 7.

import type { Knowledge } from "../../src/agenda/facts.js";
import { performStep } from "../../src/agenda/perform.js";
import type { AuthorStep } from "../../src/agenda/steps.js";
import { prepareDevice, provisionDevice } from "../../src/authoring/enter.js";
import { UNGUARDED } from "../../src/authoring/escrow-guard.js";
import { openKeyring, type Received, receive, resume } from "../../src/authoring/receive.js";
import { reclaimable } from "../../src/authoring/verbs.js";
import { openBackupKey } from "../../src/backup/open.js";
import type { Bytes } from "../../src/bytes/bytes.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { equalRuns, type Runs, runsOf } from "../../src/bytes/runs.js";
import type { Answer, Ask } from "../../src/client/asks.js";
import type { Intent } from "../../src/client/intents.js";
import type { Answers } from "../../src/client/model.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { type Keyring, ownKeys } from "../../src/keys/keyring.js";
import { parseKeyring } from "../../src/keys/keyring-bytes.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import { decodeEntry, encodeEntry } from "../../src/log/entry.js";
import { escrowIdOf } from "../../src/log/escrow-id.js";
import type { LogState } from "../../src/log/state.js";
import type { Env } from "../../src/primitives/env.js";
import {
  type Authored,
  accepted,
  acceptProvisioning,
  createBackupKey,
  expel,
  joinLog,
  leave,
  reclaim,
  regrant,
  rekey,
  rename,
  review,
  rotate,
  setLockdown,
} from "../support/accepted.js";
import {
  clientAgrees,
  clientAnswers,
  clientCreates,
  clientOwes,
  clientWrites,
  comparedWith,
  confirming,
  type Has,
} from "../support/client.js";
import { type RawSigner, signerOf } from "../support/raw-link.js";
import { seededEnv } from "../support/seeded-env.js";
import { Organisation } from "./organisation.js";
import type { Op } from "./reference.js";

/** An entry without its attachments: the part that a verifier needs. */
export function bare(entry: Uint8Array): Uint8Array {
  return encodeEntry(decodeEntry(entry).link.bytes, []);
}

/** The grants that an entry brought to each member, by position. */
export type Opened = ReadonlyMap<number, Received>;

/** A client that withholds its new epoch from escrow, and checks nothing before it grants. */
const WITHHOLDING = { withholdFromEscrow: true, [UNGUARDED]: true };

const optionsOf = (op: { readonly withhold?: boolean }): object => (op.withhold ? WITHHOLDING : {});

export const SUBJECT = "alice@example.org";

/** What a device does by itself, or what its user agrees to. */
export interface Duty {
  /** For a regrant that the user agrees to, the step that it would be. */
  readonly step: AuthorStep;
  /** Whether the user is asked first. */
  readonly isAsked: boolean;
  readonly knowledge: Knowledge;
}

/** What a user asks of a device, by its position. */
interface Asked {
  readonly device: number;
  readonly intent: Intent;
}

/** A link that was written and not yet published. */
export interface Written {
  readonly entry: Uint8Array;
  /** Keyrings made by writing: the author's with the new epoch, and a new member's, still without grants. */
  readonly keyrings: ReadonlyMap<number, Keyring>;
  readonly entered: MemberId | undefined;
  /** The text of the backup key that it makes. */
  readonly paper?: string | undefined;
  /** All signers, in order. */
  readonly signers: readonly RawSigner[];
  /** The library's state of the log now. */
  readonly log: LogState;
}

/** A log with all its members, on devices of their own. Members are named by the position at which they entered. */
export class World {
  /** Removed members continue to receive: they would open everything that they still could. */
  readonly sessions = new Map<number, MemberState>();
  readonly ids = new Map<number, MemberId>();
  /** Entries as their authors published them. */
  readonly entries: Uint8Array[] = [];
  readonly operator: OperatorKeys;
  /** The escrow log that the user's devices know, if they know one. */
  readonly organisation: Organisation | undefined;
  log: LogState;
  /** The texts of backup keys, by position. */
  readonly #papers = new Map<number, string>();
  /** Members that the server ever denied a grant. */
  readonly #denied = new Set<number>();
  readonly #envs = new Map<number, Env>();
  readonly #seed: string;
  /** What each device's client remembers of its user's answers, by position. */
  readonly #answers = new Map<number, Answers>();

  constructor(seed: string, hasOperator: boolean, hasEscrow = false) {
    this.#seed = seed;
    this.organisation = hasEscrow ? new Organisation(seededEnv(`${seed}/escrow`)) : undefined;
    this.operator = new OperatorKeys(this.env(0).random(32));
    const operator = hasOperator ? this.operator.signingKey : undefined;
    const device = { name: "1" };
    const first = clientCreates(SUBJECT, { do: "create", device, operator: operator as Bytes }, this.env(1));
    this.sessions.set(1, first);
    this.ids.set(1, first.keyring.member);
    this.entries.push(first.entry);
    this.log = first.log;
  }

  /** Randomness and clock of one member. The clocks disagree, like real clocks. */
  env(position: number): Env {
    const env =
      this.#envs.get(position) ??
      seededEnv(`${this.#seed}/${position}`, 1_700_000_000_000 + ((position * 7) % 5) * 60_000);
    this.#envs.set(position, env);
    return env;
  }

  /** A member's knowledge besides its own log and keyring. A device's user answers what its client asks (section 11.2). */
  knowledgeOf(position: number): Knowledge {
    const escrowLog = this.organisation?.log;
    const now = "unchecked";
    // A backup key has no client that asks.
    if (!this.hasClient(position)) return { escrowLog, storedConfirmation: this.organisation?.confirmed, now };
    const { confirmed, ...answers } = this.#ask(position);
    return { escrowLog, storedConfirmation: confirmed?.head, confirmedAt: confirmed?.at, ...answers, now };
  }

  #ask(position: number): Answers {
    const answers = clientAnswers({ ...this.#has(position), says: (ask) => this.#truth(ask) }, this.env(position));
    this.#answers.set(position, answers);
    return answers;
  }

  /** The user never declined escrow, and wants it again after a removal; the organisation publishes its newest fingerprint. */
  #truth(ask: Ask): Answer | undefined {
    switch (ask.question) {
      case "confirm-escrow": {
        const { log } = present(this.organisation);
        if (ask.head.hash !== log.head.hash) throw new Error("a client asks about another escrow log than it has");
        return confirming(log);
      }
      case "enroll-again":
        return { say: "yes" };
      case "whose-members":
      case "remove-escrow":
        throw new Error(`an honest organisation leads to the question ${ask.question}`);
      default:
        // Answered as drawn, or by doing something.
        return undefined;
    }
  }

  #has(position: number): Has {
    const { log, entries } = this;
    const answers = this.#answers.get(position);
    return { log, entries, keyring: this.sessions.get(position)?.keyring, escrowLog: this.organisation?.log, answers };
  }

  session(position: number): MemberState {
    return this.sessions.get(position) as MemberState;
  }

  id(position: number): MemberId {
    return this.ids.get(position) as MemberId;
  }

  position(id: MemberId): number {
    return [...this.ids].find(([, each]) => each === id)?.[0] as number;
  }

  /**
   * Lets the library write a link: a device's client, where it has a verb for that.
   *
   * @param as who says that it cannot open epochs, which no client does.
   * @throws as it does; nothing has changed then
   */
  write(op: Op, as?: MemberState): Written {
    const asked = as ? undefined : this.#askedBy(op);
    const written = asked && this.#byClient(op, asked);
    // A client withholds from escrow what it must not grant, and nothing else (ESC-4). What was drawn otherwise is the core's.
    if (written?.log.links.last()?.withheldFromEscrow === ("withhold" in op && op.withhold === true)) return written;
    return this.#byCore(op, as);
  }

  #byCore(op: Op, as?: MemberState): Written {
    const position = this.log.head.seq + 1;
    if (op.type === "genesis") throw new Error("a log has one genesis");
    if (op.type === "join") {
      const joined = joinLog(this.log, { device: { name: `${position}` }, ...optionsOf(op) }, this.env(position));
      const { keyring } = joined;
      const signers = [signerOf(joined)];
      return { ...joined, keyrings: new Map([[position, keyring]]), entered: keyring.member, signers };
    }
    if (op.type === "expel") {
      const expelled = expel(this.log, { remove: this.#idsOf(op.remove) }, this.operator, this.env(0));
      return { ...expelled, keyrings: new Map(), entered: undefined, signers: [this.operator] };
    }
    const author = as ?? this.session(op.by);
    if (op.type === "enroll") return this.#enroll(author, op.by, op.kind);
    const authored = this.#act(author, op);
    const other = op.type === "rekey" ? authored : op.type === "reclaim" ? this.session(op.from) : undefined;
    const signers = [author, ...(other ? [other] : [])].map(signerOf);
    const entered = op.type === "enroll-escrow" ? escrowIdOf(this.log.head, position) : undefined;
    return { ...authored, keyrings: new Map([[op.by, authored.keyring]]), entered, signers };
  }

  /** What a user asks of a device, so that its client writes this link; undefined where clients have no verb for it. */
  #askedBy(op: Op): Asked | undefined {
    if (op.type === "join") {
      const device = this.log.head.seq + 1;
      return { device, intent: { do: "join", device: { name: `${device}` } } };
    }
    const by = "by" in op ? op.by : 0;
    // With one that was removed, a device would reclaim.
    if (op.type === "review" && this.#hasPaper(by) && this.log.active.has(this.id(by))) {
      // A backup key is typed in on a device, which it approves.
      const [device, ...others] = op.approve;
      if (device === undefined || others.length > 0 || !this.hasClient(device)) return undefined;
      return { device, intent: { do: "use-backup-key", text: this.#papers.get(by), remove: this.#idsOf(op.remove) } };
    }
    const intent = this.hasClient(by) ? this.#intentOf(op) : undefined;
    return intent && { device: by, intent };
  }

  #intentOf(op: Op): Intent | undefined {
    switch (op.type) {
      case "review": {
        // A backup key has no fingerprint to compare, and escrow is approved as the agenda says.
        if (!op.approve.every((position) => this.hasClient(position))) return undefined;
        const approve = this.#idsOf(op.approve).map((id) => comparedWith(this.log, id));
        return { do: "review", approve, remove: this.#idsOf(op.remove) };
      }
      case "rename":
        return { do: "rename", member: this.id(op.member), device: { name: `renamed ${op.member}` } };
      case "lockdown":
        return { do: "lockdown", on: op.on, remove: this.#idsOf(op.remove) };
      case "leave":
      case "rekey":
        return { do: op.type };
      case "enroll":
        return op.kind === "backup" ? { do: "backup-key", name: `${this.log.head.seq + 1}` } : undefined;
      case "regrant": {
        // A user says yes to one member at a time, and escrow gets what the agenda says.
        const [{ member, epochs } = { member: 0, epochs: [] }, ...others] = op.regrants;
        const isEscrow = this.log.active.get(this.id(member))?.kind === "escrow";
        return others.length > 0 || isEscrow
          ? undefined
          : { do: "regrant", member: this.id(member), epochs: runsOf(epochs) };
      }
      case "reclaim": {
        const { keyring: from } = this.session(op.from);
        // A client takes over everything.
        const isAll =
          !this.log.active.has(from.member) && equalRuns(reclaimable(this.session(op.by), from), runsOf(op.epochs));
        if (!isAll) return undefined;
        if (!this.#hasPaper(op.from)) return { do: "reclaim", from: from.member };
        return { do: "use-backup-key", text: this.#papers.get(op.from), remove: [] };
      }
      default:
        // Provisioning is no verb of a client. It rotates, and points escrow at a log, as its agenda says.
        return undefined;
    }
  }

  /** Whether a text is at hand that gives what its member's keyring has: the service shows it everything, also what it denied. */
  #hasPaper(position: number): boolean {
    return this.#papers.has(position) && !this.#denied.has(position);
  }

  #byClient(op: Op, { device, intent }: Asked): Written {
    const former = op.type === "reclaim" ? [this.session(op.from).keyring] : [];
    if (this.hasClient(device)) this.#ask(device);
    const written = clientWrites({ ...this.#has(device), former }, intent, this.env(device));
    const { keyring, paper } = written;
    const keyrings = new Map([[device, keyring]]);
    const authors = "by" in op ? [this.session(op.by), ...(op.type === "rekey" ? [written] : [])] : [written];
    const result = { ...written, keyrings, signers: authors.map(signerOf) };
    if (paper === undefined) return { ...result, entered: op.type === "join" ? keyring.member : undefined };
    const { keyring: made } = openBackupKey(written.log, [], paper);
    const position = written.log.head.seq;
    return { ...result, paper, keyrings: keyrings.set(position, made), entered: made.member };
  }

  /** Lets a device's client do a step of its agenda, or what its user agrees to; the core, where there is no client. */
  perform(by: number, { step, isAsked, knowledge }: Duty): Written {
    const { log, keyring } = this.session(by);
    const has = this.#has(by);
    const env = this.env(by);
    const byClient = () =>
      isAsked ? clientAgrees(has, (ask) => isRegrant(ask, step), env) : clientWrites(has, { do: "duty", step }, env);
    const authored = this.hasClient(by) ? byClient() : accepted(performStep({ log, keyring }, step, knowledge, env));
    const entered = step.link === "enroll-escrow" ? escrowIdOf(this.log.head, this.log.head.seq + 1) : undefined;
    const signers = [signerOf(this.session(by))];
    return { ...authored, keyrings: new Map([[by, authored.keyring]]), entered, signers };
  }

  /**
   * Gives an entry to all members, without its attachments to those in `denied`. One member verifies the link, a different one
   * each time. The others open their grants on the resulting state, since verification is the same for all of them.
   */
  publish({ keyrings, entered, paper }: Written, entry: Uint8Array, denied: ReadonlySet<number> = new Set()): Opened {
    const before = this.log;
    const position = before.head.seq + 1;
    if (entered) this.ids.set(position, entered);
    if (paper !== undefined) this.#papers.set(position, paper);
    for (const member of denied) this.#denied.add(member);
    const keyringOf = (member: number): Keyring => keyrings.get(member) ?? this.session(member).keyring;
    const members = [...new Set([...this.sessions.keys(), ...keyrings.keys()])];
    const turn = position % members.length;
    const opened = new Map<number, Received>();
    for (const member of [...members.slice(turn), ...members.slice(0, turn)]) {
      const received = receive(
        { log: this.log, keyring: keyringOf(member) },
        denied.has(member) ? bare(entry) : entry,
        { now: "unchecked" },
      );
      this.log = received.log;
      opened.set(member, received);
    }
    for (const [member, { keyring }] of opened) this.sessions.set(member, { log: this.log, keyring });
    this.entries.push(entry);
    return opened;
  }

  /**
   * A careless member believes its own link accepted, and another one wins the race: its keyring has a seed that is no epoch's.
   * It continues with the log from before, or starts again from its stored bytes (GRT-4).
   */
  loseRace(member: number, op: Op & { readonly by: number }, stores: boolean): void {
    const { keyrings, log } = this.write(op);
    const keyring = keyrings.get(member) as Keyring;
    if (!stores) {
      this.sessions.set(member, { log: this.log, keyring });
      return;
    }
    const parsed = parseKeyring(unsafeSerializeKeyring({ log, keyring }));
    const found = resume(this.log, [], parsed);
    this.sessions.set(member, { log: this.log, keyring: found.keyring });
  }

  /** A copy of a member's keyring, as in a backup of its device. */
  clone(member: number): Keyring {
    return parseKeyring(unsafeSerializeKeyring(this.session(member)));
  }

  /** Gives one member an entry again, with its attachments. */
  redeliver(seq: number, member: number): Received {
    const received = receive(this.session(member), this.entries[seq - 1] as Uint8Array, { now: "unchecked" });
    this.sessions.set(member, { log: received.log, keyring: received.keyring });
    return received;
  }

  /** Makes a member start again from its seed alone, as a backup key always does. @returns the epochs that the server withheld */
  reopen(member: number): Runs {
    const seed = ownKeys(this.session(member).keyring).copySeed();
    const { keyring, withheld } = openKeyring(this.log, this.entries, seed.bytes());
    this.sessions.set(member, { log: this.log, keyring });
    return withheld;
  }

  /** The step that a device's client does by itself while the service shows nothing new. */
  owedByClient(by: number): AuthorStep | undefined {
    const { log } = this.session(by);
    // Of another env: what is only looked at must not change what is drawn later.
    const env = seededEnv(`${this.#seed}/${by}/${log.head.seq}`, this.env(by).now());
    return clientOwes(this.#has(by), env);
  }

  /** Whether a device of a user is the author, which has a client. */
  hasClient(position: number): boolean {
    return this.log.kind === "user" && this.log.active.get(this.id(position))?.kind === "device";
  }

  #idsOf(positions: readonly number[]): MemberId[] {
    return positions.map((position) => this.id(position));
  }

  #act(session: MemberState, op: Exclude<Op, { type: "genesis" | "join" | "enroll" | "expel" }>): Authored {
    const options = optionsOf(op as object);
    const env = this.env(op.by);
    switch (op.type) {
      case "review":
        return review(session, { approve: this.#idsOf(op.approve), remove: this.#idsOf(op.remove), ...options }, env);
      case "rotate":
        return rotate(session, env, options);
      case "regrant":
        return regrant(
          session,
          op.regrants.map(({ member, epochs }) => ({ member: this.id(member), epochs: runsOf(epochs) })),
          env,
        );
      case "rekey":
        return rekey(session, env, options);
      case "leave":
        return leave(session, env);
      case "rename":
        return rename(session, { name: `renamed ${op.member}`, member: this.id(op.member) }, env);
      case "lockdown":
        return setLockdown(session, { on: op.on, remove: this.#idsOf(op.remove), ...options }, env);
      case "reclaim": {
        const { keyring: from } = this.session(op.from);
        return reclaim(session, { from, epochs: runsOf(op.epochs) }, env);
      }
      case "enroll-escrow":
        return (this.organisation as Organisation).point(session, "enroll", op.pointer, env);
      case "renew-escrow":
        return (this.organisation as Organisation).point(session, "renew-escrow", op.pointer, env);
      default:
        throw new Error(`${op.type} is for escrow logs`);
    }
  }

  #enroll(author: MemberState, by: number, kind: "device" | "backup"): Written {
    const position = this.log.head.seq + 1;
    const name = { name: `${position}` };
    if (kind === "device") {
      const prepared = prepareDevice(this.log, { device: name }, this.env(position));
      const offer = provisionDevice(author, prepared.request, this.env(by));
      const { log, entry, keyring } = acceptProvisioning(this.log, offer, prepared, { now: "unchecked" });
      const signers = [signerOf(author), signerOf(prepared)];
      return { log, entry, keyrings: new Map([[position, prepared.keyring]]), entered: keyring.member, signers };
    }
    const made = createBackupKey(author, { ...name, escrowLog: this.organisation?.log }, this.env(by));
    // Without entries the paper gives the keys alone. The grants are opened when the link is published.
    const paper = made.paper.reveal(made.log);
    const { keyring } = openBackupKey(made.log, [], paper);
    const signers = [signerOf(author), signerOf({ keyring })];
    return { ...made, paper, keyrings: new Map([[position, keyring]]), entered: keyring.member, signers };
  }
}

/** Whether a question names this regrant. */
function isRegrant(ask: Ask, step: AuthorStep): boolean {
  if (ask.question !== "regrant" || step.link !== "regrant") return false;
  return step.give.some(({ member, epochs }) => member === ask.member && equalRuns(epochs, ask.epochs));
}
