// What contradicts an earlier view: each file of vectors/negative/pins, contacts and evidence, over the real code. docs/spec.md
// sections 10 and 13 (LOG-8).

import { describe, expect, it } from "vitest";
import {
  bytes,
  type ContactVector,
  type EvidenceVector,
  optionsOf,
  type PinVector,
} from "../../scripts/vectors/format.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { pinContact } from "../../src/fingerprint/pin.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { decodeEvidence, type Evidence } from "../../src/log/evidence.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { thrownBy } from "../support/refusal.js";
import { byName, prefixEntries, prefixState, verdictOf } from "./support.js";

const pins = byName<PinVector>(
  import.meta.glob("../../vectors/negative/pins/*.json", { eager: true, import: "default" }),
);
const contacts = byName<ContactVector>(
  import.meta.glob("../../vectors/negative/contacts/*.json", { eager: true, import: "default" }),
);
const evidence = byName<EvidenceVector>(
  import.meta.glob("../../vectors/negative/evidence/*.json", { eager: true, import: "default" }),
);

describe.each(pins)("%s", (_name, { load, error, ...logs }) => {
  const pinned = prefixState(logs.pinned);

  it.each([
    ["head", pinned.head],
    ["state", pinned],
  ])("contradicts a pinned %s (LOG-8)", (_what, pin) => {
    const verify = (name: string) => verifyLog(prefixEntries(name), { ...optionsOf(load), pinned: pin });
    expect(verdictOf(() => verify(logs.bad))).toEqual(error);
    expect(verify(logs.good).head.seq).toBeGreaterThan(pinned.head.seq);
    const { details } = thrownBy(() => verify(logs.bad));
    // Another subject's log contradicts nothing: it is not what was asked for.
    if (error.code === "WRONG_SUBJECT") return expect(details.evidence).toBeUndefined();
    const verdict = error.code === "FORKED" && pin === pinned ? "proven" : "claimed";
    expect(checkEvidence(details.evidence as Evidence)).toMatchObject({ verdict, pinned: pinned.head });
  });

  it("contradicts it entry by entry too, unless entries are only withheld (LOG-8)", () => {
    const append = (name: string) =>
      prefixEntries(name).reduce((log, entry) => appendEntry(log, entry, { now: "unchecked" }), pinned);
    expect(verdictOf(() => append(logs.bad))).toEqual(error.code === "ROLLED_BACK" ? undefined : error);
    expect(append(logs.good).head.seq).toBeGreaterThan(pinned.head.seq);
  });
});

describe("contacts", () => {
  it.each(contacts)("%s", (_name, { pinned, status, ...since }) => {
    const before = prefixState(pinned);
    for (const side of ["bad", "good"] as const) {
      const now = since[side].map(bytes).reduce((log, entry) => appendEntry(log, entry, { now: "unchecked" }), before);
      expect(compareContact(pinContact(before), now).status).toBe(status[side]);
    }
  });
});

describe("evidence", () => {
  it.each(evidence)("%s", (_name, { bad, good, error }) => {
    const judge = (side: string) => checkEvidence(decodeEvidence(bytes(side)));
    expect(verdictOf(() => judge(bad))).toEqual(error);
    expect(judge(good).verdict).toMatch(/proven|claimed/);
  });
});
