// Wrong arguments that plain JavaScript callers may pass to the views of a log without options: the error names them, and is
// never a TypeError. docs/spec.md section 8.

import { describe, expect, it } from "vitest";
import { gapsOf } from "../../src/coverage/gaps.js";
import { lostStretches, unknownStretches } from "../../src/coverage/loss.js";
import { resilienceWarnings } from "../../src/coverage/resilience.js";
import { straysOf } from "../../src/coverage/strays.js";
import { expectError, expectWrongArgument } from "../support/refusal.js";
import { World } from "./support/world.js";

const world = new World();
const { log } = world;
const views = [gapsOf, lostStretches, unknownStretches, resilienceWarnings, straysOf] as readonly ((
  log: unknown,
  member?: unknown,
) => unknown)[];

describe("wrong arguments of views", () => {
  it.each(views.map((view) => [view.name, view] as const))("are named by %s", (name, view) => {
    // An object that looks like a verified log may be made up.
    for (const wrong of [undefined, null, 1, "log", {}, [], new Uint8Array(1), { ...log }, log.head])
      expectWrongArgument(() => view(wrong, world.id("Laptop")), name);
    expect(view(log, view === gapsOf ? world.id("Laptop") : undefined)).toBeInstanceOf(Array);
  });

  it("are named by gapsOf, of members too", () => {
    for (const wrong of [undefined, null, 1, {}, "", "Laptop"])
      expectWrongArgument(() => gapsOf(log, wrong as never), String(wrong));
    expectError(() => gapsOf(log, "0".repeat(32) as never), "UNKNOWN_MEMBER", "MEM-2");
  });
});
