// An account whose service may remove a lost device, from a portal (MEM-4).

import { expect, it } from "vitest";
import { expel } from "../../src/authoring/verbs.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { seededEnv } from "../support/seeded-env.js";
import { approved, phone, SUBJECT } from "./simple.js";

it("names the service's operator in the first link, so that a portal can remove a lost device", async () => {
  const relay = new MaliciousRelay();
  const env = seededEnv("service");
  const operator = new OperatorKeys(env.random(32));
  const laptop = await phone(relay, "laptop").open();
  const key = new Uint8Array(operator.signingKey);
  const created = laptop.create({ name: "Laptop" }, { operator: key });
  key.fill(0);
  await created;
  const lost = await approved(laptop, phone(relay, "lost"));
  const { log } = laptop;
  const member = [...log.active.keys()].find((id) => id !== [...log.active.keys()][0]);
  const expelled = expel(log, { remove: member ? [member] : [] }, operator, env);
  relay.publish(SUBJECT, expelled.entry, "portal");
  await lost.sync();
  expect(lost.getSnapshot().status).toBe("removed");
});

it("refuses what is no key, and has no account then", async () => {
  const laptop = await phone(new MaliciousRelay(), "laptop").open();
  for (const operator of ["key", new Uint8Array(31), null]) {
    // @ts-expect-error what a caller without types can give
    const created = laptop.create({ name: "Laptop" }, { operator });
    await expect(created).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("options.operator"),
    });
  }
  expect(laptop.getSnapshot().status).toBe("new");
});
