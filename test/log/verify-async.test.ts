// A log whose signatures the platform verifies beside this thread has the outcome of verifyLog, state or error, whatever the log and
// the platform; nothing of it is given out before, and a bad log costs a few times as much at most. docs/spec.md section 6.4.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeysteadError } from "../../src/errors.js";
import { LogState } from "../../src/log/state.js";
import { type VerifyOptions, verifyLog } from "../../src/log/verify.js";
import {
  type VerifyAsyncOptions,
  type VerifyProgress,
  verifyBeside,
  verifyLogAsync,
} from "../../src/log/verify-async.js";
import { platform, primitives } from "../../src/primitives/current.js";
import { verifyProbes } from "../../src/primitives/ed25519-probe.js";
import type { HashLater, MakeVerifier, VerifyLater } from "../../src/primitives/primitives.js";
import { listChange, worlds } from "../fuzz/list-changes.js";
import { countVerifications, countVerificationsOf } from "../support/count-verifications.js";
import { mutate } from "../support/raw-link.js";
import { snapshot } from "../support/refusal.js";
import { numRuns, slow, timeout } from "../support/runs.js";
import { raise } from "../support/thrown.js";
import { turns } from "../support/turns.js";
import { ALICE, openWorld, type World } from "../support/world.js";

const LINKS = 130;
const longWorld = Array.from({ length: LINKS - 1 }).reduce<World>(
  (world, _, index) => world.rename("Laptop", `Laptop ${index}`),
  openWorld("beside"),
);
const long = longWorld.entries;
const options: VerifyOptions = { subject: ALICE, now: "unchecked" };
const state = verifyLog(long, options);
const headAt = (seq: number) => ({ ...state.head, seq, hash: state.links.at(seq - 1)?.hash }) as LogState["head"];

const TRIAL = verifyProbes().length;
/** The platform's part, done by this library: so a test can watch it, or break it after its trial. */
const exact: VerifyLater = async (...signed) => primitives.ed25519Verify(...signed);
const afterTrial = (broken: VerifyLater): MakeVerifier => {
  return () => {
    let calls = 0;
    return (...signed) => (++calls > TRIAL ? broken(...signed) : exact(...signed));
  };
};
const wait = async (turns: number) => {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
};
const PLATFORMS: Readonly<Record<string, readonly MakeVerifier[]>> = {
  "this one": platform.verifiers,
  none: [],
  "one that accepts everything": [() => async () => true],
  "one that accepts nothing": [() => async () => false],
  "one that accepts nothing after its trial": [afterTrial(async () => false)],
  "one that throws after its trial": [afterTrial(raise)],
  "one that rejects after its trial": [afterTrial(async () => raise())],
  "one that fails now and then": [
    afterTrial(async (...signed) => (signed[2][0] as number) % 3 > 0 && exact(...signed)),
  ],
  "one that resolves late, and out of order": [
    afterTrial(async (...signed) => {
      await wait((signed[2][0] as number) % 50);
      return await exact(...signed);
    }),
  ],
};
const platforms = Object.values(PLATFORMS);

const exactHash: HashLater = async (data) => primitives.sha256(data);
const HASHES: Readonly<Record<string, HashLater | undefined>> = {
  "this one": platform.hash,
  none: undefined,
  "one that is right": exactHash,
  "one that is wrong": async () => new Uint8Array(32),
  "one that rejects": async () => raise(),
  "one that rejects now and then": async (data) => ((data.at(-1) as number) % 3 > 0 ? raise() : exactHash(data)),
};

const beside = (
  verifiers: readonly MakeVerifier[],
  entries: Iterable<Uint8Array>,
  given: VerifyAsyncOptions = options,
  hash: HashLater | undefined = exactHash,
) => verifyBeside(() => ({ verifiers, hash }), entries, given);

/** All of an outcome that a caller can observe. */
function told(outcome: unknown): string {
  if (outcome instanceof LogState) return snapshot(outcome);
  if (!(outcome instanceof KeysteadError)) throw outcome;
  const { code, rule, message, details, cause } = outcome;
  return `${code} ${rule} ${message} ${snapshot(details)} ${cause instanceof KeysteadError ? told(cause) : ""}`;
}
const outcomeOf = (call: () => unknown): string => {
  try {
    return told(call());
  } catch (error) {
    return told(error);
  }
};
const outcomeLater = async (call: () => Promise<unknown>): Promise<string> => await call().then(told, told);

