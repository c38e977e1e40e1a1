// How made-up people came under escrow, or did not: a year of each one's devices, with real keys and real logs. The keys are thrown
// away, so nobody reads what is sealed to these people; the report needs only their logs.

import {
  createBackupKey,
  createLog,
  type Env,
  type EscrowOptions,
  joinLog,
  type LogState,
  type MemberId,
  type MemberState,
  type Proposal,
  receive,
  review,
  rotate,
  systemEnv,
} from "keystead";
import { enrollEscrow } from "keystead/escrow";

const DAY = 86_400_000;

/** What became of a person's escrow. */
export const STORIES = ["covered", "paper", "middle", "early", "lost", "behind", "pending", "removed"] as const;
export type Story = (typeof STORIES)[number];

/** How many of a hundred people have each story. */
const SHARES: Readonly<Record<Story, number>> = {
  ...{ covered: 48, paper: 10, middle: 9, early: 7, lost: 6, behind: 5, pending: 12, removed: 3 },
};

/** The story of the person at a place: the same for ever, and well mixed. */
export function storyAt(place: number): Story {
  let at = (place * 61 + 17) % 100;
  for (const story of STORIES) {
    at -= SHARES[story];
    if (at < 0) return story;
  }
  return "covered";
}

/** A person's log, and when the service saw each device last. */
export interface Told {
  readonly entries: readonly Uint8Array[];
  readonly seen: Readonly<Record<MemberId, number>>;
}

type EscrowKnown = Parameters<typeof enrollEscrow>[1];

/** What a story needs. */
export interface Teller {
  readonly subject: string;
  /** The organisation's escrow log, enabled, and that its fingerprint was compared. */
  readonly escrow: EscrowKnown;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Milliseconds since 1970: the story is of the year before it. */
  readonly now: number;
}

export function tell(story: Story, teller: Teller): Told {
  const life = new Life(teller);
  ACTS[story](life, teller.random);
  return life.told();
}

const ACTS: Readonly<Record<Story, (life: Life, random: () => number) => void>> = {
  covered(life, random) {
    life.begin("Laptop");
    life.enroll("Laptop");
    if (random() < 0.4) life.approve("Laptop", life.join("Phone"));
    if (random() < 0.4) life.rotate("Laptop");
  },
  paper(life) {
    life.begin("Office PC");
    life.paper("Office PC");
    life.enroll("Office PC");
  },
  middle(life) {
    life.begin("Laptop");
    life.enroll("Laptop");
    life.withhold("Laptop");
    life.rotate("Laptop");
    life.unseen("Laptop");
  },
  early(life) {
    life.begin("Old laptop");
    life.join("Phone");
    life.enroll("Phone");
    life.unseen("Old laptop");
  },
  lost(life, random) {
    life.begin("Laptop");
    life.join("Phone");
    life.remove("Phone", "Laptop");
    life.enroll("Phone");
    if (random() < 0.5) life.rotate("Phone");
  },
  behind(life) {
    life.begin("Ward tablet");
    life.enroll("Ward tablet");
    life.withhold("Ward tablet");
  },
  pending(life, random) {
    life.begin("Laptop");
    if (random() < 0.5) life.join("Phone");
  },
  removed(life) {
    life.begin("Laptop");
    life.enroll("Laptop");
    life.removeEscrow("Laptop");
  },
};

/** A device as it was when it wrote or read last. It reads what others wrote since then before it writes again, and not if it never does. */
interface Device {
  readonly state: MemberState;
  /** How many entries it has read. */
  readonly read: number;
}

/** One person's log as it grows. */
class Life {
  readonly #teller: Teller;
  readonly #env: Env;
  readonly #entries: Uint8Array[] = [];
  readonly #devices = new Map<string, Device>();
  readonly #seen = new Map<MemberId, number>();
  #log: LogState | undefined;
  #time: number;

  constructor(teller: Teller) {
    this.#teller = teller;
    this.#time = teller.now - DAY * (200 + 160 * teller.random());
    this.#env = { random: systemEnv().random, now: () => Math.floor(this.#time) };
  }

  told(): Told {
    for (const { state } of this.#devices.values()) state.keyring.wipe();
    return { entries: this.#entries, seen: Object.fromEntries(this.#seen) };
  }

  begin(name: string): void {
    const proposal = createLog({ subject: this.#teller.subject, device: { name } }, this.#env);
    this.#keep(name, proposal.entry, proposal.accept());
  }

  join(name: string): string {
    const proposal = joinLog(this.#state, { device: { name }, ...this.#escrow }, this.#env);
    this.#keep(name, proposal.entry, proposal.accept());
    return name;
  }

  approve(by: string, name: string): void {
    const approveUncompared = [this.#member(name)];
    this.#do(by, (state) => review(state, { approveUncompared, ...this.#escrow }, this.#env));
  }

  remove(by: string, name: string): void {
    const remove = [this.#member(name)];
    this.#last(name).state.keyring.wipe();
    this.#devices.delete(name);
    this.#do(by, (state) => review(state, { remove, ...this.#escrow }, this.#env));
  }

  removeEscrow(by: string): void {
    const remove = [...this.#state.active.values()].flatMap(({ id, kind }) => (kind === "escrow" ? [id] : []));
    this.#do(by, (state) => review(state, { remove }, this.#env));
  }

  rotate(by: string): void {
    this.#do(by, (state) => rotate(state, this.#env, this.#escrow));
  }

  /** An epoch of a time when the device could not judge the escrow log. */
  withhold(by: string): void {
    this.#do(by, (state) => rotate(state, this.#env, { withholdFromEscrow: true }));
  }

  paper(by: string): void {
    const state = this.#current(by);
    const proposal = createBackupKey(state, { name: "Paper at home" }, this.#env);
    const { paper, ...next } = proposal.accept();
    paper.wipe();
    this.#keep(by, proposal.entry, next);
  }

  enroll(by: string): void {
    this.#do(by, (state) => enrollEscrow(state, this.#teller.escrow, this.#env));
  }

  /** A device that has not come online for months. */
  unseen(name: string): void {
    this.#seen.set(this.#member(name), this.#teller.now - DAY * (60 + 80 * this.#teller.random()));
  }

  get #escrow(): EscrowOptions {
    return { escrow: this.#teller.escrow };
  }

  get #state(): LogState {
    if (!this.#log) throw new Error("a story begins with a device");
    return this.#log;
  }

  #last(name: string): Device {
    const found = this.#devices.get(name);
    if (!found) throw new Error(`there is no ${name} in this story`);
    return found;
  }

  #member(name: string): MemberId {
    return this.#last(name).state.keyring.member;
  }

  /** The state of a device that has read everything. */
  #current(name: string): MemberState {
    const { state, read } = this.#last(name);
    return this.#entries
      .slice(read)
      .reduce((before, entry) => receive(before, entry, { now: this.#teller.now }), state);
  }

  #do(by: string, act: (state: MemberState) => Proposal<MemberState>): void {
    const proposal = act(this.#current(by));
    this.#keep(by, proposal.entry, proposal.accept());
  }

  /** The author has its new state, and some weeks go by. */
  #keep(name: string, entry: Uint8Array, state: MemberState): void {
    this.#entries.push(entry);
    this.#log = state.log;
    this.#devices.set(name, { state, read: this.#entries.length });
    this.#seen.set(state.keyring.member, this.#teller.now - DAY * 12 * this.#teller.random());
    this.#time += DAY * (10 + 28 * this.#teller.random());
  }
}
