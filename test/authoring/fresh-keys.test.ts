// Fresh member keys are wiped when the operation that made them fails. docs/spec.md section 5.

import { afterEach, describe, expect, it, vi } from "vitest";
import { prepareDevice } from "../../src/authoring/enter.js";
import { MemberKeys } from "../../src/keys/member-keys.js";
import { createEscrowLog, createLog, joinLog, rekey } from "../support/accepted.js";
import { thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { openWorld } from "../support/world.js";

const world = openWorld("fresh keys");
const removed = world.join("Phone").review("Laptop", { remove: ["Phone"] });
const env = () => seededEnv("keys of nobody");
const named = (name: string) => ({ device: { name } });
const badOperator = (device: { readonly name: string }) => ({ subject: "x", device, operator: new Uint8Array(32) });

afterEach(() => vi.restoreAllMocks());

describe("fresh member keys", () => {
  it.each([
    [
      "createLog",
      () => createLog(badOperator({ name: "x" }), env()),
      () => createLog({ subject: "x", ...named("x") }, env()),
    ],
    [
      "createEscrowLog",
      () => createEscrowLog(badOperator({ name: "x" }), env()),
      () => createEscrowLog({ subject: "x", ...named("x") }, env()),
    ],
    ["joinLog", () => joinLog(world.log, named(""), env()), () => joinLog(world.log, named("x"), env())],
    [
      "prepareDevice",
      () => prepareDevice(world.log, named(""), env()),
      () => prepareDevice(world.log, named("x"), env()),
    ],
    [
      "rekey",
      () => rekey({ log: removed.log, keyring: removed.session("Phone").keyring }, env()),
      () => rekey(world.session("Laptop"), seededEnv("other keys")),
    ],
  ])("are wiped when %s throws, and kept when it does not", (_name, fail, succeed) => {
    const wiped = vi.spyOn(MemberKeys.prototype, "wipe");
    thrownBy(fail);
    expect(wiped).toHaveBeenCalledTimes(1);
    succeed();
    expect(wiped).toHaveBeenCalledTimes(1);
  });
});