/** Changes of one link of a long log, which leave all others as they were. */
const CHANGES = {
  "a signature": (entry: Uint8Array) =>
    mutate(entry, {
      signatures: (all) =>
        all.map(([key, signature]) => [key, signature.map((byte, at) => (at === 40 ? byte ^ 1 : byte))]),
    }),
  "a body that nobody signed": (entry: Uint8Array) =>
    mutate(entry, { body: (body) => body.set("time", (body.get("time") as number) + 1) }),
  "a signature too many": (entry: Uint8Array) => mutate(entry, { signatures: (all) => [...all, ...all] }),
  "a later version": (entry: Uint8Array) => mutate(entry, { body: (body) => body.set("v", 99) }),
  "no entry": () => Uint8Array.of(1, 2, 3),
  "an attachment that nobody asked for": (entry: Uint8Array) =>
    mutate(entry, { attachments: (all) => [...all, Uint8Array.of(1)] }),
  nothing: (entry: Uint8Array) => entry,
} as const;
const replaced = (seq: number, change: (entry: Uint8Array) => Uint8Array, entries = long) =>
  entries.map((entry, index) => (index === seq - 1 ? change(entry) : entry));

describe("the outcome of verifyLog", () => {
  const RUNS = numRuns(60, 10);

  it(
    "for every change of the small logs, every pin and every verified head (SIG-1..5, LOG-1..8)",
    async () => {
      const seen = new Set<string>();
      const draw = fc.tuple(fc.constantFrom(...worlds), fc.array(listChange, { maxLength: 2 }), fc.nat(30), fc.nat(30));
      const check = async ([world, changes, pin, head]: [World, Parameters<typeof apply>[1], number, number]) => {
        const entries = apply(world, changes);
        const links = world.log.links;
        const at = (seq: number) =>
          links.at(seq - 1) && { ...world.log.head, seq, hash: links.at(seq - 1)?.hash as LogState["head"]["hash"] };
        const given = { subject: world.log.subject, pinned: at(pin), verified: at(head), now: "unchecked" as const };
        const outcome = outcomeOf(() => verifyLog(entries, given));
        seen.add(/^[A-Z_]+/.exec(outcome)?.[0] ?? "a state");
        for (const makers of platforms) {
          expect(await outcomeLater(() => beside(makers, entries, given))).toBe(outcome);
        }
        expect(await outcomeLater(() => verifyLogAsync(entries, given))).toBe(outcome);
      };
      const examples: Parameters<typeof check>[0][] = worlds.flatMap((world) => [
        [world, [], 0, 0],
        [worlds[0] as World, [() => world.entries], 0, 7],
        [worlds[0] as World, [() => world.entries.slice(0, 2)], 5, 3],
      ]);
      await fc.assert(fc.asyncProperty(draw, check), slow(RUNS, ...examples.map((each): [typeof each] => [each])));
      for (const code of ["a state", "WRONG_SUBJECT", "ROLLED_BACK", "FORKED", "REPLACED"])
        expect([...seen]).toContain(code);
    },
    timeout(RUNS),
  );

  it.each(Object.keys(PLATFORMS))("wherever one link of a long log is bad, on %s", async (platform) => {
    const makers = PLATFORMS[platform] as readonly MakeVerifier[];
    // Beside borders of batches, and at the ends.
    for (const seq of [1, 4, 5, 61, 124, LINKS]) {
      for (const [what, change] of Object.entries(CHANGES)) {
        const entries = replaced(seq, change);
        const outcome = outcomeOf(() => verifyLog(entries, options));
        expect([what, seq, await outcomeLater(() => beside(makers, entries))]).toEqual([what, seq, outcome]);
      }
    }
  });

  it.each(Object.keys(HASHES))("wherever one link of a long log is bad, with links hashed by %s", async (name) => {
    // Beside borders of what is hashed together.
    for (const seq of [1, 16, 17, LINKS]) {
      for (const change of Object.values(CHANGES)) {
        const entries = replaced(seq, change);
        const outcome = outcomeOf(() => verifyLog(entries, options));
        const known = seq > 17 ? { ...options, verified: headAt(seq - 1) } : options;
        expect(await outcomeLater(() => beside(platform.verifiers, entries, known, HASHES[name]))).toBe(outcome);
      }
    }
  });

  it("for two bad links of one batch and of two: the first counts (LOG-4)", async () => {
    for (const [one, other] of [
      [100, 101],
      [100, 130],
      [3, 150],
    ] as const) {
      const entries = replaced(other, CHANGES["no entry"], replaced(one, CHANGES["a signature"]));
      const outcome = outcomeOf(() => verifyLog(entries, options));
      expect(outcome).toMatch(/^INVALID_SIGNATURE LOG-4/);
      for (const makers of platforms) expect(await outcomeLater(() => beside(makers, entries))).toBe(outcome);
    }
  });

  it("from a verified head, for other links below it than were verified (LOG-2, LOG-4, LOG-8)", async () => {
    const known = { ...options, verified: headAt(100) };
    for (const change of Object.values(CHANGES)) {
      for (const list of [30, 100, 101].map((seq) => replaced(seq, change))) {
        for (const entries of [list, list.slice(0, 90)]) {
          const outcome = outcomeOf(() => verifyLog(entries, known));
          for (const what of ["this one", "none", "one that fails now and then"])
            expect(await outcomeLater(() => beside(PLATFORMS[what] ?? [], entries, known))).toBe(outcome);
        }
      }
    }
  });

  it("for a pinned state: a fork, a rollback, another log, and its own (LOG-8)", async () => {
    const pinned = { ...options, pinned: state };
    const later = mutate(long[100] as Uint8Array, {
      body: (body) => body.set("time", (body.get("time") as number) + 1),
      signers: [longWorld.signer("Laptop")],
    });
    const fork = [...long.slice(0, 100), later];
    for (const [entries, code] of [
      [fork, "FORKED"],
      [long.slice(0, 100), "ROLLED_BACK"],
      [openWorld("another").entries, "REPLACED"],
      [long, ""],
    ] as const) {
      const outcome = outcomeOf(() => verifyLog(entries, pinned));
      expect(outcome.startsWith(code)).toBe(true);
      for (const what of ["this one", "none"])
        expect(await outcomeLater(() => beside(PLATFORMS[what] ?? [], entries, pinned))).toBe(outcome);
    }
  });

  it("for wrong arguments, as a rejection", async () => {
    const call = (entries: unknown, given: unknown) => verifyLogAsync(entries as never, given as never);
    for (const [entries, given] of [
      [long, undefined],
      [long, { subject: "", now: "unchecked" }],
      [long, { ...options, now: new Date() }],
      [long, { ...options, pinned: {} }],
      [long, { ...options, verified: { ...state.head, seq: 0 } }],
      [7, options],
      [long[0], options],
      [[null], options],
      [[], options],
    ]) {
      const outcome = outcomeOf(() => verifyLog(entries as never, given as never));
      expect(outcome).toMatch(/^[A-Z_]+ /);
      expect(await outcomeLater(() => call(entries, given))).toBe(outcome);
    }
    for (const wrong of [{ onProgress: 1 }, { signal: {} }]) {
      expect(await outcomeLater(() => call(long, { ...options, ...wrong }))).toMatch(
        /^INVALID_ARGUMENT undefined options\./,
      );
    }
  });
});

