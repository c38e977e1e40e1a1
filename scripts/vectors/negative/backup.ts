// Texts that are no backup key of a log: docs/spec.md section 9 (BAK-1 to BAK-4).

import { secretFromBytes } from "../../../src/backup/bits.js";
import { encodeBackupText } from "../../../src/backup/code.js";
import { backupIdSymbols, backupKeys } from "../../../src/backup/key.js";
import type { MemberId } from "../../../src/bytes/ids.js";
import type { RuleId } from "../../../src/errors.js";
import type { LogState } from "../../../src/log/state.js";
import { createBackupKey, review } from "../../../test/support/accepted.js";
import { seededEnv } from "../../../test/support/seeded-env.js";
import type { World } from "../../../test/support/world.js";
import type { BackupVector, VectorFile } from "../format.js";
import { prefixOf } from "../prefixes.js";
import { alone, bob } from "../worlds.js";

// Alice's log with two papers, the second of which is removed again.
const first = paper(alone, "first");
const second = paper(first.world, "second");
const gone = second.world.act("Laptop", "removes a paper", (session, env) =>
  review(session, { remove: [second.member] }, env),
);
const good = first.text;
const chars = [...good.replaceAll("-", "")];

/** A device makes a paper. */
function paper(
  world: World,
  name: string,
): { readonly world: World; readonly text: string; readonly member: MemberId } {
  const made = createBackupKey(world.session("Laptop"), { name }, world.env(`makes ${name}`));
  const next = world.append(made.entry).with("Laptop", made.keyring);
  return { world: next, text: made.paper.reveal(next.log), member: made.paper.member };
}

/** The text of a secret for a log that does not have it. */
function textFor(log: LogState, seed: string): string {
  const secret = secretFromBytes(seededEnv(seed).random(17));
  return encodeBackupText(backupIdSymbols(backupKeys(secret, log.head.log).signingKey), secret);
}

/** The good text with other characters at some positions, counted from 0. */
const wrong = (...at: readonly number[]): string =>
  chars.map((char, index) => (at.includes(index) ? (char === "7" ? "8" : "7") : char)).join("");
const unreadable = (...at: readonly number[]): string =>
  chars.map((char, index) => (at.includes(index) ? "?" : char)).join("");

interface BackupAttack {
  readonly name: string;
  readonly description: string;
  readonly rules?: readonly RuleId[];
  readonly reason: string;
  readonly bad: string;
  /** Default the first paper as it was written. */
  readonly good?: string;
}

const ATTACKS: readonly BackupAttack[] = [
  {
    name: "four_wrong",
    description: "Four wrong characters. The twin has three.",
    reason: "uncorrectable",
    bad: wrong(5, 12, 20, 33),
    good: wrong(5, 12, 20),
  },
  {
    name: "seven_unreadable",
    description: "Seven unreadable characters. The twin has six.",
    reason: "uncorrectable",
    bad: unreadable(4, 9, 13, 18, 22, 27, 35),
    good: unreadable(4, 9, 13, 18, 22, 27),
  },
  {
    name: "three_wrong_and_one_unreadable",
    description: "Three wrong characters and one unreadable. The twin has two wrong and two unreadable.",
    reason: "uncorrectable",
    bad: [...wrong(5, 12, 20)].map((char, at) => (at === 30 ? "?" : char)).join(""),
    good: [...wrong(5, 12)].map((char, at) => (at === 30 || at === 31 ? "?" : char)).join(""),
  },
  {
    name: "two_missing",
    description: "Two characters are missing. The twin lacks one.",
    reason: "length",
    bad: chars.slice(2).join(""),
    good: chars.slice(1).join(""),
  },
  {
    name: "two_extra",
    description: "Two characters too many. The twin has one.",
    reason: "length",
    bad: `${chars.join("")}00`,
    good: `${chars.join("")}0`,
  },
  {
    name: "letter_u",
    description: "The letter U, which the alphabet does not have.",
    reason: "characters",
    bad: `U${good.slice(1)}`,
    good: `?${good.slice(1)}`,
  },
  {
    name: "fraction_for_two_digits",
    description: "A character whose NFKC form has three characters. In the twin it is unreadable.",
    reason: "characters",
    bad: `\u00bd${good.slice(1)}`,
    good: `?${good.slice(1)}`,
  },
  {
    name: "dotless_i",
    description: "A dotless i, which is no I in any form. The twin has a full-width one.",
    reason: "characters",
    bad: `\u0131${good.slice(1)}`,
    good: `\uff49${good.slice(1)}`,
  },
  { name: "empty", description: "No text at all.", reason: "length", bad: "" },
  {
    name: "longer_than_200",
    description: "A good key among more than 200 characters of spaces.",
    reason: "too long",
    bad: good + " ".repeat(157),
    good: good + " ".repeat(156),
  },
  {
    name: "all_zeros",
    description: "Zeros throughout, which would be a code word without the constant.",
    reason: "uncorrectable",
    bad: "0".repeat(36),
  },
  {
    name: "key_that_no_log_has",
    description: "A well-formed key that was never enrolled.",
    rules: ["BAK-1", "BAK-4"],
    reason: "unknown",
    bad: textFor(alone.log, "a paper that nobody enrolled"),
  },
  {
    name: "key_of_another_log",
    description: "The paper of Bob's log: its secret gives other keys in Alice's.",
    rules: ["BAK-1", "BAK-2"],
    reason: "unknown",
    bad: paper(bob, "of bob").text,
  },
];

export function backupFiles(): readonly VectorFile[] {
  return ATTACKS.map(({ name, description, rules = ["BAK-1"], reason, ...twins }): VectorFile => {
    const vector: BackupVector = {
      ...{ description, rules, load: { subject: gone.log.subject, kind: "user" }, log: prefixOf(gone) },
      ...{ bad: twins.bad, good: twins.good ?? good, error: { code: "BACKUP_KEY_INVALID", rule: "BAK-1", reason } },
    };
    return [`negative/backup/${name}.json`, vector];
  });
}
