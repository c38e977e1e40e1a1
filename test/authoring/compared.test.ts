// Approving takes the tokens of comparisons: whom they approve, how long they are good, and what is no token. docs/spec.md section 10.

import { describe, expect, it } from "vitest";
import { approvedMembers, review } from "../../src/authoring/verbs.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { compareFingerprint, thisDevice } from "../../src/fingerprint/compare.js";
import { fingerprintOf } from "../../src/fingerprint/fingerprint.js";
import type { ComparedDevice, ComparedLog } from "../../src/trust/compared.js";
import { openEscrow } from "../escrow/support.js";
import { expectError } from "../support/refusal.js";
import { openWorld, type World } from "../support/world.js";

const waiting = openWorld("compared").join("Phone").join("Thief");

/** Somebody compares what a device shows, in some world. */
function token(world: World, name: string): ComparedDevice {
  const shown = String(fingerprintOf(world.log, world.id(name)));
  return compareFingerprint(world.log, shown, world.id(name)).token as ComparedDevice;
}

function logToken({ log }: World): ComparedLog {
  return compareFingerprint(log, String(fingerprintOf(log))).token as ComparedLog;
}

const reviewed = (world: World, approve: readonly ComparedDevice[], by = "Laptop") =>
  world.act(by, "approves", (session, env) => {
    const proposal = review(session, { approve }, env);
    return { ...proposal.accept(), entry: proposal.entry };
  });

function refused(world: World, approve: readonly unknown[], code: "INVALID_ARGUMENT" | "COMPARE_AGAIN") {
  const call = () => review(world.session("Laptop"), { approve: approve as ComparedDevice[] }, world.env("approves"));
  return expectError(call, code, undefined);
}

const because = (world: World, compared: ComparedDevice) => refused(world, [compared], "COMPARE_AGAIN").details;

describe("approving a device that was compared", () => {
  it("approves exactly that one", () => {
    const after = reviewed(waiting, [token(waiting, "Phone")]);
    expect(after.record.approved).toEqual(waiting.ids("Phone"));
    expect(after.member("Thief").approvals).toEqual([]);
    const both = reviewed(waiting, [token(waiting, "Thief"), token(waiting, "Phone")]);
    expect(both.record.approved).toEqual([...waiting.ids("Phone", "Thief")].sort());
  });

  it("goes on where other links came in between: a race was lost, and the review is made anew", () => {
    const compared = token(waiting, "Phone");
    const later = waiting.rotate("Laptop").join("Tablet").rename("Phone", "Alice's phone");
    expect(reviewed(later, [compared]).record.approved).toEqual(waiting.ids("Phone"));
    // Another device, which holds less, approved it in the meantime: this one adds what it holds.
    const approved = later.review("Phone", { approve: ["Thief"] });
    expect(reviewed(approved, [token(waiting, "Thief")]).record.approved).toEqual(waiting.ids("Thief"));
  });

  it("is refused in an older state, and in another history (fork)", () => {
    const later = waiting.rotate("Laptop");
    const fork = waiting.rename("Laptop", "Old laptop").rotate("Laptop");
    const compared = token(later, "Phone");
    expect(because(waiting, compared)).toMatchObject({ because: "not-in-log", member: waiting.id("Phone") });
    expect(because(fork, compared)).toMatchObject({ because: "not-in-log", compared: later.log.head });
  });

  it("is refused in another log", () => {
    const other = openWorld("compared, elsewhere").join("Pad");
    expect(because(waiting, token(other, "Pad"))).toMatchObject({ because: "other-log" });
  });

  it("is refused for a device that was removed, or took other keys", () => {
    const compared = token(waiting, "Phone");
    expect(because(waiting.review("Laptop", { remove: ["Phone"] }), compared)).toMatchObject({ because: "removed" });
    const rekeyed = waiting.rekey("Phone");
    expect(because(rekeyed, compared)).toMatchObject({ because: "rekeyed", member: waiting.id("Phone") });
    expect(reviewed(rekeyed, [token(rekeyed, "Phone")]).record.approved).toEqual(waiting.ids("Phone"));
  });

  it("keeps what it compared when the state that it came from is gone on", () => {
    const compared = token(waiting, "Phone");
    expect(compared.head).toEqual(waiting.log.head);
    expect(() => Object.assign(compared, { member: waiting.id("Thief") })).toThrow(TypeError);
    expect(compared.member).toBe(waiting.id("Phone"));
  });

  it("works the same in an escrow log, with roles", () => {
    const escrow = openEscrow("compared admins").join("Bob");
    const roles = { [escrow.id("Bob")]: ["recover"] } as const;
    const options = { approve: [token(escrow, "Bob")], roles };
    const { log } = review(escrow.session("Ann"), options, escrow.env("approves")).accept();
    expect(log.active.get(escrow.id("Bob"))?.roles).toEqual(["recover"]);
  });
});

