// The organisation that every world has: its escrow log before and after an admin was removed, a thief's false pointer, and the
// thief's own organisation.
// docs/spec.md section 11.

import { receive } from "../../src/grants/receive.js";
import type { Session } from "../../src/grants/session.js";
import { MemberKeys } from "../../src/keys/member-keys.js";
import type { Pointer } from "../../src/log/fields.js";
import { pointerTo } from "../../src/trust/pointer.js";
import { type Authored, createEscrowLog, enrollBackupKey, joinLog, review, setPolicy } from "../support/accepted.js";
import { drawsFrom } from "./draws.js";

/** What there is to know of escrow at one time. */
export interface Escrow {
  /** Ann's and Bob's sessions; Bob's ends where he was removed. */
  readonly ann: Session;
  readonly bob: Session;
}

/** An escrow log that is ready. */
function open(name: string): Authored {
  const opened = createEscrowLog({ subject: "escrow", device: { name } }, drawsFrom(`${name}'s log`));
  const paper = enrollBackupKey(opened, { roles: ["manage"] }, drawsFrom(`${name}'s paper`));
  return setPolicy(paper, { enabled: true }, drawsFrom(`${name}'s policy`));
}

const enabled = open("Ann");
const joined = joinLog(enabled.log, { device: { name: "Bob" } }, drawsFrom("Bob"));
const before: Escrow = (() => {
  const ann = receive(enabled, joined.entry, { now: "unchecked" });
  const bob = joined.keyring.member;
  const hired = review(ann, { approve: [bob], roles: { [bob]: ["recover"] } }, drawsFrom("Bob is hired"));
  return { ann: hired, bob: receive(joined, hired.entry, { now: "unchecked" }) };
})();
const after: Escrow = {
  ann: review(before.ann, { remove: [before.bob.keyring.member] }, drawsFrom("Bob is removed")),
  bob: before.bob,
};

/** Escrow while Bob is an admin, and after he was removed. */
export const ESCROW = [before, after] as const;
export type Stage = 0 | 1;

/** The organisation whose one admin is the thief. */
export const OTHER: Session = open("T");

/** Keys that the thief made for an escrow member of its own. */
export const FALSE_KEYS = new MemberKeys(drawsFrom("a false escrow").random(32));

/** Pointers that somebody may choose. */
export const POINTERS = ["newest", "old", "false", "own"] as const;
export type PointerKind = (typeof POINTERS)[number];

export function pointerOf(kind: PointerKind, stage: Stage): Pointer {
  const newest = pointerTo(ESCROW[stage].ann.log);
  if (kind === "newest") return newest;
  if (kind === "own") return pointerTo(OTHER.log);
  if (kind === "old") return pointerTo(ESCROW[0].ann.log);
  return { ...newest, ...FALSE_KEYS.publicKeys };
}
