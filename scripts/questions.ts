// npm run questions [-- --histories N] [-- --seed TEXT]: random logs of users with honest and dishonest devices and admins, and what
// this library answers when a device asks what to do about escrow (ESC-4, ESC-8). Written as lines of JSON, for
// `python3 tools/verifier questions`, which answers the same from the specification alone. docs/assurance.md.

import { parseArgs } from "node:util";
import { KeysteadError } from "../src/errors.js";
import { unverifiedMembers } from "../src/escrow/acts.js";
import { escrowDuty, escrowIsSound } from "../src/escrow/duty.js";
import { decodeEntry, encodeEntry } from "../src/log/entry.js";
import type { Pointer } from "../src/log/fields.js";
import { escrowMember, type LogState } from "../src/log/state.js";
import { judgePointer, newestPointer } from "../src/trust/pointer.js";
import { activeNames, backup } from "../test/escrow/organisation-world.js";
import {
  dismiss,
  enroll,
  hire,
  joinWithholding,
  openEscrow,
  openOrganisation,
  recoverBy,
  regrantEscrow,
  renewedBy,
  reviewEscrow,
  write,
} from "../test/escrow/support.js";
import { seededEnv } from "../test/support/seeded-env.js";
import { keysNamed, openWorld, type World } from "../test/support/world.js";

const { values } = parseArgs({
  options: { histories: { type: "string", default: "40" }, seed: { type: "string", default: "questions" } },
});
const histories = Number(values.histories);
if (!Number.isSafeInteger(histories) || histories < 1) {
  console.error("--histories must be a whole number above 0");
  process.exit(2);
}

const QUESTIONS = 25;
const MORE_STEPS = 15;

const hired = hire(openOrganisation("organisation"), "Bob", ["recover"]);
const longer = hire(hired, "Carl", ["recover"]);
const newest = dismiss(longer, "Bob");
/** Escrow logs that a server might show; every admin acts with the log that it had last. */
const LOGS: Readonly<Record<string, World>> = {
  hired,
  longer,
  newest,
  later: newest.rotate("Ann"),
  fork: hired.rotate("Bob").rotate("Bob"),
  other: hire(openOrganisation("another organisation"), "Bob", ["recover"]),
  unready: openEscrow("unready"),
};
const NAMES = Object.keys(LOGS);
/** The same with what is common more often. */
const LIKELY = [...NAMES, "hired", "hired", "longer", "newest", "newest", "later"];

/** Draws by a seed, so that a difference can be seen again. */
function drawer(seed: string) {
  const env = seededEnv(seed);
  const nat = (below: number): number => new DataView(env.random(4).buffer).getUint32(0) % below;
  const oneOf = <T>(items: readonly T[]): T => items[nat(items.length)] as T;
  /** About so many. */
  const some = <T>(items: readonly T[], number: number): T[] => items.filter(() => nat(items.length) < number);
  return { nat, oneOf, some };
}
type Draw = ReturnType<typeof drawer>;

/** A pointer that somebody may choose: of any log, and in one of three cases a lie. */
function drawPointer({ oneOf, nat }: Draw): Pointer {
  const pointer = newestPointer((LOGS[oneOf(LIKELY)] as World).log);
  const lies: readonly Partial<Pointer>[] = [
    { hash: "11".repeat(32) as Pointer["hash"] },
    { hash: "22".repeat(32) as Pointer["hash"], seq: pointer.seq + 1 + nat(4) },
    { seq: pointer.seq + 100 },
    keysNamed("a false epoch").publicKeys,
    { ...keysNamed("a false epoch").publicKeys, seq: pointer.seq + nat(3) },
  ];
  return nat(3) === 0 ? { ...pointer, ...oneOf(lies) } : pointer;
}

type Step = (world: World, by: string, draw: Draw) => World;

/** The same, where there is escrow; else nothing. */
function withEscrow(step: Step): Step {
  return (world, by, draw) => (escrowMember(world.log) ? step(world, by, draw) : world);
}

