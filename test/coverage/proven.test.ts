// Proven coverage: the result of recomputed grants, compared with the epochs that recipients can really open (docs/spec.md
// sections 7 and 8).

import { describe, expect, it } from "vitest";
import type { KnownEscrow } from "../../src/coverage/knowledge.js";
import { type ProvenCoverage, proveCoverage, provingSteps } from "../../src/coverage/proven.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { dismiss, escrowOf, hire, openOrganisation, openUser, renew } from "../escrow/support.js";
import { rekey, rotate } from "../support/accepted.js";
import { World } from "./support/world.js";

function prove(
  world: { readonly session: (name: string) => MemberState },
  by: string,
  known?: KnownEscrow,
): ProvenCoverage {
  const steps = provingSteps(world.session(by), known);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function partsOf(world: World, by: string, name: string) {
  const { proven, claimed, wrong } = prove(world, by).members.find(({ member }) => member === world.id(name)) as never;
  return { proven, claimed, wrong };
}

describe("provingSteps", () => {
  it("proves honest members' grants, all of them if the prover holds the epochs (GRT-3)", () => {
    const world = new World()
      .enroll("Laptop", "Paper")
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] });
    for (const by of world.names) {
      const { members, wrongGrants, head } = prove(world, by);
      expect(wrongGrants).toEqual([]);
      expect(head).toEqual(world.log.head);
      expect(members.map(({ member }) => member)).toEqual([...world.log.active.keys()]);
      for (const { proven, claimed, wrong } of members) {
        expect([proven, claimed, wrong]).toEqual([[[1, 2]], [], []]);
      }
    }
  });

  it("calls grants `claimed` if the prover lacks the seeds to judge them", () => {
    const world = new World().enroll("Laptop", "Paper").join("Phone");
    expect(partsOf(world, "Phone", "Paper")).toEqual({ proven: [[2, 2]], claimed: [[1, 1]], wrong: [] });
    expect(partsOf(world, "Laptop", "Paper")).toEqual({ proven: [[1, 2]], claimed: [], wrong: [] });
  });

  it("finds junk before its recipient has looked, and names link, author and recipient (GRT-3)", () => {
    const world = new World().enroll("Laptop", "Paper").join("Thief", { junk: ["Paper"] });
    expect(world.member("Paper").held).toEqual([[1, 2]]);
    expect(partsOf(world, "Laptop", "Paper")).toEqual({ proven: [[1, 1]], claimed: [], wrong: [[2, 2]] });
    const [author, recipient] = [world.id("Thief"), world.id("Paper")];
    expect(prove(world, "Laptop").wrongGrants).toEqual([{ seq: 3, author, recipient, epochs: [[2, 2]], wrong: "box" }]);
    world.regrant("Laptop", "Paper", [[2, 2]]);
    expect(partsOf(world, "Laptop", "Paper")).toEqual({ proven: [[1, 2]], claimed: [], wrong: [] });
  });

  it("finds a keyring ciphertext that is junk for everybody; a member that could not open it cannot judge it either", () => {
    const world = new World().enroll("Laptop", "Paper").join("Thief", { junk: "everybody" });
    expect(partsOf(world, "Thief", "Paper")).toEqual({ proven: [], claimed: [[1, 1]], wrong: [[2, 2]] });
    expect(prove(world, "Thief").wrongGrants.map(({ wrong }) => wrong)).toEqual(["keyring", "keyring", "keyring"]);
    expect(partsOf(world, "Laptop", "Paper")).toEqual({ proven: [[1, 1]], claimed: [[2, 2]], wrong: [] });
    expect(partsOf(world, "Laptop", "Laptop")).toEqual({ proven: [[1, 1]], claimed: [], wrong: [[2, 2]] });
  });

  it("counts grants to the present key only: after a re-keying, the re-grants (GRT-1)", () => {
    const world = new World().enroll("Laptop", "Tablet", { kind: "device", junk: ["Tablet"] });
    expect(partsOf(world, "Laptop", "Tablet")).toEqual({ proven: [], claimed: [], wrong: [[1, 1]] });
    const honest = new World().enroll("Laptop", "Tablet", { kind: "device" }).act("Tablet", rekey, ["Tablet"]);
    expect(partsOf(honest, "Laptop", "Tablet")).toEqual({ proven: [], claimed: [], wrong: [[1, 2]] });
    honest.act("Tablet", rekey);
    expect(partsOf(honest, "Laptop", "Tablet")).toEqual({ proven: [[1, 3]], claimed: [], wrong: [] });
  });
});

describe("provingSteps of a log with escrow", () => {
  it("counts grants to escrow from before its pointer was renewed: escrow opens them with its older keys (ESC-6)", () => {
    const escrow = hire(openOrganisation("proven"), "Ben", ["manage"]);
    const user = openUser("proven", escrow).join("Phone");
    const newest = dismiss(escrow, "Ben");
    const renewed = renew(user, "Laptop", newest);
    const { id, kemKey: kem } = escrowOf(renewed);
    expect(kem).not.toEqual(escrowOf(user).kemKey);
    expect(prove(renewed, "Laptop", { escrowLog: newest.log }).members.find(({ member }) => member === id)).toEqual({
      ...{ member: id, proven: [[1, 3]], claimed: [], wrong: [] },
    });
  });
});

describe("proveCoverage", () => {
  it("gives the same, reports its progress link by link and awaits the callback", async () => {
    const world = new World().act("Laptop", rotate).act("Laptop", rotate);
    const seen: string[] = [];
    const onProgress = async ({ done, total }: { done: number; total: number }) => {
      seen.push(`${done} begins`);
      await Promise.resolve();
      seen.push(`${done} of ${total}`);
    };
    const coverage = await proveCoverage(world.session("Laptop"), { onProgress });
    expect(coverage).toEqual(prove(world, "Laptop"));
    expect(seen).toEqual(["1 begins", "1 of 3", "2 begins", "2 of 3", "3 begins", "3 of 3"]);
  });

  it("ends between two links when it is aborted, with the reason that was given", async () => {
    const world = new World().act("Laptop", rotate);
    const [controller, reason] = [new AbortController(), new Error("the window was closed")];
    let links = 0;
    const onProgress = () => {
      links += 1;
      controller.abort(reason);
    };
    const proof = proveCoverage(world.session("Laptop"), { onProgress, signal: controller.signal });
    await expect(proof).rejects.toBe(reason);
    expect(links).toBe(1);
  });

  it("refuses an invalid state, callback or signal", async () => {
    const session = new World().session("Laptop");
    const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    await expect(proveCoverage(undefined as unknown as MemberState)).rejects.toThrowError(invalid);
    await expect(proveCoverage(session, null as never)).rejects.toThrowError(invalid);
    await expect(proveCoverage(session, { onProgress: 1 as never })).rejects.toThrowError(invalid);
    for (const signal of [{}, null, 1]) {
      await expect(proveCoverage(session, { signal: signal as never })).rejects.toThrowError(invalid);
    }
  });
});
