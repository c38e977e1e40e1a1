// Breadth-first search through every reachable world. A world is stored as the path to it, and made again when its turn comes.

import { resume } from "../../src/authoring/receive.js";
import type { Answers } from "../../src/client/model.js";
import { KeysteadError } from "../../src/errors.js";
import { rightSeed } from "../../src/grants/seed-check.js";
import type { Keyring } from "../../src/keys/keyring.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import type { LogKind } from "../../src/log/state.js";
import { createEscrowLog, createLog } from "../support/accepted.js";
import { clientAnswers, type Has } from "../support/client.js";
import { canonical } from "./canonical.js";
import { saying } from "./client.js";
import { drawsFrom } from "./draws.js";
import { bitOf, NO_SECRETS, withOwner } from "./knowledge.js";
import { movesOf, serverMoves } from "./moves.js";
import { FALSE_KEYS, ORGANISATION, OTHER, STAGES } from "./organisation.js";
import { rewindTape } from "./primitives.js";
import { type Tried, violationAmong } from "./promises.js";
import { misopenedIn, type Violation, violationIn, violationOf } from "./rules.js";
import type { Move, Scene } from "./scene.js";
import {
  activeOf,
  after,
  copied,
  type Keyrings,
  OWN,
  openedKeyrings,
  type Player,
  type Step,
  type World,
} from "./world.js";

const OPERATOR = new OperatorKeys(drawsFrom("the operator").random(32));

/** A world with all keyrings. */
interface Node {
  readonly world: World;
  readonly keyrings: Keyrings;
}

/** The result of an exploration. */
export interface Explored {
  readonly states: number;
  /** Moves tried: accepted, and refused by the library or not published by an honest author. */
  readonly transitions: number;
  readonly accepted: number;
  /** Types of the links that were accepted, with their numbers. */
  readonly types: Readonly<Record<string, number>>;
  /** Greatest number of moves from the start at which every world was judged. */
  readonly depth: number;
  /** Whether time ran out before the requested depth. */
  readonly isCut: boolean;
  readonly seconds: number;
  readonly counterexample?: Violation & { readonly trace: readonly string[] };
}

export interface ExploreOptions {
  /** The kind of log: default a user's. */
  readonly kind?: LogKind;
  /** Moves that lead to the world to start from. */
  readonly start: readonly string[];
  readonly depth: number;
  /** T is the owner's at first, and stolen by a move. */
  readonly stolen?: boolean;
  /** Admins announce acts in moves of their own. */
  readonly acts?: boolean;
  /** The thief also publishes keys of which only a part is right, and proofs are judged. */
  readonly seeds?: boolean;
  /** Devices that lack the newest escrow log, and the log that they have instead. */
  readonly behind?: Readonly<Record<string, "nothing" | "old">>;
  /** Stop after this many milliseconds. */
  readonly milliseconds?: number;
  readonly onDepth?: (depth: number, states: number, transitions: number) => void;
}

function first({ kind = "user", stolen = false, behind, acts = false, seeds = false }: ExploreOptions): Node {
  rewindTape();
  const env = drawsFrom("the first device");
  const options = { subject: "alice", device: { name: "A" }, operator: OPERATOR.signingKey };
  const { log, entry, keyring } = kind === "user" ? createLog(options, env) : createEscrowLog(options, env);
  const confirmed = kind === "user" ? [["A", confirmedBy({ log, entries: [entry], keyring })] as const] : [];
  let secrets = withOwner(NO_SECRETS, FALSE_KEYS.publicKeys.kem, bitOf("T"));
  for (const { kemKey: kem } of OTHER.log.epochs) secrets = withOwner(secrets, kem, bitOf("T"));
  for (const { ann, bob } of STAGES) {
    for (const { kemKey: kem } of ann.log.epochs) secrets = withOwner(secrets, kem, bitOf("Ann"));
    for (const { kemKey: kem } of bob.log.epochs) secrets = withOwner(secrets, kem, bitOf("Bob"));
  }
  const empty: World = {
    ...{
      log,
      entries: [],
      ids: new Map(),
      secrets,
      organisation: ORGANISATION,
      confirmed: new Map<Player, Answers>(confirmed),
      isAboutActs: acts,
      isAboutSeeds: seeds,
      halves: new Map(),
      pinned: undefined,
      behind: new Map(
        Object.entries(behind ?? {}).map(([name, has]) => [
          name as Player,
          has === "old" ? ORGANISATION.ann.log : undefined,
        ]),
      ),
      rogue: new Set(),
      rightful: 0,
      t: stolen ? "owner" : "thief",
      denied: new Map(),
      clean: true,
      bobReach: 0,
      thiefReach: 0,
      annReach: 0,
    },
    ...{ pointedByThief: false, last: { by: "A", honest: true } },
  };
  const step: Step = { by: "A", honest: true, env, entry, log, enters: "A", keyring };
  return { world: after(empty, step), keyrings: new Map([["A", keyring]]) };
}

