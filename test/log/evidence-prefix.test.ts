import { expect, it } from "vitest";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { decodeEntry, encodeEntry, encodeLink, type LinkSignature } from "../../src/log/entry.js";
import { makeEvidence } from "../../src/log/evidence.js";
import { appendEntry } from "../../src/log/verify.js";
import { createLog, rotate } from "../support/accepted.js";
import { expectError, thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";

const env = seededEnv("prefix");
const first = createLog({ subject: "alice@example.org", device: { name: "Laptop" } }, env);
const second = rotate(first, env);
const other = rotate(first, env);
const links = [...second.log.links].map(({ bytes }) => bytes);

it("refuses to call the beginning of a log a fork of it, and accepts a fork (LOG-8)", () => {
  const framed = makeEvidence("forked", "alice@example.org", second.log, links.slice(0, 1));
  expectError(() => checkEvidence(framed), "INVALID_ARGUMENT", undefined);
  const { evidence } = thrownBy(() => appendEntry(second.log, other.entry, { now: "unchecked" })).details as {
    evidence: typeof framed;
  };
  expect(checkEvidence(evidence)).toMatchObject({ verdict: "proven", seq: 2 });
});

it("judges junk for a filled position without a replay up to it (LOG-2)", () => {
  const third = rotate(second, env);
  const misplaced = rotate(other, env);
  expectError(() => appendEntry(third.log, misplaced.entry, { now: "unchecked" }), "INVALID_LINK", "LOG-2");
  const { link, attachments } = decodeEntry(rotate(first, env).entry);
  const [{ key, signature }] = link.signatures as [LinkSignature];
  const unsigned = encodeLink(link.body, [{ key, signature: signature.map((byte) => byte ^ 1) }]);
  const error = expectError(
    () => appendEntry(third.log, encodeEntry(unsigned, attachments), { now: "unchecked" }),
    "INVALID_LINK",
    "LOG-2",
  );
  expect(error.message).toContain("signature is not valid");
});
