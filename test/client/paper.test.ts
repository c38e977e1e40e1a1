// A backup key as it is shown, and the groups that are typed back.

import { describe, expect, it } from "vitest";
import { proved, toShow } from "../../src/client/paper.js";
import { seededEnv } from "../support/seeded-env.js";

const TEXT = "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG-HHHH-JJJJ";
const groups = TEXT.split("-");

describe("the groups to be typed back", () => {
  it("are asked for in the order of the paper: two of the nine, and not the first", () => {
    const seen = new Set<number>();
    for (let draw = 0; draw < 200; draw++) {
      const { prove } = toShow(TEXT, seededEnv(`draw ${draw}`));
      const [first, second] = prove;
      expect(first).toBeGreaterThanOrEqual(2);
      expect(second).toBeGreaterThan(first);
      expect(second).toBeLessThanOrEqual(groups.length);
      for (const group of prove) seen.add(group);
    }
    expect(seen.size).toBe(groups.length - 1);
  });

  it("prove the paper in that order only", () => {
    const shown = toShow(TEXT, seededEnv("paper"));
    const [first = "", second = ""] = shown.prove.map((number) => groups[number - 1]);
    expect(proved(shown, [first.toLowerCase(), ` ${second}`])).toBe(true);
    expect(proved(shown, [second, first])).toBe(false);
  });
});
