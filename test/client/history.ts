// Judges the log of an account against what a device said that it began and did: nothing that was done is lost, and nothing is done
// twice.

import { expect } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import type { Deed, Said } from "./orders.js";

interface Judged {
  readonly subject: string;
  readonly entries: readonly Uint8Array[];
  /** What the device said, also before it was ended. */
  readonly said: readonly Said[];
  /** Members that other devices are. */
  readonly others: ReadonlySet<string>;
}

/** @returns the active members that the device is. */
export function checkHistory({ said: all, ...judged }: Judged): readonly MemberId[] {
  const { did, ours, hashes } = historyOf(judged);
  const begun = new Map<string, number>();
  const done = new Map<string, number>();
  const add = (counts: Map<string, number>, what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const said of all) {
    if ("began" in said) add(begun, keyOf(said.began, said.name));
    if (!("done" in said)) continue;
    add(done, keyOf(said.done, said.name));
    expect(hashes[said.seq - 1]).toBe(said.hash);
  }
  done.delete("seal");
  // What was done is in the log, and what is in the log was asked for so often.
  for (const [what, times] of done) expect(did.get(what) ?? 0, what).toBeGreaterThanOrEqual(times);
  for (const [what, times] of did) expect(times, what).toBeLessThanOrEqual(begun.get(what) ?? 0);
  return ours;
}

/** What the device did, as the log says; and its members that are active. */
function historyOf({ subject, entries, others }: Omit<Judged, "said">) {
  const did = new Map<string, number>();
  const [first, ...rest] = entries;
  if (!first) return { did, ours: [], hashes: [] };
  const options = { now: Date.now() };
  let log = verifyLog([first], { subject, ...options });
  const isOurs = (member: string) => member !== "operator" && !others.has(member);
  const take = () => {
    const { author, entered, renamed, rekeyed, type } = present(log.links.last());
    if (!isOurs(author)) return;
    const named = log.active.get(present(entered ?? renamed ?? rekeyed ?? author) as MemberId);
    const entering = named?.kind === "backup" ? "backup-key" : "enter";
    const deed = entered ? entering : renamed ? "rename" : rekeyed ? "rekey" : type === "leave" ? "leave" : undefined;
    const what = deed && keyOf(deed, named?.name ?? "");
    if (what) did.set(what, (did.get(what) ?? 0) + 1);
  };
  take();
  for (const entry of rest) {
    log = appendEntry(log, entry, options);
    take();
  }
  const ours = [...log.active.values()].filter(({ id, kind }) => kind === "device" && isOurs(id)).map(({ id }) => id);
  return { did, ours, hashes: [...log.links].map(({ hash }) => hash) };
}

/** What has a name is done once; the rest is counted. */
const keyOf = (deed: Deed, name: string) =>
  ["enter", "rename", "backup-key"].includes(deed) ? `${deed} ${name}` : deed;
