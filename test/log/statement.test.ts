// A service's statements of a log's head, and a reader's verdict on them: docs/spec.md section 13.4 (SVC-1 to SVC-4).

import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { encodeCbor } from "../../src/bytes/cbor.js";
import { KeysteadError } from "../../src/errors.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import { StatementKeys } from "../../src/keys/statement-keys.js";
import type { Head, LogState } from "../../src/log/state.js";
import {
  certifyStatementKey,
  MAX_STATEMENT_BYTES,
  stateHead,
  type VerifyStatementOptions,
  verifyStatement,
} from "../../src/log/statement.js";
import { flipped } from "../primitives/support.js";
import { expectError, thrownBy } from "../support/refusal.js";
import {
  CERTIFICATE,
  HOUR,
  NOON,
  partsOfStatement,
  STATEMENT_KEYS,
  statement,
  statementOf,
  UNTIL,
} from "../support/service.js";
import { OPERATOR, openWorld, seedNamed } from "../support/world.js";

const world = openWorld("statements", { operator: true }).join("Phone");
const { log } = world;
const later = world.rotate("Laptop");
const stated = statement(world);
const verify = (bytes: Uint8Array, options: Partial<VerifyStatementOptions> = {}) =>
  verifyStatement(bytes, { log, now: NOON, ...options });
const refused = (bytes: Uint8Array, options: Partial<VerifyStatementOptions> = {}) =>
  thrownBy(() => verify(bytes, options));

describe("a statement of a log's head", () => {
  it("gives the head, the time, the key, and the relation to the log at hand", () => {
    const facts = { head: log.head, at: NOON, signingKey: STATEMENT_KEYS.signingKey, until: UNTIL };
    expect(verify(stated)).toEqual({ ...facts, named: { status: "current", head: log.head } });
    expect(verify(stated, { log: later.log }).named).toEqual({ status: "behind", head: log.head, links: 1 });
    expect(verify(statement(later)).named).toEqual({ status: "ahead", head: later.log.head, links: 1 });
    expect(verify(stated, { log: undefined, operator: OPERATOR.signingKey })).toEqual({ ...facts, named: undefined });
    expect(verify(stated, { operator: OPERATOR.signingKey })).toEqual(verify(stated));
  });

  it("matches the specification, without this library's help", () => {
    const [head, byKey, certificate, byOperator] = partsOfStatement(stated);
    const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    const { log: id, seq, hash } = log.head;
    const fields = { v: 1, log: bytesOf(id), seq, hash: bytesOf(hash), at: NOON };
    expect(head).toEqual(encodeCbor(new Map(Object.entries(fields))));
    expect(certificate).toEqual(
      encodeCbor(new Map(Object.entries({ v: 1, key: STATEMENT_KEYS.signingKey, until: UNTIL }))),
    );
    const labelled = (label: string, message: Uint8Array) => concat(new TextEncoder().encode(`${label}\0`), message);
    expect(ed25519.verify(byKey, labelled("keystead/v1/head", head), STATEMENT_KEYS.signingKey)).toBe(true);
    expect(ed25519.verify(byOperator, labelled("keystead/v1/head/certificate", certificate), OPERATOR.signingKey)).toBe(
      true,
    );
    expect(STATEMENT_KEYS.signingKey).toEqual(ed25519.getPublicKey(seedNamed("the statement key")));
    expect(stated.length).toBeLessThan(MAX_STATEMENT_BYTES);
  });

  it("has one encoding, and no byte of it can be changed (ENC-1, ENC-2, SVC-1)", () => {
    for (const at of stated.keys()) {
      const { code } = refused(flipped(stated, at));
      expect(["INVALID_ENCODING", "INVALID_SIGNATURE", "TOO_LARGE"], `byte ${at}`).toContain(code);
    }
    expectError(() => verify(concat(stated, Uint8Array.of(0))), "INVALID_ENCODING", "ENC-2");
    expectError(() => verify(stated.subarray(0, -1)), "INVALID_ENCODING", "ENC-1");
    expectError(() => verify(new Uint8Array(MAX_STATEMENT_BYTES + 1)), "TOO_LARGE", "ENC-3");
  });
});

