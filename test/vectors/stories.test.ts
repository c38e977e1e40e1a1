// Whole logs, from the first link to the last: each file of vectors/positive/logs, over the real code. docs/spec.md sections 6, 7
// and 11.

import { describe, expect, it } from "vitest";
import { bytes, optionsOf } from "../../scripts/vectors/format.js";
import { type Story, statesOf } from "../../scripts/vectors/positive/stories.js";
import { secretsOf } from "../../scripts/vectors/secrets.js";
import { openKeyring } from "../../src/authoring/receive.js";
import { LINK_TYPES } from "../../src/log/registry.js";
import { verifyLog } from "../../src/log/verify.js";
import { byName } from "./support.js";

const stories = byName<Story>(
  import.meta.glob("../../vectors/positive/logs/*.json", { eager: true, import: "default" }),
);

describe.each(stories)("%s", (_name, story) => {
  it("has the state that the file says after each link", () => {
    const states = statesOf(story);
    expect(states).toHaveLength(story.entries.length);
    for (const [index, state] of states.entries()) expect(state).toEqual(story.states[index]);
  });

  it("gives each device and backup key the epochs of the file, from its seed and the entries", () => {
    const entries = story.entries.map(bytes);
    const log = verifyLog(entries, optionsOf(story.load));
    for (const { name, ...secrets } of story.devices) {
      const { keyring, withheld } = openKeyring(log, entries, bytes(secrets.seed));
      expect({ ...secretsOf(keyring), withheld }, name).toEqual({ ...secrets, withheld: [] });
    }
  });
});

it("the stories have a link of every type", () => {
  const told = new Set(stories.flatMap(([, { states }]) => states.map(({ type }) => type)));
  expect([...told].sort()).toEqual(Object.keys(LINK_TYPES).sort());
});
