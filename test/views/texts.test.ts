// Texts for people come from one catalogue, by code and facts (docs/spec.md section 8).

import { describe, expect, it } from "vitest";
import { coverageReport } from "../../src/coverage/coverage-report.js";
import { resilience } from "../../src/coverage/resilience.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import { devicesAndActivity } from "../../src/views/devices.js";
import { english } from "../../src/views/english.js";
import { formatCoverage } from "../../src/views/format-coverage.js";
import { type Catalogue, type Tellable, textOf } from "../../src/views/texts.js";
import { World } from "../coverage/support/world.js";
import { expectError } from "../support/refusal.js";
import { places } from "../support/spoken.js";

/** Another language: the code, and the facts as they are. */
const pseudo: Catalogue = {
  ...english,
  day: (date) => `<${date.toISOString().slice(0, 10)}>`,
  runs: (runs) => `<${JSON.stringify(runs)}>`,
  epochs: (runs) => `<epochs ${JSON.stringify(runs)}>`,
  stretch: ({ from, to }) => `<${from}-${to}>`,
  list: (items) => items.join("|"),
  texts: Object.fromEntries(
    Object.keys(english.texts).map((code) => [code, (facts: object) => `<${code} ${JSON.stringify(facts)}>`]),
  ) as unknown as Catalogue["texts"],
};

/** A log of which there is much to say. */
function eventful(): World {
  const world = new World().on("2026-03-03").join("Tablet").on("2026-03-05").join("Phone").enroll("Phone", "Paper");
  return world.review("Tablet", { remove: ["Laptop"] }).lie("Phone", 3);
}

const view = (world: World) => devicesAndActivity(world.log, { me: world.id("Phone"), now: 0 });

function tellable(world: World): readonly Tellable[] {
  const { warnings, activity, members } = view(world);
  return [...warnings, ...activity, ...members.map(({ name }) => name), ...resilience(world.log)];
}

describe("textOf", () => {
  it("puts the same thing into the words of any catalogue", () => {
    const things = tellable(eventful());
    expect(new Set(things.map(({ code }) => code)).size).toBeGreaterThan(8);
    for (const thing of things) {
      expect(textOf(thing, pseudo)).toBe(`<${thing.code} ${JSON.stringify(thing)}>`);
      expect(textOf(thing, english)).not.toMatch(/undefined|\[object|NaN/);
    }
  });

  it("takes facts that are plain data, so that a worker or another program can say the same", () => {
    for (const thing of tellable(eventful())) {
      expect(textOf(structuredClone(thing), english)).toBe(textOf(thing, english));
    }
  });

  it("says parts by the same catalogue: an app replaces only some", () => {
    const world = eventful();
    const mine: Catalogue = {
      ...english,
      day: () => "some day",
      texts: { ...english.texts, member: () => "somebody" },
    };
    const texts = view(world).warnings.map((warning) => textOf(warning, mine));
    expect(texts).toContain("On some day somebody removed somebody (link 5).");
    expect(texts.join()).not.toMatch(/Tablet|Laptop|2026/);
  });

  it("names a device that is called like the catalogue's own words by its id too", () => {
    const name = {
      code: "member",
      member: "00".repeat(16),
      kind: "device",
      shortId: "00000000",
      withId: false,
    } as const;
    const named = (called: string) => textOf({ ...name, name: called, organisation: undefined } as never, english);
    expect(named("The Service")).toBe("The Service (00000000)");
    expect(named("Servicedesk")).toBe("Servicedesk");
  });

  it("refuses what it has no words for", () => {
    for (const thing of [undefined, null, {}, { code: 7 }, { code: "toString" }, { code: "new" }]) {
      expectError(() => textOf(thing as never, english), "INVALID_ARGUMENT", undefined);
    }
    for (const catalogue of [undefined, {}, { texts: null }]) {
      expectError(
        () => textOf({ code: "rotation-due", members: [] }, catalogue as never),
        "INVALID_ARGUMENT",
        undefined,
      );
    }
    expect(textOf({ code: "rotation-due", members: [] }, english)).toContain("A removed member");
  });
});

describe("tables", () => {
  it("have no word of their own", () => {
    const table = formatCoverage(coverageReport(eventful().log), places);
    expect(table).toContain("<coverageColumns member>");
    expect(table.replace(/<[^>]*>/g, "").replace(/[\s-]/g, "")).toBe("");
  });
});

describe("a contact's change", () => {
  it("has its facts without a sentence, in the error that stops sealing too", () => {
    const world = new World();
    const pin = trackContact(world.log);
    const change = compareContact(pin, world.join("Phone").log);
    expect(change.code).toBe("contact-extended-by-others");
    expect(textOf(change, english)).toContain('join by "Phone" (link 2)');
    expect(Object.values(change).filter((value) => typeof value === "string" && value.includes(". "))).toEqual([]);
  });
});