describe("the platform", () => {
  it("verifies every signature of an honest log once, and this thread none", async () => {
    const asked: string[] = [];
    const counted: VerifyLater = async (...signed) => {
      asked.push(String(signed[2]));
      return true;
    };
    const verified = await countVerificationsOf(() => beside([afterTrial(counted)], long));
    expect(snapshot(verified.value)).toBe(snapshot(state));
    expect(new Set(asked).size).toBe(LINKS);
    expect(asked.length).toBe(LINKS);
    // Its trial is by this thread here.
    expect(verified.verifications).toBe(TRIAL);
  });

  it("verifies only the signatures after a verified head", async () => {
    for (const seq of [1, 70, LINKS]) {
      let asked = 0;
      const counted: VerifyLater = async () => ++asked > 0;
      const again = await beside([afterTrial(counted)], long, { ...options, verified: headAt(seq) });
      expect(snapshot(again)).toBe(snapshot(state));
      expect(asked).toBe(LINKS - seq);
    }
  });

  it("never has more than 256 signatures to verify", async () => {
    let [flying, most] = [0, 0];
    const watched: VerifyLater = async (...signed) => {
      most = Math.max(most, ++flying);
      await turns();
      flying--;
      return await exact(...signed);
    };
    await beside([afterTrial(watched)], long);
    expect(most).toBeGreaterThan(8);
    expect(most).toBeLessThanOrEqual(256);
  });

  it("is not asked for a short log, which would not pay for its trial", async () => {
    const { verifications } = await countVerificationsOf(() => verifyLogAsync(long.slice(0, 63), options));
    expect(verifications).toBe(63);
    const longer = await countVerificationsOf(() => verifyLogAsync(long.slice(0, 64), options));
    expect(longer.verifications).toBe(0);
  });
});