/** The user of the first device compares the escrow log, and finds it to be the organisation's. */
function confirmedBy(device: Omit<Has, "escrowLog">): Answers {
  const escrowLog = ORGANISATION.ann.log;
  const says = saying({ escrowLog, storedConfirmation: escrowLog.head, now: "unchecked" });
  const answers = clientAnswers({ ...device, escrowLog, says }, drawsFrom("the first answer"));
  if (answers.confirmed?.head.hash !== escrowLog.head.hash) throw new Error("nobody asked for the fingerprint");
  return answers;
}

const sceneOf = ({ world, keyrings }: Node): Scene => ({ world, keyrings: copied(world.log, keyrings) });

/**
 * The work of devices in idle time, where a thief publishes keys of which half is right. Each seed is checked fully, and the
 * epochs of wrong ones are opened again from the entries, which shows that they are junk (GRT-4).
 */
function checkedScene(scene: Scene): Scene {
  const { world, keyrings } = scene;
  if (!world.isAboutSeeds || world.halves.size === 0) return scene;
  const heal = (name: Player, keyring: Keyring): Keyring => {
    if (!OWN.includes(name) || !activeOf(world, name) || world.denied.has(name)) return keyring;
    for (const epoch of keyring.epochs) rightSeed(world.log, keyring, epoch);
    return resume(world.log, world.entries, keyring).keyring;
  };
  return { world, keyrings: new Map([...keyrings].map(([name, keyring]) => [name, heal(name, keyring)])) };
}

/** The result of a move, or why the library refused it. @throws any other error */
function tryMove({ world }: Scene, move: Move): Tried {
  rewindTape();
  try {
    const step = move.take();
    if (step === "authored") return { isAuthored: true };
    if ("world" in step) return { ...step, isAuthored: true };
    return { isAuthored: true, world: after(world, step), step };
  } catch (error) {
    if (error instanceof KeysteadError) return { isAuthored: false, error };
    throw error;
  }
}

const typeOf = ({ log }: Step): string => log.links.last()?.type as string;

/** The node that a move leads to. */
function follow(node: Node, pick: (move: Move, index: number) => boolean): Node {
  const scene = checkedScene(sceneOf(node));
  const moves = movesOf(scene, OPERATOR);
  const move = moves.find(pick);
  const next = move && tryMove(scene, move);
  if (!next?.world) {
    const why = move ? `"${move.text}": ${next?.error}` : `, only:\n${moves.map(({ text }) => text).join("\n")}`;
    throw new Error(`this world does not admit the move ${why}`);
  }
  return {
    world: next.world,
    keyrings: next.step ? openedKeyrings(scene.keyrings, next.step) : (next.keyrings ?? scene.keyrings),
  };
}

/** The path to each world: its predecessor and the move. */
class Ways {
  readonly #from: number[] = [-1];
  readonly #move: number[] = [-1];
  readonly #text: string[] = [""];
  readonly #start: Node;
  /** Nodes on the path to the last requested world: its neighbours share it. */
  #trail: { index: number; node: Node }[] = [];

  constructor(start: Node) {
    this.#start = start;
    this.#trail = [{ index: 0, node: start }];
  }

  get length(): number {
    return this.#from.length;
  }

