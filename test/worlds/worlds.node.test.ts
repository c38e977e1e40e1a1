// Every reachable small world keeps the protocol's promises, at the depth that fits into CI. docs/assurance.md.

import { beforeAll, describe, expect, it } from "vitest";
import { LINK_TYPES } from "../../src/log/registry.js";
import { bundle } from "./build.js";
import type { Explored } from "./explore.js";
import { runBundle } from "./run.js";
import { STARTS, type Start } from "./starts.js";

let code: string;
beforeAll(async () => {
  code = await bundle();
});

const explored = new Map<Start, Promise<Explored>>();

/** Explored once, by the first test that needs it. */
function explore(start: Start): Promise<Explored> {
  const { moves, quick, full: _, deep: __, name: ___, ...options } = start;
  const found = explored.get(start) ?? runBundle(code, { ...options, start: moves, depth: quick });
  explored.set(start, found);
  return found;
}

describe("small worlds, exhaustively", () => {
  it.each(STARTS)("$name: no rule breaks within $quick moves", async (start) => {
    const { counterexample, states, depth } = await explore(start);
    expect(counterexample).toBeUndefined();
    expect(depth).toBe(start.quick);
    expect(states).toBeGreaterThan(10);
  });

  it("writes every type of link", async () => {
    const types: string[] = [];
    for (const start of STARTS) types.push(...Object.keys((await explore(start)).types));
    expect(new Set(["genesis", ...types])).toEqual(new Set(Object.keys(LINK_TYPES)));
  });

  it("finds the same worlds every time", async () => {
    const options = { start: ["T joins"], depth: 1 };
    const [one, other] = await Promise.all([runBundle(code, options), runBundle(code, options)]);
    expect({ ...one, seconds: 0 }).toEqual({ ...other, seconds: 0 });
  });
});