describe("the platform's hash", () => {
  it("hashes every link of an honest log once, and this thread none", async () => {
    let asked = 0;
    const counted: HashLater = async (data) => {
      asked++;
      return await exactHash(data);
    };
    const [by, without] = [counted, undefined].map(
      (hash) => () => countVerificationsOf(() => verifyBeside(() => ({ verifiers: [], hash }), long, options)),
    ) as [() => ReturnType<typeof countVerificationsOf>, () => ReturnType<typeof countVerificationsOf>];
    const { hashes, value } = await by();
    expect(snapshot(value)).toBe(snapshot(state));
    // One is its trial, which is also done by this thread. Here each of its own counts, too.
    expect(asked).toBe(LINKS + 1);
    expect(hashes).toBe((await without()).hashes + 2);
  });

  it("holds no large entry a second time", async () => {
    const heavy = (entry: Uint8Array) => mutate(entry, { attachments: (all) => [...all, new Uint8Array(100_000)] });
    let asked = 0;
    const counted: HashLater = async (data) => {
      asked++;
      return await exactHash(data);
    };
    await outcomeLater(() => beside([], long.map(heavy), options, counted));
    expect(asked).toBe(1);
  });
});

describe("a bad log", () => {
  const sizes = [1, 3, 10, 40, 100, 128];

  it.each(Object.keys(CHANGES).filter((what) => what !== "nothing"))(
    "costs at most four times the hashes and signatures that verifyLog needs, and few more: %s",
    async (what) => {
      for (const seq of sizes) {
        const entries = replaced(seq, CHANGES[what as keyof typeof CHANGES]);
        let asked = 0;
        const counted: VerifyLater = async (...signed) => {
          asked++;
          return await exact(...signed);
        };
        const now = countVerifications(() => verifyLog(entries, options));
        const later = await countVerificationsOf(() => beside([afterTrial(counted)], entries));
        expect(told(later.error)).toBe(told(now.error));
        expect(later.hashes).toBeLessThanOrEqual(4 * now.hashes + 60);
        expect(asked).toBeLessThanOrEqual(4 * now.verifications + 12);
      }
    },
  );

  it("costs no work on large entries behind its first bad signature", async () => {
    // Hashing the attachments costs more than all signatures.
    const heavy = (entry: Uint8Array) => mutate(entry, { attachments: (all) => [...all, new Uint8Array(200_000)] });
    const entries = replaced(5, CHANGES["a signature"]).map((entry, index) => (index > 4 ? heavy(entry) : entry));
    const now = countVerifications(() => verifyLog(entries, options));
    const later = await countVerificationsOf(() => beside([() => exact], entries));
    expect(told(later.error)).toBe(told(now.error));
    expect(later.hashes - now.hashes).toBeLessThanOrEqual(20);
  });
});