  add(from: number, move: number, text: string): number {
    this.#from.push(from);
    this.#move.push(move);
    this.#text.push(text);
    return this.#from.length - 1;
  }

  node(index: number): Node {
    const path: number[] = [];
    for (let at = index; at !== -1; at = this.#from[at] as number) path.unshift(at);
    let known = 0;
    while (known < path.length && this.#trail[known]?.index === path[known]) known++;
    const trail = this.#trail.slice(0, known);
    for (const at of path.slice(known)) {
      const parent = trail.at(-1)?.node ?? this.#start;
      const move = this.#move[at] as number;
      trail.push({ index: at, node: at === 0 ? this.#start : follow(parent, (_, each) => each === move) });
    }
    this.#trail = trail;
    return (trail.at(-1) as { node: Node }).node;
  }

  trace(index: number): string[] {
    const texts: string[] = [];
    for (let at = index; at > 0; at = this.#from[at] as number) texts.unshift(this.#text[at] as string);
    return texts;
  }
}

/** Explores every world within a number of moves of a start, and stops at the first that breaks a rule. */
export function explore(options: ExploreOptions): Explored {
  const { start, depth, milliseconds = Number.POSITIVE_INFINITY, onDepth } = options;
  const began = performance.now();
  let node = first(options);
  for (const text of start) {
    try {
      node = follow(node, (move) => move.text === text);
    } catch (error) {
      throw new Error(`on the way to the start, at "${text}": ${(error as Error).message}`);
    }
  }
  const ways = new Ways(node);
  const seen = new Set(canonical(node.world));
  // Worlds that differ from a seen one only by bytes that the server can withhold: only those moves are tried in them.
  const echoes = new Set<number>();
  const types: Record<string, number> = {};
  const count = { transitions: 0, accepted: 0, types };
  const result = (reached: number, isCut: boolean, broken?: Violation, at = 0, text?: string): Explored => ({
    ...{ states: ways.length - echoes.size, ...count, depth: reached, isCut },
    seconds: (performance.now() - began) / 1000,
    ...(broken && { counterexample: { ...broken, trace: [...start, ...ways.trace(at), ...(text ? [text] : [])] } }),
  });
  const atStart = violationIn(node.world);
  if (atStart) return result(0, false, atStart);
  let layer = [0];
  for (let reached = 0; ; reached++) {
    // The worlds of the last layer are judged, and not expanded.
    if (reached === depth || layer.length === 0) return result(reached, false);
    const next: number[] = [];
    for (const at of layer) {
      const lazy = sceneOf(ways.node(at));
      const tried = new Map<string, Tried & Pick<Move, "isAdvised">>();
      const misopened = misopenedIn(lazy);
      if (misopened) return result(reached, false, misopened, at);
      const scene = checkedScene(lazy);
      const moves = echoes.has(at) ? serverMoves(scene) : movesOf(scene, OPERATOR);
      for (const [index, move] of moves.entries()) {
        count.transitions++;
        const found = tryMove(scene, move);
        tried.set(move.text, move.isAdvised ? { ...found, isAdvised: true } : found);
        if (!found.isAuthored) continue;
        count.accepted++;
        if (found.step) types[typeOf(found.step)] = (types[typeOf(found.step)] ?? 0) + 1;
        if (!found.world) continue;
        const wrong = found.step && violationOf(found.world, scene.world);
        if (wrong) return result(reached, false, wrong, at, move.text);
        const keys = canonical(found.world);
        const isEcho = seen.has(keys[0]);
        if (isEcho && seen.has(keys[1])) continue;
        const broken = isEcho ? undefined : violationIn(found.world);
        if (broken) return result(reached, false, broken, at, move.text);
        if (move.isProbe) continue;
        for (const key of keys) seen.add(key);
        const way = ways.add(at, index, move.text);
        next.push(way);
        if (isEcho) echoes.add(way);
      }
      const stuck = echoes.has(at) ? undefined : violationAmong(scene, tried);
      if (stuck) return result(reached, false, stuck, at);
      if (performance.now() - began > milliseconds) return result(reached, true);
    }
    layer = next;
    onDepth?.(reached + 1, ways.length - echoes.size, count.transitions);
  }
}
