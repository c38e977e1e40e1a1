// Statements that the service did not make or that are no longer valid, and services that contradict themselves: docs/spec.md
// section 13.4 (SVC-1 to SVC-6).

import { concat } from "../../../src/bytes/bytes.js";
import { type CborValue, decodeCbor, encodeCbor } from "../../../src/bytes/cbor.js";
import type { ErrorCode, RuleId } from "../../../src/errors.js";
import { OperatorKeys } from "../../../src/keys/operator-keys.js";
import { StatementKeys } from "../../../src/keys/statement-keys.js";
import { certifyStatementKey, stateHead } from "../../../src/log/statement.js";
import { flipped } from "../../../test/primitives/support.js";
import {
  DAY,
  HOUR,
  NOON,
  partsOfStatement,
  STATEMENT_KEYS,
  statement,
  statementOf,
  UNTIL,
} from "../../../test/support/service.js";
import { OPERATOR, openWorld, seedNamed, type World } from "../../../test/support/world.js";
import { type EquivocationVector, type StatementVector, text, type VectorFile } from "../format.js";
import { prefixOf } from "../prefixes.js";
import { alone, joined, two } from "../worlds.js";

const longer = two.rotate("Laptop");
const fork = joined.rotate("Phone");
const noOperator = openWorld("vectors without operator");
const other = openWorld("vectors of another first link", { operator: true });
const stated = statement(two);
const [head, byKey, certificate, byOperator] = partsOfStatement(stated);
const mallory = new OperatorKeys(seedNamed("mallory"));
const keys = new StatementKeys(seedNamed("another statement key"));
const forged = certifyStatementKey(mallory, { signingKey: keys.signingKey, until: UNTIL });
const short = partsOfStatement(
  certifyStatementKey(OPERATOR, { signingKey: STATEMENT_KEYS.signingKey, until: NOON - 1 }),
);

interface Attack {
  readonly name: string;
  readonly description: string;
  readonly rule: RuleId;
  readonly code?: ErrorCode;
  readonly bad: Uint8Array | undefined;
  readonly good?: Uint8Array;
  readonly log?: World;
  readonly now?: number;
  readonly maxAge?: number;
  readonly rules?: readonly RuleId[];
}

