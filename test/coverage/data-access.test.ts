// Data access, by the first conversation of docs/spec.md section 8.

import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { dataAccess } from "../../src/coverage/data-access.js";
import { dateOf } from "../../src/coverage/dates.js";
import type { LogState } from "../../src/log/state.js";
import { english } from "../../src/views/english.js";
import { leave } from "../support/accepted.js";
import { World } from "./support/world.js";

describe("dataAccess", () => {
  it("starts at the epoch that a device made when it joined, and goes back with an approval (MEM-1)", () => {
    const world = new World().on("2026-03-05").join("Phone");
    expect(dataAccess(world.log, world.id("Laptop"))).toEqual({ epoch: 1, since: new Date("2026-01-01T12:00:00Z") });
    expect(dataAccess(world.log, world.id("Phone"))).toEqual({ epoch: 2, since: new Date("2026-03-05T12:00:00Z") });
    world.review("Laptop", { approve: ["Phone"] });
    expect(dataAccess(world.log, world.id("Phone"))).toEqual({ epoch: 1, since: new Date("2026-01-01T12:00:00Z") });
  });

  it("is judged by held: an epoch declared missing ends the stretch, and a regrant restores it (MEM-9)", () => {
    const world = new World().join("Phone").review("Laptop", { approve: ["Phone"] });
    world.lie("Phone", 2);
    expect(dataAccess(world.log, world.id("Phone"))?.epoch).toBe(3);
    expect(world.member("Phone").reach).toEqual([[1, 3]]);
    world.regrant("Laptop", "Phone", [[2, 2]]);
    expect(dataAccess(world.log, world.id("Phone"))?.epoch).toBe(1);
  });

  it("is left to a removed member only until somebody rotates (MEM-7)", () => {
    const world = new World().join("Phone").act("Phone", leave);
    expect(dataAccess(world.log, world.id("Phone"))?.epoch).toBe(2);
    world.join("Tablet");
    expect(dataAccess(world.log, world.id("Phone"))).toBeUndefined();
  });

  it("refuses an id that is no member of the log", () => {
    const { log } = new World();
    const unknown = "00".repeat(16) as MemberId;
    const details = { member: unknown, log: log.head.log, seq: 1 };
    expect(() => dataAccess(log, unknown)).toThrowError(expect.objectContaining({ code: "UNKNOWN_MEMBER", details }));
    expect(() => dataAccess(log, undefined as never)).toThrowError(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
    expect(() => dataAccess(log, "xy" as MemberId)).toThrowError(expect.objectContaining({ code: "INVALID_ENCODING" }));
    expect(() => dataAccess({} as LogState, unknown)).toThrowError(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

describe("dates", () => {
  it("are days in UTC, in English, in every time zone", () => {
    expect(english.day(dateOf(Date.UTC(2026, 2, 3, 23, 59, 59, 999)))).toBe("3 March 2026");
    expect(english.day(dateOf(0))).toBe("1 January 1970");
  });

  it("name every month", () => {
    const months = Array.from({ length: 12 }, (_, month) => english.day(new Date(Date.UTC(2026, month, 1))));
    expect(months).toEqual([
      ...["1 January 2026", "1 February 2026", "1 March 2026", "1 April 2026", "1 May 2026", "1 June 2026"],
      ...["1 July 2026", "1 August 2026", "1 September 2026", "1 October 2026", "1 November 2026", "1 December 2026"],
    ]);
  });

  it("stay dates for a time that no Date can hold, which a hostile author may write (LOG-3)", () => {
    expect(english.day(dateOf(Number.MAX_SAFE_INTEGER))).toBe("13 September 275760");
  });
});
