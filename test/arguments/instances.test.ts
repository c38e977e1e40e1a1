// What is given in place of an instance of a class: a Proxy, a spread copy, a clone, its text. The error says which, and what to do.
// What holds secrets is not cloned without them, and nothing of it can be changed.

import { beforeAll, describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import * as classes from "../../src/arguments/instances.js";
import { expel, rotate } from "../../src/authoring/verbs.js";
import { type BackupPaper, createBackupKey } from "../../src/backup/make.js";
import { openContent } from "../../src/content/open.js";
import { type ContentReader, openRandomAccess } from "../../src/content/random-access.js";
import { sealContent } from "../../src/content/seal.js";
import { coverageReport } from "../../src/coverage/coverage-report.js";
import { KeysteadError } from "../../src/errors.js";
import { enrollEscrow } from "../../src/escrow/enroll.js";
import { fingerprintOf, formatFingerprint } from "../../src/fingerprint/fingerprint.js";
import { standing } from "../../src/grants/standing.js";
import { certifyStatementKey, stateHead } from "../../src/log/statement.js";
import { verifyLog } from "../../src/log/verify.js";
import { thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { CERTIFICATE, NOON, STATEMENT_KEYS, UNTIL } from "../support/service.js";
import { ALICE, OPERATOR, openWorld } from "../support/world.js";

const env = seededEnv("instances");
const world = openWorld("instances").join("Phone");
const state = world.session("Laptop");
const { log, keyring } = state;
const fingerprint = fingerprintOf(log);
const proposal = rotate(state, env);
const made = createBackupKey(state, {}, env).accept();
const { paper } = made;
let reader: ContentReader;

beforeAll(async () => {
  const sealed = await sealContent([log], Uint8Array.of(1, 2, 3), { purpose: "note" }, env);
  reader = await openRandomAccess(new Blob([sealed as BlobPart]), keyring, { purpose: "note" });
});

/** An instance of each class, and a call that takes one, as an argument or as the object of the call. */
const instances: readonly (readonly [string, () => object, (value: never) => unknown])[] = [
  ["LogState", () => log, (value) => coverageReport(value)],
  ["Keyring", () => keyring, (value) => standing(log, value)],
  ["Proposal", () => proposal, (value) => Reflect.apply(proposal.accept, value, [])],
  ["BackupPaper", () => paper, (value) => Reflect.apply(paper.reveal, value, [made.log])],
  ["ContentReader", () => reader, (value) => Reflect.get(Object.getPrototypeOf(reader), "header", value)],
  [
    "OperatorKeys",
    () => OPERATOR,
    (value) => certifyStatementKey(value, { signingKey: STATEMENT_KEYS.signingKey, until: UNTIL }),
  ],
  ["StatementKeys", () => STATEMENT_KEYS, (value) => stateHead(log.head, value, CERTIFICATE, NOON)],
  ["Fingerprint", () => fingerprint, (value) => formatFingerprint(value)],
];
/** What the library knows about the class of this name. */
function heldClass(name: string): classes.HeldClass {
  const found = Object.values(classes).find((each) => typeof each === "object" && each.name === name);
  expect(found).toBeDefined();
  return found as classes.HeldClass;
}
const secret = instances.filter(([name]) => !["LogState", "Fingerprint"].includes(name));

const refusal = (call: (value: never) => unknown, value: unknown): KeysteadError => {
  const error = thrownBy(() => call(value as never));
  expect(error.code).toBe("INVALID_ARGUMENT");
  return error;
};

describe.each(instances)("in place of a %s", (name, instance, call) => {
  it("a Proxy is refused as one, and how to avoid it is said", () => {
    const error = refusal(call, new Proxy(instance(), {}));
    expect(error.details["looksLike"]).toBe("proxy");
    expect(error.message).toMatch(new RegExp(`must be a ${name} .*Proxy.*shallowRef.*markRaw.*observable\\.ref`));
  });

  it("a spread copy is refused as one", () => {
    const error = refusal(call, { ...instance() });
    expect(error.details["looksLike"]).toBe("spread");
    expect(error.message).toMatch(/copy of its fields.*give the object itself/);
  });

  it("an instance of another class is refused by its name", () => {
    const [other, another] = name === "LogState" ? ["Keyring", keyring] : ["LogState", log];
    expect(refusal(call, another).message).toContain(`this is a ${other}`);
  });

  it.each([undefined, null, 7, "text", [], {}, () => 1])("%s is refused without a guess", (value) => {
    const error = classes.wrongInstance("it", heldClass(name), value);
    expect(error.details).toEqual({ name: "it" });
    expect(error.message).toMatch(new RegExp(`^it must be a ${name} from [^;]*$`));
  });

  it("what throws when it is read is refused as any other value", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const throwing = {
      get [Symbol.for("keystead.class")]() {
        throw new Error("no");
      },
    };
    for (const value of [proxy, throwing])
      expect(classes.wrongInstance("it", heldClass(name), value).details).toEqual({ name: "it" });
  });

  it("the real one is taken, is frozen, and shows nothing of how it is known", () => {
    expect(() => call(instance() as never)).not.toThrow();
    expect(Object.isFrozen(instance())).toBe(true);
    expect(JSON.stringify(Object.keys(instance()))).not.toContain("keystead");
    expect(() => Object.assign(instance(), { anything: 1 })).toThrow(TypeError);
  });
});

describe.each(secret)("a %s", (name, instance) => {
  it("is not cloned without its secrets: cloning throws and says why", () => {
    for (const value of [instance(), { deep: [instance()] }]) {
      expect(() => structuredClone(value)).toThrow(expect.objectContaining({ name: "DataCloneError" }));
    }
    const uncloneable = Object.values(instance()).filter((value) => typeof value === "symbol");
    expect(uncloneable.map(({ description }) => description)).toEqual([
      expect.stringContaining(`a ${name} holds secrets`),
    ]);
  });
});

describe("a clone", () => {
  it.each([
    ["a state of a log", log, (value: never) => coverageReport(value)],
    ["a fingerprint", fingerprint, (value: never) => formatFingerprint(value)],
  ])("of %s is refused as one, and what to send instead is said", (_what, value, call) => {
    for (const clone of [structuredClone(value), JSON.parse(JSON.stringify(value))]) {
      const error = refusal(call, clone);
      expect(error.details["looksLike"]).toBe("clone");
      expect(error.message).toMatch(/clone of one.*; (store and )?send/);
    }
  });

  it("of a keyring cannot come from JSON either: its text is known", () => {
    const error = refusal((value) => standing(log, value), JSON.parse(JSON.stringify({ keyring })).keyring);
    expect(error.details["looksLike"]).toBe("text");
    expect(error.message).toContain("unsafeSerializeKeyring");
  });
});

describe("where something else would do too", () => {
  const proxy = new Proxy(log, {});
  const knowledge = { escrowLog: proxy };
  it.each<[string, () => unknown]>([
    ["options.pinned", () => verifyLog(world.entries, { subject: ALICE, pinned: proxy, now: "unchecked" })],
    ["log", () => fingerprintOf(proxy)],
    ["escrowLog", () => enrollEscrow(state, knowledge, env)],
    ["escrowLog", () => agenda(state, { ...knowledge, now: "unchecked" } as never)],
    ["log", () => rotate({ log: proxy, keyring }, env)],
    ["log", () => expel(proxy, { remove: [] }, OPERATOR, env)],
  ])("a Proxy given as %s is refused as a Proxy", (argument, call) => {
    const error = thrownBy(call);
    expect(error.message).toMatch(new RegExp(`^${argument} must be a LogState`));
    expect(error.details["looksLike"]).toBe("proxy");
  });

  it("a Proxy among recipients, of a sender's log or of the reader's own log is refused as one", async () => {
    const sealed = await sealContent([log], Uint8Array.of(1), { purpose: "note" }, env);
    const calls: readonly (readonly [string, Promise<unknown>])[] = [
      ["each recipient", sealContent([proxy], Uint8Array.of(1), { purpose: "note" }, env)],
      ["recipient.log", sealContent([{ log: proxy }], Uint8Array.of(1), { purpose: "note" }, env)],
      ["options.senderLog", openContent(sealed, keyring, { senderLog: proxy })],
      ["options.log", openContent(sealed, keyring, { log: proxy })],
    ];
    for (const [argument, call] of calls) {
      const error = KeysteadError.from(await call.catch((reason: unknown) => reason));
      expect(error?.message).toMatch(new RegExp(`^${argument} must be a LogState`));
      expect(error?.details["looksLike"]).toBe("proxy");
    }
  });

  it("a state in place of a log is recognised", () => {
    expect(thrownBy(() => coverageReport(state as never)).message).toMatch(/looks like a state; give its log/);
  });
});

describe("every call on a Proxy of what holds secrets", () => {
  const call =
    (of: () => object, name: string, ...given: readonly unknown[]) =>
    () => {
      const proxy = new Proxy(of(), {});
      const member = Reflect.get(proxy, name);
      return typeof member === "function" ? member.apply(proxy, given) : member;
    };
  it.each<[string, () => unknown]>([
    ["keyring.epochs", call(() => keyring, "epochs")],
    ["keyring.exportKey", call(() => keyring, "exportKey", 1, "use")],
    ["keyring.wipe", call(() => keyring, "wipe")],
    ["proposal.discard", call(() => proposal, "discard")],
    ["paper.wipe", call(() => paper as BackupPaper, "wipe")],
    ["reader.wipe", call(() => reader, "wipe")],
    ["operator.wipe", call(() => OPERATOR, "wipe")],
    ["keys.wipe", call(() => STATEMENT_KEYS, "wipe")],
  ])("%s is refused as one", (_what, made) => {
    expect(thrownBy(made).details["looksLike"]).toBe("proxy");
  });

  it("reader.read is refused as one", async () => {
    const error = await new Proxy(reader, {}).read(0, 1).catch((reason: unknown) => reason);
    expect(KeysteadError.from(error)?.details["looksLike"]).toBe("proxy");
  });

  it("leaves what it holds usable", async () => {
    expect(keyring.epochs).toEqual([1, 2]);
    expect(await reader.read(0, 3)).toEqual(Uint8Array.of(1, 2, 3));
  });
});
