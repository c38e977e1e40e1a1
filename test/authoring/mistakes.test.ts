// Mistakes of callers that authors refuse, each with its code, rule and details, beside a call that is right. docs/spec.md sections 5 to 7.

import { describe, expect, it } from "vitest";
import { createLog, prepareDevice, provisionDevice } from "../../src/authoring/enter.js";
import { previewProposal } from "../../src/authoring/proposal.js";
import { openKeyring, resume } from "../../src/authoring/receive.js";
import { expel, reclaim, regrant, review, rotate, setLockdown } from "../../src/authoring/verbs.js";
import { unsafeSerializeProposal } from "../../src/authoring/write-ahead.js";
import { createBackupKey } from "../../src/backup/make.js";
import { equalBytes } from "../../src/bytes/bytes.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { MemberKeys } from "../../src/keys/member-keys.js";
import type { Role } from "../../src/log/fields.js";
import { currentEpoch } from "../../src/log/state.js";
import { enroll, escrowOf, openOrganisation } from "../escrow/support.js";
import { rekey } from "../support/accepted.js";
import { expectError, thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { OPERATOR, openWorld } from "../support/world.js";

const world = openWorld("mistakes")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .join("Tablet");
const laptop = world.session("Laptop");
const env = seededEnv("mistakes of callers");

describe("a log that is created", () => {
  const create = (options: object) => createLog({ subject: "alice", device: { name: "Laptop" }, ...options }, env);

  it.each(["", "a".repeat(257), "\ud800", 7, undefined])("has a subject of 1 to 256 bytes of text: %j", (subject) => {
    const { details } = expectError(() => create({ subject }), "INVALID_ARGUMENT", undefined);
    expect(details).toEqual({ name: "options.subject" });
    expect(create({ subject: "a".repeat(256) }).head.seq).toBe(1);
  });

  it("has an operator's key of 32 bytes", () => {
    const error = expectError(() => create({ operator: new Uint8Array(31) }), "INVALID_ARGUMENT", undefined);
    expect(error.details).toEqual({ name: "options.operator", expected: 32, actual: 31 });
    expect(create({ operator: OPERATOR.signingKey }).head.seq).toBe(1);
  });
});

describe("roles", () => {
  const { request } = prepareDevice(world.log, { device: { name: "Watch" } }, env);

  it("are refused in a user's log (MEM-8)", () => {
    const call = (roles: readonly never[]) => () => provisionDevice(laptop, request, env, { roles });
    expectError(call([]), "INVALID_ARGUMENT", "MEM-8");
    expectError(() => createBackupKey(laptop, { roles: [] }, env), "INVALID_ARGUMENT", "MEM-8");
    expect(provisionDevice(laptop, request, env)).toBeInstanceOf(Uint8Array);
  });

  const escrow = openOrganisation("mistakes").join("Bob").join("Eve");
  const ann = escrow.session("Ann");

  it("are a list of known ones, and the link has each once, in the order of the wire (MEM-8)", () => {
    const bob = prepareDevice(escrow.log, { device: { name: "Bob" } }, env);
    const offer = (roles?: unknown) =>
      provisionDevice(ann, bob.request, escrow.env("offers"), { roles: roles as readonly Role[] });
    for (const roles of ["manage", {}, ["none"], ["manage", "none"]]) {
      expectError(() => offer(roles), "INVALID_ARGUMENT", "MEM-8");
    }
    expect(offer(["recover", "manage", "manage"])).toEqual(offer(["manage", "recover"]));
    expect(offer()).toEqual(offer([]));
  });

  it("are those of members that a review first confirms, in an escrow log (MEM-8)", () => {
    const [annId, bob, eve] = escrow.ids("Ann", "Bob", "Eve") as [MemberId, MemberId, MemberId];
    const call = (approveUncompared: readonly MemberId[], more: object) => () =>
      review(ann, { approveUncompared, ...more }, escrow.env("reviews"));
    expectError(call([bob], { roles: { [bob]: [], [annId]: ["recover"] } }), "INVALID_ARGUMENT", "MEM-8");
    const { log } = call([bob, eve], { roles: { [bob]: ["recover"] } })().accept();
    expect([bob, eve].map((id) => log.active.get(id)?.roles)).toEqual([["recover"], []]);
    expect(expectError(call([bob], { disown: 7 }), "INVALID_ARGUMENT", undefined).message).toMatch(/^disown /);
    const [tablet] = world.ids("Tablet") as [MemberId];
    const inUsersLog = { approveUncompared: [tablet], roles: { [tablet]: [] } };
    expectError(() => review(laptop, inUsersLog, env), "INVALID_ARGUMENT", "MEM-8");
  });
});

describe("a list of members", () => {
  it("may be in any order: the link has them in the order of the wire", () => {
    const more = world.join("Watch");
    const ids = more.ids("Tablet", "Watch");
    const lists = [ids, [...ids].reverse()].flatMap((each) => [{ approveUncompared: each }, { remove: each }]);
    const written = lists.map((list) => review(more.session("Laptop"), list, more.env("reviews")).entry);
    expect(written[0]).toEqual(written[2]);
    expect(written[1]).toEqual(written[3]);
    const give = more.ids("Phone", "Tablet").map((member) => ({ member, epochs: [[3, 3]] as const }));
    const regrants = [give, [...give].reverse()].map((each) => regrant(laptop, each, more.env("regrants")).entry);
    expect(regrants[0]).toEqual(regrants[1]);
  });

  it("is named where it is none, as every other argument is", () => {
    const messages = [{ remove: 7 }, { extend: 7 }].map(
      (list) => expectError(() => review(laptop, list as never, env), "INVALID_ARGUMENT", undefined).message,
    );
    expect(messages).toEqual(["remove must be a list of member ids", "extend must be a list of member ids"]);
    const { message } = expectError(() => setLockdown(laptop, { on: 7 as never }, env), "INVALID_ARGUMENT", undefined);
    expect(message).toMatch(/^on /);
    const expelled = () => expel(world.log, { remove: [] }, {} as never, env);
    expect(expectError(expelled, "INVALID_ARGUMENT", undefined).details).toMatchObject({ name: "operator" });
  });
});

describe("an extension", () => {
  it("is of a member of the author's class", () => {
    const [tablet, phone] = world.ids("Tablet", "Phone");
    const extend = (id: typeof phone) => () => review(laptop, { extend: [id as never] }, env);
    expect(expectError(extend(tablet), "INVALID_ARGUMENT", undefined).details).toEqual({ member: tablet });
    // Phone is of the class, and lacks nothing.
    expect(thrownBy(extend(phone)).code).toBe("NOT_PERMITTED");
    const { keyring } = prepareDevice(world.log, { device: { name: "Watch" } }, env);
    const stranger = () => review({ log: world.log, keyring }, { extend: [phone as never] }, env);
    expectError(stranger, "INVALID_ARGUMENT", undefined);
  });

  it("stands in one list with the approvals, in the order of the wire", () => {
    // Watch was let in by Tablet, and lacks what came before Tablet.
    const more = openWorld("extends")
      .join("Tablet")
      .join("Watch")
      .review("Tablet", { approve: ["Watch"] })
      .review("Laptop", { approve: ["Tablet"] })
      .join("Phone");
    const [watch, phone] = more.ids("Watch", "Phone") as [MemberId, MemberId];
    expect(watch < phone).toBe(true);
    const { log } = review(more.session("Laptop"), { approveUncompared: [phone], extend: [watch] }, env).accept();
    expect([watch, phone].map((id) => log.active.get(id)?.held)).toEqual([[[1, 4]], [[1, 4]]]);
  });
});

describe("a link that grants to escrow", () => {
  const organisation = openOrganisation("mistakes with escrow");
  const other = openOrganisation("mistakes with another escrow");
  // Escrow lacks the first epoch.
  const user = enroll(openWorld("mistakes with escrow").join("Phone"), "Phone", organisation);
  const session = user.session("Laptop");
  const wrong = { escrowLog: other.log, storedConfirmation: other.log.head };

  it("is refused without the escrow log that its pointer is of, and says what to do (ESC-4)", () => {
    const refused = (options: object, more?: object) => {
      const call = () => (more ? review(session, { ...more, ...options }, env) : rotate(session, env, options));
      const { message, details } = expectError(call, "ESCROW_UNKNOWN", "ESC-4");
      expect(details).toEqual({ log: user.log.head.log, seq: user.log.head.seq });
      return message;
    };
    expect(refused({})).toContain("fetch the newest escrow log");
    expect(refused({ escrow: wrong })).toMatch(/nothing shows .*; do first what `agenda` says/);
    const more = { remove: user.ids("Phone"), extend: [escrowOf(user).id] };
    expect(refused({ escrow: wrong, withholdFromEscrow: true }, more)).toMatch(/; approve and regrant to escrow only/);
    const known = { escrowLog: organisation.log, storedConfirmation: organisation.log.head };
    expect(rotate(session, env, { escrow: known }).head.seq).toBe(user.log.head.seq + 1);
  });

  it("is refused with a log in place of the knowledge of it", () => {
    const call = () => rotate(session, env, { escrow: organisation.log as never });
    expect(expectError(call, "INVALID_ARGUMENT", undefined).details).toEqual({ name: "options.escrow" });
  });
});

describe("a reclaim", () => {
  const removed = world.review("Laptop", { remove: ["Phone"] });
  const own = removed.session("Laptop");

  it("is from a keyring of the same log", () => {
    const from = openWorld("another").session("Laptop").keyring;
    const { message } = expectError(() => reclaim(own, { from }, env), "INVALID_ARGUMENT", undefined);
    expect(message).toMatch(/^from /);
  });

  it("is from a member that was removed (MEM-10)", () => {
    const from = removed.session("Tablet").keyring;
    const { details } = expectError(() => reclaim(own, { from }, env), "NOT_PERMITTED", "MEM-10");
    expect(details).toEqual({ member: from.member });
  });

  it("gives something that its author lacks (MEM-10)", () => {
    const from = removed.session("Phone").keyring;
    const nothing = expectError(() => reclaim(own, { from }, env), "NOT_PERMITTED", "MEM-10");
    expect(nothing.message).toContain("has nothing that this one lacks");
    const { keyring: stranger } = prepareDevice(removed.log, { device: { name: "Watch" } }, env);
    expectError(() => reclaim(own, { from: stranger }, env), "NOT_PERMITTED", "MEM-10");
    const { message } = expectError(() => reclaim(own, { from, epochs: [[2, 1]] }, env), "INVALID_ARGUMENT", undefined);
    expect(message).toMatch(/^epochs /);
  });
});

describe("a keyring", () => {
  it("that was never stored goes on from the log's beginning", () => {
    expect(resume(world.log, world.entries, laptop.keyring).history).toBe("continued");
  });

  it("opens for the keys that a member had when it was removed, which are not those with which it entered", () => {
    const draws: Uint8Array[] = [];
    const after = world.act("Phone", "rekeys", (session, { random, now }) => {
      const recorded = (length: number) => {
        const bytes = random(length);
        draws.push(bytes.slice());
        return bytes;
      };
      return rekey(session, { random: recorded, now });
    });
    const { signingKey } = after.member("Phone");
    const seeds = draws.filter(({ length }) => length === 32);
    const seed = present(seeds.find((each) => equalBytes(new MemberKeys(each).signingKey, signingKey)));
    const gone = after.review("Laptop", { remove: ["Tablet"] }).review("Laptop", { remove: ["Phone"] });
    const { keyring, standing } = openKeyring(gone.log, gone.entries, seed);
    expect({ member: keyring.member, standing }).toEqual({ member: gone.id("Phone"), standing: "removed" });
    expect(keyring.epochs).toEqual([1, 2, 3, 4, 5]);
    expect(currentEpoch(gone.log)).toBe(6);
  });
});

describe("a proposal", () => {
  it("is one", () => {
    const { message } = expectError(() => previewProposal({} as never), "INVALID_ARGUMENT", undefined);
    expect(message).toMatch(/^proposal /);
    const { accept, discard } = rotate(laptop, env);
    for (const method of [accept, discard]) {
      const { details } = expectError(() => Reflect.apply(method, {}, []), "INVALID_ARGUMENT", undefined);
      expect(details["name"]).toBe("proposal");
    }
  });

  it("is stored with the keyring of a device, and without one where no device has any", () => {
    expect(unsafeSerializeProposal(rotate(laptop, env)).keyring).toBeInstanceOf(Uint8Array);
    const served = openWorld("served", { operator: true }).join("Phone");
    const removal = expel(served.log, { remove: served.ids("Phone") }, OPERATOR, env);
    expect(unsafeSerializeProposal(removal)).toStrictEqual({ keyring: undefined, backupKey: undefined });
    const paper = world.backup("Laptop", "Paper").session("Paper");
    expect(unsafeSerializeProposal(rotate(paper, env)).keyring).toBeUndefined();
  });
});
