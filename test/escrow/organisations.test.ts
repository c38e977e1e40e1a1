// Random organisations with real keys: admins can decrypt everything that the report calls covered, they cannot decrypt its gaps,
// and the steps that it names close them. docs/spec.md sections 8 and 11.
//
// `KEYSTEAD_RUNS=500 npx vitest run --project node test/escrow/organisations.test.ts` runs 500 organisations.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalBytes } from "../../src/bytes/bytes.js";
import { containsRuns, hasEpoch, NO_RUNS, type Runs, runsOf, subtractRuns, uniteRuns } from "../../src/bytes/runs.js";
import { openContent } from "../../src/content/open.js";
import { sealContent } from "../../src/content/seal.js";
import { escrowsOf, openAsEscrow } from "../../src/escrow/escrow-keys.js";
import type { GapCloser, UserCoverage } from "../../src/escrow/user-coverage.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { partsOf } from "../../src/keys/keyring.js";
import { foundersOf } from "../../src/log/approvals.js";
import { currentEpoch, escrowMember, isConfirmed, type LinkRecord, type LogState } from "../../src/log/state.js";
import { escrowNeeds } from "../../src/trust/escrow-needs.js";
import { judgePointer } from "../../src/trust/pointer.js";
import { review } from "../support/accepted.js";
import { numRuns, timeout } from "../support/runs.js";
import { seededEnv } from "../support/seeded-env.js";
import { activeNames, type World } from "../support/world.js";
import { doDuty, drawnStep, join, Organisation, take, type User } from "./organisation-world.js";
import { rowAbout } from "./support.js";

const RUNS = numRuns(12, 3);

describe("random organisations", () => {
  it(
    "cover what the report says, and nothing else (section 8, ESC-5, ESC-6, MEM-1)",
    async () => {
      const history = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.array(drawnStep, { minLength: 8, maxLength: 30 }));
      await fc.assert(
        fc.asyncProperty(history, async ([users, steps]) => {
          const organisation = new Organisation(users);
          for (const step of steps) {
            const changed = take(organisation, step);
            if (changed) expectFounders(changed.log);
          }
          for (const user of organisation.users) {
            await expectCoverage(user.world, organisation.escrow);
            await expectClosable(user, madeReady(organisation.escrow));
          }
        }),
        { numRuns: RUNS },
      );
    },
    timeout(RUNS),
  );
});

/** MEM-1: the founders computed link by link equal those of the definition, with escrow's pointers in the graph. */
function expectFounders(log: LogState): void {
  const founders = foundersOf(log);
  const kept = [...log.active.values()].map(({ id, founder }) => [id, founder]);
  expect(kept).toEqual(kept.map(([id]) => [id, founders.get(id as never)]));
}

const reportOn = (world: World, escrow: World, admin?: MemberState): Promise<UserCoverage> =>
  rowAbout(escrow, world, { admin });

async function expectCoverage(world: World, escrow: World): Promise<void> {
  const { log } = world;
  const row = await reportOn(world, escrow, anAdmin(escrow));
  const proven = row.proven as Runs;
  expect(row.claimed, "what an honest log claims is so").toEqual(proven);
  expect({ ...row, proven: undefined }, "the claim alone gives the same report").toEqual(await reportOn(world, escrow));

  const [gaps, lost] = [row.gaps, row.lost].map((stretches) => stretches.map(({ from, to }) => [from, to] as const));
  const parts = [proven, gaps as Runs, lost as Runs];
  expect(parts.reduce(uniteRuns, NO_RUNS), "every epoch is covered, a gap, or lost").toEqual([[1, currentEpoch(log)]]);
  expect(parts.flat().reduce((sum, [from, to]) => sum + to - from + 1, 0)).toBe(currentEpoch(log));

  const seeds = trueSeeds(world);
  for (const name of escrow.sessions.keys()) {
    const opened = opensAs(escrow.session(name), world);
    for (const [epoch, seed] of opened) expect(equalBytes(seed, seeds.get(epoch) as Uint8Array)).toBe(true);
    const member = escrow.member(name);
    if (member.removed) for (const epoch of closedTo(escrow.session(name), world)) expect(opened).not.toContain(epoch);
    else expect(runsOf(opened.keys()), name).toEqual(isConfirmed(escrow.log, member) ? proven : NO_RUNS);
    if (member.removed)
      expect(subtractRuns(runsOf(opened.keys()), proven), "whom escrow let go has no more").toEqual([]);
  }
  for (const name of activeNames(world)) {
    const { epochs } = world.session(name).keyring;
    expect(runsOf(epochs)).toEqual(world.member(name).held);
    for (const { from, to } of row.lost) expect(epochs.filter((epoch) => epoch >= from && epoch <= to)).toEqual([]);
  }
  await expectContent(world, escrow, proven);
}

