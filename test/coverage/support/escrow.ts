// What an administrator does in a user's log, written by hand: recorded in the escrow log first, or not (docs/spec.md section 11.3).

import { openAsEscrow } from "../../../src/escrow/escrow-keys.js";
import { writeLink } from "../../../src/grants/author.js";
import { partsOf } from "../../../src/keys/keyring.js";
import { attachmentDigest } from "../../../src/log/entry.js";
import type { Runs } from "../../../src/log/runs.js";
import { actCommitment } from "../../../src/trust/commitment.js";
import type { World } from "../../support/world.js";

/** Members to approve and remove by name, and what escrow gives (ESC-11). */
export interface EscrowReview {
  readonly approve?: readonly string[];
  readonly remove?: readonly string[];
  readonly runs?: Runs;
}

const SALT = new Uint8Array(32).fill(7);

const sorted = (user: World, names: readonly string[] = []) => [...user.ids(...names)].sort();

/** The escrow log after Ann recorded what she is about to do in a user's log. */
export function recordAct(escrow: World, user: World, { approve, remove }: EscrowReview): World {
  const { log, seq, hash } = user.log.head;
  const [admin, opening] = [escrow.signer("Ann"), new Uint8Array(64).fill(seq)];
  const lists = { approve: sorted(user, approve), remove: sorted(user, remove) };
  const commitment = actCommitment({ salt: SALT, admin: admin.sign, log, seq: seq + 1, prev: hash, ...lists });
  const fields = { author: admin.sign, commitment, opening: attachmentDigest(opening) };
  const draft = { before: escrow.log, fields, keyring: escrow.session("Ann").keyring, signers: [admin], opening };
  return escrow.append(writeLink({ ...draft, type: "act" }, escrow.env(`acts ${seq}`)).entry);
}

/** The user's log after Ann reviewed in escrow's name. Believed if the escrow log's newest link recorded it. */
export function escrowReview(user: World, escrow: World, { approve, remove, runs }: EscrowReview): World {
  const admin = escrow.signer("Ann");
  const { keyring } = openAsEscrow(escrow.session("Ann"), user.log, user.entries);
  const { keys } = partsOf(keyring);
  const { seq, hash } = escrow.log.head;
  const by = { admin: admin.sign, seq, hash, salt: SALT, ...(runs && { runs }) };
  const fields = { author: keys.sign, by, approve: sorted(user, approve), remove: sorted(user, remove) };
  const draft = { before: user.log, type: "review", fields, keyring, signers: [keys, admin] } as const;
  return user.append(writeLink(draft, user.env(`reviews ${approve} ${remove}`)).entry);
}
