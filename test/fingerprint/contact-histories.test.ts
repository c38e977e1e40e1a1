// Random histories of a contact's log, judged by an oracle that knows only the effects of each link. docs/spec.md section 10.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeysteadError } from "../../src/errors.js";
import { requireContactUnchanged } from "../../src/fingerprint/acknowledge.js";
import type { ContactMember, ContactStatus } from "../../src/fingerprint/change.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import type { Evidence } from "../../src/log/evidence.js";
import { escrowMember, isConfirmed, type LinkRecord, type LogState } from "../../src/log/state.js";
import { enroll, hire, openOrganisation, recoverBy, renew, renewedBy, reviewEscrow } from "../escrow/support.js";
import { slow } from "../support/runs.js";
import { thrownBy } from "../support/thrown.js";
import { openWorld, type World } from "../support/world.js";

const ESCROW = hire(openOrganisation("contact histories"), "Bob", ["recover"]);
const LATER = ESCROW.rotate("Ann");

type Step = { readonly what: keyof typeof DO; readonly by: number; readonly on: number };

const DO = {
  join: (world: World) => world.join(`Device ${world.entries.length}`),
  enroll: (world: World, by: string) => world.enroll(by, `Enrolled ${world.entries.length}`),
  backup: (world: World, by: string) => world.backup(by, `Paper ${world.entries.length}`),
  approve: (world: World, by: string, on: string) => world.review(by, { approve: [on] }),
  remove: (world: World, by: string, on: string) => world.review(by, { remove: [on] }),
  rename: (world: World, by: string) => world.rename(by, `Renamed ${world.entries.length}`),
  rotate: (world: World, by: string) => world.rotate(by),
  leave: (world: World, by: string) => world.leave(by),
  expel: (world: World, _by: string, on: string) => world.expel(on),
  escrow: (world: World, by: string) => enroll(world, by, ESCROW),
  renew: (world: World, by: string) => renew(world, by, LATER),
  renewEscrowForUser: (world: World) => renewedBy(world, LATER, "Bob"),
  // Without escrow: a review that changes nothing, which the log does not admit.
  approveEscrow: (world: World, by: string) =>
    escrowMember(world.log) ? reviewEscrow(world, by, "approve") : world.review(by, {}),
  recover: (world: World, _by: string, on: string) => recoverBy(world, LATER, "Bob", { approve: [on] }),
  restore: (world: World, by: string, on: string) =>
    recoverBy(world, LATER, "Bob", { approve: [on], remove: by === on ? [] : [by] }),
};

const step: fc.Arbitrary<Step> = fc.record({
  // Joins and approvals are drawn more often: classes depend on them.
  what: fc.constantFrom(
    ...(["join", "join", "approve", "approve", "approve", "recover", "recover", "restore", "leave"] as const),
    ...(Object.keys(DO) as (keyof typeof DO)[]),
  ),
  by: fc.nat(9),
  on: fc.nat(9),
});

// The step alone determines a world's next state, and one seed gives every property here the same steps.
const BARE = openWorld("contact histories", { operator: true });
const ENROLLED = enroll(BARE, "Laptop", ESCROW).join("Phone");
/** Approvals by escrow count once the laptop is gone. */
const RESTORED = recoverBy(ENROLLED.join("Stranger").join("Tablet"), ESCROW, "Bob", { approve: ["Phone", "Tablet"] });
const BEGINNINGS = [BARE, ENROLLED, RESTORED, RESTORED.leave("Laptop")] as const;
const played = new Map<string, World>();

function next(world: World, { what, by, on }: Step): World {
  const key = `${world.log.head.hash} ${what} ${by} ${on}`;
  const names = [...world.sessions.keys()];
  const known = played.get(key);
  const after = known ?? DO[what](world, names[by % names.length] as string, names[on % names.length] as string);
  played.set(key, after);
  return after;
}

/** Every state of a history. Steps that the log does not admit are skipped. */
function play(beginning: World, steps: readonly Step[]): readonly World[] {
  const worlds = [beginning];
  for (const step of steps) {
    try {
      worlds.push(next(worlds.at(-1) as World, step));
    } catch (error) {
      if (!(error instanceof KeysteadError)) throw error;
    }
  }
  return worlds;
}

const histories = fc
  .tuple(fc.constantFrom(...BEGINNINGS), fc.array(step, { minLength: 4, maxLength: 9 }))
  .map(([beginning, steps]) => play(beginning, steps));
const RUNS = slow(25);
/** Histories that reach all cases, in every run: a rename, a stranger, and several members that escrow restored at once. */
const EVERYWHERE = slow<[readonly World[]]>(
  25,
  [
    play(BARE, [
      { what: "rename", by: 0, on: 0 },
      { what: "join", by: 0, on: 0 },
    ]),
  ],
  [play(RESTORED.leave("Laptop"), [])],
);