const ATTACKS: readonly Attack[] = [
  {
    name: "certificate_by_another_operator",
    description: "Another operator certified the statement key.",
    ...{ rule: "SVC-1", bad: stateHead(two.log.head, keys, forged, NOON) },
  },
  {
    name: "statement_by_another_key",
    description: "Another key than the certified one signed the statement.",
    rule: "SVC-1",
    bad: statementOf([head, keys.signLabelled("keystead/v1/head", head), certificate, byOperator]),
  },
  {
    name: "statement_by_the_operator_itself",
    description: "The operator signed the statement in the place of its statement key.",
    rule: "SVC-1",
    bad: statementOf([head, OPERATOR.signLabelled("keystead/v1/head", head), certificate, byOperator]),
  },
  {
    name: "statement_signed_as_a_certificate",
    description: "The statement is signed under the label of certificates.",
    ...{ rule: "SVC-1", rules: ["SVC-1", "ENC-5"] },
    bad: statementOf([
      head,
      STATEMENT_KEYS.signLabelled("keystead/v1/head/certificate", head),
      certificate,
      byOperator,
    ]),
  },
  {
    name: "certificate_signed_as_a_statement",
    description: "The certificate is signed under the label of statements.",
    ...{ rule: "SVC-1", rules: ["SVC-1", "ENC-5"] },
    bad: statementOf([head, byKey, certificate, OPERATOR.signLabelled("keystead/v1/head", certificate)]),
  },
  {
    name: "signature_of_another_statement",
    description: "The signature is that of a statement of another head.",
    rule: "SVC-1",
    bad: statementOf([partsOfStatement(statement(longer))[0], byKey, certificate, byOperator]),
  },
  {
    name: "certificate_of_a_key_of_small_order",
    description: "The operator certified a key under which anybody signs anything.",
    ...{ rule: "SVC-1", rules: ["SVC-1", "SIG-4"] },
    bad: (() => {
      const weak = encodeCbor(new Map(Object.entries({ v: 1, key: new Uint8Array(32), until: UNTIL })));
      const signed = OPERATOR.signLabelled("keystead/v1/head/certificate", weak);
      return statementOf([head, concat(new Uint8Array(32), new Uint8Array(32)), weak, signed]);
    })(),
  },
  {
    name: "statement_about_a_log_without_operator",
    description: "The log names no operator.",
    ...{ rule: "SVC-1", code: "INVALID_ARGUMENT", log: noOperator, bad: statement(noOperator) },
  },
  {
    name: "statement_bit_flipped",
    description: "A bit of the stated hash was flipped.",
    ...{ rule: "SVC-1", bad: statementOf([flipped(head, head.length - 8), byKey, certificate, byOperator]) },
  },
  {
    name: "statement_with_trailing_byte",
    description: "A byte follows the statement.",
    ...{ rule: "ENC-2", code: "INVALID_ENCODING", bad: concat(stated, Uint8Array.of(0)), rules: ["SVC-1", "ENC-2"] },
  },
  {
    name: "statement_larger_than_512_bytes",
    description: "More bytes than a statement has.",
    ...{ rule: "ENC-3", code: "TOO_LARGE", bad: new Uint8Array(513), rules: ["SVC-1", "ENC-3"] },
  },
  {
    name: "statement_of_a_later_version",
    description: "A statement of version 2.",
    ...{ rule: "ENC-2", code: "INVALID_ENCODING", rules: ["SVC-1", "ENC-2"] },
    bad: (() => {
      const fields = decodeCbor(head, { name: "statement", maxBytes: 512 }) as Map<string, CborValue>;
      const body = encodeCbor(fields.set("v", 2));
      return statementOf([body, STATEMENT_KEYS.signLabelled("keystead/v1/head", body), certificate, byOperator]);
    })(),
  },
  {
    name: "statement_from_after_its_keys_last_day",
    description: "The statement is dated after the date until which its key is certified.",
    ...{ rule: "SVC-2", now: NOON - 1 },
    bad: statementOf([head, byKey, short[0], short[1]]),
    good: stateHead(two.log.head, STATEMENT_KEYS, encodeCbor([short[0], short[1]]), NOON - 1),
  },
  {
    name: "statement_of_a_key_whose_day_is_over",
    description:
      "The reader's clock is past the date until which the key is certified. The twin's key has a later date.",
    ...{ rule: "SVC-2", code: "STALE_LOG", now: UNTIL + 1, bad: stated },
    good: stateHead(
      two.log.head,
      STATEMENT_KEYS,
      certifyStatementKey(OPERATOR, { signingKey: STATEMENT_KEYS.signingKey, until: UNTIL + DAY }),
      NOON,
    ),
  },
  {
    name: "statement_ahead_of_the_clock",
    description:
      "The statement is dated 10 minutes and 1 millisecond ahead of the reader's clock. The twin is dated 10 minutes ahead.",
    ...{ rule: "SVC-3", code: "NOT_YET", bad: statement(two, NOON + 600_001), good: statement(two, NOON + 600_000) },
  },
  {
    name: "statement_about_another_log",
    description: "The statement names another log of the same operator.",
    ...{ rule: "SVC-4", code: "WRONG_SUBJECT", bad: statement(other) },
  },
  {
    name: "statement_of_another_history",
    description: "The service states another link at a position that the log has.",
    ...{ rule: "SVC-4", code: "FORKED", bad: statement(fork) },
  },
  {
    name: "statement_of_another_history_and_old",
    description: "The same, and its key's last day is over: a lie does not age.",
    ...{ rule: "SVC-4", code: "FORKED", bad: statement(fork), now: UNTIL + HOUR },
    good: stateHead(
      two.log.head,
      STATEMENT_KEYS,
      certifyStatementKey(OPERATOR, { signingKey: STATEMENT_KEYS.signingKey, until: UNTIL + DAY }),
      NOON,
    ),
  },
  {
    name: "sealing_without_a_statement",
    description: "Sealing asks for a fresh log, and there is no statement.",
    ...{ rule: "SVC-6", code: "STALE_LOG", bad: undefined, maxAge: HOUR },
  },
  {
    name: "sealing_by_an_old_statement",
    description: "The log was stated longer ago than sealing allows.",
    ...{
      rule: "SVC-6",
      code: "STALE_LOG",
      now: NOON + HOUR + 1,
      maxAge: HOUR,
      bad: stated,
      good: statement(two, NOON + 1),
    },
  },
  {
    name: "sealing_to_a_log_that_is_behind",
    description: "The service states a later position than the log has. In the twin it states an earlier one.",
    ...{ rule: "SVC-6", code: "STALE_LOG", maxAge: HOUR, bad: statement(longer), good: statement(joined) },
  },
  {
    name: "sealing_to_a_log_without_operator",
    description: "Sealing asks for a fresh log, which names no operator who could state its head.",
    ...{ rule: "SVC-6", code: "STALE_LOG", maxAge: HOUR, log: noOperator, bad: undefined },
  },
];

interface Contradiction {
  readonly name: string;
  readonly description: string;
  readonly kept: Uint8Array;
  readonly bad: Uint8Array;
  readonly good: Uint8Array;
}

const CONTRADICTIONS: readonly Contradiction[] = [
  {
    name: "two_hashes_for_one_position",
    description: "The service states two hashes for one position.",
    ...{ kept: stated, bad: statement(fork, NOON + HOUR), good: statement(two, NOON + HOUR) },
  },
  {
    name: "two_hashes_at_one_time",
    description: "The same at one time.",
    ...{ kept: stated, bad: statement(fork), good: stated },
  },
  {
    name: "fewer_links_later",
    description: "The service states fewer links at a later time. In the twin at the same time, as two replicas may.",
    ...{ kept: stated, bad: statement(joined, NOON + 1), good: statement(joined) },
  },
  {
    name: "more_links_earlier",
    description: "The service states more links at an earlier time than what was kept. In the twin fewer.",
    ...{ kept: stated, bad: statement(longer, NOON - 1), good: statement(alone, NOON - 1) },
  },
];

export function statementFiles(): readonly VectorFile[] {
  const attacks = ATTACKS.map((attack): VectorFile => {
    const { name, description, rule, code = "INVALID_SIGNATURE", bad, good = stated, log, now = NOON, maxAge } = attack;
    const vector: StatementVector = {
      ...{
        description,
        rules: attack.rules ?? [rule],
        log: prefixOf(two),
        now,
        ...(maxAge !== undefined && { maxAge }),
      },
      ...(log && { badLog: prefixOf(log) }),
      ...{ bad: bad ? text(bad) : null, good: text(good), error: { code, rule } },
    };
    return [`negative/statements/${name}.json`, vector];
  });
  const contradictions = CONTRADICTIONS.map(({ name, description, kept, bad, good }): VectorFile => {
    const sides = { kept: text(kept), bad: text(bad), good: text(good) };
    const vector: EquivocationVector = { description, rules: ["SVC-5"], log: prefixOf(two), ...sides };
    return [`negative/equivocations/${name}.json`, vector];
  });
  return [...attacks, ...contradictions];
}
