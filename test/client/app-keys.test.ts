// Keys for an app's own data: of the newest epoch, and never one that a removed member knows. docs/app-data.md.

import { expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { thrownBy } from "../support/thrown.js";
import { approved, phone } from "./simple.js";

it("is the same on each approved device, another one for each label and epoch, and never a removed member's", async () => {
  const relay = new MaliciousRelay();
  const device = phone(relay, "laptop");
  const laptop = await device.open();
  expect(thrownBy(() => laptop.exportNewestKey("drafts")).code).toBe("NOT_PERMITTED");
  await laptop.create({ name: "Laptop" });
  const first = laptop.exportNewestKey("drafts");
  expect(first).toMatchObject({ epoch: 1, key: laptop.exportKey(1, "drafts") });
  expect(first.key).toHaveLength(32);
  expect(laptop.exportNewestKey("index").key).not.toEqual(first.key);
  expect(laptop.exportNewestKey("drafts", 64).key).toHaveLength(64);

  const mobile = await approved(laptop, phone(relay, "phone"));
  expect(mobile.exportNewestKey("drafts")).toEqual(laptop.exportNewestKey("drafts"));
  // It leaves by itself, and knows the key until a device makes another.
  await mobile.leave();
  expect(thrownBy(() => mobile.exportNewestKey("drafts")).code).toBe("NOT_PERMITTED");
  const reading = await device.open({ mode: "read" });
  await reading.sync();
  expect(thrownBy(() => reading.exportNewestKey("drafts")).code).toBe("ROTATION_DUE");
  await laptop.sync();
  const after = laptop.exportNewestKey("drafts");
  expect(after.epoch).toBeGreaterThan(1);
  await mobile.sync();
  expect(thrownBy(() => mobile.exportKey(after.epoch, "drafts")).code).toBe("NO_ACCESS");
  expect(thrownBy(() => mobile.exportNewestKey("drafts")).code).toBe("NOT_PERMITTED");
  expect(present(mobile.exportKey(1, "drafts"))).toEqual(first.key);
});
