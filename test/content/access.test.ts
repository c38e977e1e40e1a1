// Who can read which content: docs/spec.md sections 7 and 12, MEM-7.

import { describe, expect, it } from "vitest";
import { receive } from "../../src/authoring/receive.js";
import { openContent } from "../../src/content/open.js";
import { sealContent } from "../../src/content/seal.js";
import { decodeEntry, encodeEntry } from "../../src/log/entry.js";
import { joinLog, leave, review, rotate, setLockdown } from "../support/accepted.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { content, person } from "./support.js";

const options = { purpose: "note" };

/** A laptop, and a phone that joined and was not yet approved. */
function scene(name: string) {
  const env = seededEnv(`access ${name}`);
  const laptop = person(name);
  const phone = joinLog(laptop.log, { device: { name: "Phone" } }, env);
  return { env, laptop, phone, laptopThen: receive(laptop, phone.entry, { now: "unchecked" }) };
}

describe("a late joiner", () => {
  it("cannot open earlier content until it is approved, then can", async () => {
    const { env, laptop, phone, laptopThen } = scene("late");
    const sealed = await sealContent([laptop.log], content(9), options, env);
    const refused = await rejection(openContent(sealed, phone.keyring));
    expect(refused).toMatchObject({ code: "NO_ACCESS", details: { epoch: 1, earliest: 2, latest: 2 } });
    expect(refused.message).toContain("sealed to epoch 1, and this member starts at 2");

    const reviewed = review(laptopThen, { approve: [phone.keyring.member] }, env);
    const approved = receive(phone, reviewed.entry, { now: "unchecked" });
    expect(await openContent(sealed, approved.keyring)).toEqual(content(9));
  });

  it("opens at once content that is sealed after it joined, as the older device does", async () => {
    const { env, phone, laptopThen } = scene("at once");
    const sealed = await sealContent([phone.log], content(9), options, env);
    expect(await openContent(sealed, phone.keyring)).toEqual(content(9));
    expect(await openContent(sealed, laptopThen.keyring)).toEqual(content(9));
  });

  it("gets an error that says to fetch the log, when content is sealed to a later epoch than it knows", async () => {
    const { env, laptop, phone } = scene("behind");
    const sealed = await sealContent([phone.log], content(9), options, env);
    const refused = await rejection(openContent(sealed, laptop.keyring));
    expect(refused).toMatchObject({ code: "NO_ACCESS", details: { epoch: 2, earliest: 1, latest: 1 } });
    expect(refused.message).toContain("fetch the newest entries");
  });
});

describe("a device with no epoch, or with one missing in between", () => {
  it("gets an error that says so: in lockdown a new device holds nothing before it is approved", async () => {
    const env = seededEnv("access lockdown");
    const laptop = setLockdown(person("locked"), { on: true }, env);
    const phone = joinLog(laptop.log, { device: { name: "Phone" } }, env);
    const sealed = await sealContent([phone.log], content(9), options, env);
    const refused = await rejection(openContent(sealed, phone.keyring));
    expect(refused).toMatchObject({ code: "NO_ACCESS", details: { epoch: 1 } });
    expect(refused.message).toContain("holds no epoch yet");
  });

  it("gets an error that says so: the server withheld the grants of one epoch", async () => {
    const env = seededEnv("access withheld");
    const second = rotate(person("withheld"), env);
    const phone = joinLog(second.log, { device: { name: "Phone" } }, env);
    const fourth = rotate(receive(second, phone.entry, { now: "unchecked" }), env);
    const fifth = rotate(fourth, env);
    const stripped = encodeEntry(decodeEntry(fourth.entry).link.bytes, []);
    const now = receive(receive(phone, stripped, { now: "unchecked" }), fifth.entry, { now: "unchecked" });
    expect(now.keyring.epochs).toEqual([3, 5]);
    const sealed = await sealContent([fourth.log], content(9), options, env);
    const refused = await rejection(openContent(sealed, now.keyring));
    expect(refused).toMatchObject({ code: "NO_ACCESS", details: { epoch: 4, earliest: 3, latest: 5 } });
    expect(refused.message).toContain("did not receive");
    expect(await openContent(sealed, receive(now, fourth.entry, { now: "unchecked" }).keyring)).toEqual(content(9));
  });
});

describe("a removed device", () => {
  it("cannot open content that is sealed after its removal, and still opens content from before", async () => {
    const { env, phone, laptopThen } = scene("removed");
    const before = await sealContent([laptopThen.log], content(3), options, env);
    const removal = review(laptopThen, { remove: [phone.keyring.member] }, env);
    const after = await sealContent([removal.log], content(4), options, env);
    const removed = receive(phone, removal.entry, { now: "unchecked" });
    expect(await rejection(openContent(after, removed.keyring))).toMatchObject({ code: "NO_ACCESS" });
    expect(await openContent(before, removed.keyring)).toEqual(content(3));
    expect(await openContent(after, removal.keyring)).toEqual(content(4));
  });

  it("makes sealing fail while rotation is due, and sealing works again after the rotation (MEM-7)", async () => {
    const { env, phone, laptopThen } = scene("due");
    const left = leave(phone, env);
    const refused = sealContent([left.log], content(4), options, env);
    expect(await rejection(refused)).toMatchObject({
      code: "ROTATION_DUE",
      rule: "MEM-7",
      details: { log: left.log.head.log, epoch: 2 },
    });
    for (const removedMembersMayRead of [undefined, false, "yes" as unknown as boolean]) {
      const recipients = [person("other").log, { log: left.log, removedMembersMayRead }];
      expect(await rejection(sealContent(recipients, content(4), options, env))).toMatchObject({
        code: "ROTATION_DUE",
      });
    }
    const rotated = rotate(receive(laptopThen, left.entry, { now: "unchecked" }), env);
    const sealed = await sealContent([rotated.log], content(4), options, env);
    expect(await openContent(sealed, rotated.keyring)).toEqual(content(4));
    expect(await rejection(openContent(sealed, left.keyring))).toMatchObject({ code: "NO_ACCESS" });
  });

  it("can read content that the caller seals with the override (MEM-7)", async () => {
    const { env, phone } = scene("override");
    const left = leave(phone, env);
    const recipients = [{ log: left.log, removedMembersMayRead: true }];
    const sealed = await sealContent(recipients, content(4), options, env);
    expect(await openContent(sealed, left.keyring)).toEqual(content(4));
  });
});
