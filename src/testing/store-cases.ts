// Test cases that every store must pass, for authors of adapters to other databases.

import { type Bytes, equalBytes, isBytes } from "../bytes/bytes.js";
import type { Store } from "../storage/store.js";

/** One case. */
export interface StoreCase {
  readonly name: string;
  /** Rejects when the store fails the case, with a message that says why. */
  run(): Promise<void>;
}

/**
 * Cases for a store, to be run by any test runner: `for (const { name, run } of storeCases(open)) it(name, run)`.
 *
 * @param open opens the store of a namespace. A second call with the same one opens the same store again, as a second tab does.
 * The cases use fresh namespaces, and destroy them.
 */
export function storeCases(open: (namespace: string) => Promise<Store>): readonly StoreCase[] {
  let count = 0;
  return Object.entries(CASES).map(([name, run]) => ({
    name,
    async run() {
      const namespace = `keystead-case-${++count}`;
      const [first, second] = [await open(namespace), await open(namespace)];
      await first.destroy();
      try {
        await run(first, second, { again: () => open(namespace), other: () => open(`${namespace}-other`) });
      } finally {
        first.close();
        await second.destroy();
        second.close();
      }
    },
  }));
}

/** Opens the case's store once more, and one of another namespace. */
interface Openings {
  again(): Promise<Store>;
  other(): Promise<Store>;
}

const one = bytesOf(1, 2, 3);
const two = bytesOf(4);

const CASES: Readonly<Record<string, (first: Store, second: Store, openings: Openings) => Promise<void>>> = {
  "is empty at first": async (first) => {
    const { revision, records } = await first.load();
    expect(revision === 0 && records.size === 0, "an unused store must have revision 0 and no records");
  },
  "keeps what was put, and counts revisions": async (first) => {
    expect((await first.commit(0, { put: [["a", one]] })) === 1, "the first commit must give revision 1");
    expect((await first.commit(1, { put: [["b", two]] })) === 2, "the second commit must give revision 2");
    await expectRecords(first, 2, { a: one, b: two });
  },
  "replaces and deletes": async (first) => {
    await first.commit(0, { put: Object.entries({ a: one, b: one, c: one }) });
    await first.commit(1, { put: [["a", two]], delete: ["b", "never there"] });
    await expectRecords(first, 2, { a: two, c: one });
  },
  "takes an empty change": async (first) => {
    await first.commit(0, {});
    await expectRecords(first, 1, {});
  },
  "keeps a key that is put and deleted in one change": async (first) => {
    await first.commit(0, { put: [["a", one]], delete: ["a"] });
    await expectRecords(first, 1, { a: one });
  },
  "keeps empty values and unusual keys": async (first) => {
    const key = "ключ/ключ ../\u0000\u{1f511}";
    await first.commit(0, { put: [[key, bytesOf()]] });
    await expectRecords(first, 1, { [key]: bytesOf() });
  },
  "keeps a megabyte": async (first) => {
    const large = new Uint8Array(1 << 20).map((_, at) => at * 7);
    await first.commit(0, { put: [["large", large]] });
    await expectRecords(first, 1, { large });
  },
  "refuses a stale commit, and changes nothing": async (first) => {
    await first.commit(0, { put: [["a", one]] });
    await expectStale(first.commit(0, { put: [["a", two]], delete: ["a"] }));
    await expectStale(first.commit(2, { put: [["a", two]] }));
    await expectRecords(first, 1, { a: one });
  },
  "shows one opening what another committed": async (first, second) => {
    await first.load();
    await second.commit(0, { put: [["a", one]] });
    await expectRecords(first, 1, { a: one });
    await expectStale(first.commit(0, { put: [["b", one]] }));
    await first.commit(1, { delete: ["a"] });
    await expectRecords(second, 2, {});
  },
  "lets one of two commits at once win": async (first, second) => {
    for (let revision = 0; revision < 10; revision++) {
      const tries = [first, second].map((store, at) => store.commit(revision, { put: [["who", bytesOf(at)]] }));
      const results = await Promise.allSettled(tries);
      const winner = results.findIndex(({ status }) => status === "fulfilled");
      expect(results.filter(({ status }) => status === "fulfilled").length === 1, "exactly one of two must win");
      await expectStale(tries[1 - winner] as Promise<number>);
      await expectRecords(first, revision + 1, { who: bytesOf(winner) });
    }
  },
  "loads whole revisions while another opening commits": async (first, second) => {
    const writing = (async () => {
      for (let n = 0; n < 20; n++) await second.commit(n, { put: Object.entries({ a: bytesOf(n), b: bytesOf(n) }) });
    })();
    for (let n = 0; n < 20; n++) {
      const { revision, records } = await first.load();
      const isWhole = ["a", "b"].every((key) => revision === 0 || records.get(key)?.[0] === revision - 1);
      expect(isWhole, `revision ${revision} was loaded with records of another one`);
    }
    await writing;
  },
  "copies what it is given, and what it gives": async (first) => {
    const mine = bytesOf(1);
    const committed = first.commit(0, { put: [["a", mine]] });
    mine.fill(9);
    await committed;
    (await first.load()).records.get("a")?.fill(8);
    await expectRecords(first, 1, { a: bytesOf(1) });
  },
  "survives being closed and opened again": async (first, _second, { again }) => {
    await first.commit(0, { put: [["a", one]] });
    first.close();
    first.close();
    await expectCode("STORE_UNAVAILABLE", first.load());
    await expectCode("STORE_UNAVAILABLE", first.commit(1, {}));
    await expectCode("STORE_UNAVAILABLE", first.destroy());
    const store = await again();
    await expectRecords(store, 1, { a: one });
    store.close();
  },
  "says truly what became of a commit that was closed while it ran": async (first, _second, { again }) => {
    for (let n = 0, before = 0; n < 10; n++) {
      const store = await again();
      const outcome = outcomeOf(store.commit(before, { put: [["n", bytesOf(n)]] }));
      for (let turn = 0; turn < n; turn++) await Promise.resolve();
      store.close();
      const said = await outcome;
      const { revision } = await first.load();
      const isMade = revision === before + 1;
      expect(isMade || revision === before, `a commit on revision ${before} led to revision ${revision}`);
      expect(said === "unknown" || said === (isMade ? "made" : "not made"), `it said: ${said}; revision ${revision}`);
      if (isMade) await expectRecords(first, revision, { n: bytesOf(n) });
      before = revision;
    }
  },
  "is empty once destroyed, and can be used again": async (first, second) => {
    await first.commit(0, { put: [["a", one]] });
    await first.destroy();
    await expectRecords(second, 0, {});
    await expectStale(second.commit(1, { put: [["a", one]] }));
    await second.commit(0, { put: [["b", two]] });
    await expectRecords(first, 1, { b: two });
  },
  "knows what was loaded before it was destroyed from what filled it again": async (first, second) => {
    for (const revision of [0, 1]) await first.commit(revision, { put: [["a", one]] });
    await second.load();
    await first.destroy();
    for (const revision of [0, 1]) await first.commit(revision, { put: [["b", two]] });
    await expectStale(second.commit(2, { put: [["a", one]] }));
    await expectRecords(second, 2, { b: two });
    await second.commit(2, { put: [["c", one]] });
    await expectRecords(first, 3, { b: two, c: one });
  },
  "keeps namespaces apart": async (first, _second, { other }) => {
    const apart = await other();
    await first.commit(0, { put: [["a", one]] });
    await expectRecords(apart, 0, {});
    apart.close();
  },
  "refuses wrong arguments before it writes anything": async (first) => {
    const wrong: readonly (readonly unknown[])[] = [
      ...[
        [-1, {}],
        [0.5, {}],
        ["0", {}],
        [undefined, {}],
        [0, null],
        [0, "x"],
      ],
      ...[
        [0, { put: [["", one]] }],
        [0, { put: [["a", "text"]] }],
        [0, { put: [["x".repeat(257), one]] }],
        [0, { put: { a: one } }],
        [0, { put: [7] }],
      ],
      ...[
        [0, { delete: [7] }],
        [0, { delete: 7 }],
        [0, { delete: "a" }],
        [
          0,
          {
            put: [
              ["a", one],
              ["b", [1]],
            ],
          },
        ],
      ],
    ];
    for (const args of wrong) {
      const commit = first.commit as (...args: readonly unknown[]) => Promise<number>;
      await expectCode("INVALID_ARGUMENT", (async () => await commit.apply(first, [...args]))());
    }
    await expectRecords(first, 0, {});
  },
};

