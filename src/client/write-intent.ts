// How each thing that a device was asked to do is written as a link. docs/spec.md sections 6 and 13 (GRT-6).

import type { Knowledge } from "../agenda/facts.js";
import { performStep } from "../agenda/perform.js";
import { createLog, joinLog } from "../authoring/enter.js";
import type { EscrowOptions } from "../authoring/escrow-guard.js";
import type { Proposal } from "../authoring/proposal.js";
import { leave, reclaim, regrant, rekey, rename, review, setLockdown } from "../authoring/verbs.js";
import { createBackupKey } from "../backup/make.js";
import { openBackupKey } from "../backup/open.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import { requireActive, standing } from "../grants/standing.js";
import type { Env } from "../primitives/env.js";
import type { ComparedDevice } from "../trust/compared.js";
import type { IntendedApproval, Intent } from "./intents.js";
import { type Model, notNow, stateOf, type Written } from "./model.js";

/**
 * Writes the link of an intent on the newest state.
 *
 * @throws errors of the verb; `NOT_PERMITTED` when this device is not in a state to do that; `COMPARE_AGAIN` when the comparison
 * was made before a restart
 */
export function writeIntent(model: Model, intent: Intent, knowledge: Knowledge, env: Env): Written {
  const written = (proposal: Proposal<unknown>): Written => ({ proposal, changesKeys: true });
  switch (intent.do) {
    case "create":
      if (model.own) throw notNow("this account has a log already; join it");
      return written(createLog({ subject: model.subject, device: intent.device, operator: intent.operator }, env));
    case "join":
      return written(
        withholding(knowledge, (escrow) => joinLog(logToJoin(model), { device: intent.device, ...escrow }, env)),
      );
    case "review":
      return written(
        withholding(knowledge, (escrow) =>
          review(stateOf(model), { approve: tokensOf(intent.approve), remove: intent.remove, ...escrow }, env),
        ),
      );
    case "rename":
      return written(rename(stateOf(model), { member: intent.member, ...intent.device }, env));
    case "lockdown":
      return written(
        withholding(knowledge, (escrow) =>
          setLockdown(stateOf(model), { on: intent.on, remove: intent.remove, ...escrow }, env),
        ),
      );
    case "leave":
      return written(leave(stateOf(model), env));
    case "rekey":
      return written(withholding(knowledge, (escrow) => rekey(stateOf(model), env, escrow)));
    case "backup-key":
      // Its text would take the place of one that nobody has seen yet.
      if (model.paper) throw notNow("an earlier backup key waits for its proof; prove it, or cancel it");
      return written(createBackupKey(stateOf(model), { name: intent.name, escrow: knowledge }, env));
    case "reclaim":
      return written(reclaim(stateOf(model), { from: formerKeyring(model, intent.from), escrow: knowledge }, env));
    case "regrant": {
      const { member, epochs } = intent;
      return written(regrant(stateOf(model), [{ member, epochs }], env, { escrow: knowledge }));
    }
    case "use-backup-key":
      return writeByPaper(model, intent, knowledge, env);
    case "duty":
      if (!intent.step) throw notNow("the agenda says again what is owed");
      return written(performStep(stateOf(model), intent.step, knowledge, env));
    default:
      throw notNow(`only an admin's session can ${intent.do}`);
  }
}

/**
 * Approves this device with a backup key, and removes others; or, where that key was removed, takes over what it held.
 */
function writeByPaper(
  model: Model,
  { text, remove, roles }: Intent & { readonly do: "use-backup-key" },
  knowledge: Knowledge,
  env: Env,
): Written {
  const state = stateOf(model);
  requireActive(state.log, state.keyring);
  if (text === undefined) throw notNow("the backup key's text was not kept; type it again");
  const { keyring: paper, standing } = openBackupKey(state.log, model.own?.entries ?? [], text);
  try {
    if (standing === "removed") {
      const proposal = reclaim(state, { from: paper, escrow: knowledge }, env);
      return { proposal, changesKeys: true, borrowed: paper };
    }
    const byPaper = { log: state.log, keyring: paper };
    const me = state.keyring.member;
    const proposal = withholding(knowledge, (escrow) =>
      review(byPaper, { approveUncompared: [me], remove, ...(roles && { roles: { [me]: roles } }), ...escrow }, env),
    );
    return { proposal, changesKeys: false, borrowed: paper };
  } catch (error) {
    paper.wipe();
    throw error;
  }
}

/**
 * A link that can make a new epoch: where escrow cannot be judged now, the epoch is withheld from it, a declared gap that a device
 * closes later. Otherwise a server that withholds the escrow log could stop its user from removing a thief's device.
 */
function withholding<T>(knowledge: Knowledge, write: (escrow: EscrowOptions) => T): T {
  try {
    return write({ escrow: knowledge });
  } catch (error) {
    if (KeysteadError.from(error)?.code !== "ESCROW_UNKNOWN") throw error;
    return write({ escrow: knowledge, withholdFromEscrow: true });
  }
}

/** @throws `COMPARE_AGAIN` for a token that a restart has lost */
export function tokensOf(approvals: readonly IntendedApproval[]): readonly ComparedDevice[] {
  return approvals.map(({ member, token }) => {
    if (token) return token;
    throw new KeysteadError(
      "COMPARE_AGAIN",
      "the app was restarted since the fingerprint was compared; compare again",
      {
        details: { because: "restarted", member },
      },
    );
  });
}

function ownLog({ own, sync: { connection } }: Model) {
  if (own) return own.log;
  // The service has shown one, and this device refused it: it is dated ahead of this clock, or is no log of this subject.
  if (connection.state === "clock" || connection.state === "invalid")
    throw present(KeysteadError.from(connection.error));
  throw notNow("the service has shown no log of this account; call sync, or create the log");
}

/** A second call of `join`, or one from another tab, must not make a second member of this device. */
function logToJoin(model: Model) {
  const log = ownLog(model);
  if (model.keyring && standing(log, model.keyring) === "active") {
    throw notNow("this device is a member of the log already");
  }
  return log;
}

function formerKeyring({ former }: Model, member: MemberId) {
  const found = former.find((keyring) => keyring.member === member);
  if (found) return found;
  throw notNow(`this device has no keys of the former member ${member}`);
}
