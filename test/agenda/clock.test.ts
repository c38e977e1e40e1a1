// What comes before all other steps: the device's clock, and its knowledge in the right form. docs/spec.md sections 6.4 (LOG-3)
// and 13.

import { describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import { performStep } from "../../src/agenda/perform.js";
import { dateOf } from "../../src/coverage/dates.js";
import { DEFAULT_SKEW } from "../../src/log/clock.js";
import { expectError } from "../support/refusal.js";
import { openWorld } from "../support/world.js";

const world = openWorld("clock").join("Phone").join("Tablet").leave("Tablet");
const laptop = world.session("Laptop");
const { time } = world.log;
const stepsAt = (now: number | "unchecked", skew?: number) => agenda(laptop, { now, skew, escrowLog: undefined });

describe("a log whose newest link is ahead of the device's clock", () => {
  it("is a question about the clock, by more than the skew, and nothing else (LOG-3)", () => {
    const asks = (ahead: number) => [
      { do: "ask", question: "clock", code: "question-clock", ahead, when: dateOf(time) },
    ];
    const rotates = [{ link: "rotate", because: ["rotation-due"] }];
    expect(stepsAt(time - DEFAULT_SKEW - 1)).toEqual(asks(DEFAULT_SKEW + 1));
    expect(stepsAt(time - DEFAULT_SKEW)).toMatchObject(rotates);
    expect(stepsAt(time - 6, 5)).toEqual(asks(6));
    expect(stepsAt(time - 5, 5)).toMatchObject(rotates);
    expect(stepsAt("unchecked")).toMatchObject(rotates);
    expect(stepsAt(time + 1_000_000)).toMatchObject(rotates);
  });
});

describe("wrong knowledge", () => {
  it("is named by its argument", () => {
    for (const name of ["own", "strangers"]) {
      const call = () => agenda(laptop, { now: "unchecked", escrowLog: undefined, [name]: "all" } as never);
      expect(expectError(call, "INVALID_ARGUMENT", undefined).message).toBe(`${name} must be a list of members`);
    }
    const skewed = () => agenda(laptop, { now: "unchecked", skew: -1, escrowLog: undefined });
    expect(expectError(skewed, "INVALID_ARGUMENT", undefined).message).toMatch(/^skew/);
  });

  it("is not a step to perform", () => {
    const knowledge = { now: "unchecked", escrowLog: undefined } as const;
    for (const step of [undefined, null, 7, {}, { do: "ask", question: "clock" }, { link: "join" }]) {
      const call = () => performStep(laptop, step as never, knowledge, world.env("performs"));
      expectError(call, "INVALID_ARGUMENT", undefined);
    }
  });
});
