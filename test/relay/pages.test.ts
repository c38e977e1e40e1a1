import fc from "fast-check";
import { expect, it } from "vitest";
import { equalBytes } from "../../src/bytes/bytes.js";
import { encodeEntry } from "../../src/log/entry.js";
import { joinEntry, joinPage } from "../../src/relay/pages.js";
import { PAGE, writeBody } from "../../src/transport/wire.js";
import { slow } from "../support/runs.js";

/** Lengths on both sides of each form of a length in CBOR. */
const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 30 }),
  fc.constantFrom(23, 24, 255, 256, 65_535, 65_536).map((length) => new Uint8Array(length).fill(7)),
);

it("an entry and a page have the bytes that the schemas write", () => {
  fc.assert(
    fc.property(
      bytes,
      fc.array(bytes, { maxLength: 30 }),
      fc.nat(2 ** 48),
      fc.integer({ min: 1, max: 2 ** 48 }),
      fc.option(fc.uint8Array({ minLength: 1, maxLength: 512 }), { nil: undefined }),
      (link, attachments, now, newest, statement) => {
        expect(equalBytes(joinEntry(link, attachments), encodeEntry(link, attachments))).toBe(true);
        const page = { entries: [link, ...attachments], newest, now };
        const written = writeBody(PAGE, { ...page, ...(statement && { statement }) });
        expect(equalBytes(joinPage({ ...page, statement }), written)).toBe(true);
      },
    ),
    slow(100),
  );
});
