// What a device stores before it sends an entry, so that neither a crash nor a server that refuses and publishes later loses the
// secrets that the link made. docs/spec.md sections 5 and 6.

import type { Bytes } from "../bytes/bytes.js";
import type { MemberState } from "../grants/member-state.js";
import { unsafeSerializeKeyring } from "../grants/store-keyring.js";
import { findMember, LogState } from "../log/state.js";
import { type Proposal, previewProposal } from "./proposal.js";

/** The secrets of a proposal, for the device's own protected storage. */
export interface SerializedProposal {
  /**
   * The keyring as it is once the entry is accepted, with the head that the log then has; `parseKeyring` and `resume` read it back.
   * The caller wipes it. Whose it is depends on the author:
   *
   * - a device that writes in its own log, that creates or joins one, or that accepts a provisioning: that device's;
   * - an admin's device that records something in the escrow log: that device's, for the escrow log;
   * - a backup key, the operator, or escrow in a user's log: undefined. The device that sends the entry keeps its own keyring, and
   *   `resume` opens what the entry gives it. A paper's secrets are on paper, and must not take the place of the device's.
   */
  readonly keyring: Bytes | undefined;
  /** The text of the backup key that the link makes: keep it until its user has proved that it is on paper. */
  readonly backupKey: string | undefined;
}

/**
 * The secrets that a proposal leads to, as bytes. **Store them with `proposal.entry`, beside the keyring that wrote it, before
 * you send the entry**, and keep them until a verified link stands at `proposal.head.seq`. If it is this entry, the device calls
 * `resume` with the keyring in these bytes, or with its own from before if they have none. In both cases the log and the entries
 * include this one. If it is another, the device uses the keyring from before and deletes these bytes. A refusal decides nothing:
 * the server has the entry and can publish it later.
 *
 * @throws `WIPED` after `discard`, `INVALID_ARGUMENT`
 */
export function unsafeSerializeProposal(proposal: Proposal<unknown>): SerializedProposal {
  const { value, backupKey } = previewProposal(proposal);
  const { log, keyring } = value as Partial<MemberState>;
  if (!LogState.is(log) || !keyring || findMember(log, keyring.member)?.kind === "backup") {
    return { keyring: undefined, backupKey };
  }
  return { keyring: unsafeSerializeKeyring({ log, keyring }), backupKey };
}