describe("a statement is not the service's (SVC-1)", () => {
  const mallory = new OperatorKeys(seedNamed("mallory"));
  const other = new StatementKeys(seedNamed("another statement key"));
  const [head, byKey, certificate, byOperator] = partsOfStatement(stated);

  it("when its key is not certified by the log's operator", () => {
    const forged = certifyStatementKey(mallory, { signingKey: other.signingKey, until: UNTIL });
    expectError(() => verify(stateHead(log.head, other, forged, NOON)), "INVALID_SIGNATURE", "SVC-1");
    expectError(() => verify(stated, { log: undefined, operator: mallory.signingKey }), "INVALID_SIGNATURE", "SVC-1");
    const good = certifyStatementKey(OPERATOR, { signingKey: other.signingKey, until: UNTIL });
    expect(verify(stateHead(log.head, other, good, NOON)).signingKey).toEqual(other.signingKey);
  });

  it("when it is signed by another key than the certified one, or its parts come from two", () => {
    const byOther = other.signLabelled("keystead/v1/head", head);
    expectError(() => verify(statementOf([head, byOther, certificate, byOperator])), "INVALID_SIGNATURE", "SVC-1");
    const elsewhere = partsOfStatement(statement(later));
    expectError(
      () => verify(statementOf([elsewhere[0], byKey, certificate, byOperator])),
      "INVALID_SIGNATURE",
      "SVC-1",
    );
    expect(verify(statementOf([head, byKey, certificate, byOperator])).at).toBe(NOON);
  });

  it("when the operator signed the statement itself, or the labels are exchanged (ENC-5)", () => {
    const byOperatorItself = OPERATOR.signLabelled("keystead/v1/head", head);
    expectError(
      () => verify(statementOf([head, byOperatorItself, certificate, byOperator])),
      "INVALID_SIGNATURE",
      "SVC-1",
    );
    const asHead = OPERATOR.signLabelled("keystead/v1/head", certificate);
    expectError(() => verify(statementOf([head, byKey, certificate, asHead])), "INVALID_SIGNATURE", "SVC-1");
    const asCertificate = STATEMENT_KEYS.signLabelled("keystead/v1/head/certificate", head);
    expectError(
      () => verify(statementOf([head, asCertificate, certificate, byOperator])),
      "INVALID_SIGNATURE",
      "SVC-1",
    );
  });

  it("when the certificate names a key under which anybody can sign", () => {
    const weak = encodeCbor(new Map(Object.entries({ v: 1, key: new Uint8Array(32), until: UNTIL })));
    const signed = OPERATOR.signLabelled("keystead/v1/head/certificate", weak);
    const zero = concat(new Uint8Array(32), new Uint8Array(32));
    expectError(() => verify(statementOf([head, zero, weak, signed])), "INVALID_SIGNATURE", "SVC-1");
    expectError(
      () => certifyStatementKey(OPERATOR, { signingKey: new Uint8Array(32), until: UNTIL }),
      "INVALID_KEY",
      "SIG-4",
    );
  });
});

describe("a certificate ends (SVC-2)", () => {
  it("for statements that are dated after it, for every reader", () => {
    const [head] = partsOfStatement(stated);
    const short = certifyStatementKey(OPERATOR, { signingKey: STATEMENT_KEYS.signingKey, until: NOON - 1 });
    const [certificate, byOperator] = partsOfStatement(short);
    const byKey = STATEMENT_KEYS.signLabelled("keystead/v1/head", head);
    const late = statementOf([head, byKey, certificate, byOperator as Uint8Array]);
    expectError(() => verify(late, { now: NOON - 1 }), "INVALID_SIGNATURE", "SVC-2");
    expectError(() => stateHead(log.head, STATEMENT_KEYS, short, NOON), "INVALID_ARGUMENT", "SVC-2");
    expect(verify(stateHead(log.head, STATEMENT_KEYS, short, NOON - 1), { now: NOON - 1 }).until).toBe(NOON - 1);
  });

  it("for a reader whose clock is past it: the statement is stale (STALE_LOG)", () => {
    const error = expectError(() => verify(stated, { now: UNTIL + 1 }), "STALE_LOG", "SVC-2");
    expect(error.details).toEqual({ log: log.head.log, at: NOON, until: UNTIL, now: UNTIL + 1 });
    expect(verify(stated, { now: UNTIL }).at).toBe(NOON);
  });
});

describe("a statement ahead of the reader's clock (SVC-3)", () => {
  it("is not believed for now, beyond the skew (NOT_YET)", () => {
    const now = NOON - 600_001;
    const error = expectError(() => verify(stated, { now }), "NOT_YET", "SVC-3");
    expect(error.details).toEqual({ ahead: 600_001, skew: 600_000 });
    expect(verify(stated, { now: now + 1 }).at).toBe(NOON);
    expectError(() => verify(stated, { now: NOON - 2, skew: 1 }), "NOT_YET", "SVC-3");
    expect(verify(stated, { now: NOON - 1, skew: 1 }).at).toBe(NOON);
    expectError(() => verify(stated, { now: NOON - 1, skew: 0 }), "NOT_YET", "SVC-3");
  });
});