/** Admins open content that is sealed to the log now exactly if the current epoch is covered. */
async function expectContent({ log, entries }: World, escrow: World, proven: Runs): Promise<void> {
  if (log.rotationDue || escrowsOf(log).length === 0) return;
  const content = new TextEncoder().encode(log.head.hash);
  const sealed = await sealContent([log], content, { purpose: "test" }, seededEnv(log.head.hash));
  const { keyring } = openAsEscrow(anAdmin(escrow), log, entries);
  const opened = openContent(sealed, keyring);
  if (hasEpoch(proven, currentEpoch(log))) expect(await opened).toEqual(content);
  else await expect(opened).rejects.toMatchObject({ code: "NO_ACCESS" });
}

/** A state of an active admin that can act for escrow. The backup key is always there. */
function anAdmin(escrow: World): MemberState {
  return escrow.session("Paper");
}

function opensAs(admin: MemberState, { log, entries }: World): ReadonlyMap<number, Uint8Array> {
  if (escrowsOf(log).length === 0) return new Map();
  const { seeds } = partsOf(openAsEscrow(admin, log, entries).keyring);
  return new Map([...seeds].map(([epoch, seed]) => [epoch, seed.bytes()]));
}

/** The seed of every epoch, from the keyring of its author. */
function trueSeeds({ sessions }: World): ReadonlyMap<number, Uint8Array> {
  const seeds = [...sessions.values()].flatMap(({ keyring }) => [...partsOf(keyring).seeds]);
  return new Map(seeds.map(([epoch, seed]) => [epoch, seed.bytes()]));
}

/** Epochs that were made while escrow's pointer was one that this admin's last keyring does not open (ESC-6). */
function closedTo({ keyring }: MemberState, { log }: World): readonly number[] {
  let pointer: LinkRecord["pointer"];
  return [...log.links].flatMap((record) => {
    if (record.removed.some((id) => escrowsOf(log).some((escrow) => escrow.id === id))) pointer = undefined;
    pointer = record.pointer ?? pointer;
    return record.epoch !== undefined && pointer && !keyring.epochs.includes(pointer.epoch) ? [record.epoch] : [];
  });
}

/** ESC-1: an escrow log whose last device is gone gets a new one by its backup key. Until then users' devices wait. */
function madeReady(escrow: World): World {
  if (escrowNeeds(escrow.log).length === 0) return escrow;
  const joined = join(escrow, "Zoe");
  const options = { approve: joined.ids("Zoe"), roles: { [joined.id("Zoe")]: ["manage" as const] } };
  return joined.act("Paper", "approves Zoe", (session, env) => review(session, options, env));
}

/** Every member that the report names to close a gap closes it: by its duty or, if it has to wait for others, by approving. */
async function expectClosable(user: User, escrow: World): Promise<void> {
  const { gaps } = await reportOn(user.world, escrow);
  for (const closer of gaps.flatMap(({ closers }) => closers)) {
    const { world } = close(user, closer, escrow);
    const row = await reportOn(world, escrow, anAdmin(escrow));
    expect(subtractRuns(closer.epochs, row.proven as Runs), `closed by ${closer.name}`).toEqual([]);
  }
}

function close(user: User, { member }: GapCloser, escrow: World): User {
  const name = activeNames(user.world).find((each) => user.world.id(each) === member) as string;
  let current = user;
  // An unconfirmed device leaves the pointer to a confirmed one. No admin can renew if a device withheld the current epoch.
  const { log } = user.world;
  const pointer = escrowMember(log)?.pointer;
  if (pointer && judgePointer(pointer, escrow.log) !== "newest") {
    const confirmed = activeNames(user.world).find((each) => isConfirmed(log, user.world.member(each))) as string;
    current = doDuty(current, confirmed, escrow).user;
  }
  for (let turn = 0; turn < 8; turn++) {
    const { user: next, did } = doDuty(current, name, escrow);
    current = next;
    if (did === "nothing") break;
  }
  return { ...current, world: extendEscrow(current.world, name) };
}

function extendEscrow(world: World, by: string): World {
  const escrow = escrowMember(world.log);
  if (!escrow || containsRuns(escrow.held, world.member(by).held)) return world;
  return world.act(by, "extends escrow", (session, env) => review(session, { approve: [escrow.id] }, env));
}
