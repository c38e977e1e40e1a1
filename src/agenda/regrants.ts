// Which epochs a device grants again: once each, without a question, to its own members and the founding class; to
// all others only after a question.
// docs/spec.md sections 11.2 and 13.

import { checkOptions } from "../arguments/options.js";
import { isRuns } from "../arguments/runs.js";
import type { Regrant } from "../authoring/verbs.js";
import type { MemberId } from "../bytes/ids.js";
import {
  countEpochs,
  hasEpoch,
  intersectRuns,
  NO_RUNS,
  type Run,
  type Runs,
  subtractRuns,
  uniteRuns,
} from "../bytes/runs.js";
import { KeysteadError } from "../errors.js";
import { currentEpoch, isFounding, type LogFacts, type Member } from "../log/state.js";
import { ownClosure } from "../trust/doubt.js";
import type { Facts, Served } from "./facts.js";
import { type AuthorStep, ask, type Step } from "./steps.js";

/**
 * Most members, runs and epochs of one regrant, so that it fits into a link and its attachments, even if a thief split the runs.
 */
const MAX_MEMBERS = 32;
const MAX_RUNS = 800;
const MAX_EPOCHS = 100_000;

/**
 * Regrants to members that declared epochs missing, when this device holds them. A stolen device can claim for ever that it could
 * not open its grants. So each member gets each epoch only once without a question. The table of escrow has the regrants to
 * escrow.
 */
export function regrantSteps(facts: Facts): readonly Step[] {
  const { log, me, mayAct, actors } = facts;
  // A regrant cannot declare the current epoch missing, and the device must declare that first (MEM-9).
  if (!mayAct || !hasEpoch(facts.mine, currentEpoch(log))) return [];
  const served = checkServed(facts.knowledge.served);
  const doubted = new Set(facts.doubted);
  const own = ownClosure(log, { me: me.id, own: facts.knowledge.own });
  const give: Regrant[] = [];
  const questions: Step[] = [];
  for (const target of log.active.values()) {
    if (target.kind === "escrow" || doubted.has(target.id)) continue;
    const wanted = intersectRuns(subtractRuns(target.reach, target.held), facts.mine);
    if (wanted.length === 0) continue;
    const isOwn = isFounding(target) || own.has(target.id);
    const had = alreadyGiven(log, me.id, target, served);
    const unasked = isOwn ? subtractRuns(wanted, had) : NO_RUNS;
    if (unasked.length > 0) give.push({ member: target.id, epochs: newestOf(unasked) });
    const epochs = subtractRuns(wanted, unasked);
    const because = isOwn ? "served-before" : "not-own";
    if (epochs.length > 0) {
      questions.push({ ...ask("regrant"), member: target.id, name: facts.nameOf(target.id), epochs, because });
    }
  }
  const others = actors.filter(({ id }) => id !== me.id).map(({ id }) => id);
  return [...inLinks(give).map((give): AuthorStep => ({ do: "author", link: "regrant", give, others })), ...questions];
}

/** The newest epochs that fit into one link. The rest follows in further links. */
export function newestOf(runs: Runs): Runs {
  const newest: Run[] = [];
  let room = MAX_EPOCHS;
  for (const [from, to] of runs.slice(-MAX_RUNS).reverse()) {
    if (room <= 0) break;
    newest.unshift([Math.max(from, to - room + 1), to]);
    room -= to - from + 1;
  }
  return newest;
}

/** As many links as the epochs need. */
function inLinks(give: readonly Regrant[]): readonly (readonly Regrant[])[] {
  const links: Regrant[][] = [];
  let [runs, epochs] = [0, 0];
  for (const each of [...give].sort((a, b) => (a.member < b.member ? -1 : 1))) {
    const last = links.at(-1);
    const count = countEpochs(each.epochs);
    const fits = runs + each.epochs.length <= MAX_RUNS && epochs + count <= MAX_EPOCHS;
    if (last && last.length < MAX_MEMBERS && fits) last.push(each);
    else {
      links.push([each]);
      [runs, epochs] = [0, 0];
    }
    runs += each.epochs.length;
    epochs += count;
  }
  return links;
}

/** Regrants by this member only: a thief's device that regrants junk must not stop honest devices from granting again. */
function alreadyGiven(log: LogFacts, me: MemberId, { id }: Member, served: readonly Served[]): Runs {
  let runs = served.reduce((all, { member, epochs }) => (member === id ? uniteRuns(all, epochs) : all), NO_RUNS);
  for (const { type, author, grants } of log.links) {
    if (type !== "regrant" || author !== me) continue;
    for (const { epochs, boxes } of grants) {
      if (boxes.some(({ member }) => member === id)) runs = uniteRuns(runs, epochs);
    }
  }
  return runs;
}

function checkServed(served: readonly Served[] = []): readonly Served[] {
  if (!Array.isArray(served)) throw new KeysteadError("INVALID_ARGUMENT", "served must be [{ member, epochs }, …]");
  for (const each of served) {
    const { epochs } = checkOptions(each);
    if (!isRuns(epochs)) {
      throw new KeysteadError(
        "INVALID_ARGUMENT",
        "served epochs must be sorted runs [from, to] with gaps between them",
      );
    }
  }
  return served;
}
