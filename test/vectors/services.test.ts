// Statements of a service, and keyrings as bytes: each file of vectors/negative/statements, equivocations and keyrings, over the
// real code. docs/spec.md sections 5, 13 and 13.4 (SVC-1 to SVC-6).

import { describe, expect, it } from "vitest";
import {
  bytes,
  type EquivocationVector,
  type KeyringVector,
  type StatementVector,
} from "../../scripts/vectors/format.js";
import { requireFresh } from "../../src/content/freshness.js";
import { checkMemberState } from "../../src/grants/member-state.js";
import { parseKeyring } from "../../src/keys/keyring-bytes.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { compareStatements } from "../../src/log/equivocation.js";
import { verifyStatement } from "../../src/log/statement.js";
import { byName, prefixState, verdictOf } from "./support.js";

const statements = byName<StatementVector>(
  import.meta.glob("../../vectors/negative/statements/*.json", { eager: true, import: "default" }),
);
const equivocations = byName<EquivocationVector>(
  import.meta.glob("../../vectors/negative/equivocations/*.json", { eager: true, import: "default" }),
);
const keyrings = byName<KeyringVector>(
  import.meta.glob("../../vectors/negative/keyrings/*.json", { eager: true, import: "default" }),
);

describe("statements", () => {
  it.each(statements)("%s", (_name, { log, badLog = log, now, maxAge, bad, good, error }) => {
    const judge = (about: string, statement: string | null) => {
      const [state, given] = [prefixState(about), statement === null ? undefined : bytes(statement)];
      if (maxAge !== undefined) requireFresh(state, given, { now, maxAge });
      else verifyStatement(given ?? expect.unreachable(), { log: state, now });
    };
    expect(verdictOf(() => judge(badLog, bad))).toEqual(error);
    expect(verdictOf(() => judge(log, good))).toBeUndefined();
  });
});

describe("equivocations", () => {
  it.each(equivocations)("%s (SVC-5)", (_name, { log, kept, bad, good }) => {
    const compare = (next: string) => compareStatements(prefixState(log), bytes(kept), bytes(next));
    expect(checkEvidence(compare(bad) ?? expect.unreachable()).verdict).toBe("proven");
    expect(compare(good)).toBeUndefined();
  });
});

describe("keyrings", () => {
  it.each(keyrings)("%s (GRT-4)", (_name, { log, bad, good, error }) => {
    const read = (keyring: string) => {
      const parsed = parseKeyring(bytes(keyring));
      return log === undefined ? parsed : checkMemberState({ log: prefixState(log), keyring: parsed });
    };
    expect(verdictOf(() => read(bad))).toEqual(error);
    expect(verdictOf(() => read(good))).toBeUndefined();
  });
});
