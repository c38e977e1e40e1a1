// How many epochs the agenda puts into one regrant. The facts are made up: a log with 100,000 epochs takes minutes to write.
// docs/spec.md section 11.2.

import { describe, expect, it } from "vitest";
import type { Facts } from "../../src/agenda/facts.js";
import { newestOf, regrantSteps } from "../../src/agenda/regrants.js";
import type { Runs } from "../../src/bytes/runs.js";

const MOST_RUNS = 800;
const MOST_EPOCHS = 100_000;

/** So many epochs, each a run by itself, from 1 on. */
const scattered = (count: number): Runs => Array.from({ length: count }, (_, at) => [2 * at + 1, 2 * at + 1] as const);

describe("the newest epochs that fit into one link", () => {
  it("are all, where they fit", () => {
    for (const runs of [[], [[1, 1]], [[1, MOST_EPOCHS]], scattered(MOST_RUNS)] as readonly Runs[]) {
      expect(newestOf(runs)).toEqual(runs);
    }
  });

  it("are the last runs, if there are too many", () => {
    const runs = scattered(MOST_RUNS + 2);
    expect(newestOf(runs)).toEqual(runs.slice(2));
  });

  it("are the last epochs, if there are too many: a run is cut from below", () => {
    expect(newestOf([[1, MOST_EPOCHS + 1]])).toEqual([[2, MOST_EPOCHS + 1]]);
    const newest = [60_001, 130_000] as const;
    expect(newestOf([[1, 50_000], newest])).toEqual([[20_001, 50_000], newest]);
    // The newest run alone is as much as fits: no empty run goes before it.
    expect(
      newestOf([
        [1, 5],
        [10, 9 + MOST_EPOCHS],
      ]),
    ).toEqual([[10, 9 + MOST_EPOCHS]]);
  });
});

/** The agenda of a founding device that holds everything, about members that hold nothing of what they should. */
function linksFor(
  wanted: Readonly<Record<string, Runs>>,
  { escrow, doubted = [] }: { readonly escrow?: string; readonly doubted?: readonly string[] } = {},
): readonly unknown[] {
  const member = (id: string, reach: Runs) => ({
    ...{
      id,
      kind: id === escrow ? "escrow" : "device",
      position: 1,
      reach,
      held: [],
      approvals: [],
      lineage: { own: { founder: 1 } },
    },
  });
  const me = member("me", []);
  const active = new Map(Object.entries(wanted).map(([id, reach]) => [id, member(id, reach)]));
  const log = { active, removed: [], links: [], epochs: { length: 1_000_000 } };
  const facts = { log, me, mayAct: true, actors: [me], doubted, knowledge: {}, mine: [[1, 1_000_000]] };
  return regrantSteps(facts as unknown as Facts).map((step) => {
    expect(step).toMatchObject({ do: "author", link: "regrant", others: [] });
    return "give" in step ? step.give.map(({ member }) => member) : expect.unreachable();
  });
}

describe("regrants to several members", () => {
  it("are one link, by the members' ids, as far as they fit", () => {
    expect(linksFor({})).toEqual([]);
    const wanted: Record<string, Runs> = { c: [[1, 1]], a: [[2, 2]], b: [[3, 3]] };
    expect(linksFor(wanted)).toEqual([["a", "b", "c"]]);
    // Escrow has steps of its own, and nothing is given to whom the device doubts.
    expect(linksFor(wanted, { escrow: "b", doubted: ["c"] })).toEqual([["a"]]);
  });

  it("are further links after 32 members", () => {
    const ids = Array.from({ length: 65 }, (_, at) => String(at).padStart(2, "0"));
    const links = linksFor(Object.fromEntries(ids.map((id) => [`m${id}`, [[1, 1]] as Runs])));
    const named = ids.map((id) => `m${id}`);
    expect(links).toEqual([named.slice(0, 32), named.slice(32, 64), named.slice(64)]);
  });

  it("are further links after 800 runs, and count anew in each", () => {
    const [half, one] = [scattered(MOST_RUNS / 2), scattered(1)];
    expect(linksFor({ a: half, b: half })).toEqual([["a", "b"]]);
    expect(linksFor({ a: half, b: half, c: one })).toEqual([["a", "b"], ["c"]]);
    expect(linksFor({ a: half, b: half, c: half, d: half })).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  it("are further links after 100,000 epochs, and count anew in each", () => {
    const half: Runs = [[1, MOST_EPOCHS / 2]];
    expect(linksFor({ a: half, b: half })).toEqual([["a", "b"]]);
    expect(linksFor({ a: half, b: half, c: [[1, 1]] })).toEqual([["a", "b"], ["c"]]);
    expect(linksFor({ a: half, b: half, c: half, d: half })).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });
});
