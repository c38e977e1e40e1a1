// What the simulation of test/simulation found, each in its smallest form.

import { expect, it } from "vitest";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { phone } from "./simple.js";

it("joins once, however often it is asked to", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const mobile = await phone(relay, "phone").open();
  const twice = await Promise.allSettled([mobile.join({ name: "Phone" }), mobile.join({ name: "Phone" })]);
  expect(twice).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: { code: "NOT_PERMITTED" } }]);
  expect(mobile.log.active.size).toBe(2);
});
