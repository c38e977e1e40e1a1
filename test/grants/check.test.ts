// Every holder of a set of epochs recomputes others' grants from the log alone, and names each wrong grant. docs/spec.md section
// 7 (GRT-3).

import { describe, expect, it } from "vitest";
import { checkGrants } from "../../src/grants/check.js";
import type { LogState } from "../../src/log/state.js";
import { boxIndex, withAttachment } from "../support/raw-link.js";
import { expectError } from "../support/refusal.js";
import { openWorld, type World } from "../support/world.js";

const base = openWorld("check", { operator: true }).join("Phone").backup("Laptop", "Paper");
const joined = base.join("Thief");
const thief = joined.signer("Thief");
const junk = new Uint8Array(1168).fill(7);

const allLinks = ({ log }: World): readonly number[] => Array.from(log.links, ({ seq }) => seq);
/** The thief's join with one attachment replaced by junk that it commits to. */
const forged = (index: number): World => base.append(withAttachment(joined.last, index, junk, [thief]));
/** Position of the only grant's keyring: after the name's opening. */
const KEYRING = 1;

describe("checking grants", () => {
  it("finds nothing wrong among honest authors, in any link (GRT-3)", () => {
    const world = joined
      .review("Laptop", { approve: ["Phone"], remove: ["Thief"] })
      .rekey("Phone")
      .leave("Phone")
      .rotate("Paper");
    expect(checkGrants(world.session("Laptop"), allLinks(world))).toEqual({ wrong: [], unknown: [] });
  });

  it("names link, author, recipient and epochs of a junk box to the backup key (GRT-3)", () => {
    const world = forged(boxIndex(joined.record, base.id("Paper")));
    const fault = { seq: 4, author: joined.id("Thief"), recipient: base.id("Paper"), epochs: [[3, 3]], wrong: "box" };
    for (const name of ["Laptop", "Phone"]) {
      expect(checkGrants(world.session(name), [4])).toEqual({ wrong: [fault], unknown: [] });
    }
    expect(checkGrants(joined.session("Laptop"), [4])).toEqual({ wrong: [], unknown: [] });
  });

  it("needs no attachments for it: the log is enough (GRT-3)", () => {
    const world = forged(boxIndex(joined.record, base.id("Paper")));
    const { keyring } = world.session("Laptop");
    // The state keeps digests only.
    const log: LogState = world.log;
    expect(checkGrants({ log, keyring }, [4]).wrong).toHaveLength(1);
  });

  it("cannot judge without every epoch of the set, and says so (GRT-3)", () => {
    const session = base.session("Phone");
    const unknown = [1, 3].flatMap((seq) => {
      const { author, grants } = base.log.links.at(seq - 1) as (typeof base)["record"];
      return grants.flatMap(({ epochs, boxes }) =>
        boxes.map(({ member }) => ({ seq, author, recipient: member, epochs })),
      );
    });
    expect(checkGrants(session, allLinks(base))).toEqual({ wrong: [], unknown });
    expect(unknown.map(({ recipient }) => recipient)).toEqual([base.id("Laptop"), base.id("Paper")]);
  });

  it("calls a junk keyring wrong for every recipient, by the author itself at least (GRT-3)", () => {
    // A member that was granted the junk cannot judge it. The thief itself can, and any member that gets the seed later.
    const world = forged(KEYRING).with("Thief", joined.session("Thief").keyring);
    const { wrong, unknown } = checkGrants(world.session("Thief"), [4]);
    expect(wrong.map(({ recipient, wrong: what }) => [recipient, what])).toEqual(
      world.record.grants[0]?.boxes.map(({ member }) => [member, "keyring"]),
    );
    expect(unknown).toEqual([]);
    expect(checkGrants(world.session("Laptop"), [4]).unknown).toHaveLength(4);
  });

  it("finds no fault in links that grant nothing, and none in no links (GRT-3)", () => {
    const left = joined.leave("Thief").expel("Phone");
    expect(checkGrants(left.session("Laptop"), [5, 6])).toEqual({ wrong: [], unknown: [] });
    expect(checkGrants(left.session("Laptop"), [])).toEqual({ wrong: [], unknown: [] });
  });

  it.each([0, -1, 99, 1.5, Number.NaN])("refuses %s for the position of a link", (seq) => {
    expectError(() => checkGrants(base.session("Laptop"), [seq]), "INVALID_ARGUMENT", undefined);
  });
});
