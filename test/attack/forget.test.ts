// Strangers that come and leave must not make a reader copy the members' sets of each other. docs/spec.md section 6.4 (cost).

import { expect, it } from "vitest";
import { Links } from "../support/links.js";

it("a leaver changes only the sets of the members that it approved", () => {
  let links = Links.ofUser();
  for (let at = 0; at < 20; at++) links = links.enroll(at === 0 ? "Laptop" : `D${at - 1}`, `D${at}`, "device");
  const before = links.plus("Laptop", { type: "lockdown", on: true, remove: [] });
  const after = before.join("Stranger").plus("Stranger", { type: "leave" });
  expect(after.log.active.size).toBe(before.log.active.size);
  for (const [id, { lineage }] of before.log.active) {
    const still = after.log.active.get(id)?.lineage;
    expect([still?.own.approvers === lineage.own.approvers, still?.all.approvers === lineage.all.approvers]).toEqual([
      true,
      true,
    ]);
  }
});
