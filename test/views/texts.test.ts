// Texts for people come from one catalogue, by code and facts (docs/spec.md section 8).

import { describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import type { Question } from "../../src/agenda/steps.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { coverageReport } from "../../src/coverage/coverage-report.js";
import type { MemberName } from "../../src/coverage/names.js";
import { resilienceWarnings } from "../../src/coverage/resilience.js";
import { compareFingerprint, type DeviceComparison, type LogComparison } from "../../src/fingerprint/compare.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { fingerprintOf } from "../../src/fingerprint/fingerprint.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import type { Head } from "../../src/log/state.js";
import { membersSeenBy } from "../../src/views/devices.js";
import { english } from "../../src/views/english.js";
import { formatCoverage } from "../../src/views/format-coverage.js";
import { type Catalogue, type FactsOf, type Tellable, type TextCode, textOf } from "../../src/views/texts.js";
import { World } from "../coverage/support/world.js";
import { expectError } from "../support/refusal.js";
import { places } from "../support/spoken.js";
import { openWorld } from "../support/world.js";

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

const view = (world: World) => membersSeenBy(world.log, { me: world.id("Phone"), now: 0 });

function tellable(world: World): readonly Tellable[] {
  const { warnings, activity, members } = view(world);
  return [...warnings, ...activity, ...members.map(({ name }) => name), ...resilienceWarnings(world.log)];
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
    expect(texts).toContain("On some day somebody removed somebody (change 5).");
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
    expect(textOf({ code: "rotation-due", members: [] }, english)).toContain("A removed device");
  });
});

/** A code, its facts without the code, and what the catalogue says. */
type Said<C extends TextCode> = readonly (readonly [facts: Omit<FactsOf<C>, "code">, text: string])[];
type Asked = Question["code"] | LogComparison["code"] | DeviceComparison["code"];

const named = (name: string): MemberName => ({
  ...{ code: "member", member: "00".repeat(16) as MemberName["member"], kind: "device", name },
  ...{ shortId: "00000000", withId: false, organisation: undefined },
});
const [phone, watch] = [named("Phone"), named("Watch")];
const escrow: MemberName = { ...phone, code: "escrow", kind: "escrow", name: undefined, organisation: "ACME" };
const id = phone.member as MemberId;
const when = new Date("2026-03-03T12:00:00Z");
const head = { log: "00", seq: 1, hash: "00" } as unknown as Head;
const token = {} as never;

/** Every comparison and question: a code without a line does not compile. */
const SAID: { readonly [C in Asked]: Said<C> } = {
  "comparison-match": [
    [{ status: "match", token, name: phone, letsIn: [] }, "It is Phone."],
    [
      { status: "match", token, name: phone, letsIn: [watch] },
      "It is Phone. Approving Phone also lets in Watch: what you do not know, remove first.",
    ],
  ],
  "comparison-log-match": [[{ status: "match", token }, "Both sides see the same history."]],
  "comparison-other-device": [
    [
      { status: "other-device", member: id, name: watch },
      "It is of another device, Watch: choose that one, and remove what you do not know.",
    ],
  ],
  "comparison-names-device": [
    [{ status: "names-device", member: id, name: watch }, "It is of one device, Watch, and not of the whole history."],
  ],
  "comparison-names-no-device": [
    [{ status: "names-no-device" }, "It is of the whole history: let the device show its own."],
  ],
  "comparison-older": [[{ status: "older" }, "The other side is behind: refresh it, and compare again."]],
  "comparison-not-recognised": [
    [
      { status: "not-recognised" },
      "Refresh both sides, and compare again. If that does not help, somebody shows you different histories: trust nothing new.",
    ],
  ],
  "comparison-mismatch": [
    [{ status: "mismatch" }, "No match: somebody shows you different histories: trust nothing new."],
  ],
  "comparison-other-log": [
    [
      { status: "other-log" },
      "It is of another history. If it was meant to be of this one, somebody shows you different histories: trust nothing new.",
    ],
  ],
  "question-standing": [
    [
      { question: "standing", standing: "removed" },
      "This device was removed: keep reading, join again as a new device, or erase its keys?",
    ],
    [
      { question: "standing", standing: "superseded" },
      "Another copy of this device took fresh keys: keep reading, join again as a new device, or erase its keys?",
    ],
  ],
  "question-confirm-escrow": [
    [
      { question: "confirm-escrow", head, at: head, because: "never-confirmed" },
      "Compare the fingerprint of escrow with what your organisation published.",
    ],
    [
      { question: "confirm-escrow", head, at: head, because: "contradicts-pointer" },
      "Somebody lies about your organisation's escrow: compare its fingerprint with an administrator in person.",
    ],
  ],
  "question-whose-members": [
    [
      { question: "whose-members", members: [id, id], names: [phone, watch] },
      "No administrator stands by how Phone and Watch came in: say what is yours.",
    ],
  ],
  "question-remove-escrow": (
    [
      ["disabled", "It was switched off by the organisation."],
      ["other-log", "It belongs to another organisation."],
      ["ahead", "It cannot be checked."],
    ] as const
  ).map(([because, why]) => [
    { question: "remove-escrow", escrow: id, name: escrow, because },
    `Remove escrow of ACME? ${why}`,
  ]),
  "question-enroll-again": [
    [{ question: "enroll-again", removedAt: 4, when }, "Escrow was removed on 3 March 2026: add it again?"],
  ],
  "question-regrant": [
    [
      { question: "regrant", member: id, name: phone, epochs: [[1, 3]], because: "not-own" },
      "Phone asks for encryption keys 1-3 again, as a stolen device could: give it that data?",
    ],
  ],
  "question-disown": [
    [{ question: "disown", acts: [5] }, "What change 5 announced was not shown: disown it without reading?"],
    [{ question: "disown", acts: [5, 7] }, "What changes 5 and 7 announced was not shown: disown it without reading?"],
  ],
  "question-clock": [
    [
      { question: "clock", ahead: 86_400_000, when },
      "The newest change is dated 3 March 2026, ahead of this device's clock: check the clock.",
    ],
  ],
};

describe("comparisons and questions", () => {
  it.each(Object.keys(SAID) as Asked[])("%s is said by the catalogue, out of its facts", (code) => {
    for (const [facts, text] of SAID[code] as Said<TextCode>) {
      const thing = { ...facts, code } as Tellable;
      expect(textOf(thing, english)).toBe(text);
      expect(textOf(thing, pseudo)).toBe(`<${code} ${JSON.stringify(thing)}>`);
    }
  });

  it("are said as they come from a log", () => {
    const world = openWorld("said")
      .join("Phone")
      .join("Watch")
      .review("Phone", { approve: ["Watch"] });
    const compare = (shown: string, chosen: string) =>
      textOf(
        compareFingerprint(world.log, String(fingerprintOf(world.log, world.id(shown))), world.id(chosen)),
        english,
      );
    expect(compare("Watch", "Watch")).toBe("It is Watch.");
    expect(compare("Phone", "Phone")).toContain("It is Phone. Approving Phone also lets in Watch:");
    expect(compare("Watch", "Phone")).toContain("It is of another device, Watch");
    const left = agenda(world.leave("Phone").session("Phone"), { now: "unchecked", escrowLog: undefined });
    expect(left.map((step) => step.do === "ask" && textOf(step, english))).toEqual([
      "This device was removed: keep reading, join again as a new device, or erase its keys?",
    ]);
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
    expect(textOf(change, english)).toContain('new device by "Phone" (change 2)');
    expect(Object.values(change).filter((value) => typeof value === "string" && value.includes(". "))).toEqual([]);
  });
});
