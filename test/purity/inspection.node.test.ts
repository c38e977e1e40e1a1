// Output of Node's console and inspector for everything that the API gives and throws: it shows no secret, with any options.
// docs/spec.md section 5.

import { inspect } from "node:util";
import { expect, it } from "vitest";
import { ON_PURPOSE, tellSecretly } from "./leaks.js";

const EVERYTHING = { depth: null, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null };

it("inspection shows no secret, with the library's own way to print and without", async () => {
  const seen = new Set<unknown>();
  // Parts that were inspected before, such as the log of a state, are left out.
  const { leaks } = await tellSecretly((value) => {
    const isPlain = typeof value === "object" && value !== null && value.constructor === Object;
    const parts = (isPlain ? Object.values(value) : [value]).filter((part) => !seen.has(part));
    for (const part of parts) seen.add(part);
    const shown = [true, false].map((customInspect) => inspect(parts, { ...EVERYTHING, customInspect }));
    return shown.join("\n");
  });
  expect(leaks).toEqual(Object.keys(ON_PURPOSE).sort());
});