describe("whom an approval lets in with the device (MEM-1)", () => {
  // The user compared the phone. Then the phone, which still waits itself, approves a thief's device that calls itself Watch.
  const attacked = waiting.review("Phone", { approve: ["Thief"] });

  it("refuses a token when its device has approved others since, and names them (attack)", () => {
    const compared = token(waiting, "Phone");
    const { details, message } = refused(attacked, [compared], "COMPARE_AGAIN");
    expect(details).toMatchObject({
      ...{ because: "lets-in-more", member: waiting.id("Phone"), members: attacked.ids("Thief") },
      ...{ compared: waiting.log.head, head: attacked.log.head },
    });
    expect(message).toContain("let in with it");
    // Approved directly or not: the thief's device brings another one, and then goes itself.
    const further = attacked
      .join("Second")
      .review("Thief", { approve: ["Second"] })
      .leave("Thief");
    expect(because(further, compared)).toMatchObject({ because: "lets-in-more", members: further.ids("Second") });
  });

  it("takes the token of a comparison that saw them", () => {
    const after = reviewed(attacked, [token(attacked, "Phone")]);
    expect(after.member("Thief").founder).toBe(after.member("Laptop").founder);
    const later = attacked.rotate("Laptop").rename("Thief", "Watch");
    expect(reviewed(later, [token(attacked, "Phone")]).record.approved).toEqual(waiting.ids("Phone"));
  });

  it("takes the token when the device approved nobody that the approval lets in", () => {
    const compared = token(waiting, "Phone");
    // The laptop has approved the other one itself since.
    const approved = attacked.review("Laptop", { approve: ["Thief"] });
    expect(reviewed(approved, [compared]).record.approved).toEqual(waiting.ids("Phone"));
    // One that left again is let in by nothing.
    const gone = attacked.review("Laptop", { remove: ["Thief"] });
    expect(reviewed(gone, [compared]).record.approved).toEqual(waiting.ids("Phone"));
  });

  it("takes the token when those are approved by name in the same link", () => {
    const [phone, thief] = [token(waiting, "Phone"), token(waiting, "Thief")];
    expect(reviewed(attacked, [phone, thief]).record.approved).toEqual([...waiting.ids("Phone", "Thief")].sort());
    const named = { approve: [phone], approveUncompared: attacked.ids("Thief") };
    const { log } = review(attacked.session("Laptop"), named, attacked.env("approves")).accept();
    const sorted = [...waiting.ids("Phone", "Thief")].sort();
    expect(log.links.last()?.approved).toEqual(sorted);
    const names = ["Phone", "Thief"] as const;
    const both = names.map((name, at) => {
      const approve = [token(attacked, name)];
      return approvedMembers(attacked.log, { approve, approveUncompared: attacked.ids(names[1 - at] as string) });
    });
    expect(both).toEqual([sorted, sorted]);
  });

  it("counts backup keys, and whom the own paper approves through thisDevice", () => {
    const compared = thisDevice(waiting.session("Phone"));
    const paper = waiting.backup("Phone", "Paper");
    expect(because(paper, compared)).toMatchObject({ because: "lets-in-more", members: paper.ids("Paper") });
    expect(reviewed(paper, [thisDevice(paper.session("Phone"))]).record.approved).toEqual(waiting.ids("Phone"));
  });
});

