// An administrator's links in a user's log, written by hand: recorded in the escrow log first, or not (docs/spec.md section
// 11.3).

import { writeLink } from "../../../src/authoring/write-link.js";
import type { Runs } from "../../../src/bytes/runs.js";
import { openAsEscrow } from "../../../src/escrow/escrow-keys.js";
import type { MemberState } from "../../../src/grants/member-state.js";
import { partsOf } from "../../../src/keys/keyring.js";
import { attachmentDigest } from "../../../src/log/entry.js";
import type { Pointer } from "../../../src/log/fields.js";
import type { LinkTypeName } from "../../../src/log/registry.js";
import { escrowMember } from "../../../src/log/state.js";
import type { Env } from "../../../src/primitives/env.js";
import { actCommitment } from "../../../src/trust/commitment.js";
import type { Authored } from "../../support/accepted.js";
import { keysNamed, pointerKeys, type World } from "../../support/world.js";

/** Members to approve and remove by name, and the epochs that escrow gives (ESC-11). */
export interface EscrowReview {
  readonly approve?: readonly string[];
  readonly remove?: readonly string[];
  readonly runs?: Runs;
}

const SALT = new Uint8Array(32).fill(7);

/** Judged by the log alone: further checks of an administrator's software do not matter here. */
const guard = "not-a-users-device" as const;

const sorted = (user: World, names: readonly string[] = []) => [...user.ids(...names)].sort();

/** Writes a link that no function of the library offers. */
export function byHand(type: LinkTypeName, fields: Readonly<Record<string, unknown>>) {
  return ({ log, keyring }: MemberState, env: Env): Authored => {
    const { keys } = partsOf(keyring);
    const draft = {
      before: log,
      type,
      fields: { author: keys.signingKey, ...fields },
      keyring,
      signers: [keys],
      guard,
    };
    const { entry, log: after } = writeLink(draft, env);
    return { entry, log: after, keyring };
  };
}

/** A thief's device joins and points escrow at keys of its own. */
export function pointFalsely(user: World): World {
  const pointer: Pointer = {
    ...(escrowMember(user.log)?.pointer as Pointer),
    ...pointerKeys(keysNamed("the thief's escrow")),
  };
  return user.join("Thief").act("Thief", "points", byHand("renew-escrow", { escrow: pointer }));
}

/** The escrow log after Ann has recorded what she will do in a user's log. */
export function recordAct(escrow: World, user: World, { approve, remove }: EscrowReview): World {
  const { log, seq, hash } = user.log.head;
  const [admin, opening] = [escrow.signer("Ann"), new Uint8Array(64).fill(seq)];
  const lists = { approve: sorted(user, approve), remove: sorted(user, remove) };
  const commitment = actCommitment({ salt: SALT, admin: admin.signingKey, log, seq: seq + 1, prev: hash, ...lists });
  const fields = { author: admin.signingKey, commitment, opening: attachmentDigest(opening) };
  const draft = {
    before: escrow.log,
    fields,
    keyring: escrow.session("Ann").keyring,
    signers: [admin],
    opening,
    guard,
  };
  return escrow.append(writeLink({ ...draft, type: "act" }, escrow.env(`acts ${seq}`)).entry);
}

/** The user's log after Ann's review in escrow's name. Believed if the newest link of the escrow log records it. */
export function escrowReview(user: World, escrow: World, { approve, remove, runs }: EscrowReview): World {
  const admin = escrow.signer("Ann");
  const { keyring } = openAsEscrow(escrow.session("Ann"), user.log, user.entries);
  const { keys } = partsOf(keyring);
  const { seq, hash } = escrow.log.head;
  const by = { admin: admin.signingKey, seq, hash, salt: SALT, ...(runs && { runs }) };
  const fields = { author: keys.signingKey, by, approve: sorted(user, approve), remove: sorted(user, remove) };
  const draft = { before: user.log, type: "review", fields, keyring, signers: [keys, admin], guard } as const;
  return user.append(writeLink(draft, user.env(`reviews ${approve} ${remove}`)).entry);
}
