// Texts that are no backup key and no fingerprint: each file of vectors/negative/backup and fingerprints, over the real code.
// docs/spec.md sections 9 (BAK-1 to BAK-4) and 10.

import { describe, expect, it } from "vitest";
import type { BackupVector, FingerprintVector } from "../../scripts/vectors/format.js";
import { checkBackupKey } from "../../src/backup/open.js";
import { parseFingerprint } from "../../src/fingerprint/parse.js";
import { thrownBy } from "../support/refusal.js";
import { byName, prefixState, verdictOf } from "./support.js";

const backup = byName<BackupVector>(
  import.meta.glob("../../vectors/negative/backup/*.json", { eager: true, import: "default" }),
);
const fingerprints = byName<FingerprintVector>(
  import.meta.glob("../../vectors/negative/fingerprints/*.json", { eager: true, import: "default" }),
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
    expect(verdictOf(() => parseFingerprint(bad))).toEqual(error);
    expect(verdictOf(() => parseFingerprint(good))).toBeUndefined();
  });
});
