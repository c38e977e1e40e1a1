// The escrow log: the key log of an organisation's escrow admins. docs/spec.md section 11 (ESC-1, ESC-2).

import { asArgument, checkOptions } from "../arguments/options.js";
import type { DeviceDescription } from "../authoring/device-description.js";
import { writeGenesis } from "../authoring/enter.js";
import { type Proposal, proposeState } from "../authoring/proposal.js";
import { writeLink } from "../authoring/write-link.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { partsOf } from "../keys/keyring.js";
import { OperatorKeys } from "../keys/operator-keys.js";
import { type Policy, policyFields } from "../log/fields.js";
import type { Env } from "../primitives/env.js";
import { escrowNeeds, policyOfArgument } from "../trust/escrow-needs.js";

/** Options of {@link createEscrowLog}. */
export interface CreateEscrowLogOptions {
  /** The owner of this escrow, for everybody who verifies the log: 1 to 256 bytes of UTF-8. It can never change. */
  readonly subject: string;
  readonly device: DeviceDescription;
  /** The service's Ed25519 public key, 32 bytes. Without one, escrow can never be disabled again (ESC-2). */
  readonly operator?: Uint8Array | undefined;
  /** Contacts for a new escrow device, up to 16 lines. */
  readonly escrowContacts?: readonly string[] | undefined;
  /** Contacts for a user's new device, up to 16 lines. */
  readonly userContacts?: readonly string[] | undefined;
  /** Whether users may make backup keys; true by default. */
  readonly allowUserBackupKeys?: boolean | undefined;
}

/**
 * The first admin's device opens the organisation's escrow log. It has the role `manage`. Escrow is not enabled yet: make a
 * backup key first, then set the policy.
 *
 * @returns a proposal of that device's state. The caller wipes the keyring.
 * @throws `INVALID_ARGUMENT`, `INVALID_KEY`
 */
export function createEscrowLog(options: CreateEscrowLogOptions, env: Env): Proposal<MemberState> {
  const {
    subject,
    operator,
    device,
    escrowContacts = [],
    userContacts = [],
    allowUserBackupKeys = true,
  } = checkOptions(options);
  const policy: Policy = { enabled: false, allowUserBackupKeys, escrowContacts, userContacts };
  checkPolicy(policy);
  return writeGenesis(device, { kind: "escrow", subject, policy, operator }, env);
}

/** @throws `INVALID_ARGUMENT` with the name of the field; the error of the encoder would name bytes only */
function checkPolicy(policy: Policy): void {
  asArgument(() => policyFields.write(policy, "policy"));
}

/**
 * Sets the policy. Fields that the caller leaves out stay as they are.
 *
 * @param operator must sign too when the change disables escrow: admins alone cannot disable it (ESC-2).
 * @throws `NOT_PERMITTED` (MEM-8, ESC-1 when escrow is enabled before it is ready, ESC-2), `INVALID_ARGUMENT`
 */
export function setPolicy(
  state: MemberState,
  change: Partial<Policy>,
  env: Env,
  operator?: OperatorKeys,
): Proposal<MemberState> {
  const { log, keyring } = checkMemberState(state);
  const given = Object.entries(checkOptions(change)).filter(([, value]) => value !== undefined);
  const before = policyOfArgument("state.log", log);
  const policy: Policy = { ...before, ...Object.fromEntries(given) };
  checkPolicy(policy);
  if (operator !== undefined) OperatorKeys.check(operator, "operator");
  const lacking = escrowNeeds(log).filter((need) => need !== "enabled");
  if (policy.enabled && lacking.length > 0) {
    throw new KeysteadError(
      "NOT_PERMITTED",
      `escrow cannot be enabled yet: a ${lacking.join(" and a ")} that holds epoch 1 and has the role manage is missing`,
      {
        rule: "ESC-1",
        details: { lacking },
      },
    );
  }
  if (before.enabled && !policy.enabled && !operator) {
    throw new KeysteadError("NOT_PERMITTED", "switching escrow off needs the operator's signature, too", {
      rule: "ESC-2",
    });
  }
  const { keys } = partsOf(keyring);
  const signers = operator ? [keys, operator] : [keys];
  const written = writeLink(
    {
      before: log,
      type: "policy",
      fields: { author: keys.signingKey, policy },
      keyring,
      signers,
      guard: "not-a-users-device",
    },
    env,
  );
  return proposeState(keyring, written);
}
