// A thief's device shatters the epochs that others hold: its rotations are junk to them, and between any two they make a good
// one. All links that an honest member must write afterwards still fit the limits. docs/spec.md section 7 (GRT-1), MEM-9.

import { describe, expect, it } from "vitest";
import { acceptProvisioning, prepareDevice, provisionDevice } from "../../src/authoring/enter.js";
import { openKeyring, receive } from "../../src/authoring/receive.js";
import { openBackupKey } from "../../src/backup/open.js";
import { epochsIn, hasEpoch, intersectRuns, type Runs, runsOf } from "../../src/bytes/runs.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { changedKeyring, partsOf } from "../../src/keys/keyring.js";
import { decodeEntry } from "../../src/log/entry.js";
import { activeMember } from "../../src/log/state.js";
import {
  type Authored,
  createBackupKey,
  createLog,
  joinLog,
  regrant,
  rekey,
  review,
  rotate,
} from "../support/accepted.js";
import { ownSeed } from "../support/own-seed.js";
import { boxIndex, signerOf, withAttachment } from "../support/raw-link.js";
import { seededEnv } from "../support/seeded-env.js";
import { ALICE } from "../support/world.js";

const NOW = { now: "unchecked" } as const;
const HOLES = 600;
const MAX_LINK = 65_536;

/** The laptop, a paper and a device that joined; then `rounds` rounds of a rotation by the laptop and one by the other device. */
function history(seed: string, rounds: number, isJunk: boolean) {
  const env = seededEnv(seed);
  const opened = createLog({ subject: ALICE, device: { name: "Laptop" } }, env);
  const papered = createBackupKey(opened, {}, env);
  const text = papered.paper.reveal(papered.log);
  const other = joinLog(papered.log, { device: { name: "Other" } }, env);
  const entries = [opened.entry, papered.entry, other.entry];
  let laptop: MemberState = receive(papered, other.entry, NOW);
  for (let round = 0; round < rounds; round++) {
    const good = rotate(laptop, env);
    const theirs = rotate({ log: good.log, keyring: other.keyring }, env);
    const record = theirs.log.links.last() as NonNullable<ReturnType<typeof theirs.log.links.last>>;
    const spoiled = [laptop.keyring.member, papered.paper.member].reduce(
      (entry, member) => withAttachment(entry, boxIndex(record, member), Uint8Array.of(1), [signerOf(other)]),
      theirs.entry,
    );
    const entry = isJunk ? spoiled : theirs.entry;
    entries.push(good.entry, entry);
    laptop = receive(good, entry, NOW);
  }
  const last = rotate(laptop, env);
  return { env, text, laptop: last as MemberState, other: other.keyring, entries: [...entries, last.entry] };
}

const shattered = history("shattered", HOLES, true);
const whole = history("whole", 20, false);

const sizeOf = ({ entry }: Authored): number => decodeEntry(entry).link.bytes.length;
const joined = ({ laptop, env }: typeof shattered) => joinLog(laptop.log, { device: { name: "Phone" } }, env);

/** The epochs that a device which entered or is approved opens of a link, and the epochs that its author holds. */
function expectGiven(entry: Uint8Array, author: MemberState, receiver: MemberState): void {
  const after = receive(receiver, entry, NOW);
  expect(after.junk).toEqual([]);
  const { held } = activeMember(after.log, author.keyring.member);
  expect(intersectRuns(held, runsOf(after.keyring.epochs))).toEqual(held);
}

