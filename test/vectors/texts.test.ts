// Texts that are no backup key, no fingerprint, or not the one that is compared: each file of vectors/negative/backup, fingerprints and
// comparisons, over the real code.
// docs/spec.md sections 9 (BAK-1 to BAK-4) and 10.

import { describe, expect, it } from "vitest";
import type { BackupVector, ComparisonVector, FingerprintVector } from "../../scripts/vectors/format.js";
import { checkBackupKey } from "../../src/backup/open.js";
import { compareAny as compareFingerprint, readAny } from "../fingerprint/support.js";
import { thrownBy } from "../support/refusal.js";
import { byName, prefixState, verdictOf } from "./support.js";

const backup = byName<BackupVector>(
  import.meta.glob("../../vectors/negative/backup/*.json", { eager: true, import: "default" }),
);
const fingerprints = byName<FingerprintVector>(
  import.meta.glob("../../vectors/negative/fingerprints/*.json", { eager: true, import: "default" }),
);
const comparisons = byName<ComparisonVector>(
  import.meta.glob("../../vectors/negative/comparisons/*.json", { eager: true, import: "default" }),
);

describe("backup keys", () => {
  it.each(backup)("%s", (_name, { log, bad, good, error: { reason, ...error } }) => {
    const state = prefixState(log);
    expect(verdictOf(() => checkBackupKey(state, bad))).toEqual(error);
    expect(thrownBy(() => checkBackupKey(state, bad)).details).toMatchObject({ reason });
    expect(state.active.has(checkBackupKey(state, good).member)).toBe(true);
  });
});

describe("fingerprints", () => {
  it.each(fingerprints)("%s", (_name, { bad, good, error }) => {
    expect(verdictOf(() => readAny(bad))).toEqual(error);
    expect(verdictOf(() => readAny(good))).toBeUndefined();
  });
});

describe("comparisons", () => {
  it.each(comparisons)("%s", (_name, { log, with: member, bad, good, comparison }) => {
    const state = prefixState(log);
    const verdict = (text: string) => {
      const found = member === undefined ? compareFingerprint(state, text) : compareFingerprint(state, text, member);
      return { result: found.status, ...(found.member !== undefined && { names: found.member }) };
    };
    expect(verdict(bad)).toEqual(comparison.bad);
    expect(verdict(good)).toEqual(comparison.good);
    expect([comparison.bad.result, comparison.good.result]).toEqual([expect.not.stringMatching("^match$"), "match"]);
  });
});
