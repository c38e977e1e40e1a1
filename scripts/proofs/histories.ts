// Random histories of the real code over symbolic primitives, as text for proofs/compare.ml. Bundled by compare.ts.

import { parentPort, workerData } from "node:worker_threads";
import fc from "fast-check";
import { epochsIn, type Runs } from "../../src/bytes/runs.js";
import { foundersOf } from "../../src/log/approvals.js";
import { allMembers, currentEpoch, isConfirmed } from "../../src/log/state.js";
import { violations } from "../../test/model/admission.js";
import { afterLying, claiming } from "../../test/model/dishonest.js";
import { drawLawful, drawTwisted, type Pick, pickArbitrary } from "../../test/model/draw.js";
import { EMPTY, effectOf, type Model, memberOf, type Op } from "../../test/model/reference.js";
import { World } from "../../test/model/world.js";
import { rewindTape } from "../../test/worlds/primitives.js";

const { seed, histories } = workerData as { readonly seed: number; readonly histories: number };

const list = (numbers: Iterable<number>): string => [...numbers].sort((a, b) => a - b).join(",") || "-";
const runList = (runs: Runs): string => list(epochsIn(runs));
const bit = (on: boolean): string => (on ? "1" : "0");

/** The link as the model names it; undefined for links that it does not have. */
function linkOf(op: Op, seq: number): string | undefined {
  const missing = list(("missing" in op && op.missing) || []);
  switch (op.type) {
    case "genesis":
      return `genesis ${seq} 0`;
    case "join":
      return `join ${seq}`;
    case "enroll":
      return `enroll ${op.by} ${seq} ${missing}`;
    case "review":
      return `review ${op.by} ${list(op.approve)} ${list(op.remove)} ${missing}`;
    case "rotate":
    case "rekey":
      return `${op.type} ${op.by} ${missing}`;
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
    case "rename":
      return `note ${op.by}`;
    default:
      return undefined;
  }
}

/** What the real state has after its newest link. */
function factsOf(world: World): string[] {
  const { log } = world;
  const given = new Map<number, Set<number>>();
  for (const { epochs, boxes } of log.links.last()?.grants ?? []) {
    for (const { member } of boxes) {
      const position = world.position(member);
      given.set(position, new Set([...(given.get(position) ?? []), ...epochsIn(epochs)]));
    }
  }
  const grants = [...given].sort(([a], [b]) => a - b).map(([member, epochs]) => `${member}:${list(epochs)}`);
  const members = [...allMembers(log)];
  const active = list(members.flatMap(({ position, removed }) => (removed ? [] : [position])));
  const state = `S ${currentEpoch(log)} ${bit(log.lockdown)} ${bit(log.rotationDue)} ${active} ${grants.join(";") || "-"}`;
  const founders = foundersOf(log);
  const facts = members.map((member) => {
    const confirmed = member.removed === undefined && isConfirmed(log, member);
    const [reach, held] = [runList(member.reach), runList(member.held)];
    return `M ${member.position} ${reach} ${held} ${founders.get(member.id)} ${bit(confirmed)}`;
  });
  return [state, ...facts];
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

function drawOp(model: Model, pick: Pick, lies: boolean): Op | undefined {
  const missingOf = (position: number): ReadonlySet<number> =>
    new Set(lies ? [...memberOf(model, position).held].filter((epoch) => (pick.choice >> (epoch % 12)) % 3 === 0) : []);
  return pick.twist === 0 ? drawLawful(model, pick, missingOf) : drawTwisted(model, pick, missingOf);
}

interface Drawn {
  readonly operator: boolean;
  readonly picks: readonly { readonly pick: Pick; readonly lies: boolean }[];
}

function play(name: string, { operator, picks }: Drawn): string[] {
  rewindTape();
  const world = new World(name, operator);
  let model = effectOf(EMPTY, { type: "genesis", operator }).after;
  const lines = ["H", "L genesis 1 0", ...factsOf(world)];
  for (const { pick, lies } of picks) {
    const op = drawOp(model, pick, lies);
    const link = op && linkOf(op, model.seq + 1);
    if (!op || !link) continue;
    const broken = violations(model, op);
    if (broken.size > 0) {
      lines.push(`R ${[...broken].sort()} ${link}`);
      continue;
    }
    write(world, op);
    model = effectOf(model, op).after;
    lines.push(`L ${link}`, ...factsOf(world));
  }
  return lines;
}

const steps = fc.record({ pick: pickArbitrary(8, "user"), lies: fc.nat(5).map((n) => n === 0) });
const drawn = fc.record({
  operator: fc.boolean(),
  picks: fc.array(steps, { minLength: 3, maxLength: 16, size: "max" }),
});
const written = fc
  .sample(drawn, { seed, numRuns: histories })
  .map((history, index) => play(`${seed}/${index}`, history));
parentPort?.postMessage(`${written.flat().join("\n")}\n`);