describe.each([
  ["shattered by junk", shattered, HOLES],
  ["that is whole", whole, 0],
] as const)("a history %s", (_what, story, holes) => {
  const { laptop, env, entries, text } = story;

  it("leaves as many holes in the laptop's epochs", () => {
    const { held } = activeMember(laptop.log, laptop.keyring.member);
    expect(held).toHaveLength(holes + 1);
  });

  it("lets the laptop approve a device in one link", () => {
    const phone = joined(story);
    const approved = review(receive(laptop, phone.entry, NOW), { approve: [phone.keyring.member] }, env);
    expect(sizeOf(approved)).toBeLessThan(2000);
    expectGiven(approved.entry, laptop, phone);
  });

  it("lets it approve a device and remove the other in one link", () => {
    const phone = joined(story);
    const lists = { approve: [phone.keyring.member], remove: [story.other.member] };
    const approved = review(receive(laptop, phone.entry, NOW), lists, env);
    expect(sizeOf(approved)).toBeLessThan(4000);
    expectGiven(approved.entry, laptop, phone);
  });

  it("lets it make a backup key, and the paper opens the same epochs", () => {
    const made = createBackupKey(laptop, {}, env);
    expect(sizeOf(made)).toBeLessThan(4000);
    const { keyring } = openBackupKey(made.log, [made.entry], made.paper.reveal(made.log));
    expect(runsOf(keyring.epochs)).toEqual(activeMember(laptop.log, laptop.keyring.member).held);
  });

  it("lets it provision a device face to face", () => {
    const prepared = prepareDevice(laptop.log, { device: { name: "Tablet" } }, env);
    const offer = provisionDevice(laptop, prepared.request, env);
    const { log, keyring } = acceptProvisioning(laptop.log, offer, prepared, NOW).accept();
    expect(runsOf(keyring.epochs)).toEqual(activeMember(log, keyring.member).held);
  });

  it("lets it take fresh keys, which open the same epochs", () => {
    const rekeyed = rekey(laptop, env);
    expect(sizeOf(rekeyed)).toBeLessThan(6000);
    const again = openKeyring(rekeyed.log, [rekeyed.entry], ownSeed(rekeyed.keyring));
    expect(runsOf(again.keyring.epochs)).toEqual(activeMember(rekeyed.log, rekeyed.keyring.member).held);
  });

  it("lets the paper approve a device, and declare the epochs that it could not open", () => {
    const phone = joined(story);
    const paper = openBackupKey(phone.log, [...entries, phone.entry], text);
    const session = { log: phone.log, keyring: paper.keyring };
    const approved = review(session, { approve: [phone.keyring.member] }, env);
    const missing = approved.log.links.last()?.missing as Runs;
    expect(missing).toHaveLength(holes);
    expect(sizeOf(approved)).toBeLessThan(MAX_LINK / 4);
    expectGiven(approved.entry, session, phone);
  });
});

describe("a member that lacks many separate epochs", () => {
  const { laptop, env } = shattered;
  const phone = joined(shattered);
  const approved = review(receive(laptop, phone.entry, NOW), { approve: [phone.keyring.member] }, env);
  const given = receive(phone, approved.entry, NOW);
  // All but the newest of the isolated epochs.
  const lost = activeMember(laptop.log, laptop.keyring.member).held.slice(0, HOLES);
  const odd = [...epochsIn(lost)];
  const lacking = (() => {
    const { log, keyring } = given;
    const empty = openKeyring(log, [], ownSeed(keyring)).keyring;
    const kept = [...partsOf(keyring).seeds].filter(([epoch]) => !hasEpoch(lost, epoch));
    return { log, keyring: changedKeyring(empty, { gained: new Map(kept), junk: odd }) };
  })();

  it("declares them, and gets all of them again in one link (GRT-1, MEM-9)", () => {
    const declared = rotate(lacking, env);
    expect(declared.log.links.last()?.missing).toHaveLength(HOLES);
    const seen = receive({ log: approved.log, keyring: approved.keyring }, declared.entry, NOW);
    const healed = regrant(seen, [{ member: phone.keyring.member, epochs: lost }], env);
    expect(sizeOf(healed)).toBeLessThan(MAX_LINK / 4);
    expect(healed.log.links.last()?.grants).toHaveLength(1);
    const after = receive(declared, healed.entry, NOW);
    expect(after.opened).toEqual(lost);
    expect(activeMember(after.log, phone.keyring.member).held).toEqual(
      activeMember(after.log, laptop.keyring.member).held,
    );
  });
});
