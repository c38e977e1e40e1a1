// A thief with the password can approve a member any number of times: views of classes must handle it. docs/spec.md section 2
// (founder).

import { expect, it } from "vitest";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import { foundersOf } from "../../src/log/approvals.js";
import { broughtIn } from "../../src/trust/doubt.js";
import { idList, Links, namedId } from "../support/links.js";
import { idBytes } from "../support/raw-link.js";

// Engines take some 65,000 to 125,000 arguments in one call.
const ROUNDS = 540;
const MEMBERS = 250;

it("135,000 approvals by one device, in 11 MB", () => {
  let links = Links.ofUser().join("Z");
  for (let round = 0; round < ROUNDS; round++) links = links.rotate("Z");
  links = links.plus("Z", { type: "leave" }).join("A");
  const names = Array.from({ length: MEMBERS }, (_, index) => `M${index}`);
  for (const name of names) links = links.enroll("A", name, "backup");
  const approve = idList(...names.map(namedId));
  for (let round = 0; round < ROUNDS; round++) {
    const runs = [[3 + round, 3 + round]];
    links = links.plus(["A", "Z"], { type: "reclaim", from: idBytes(namedId("Z")), runs });
    links = links.plus("A", { type: "review", approve, remove: [] });
  }
  expect(foundersOf(links.log).get(namedId("M7"))).toBe(links.member("A").position);
  expect(trackContact(links.log).confirmed).toEqual([1]);
  expect(broughtIn(links.log, new Set([links.log.head.seq]), {})).toHaveLength(MEMBERS);
}, 600_000);
