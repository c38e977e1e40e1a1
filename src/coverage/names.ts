// What members are called in texts for people. Names are written by devices, a thief's too: here they cannot hide, reorder
// or imitate anything. docs/spec.md section 8.

import type { MemberId } from "../bytes/ids.js";
import { allMembers, type LogFacts, type Member, type MemberKind } from "../log/state.js";

/** The name of a member of one log, or of its operator, for a text. No two of them are called the same. */
export type NameOf = (who: MemberId | "operator") => string;

/** What the kinds of members are called. */
export const KIND_NAMES: Readonly<Record<MemberKind, string>> = {
  device: "device",
  backup: "backup key",
  escrow: "escrow",
};

const SERVICE = "the service";

/** How many digits of its id stand behind a member's name: more where names are alike. */
const ID_DIGITS = [0, 8, 32] as const;

/**
 * Names for the members of a log, removed ones too. Where names are alike, the members' ids tell them apart: a thief's device
 * that calls itself as the owner's does must not be approved by mistake.
 */
export function nameMembers(log: LogFacts): NameOf {
  const members = allMembers(log);
  const level = new Map(members.map((member) => [member.id, plainText(member.name ?? "") === "" ? 1 : 0]));
  for (;;) {
    const names = new Map(members.map((member) => [member.id, nameAt(member, level.get(member.id) as number)]));
    const uses = new Map([[alike(SERVICE), 1]]);
    for (const name of names.values()) uses.set(alike(name), (uses.get(alike(name)) ?? 0) + 1);
    // Comes to an end: whole ids differ, and further levels show them too.
    const isUnclear = ({ id }: Member) => (uses.get(alike(names.get(id) as string)) as number) > 1;
    const unclear = members.filter(isUnclear);
    if (unclear.length === 0) return (who) => (who === "operator" ? SERVICE : (names.get(who) ?? `member ${who}`));
    for (const { id } of unclear) level.set(id, (level.get(id) as number) + 1);
  }
}

/**
 * Text from elsewhere on one line: without control characters, which can rewrite a terminal, and without format characters,
 * which can turn the reading order around.
 */
export function plainText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(/\p{Cf}/gu, "")
    .trim();
}

/** "1 epoch", "2 epochs". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `Laptop`, `Laptop and Phone`, `Laptop, Phone and Tablet`. */
export function list(items: readonly string[]): string {
  return [items.slice(0, -1).join(", "), ...items.slice(-1)].filter(Boolean).join(" and ");
}

function nameAt({ id, kind, name }: Member, level: number): string {
  const shown = plainText(name ?? "") || `unnamed ${KIND_NAMES[kind]}`;
  return level === 0 ? shown : `${shown} (${id.slice(0, ID_DIGITS[level])})`;
}

/** Equal for names that people take for the same. */
function alike(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
