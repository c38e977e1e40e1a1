// Expectations of refusals: the code, the rule, and that a refused link or call has changed nothing (docs/spec.md section 6;
// KeysteadError says that a call that throws has changed nothing).

import { expect } from "vitest";
import { equalBytes } from "../../src/bytes/bytes.js";
import { toHex } from "../../src/bytes/text.js";
import type { ErrorCode, KeysteadError, RuleId } from "../../src/errors.js";
import { type Clock, UNCHECKED } from "../../src/log/clock.js";
import type { Evidence } from "../../src/log/evidence.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import { thrownBy } from "./thrown.js";

export { thrownBy };

/** Expects a call to throw this code and rule; undefined stands for an error without a rule. */
export function expectError(call: () => unknown, code: ErrorCode, rule: RuleId | undefined): KeysteadError {
  const error = thrownBy(call);
  expect({ code: error.code, rule: error.rule }, error.message).toEqual({ code, rule });
  return error;
}

/** Expects an error that names a plain JavaScript caller's wrong argument, and never a TypeError. */
export function expectWrongArgument(call: () => unknown, what: string): void {
  const { code } = thrownBy(call);
  expect(["INVALID_ARGUMENT", "INVALID_ENCODING"], what).toContain(code);
}

/** The evidence that an error has. */
export function evidenceOf({ details }: KeysteadError): Evidence {
  return details["evidence"] as Evidence;
}

/** Expects the log to refuse an entry by a rule, and neither log nor entry to have changed. */
export function expectRefused(
  log: LogState,
  entry: Uint8Array,
  code: ErrorCode,
  rule: RuleId,
  clock: Clock = UNCHECKED,
): KeysteadError {
  const before = { log: snapshot(log), entry: entry.slice() };
  const error = expectError(() => appendEntry(log, entry, clock), code, rule);
  expect(snapshot(log)).toBe(before.log);
  expect(equalBytes(entry, before.entry), "an entry must not be changed").toBe(true);
  return error;
}

/** Expects the log to accept the twin of an attack, which differs from it, and to refuse the attack. */
export function expectTwins(
  log: LogState,
  attack: Uint8Array,
  twin: Uint8Array,
  code: ErrorCode,
  rule: RuleId,
): KeysteadError {
  expect(equalBytes(attack, twin), "attack and twin must differ").toBe(false);
  const error = expectRefused(log, attack, code, rule);
  expect(appendEntry(log, twin, { now: "unchecked" }).head.seq).toBe(log.head.seq + 1);
  return error;
}

/**
 * All observable contents of a value, down to every byte: equal for equal log states, and for nothing else.
 *
 * @param reveal the replacement of a value that does not print its contents; undefined for all others.
 */
export function snapshot(value: unknown, reveal: (inner: unknown) => unknown = () => undefined): string {
  // No arrow function: `this` holds the value from before its toJSON.
  return JSON.stringify(value, function (this: Record<string, unknown>, name, printed: unknown) {
    const inner = reveal(this[name]) ?? printed;
    if (inner instanceof Uint8Array) return toHex(inner);
    if (inner instanceof Map) return [...inner].map(([key, item]) => ({ key, item }));
    // Sets and append-only lists.
    if (typeof inner === "object" && inner !== null && Symbol.iterator in inner) {
      return [...(inner as Iterable<unknown>)];
    }
    return inner;
  });
}
