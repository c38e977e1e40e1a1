// What a removed admin left announced, where the service or the admin itself hides whether it was done. docs/spec.md sections 11.2 and
// 11.3 (ESC-8).

import { describe, expect, it } from "vitest";
import { joinLog } from "../../src/authoring/enter.js";
import { proposeState } from "../../src/authoring/proposal.js";
import { receive } from "../../src/authoring/receive.js";
import { present } from "../../src/bytes/present.js";
import type { EscrowSession } from "../../src/client/escrow-session.js";
import { KeysteadError } from "../../src/errors.js";
import { actRecord } from "../../src/escrow/act.js";
import { recoverUser } from "../../src/escrow/recover.js";
import { writeRecord } from "../../src/escrow/sealed-record.js";
import { fingerprintOf, formatFingerprint } from "../../src/fingerprint/fingerprint.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { verifyLog } from "../../src/log/verify.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { escrowActs } from "../../src/trust/acts.js";
import { seededEnv } from "../support/seeded-env.js";
import { ALICE, desk, enrolled, hired, lockedOut, ORGANISATION, organisation, userDevice } from "./admins.js";
import { memberOf } from "./sessions.js";

const logOf = (relay: MaliciousRelay, subject: string) => verifyLog(relay.read(subject), { subject, now: "unchecked" });

const unreached = () => {
  throw new KeysteadError("OFFLINE", "the test lost it");
};

/** What the admin is asked about acts that are left. */
const asked = (session: EscrowSession) => session.getSnapshot().asks.filter(({ question }) => question === "disown");

async function looks(session: EscrowSession, times = 3): Promise<void> {
  for (let look = 0; look < times; look++) await session.sync();
}

/** The admin says yes to the only question about acts that are left. */
async function disownsUnread(session: EscrowSession): Promise<void> {
  const [ask, ...others] = asked(session);
  expect(others).toEqual([]);
  await session.answer(present(ask).id, { say: "yes" });
  await looks(session);
}

/** Bob, an admin with software of his own, announces a recovery with a thief's phone, and keeps the review for later. */
async function announced(subjects: readonly string[]) {
  const relay = new MaliciousRelay();
  const ann = await organisation(relay);
  const laptop = await enrolled(relay, ann);
  await enrolled(relay, ann, "carol's", "user-carol");
  const thief = await userDevice(relay, "thief");
  await thief.join({ name: "Phone" });
  const env = seededEnv("bob's own software");
  const joined = joinLog(logOf(relay, ORGANISATION), { device: { name: "Bob" } }, env);
  relay.publish(ORGANISATION, joined.entry);
  let bob: MemberState = joined.accept();
  await ann.sync();
  const { member } = bob.keyring;
  const { token } = ann.compare(formatFingerprint(fingerprintOf(bob.log, member)), member);
  await ann.save({ approve: [{ token: present(token), roles: ["recover"] }] });
  const takeIn = () => {
    for (const entry of relay.read(ORGANISATION).slice(bob.log.head.seq))
      bob = receive(bob, entry, { now: "unchecked" });
  };
  takeIn();
  const { log, seq, hash: prev } = logOf(relay, ALICE).head;
  const content = { approve: [memberOf(thief)], remove: [memberOf(laptop)], reason: "lost", case: "" };
  const acts = subjects.map((subject) => {
    const act = { salt: new Uint8Array(env.random(32)), log, subject, seq: seq + 1, prev, ...content };
    relay.publish(ORGANISATION, proposeState(bob.keyring, writeRecord(actRecord, bob, act, env)).entry);
    takeIn();
    return { ...act, recordedAt: bob.log.head.seq };
  });
  const { entry } = recoverUser(
    bob,
    { act: present(acts[0]), userLog: logOf(relay, ALICE), entries: relay.read(ALICE) },
    env,
  );
  await ann.sync();
  const believed = () => {
    expect(relay.publish(ALICE, entry)).toBe(true);
    return escrowActs(logOf(relay, ALICE), logOf(relay, ORGANISATION)).at(-1)?.because;
  };
  return { relay, ann, bob: member, acts: acts.map(({ recordedAt }) => recordedAt), believed };
}

describe("an act of a removed admin", () => {
  it("that names somebody else in its opening is asked about, and disowned when the admin says so", async () => {
    for (const subject of ["user-nobody", "user-carol", ORGANISATION]) {
      const { ann, bob, acts, believed } = await announced([subject]);
      await ann.save({ remove: [bob] });
      await looks(ann);
      expect(asked(ann)).toMatchObject([{ acts }]);
      await disownsUnread(ann);
      expect([...ann.log.disowned]).toEqual(acts.map(String));
      expect(believed()).toBe("disowned");
    }
  });

  it("does not hide another one in the same log by that", async () => {
    const { ann, bob, acts } = await announced([ALICE, "user-nobody"]);
    await ann.save({ remove: [bob] });
    await looks(ann);
    expect([...ann.log.disowned]).toEqual(acts.map(String));
    expect(asked(ann)).toEqual([]);
  });

  it("is asked about where the service hides the user's log, or is not reached for it", async () => {
    for (const isHidden of [true, false]) {
      const { relay, ann, bob, acts, believed } = await announced([ALICE]);
      const honest = relay.tell(ALICE, isHidden ? () => [] : unreached, { to: ["ann"] });
      await ann.save({ remove: [bob] });
      await looks(ann);
      expect(asked(ann)).toMatchObject([{ acts }]);
      await disownsUnread(ann);
      expect([...ann.log.disowned]).toEqual(acts.map(String));
      honest();
      expect(believed()).toBe("disowned");
    }
  });
});

it("an act that was done is not disowned unread when the user's log is shown again meanwhile", async () => {
  const relay = new MaliciousRelay();
  const ann = await organisation(relay);
  const bob = await hired(ann, desk(relay, "bob"), ["recover"]);
  const laptop = await enrolled(relay, ann);
  const { user, token } = await lockedOut(relay, bob);
  await bob.recover(user, { approve: [token], remove: [memberOf(laptop)], reason: "lost" });
  await ann.sync();
  const honest = relay.tell(ALICE, () => [], { to: ["ann"] });
  await ann.save({ remove: [memberOf(bob)] });
  await looks(ann);
  honest();
  await disownsUnread(ann);
  expect([...ann.log.disowned]).toEqual([]);
  expect(asked(ann)).toEqual([]);
});