/** For every two states of a history, older first. */
function eachPair(worlds: readonly World[], check: (older: LogState, newer: LogState) => void): void {
  for (const [i, { log }] of worlds.entries()) for (const later of worlds.slice(i)) check(log, later.log);
}

/** An approval, from one position to another. */
interface Edge {
  readonly from: number;
  readonly to: number;
  readonly byEscrow: boolean;
}

/**
 * The classes of sections 6.8 and 10, computed from the links alone. Every node is a position, of a member or of a pointer of
 * escrow.
 */
class Oracle {
  readonly #links: readonly LinkRecord[];
  readonly #edges: readonly Edge[];

  constructor({ links }: LogState) {
    this.#links = [...links];
    const edges: Edge[] = [];
    const nodes = new Map<string, number>();
    const escrows = new Set<string>();
    for (const { seq, author, entered, pointed, approved } of this.#links) {
      const from = nodes.get(author);
      const added = entered ?? pointed;
      if (added !== undefined) nodes.set(added, seq);
      if (pointed !== undefined) escrows.add(pointed);
      const to = [...(added === undefined ? [] : [seq]), ...approved.map((id) => nodes.get(id) as number)];
      // A pointer that escrow replaces passes on its class. The graph without escrow leaves out all other approvals by escrow.
      const byEscrow = escrows.has(author) && pointed === undefined;
      if (from !== undefined) edges.push(...to.map((to) => ({ from, to, byEscrow })));
    }
    this.#edges = edges;
  }

  position(id: string): number {
    return this.#links.findIndex(({ entered }) => entered === id) + 1;
  }

  isEscrow(id: string): boolean {
    return this.#links.some(({ pointed }) => pointed === id);
  }

