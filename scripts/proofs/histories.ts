// Random histories of the real code over symbolic primitives, as text for proofs/compare.ml. Bundled by compare.ts.

import { parentPort, workerData } from "node:worker_threads";
import fc from "fast-check";
import type { MemberId } from "../../src/bytes/ids.js";
import { epochsIn, type Runs } from "../../src/bytes/runs.js";
import { foundersOf } from "../../src/log/approvals.js";
import { allMembers, currentEpoch, escrowMember, isConfirmed, type LogState } from "../../src/log/state.js";
import { violations } from "../../test/model/admission.js";
import { afterLying, claiming } from "../../test/model/dishonest.js";
import { drawLawful, drawTwisted, type LogSort, type Pick, pickArbitrary } from "../../test/model/draw.js";
import { forge } from "../../test/model/forge.js";
import { ForgedLog, POINTERS } from "../../test/model/forged-log.js";
import { pairOf as keysOf, namedPair } from "../../test/model/pairs.js";
import {
  EMPTY,
  effectOf,
  hasRole,
  isEscrow,
  type Model,
  type ModelPointer,
  memberOf,
  type Op,
  type Pair,
} from "../../test/model/reference.js";
import { World } from "../../test/model/world.js";
import { rewindTape } from "../../test/worlds/primitives.js";

const { seed, histories } = workerData as { readonly seed: number; readonly histories: number };

const list = (numbers: Iterable<number>): string => [...numbers].sort((a, b) => a - b).join(",") || "-";
const runList = (runs: Runs): string => list(epochsIn(runs));
const bit = (on: boolean): string => (on ? "1" : "0");

/** Keys of pairs as the model numbers them, in the order of their bytes. */
const SIGNS = [...new Set(POINTERS.map(({ sign }) => sign))].sort();
const KEMS = [...new Set(POINTERS.map(({ kem }) => kem))].sort();
const pairOf = ({ sign, kem }: Pair): string => `${SIGNS.indexOf(sign)}:${KEMS.indexOf(kem)}`;
const pointerOf = ({ log, seq, ...pair }: ModelPointer): string => `${pairOf(pair)}:${log.slice(0, 2)}:${seq}`;

/** The link as the model names it; undefined for links that it does not have. */
function linkOf(model: Model, op: Op): string | undefined {
  const link = wordsOf(model, op);
  return link && "withhold" in op && op.withhold ? `withheld ${link}` : link;
}

function wordsOf(model: Model, op: Op): string | undefined {
  const seq = model.seq + 1;
  const missing = list(("missing" in op && op.missing) || []);
  switch (op.type) {
    case "genesis":
      return `genesis ${seq} ${bit(op.kind === "escrow")}`;
    case "join":
      return `join ${seq}`;
    case "enroll":
      return `enroll ${op.by} ${seq} ${missing}`;
    case "enroll-escrow":
    case "renew-escrow":
      return `${op.type} ${op.by} ${pointerOf(op.pointer)} ${missing}`;
    case "review":
      return isEscrow(model, op.by)
        ? reviewByEscrow(op)
        : `review ${op.by} ${list(op.approve)} ${list(op.remove)} ${missing}`;
    case "rotate":
      return `rotate ${op.by} ${missing}`;
    case "rekey":
      return `rekey ${op.by} ${missing} ${bit(model.kind === "user" || hasRole(model, op.by, "manage"))}`;
    case "regrant": {
      const give = op.regrants.map(({ member, epochs }) => `${member}:${list(epochs)}`).join(";");
      return `regrant ${op.by} ${give || "-"} ${missing}`;
    }
    case "leave":
      return `leave ${op.by}`;
    case "expel":
      return `expel ${list(op.remove)}`;
    case "lockdown":
      return `lockdown ${op.by} ${bit(op.on)} ${list(op.remove)} ${missing}`;
    case "reclaim":
      return `reclaim ${op.by} ${op.from} ${list(op.epochs)} ${missing}`;
    default:
      return `note ${op.by}`;
  }
}

/** The model has no field for what such a review may never declare or withhold. */
function reviewByEscrow({ by, approve, remove, gift, missing, withhold }: Op & { type: "review" }): string | undefined {
  if (missing?.size || withhold) return undefined;
  const pairs = (gift?.pairs ?? []).map(pairOf).join(";");
  return `by-escrow ${by} ${list(approve)} ${list(remove)} ${list(gift?.epochs ?? [])} ${pairs || "-"}`;
}

/** What the real state has after its newest link. */
function factsOf(log: LogState, position: (id: MemberId) => number): string[] {
  const given = new Map<number, Set<number>>();
  for (const { epochs, boxes } of log.links.last()?.grants ?? []) {
    for (const { member } of boxes) {
      const at = position(member);
      given.set(at, new Set([...(given.get(at) ?? []), ...epochsIn(epochs)]));
    }
  }
  const grants = [...given].sort(([a], [b]) => a - b).map(([member, epochs]) => `${member}:${list(epochs)}`);
  const members = [...allMembers(log)];
  const active = list(members.flatMap(({ position: at, removed }) => (removed ? [] : [at])));
  const state = `S ${currentEpoch(log)} ${bit(log.lockdown)} ${bit(log.rotationDue)} ${active} ${grants.join(";") || "-"}`;
  const founders = foundersOf(log);
  const facts = members.map((member) => {
    const confirmed = member.removed === undefined && isConfirmed(log, member);
    const [reach, held, withheld] = [member.reach, member.held, member.withheld].map(runList);
    return `M ${member.position} ${reach} ${held} ${founders.get(member.id)} ${bit(confirmed)} ${withheld}`;
  });
  const pairs = [...log.granted].map(
    ([, { signingKey, kemDigest, runs }]) => `${pairOf(namedPair([signingKey, kemDigest]))}:${runList(runs)}`,
  );
  const escrow = escrowMember(log)?.pointer;
  const inForce = escrow && pointerOf({ ...escrow, ...keysOf(escrow) });
  return [state, `P ${inForce ?? "-"} ${pairs.sort().join(";") || "-"}`, ...facts];
}

