// Contradictions of an earlier view: each file of vectors/negative/pins, single, contacts, standing and evidence, over the real
// code. docs/spec.md sections 10 and 13 (LOG-1, LOG-8).

import { describe, expect, it } from "vitest";
import {
  bytes,
  type ContactBytesVector,
  type ContactVector,
  type EvidenceVector,
  optionsOf,
  type PinVector,
  type SingleVector,
  type StandingVector,
} from "../../scripts/vectors/format.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { decodeContact, trackContact } from "../../src/fingerprint/tracked-contact.js";
import { trustOf } from "../../src/fingerprint/trusted-class.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { decodeEvidence, type Evidence } from "../../src/log/evidence.js";
import { findMember } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { thrownBy } from "../support/refusal.js";
import { byName, prefixEntries, prefixState, verdictOf } from "./support.js";

const pins = byName<PinVector>(
  import.meta.glob("../../vectors/negative/pins/*.json", { eager: true, import: "default" }),
);
const singles = byName<SingleVector>(
  import.meta.glob("../../vectors/negative/single/*.json", { eager: true, import: "default" }),
);
const contactBytes = byName<ContactBytesVector>(
  import.meta.glob("../../vectors/negative/contact-bytes/*.json", { eager: true, import: "default" }),
);
const standings = byName<StandingVector>(
  import.meta.glob("../../vectors/negative/standing/*.json", { eager: true, import: "default" }),
);
const contacts = byName<ContactVector>(
  import.meta.glob("../../vectors/negative/contacts/*.json", { eager: true, import: "default" }),
);
const evidence = byName<EvidenceVector>(
  import.meta.glob("../../vectors/negative/evidence/*.json", { eager: true, import: "default" }),
);

const entriesOf = (entries: string | readonly string[]) =>
  typeof entries === "string" ? prefixEntries(entries) : entries.map(bytes);

describe.each(pins)("%s", (_name, { load, only, error, alone, ...logs }) => {
  const pinned = prefixState(logs.pinned);

  it.each([["head", pinned.head] as const, ...(only === undefined ? ([["state", pinned]] as const) : [])])(
    "contradicts a pinned %s (LOG-8)",
    (_what, pin) => {
      const verify = (offered: PinVector["bad"]) => verifyLog(entriesOf(offered), { ...optionsOf(load), pinned: pin });
      expect(verdictOf(() => verify(logs.bad))).toEqual(error);
      expect(verify(logs.good).head.seq).toBeGreaterThan(pinned.head.seq);
      const { details } = thrownBy(() => verify(logs.bad));
      // Another subject's log contradicts nothing: it is not the requested one.
      if (error.code === "WRONG_SUBJECT") return expect(details.evidence).toBeUndefined();
      const isProven = error.code === "FORKED" && pin === pinned && typeof logs.bad === "string";
      const verdict = isProven ? "proven" : "claimed";
      expect(checkEvidence(details.evidence as Evidence)).toMatchObject({ verdict, pinned: pinned.head });
    },
  );

  it("is judged as the file says, entry by entry (LOG-1, LOG-8)", () => {
    const append = (offered: PinVector["bad"]) =>
      entriesOf(offered).reduce((log, entry) => appendEntry(log, entry, { now: "unchecked" }), pinned);
    expect(verdictOf(() => append(logs.bad)) ?? null).toEqual(alone);
    expect(append(logs.good).head.seq).toBeGreaterThan(pinned.head.seq);
  });
});

describe("entries that come alone for a filled position", () => {
  it.each(singles)("%s (LOG-1, LOG-2)", (_name, { log, bad, good, error }) => {
    const state = prefixState(log);
    expect(verdictOf(() => appendEntry(state, bytes(bad), { now: "unchecked" }))).toEqual(error);
    expect(appendEntry(state, bytes(good), { now: "unchecked" })).toBe(state);
  });
});

describe("pins of contacts as bytes", () => {
  it.each(contactBytes)("%s", (_name, { bad, good, error }) => {
    expect(verdictOf(() => decodeContact(bytes(bad)))).toEqual(error);
    expect(verdictOf(() => decodeContact(bytes(good)))).toBeUndefined();
  });
});

describe("signers", () => {
  it.each(standings)("%s", (_name, { pinned, standing, ...sides }) => {
    const pin = pinned === undefined ? undefined : trackContact(prefixState(pinned)).confirmed;
    for (const side of ["bad", "good"] as const) {
      const log = prefixState(sides[side].log);
      const member = findMember(log, sides[side].member as MemberId) ?? expect.unreachable();
      expect(trustOf(log, member, pin), side).toBe(standing[side]);
    }
  });
});

describe("contacts", () => {
  it.each(contacts)("%s", (_name, { pinned, status, ...since }) => {
    const before = prefixState(pinned);
    for (const side of ["bad", "good"] as const) {
      const now = since[side].map(bytes).reduce((log, entry) => appendEntry(log, entry, { now: "unchecked" }), before);
      expect(compareContact(trackContact(before), now).status).toBe(status[side]);
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
