// Attacks on logs: each file of vectors/negative/log, over the real code. docs/spec.md sections 3, 4, 6 and 7.1.

import { describe, expect, it } from "vitest";
import { bytes, type LogVector, optionsOf } from "../../scripts/vectors/format.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { byName, prefixEntries, prefixState, verdictOf } from "./support.js";

const vectors = byName<LogVector>(
  import.meta.glob("../../vectors/negative/log/*.json", { eager: true, import: "default" }),
);

/** Three ways to load a log. Each counts the entries that it has judged. */
const WAYS = { whole, "prefix first": prefixFirst, "link by link": linkByLink } as const;
type Seen = (entry: Uint8Array) => Uint8Array;
type Way = (vector: LogVector, entries: readonly Uint8Array[], seen: Seen) => LogState;

function whole({ load }: LogVector, entries: readonly Uint8Array[], seen: Seen): LogState {
  return verifyLog(
    (function* () {
      for (const entry of entries) yield seen(entry);
    })(),
    optionsOf(load),
  );
}

function prefixFirst(vector: LogVector, entries: readonly Uint8Array[], seen: Seen): LogState {
  const end = Math.max(1, prefixEntries(vector.prefix).length);
  const first = entries.slice(0, end).map(seen);
  const before = vector.prefix === null ? verifyLog(first, optionsOf(vector.load)) : prefixState(vector.prefix);
  return entries.slice(end).reduce((log, entry) => appendEntry(log, seen(entry), optionsOf(vector.load)), before);
}

function linkByLink(vector: LogVector, entries: readonly Uint8Array[], seen: Seen): LogState {
  const [first, ...rest] = entries;
  const opened = whole(vector, first ? [first] : [], seen);
  return rest.reduce((log, entry) => appendEntry(log, seen(entry), optionsOf(vector.load)), opened);
}

describe.each(vectors)("%s", (_name, vector) => {
  const { bad, good, error, load } = vector;
  const prefix = prefixEntries(vector.prefix);

  it.each(Object.entries<Way>(WAYS))("is refused, loaded %s", (_way, loaded) => {
    let count = 0;
    const seen: Seen = (entry) => {
      count++;
      return entry;
    };
    const { entry, ...expected } = error;
    expect(verdictOf(() => loaded(vector, [...prefix, ...bad.map(bytes)], seen))).toEqual(expected);
    expect(count, "the entry that is refused").toBe(entry);
  });

  it("has a twin that passes", () => {
    expect(bad).not.toEqual(good);
    const { kind, subject, head } = prefixFirst(vector, [...prefix, ...good.map(bytes)], (entry) => entry);
    const { now: _, ...expected } = load;
    expect({ kind, subject, seq: head.seq }).toEqual({ ...expected, seq: prefix.length + good.length });
  });
});