function bytesOf(...values: readonly number[]): Bytes {
  return Uint8Array.from(values);
}

function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

async function expectRecords(store: Store, revision: number, expected: Readonly<Record<string, Uint8Array>>) {
  const found = await store.load();
  expect(found.revision === revision, `expected revision ${revision}, found ${found.revision}`);
  const keys = [...found.records.keys()].sort();
  expect(keys.join() === Object.keys(expected).sort().join(), `expected other records than ${keys.join() || "none"}`);
  for (const [key, value] of Object.entries(expected)) {
    const bytes = found.records.get(key);
    expect(isBytes(bytes) && equalBytes(bytes, value), `the record ${JSON.stringify(key)} has another value`);
  }
}

/** What a commit says became of it: `made`, `not made`, `unknown`, or another error. */
async function outcomeOf(commit: Promise<number>): Promise<string> {
  return await commit.then(
    () => "made",
    (error: { code?: unknown; details?: { reason?: unknown } }) => {
      if (error?.code !== "STORE_UNAVAILABLE") return String(error?.code ?? error);
      return error.details?.reason === "unknown" ? "unknown" : "not made";
    },
  );
}

async function expectStale(commit: Promise<number>): Promise<void> {
  await expectCode("STORE_STALE", commit);
}

async function expectCode(code: string, work: Promise<unknown>): Promise<void> {
  const result = await work.then(
    () => "no error",
    (error: { code?: unknown }) => String(error?.code ?? error),
  );
  expect(result === code, `expected the error ${code}, got ${result}`);
}
