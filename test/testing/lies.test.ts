// Every lie of the malicious relay, against devices that follow docs/spec.md section 13: refused with a typed error, or noticed
// with evidence that convinces a third party, or without effect. And the relay itself, when it is honest.

import {
  createLog,
  joinLog,
  type KeysteadError,
  type MemberState,
  openContent,
  type Proposal,
  review,
  rotate,
  sealContent,
  verifyLog,
} from "keystead";
import { checkEvidence } from "keystead/audit";
import {
  corrupt,
  corruptContent,
  drop,
  duplicate,
  holdBack,
  type Lie,
  loseContent,
  MaliciousRelay,
  present,
  reorder,
  rollBackTo,
  stripAttachments,
  swapAttachments,
  swapContent,
} from "keystead/testing";
import { describe, expect, it } from "vitest";
import { evidenceOf, expectError, expectWrongArgument, thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { Device } from "./device.js";

const ALICE = "alice@example.org";

/** Alice's laptop and phone, both approved: links 1 to 4. */
function household() {
  const relay = new MaliciousRelay();
  const laptop = new Device(relay, ALICE, "Laptop").create();
  const phone = new Device(relay, ALICE, "Phone").join();
  laptop.sync().write((session, env) => review(session, { approveUncompared: [phone.id] }, env));
  laptop.write(rotate);
  phone.sync();
  return { relay, laptop, phone };
}

/** The reaction to a lie of a device that knows everything. */
function toPhone(lie: Lie): KeysteadError {
  const { relay, phone } = household();
  relay.tell(ALICE, lie, { to: ["Phone"] });
  return thrownBy(() => phone.sync());
}

/** The reaction of a newcomer, which knows nothing yet. */
function toNewcomer(lie: Lie): KeysteadError {
  const { relay } = household();
  relay.tell(ALICE, lie);
  return thrownBy(() => verifyLog(relay.read(ALICE), { subject: ALICE, now: "unchecked" }));
}

describe("an honest relay", () => {
  it("gives every published entry to everybody, and accepts no entry twice", () => {
    const { relay, laptop, phone } = household();
    expect(relay.read(ALICE, "Laptop")).toHaveLength(4);
    expect(verifyLog(relay.read(ALICE), { subject: ALICE, now: "unchecked" }).head).toEqual(laptop.log.head);
    expect(phone.log.head).toEqual(laptop.log.head);
    expect(phone.keyring.epochs).toEqual(laptop.keyring.epochs);
    expect(relay.publish(ALICE, relay.read(ALICE)[3] as Uint8Array)).toBe(true);
    expect(relay.read(ALICE)).toHaveLength(4);
    expect(relay.read("bob@example.org")).toEqual([]);
  });

  it("reports that another link was faster, and the loser writes again (GRT-6)", () => {
    const { relay, laptop, phone } = household();
    laptop.write(rotate);
    const stale = rotate(phone.session, phone.env);
    expect(relay.publish(ALICE, stale.entry, "Phone")).toBe(false);
    phone.write(rotate);
    expect(phone.log.head.seq).toBe(6);
    expect(laptop.sync().log.head).toEqual(phone.log.head);
  });

  it("reports the same to the second of two devices that both write a first link", () => {
    const relay = new MaliciousRelay();
    const [laptop, phone] = ["Laptop", "Phone"].map((name) =>
      createLog({ subject: ALICE, device: { name } }, seededEnv(`first link by ${name}`)),
    ) as [Proposal<MemberState>, Proposal<MemberState>];
    expect(relay.publish(ALICE, laptop.entry, "Laptop")).toBe(true);
    expect(relay.publish(ALICE, phone.entry, "Phone")).toBe(false);
    // Sent again after its answer was lost, the winning link is recognised.
    expect(relay.publish(ALICE, laptop.entry, "Laptop")).toBe(true);
    phone.discard();
    const log = verifyLog(relay.read(ALICE), { subject: ALICE, now: "unchecked" });
    expect(log.head).toEqual(laptop.head);
    expect(relay.publish(ALICE, joinLog(log, { device: { name: "Phone" } }, seededEnv("join")).entry)).toBe(true);
  });

  it("judges times by the given clock (LOG-3)", () => {
    const { relay, laptop } = household();
    const { entry } = rotate(laptop.session, laptop.env);
    const publish = (now: number) => relay.publish(ALICE, entry, "Laptop", now);
    expectError(() => publish(0), "NOT_YET", "LOG-3");
    expectError(() => publish(-1), "INVALID_ARGUMENT", undefined);
    expect(relay.read(ALICE)).toHaveLength(4);
    expect(publish(laptop.log.time)).toBe(true);
  });

  it("refuses entries that an honest server refuses (LOG-4, LOG-8)", () => {
    const { relay, laptop } = household();
    const { entry } = rotate(laptop.session, laptop.env);
    const publish = (lie: Lie) => () => relay.publish(ALICE, lie([entry])[0] as Uint8Array);
    // A changed last byte of the last attachment, a missing attachment, and a changed signed byte.
    expectError(publish(corrupt(1, -1)), "INVALID_ENCODING", "ENC-2");
    expectError(publish(stripAttachments(1)), "GRANT_UNAVAILABLE", undefined);
    expectError(publish(corrupt(1, 200)), "INVALID_SIGNATURE", "LOG-4");
    const first = relay.read(ALICE)[0] as Uint8Array;
    expectError(() => relay.publish("bob@example.org", first), "WRONG_SUBJECT", "LOG-8");
    expect(relay.read(ALICE)).toHaveLength(4);
    expect(relay.publish(ALICE, entry)).toBe(true);
  });

  it("keeps contents, which nobody outside can change", async () => {
    const { relay, laptop } = household();
    const sealed = await sealContent([laptop.log], new Uint8Array(3), { purpose: "test" }, laptop.env);
    relay.store("a", sealed);
    relay.load("a").fill(0);
    expect(relay.load("a")).toEqual(sealed);
    expectError(() => relay.load("b"), "INVALID_ARGUMENT", undefined);
  });

  it("names wrong arguments", () => {
    const { relay, laptop } = household();
    const wrong = [undefined, null, 0, -1, 1.5, Number.NaN, "1", {}] as never[];
    for (const value of wrong) {
      for (const lie of [drop, rollBackTo, holdBack, duplicate, stripAttachments] as const)
        expectWrongArgument(() => lie(value), lie.name);
      for (const lie of [reorder, swapAttachments] as const) expectWrongArgument(() => lie(1, value), lie.name);
      expectWrongArgument(() => present(value), "present");
      expectWrongArgument(() => relay.tell(ALICE, value), "tell");
      expectWrongArgument(() => relay.fork(ALICE, value, ["Phone"]), "fork");
      expectWrongArgument(() => relay.publish(ALICE, value), "publish");
      expectWrongArgument(() => relay.store("a", value), "store");
      expectWrongArgument(() => swapContent(value), "swapContent");
      expectWrongArgument(() => relay.tellContent("a", value), "tellContent");
    }
    expectWrongArgument(() => corruptContent(9)(new Uint8Array(9)), "corruptContent beyond the end");
    expectWrongArgument(() => relay.fork(ALICE, 9, ["Phone"]), "fork beyond the end");
    expectWrongArgument(() => corrupt(1, 10_000_000)(relay.read(ALICE)), "corrupt beyond the end");
    expect(laptop.sync().log.head.seq).toBe(4);
  });
});

describe("a relay that lies about the list of links", () => {
  it("shows an old state: refused with evidence (LOG-8)", () => {
    const error = toPhone(rollBackTo(2));
    expect(error).toMatchObject({ code: "ROLLED_BACK", rule: "LOG-8" });
    // Only the device claims that the server once showed more: nobody signs what a server shows.
    expect(checkEvidence(evidenceOf(error))).toMatchObject({
      verdict: "claimed",
      offered: { seq: 2 },
      pinned: { seq: 4 },
    });
  });

  it("withholds the newest entries: no device misses entries that it did not know, and they come late (LOG-8)", () => {
    const { relay, laptop, phone } = household();
    const recall = relay.tell(ALICE, holdBack(1), { to: ["Phone"] });
    laptop.write(rotate);
    expect(phone.sync().log.head.seq).toBe(4);
    recall();
    expect(phone.sync().log.head.seq).toBe(5);
    relay.tell(ALICE, holdBack(2), { to: ["Phone"] });
    expect(thrownBy(() => phone.sync())).toMatchObject({ code: "ROLLED_BACK" });
  });

  it.each([
    ["leaves a link out", drop(2)],
    ["leaves the first link out", drop(1)],
    ["shows a link twice", duplicate(2)],
    ["exchanges two links", reorder(2, 3)],
  ])("%s: refused, by readers that know the log and by readers that do not (LOG-2)", (_what, lie) => {
    for (const error of [toPhone(lie), toNewcomer(lie)]) expect(error).toMatchObject({ code: "INVALID_LINK" });
  });

  it("changes any byte of an entry: refused (ENC-2, LOG-1, LOG-4)", () => {
    const { relay } = household();
    const [entry] = relay.read(ALICE);
    const before = relay.read(ALICE).map((each) => each.slice());
    const codes = new Set<string>();
    for (let byte = 0; byte < (entry as Uint8Array).length; byte++) {
      const recall = relay.tell(ALICE, corrupt(1, byte));
      codes.add(thrownBy(() => verifyLog(relay.read(ALICE), { subject: ALICE, now: "unchecked" })).code);
      recall();
    }
    expect([...codes].sort()).toEqual(["INVALID_ENCODING", "INVALID_SIGNATURE", "UNSUPPORTED"]);
    expect(relay.read(ALICE), "what is stored is never changed").toEqual(before);
  });

  it("presents another first link for a known subject: refused with evidence (LOG-8)", () => {
    const other = new MaliciousRelay();
    new Device(other, ALICE, "Thief").create();
    const error = toPhone(present(other.read(ALICE)));
    expect(error).toMatchObject({ code: "REPLACED", rule: "LOG-8" });
    expect(checkEvidence(evidenceOf(error))).toMatchObject({ verdict: "claimed", offered: { seq: 1 } });
  });

  it("presents another subject's log: refused (LOG-8)", () => {
    const { relay } = household();
    new Device(relay, "mallory@example.org", "Mallory").create();
    const lie = present(relay.read("mallory@example.org"));
    for (const error of [toPhone(lie), toNewcomer(lie)])
      expect(error).toMatchObject({ code: "WRONG_SUBJECT", rule: "LOG-8" });
  });

  it("shows two devices two histories: refused with evidence as soon as they meet (LOG-8)", () => {
    const { relay, laptop, phone } = household();
    relay.fork(ALICE, 4, ["Phone"]);
    laptop.write(rotate);
    phone.write(rotate);
    // Each is alone with its own history, and sees nothing wrong. Their fingerprints differ.
    expect([laptop.sync(), phone.sync()].map(({ log }) => log.head.seq)).toEqual([5, 5]);
    expect(laptop.log.head.hash).not.toBe(phone.log.head.hash);
    const error = thrownBy(() =>
      verifyLog(relay.read(ALICE, "Laptop"), { subject: ALICE, pinned: phone.log, now: "unchecked" }),
    );
    expect(error).toMatchObject({ code: "FORKED", rule: "LOG-8" });
    expect(checkEvidence(evidenceOf(error))).toMatchObject({ verdict: "proven", seq: 5 });
    // The other branch's newest epoch never opens content of one branch, but both extend the approved history.
    expect(phone.log.links.at(3)?.hash).toBe(laptop.log.links.at(3)?.hash);
  });
});

describe("a relay that lies about attachments", () => {
  it("withholds grants: the log stays valid, the device knows which epochs to fetch, and opens them later (GRT-4)", () => {
    const { relay, laptop } = household();
    const tablet = new Device(relay, ALICE, "Tablet").join();
    laptop.sync().write((session, env) => review(session, { approveUncompared: [tablet.id] }, env));
    const recall = relay.tell(ALICE, stripAttachments(6), { to: ["Tablet"] });
    tablet.sync();
    expect(tablet.log.head).toEqual(laptop.log.head);
    expect(tablet.keyring.epochs).toEqual([4]);
    recall();
    expect(tablet.sync().keyring.epochs).toEqual([1, 2, 3, 4]);
  });

  it("gives one link the attachments of another: refused (ENC-2)", () => {
    for (const error of [toPhone(swapAttachments(3, 4)), toNewcomer(swapAttachments(3, 4))])
      expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-2" });
  });
});

describe("a relay that lies about content", () => {
  async function stored() {
    const made = household();
    const seal = (text: string, name: string) =>
      sealContent(
        [made.laptop.log],
        new TextEncoder().encode(text),
        { purpose: "test", associatedData: new TextEncoder().encode(name) },
        made.laptop.env,
      );
    made.relay.store("a", await seal("one", "a"));
    made.relay.store("b", await seal("two", "b"));
    const open = async (name: string, reader: string) => {
      const options = { purpose: "test", associatedData: new TextEncoder().encode(name) };
      const opened = await openContent(made.relay.load(name, reader), made.phone.keyring, options);
      return new TextDecoder().decode(opened);
    };
    return { ...made, open };
  }

  it("loses, damages or swaps it, for any reader: refused, and stored content does not change", async () => {
    const { relay, open } = await stored();
    for (const lie of [corruptContent(-1), corruptContent(200), swapContent(relay.load("b"))]) {
      const recall = relay.tellContent("a", lie, { to: ["Phone"] });
      // Content under another name is authentic too. Only the associated data shows that it is another's.
      await expect(open("a", "Phone")).rejects.toMatchObject({ code: "CORRUPT_CONTENT" });
      expect(await open("a", "Laptop")).toBe("one");
      recall();
      expect(await open("a", "Phone")).toBe("one");
    }
    relay.tellContent("a", loseContent());
    relay.tellContent("a", corruptContent(0));
    expectError(() => relay.load("a", "Phone"), "INVALID_ARGUMENT", undefined);
    expect(await open("b", "Phone")).toBe("two");
  });
});
