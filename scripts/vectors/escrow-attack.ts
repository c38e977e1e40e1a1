// The description of an attack that only both logs show: a user's log and the organisation's, a question, and its answers.

import type { RuleId } from "../../src/errors.js";
import type { World } from "../../test/support/world.js";
import type { EscrowVector, VectorFile } from "./format.js";
import { prefixOf } from "./prefixes.js";

/** A user's log and an escrow log. */
export interface Pair {
  readonly user: World;
  readonly escrow: World;
}

/** One attack: one file. */
export interface EscrowAttack {
  readonly name: string;
  readonly description: string;
  readonly rules: readonly RuleId[];
  readonly question: EscrowVector["question"];
  readonly bad: Pair;
  readonly good: Pair;
  readonly answer: EscrowVector["answer"];
  readonly more?: Pick<EscrowVector, "device" | "admin" | "record">;
}

/** The file of an attack. */
export function escrowVector({ name, more, bad, good, ...attack }: EscrowAttack): VectorFile {
  const names = ({ user, escrow }: Pair) => ({ user: prefixOf(user), escrow: prefixOf(escrow) });
  const { description, rules, question, answer } = attack;
  const vector: EscrowVector = { description, rules, question, ...more, bad: names(bad), good: names(good), answer };
  return [`negative/escrow/${name}.json`, vector];
}