describe("what is no token", () => {
  const compared = token(waiting, "Phone");
  const Class = compared.constructor as new (...given: readonly unknown[]) => object;
  const forgeries: Readonly<Record<string, unknown>> = {
    "an id": waiting.id("Phone"),
    "a copy by spreading": { ...compared },
    "a copy with another member": { ...compared, member: waiting.id("Thief") },
    "a copy through JSON": JSON.parse(JSON.stringify(compared)),
    "a structured clone": structuredClone(compared),
    "an object of its class's prototype": Object.create(Object.getPrototypeOf(compared)),
    "an object that inherits from it": Object.create(compared),
    "a proxy of it": new Proxy(compared, {}),
    "what its constructor makes": new Class(waiting.log.head, waiting.id("Thief")),
    "what a class that extends its own makes": new (class extends Class {})(waiting.log.head, waiting.id("Thief")),
    "the whole comparison": { status: "match", token: compared },
    "a token of the whole log": logToken(waiting),
    nothing: undefined,
    null: null,
  };

  it.each(Object.keys(forgeries))("%s is refused, and approves nobody", (name) => {
    const { message } = refused(waiting, [forgeries[name]], "INVALID_ARGUMENT");
    expect(message).toContain("approveUncompared");
  });

  it("an id that a list's own `map` gives is refused", () => {
    class Mapped extends Array<ComparedDevice> {
      override map<T>(): T[] {
        return waiting.ids("Thief") as unknown as T[];
      }
    }
    refused(waiting, Mapped.from(["no token"]) as readonly unknown[], "INVALID_ARGUMENT");
  });

  it("leaves the true one as good as it was", () => {
    expect(reviewed(waiting, [compared]).record.approved).toEqual(waiting.ids("Phone"));
  });

  it("nothing that a token reaches makes or alters one", () => {
    const statics = Object.getOwnPropertyNames(Class).filter((name) => !["length", "name", "prototype"].includes(name));
    expect(statics).toEqual([]);
    expect(Object.getOwnPropertyNames(Class.prototype)).toEqual(["constructor"]);
    expect(Reflect.ownKeys(compared)).toEqual(["head", "member"]);
    for (const token of [compared, logToken(waiting)]) {
      expect(() => Object.assign(token.head, { hash: "00".repeat(32) })).toThrow(TypeError);
    }
  });
});

describe("approving without a comparison", () => {
  it("takes ids, under a name of its own", () => {
    const approveUncompared = waiting.ids("Phone");
    const { log } = review(waiting.session("Laptop"), { approveUncompared }, waiting.env("approves")).accept();
    expect(log.links.last()?.approved).toEqual(approveUncompared);
    const both = { approve: [token(waiting, "Thief")], approveUncompared };
    const mixed = review(waiting.session("Laptop"), both, waiting.env("approves")).accept();
    expect(mixed.log.links.last()?.approved).toEqual([...waiting.ids("Phone", "Thief")].sort());
  });
});

describe("extending a member that is approved already", () => {
  // The paper was made while its maker waited: it holds less than the devices of its class.
  const approved = waiting.backup("Phone", "Paper").review("Laptop", { approve: ["Phone"] });

  it("needs no comparison: nobody new is let in", () => {
    const extend = approved.ids("Paper");
    const { log } = review(approved.session("Laptop"), { extend }, approved.env("extends")).accept();
    expect(log.links.last()?.approved).toEqual(extend);
  });

  it("is refused for an author that waits for approval", () => {
    const extend = approved.ids("Thief");
    const call = () => review(approved.session("Laptop"), { extend }, approved.env("extends"));
    expect(expectError(call, "INVALID_ARGUMENT", undefined).details).toEqual({ member: extend[0] });
    const gone = approved.review("Laptop", { remove: ["Thief"] });
    expectError(() => review(gone.session("Laptop"), { extend }, gone.env("extends")), "UNKNOWN_MEMBER", "MEM-4");
  });

  it("is refused to a device that waits itself, for those it would join", () => {
    const call = (ids: readonly MemberId[]) => () =>
      review(waiting.session("Thief"), { extend: ids }, waiting.env("extends"));
    expectError(call(waiting.ids("Laptop")), "INVALID_ARGUMENT", undefined);
  });
});

describe("thisDevice", () => {
  it("is the device that holds the keyring: what its own paper approves", () => {
    const compared = thisDevice(waiting.session("Phone"));
    expect(compared).toMatchObject({ head: waiting.log.head, member: waiting.id("Phone") });
    expect(reviewed(waiting, [compared]).record.approved).toEqual(waiting.ids("Phone"));
  });

  it("is refused where the log has other keys for it, or removed it, and for a backup key", () => {
    const rekeyed = { ...waiting.session("Phone"), log: waiting.rekey("Phone").log };
    expectError(() => thisDevice(rekeyed), "NOT_PERMITTED", "LOG-4");
    const removed = waiting.review("Laptop", { remove: ["Phone"] });
    expectError(() => thisDevice(removed.session("Phone")), "NOT_PERMITTED", "MEM-4");
    expectError(() => thisDevice(waiting.backup("Laptop", "Paper").session("Paper")), "INVALID_ARGUMENT", undefined);
  });
});