describe("a statement and the log at hand (SVC-4)", () => {
  it("must name the same log (WRONG_SUBJECT)", () => {
    const other = openWorld("statements of another", { operator: true });
    const error = expectError(() => verify(stated, { log: other.log }), "WRONG_SUBJECT", "SVC-4");
    expect(error.details).toEqual({ expected: other.log.head.log, actual: log.head.log });
  });

  it("must not contradict each other (FORKED)", () => {
    const fork = world.rotate("Phone");
    const about = statement(fork);
    for (const ours of [later, later.rotate("Laptop")]) {
      const error = expectError(() => verify(about, { log: ours.log }), "FORKED", "SVC-4");
      expect(error.details).toEqual({ pinned: later.log.head, offered: fork.log.head, at: NOON });
    }
    // The same if it is too old to be of use: a lie does not expire.
    expectError(() => verify(about, { log: later.log, now: UNTIL + HOUR }), "FORKED", "SVC-4");
    // Nothing beyond the end of the log is contradicted yet.
    expect(verify(about).named?.status).toBe("ahead");
    expect(verify(about, { log: fork.log }).named?.status).toBe("current");
  });
});

describe("wrong arguments", () => {
  const code = (call: () => unknown) => thrownBy(call).code;
  const junk = [undefined, null, 7, "x", {}, [], Number.NaN] as unknown as readonly never[];

  it("are refused as such (INVALID_ARGUMENT, INVALID_ENCODING)", () => {
    const wrong = (call: () => unknown) => expect(code(call)).toMatch(/^INVALID_(ARGUMENT|ENCODING)$/);
    for (const bad of junk) {
      wrong(() => certifyStatementKey(bad, { signingKey: STATEMENT_KEYS.signingKey, until: UNTIL }));
      wrong(() => certifyStatementKey(OPERATOR, bad));
      wrong(() => certifyStatementKey(OPERATOR, { signingKey: bad, until: UNTIL }));
      wrong(() => stateHead(bad, STATEMENT_KEYS, CERTIFICATE, NOON));
      wrong(() => stateHead(log.head, bad, CERTIFICATE, NOON));
      wrong(() => stateHead(log.head, STATEMENT_KEYS, bad, NOON));
      wrong(() => verifyStatement(bad, { log, now: NOON }));
      wrong(() => verifyStatement(stated, bad));
      if (bad !== undefined) wrong(() => verify(stated, { operator: bad }));
      if (bad !== undefined) wrong(() => verify(stated, { log: bad }));
      if (bad === 7) continue;
      wrong(() => certifyStatementKey(OPERATOR, { signingKey: STATEMENT_KEYS.signingKey, until: bad }));
      wrong(() => stateHead(log.head, STATEMENT_KEYS, CERTIFICATE, bad));
      wrong(() => verify(stated, { now: bad }));
      if (bad !== undefined) wrong(() => verify(stated, { skew: bad }));
    }
    wrong(() => stateHead({ ...log.head, seq: 0 }, STATEMENT_KEYS, CERTIFICATE, NOON));
    wrong(() => stateHead({ ...log.head, hash: "00" } as unknown as Head, STATEMENT_KEYS, CERTIFICATE, NOON));
    for (const time of [-1, 1.5, 8_640_000_000_000_001]) {
      wrong(() => stateHead(log.head, STATEMENT_KEYS, CERTIFICATE, time));
      wrong(() => verify(stated, { now: time }));
    }
    wrong(() => verify(stated, { operator: new OperatorKeys(seedNamed("mallory")).signingKey }));
    wrong(() => verify(stated, { log: { ...log } as LogState }));
  });

  it("include a log that names no operator, and a certificate for another key (SVC-1)", () => {
    const without = openWorld("statements without operator");
    expectError(() => verify(stated, { log: without.log }), "INVALID_ARGUMENT", "SVC-1");
    const other = new StatementKeys(seedNamed("another statement key"));
    expectError(() => stateHead(log.head, other, CERTIFICATE, NOON), "INVALID_ARGUMENT", "SVC-1");
  });

  it("include wiped keys (WIPED)", () => {
    const keys = new StatementKeys(seedNamed("the statement key"));
    keys.wipe();
    expectError(() => stateHead(log.head, keys, CERTIFICATE, NOON), "WIPED", undefined);
    expect(() => new StatementKeys(new Uint8Array(31))).toThrow(KeysteadError);
  });
});
