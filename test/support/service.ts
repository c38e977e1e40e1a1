// A service that states heads, for tests: the operator of `openWorld(…, { operator: true })` and a statement key that it certified.

import { decodeCbor, encodeCbor } from "../../src/bytes/cbor.js";
import type { CborValue } from "../../src/bytes/cbor-value.js";
import { StatementKeys } from "../../src/keys/statement-keys.js";
import type { Head } from "../../src/log/state.js";
import { certifyStatementKey, stateHead } from "../../src/log/statement.js";
import { OPERATOR, seedNamed } from "./world.js";

/** The time of most statements in tests. */
export const NOON = 1_750_000_000_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** The service's statement key. */
export const STATEMENT_KEYS = new StatementKeys(seedNamed("the statement key"));
/** Until the end of the day after {@link NOON}. */
export const UNTIL = NOON + DAY;
export const CERTIFICATE: Uint8Array = certifyStatementKey(OPERATOR, {
  signingKey: STATEMENT_KEYS.signingKey,
  until: UNTIL,
});

/** The service's statement about a log at a time. */
export function statement({ log }: { readonly log: { readonly head: Head } }, at: number = NOON): Uint8Array {
  return stateHead(log.head, STATEMENT_KEYS, CERTIFICATE, at);
}

/** The four parts of a signed statement. */
export function partsOfStatement(bytes: Uint8Array): readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  return decodeCbor(bytes, { name: "statement", maxBytes: 1024 }) as unknown as readonly [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
}

/** A signed statement with other parts. */
export function statementOf(parts: readonly Uint8Array[]): Uint8Array {
  return encodeCbor(parts as readonly CborValue[] as CborValue);
}
