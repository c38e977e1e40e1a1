// Who could act for escrow at any head, looked up, against the definition: the escrow log replayed up to that head.
// docs/spec.md section 11 (ESC-8).

import { describe, expect, it } from "vitest";
import { equalBytes } from "../../src/bytes/bytes.js";
import { adminsOf } from "../../src/escrow/admins.js";
import { hasRole, isConfirmed, type LogState } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import { enrollBackupKey } from "../support/accepted.js";
import { keysNamed } from "../support/world.js";
import { dismiss, hire, ORGANISATION, openOrganisation } from "./support.js";

/** A log with everything that changes who may act: admins come, wait, change keys, go, leave; paper has a role. */
function eventful() {
  const staffed = hire(hire(openOrganisation("admins"), "Bob", ["recover"]), "Eve", ["discover"]);
  const keys = ["Ann", "Bob", "Eve"].map((name) => staffed.signer(name).sign);
  const rekeyed = staffed.rekey("Bob").rekey("Ann");
  keys.push(...["Bob", "Ann"].map((name) => rekeyed.signer(name).sign));
  const made = enrollBackupKey(rekeyed.session("Ann"), { roles: ["recover"] }, rekeyed.env("paper"));
  const waiting = rekeyed.append(made.entry).join("Carl");
  keys.push(waiting.signer("Carl").sign, waiting.log.active.get(made.paper.member)?.sign ?? expect.unreachable());
  const world = dismiss(hire(waiting, "Dora", ["manage"]), "Bob").leave("Eve");
  keys.push(world.signer("Dora").sign, keysNamed("nobody").sign);
  return { world, keys };
}

/** ESC-8 by the book. */
function believes(newest: LogState, then: LogState, key: Uint8Array): boolean {
  const admin = [...then.active.values()].find(({ kind, sign }) => kind === "device" && equalBytes(sign, key));
  return admin !== undefined && isConfirmed(then, admin) && hasRole(admin, "recover") && newest.active.has(admin.id);
}

describe("admins", () => {
  const { world, keys } = eventful();

  it("are believed at exactly the heads where a replay finds them active, confirmed and with the role (ESC-8)", () => {
    const admins = adminsOf(world.log);
    const verdicts = new Set<string>();
    for (const { seq, hash } of world.log.links) {
      const then = verifyLog(world.entries.slice(0, seq), { subject: ORGANISATION, now: "unchecked" });
      for (const key of keys) {
        const { verdict, because } = admins.judge({ admin: key, seq, hash });
        expect(verdict === "verified", `${because}, at ${seq}`).toBe(believes(world.log, then, key));
        verdicts.add(because);
      }
    }
    expect(verdicts.size, "every reason but a head that is not in the log").toBe(5);
  });

  it("are judged by the newest log: before one was dismissed, it was believed (ESC-8)", () => {
    const { seq, hash } = world.log.links.at(world.log.links.length - 3) ?? expect.unreachable();
    const before = verifyLog(world.entries.slice(0, seq), { subject: ORGANISATION, now: "unchecked" });
    const bob = { admin: keys[3] ?? expect.unreachable(), seq, hash };
    expect(adminsOf(before).judge(bob)).toMatchObject({ verdict: "verified", admin: world.id("Bob") });
    expect(adminsOf(world.log).judge(bob)).toMatchObject({ verdict: "unverified", admin: world.id("Bob") });
  });
});
