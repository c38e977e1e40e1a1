// AVL: after any links of a thief, an honest holder can author each of these in one link: rotate; a review that removes any
// members and approves one; a backup key's enroll; rekey; reclaim. docs/spec.md section 7. KEYSTEAD_LINKS=4000 tests longer
// histories.

import { describe, expect, it } from "vitest";
import { receive } from "../../src/authoring/receive.js";
import { openBackupKey } from "../../src/backup/open.js";
import { intersectRuns, runsOf } from "../../src/bytes/runs.js";
import { partsOf } from "../../src/keys/keyring.js";
import { decodeEntry, MAX_LINK_BYTES } from "../../src/log/entry.js";
import { activeMember } from "../../src/log/state.js";
import { createBackupKey, joinLog, reclaim, rekey, review, rotate } from "../support/accepted.js";
import { seededEnv } from "../support/seeded-env.js";
import { hostileLog } from "./hostile.js";

const LINKS = Number(process.env["KEYSTEAD_LINKS"] ?? 250);
const withhold = { withholdFromEscrow: true };

describe.each(["one", "two"])("a hostile history of many links, seed %s", (seed) => {
  const env = seededEnv(`sizes ${seed}`, 1_700_000_000_000);
  const { log, entries, laptop, paper, thief } = hostileLog(LINKS, env);
  const linkBytes = ({ entry }: { readonly entry: Uint8Array }) => decodeEntry(entry).link.bytes.length;

  it("shatters the laptop's epochs", () => {
    expect(activeMember(log, laptop.keyring.member).held.length).toBeGreaterThan(LINKS / 20);
  });

  it("leaves the laptop able to rotate, rekey, make a backup key, and approve one while it removes the rest (AVL)", () => {
    const phone = joinLog(log, { device: { name: "Phone" }, ...withhold }, env);
    const base = receive(laptop, phone.entry, { now: "unchecked" });
    const remove = [...phone.log.active.keys()].filter(
      (id) => id !== laptop.keyring.member && id !== phone.keyring.member,
    );
    expect(remove).toContain(thief);
    expect(linkBytes(rotate(base, env, withhold))).toBeLessThan(MAX_LINK_BYTES);
    expect(linkBytes(rekey(base, env, withhold))).toBeLessThan(MAX_LINK_BYTES);
    const approved = review(base, { approve: [phone.keyring.member], remove, ...withhold }, env);
    expect(linkBytes(createBackupKey(approved, {}, env))).toBeLessThan(MAX_LINK_BYTES);
    const gained = activeMember(approved.log, phone.keyring.member).held;
    expect(intersectRuns(gained, runsOf(partsOf(laptop.keyring).seeds.keys())).length).toBeGreaterThan(LINKS / 20);
  });

  it("leaves the paper able to restore everything after the laptop has left, and the phone to reclaim it (AVL, MEM-10)", () => {
    const phone = joinLog(log, { device: { name: "Phone" }, ...withhold }, env);
    const opened = openBackupKey(phone.log, [...entries, phone.entry], paper);
    const restored = review(
      { log: phone.log, keyring: opened.keyring },
      { approve: [phone.keyring.member], remove: [thief], ...withhold },
      env,
    );
    expect(activeMember(restored.log, phone.keyring.member).held[0]?.[0]).toBe(1);

    const gone = review(phone, { remove: [laptop.keyring.member], ...withhold }, env);
    const back = reclaim(gone, { from: laptop.keyring, ...withhold }, env);
    expect(linkBytes(back)).toBeLessThan(MAX_LINK_BYTES);
    expect(back.keyring.epochs).toContain(1);
  });
});
