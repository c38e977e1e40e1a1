// Objects that prove something, such as that a log was verified, are made by the library alone: nothing that can be reached from one
// makes another. Otherwise a careless or hostile dependency of an app forges a log that sealing accepts. docs/spec.md section 6.

import {
  appendEntry,
  createBackupKey,
  createLog,
  fingerprintOf,
  joinLog,
  type LogState,
  openRandomAccess,
  sealContent,
  verifyLog,
} from "keystead";
import { describe, expect, it } from "vitest";
import { thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";

type Constructor = new (...args: unknown[]) => object;

const env = seededEnv("constructors");
const options = { subject: "alice", now: "unchecked" } as const;
const created = createLog({ subject: "alice", device: { name: "Laptop" } }, env);
const state = created.accept();
const log = verifyLog([created.entry], options);
const proposal = createBackupKey(state, {}, env);
const { paper } = proposal.accept();
const sealed = await sealContent([log], new Uint8Array(9), { purpose: "test" }, env);
const reader = await openRandomAccess(new Blob([new Uint8Array(sealed)]), state.keyring);
const fingerprint = fingerprintOf(log);

/** One object of each class that only the library makes, and what its constructor may once have taken. */
const MADE: readonly (readonly [name: string, made: object, taken: readonly unknown[]])[] = [
  ["LogState", log, [{ ...log }]],
  ["LogState after appendEntry", appendEntry(log, proposal.entry, { now: "unchecked" }), [{ ...log }]],
  ["Keyring", state.keyring, [{ log: log.head.log, member: "00".repeat(16), seeds: new Map(), vault: {} }]],
  ["Proposal", proposal, [{ entry: new Uint8Array(1), log, accept: () => log, fresh: [] }]],
  ["BackupPaper", paper, [log.head.log, paper.member, [1, 2, 3, 4], [5]]],
  ["ContentReader", reader, [{}, { status: "unchecked", head: log.head }, { size: 1 }]],
  ["Fingerprint", fingerprint, [log.head, "00".repeat(32)]],
];

/** All functions that stand on a constructor or on its parents, as somebody finds them who has no declarations. */
function staticsOf(made: object): readonly (readonly [string, (...args: unknown[]) => unknown])[] {
  const own = Reflect.ownKeys(made).flatMap((key) => {
    const value: unknown = Reflect.get(made, key);
    return typeof value === "function" ? [[String(key), value.bind(made)] as const] : [];
  });
  const parent: unknown = Object.getPrototypeOf(made);
  return parent === null || parent === Function.prototype ? own : [...own, ...staticsOf(parent as object)];
}

describe.each(MADE)("%s", (_name, made, taken) => {
  const { constructor: Made } = Object.getPrototypeOf(made) as { readonly constructor: Constructor };
  const tries = [[], taken, [undefined, ...taken], [Symbol("keystead"), ...taken], [made, ...taken], [null]];

  it("is made by no constructor that can be reached from one", () => {
    for (const args of tries) {
      expect(thrownBy(() => new Made(...args))).toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(thrownBy(() => Reflect.construct(Made, args, Object))).toMatchObject({ code: "INVALID_ARGUMENT" });
      class Forged extends Made {}
      expect(thrownBy(() => new Forged(...args))).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });

  it("is made by no function that stands on its constructor", () => {
    for (const [, call] of staticsOf(Made)) {
      for (const args of tries) {
        let result: unknown;
        try {
          result = call(...args);
        } catch {
          continue;
        }
        expect(typeof result).toBe("boolean");
      }
    }
  });
});

it("a log whose facts were copied and changed is accepted nowhere", async () => {
  const stranger = createLog({ subject: "mallory", device: { name: "Laptop" } }, env).accept().log;
  const copies = [
    { ...log, epochs: stranger.epochs },
    Object.assign(Object.create(Object.getPrototypeOf(log)), log, { epochs: stranger.epochs }),
    Object.setPrototypeOf({ ...log }, log),
    structuredClone({ head: log.head, subject: log.subject }),
  ] as readonly LogState[];
  for (const forged of copies) {
    const refused = sealContent([forged], new Uint8Array(1), { purpose: "test" }, env);
    await expect(refused).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(thrownBy(() => joinLog(forged, { device: { name: "Phone" } }, env)).code).toBe("INVALID_ARGUMENT");
  }
});
