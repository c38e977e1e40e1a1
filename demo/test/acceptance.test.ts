// What must be true for users, line by line, and where it is played. The names of plays in this folder begin with the numbers of their
// lines.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const LINES: Readonly<Record<number, string>> = {
  1: "the first device makes its keys",
  2: "the list of devices is the same on each of them",
  3: "a new device works at once, and reads nothing older",
  4: "one review approves and removes",
  5: "an approval gives what the approver has, and says what is lost",
  6: "compare before saving; on a mismatch remove",
  7: "a removed device reads nothing more",
  8: "who leaves, or is removed in the portal, makes others change the keys",
  9: "a backup key is shown once, printed and proved",
  10: "a backup key restores everything, with mistakes mended",
  11: "a paper is checked without being used; a policy may forbid backup keys",
  12: "escrow needs a device and a backup key of its own",
  13: "the policy of escrow",
  14: "several admins, with roles",
  15: "users confirm escrow by its fingerprint",
  16: "data reaches escrow as devices come online",
  17: "the coverage report",
  18: "an admin restores somebody who is locked out",
  19: "discovery leaves a record",
  20: "a change of admins is quiet for users",
  21: "colleagues: news, a question before sealing, an alarm",
  22: "a removed device locks, and offers what to do",
  23: "a takeover is undone",
  24: "what is lost names who could bring it back",
  25: "lockdown says what it is for",
  26: "kills, races and two tabs lose nothing",
  27: "clocks, years offline and copies are said in words",
  28: "admins come and go",
  29: "seven digits, or the whole fingerprint",
  30: "a server that lies is caught",
  31: "a service seals to the public log alone",
};

const folder = fileURLToPath(new URL(".", import.meta.url));

/** The plays of each line, by their names. */
function plays(): ReadonlyMap<number, readonly string[]> {
  const played = new Map<number, string[]>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".test.ts"))) {
    const source = readFileSync(folder + file, "utf8");
    for (const [, numbers = "", name = ""] of source.matchAll(/(?:it|describe)\(\s*"((?:\d+, )*\d+): ([^"]*)"/g))
      for (const number of numbers.split(", ").map(Number))
        played.set(number, [...(played.get(number) ?? []), `${file}: ${name}`]);
  }
  return played;
}

it("each line is played by a test of the demo", () => {
  const played = plays();
  expect([...played.keys()].sort((a, b) => a - b)).toEqual(Object.keys(LINES).map(Number));
});