describe("turns", () => {
  it("tell the progress, never beyond what is verified, up to the whole log", async () => {
    for (const makers of platforms) {
      const progress: VerifyProgress[] = [];
      let verified = 0;
      const counted = makers.map((make): MakeVerifier => {
        return () => {
          const verify = make();
          return (
            verify &&
            (async (...signed) => {
              const verdict = await verify(...signed);
              verified++;
              return verdict;
            })
          );
        };
      });
      const onProgress = (now: VerifyProgress) => {
        progress.push(now);
        if (makers === PLATFORMS["this one"]) expect(now.done).toBeLessThanOrEqual(verified - TRIAL);
      };
      await beside(counted, long, { ...options, onProgress });
      expect(progress.length).toBeGreaterThan(4);
      expect(progress.map(({ done }) => done)).toEqual(progress.map(({ done }) => done).sort((a, b) => a - b));
      expect(progress.at(-1)).toEqual({ done: LINKS, total: LINKS });
    }
  });

  it("tell no progress beyond a link with a bad signature", async () => {
    const entries = replaced(100, CHANGES["a signature"]);
    for (const makers of platforms) {
      let most = 0;
      const onProgress = ({ done }: VerifyProgress) => {
        most = Math.max(most, done);
      };
      await expect(beside(makers, entries, { ...options, onProgress })).rejects.toThrow(KeysteadError);
      expect(most).toBeLessThan(100);
    }
  });

  it("let others run, with and without a platform", async () => {
    for (const makers of platforms) {
      let isOver = false;
      let others = 0;
      const other = () => {
        others++;
        if (!isOver) setTimeout(other);
      };
      setTimeout(other);
      await beside(makers, long);
      isOver = true;
      expect(others).toBeGreaterThan(0);
    }
  });

  it("end with the reason of the signal, before the first and between any two", async () => {
    for (const makers of platforms) {
      for (const after of [0, 1, 3, LINKS]) {
        const controller = new AbortController();
        const reason = new Error("enough");
        if (after === 0) controller.abort(reason);
        let most = 0;
        const onProgress = ({ done }: VerifyProgress) => {
          most = done;
          if (done >= after) controller.abort(reason);
        };
        const call = beside(makers, long, { ...options, signal: controller.signal, onProgress });
        await expect(call).rejects.toBe(reason);
        expect(most).toBeLessThanOrEqual(after === 0 ? 0 : LINKS);
      }
    }
  });

  it("end with an error that the caller's progress throws", async () => {
    const reason = new Error("mine");
    const onProgress = () => {
      throw reason;
    };
    await expect(beside(platform.verifiers, long, { ...options, onProgress })).rejects.toBe(reason);
  });
});

describe("what a caller changes meanwhile", () => {
  it("lets no link in that nobody signed: bytes that are overwritten are judged as they were read", async () => {
    // The attack: a bad link is judged, and its bytes are good when its signature is found bad.
    for (const seq of [3, 40, 120]) {
      const bad = CHANGES["a body that nobody signed"](long[seq - 1] as Uint8Array);
      const given = long.map((entry, index) => (index === seq - 1 ? bad : entry.slice()));
      const swap: VerifyLater = async (...signed) => {
        const verdict = await exact(...signed);
        if (!verdict) bad.set(long[seq - 1] as Uint8Array);
        return verdict;
      };
      const rejection = await beside([afterTrial(swap)], given).then(told, told);
      expect(rejection).toMatch(/^INVALID_SIGNATURE LOG-4/);
    }
  });

  it("does not count in the list and in a pinned head", async () => {
    const list = [...long];
    const pinned = { ...state.head };
    const verified = { ...headAt(50) };
    const call = beside(platform.verifiers, list, { ...options, pinned, verified });
    list.length = 1;
    for (const head of [pinned, verified]) Object.assign(head, { seq: 1, log: "changed" });
    expect(snapshot(await call)).toBe(snapshot(state));
  });

  it("changes nothing of what was given", async () => {
    const before = snapshot(long);
    await beside(
      platform.verifiers,
      Object.freeze([...long]),
      Object.freeze({ ...options, pinned: Object.freeze(headAt(7)) }),
    );
    expect(snapshot(long)).toBe(before);
  });

  it("takes a list of any kind, once", async () => {
    function* generated() {
      yield* long;
    }
    expect((await beside(platform.verifiers, generated())).head).toEqual(state.head);
    expect((await beside(platform.verifiers, new Set(long))).head).toEqual(state.head);
  });
});

function apply(
  world: World,
  changes: readonly ((entries: readonly Uint8Array[], world: World) => readonly Uint8Array[])[],
) {
  return changes.reduce((list, change) => (list.length > 0 ? change(list, world) : list), world.entries);
}
