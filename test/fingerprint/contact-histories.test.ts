// Random histories of a contact's log, judged by an oracle that knows only what each link did. docs/spec.md section 10.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeysteadError } from "../../src/errors.js";
import { requireUnchanged } from "../../src/fingerprint/acknowledge.js";
import type { ContactStatus } from "../../src/fingerprint/change.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { pinContact } from "../../src/fingerprint/pin.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import type { Evidence } from "../../src/log/evidence.js";
import type { LinkRecord, LogState } from "../../src/log/state.js";
import { openWorld, type World } from "../support/world.js";
import { errorOf } from "./support.js";

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
};

const step: fc.Arbitrary<Step> = fc.record({
  // Joins and approvals more often: classes are about them.
  what: fc.constantFrom("join", "join", "approve", "approve", "approve", ...(Object.keys(DO) as (keyof typeof DO)[])),
  by: fc.nat(9),
  on: fc.nat(9),
});

// A world's next state is fixed by the step, and one seed gives every property here the same steps.
const BEGINNING = openWorld("contact histories", { operator: true });
const played = new Map<string, World>();

function next(world: World, { what, by, on }: Step): World {
  const key = `${world.log.head.hash} ${what} ${by} ${on}`;
  const names = [...world.sessions.keys()];
  const known = played.get(key);
  const after = known ?? DO[what](world, names[by % names.length] as string, names[on % names.length] as string);
  played.set(key, after);
  return after;
}

/** Every state of a history; steps that the log does not admit are left out. */
function play(steps: readonly Step[]): readonly World[] {
  const worlds = [BEGINNING];
  for (const step of steps) {
    try {
      worlds.push(next(worlds.at(-1) as World, step));
    } catch (error) {
      if (!(error instanceof KeysteadError)) throw error;
    }
  }
  return worlds;
}

const histories = fc.array(step, { minLength: 4, maxLength: 9 }).map(play);
const RUNS = { numRuns: fc.readConfigureGlobal().numRuns ?? 25 };

/** For every two states of a history, older first. */
function eachPair(worlds: readonly World[], check: (older: LogState, newer: LogState) => void): void {
  for (const [i, { log }] of worlds.entries()) for (const later of worlds.slice(i)) check(log, later.log);
}

/** What section 10 says, from the links alone. */
class Oracle {
  readonly #links: readonly LinkRecord[];

  constructor({ links }: LogState) {
    this.#links = [...links];
  }

  position(id: string): number {
    return this.#links.findIndex(({ entered }) => entered === id) + 1;
  }

  approvers(id: string): readonly string[] {
    return this.#links
      .filter(({ approved, entered, author }) => author !== id && (approved.some((x) => x === id) || entered === id))
      .map(({ author }) => author);
  }

  founder(id: string, seen: ReadonlySet<string> = new Set()): number {
    const next = this.approvers(id).filter((by) => !seen.has(by));
    return Math.min(this.position(id), ...next.map((by) => this.founder(by, new Set([...seen, id]))));
  }

  activeIds(): readonly string[] {
    const gone = new Set<string>(this.#links.flatMap(({ removed }) => removed));
    return this.#links.flatMap(({ entered }) => (entered && !gone.has(entered) ? [entered as string] : []));
  }

  confirmedRoot(): string {
    const oldest = Math.min(...this.activeIds().map((id) => this.founder(id)));
    return this.#links[oldest - 1]?.entered as string;
  }

  /** Whether each link after `seq` is by the class of `root`. */
  trusted(seq: number, root: string): readonly boolean[] {
    const wanted = this.founder(root);
    return this.#links.slice(seq).map(({ author }) => author !== "operator" && this.founder(author) === wanted);
  }
}

function expectedStatus(older: LogState, newer: LogState): ContactStatus {
  const trusted = new Oracle(newer).trusted(older.head.seq, new Oracle(older).confirmedRoot());
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
          const change = compareContact(pinContact(older), newer);
          expect(change.status).toBe(expectedStatus(older, newer));
          counts.set(change.status, (counts.get(change.status) ?? 0) + 1);
        });
      }),
      RUNS,
    );
    // The histories are of use only if they lead everywhere.
    for (const status of ["same", "extended", "extended-by-others"] as const) {
      expect(counts.get(status)).toBeGreaterThan(0);
    }
  });

  it("tells every author, and who came and went", () => {
    fc.assert(
      fc.property(histories, (worlds) => {
        eachPair(worlds, (older, newer) => {
          const change = compareContact(pinContact(older), newer);
          const root = new Oracle(older).confirmedRoot();
          expect(change.links.map(({ trusted }) => trusted)).toEqual(new Oracle(newer).trusted(older.head.seq, root));
          expect(change.links.map(({ seq }) => seq)).toEqual(
            [...newer.links].slice(older.head.seq).map(({ seq }) => seq),
          );
          const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id).sort();
          const without = (a: LogState, b: LogState) => [...a.active.keys()].filter((id) => !b.active.has(id)).sort();
          expect(ids(change.added)).toEqual(without(newer, older));
          expect(ids(change.removed)).toEqual(without(older, newer));
          if (change.status === "extended") expect(change.added.every(({ trusted }) => trusted)).toBe(true);
        });
      }),
      RUNS,
    );
  });

  it("is refused for sealing exactly when others extended it", () => {
    fc.assert(
      fc.property(histories, (worlds) => {
        eachPair(worlds, (older, newer) => {
          const pin = pinContact(older, { verified: true });
          if (isHarmless(expectedStatus(older, newer))) {
            expect(requireUnchanged(pin, newer)).toMatchObject({ head: newer.head, verified: true });
          } else {
            expect(errorOf(() => requireUnchanged(pin, newer)).code).toBe("CONTACT_CHANGED");
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
          const pin = pinContact(older);
          for (const { log: between } of worlds.slice(older.head.seq - 1, newer.head.seq)) {
            if (!isHarmless(compareContact(pin, between).status)) continue;
            const moved = compareContact(requireUnchanged(pin, between), newer);
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
          const { status, evidence } = compareContact(pinContact(pinned), shorter);
          expect(status).toBe("rolled-back");
          expect(evidence?.theirs.length).toBe(shorter.head.seq);
        });
        const [first, last] = [worlds[0] as World, worlds.at(-1) as World];
        if (first === last) return;
        const { evidence } = compareContact(pinContact(last.log), first.log);
        expect(checkEvidence(evidence as Evidence)).toMatchObject({ seq: 2, offered: first.log.head });
      }),
      RUNS,
    );
  });

  it("is forked from wherever two links claim one position, with evidence", () => {
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
          const { status, evidence } = compareContact(pinContact(pinned), offered);
          expect(status).toBe("forked");
          expect(checkEvidence(evidence as Evidence).seq).toBe(pinned.head.seq);
        }
        expect(compareContact(pinContact(base.log), fork.log).status).toBe("extended-by-others");
      }),
      RUNS,
    );
  });
});