  /** The oldest among a node and all nodes from which approvals lead to it. */
  founder(id: string, withEscrow = false): number {
    const reached = new Set([this.position(id)]);
    for (const node of reached) {
      for (const { from, to, byEscrow } of this.#edges) if (to === node && (withEscrow || !byEscrow)) reached.add(from);
    }
    return Math.min(...reached);
  }

  /** Active devices and backup keys. */
  activeIds(): readonly string[] {
    const gone = new Set<string>(this.#links.flatMap(({ removed }) => removed));
    return this.#links.flatMap(({ entered }) =>
      entered && !gone.has(entered) && !this.isEscrow(entered) ? [entered as string] : [],
    );
  }

  /** The trusted class at this head: founders without escrow, except those that a stranger has too. */
  pinned(): readonly number[] {
    const active = this.activeIds();
    const withEscrow = active.every((id) => this.founder(id) !== 1);
    const oldest = Math.min(...active.map((id) => this.founder(id, withEscrow)));
    const confirmed = (id: string) => this.founder(id, withEscrow) === oldest;
    const strangers = active.filter((id) => !confirmed(id)).map((id) => this.founder(id));
    const founders = active
      .filter(confirmed)
      .map((id) => (strangers.includes(this.founder(id)) ? this.position(id) : this.founder(id)));
    return [...new Set(founders)].sort((a, b) => a - b);
  }

  /** Whether each link after `seq` is by a member whose founder is in the given set. */
  trusted(seq: number, pinned: readonly number[]): readonly boolean[] {
    return this.#links
      .slice(seq)
      .map(({ author }) => author !== "operator" && !this.isEscrow(author) && pinned.includes(this.founder(author)));
  }
}

function expectedStatus(older: LogState, newer: LogState): ContactStatus {
  const trusted = new Oracle(newer).trusted(older.head.seq, new Oracle(older).pinned());
  if (trusted.length === 0) return "same";
  return trusted.every(Boolean) ? "extended" : "extended-by-others";
}

const isHarmless = (status: ContactStatus) => status === "same" || status === "extended";

describe("any history of a contact's log", () => {
  it("is judged by authors at the new head, against the class confirmed at the pin", () => {
    const counts = new Map<ContactStatus, number>();
    fc.assert(
      fc.property(histories, (worlds) => {
        eachPair(worlds, (older, newer) => {
          const change = compareContact(trackContact(older), newer);
          expect(change.status).toBe(expectedStatus(older, newer));
          counts.set(change.status, (counts.get(change.status) ?? 0) + 1);
        });
      }),
      EVERYWHERE,
    );
    // The histories are useful only if they reach all cases.
    for (const status of ["same", "extended", "extended-by-others"] as const) {
      expect(counts.get(status)).toBeGreaterThan(0);
    }
  });

  it("never trusts a device by escrow's approval, or one that was not confirmed at the pin", () => {
    let restored = 0;
    fc.assert(
      fc.property(histories, (worlds) => {
        eachPair(worlds, (older, newer) => {
          const pin = trackContact(older);
          expect(pin.confirmed).toEqual(new Oracle(older).pinned());
          restored += pin.confirmed.length > 1 ? 1 : 0;
          const { links } = compareContact(pin, newer);
          for (const member of older.active.values()) {
            // Until a trusted member lets it in, by a link of its own.
            const letIn = links.some(({ trusted, seq }) => trusted && newer.links.at(seq - 1)?.approved.length);
            if (member.kind === "escrow" || isConfirmed(older, member) || letIn) continue;
            expect(links.filter(({ author }) => author === member.id).some(({ trusted }) => trusted)).toBe(false);
          }
        });
      }),
      EVERYWHERE,
    );
    // The histories are useful only if escrow restores several members at once in some of them.
    expect(restored).toBeGreaterThan(0);
  });

  it("names every author, and the members that came and left", () => {
    fc.assert(
      fc.property(histories, (worlds) => {
        eachPair(worlds, (older, newer) => {
          const change = compareContact(trackContact(older), newer);
          const pinned = new Oracle(older).pinned();
          expect(change.links.map(({ trusted }) => trusted)).toEqual(new Oracle(newer).trusted(older.head.seq, pinned));
          expect(change.links.map(({ seq }) => seq)).toEqual(
            [...newer.links].slice(older.head.seq).map(({ seq }) => seq),
          );
          const ids = (list: readonly ContactMember[]) => list.map(({ member }) => member).sort();
          const without = (a: LogState, b: LogState) => [...a.active.keys()].filter((id) => !b.active.has(id)).sort();
          expect(ids(change.added)).toEqual(without(newer, older));
          expect(ids(change.removed)).toEqual(without(older, newer));
          if (change.status === "extended")
            expect(change.added.every(({ trusted, name }) => trusted || name.kind === "escrow")).toBe(true);
        });
      }),
      RUNS,
    );
  });

  it("is refused for sealing exactly when others extended it", () => {
    fc.assert(
      fc.property(histories, (worlds) => {
        eachPair(worlds, (older, newer) => {
          const pin = trackContact(older, { unsafeVerified: true });
          if (isHarmless(expectedStatus(older, newer))) {
            expect(requireContactUnchanged(pin, newer)).toMatchObject({ head: newer.head, verified: true });
          } else {
            expect(thrownBy(() => requireContactUnchanged(pin, newer)).code).toBe("CONTACT_CHANGED");
          }
        });
      }),
      RUNS,
    );
  });

  it("gets the same verdict when the pin was moved along on the way", () => {
    fc.assert(
      fc.property(histories, (worlds) => {
        eachPair(worlds, (older, newer) => {
          const pin = trackContact(older);
          for (const { log: between } of worlds) {
            if (between.head.seq < older.head.seq || between.head.seq > newer.head.seq) continue;
            if (!isHarmless(compareContact(pin, between).status)) continue;
            const moved = compareContact(requireContactUnchanged(pin, between), newer);
            expect(isHarmless(moved.status)).toBe(isHarmless(compareContact(pin, newer).status));
          }
        });
      }),
      RUNS,
    );
  });

  it("is rolled back when it ends before the pin, with evidence", () => {
    fc.assert(
      fc.property(histories, (worlds) => {
        eachPair(worlds, (shorter, pinned) => {
          if (shorter.head.seq === pinned.head.seq) return;
          const { status, evidence } = compareContact(trackContact(pinned), shorter);
          expect(status).toBe("rolled-back");
          expect(evidence?.theirs.length).toBe(shorter.head.seq);
        });
        const [first, last] = [worlds[0] as World, worlds.at(-1) as World];
        if (first === last) return;
        const { evidence } = compareContact(trackContact(last.log), first.log);
        const seq = first.log.head.seq + 1;
        expect(checkEvidence(evidence as Evidence)).toMatchObject({ seq, offered: first.log.head });
      }),
      RUNS,
    );
  });

  it("is forked from every position that two links claim, with evidence", () => {
    fc.assert(
      fc.property(histories, fc.nat(), (worlds, pick) => {
        if (worlds.length < 2) return;
        const at = pick % (worlds.length - 1);
        const [base, honest] = [worlds[at] as World, worlds[at + 1] as World];
        const fork = base.join("Another view");
        for (const [pinned, offered] of [
          [honest.log, fork.log],
          [fork.log, honest.log],
          [fork.log, (worlds.at(-1) as World).log],
        ] as const) {
          const { status, evidence } = compareContact(trackContact(pinned), offered);
          expect(status).toBe("forked");
          expect(checkEvidence(evidence as Evidence).seq).toBe(pinned.head.seq);
        }
        expect(compareContact(trackContact(base.log), fork.log).status).toBe("extended-by-others");
      }),
      RUNS,
    );
  });
});
