// How an admin's device writes what it was asked to do: in the escrow log, and in a user's log in escrow's name.
// docs/spec.md sections 11 and 13 (ESC-8, ESC-9).

import { review } from "../authoring/verbs.js";
import { createBackupKey } from "../backup/make.js";
import { KeysteadError } from "../errors.js";
import { type ActRecord, actRecords, disownActs } from "../escrow/act.js";
import { recordAccess } from "../escrow/discover.js";
import { createEscrowLog, setPolicy } from "../escrow/escrow-log.js";
import { recordRecovery, recoverUser } from "../escrow/recover.js";
import { renewEscrowForUser } from "../escrow/renew.js";
import type { MemberState } from "../grants/member-state.js";
import type { Keyring } from "../keys/keyring.js";
import type { Env } from "../primitives/env.js";
import {
  accessOrder,
  createOrder,
  disownOrder,
  orderOf,
  policyOrder,
  recoveryOrder,
  reviewOrder,
} from "./escrow-orders.js";
import type { FollowedLog } from "./followed-log.js";
import type { AdminIntent, Intent } from "./intents.js";
import { type Model, notNow, stateOf, type Written } from "./model.js";
import { tokensOf } from "./write-intent.js";

/** What an admin's device writes in the escrow log; undefined for what it writes as every device does. */
export function writeInEscrowLog(model: Model, intent: Intent, env: Env): Written | undefined {
  const written = (proposal: Written["proposal"]): Written => ({ proposal, changesKeys: true });
  switch (intent.do) {
    case "create-escrow":
      if (model.own) throw notNow("this organisation has an escrow log already; join it");
      return written(createEscrowLog({ subject: model.subject, ...orderOf(intent, createOrder) }, env));
    case "review": {
      const { approve, remove } = intent;
      const roles = Object.fromEntries(approve.flatMap(({ member, roles }) => (roles ? [[member, roles]] : [])));
      return written(review(stateOf(model), { approve: tokensOf(approve), remove, roles }, env));
    }
    case "backup-key":
      if (model.paper) throw notNow("an earlier backup key waits for its proof; prove it, or cancel it");
      // Without `manage` it could let no new admin in when all laptops are lost (ESC-1).
      return written(createBackupKey(stateOf(model), { name: intent.name, roles: ["manage"] }, env));
    case "policy": {
      const change = orderOf(intent, policyOrder);
      // The organisation would entrust everything to a backup key that nobody has on paper.
      if (change.enabled && model.paper) throw notNow("prove first that the backup key is on paper");
      return written(setPolicy(stateOf(model), change, env));
    }
    case "record-recovery":
      return written(recordRecovery(stateOf(model), recoveryOf(intent), env));
    case "record-access": {
      const { user: _, ...access } = orderOf(intent, accessOrder);
      return written(recordAccess(stateOf(model), { userLog: atHand(intent).log, ...access }, env));
    }
    case "disown":
      return written(disownActs(stateOf(model), orderOf(intent, disownOrder).acts, env));
    default:
      return undefined;
  }
}

/** The options of a recovery. @throws `COMPARE_AGAIN` when the app was restarted since the user's log and device were compared */
function recoveryOf(intent: AdminIntent) {
  const { user: _, approve: members, ...order } = orderOf(intent, recoveryOrder);
  const { log: userLog, entries } = atHand(intent);
  const { approve = [] } = intent;
  return { ...order, userLog, entries, approve };
}

function atHand({ user }: AdminIntent): FollowedLog {
  if (user) return user;
  throw new KeysteadError(
    "COMPARE_AGAIN",
    "the app was restarted since the user's log was fetched; fetch it, and compare again",
    {
      details: { because: "restarted" },
    },
  );
}

/** What an admin's device writes in a user's log, in escrow's name. */
export function writeInUsersLog(admin: Model, { own }: Model, intent: Intent, env: Env): Written | undefined {
  if (!own) return undefined;
  const { log: userLog, entries } = own;
  switch (intent.do) {
    case "recover-user": {
      const { act: recordedAt, usersOwn } = orderOf(intent, reviewOrder);
      const act = actsOf(admin).find(({ seq }) => seq === recordedAt)?.act;
      if (!act)
        throw new KeysteadError("GRANT_UNAVAILABLE", `the act at link ${recordedAt} of the escrow log cannot be read`);
      // Only what stands in the verified escrow log is done here (ESC-8): `recoverUser` refuses anything else.
      return { proposal: recoverUser(stateOf(admin), { act, userLog, entries, usersOwn }, env), changesKeys: false };
    }
    case "renew-user":
      return { proposal: renewEscrowForUser(stateOf(admin), { userLog }, env), changesKeys: false };
    default:
      return undefined;
  }
}

/** The acts of an escrow log as this device reads them; computed once for each state, because each decrypts. */
const read = /* @__PURE__ */ new WeakMap<
  FollowedLog,
  { readonly keyring: Keyring; readonly acts: readonly ActRecord[] }
>();

/** The acts of the escrow log; none while this device is no member. */
export function actsOf({ own, keyring }: Model): readonly ActRecord[] {
  if (!own || !keyring) return [];
  const known = read.get(own);
  if (known?.keyring === keyring) return known.acts;
  const state: MemberState = { log: own.log, keyring };
  const acts = [...own.log.links].some(({ act }) => act) ? actRecords(state, own.entries) : [];
  read.set(own, { keyring, acts });
  return acts;
}
