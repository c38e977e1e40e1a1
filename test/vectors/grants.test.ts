// Wrong grants: each file of vectors/negative/grants, over the real code. docs/spec.md section 7 (GRT-2 to GRT-5).

import { describe, expect, it } from "vitest";
import { bytes, type GrantVector } from "../../scripts/vectors/format.js";
import { keyringOf } from "../../scripts/vectors/secrets.js";
import { receive } from "../../src/authoring/receive.js";
import { checkGrants } from "../../src/grants/check.js";
import { spanOf } from "../../src/log/effects.js";
import { byName, prefixState } from "./support.js";

const vectors = byName<GrantVector>(
  import.meta.glob("../../vectors/negative/grants/*.json", { eager: true, import: "default" }),
);

describe.each(vectors)("%s", (_name, { prefix, recipient, holder, received, checked, ...entries }) => {
  const before = prefixState(prefix);
  const { log } = before.head;

  it.each(["bad", "good"] as const)("gives its recipient the epochs of the file (%s)", (side) => {
    const session = { log: before, keyring: keyringOf(log, recipient) };
    const { opened, junk, withheld } = receive(session, bytes(entries[side]), { now: "unchecked" });
    expect({ opened, junk, withheld }).toEqual(received[side]);
  });

  it.each(["bad", "good"] as const)("is judged by a holder as the file says (%s)", (side) => {
    const after = receive({ log: before, keyring: keyringOf(log, holder) }, bytes(entries[side]), { now: "unchecked" });
    const found = checkGrants(after, [after.log.head.seq]);
    const wrong = found.wrong.map(({ seq: _, author: __, epochs, ...about }) => ({ ...about, ...spanOf(epochs) }));
    expect(wrong).toEqual(checked[side]);
  });

  it("differs from its twin", () => {
    expect(entries.bad).not.toBe(entries.good);
  });
});