/** Writes the operation, by an author that may lie about what it cannot open. */
function write(world: World, op: Op): void {
  const lie = ("missing" in op && op.missing) || new Set<number>();
  if (!("by" in op) || lie.size === 0) {
    const written = world.write(op);
    world.publish(written, written.entry);
    return;
  }
  const { by } = op;
  const before = world.session(by);
  const written = world.write(op, claiming(before, lie));
  const after = [...written.keyrings].map(
    ([at, keyring]) => [at, at === by ? afterLying(before.keyring, keyring) : keyring] as const,
  );
  world.publish({ ...written, keyrings: new Map(after) }, written.entry);
}

const SCOPE = { pointers: POINTERS, withholding: true };

function drawOp(model: Model, pick: Pick, claim: number): Op | undefined {
  const missingOf = (position: number): ReadonlySet<number> => {
    if (isEscrow(model, position)) return new Set();
    return new Set([...memberOf(model, position).held].filter((epoch) => ((claim >> (epoch % 16)) & 1) === 1));
  };
  return (pick.twist === 0 ? drawLawful : drawTwisted)(model, pick, missingOf, SCOPE);
}

interface Drawn {
  readonly sort: LogSort;
  readonly operator: boolean;
  /** Each with the epochs that its author claims it cannot open: a bit for each, by number. */
  readonly picks: readonly { readonly pick: Pick; readonly claim: number }[];
}

/** The drawn operation, as a line if the rules refuse it. */
function refusal(model: Model, op: Op, link: string): string | undefined {
  const broken = violations(model, op);
  return broken.size > 0 ? `R ${[...broken].sort()} ${link}` : undefined;
}

/** A user's log without escrow, of real members with real grants. */
function play(name: string, { operator, picks }: Drawn): string[] {
  rewindTape();
  const world = new World(name, operator);
  let model = effectOf(EMPTY, { type: "genesis", operator }).after;
  const facts = () => factsOf(world.log, (id) => world.position(id));
  const lines = ["H both", "L genesis 1 0", ...facts()];
  for (const { pick, claim } of picks) {
    const op = drawOp(model, pick, claim);
    const link = op && linkOf(model, op);
    // Of the notes, only that of a member's name is for users' logs.
    if (!op || !link || (link.startsWith("note") && op.type !== "rename")) continue;
    const refused = refusal(model, op, link);
    if (refused) lines.push(refused);
    else {
      write(world, op);
      model = effectOf(model, op).after;
      lines.push(`L ${link}`, ...facts());
    }
  }
  return lines;
}

/** A log of forged links, with escrow or of escrow: its verification is real, its grants are not. */
function playForged(name: string, { sort, operator, picks }: Drawn): string[] {
  rewindTape();
  const kind = sort === "escrow" ? "escrow" : "user";
  const log = new ForgedLog(name, operator, kind);
  const genesis: Op = { type: "genesis", operator, kind };
  let model = effectOf(EMPTY, genesis).after;
  const facts = () => factsOf(log.log, (id) => log.position(id));
  const lines = [sort === "escrow" ? "H both" : "H whole", `L ${linkOf(EMPTY, genesis)}`, ...facts()];
  for (const { pick, claim } of picks) {
    const op = drawOp(model, pick, claim);
    const link = op && linkOf(model, op);
    if (!op || op.type === "genesis" || !link) continue;
    const refused = refusal(model, op, link);
    if (refused) lines.push(refused);
    else {
      log.append(forge(log, model, op), op);
      model = effectOf(model, op).after;
      lines.push(`L ${link}`, ...facts());
    }
  }
  return lines;
}

/** Nine in ten authors open all that they were granted. */
const claims = fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(65_535) });
const drawn = (sort: LogSort, longest: number): fc.Arbitrary<Drawn> => {
  const picks = fc.record({ pick: pickArbitrary(8, sort), claim: claims });
  return fc.record({
    sort: fc.constant(sort),
    operator: fc.boolean(),
    picks: fc.array(picks, { minLength: 3, maxLength: longest, size: "max" }),
  });
};
const all = fc.oneof(
  { weight: 6, arbitrary: drawn("user", 16) },
  { weight: 3, arbitrary: drawn("user with escrow", 24) },
  { weight: 1, arbitrary: drawn("escrow", 16) },
);
const written = fc
  .sample(all, { seed, numRuns: histories })
  .map((history, index) => (history.sort === "user" ? play : playForged)(`${seed}/${index}`, history));
parentPort?.postMessage(`${written.flat().join("\n")}\n`);
