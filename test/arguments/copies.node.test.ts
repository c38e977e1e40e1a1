// Two copies of the library in one program: their instances are not each other's, and the error says so.

import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { formatFingerprint } from "../../src/contacts.js";
import * as ours from "../../src/index.js";
import { seededEnv } from "../support/seeded-env.js";
import { openWorld } from "../support/world.js";

vi.resetModules();
const theirs = await import("../../src/index.js");
const theirContacts = await import("../../src/contacts.js");
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

const { log, keyring } = openWorld("copies").session("Laptop");
const other = theirs.createLog({ subject: "u-1", device: { name: "Laptop" } }, seededEnv("another copy")).accept();

const caught = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};

describe("an instance of another copy of the library", () => {
  it.each<[string, () => unknown]>([
    ["a log", () => ours.agenda(other as never, { now: "unchecked" } as never)],
    ["a keyring", () => ours.agenda({ log, keyring: other.keyring } as never, { now: "unchecked" } as never)],
    ["a fingerprint", () => formatFingerprint(theirs.fingerprintOf(other.log) as never)],
    ["a fingerprint's log", () => ours.fingerprintOf(other.log as never)],
    ["one of ours to them", () => theirs.agenda({ log, keyring } as never, { now: "unchecked" } as never)],
  ])("%s is refused as that, with the versions", (_what, call) => {
    const error = caught(call) as ours.KeysteadError;
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", details: { looksLike: "other-copy" } });
    expect(error.message).toContain(`keystead ${version}; this is keystead ${version}`);
    expect(error.message).toContain("npm ls keystead");
  });
});

describe("an error of another copy of the library", () => {
  const error = caught(() => theirContacts.formatFingerprint(7 as never));

  it("is known by is, and not by instanceof", () => {
    expect(error).not.toBeInstanceOf(ours.KeysteadError);
    expect(ours.KeysteadError.is(error)).toBe(true);
  });

  it("becomes one of ours by from, with its stack", () => {
    const own = ours.KeysteadError.from(error);
    expect(own).toBeInstanceOf(ours.KeysteadError);
    const { code, kind, message, details, stack } = error as ours.KeysteadError;
    expect(own).toMatchObject({ code, kind, message, details, stack });
    expect(
      ours.KeysteadError.from(Object.assign(Object.create(error as object), { code: "NEW_CODE" })),
    ).toBeUndefined();
  });
});
