// A reclaim passes on no seed of another log: it would be junk in the name of an honest member. docs/spec.md section 7 (GRT-4).

import { expect, it } from "vitest";
import { resume } from "../../src/authoring/receive.js";
import { reclaim } from "../../src/authoring/verbs.js";
import type { Secret } from "../../src/bytes/secret.js";
import { checkGrants } from "../../src/grants/check.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { changedKeyring, partsOf } from "../../src/keys/keyring.js";
import { parseKeyring } from "../../src/keys/keyring-bytes.js";
import { expectError } from "../support/refusal.js";
import { openWorld } from "../support/world.js";

const start = openWorld("w")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .join("Tablet");
const here = start.rotate("Laptop");
const user = here.review("Laptop", { remove: ["Phone"] }).join("New");

it("refuses a keyring that was stored in a fork, and uses its right seeds once it was resumed (GRT-4, LOG-8)", () => {
  const there = start.rotate("Phone");
  const stored = parseKeyring(unsafeSerializeKeyring(there.session("Phone")));
  expectError(() => reclaim(user.session("New"), { from: stored }, user.env("r")), "FORKED", "LOG-8");
  const from = resume(user.log, [], stored).keyring;
  const after = user.append(reclaim(user.session("New"), { from }, user.env("r")).entry);
  expect(after.record.grants.map(({ epochs }) => epochs)).toEqual([[[1, 3]]]);
  expect(checkGrants(after.session("Laptop"), [after.log.head.seq])).toEqual({ wrong: [], unknown: [] });
});

it("passes on no seed in the place of another (GRT-4)", () => {
  const { keyring } = user.session("Phone");
  const wrong = (partsOf(keyring).seeds.get(1) as Secret).copy();
  const from = changedKeyring(keyring, { gained: new Map([[4, wrong]]) });
  const after = user.append(reclaim(user.session("New"), { from }, user.env("r")).entry);
  expect(after.record.grants.map(({ epochs }) => epochs)).toEqual([[[1, 3]]]);
  const named = () => reclaim(user.session("New"), { from, epochs: [[4, 4]] }, user.env("r"));
  expectError(named, "GRANT_UNAVAILABLE", "GRT-1");
});