/** What may be tried, each as often as it is listed. */
const STEPS: readonly Step[] = [
  ...times(4, (world) => world.join(`Device ${world.log.head.seq}`)),
  (world) => joinWithholding(world, `Device ${world.log.head.seq}`),
  (world, by) => world.enroll(by, `Device ${world.log.head.seq}`),
  (world, by, draw) => backup(world, by, { escrowLog: LOGS[draw.oneOf(LIKELY)]?.log }),
  ...times(3, (world, by, { some }) => world.review(by, { approve: some(others(world, by), 1) })),
  (world, by, { some }) => world.review(by, { remove: some(others(world, by), 1) }),
  (world, by, { oneOf }) => {
    const [x, y] = [oneOf(others(world, by)), oneOf(others(world, by))];
    return x === y ? world : world.review(by, { approve: [x], remove: [y] });
  },
  (world, by) => world.rotate(by),
  (world, by) => world.rekey(by),
  (world, by) => world.leave(by),
  (world, by, { some }) =>
    world.lockdown(by, !world.log.lockdown, world.log.lockdown ? [] : some(others(world, by), 2)),
  ...times(4, (world, by, draw) => point(world, by, drawPointer(draw))),
  withEscrow((world, by) => reviewEscrow(world, by, "remove")),
  withEscrow((world, by) => reviewEscrow(world, by, "approve")),
  withEscrow((world, by) => regrantEscrow(world, by, escrowMember(world.log)?.withheld ?? [])),
  ...times(
    6,
    withEscrow((world, _by, draw) => {
      const [approve, names] = [draw.some(activeNames(world), 2), activeNames(world)];
      const remove = draw.some(names, 1).filter((name) => !approve.includes(name));
      return recoverBy(world, ...adminOf(world, draw), { approve, remove });
    }),
  ),
  withEscrow((world, _by, draw) => renewedBy(world, ...adminOf(world, draw))),
];

function times(number: number, step: Step): readonly Step[] {
  return Array.from({ length: number }, () => step);
}

/** An escrow log that one of its admins had when it made the pointer in force, if there is any; and an admin. */
function adminOf({ log }: World, { oneOf }: Draw): [World, string] {
  const pointer = escrowMember(log)?.pointer as Pointer;
  const fitting = LIKELY.filter((name) => judgePointer(pointer, (LOGS[name] as World).log) === "newest");
  const escrow = LOGS[oneOf(fitting.length > 0 ? fitting : LIKELY)] as World;
  return [escrow, oneOf(["Bob", "Bob", "Ann", "Carl"].filter((name) => escrow.sessions.has(name)))];
}

const others = (world: World, by: string): readonly string[] => activeNames(world).filter((name) => name !== by);

function point(world: World, by: string, pointer: Pointer): World {
  const type = escrowMember(world.log) ? "renew-escrow" : "enroll";
  return world.act(by, `points to ${pointer.hash} ${pointer.seq}`, write(type, { escrow: pointer }));
}

/** A log after some random steps; what the log does not admit is not taken. */
function drawHistory(seed: string, draw: Draw): World {
  let world = openWorld(seed);
  if (draw.nat(4) > 0)
    world = enroll(world, "Laptop", LOGS[draw.oneOf(["hired", "hired", "hired", "newest"])] as World);
  const steps = 10 + draw.nat(MORE_STEPS);
  for (let step = 0; step < steps; step++) {
    const by = draw.oneOf(activeNames(world));
    try {
      world = draw.oneOf(STEPS)(world, by, draw);
    } catch (error) {
      // Not permitted, or by an admin who holds nothing that opens what escrow was granted.
      if (!(error instanceof KeysteadError)) throw error;
    }
  }
  return world;
}

/** What this library answers to one device. */
function ask(log: LogState, draw: Draw): object {
  const devices = [...log.active.values()].filter(({ kind }) => kind !== "escrow").map(({ id }) => id);
  const [me, name, pinned] = [
    draw.oneOf(devices),
    draw.oneOf([undefined, ...LIKELY]),
    draw.oneOf([undefined, ...LIKELY]),
  ];
  const escrowLog = name === undefined ? undefined : LOGS[name]?.log;
  const confirmed = pinned === undefined ? undefined : LOGS[pinned]?.log.head;
  const own = draw.nat(3) === 0 ? draw.some(devices, 1) : [];
  const { action, members = [] } = escrowDuty(log, { me, escrowLog, confirmed, own });
  return {
    ...{ me, log: name, confirmed, own, action, members: [...members].sort() },
    unverified: escrowLog && [...unverifiedMembers(log, escrowLog, { me, own })].sort(),
    sound: escrowIsSound(log, { escrowLog, confirmed }),
  };
}

const bare = ({ entries }: World) =>
  entries.map((entry) => Buffer.from(encodeEntry(decodeEntry(entry).link.bytes, [])).toString("base64url"));

console.log(JSON.stringify(Object.fromEntries(NAMES.map((name) => [name, bare(LOGS[name] as World)]))));
for (let index = 0; index < histories; index++) {
  const seed = `${values.seed} ${index}`;
  const draw = drawer(seed);
  const world = drawHistory(seed, draw);
  const questions = Array.from({ length: QUESTIONS }, () => ask(world.log, draw));
  console.log(JSON.stringify({ seed, entries: bare(world), questions }));
}
