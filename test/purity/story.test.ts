// The story calls everything that the main entry exports, and no call in it, including failed ones, changes its arguments.
// docs/spec.md section 5.

import { beforeAll, describe, expect, it } from "vitest";
import { Proposal } from "../../src/authoring/proposal.js";
import { BackupPaper } from "../../src/backup/make.js";
import { ContentReader } from "../../src/content/random-access.js";
import { Fingerprint } from "../../src/fingerprint/fingerprint.js";
import { Keyring } from "../../src/keys/keyring.js";
import { seededEnv } from "../support/seeded-env.js";
import * as core from "./entries.js";
import { tellStory } from "./story.js";
import { Watch } from "./watch.js";

/** Exports that the story does not call, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  KeysteadError: "thrown by everything",

  "OperatorKeys.signLabelled": "internal",
  "StatementKeys.signLabelled": "internal",
  portalTransport: "sends requests to a service",
  english: "data, which the story gives to what speaks",
  systemEnv: "the real clock and randomness, which the story must not have",
};
/** Classes that the library alone constructs: exported as types, and their methods are called. */
const MADE = { BackupPaper, ContentReader, Fingerprint, Keyring, Proposal };
/** Calls of every test of secrets. */
const PRINTING = ["toString", "toJSON"];

let told: Watch;
beforeAll(async () => {
  told = await tellStory(seededEnv("complete"));
});

describe("the story", () => {
  it("calls every export, and every method of instances of exported classes", () => {
    const methods = Object.entries({ ...core, ...MADE }).flatMap(([name, it]) =>
      Object.entries(Object.getOwnPropertyDescriptors(Object("prototype" in it ? it.prototype : undefined)))
        .filter(([method, { value }]) => typeof value === "function" && !["constructor", ...PRINTING].includes(method))
        .map(([method]) => `${name}.${method}`),
    );
    const names = [...Object.keys(core), ...methods];
    expect(names.filter((name) => !told.told.has(name)).sort()).toEqual(Object.keys(EXCEPTIONS).sort());
  });

  it("changes no argument", () => {
    expect([...told.changed]).toEqual([]);
  });

  it("can notice a change, of bytes and of a keyring", () => {
    const watch = new Watch(seededEnv("change"));
    const { keyring } = watch.core.createLog({ subject: "x", device: { name: "x" } }, watch.env).accept();
    const careless = { fill: (bytes: Uint8Array) => bytes.fill(1), drop: (owned: core.Keyring) => owned.wipe() };
    watch.method(careless, "fill", new Uint8Array(2));
    watch.method(careless, "drop", keyring);
    expect([...watch.changed]).toEqual(["Object.fill", "Object.drop"]);
  });
});
