// Tokens of comparisons, where a caller passes something else. docs/spec.md section 10.

import { expect, it } from "vitest";
import { comparedMembers, logMatched } from "../../src/trust/compared.js";
import { expectError } from "../support/refusal.js";
import { openWorld } from "../support/world.js";

const { log } = openWorld("compared");

it("are a list, and what is no list approves nobody silently", () => {
  for (const wrong of [{}, { length: 0 }, new Set(), "", 7, null, undefined]) {
    const { message } = expectError(() => comparedMembers(log, wrong as never, []), "INVALID_ARGUMENT", undefined);
    expect(message).toContain("must be a list of tokens");
  }
  expect(comparedMembers(log, [], [])).toEqual([]);
});

it("say what the value is: the token of a whole log, or no token", () => {
  const messageFor = (value: unknown) =>
    expectError(() => comparedMembers(log, [value as never], []), "INVALID_ARGUMENT", undefined).message;
  expect(messageFor(logMatched(log))).toContain("of a whole log");
  expect(messageFor(log.head)).toContain("not ids and no copies of tokens");
});
