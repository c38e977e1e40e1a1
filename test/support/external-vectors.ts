// Reads public test vectors, which stay outside the repository: from ../shared/vectors beside it, or from the folder that
// KEYSTEAD_VECTORS names. Node only.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, it } from "vitest";

const root = process.env.KEYSTEAD_VECTORS ?? fileURLToPath(new URL("../../../shared/vectors", import.meta.url));

/**
 * A `describe` over the text of one vector file, unpacked if its name ends in .gz. If the file is absent, one test is reported as
 * skipped, with the reason in its name.
 */
export function describeVectors(title: string, path: string, define: (text: string) => void): void {
  const file = join(root, path);
  if (!existsSync(file)) {
    describe(title, () => {
      it.skipIf(true)(`needs ${path}, which is not here: set KEYSTEAD_VECTORS to the folder of vectors`, () => {});
    });
    return;
  }
  describe(title, () => {
    const bytes = readFileSync(file);
    define((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
  });
}

/** The cases of a Wycheproof file, each with the fields of its group. `Case` is the type of this file's cases. */
export function wycheproofCases<Case>(text: string): readonly (Case & WycheproofCase)[] {
  const { testGroups } = JSON.parse(text) as { readonly testGroups: readonly { readonly tests: readonly object[] }[] };
  return testGroups.flatMap(({ tests, ...group }) =>
    tests.map((test) => ({ ...group, ...test }) as Case & WycheproofCase),
  );
}

/** The fields of every Wycheproof case. */
export interface WycheproofCase {
  readonly tcId: number;
  readonly result: "valid" | "invalid" | "acceptable";
}
