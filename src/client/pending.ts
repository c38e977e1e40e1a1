// The one link that a device has sent and nothing has settled: written, taken back as its own, or lost and written again.
// docs/spec.md sections 6 (GRT-6) and 13.

import { unsafeSerializeProposal } from "../authoring/write-ahead.js";
import { wipe } from "../bytes/bytes.js";
import { present } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import { decodeEntry } from "../log/entry.js";
import { type Env, readClock } from "../primitives/env.js";
import { linksTouching } from "../views/lost-race.js";
import type { Wipeable } from "./effects.js";
import { type Intent, membersOf } from "./intents.js";
import { knowledgeOf } from "./knowledge.js";
import { clockError, type Model, type PendingLink, type Settlement } from "./model.js";
import { writeIntent } from "./write-intent.js";

/** So many settlements are kept for other tabs of the same store. */
const SETTLEMENTS = 16;
/** Pauses before the pending link is sent again, milliseconds. */
const PAUSE = 2_000;
export const LONGEST_PAUSE = 300_000;

/** Whether it makes this device a member: nobody knows the keys of such a link yet, and it can be drawn anew. */
export function isFirst({ do: verb }: Intent): boolean {
  return ["join", "create", "create-escrow"].includes(verb);
}

/**
 * Writes the link of an intent. It is sent only after the model with it was stored.
 *
 * @throws errors of the verb; `PENDING` while another link is not settled; `CLOCK` while this device's clock is ahead of the service's; the error of the alarm while there is one
 */
export function author(model: Model, id: string, intent: Intent, env: Env): Model {
  if (model.alarms.own) throw present(KeysteadError.from(model.alarms.own.error));
  if (model.pending) {
    throw new KeysteadError(
      "PENDING",
      "an earlier link of this device is not settled yet; wait until the snapshot has no pending link",
      { details: { intent: model.pending.intent.do, since: model.pending.since } },
    );
  }
  const since = readClock(env);
  // Others would refuse it until its date has come, and so would what is written behind it.
  const clock = isFirst(intent) ? undefined : clockError(model, since);
  if (clock) throw clock;
  const { proposal, changesKeys, borrowed } =
    model.extension?.write(model, intent, env) ?? writeIntent(model, intent, knowledgeOf(model, since), env);
  try {
    const { keyring, backupKey } = unsafeSerializeProposal(proposal);
    if (keyring && !changesKeys) wipe(keyring);
    const pending: PendingLink = {
      ...{ id, intent, entry: proposal.entry, base: model.own?.log.head, head: proposal.head },
      ...{ keyring: changesKeys ? keyring : undefined, paper: backupKey, since, isSent: false, refused: undefined },
    };
    return { ...model, pending, sync: { ...model.sync, claimed: undefined, stuck: undefined } };
  } finally {
    // Its secrets are in the bytes above. After a restart nothing else is left of it, so nothing else is used before a restart either.
    proposal.discard();
    borrowed?.wipe();
  }
}

/** Whether an entry is the pending link's. */
export function isPendingEntry({ pending }: Model, entry: Uint8Array): boolean {
  return pending !== undefined && decodeEntry(entry).link.hash === pending.head.hash;
}

/** The model when the pending link was verified at its place. The caller has put its keyring into use. */
export function settleAccepted(model: Model): Model {
  const { id, intent, paper, head } = present(model.pending);
  const entered = model.own?.log.links.at(head.seq - 1)?.entered;
  const locks = intent.do === "create" && intent.lockdown;
  return {
    ...settled(model, { id, error: undefined }),
    follows: locks ? { do: "lockdown", on: true, remove: [] } : model.follows,
    paper: paper === undefined ? model.paper : { member: present(entered), text: paper },
  };
}

/**
 * The model when another link was verified at the pending link's place. The link is written again on the new head with fresh
 * secrets; or the user is asked, if what happened touches a member that the link names.
 */
export function settleLost(model: Model, env: Env): { readonly model: Model; readonly retired: readonly Wipeable[] } {
  const pending = present(model.pending);
  const { id, intent, keyring } = pending;
  const retired = keyring ? [{ wipe: () => wipe(keyring) }] : [];
  const without = { ...model, pending: undefined };
  // The agenda says again what is owed now.
  if (intent.do === "duty") return { model: settled(model, { id, error: undefined }), retired };
  try {
    requireUntouched(model, pending);
    return { model: author(without, id, intent, env), retired };
  } catch (caught) {
    const error = KeysteadError.from(caught)?.toJSON();
    if (!error) throw caught;
    return { model: { ...settled(model, { id, error }), interrupted: { intent, error } }, retired };
  }
}

/** @throws `LOST_RACE` when the user must decide again */
function requireUntouched({ own }: Model, { intent, base }: PendingLink): void {
  // A first link that is drawn anew (proceed.ts): nobody was faster.
  if (!own) return;
  if (intent.do === "create" || intent.do === "create-escrow") {
    throw new KeysteadError("LOST_RACE", "another device made the log first; join it", {
      details: { intent: intent.do },
    });
  }
  if (!base) return;
  const touching = linksTouching(own.log, { since: base, members: membersOf(intent) });
  if (touching.length === 0) return;
  throw new KeysteadError(
    "LOST_RACE",
    "another device changed a member that this act concerns; look at the devices again, and decide",
    { details: { intent: intent.do, links: touching.map(({ seq, member }) => ({ seq, member })) } },
  );
}

/** The model that tells, in every tab, how something ended. */
export function told<M extends Model>(model: M, settlement: Settlement): M {
  return { ...model, settled: [...model.settled, settlement].slice(-SETTLEMENTS) };
}

function settled(model: Model, settlement: Settlement): Model {
  return {
    ...told(model, settlement),
    pending: undefined,
    sync: { ...model.sync, claimed: undefined },
  };
}

/** The model when the service did not take the pending link. The link stays: the service has the bytes. */
export function refused(model: Model, code: string, retryAfter: number | undefined, env: Env): Model {
  const { pending, sync } = model;
  if (!pending) return model;
  const tries = (pending.refused?.tries ?? 0) + 1;
  const pause = Math.min(Math.max(retryAfter ?? 0, PAUSE * 2 ** Math.min(tries - 1, 16)), LONGEST_PAUSE);
  const refusal = { code, retryAt: readClock(env) + pause, tries };
  return { ...model, pending: { ...pending, refused: refusal }, sync: { ...sync, claimed: undefined } };
}
