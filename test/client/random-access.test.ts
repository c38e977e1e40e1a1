import { expect, it } from "vitest";
import { utf8Encode } from "../../src/bytes/text.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { phone } from "./simple.js";

it("opens a part of sealed content, and fetches no more than the chunks that hold it", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const plaintext = new Uint8Array(1 << 20).map((_, at) => at % 251);
  const place = { purpose: "recording", associatedData: utf8Encode("7") };
  const sealed = await laptop.seal(plaintext, place);
  let fetched = 0;
  const source = {
    size: sealed.length,
    read(offset: number, length: number) {
      fetched += length;
      return sealed.slice(offset, offset + length);
    },
  };
  const reader = await laptop.openRandomAccess(source, place);
  expect(await reader.read(500_000, 1000)).toEqual(plaintext.slice(500_000, 501_000));
  expect(fetched).toBeLessThan(200_000);
  reader.wipe();
  await expect(laptop.openRandomAccess(source, { ...place, purpose: "note" })).rejects.toMatchObject({
    code: "CORRUPT_CONTENT",
  });
});

it("refuses, as open does, what was sealed before this device may read", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const sealed = await laptop.seal(utf8Encode("old"), { purpose: "note" });
  const mobile = await phone(relay, "phone").open();
  await expect(mobile.openRandomAccess(new Blob([sealed as BlobPart]))).rejects.toMatchObject({
    code: "NOT_PERMITTED",
  });
  await mobile.join({ name: "Phone" });
  await expect(mobile.openRandomAccess(new Blob([sealed as BlobPart]))).rejects.toMatchObject({ code: "NO_ACCESS" });
});
