// A reclaim passes on the epochs that the removed member's keyring really has, however that keyring was stored. docs/spec.md
// sections 6 (MEM-10) and 7 (GRT-4).

import { afterEach, describe, expect, it, vi } from "vitest";
import { resume } from "../../src/authoring/receive.js";
import { reclaim as proposeReclaim } from "../../src/authoring/verbs.js";
import { unsafeSerializeProposal } from "../../src/authoring/write-ahead.js";
import { Secret } from "../../src/bytes/secret.js";
import { checkGrants } from "../../src/grants/check.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { parseKeyring } from "../../src/keys/keyring-bytes.js";
import { reclaim, rotate } from "../support/accepted.js";
import { expectError } from "../support/refusal.js";
import { openWorld } from "../support/world.js";

describe("a reclaim from a keyring that was stored with a link that its member believed accepted and that lost its race", () => {
  const before = openWorld("reclaim")
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] });
  const lost = rotate(before.session("Laptop"), before.env("Laptop loses a race"));
  const stored = parseKeyring(unsafeSerializeKeyring(lost));
  const world = before
    .rotate("Phone")
    .review("Phone", { remove: ["Laptop"] })
    .join("Tablet");
  const from = resume(world.log, [], stored).keyring;

  it("is refused before the keyring was resumed with this log (LOG-8)", () => {
    const call = () => reclaim(world.session("Tablet"), { from: stored }, world.env("Tablet"));
    expectError(call, "FORKED", "LOG-8");
  });

  it("leaves out the epoch whose seed belongs to another link, and makes no wrong grant (GRT-4)", () => {
    expect(stored.epochs).toEqual([1, 2, 3]);
    expect(world.member("Laptop").held).toEqual([[1, 3]]);
    const after = world.act("Tablet", "reclaims", (session, env) => reclaim(session, { from }, env));
    expect(after.record.grants.map(({ epochs }) => epochs)).toEqual([[[1, 2]]]);
    expect(checkGrants(after.session("Phone"), [after.log.head.seq]).wrong).toEqual([]);
    expect(after.session("Tablet").keyring.epochs).toEqual([1, 2, 5]);
    expect(after.session("Tablet").keyring.exportKey(2, "test")).toEqual(
      after.session("Phone").keyring.exportKey(2, "test"),
    );
  });

  it("is refused if it names that epoch (GRT-4)", () => {
    const tablet = world.session("Tablet");
    const call = () => reclaim(tablet, { from, epochs: [[1, 3]] }, world.env("Tablet"));
    expectError(call, "GRANT_UNAVAILABLE", "GRT-1");
  });
});

describe("a proposal that reclaims", () => {
  const world = openWorld("reclaim proposals")
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] })
    .review("Phone", { remove: ["Laptop"] })
    .join("Tablet");
  const propose = () => {
    const from = parseKeyring(unsafeSerializeKeyring(world.session("Laptop")));
    const copies = vi.spyOn(Secret.prototype, "copy");
    const proposal = proposeReclaim(
      world.session("Tablet"),
      { from: resume(world.log, [], from).keyring },
      world.env("x"),
    );
    const taken = copies.mock.results.map(({ value }) => value as Secret);
    return { proposal, from, taken };
  };
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("leaves no copy of a seed when it is discarded, also after it was stored", () => {
    const { proposal, taken } = propose();
    unsafeSerializeProposal(proposal).keyring?.fill(0);
    expect(taken).toHaveLength(2);
    expect(taken.map((seed) => seed.bytes().length)).toEqual([32, 32]);
    proposal.discard();
    for (const seed of taken) expectError(() => seed.bytes(), "WIPED", undefined);
    expect(world.session("Tablet").keyring.exportKey(4, "test")).toHaveLength(32);
  });

  it("is accepted after its caller wiped the keyring that it took over", () => {
    const { proposal, from, taken } = propose();
    from.wipe();
    expect(proposal.accept().keyring.epochs).toEqual([1, 2, 4]);
    expect(taken.map((seed) => seed.bytes().length)).toEqual([32, 32]);
  });
});
