import { expect, it } from "vitest";
import { openKeyring, receive } from "../../src/authoring/receive.js";
import { signBody } from "../../src/authoring/write-link.js";
import { encode } from "../../src/bytes/schema.js";
import { checkGrants } from "../../src/grants/check.js";
import { partsOf } from "../../src/keys/keyring.js";
import { attachmentDigest, decodeEntry, encodeEntry, encodeLink } from "../../src/log/entry.js";
import { linkType } from "../../src/log/registry.js";
import { readBody } from "../../src/log/verify-link.js";
import { createLog, joinLog, regrant, review } from "../support/accepted.js";
import { ownSeed } from "../support/own-seed.js";
import { seededEnv } from "../support/seeded-env.js";

it("does not open a grant that was moved to another link, where its box and keyring would open (GRT-5)", () => {
  const env = seededEnv("moved");
  let laptop = createLog({ subject: "alice@example.org", device: { name: "Laptop" } }, env);
  const entries = [laptop.entry];
  const phone = joinLog(laptop.log, { device: { name: "Phone" } }, env);
  entries.push(phone.entry);
  laptop = review(receive(laptop, phone.entry, { now: "unchecked" }), { approve: [phone.keyring.member] }, env);
  entries.push(laptop.entry);
  const seed = ownSeed(phone.keyring);

  // The honest regrant, and one whose grant is the review's, byte for byte.
  const honest = regrant(laptop, [{ member: phone.keyring.member, epochs: [[1, 1]] }], env);
  const { link } = decodeEntry(honest.entry);
  const moved = decodeEntry(laptop.entry).attachments;
  const { body } = readBody(link);
  const [keyring, box] = moved as [Uint8Array, Uint8Array];
  const grants = [
    {
      from: 1,
      to: 1,
      count: 1,
      keyring: attachmentDigest(keyring),
      boxes: [[phone.keyring.member, attachmentDigest(box)]],
    },
  ];
  const type = linkType("regrant");
  const bytes = encode(type?.schema as never, { ...body, grants } as never, "link.body");
  const { keys } = partsOf(laptop.keyring);
  const forged = encodeEntry(encodeLink(bytes, [signBody(bytes, keys.signingKey, [keys])]), moved);
  expect(forged).not.toEqual(honest.entry);

  // The phone without the review's grants, so that only the regrant can give it epoch 1.
  const before = openKeyring(laptop.log, [phone.entry], seed).keyring;
  expect(before.epochs).toEqual([2]);
  expect(receive({ log: laptop.log, keyring: before }, honest.entry, { now: "unchecked" })).toMatchObject({
    opened: [[1, 1]],
    junk: [],
  });
  expect(receive({ log: laptop.log, keyring: before }, forged, { now: "unchecked" })).toMatchObject({
    opened: [],
    junk: [[1, 1]],
  });
  // A holder who recomputes the grant finds the same.
  const holder = receive(laptop, forged, { now: "unchecked" });
  expect(checkGrants(holder, [holder.log.head.seq]).wrong).toMatchObject([
    { recipient: phone.keyring.member, wrong: "keyring" },
  ]);
});
