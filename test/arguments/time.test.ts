// Times as arguments: milliseconds since 1970, and what to do about seconds and dates. Seconds would pass for a day in 1970, and a
// log would bear it for ever.

import { describe, expect, it } from "vitest";
import { checkNow, checkTime } from "../../src/arguments/time.js";
import { createLog } from "../../src/authoring/enter.js";
import { checkFreshness } from "../../src/content/freshness.js";
import { coverageReport } from "../../src/coverage/coverage-report.js";
import { checkClock } from "../../src/log/clock.js";
import { membersSeenBy } from "../../src/views/devices.js";
import { expectError } from "../support/refusal.js";
import { ALICE, openWorld } from "../support/world.js";

const { log, id } = { log: openWorld("time").log, id: openWorld("time").id("Laptop") };
const env = openWorld("time").env("time");

/** Every way in which a caller gives a time. */
const CALLS: Readonly<Record<string, (now: number) => unknown>> = {
  checkNow: (now) => checkNow("now", now),
  checkTime: (now) => checkTime("at", now),
  clock: (now) => checkClock({ now }),
  views: (now) => membersSeenBy(log, { me: id, now }),
  report: (now) => coverageReport(log, { now }),
  freshness: (now) => checkFreshness({ now, maxAge: 1_700_000_000 }),
  env: (now) => createLog({ subject: ALICE, device: { name: "Laptop" } }, { ...env, now: () => now }),
};

describe.each(Object.keys(CALLS))("a time in %s", (name) => {
  const call = CALLS[name] ?? expect.unreachable();
  const refusal = (now: unknown) => expectError(() => call(now as number), "INVALID_ARGUMENT", undefined).message;

  it("says so when it looks like seconds, whole or not", () => {
    for (const seconds of [1_700_000_000, 1_700_000_000.25, 1e9, 9_999_999_999]) {
      expect(refusal(seconds)).toContain("milliseconds since 1970, 0 or more; this looks like seconds");
    }
  });

  it("says what to pass of a Date", () => {
    expect(refusal(new Date())).toContain("of a Date pass getTime()");
    expect(refusal("1700000000000")).not.toMatch(/Date|like/);
  });

  it("is taken before and after what looks like seconds", () => {
    for (const now of [999_999_999, 1e10, 1_700_000_000_000]) expect(() => call(now)).not.toThrow();
  });
});
