// Sealed content that does not open: each file of vectors/negative/content, over the real code. docs/spec.md section 12.

import { describe, expect, it } from "vitest";
import { bytes, type ContentVector } from "../../scripts/vectors/format.js";
import { readerOf } from "../../scripts/vectors/secrets.js";
import { concat } from "../../src/bytes/bytes.js";
import { openContent } from "../../src/content/open.js";
import { rejection } from "../support/thrown.js";
import { byName, prefixState } from "./support.js";

const vectors = byName<ContentVector>(
  import.meta.glob("../../vectors/negative/content/*.json", { eager: true, import: "default" }),
);

describe.each(vectors)("%s", (_name, { reader, purpose, associatedData, sender, pieces, ...vector }) => {
  const open = (side: readonly number[]) => {
    const sealed = concat(...side.map((index) => bytes(pieces[index] as string)));
    const senderLog = sender === undefined ? undefined : prefixState(sender);
    return openContent(sealed, readerOf(reader), { purpose, associatedData: bytes(associatedData), senderLog });
  };

  it("does not open, and its twin does", async () => {
    const { code, rule } = await rejection(open(vector.bad));
    expect({ code, ...(rule && { rule }) }).toEqual(vector.error);
    expect(await open(vector.good)).toBeInstanceOf(Uint8Array);
  });
});
