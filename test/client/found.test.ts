// What the simulation of test/simulation found, each in its smallest form.

import { expect, it } from "vitest";
import { duplicate } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { phone, SUBJECT } from "./simple.js";

it("joins once, however often it is asked to", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const mobile = await phone(relay, "phone").open();
  const twice = await Promise.allSettled([mobile.join({ name: "Phone" }), mobile.join({ name: "Phone" })]);
  expect(twice).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: { code: "NOT_PERMITTED" } }]);
  expect(mobile.log.active.size).toBe(2);
});

it("starts again after a service showed it an entry twice", async () => {
  const relay = new MaliciousRelay();
  const device = phone(relay, "laptop");
  const laptop = await device.open();
  await laptop.create({ name: "Laptop" });
  await laptop.rename({ name: "Mine" });
  const other = phone(relay, "other");
  const session = await other.open();
  relay.tell(SUBJECT, duplicate(1));
  await session.sync();
  session.close();
  expect((await other.open()).log.head).toEqual(laptop.log.head);
});
