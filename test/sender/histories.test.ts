// Random histories of a service that seals while its relay lies, is not reached, and while the service itself is killed between any two
// steps. Whatever happens, nothing is sealed behind what was seen before, or to what is older than the bound.

import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { present as there } from "../../src/bytes/present.js";
import { readContentHeader } from "../../src/content/format.js";
import { KeysteadError } from "../../src/errors.js";
import { Pins } from "../../src/sender/pins.js";
import type { ServiceSender } from "../../src/sender/sender.js";
import type { SenderStore } from "../../src/sender/store.js";
import { corrupt, drop, duplicate, holdBack, type Lie, present, reorder, rollBackTo } from "../../src/testing/lies.js";
import { numRuns, timeout } from "../support/runs.js";
import { ALICE, openWorld, type World } from "../support/world.js";
import { Place } from "./helpers.js";

const MAX_AGE = 600_000;
const OPTIONS = { purpose: "mail" };
const RUNS = 40;

/** The honest log grows along this one history. */
const STORY: readonly World[] = (() => {
  const worlds = [openWorld("history").enroll("Laptop", "Phone")];
  const steps: readonly ((world: World) => World)[] = [
    (world) => world.rename("Phone", "P"),
    (world) => world.leave("Phone"),
    (world) => world.rotate("Laptop"),
    (world) => world.enroll("Laptop", "Tablet"),
    (world) => world.review("Laptop", { remove: ["Tablet"] }),
    (world) => world.rename("Laptop", "L"),
    (world) => world.rekey("Laptop"),
  ];
  for (const step of steps) worlds.push(step(there(worlds.at(-1))));
  return worlds;
})();
const FINAL = there(STORY.at(-1));
const FORK = openWorld("history")
  .enroll("Laptop", "Phone")
  .rename("Laptop", "fork")
  .rename("Laptop", "fork 2")
  .rename("Laptop", "3");

const LIES: Readonly<Record<string, Lie>> = {
  none: (entries) => entries,
  rollback: rollBackTo(1),
  held: holdBack(1),
  dropped: drop(2),
  corrupt: corrupt(2, 60),
  twice: duplicate(2),
  swapped: reorder(1, 2),
  fork: present(FORK.entries),
  other: present(openWorld("somebody").entries),
  empty: () => [],
};

/** A process that is killed at one of its steps: before or after the store has done it. */
function dying(store: SenderStore, at: number): SenderStore {
  let left = at;
  const step = async <T>(run: () => Promise<T>): Promise<T> => {
    const isDead = left <= 0;
    left -= 1;
    if (isDead) throw new Error("killed");
    const result = await run();
    left -= 1;
    if (left < 0) throw new Error("killed");
    return result;
  };
  return {
    get: (key) => step(() => store.get(key)),
    keys: (prefix) => step(() => store.keys(prefix)),
    replace: (...given) => step(() => store.replace(...given)),
  };
}

const action = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: "seal" } as const) },
  { weight: 2, arbitrary: fc.constant({ do: "grow" } as const) },
  fc.record({ do: fc.constant("lie" as const), lie: fc.constantFrom(...Object.keys(LIES)) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1000, MAX_AGE, MAX_AGE + 1, 3 * MAX_AGE) }),
  fc.record({ do: fc.constant("reach" as const), is: fc.boolean() }),
  fc.record({ do: fc.constant("restart" as const), killedAt: fc.option(fc.nat(12), { nil: undefined }) }),
  fc.constant({ do: "refresh" } as const),
);

test.prop([fc.array(action, { minLength: 5, maxLength: 40 })], { numRuns: numRuns(RUNS) })(
  "nothing is sealed behind what was seen, or to what is too old",
  async (actions) => {
    const place = new Place();
    let grown = 0;
    place.publish(there(STORY[0]));
    let stop = () => {};
    let sender: ServiceSender = place.sender({ maxAge: MAX_AGE });
    /** The last time at which the service could have been asked, and the highest that was sealed to. */
    let asked = Number.NEGATIVE_INFINITY;
    let highest = 0;
    const pinned = async () => (await new Pins(place.store).get(ALICE))?.head.seq ?? 0;
    for (const each of actions) {
      const before = await pinned();
      switch (each.do) {
        case "grow":
          if (grown < STORY.length - 1) place.publish(there(STORY[++grown]));
          break;
        case "lie":
          stop();
          stop = place.relay.tell(ALICE, there(LIES[each.lie]));
          break;
        case "wait":
          place.now += each.ms;
          break;
        case "reach":
          place.isReached = each.is;
          break;
        case "restart":
          asked = Number.NEGATIVE_INFINITY;
          sender = place.sender({
            maxAge: MAX_AGE,
            ...(each.killedAt !== undefined && { store: dying(place.store, each.killedAt) }),
          });
          break;
        default: {
          if (place.isReached) asked = place.now;
          const header = await outcome(sender, each.do);
          if (!header) break;
          const { head, epoch } = there(header.recipients[0]);
          // A fork that is shown first is believed: nothing tells it from the truth.
          const log =
            head.log === FINAL.log.head.log
              ? [FINAL, FORK].find(({ log }) => log.links.at(head.seq - 1)?.hash === head.hash)
              : undefined;
          expect(head.log === FINAL.log.head.log ? log !== undefined : head.seq === 1).toBe(true);
          expect(head.seq).toBeGreaterThanOrEqual(Math.max(before, highest));
          expect(place.now - asked).toBeLessThanOrEqual(MAX_AGE);
          expect(await pinned()).toBe(head.seq);
          highest = head.seq;
          // Nobody who was removed by then has the epoch.
          const state = log?.states()[head.seq - 1];
          if (state) {
            expect(state.rotationDue).toBe(false);
            expect(epoch).toBe(state.epochs.length);
          }
        }
      }
      expect(await pinned()).toBeGreaterThanOrEqual(before);
    }
  },
  timeout(RUNS),
);

async function outcome(sender: ServiceSender, verb: "seal" | "refresh") {
  try {
    if (verb === "refresh") await sender.refresh([ALICE]);
    else return readContentHeader(await sender.seal(ALICE, new Uint8Array(3), OPTIONS));
  } catch (error) {
    if (!KeysteadError.is(error)) expect((error as Error).message).toBe("killed");
  }
  return undefined;
}
