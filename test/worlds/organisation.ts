// The organisation of every world: its escrow log with the admins Ann and Bob, the acts that they record in it, and Bob's
// removal; a thief's false pointers, and the thief's own organisation. docs/spec.md section 11.

import { receive } from "../../src/authoring/receive.js";
import { present } from "../../src/bytes/present.js";
import { actRecords, type RecordedAct } from "../../src/escrow/act.js";
import { type RecordRecoveryOptions, recordRecovery } from "../../src/escrow/recover.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { MemberKeys } from "../../src/keys/member-keys.js";
import type { Pointer } from "../../src/log/fields.js";
import type { LogState } from "../../src/log/state.js";
import { pointerTo } from "../../src/trust/pointer.js";
import { type Authored, createBackupKey, createEscrowLog, joinLog, review, setPolicy } from "../support/accepted.js";
import { AdminClient, type OfUser } from "../support/admin-client.js";
import { type Draws, drawsFrom } from "./draws.js";

/** Whether Bob is an admin: 1 once he was removed. */
export type Stage = 0 | 1;
export type Admin = "Ann" | "Bob";

/** An act that an admin recorded, and the players that know its salt. */
export interface KnownAct {
  readonly by: Admin;
  readonly act: RecordedAct;
  /** Bob reads records while he is an admin. */
  readonly isKnownToBob: boolean;
}

/** The organisation at one time. */
export interface Organisation {
  readonly stage: Stage;
  readonly ann: MemberState;
  /** The log in which he is an admin ends where he was removed. */
  readonly bob: MemberState;
  readonly entries: readonly Uint8Array[];
  readonly acts: readonly KnownAct[];
}

/** An escrow log that is ready, with its entries. */
function open(name: string): Authored & { readonly entries: readonly Uint8Array[] } {
  const opened = createEscrowLog({ subject: "escrow", device: { name } }, drawsFrom(`${name}'s log`));
  const paper = createBackupKey(opened, { roles: ["manage"] }, drawsFrom(`${name}'s paper`));
  const ready = setPolicy(paper, { enabled: true }, drawsFrom(`${name}'s policy`));
  return { ...ready, entries: [opened.entry, paper.entry, ready.entry] };
}

/** The organisation as every world begins: Ann, who manages it, and Bob. */
export const ORGANISATION: Organisation = (() => {
  const enabled = open("Ann");
  const joined = joinLog(enabled.log, { device: { name: "Bob" } }, drawsFrom("Bob"));
  const ann = receive(enabled, joined.entry, { now: "unchecked" });
  const bob = joined.keyring.member;
  const hired = review(ann, { approve: [bob], roles: { [bob]: ["recover"] } }, drawsFrom("Bob is hired"));
  return {
    ...{ stage: 0, acts: [], ann: hired, bob: receive(joined, hired.entry, { now: "unchecked" }) },
    entries: [...enabled.entries, joined.entry, hired.entry],
  };
})();

/** The organisation after an admin's entry. */
function grown(organisation: Organisation, { log, entry }: { log: LogState; entry: Uint8Array }): Organisation {
  const { ann, bob, entries, stage } = organisation;
  return {
    ...organisation,
    ann: { log, keyring: ann.keyring },
    bob: stage === 0 ? { log, keyring: bob.keyring } : bob,
    entries: [...entries, entry],
  };
}

/** An admin records what it will do in a user's log (ESC-8), with the functions of the core. */
export function recorded(
  organisation: Organisation,
  by: Admin,
  options: Omit<RecordRecoveryOptions, "reason">,
  env: Draws,
): { readonly organisation: Organisation; readonly act: RecordedAct } {
  const proposal = recordRecovery(
    by === "Ann" ? organisation.ann : organisation.bob,
    { ...options, reason: REASON },
    env,
  );
  const { act, log } = proposal.accept();
  return { organisation: withAct(organisation, by, { act, log, entry: proposal.entry }), act };
}

export const REASON = "asked";

function withAct(
  organisation: Organisation,
  by: Admin,
  { act, ...written }: { readonly act: RecordedAct; readonly log: LogState; readonly entry: Uint8Array },
): Organisation {
  const next = grown(organisation, written);
  const known: KnownAct = { by, act, isKnownToBob: organisation.stage === 0 };
  return { ...next, acts: [...next.acts, known] };
}

/** The organisation after an act that Ann's client recorded. */
export function withAnnsAct(organisation: Organisation, entry: Uint8Array): Organisation {
  const { log } = receive(organisation.ann, entry, { now: "unchecked" });
  const records = actRecords({ log, keyring: organisation.ann.keyring }, [...organisation.entries, entry]);
  return withAct(organisation, "Ann", { act: present(records.at(-1)?.act), log, entry });
}

/** Ann's device. */
export const clientOfAnn = ({ ann, entries }: Organisation): AdminClient =>
  new AdminClient("escrow", { ...ann, entries });

/**
 * Ann removes Bob. Her device disowns by itself the acts that he announced and did not do.
 *
 * @param user the user that the acts are about; undefined where there are none.
 */
export function withoutBob(organisation: Organisation, user?: OfUser): Organisation {
  const client = clientOfAnn(organisation);
  if (user) client.show(user);
  const intent = { do: "review", approve: [], remove: [organisation.bob.keyring.member] } as const;
  client.do(intent, drawsFrom("Bob is removed"));
  return { ...organisation, stage: 1, ann: client.state, entries: client.entries };
}

/** The escrow log without any records: its epochs are those of every world. */
const after = withoutBob(ORGANISATION);
/** The organisation in both stages, without any records. */
export const STAGES: readonly [Organisation, Organisation] = [ORGANISATION, after];

/** The organisation whose only admin is the thief. */
export const OTHER: MemberState = open("T");

/** Keys that the thief made for an escrow member of its own. */
export const FALSE_KEYS = new MemberKeys(drawsFrom("a false escrow").random(32));

/**
 * Pointers that a device may choose. `false`: keys of the thief. `half`: the true KEM key with the thief's signing key.
 * `signing`: the other way round. `ahead`: the thief's keys, as those of an epoch that never comes. `own`: of the thief's
 * organisation.
 */
export const POINTERS = ["newest", "old", "false", "half", "signing", "ahead", "own"] as const;
export type PointerKind = (typeof POINTERS)[number];

export function pointerOf(kind: PointerKind, { stage, ann }: Organisation): Pointer {
  const newest = pointerTo(ann.log);
  const { sign: signingKey, kem: kemKey } = FALSE_KEYS.publicKeys;
  switch (kind) {
    case "newest":
      return newest;
    case "own":
      return pointerTo(OTHER.log);
    case "old":
      return pointerTo(STAGES[0].ann.log);
    case "half":
      return { ...newest, signingKey };
    case "signing":
      return { ...newest, kemKey };
    case "ahead":
      return { ...newest, seq: newest.seq + 9, epoch: newest.epoch + 9 - stage, signingKey, kemKey };
    case "false":
      return { ...newest, signingKey, kemKey };
  }
}
