// Every reachable small world keeps the protocol's promises, at the depth that fits into CI. docs/assurance.md.

import { beforeAll, describe, expect, it } from "vitest";
import { bundle } from "./build.js";
import { runBundle } from "./run.js";
import { STARTS } from "./starts.js";

let code: string;
beforeAll(async () => {
  code = await bundle();
});

describe("small worlds, exhaustively", () => {
  it.each(STARTS)("$name: no rule breaks within $quick moves", async ({ moves: start, quick, ...log }) => {
    const { counterexample, states, depth } = await runBundle(code, { ...log, start, depth: quick });
    expect(counterexample).toBeUndefined();
    expect(depth).toBe(quick);
    expect(states).toBeGreaterThan(10);
  });

  it("finds the same number of worlds every time", async () => {
    const options = { start: [], depth: 2 };
    const [one, other] = await Promise.all([runBundle(code, options), runBundle(code, options)]);
    expect({ ...one, seconds: 0 }).toEqual({ ...other, seconds: 0 });
  });
});
