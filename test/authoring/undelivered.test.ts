import { describe, expect, it } from "vitest";
import { abandonEpochs } from "../../src/authoring/abandon.js";
import { receive } from "../../src/authoring/receive.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { decodeEntry, encodeEntry } from "../../src/log/entry.js";
import { activeMember } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import { createLog, joinLog, regrant, review } from "../support/accepted.js";
import { expectError, expectWrongArgument } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";

const env = seededEnv("undelivered");
const laptop = createLog({ subject: "alice@example.org", device: { name: "Laptop" } }, env);
// A thief with the password joins, and sends the server its link without the grants that it owes to all members.
const thief = joinLog(laptop.log, { device: { name: "Thief" } }, env);
const stripped = encodeEntry(decodeEntry(thief.entry).link.bytes, []);

describe("an entry without its attachments", () => {
  it("is refused with `complete`, and accepted with all attachments", () => {
    const error = expectError(
      () => appendEntry(laptop.log, stripped, { complete: true, now: "unchecked" }),
      "GRANT_UNAVAILABLE",
      undefined,
    );
    expect(error.details).toMatchObject({ seq: 2, absent: 4 });
    expect(appendEntry(laptop.log, thief.entry, { complete: true, now: "unchecked" }).head).toEqual(thief.log.head);
    expect(appendEntry(laptop.log, stripped, { now: "unchecked" }).head).toEqual(thief.log.head);
    // Known links too: an entry must be complete before it is served, even if it was stored before.
    expectError(
      () => appendEntry(thief.log, stripped, { complete: true, now: "unchecked" }),
      "GRANT_UNAVAILABLE",
      undefined,
    );
    expectWrongArgument(() => appendEntry(laptop.log, stripped, null as never), "options");
  });

  it("does not block its victim for ever: an epoch that was never delivered can be given up (MEM-9)", () => {
    const victim = receive(laptop, stripped, { now: "unchecked" });
    expect(victim.withheld).toEqual([[2, 2]]);
    const phone = joinLog(victim.log, { device: { name: "Phone" } }, env);
    const seen = receive(victim, phone.entry, { now: "unchecked" });
    const approvePhone = { approve: [phone.keyring.member] };
    expectError(() => review(seen, approvePhone, env), "GRANT_UNAVAILABLE", "GRT-1");
    const resigned = { ...seen, ...abandonEpochs(seen, [[2, 2]]) };
    const approved = review(resigned, approvePhone, env);
    expect(approved.log.links.last()?.missing).toEqual([[2, 2]]);
    expect(activeMember(approved.log, laptop.keyring.member)).toMatchObject({
      held: [
        [1, 1],
        [3, 3],
      ],
      reach: [[1, 3]],
    });
    // And the member gets it back when another member that has it grants it again.
    const theirs = [phone.entry, approved.entry].reduce<MemberState>(
      (session, entry) => receive(session, entry, { now: "unchecked" }),
      thief,
    );
    const healed = regrant(theirs, [{ member: laptop.keyring.member, epochs: [[2, 2]] }], env);
    expect(receive(approved, healed.entry, { now: "unchecked" }).keyring.epochs).toEqual([1, 2, 3]);
  });

  it("does not allow giving up an epoch that the keyring has, or that was never granted (MEM-9)", () => {
    const victim = receive(laptop, stripped, { now: "unchecked" });
    for (const epochs of [[[1, 1]], [[1, 2]], [[3, 3]]] as const) {
      expectError(() => abandonEpochs(victim, epochs), "INVALID_ARGUMENT", "MEM-9");
    }
    for (const wrong of [undefined, null, [2], [[2]], [[0, 2]], "2"])
      expectWrongArgument(() => abandonEpochs(victim, wrong as never), "epochs");
    expect(abandonEpochs(victim, [[2, 2]]).keyring.epochs).toEqual(victim.keyring.epochs);
  });
});
