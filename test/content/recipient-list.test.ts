// The packed list of recipients, and finding one recipient in it: docs/spec.md section 12.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import type { LinkHash, LogId } from "../../src/bytes/ids.js";
import { toHex } from "../../src/bytes/text.js";
import {
  checkRecipientList,
  findRecipient,
  packRecipients,
  recipientAt,
  unpackRecipients,
} from "../../src/content/recipient-list.js";
import { bytesOf, failure } from "../primitives/support.js";

const number = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const id = bytesOf(32).map(toHex);
const recipients = fc
  .uniqueArray(fc.record({ log: id, seq: number, hash: id, epoch: number }), {
    selector: ({ log }) => log,
    minLength: 1,
  })
  .map((list) =>
    list
      .map(({ log, seq, hash, epoch }) => ({ head: { log: log as LogId, seq, hash: hash as LinkHash }, epoch }))
      .sort((a, b) => (a.head.log < b.head.log ? -1 : 1)),
  );

describe("a packed list of recipients", () => {
  it("gives back the packed recipients, and each recipient by its log", () => {
    fc.assert(
      fc.property(recipients, id, (list, stranger) => {
        const packed = packRecipients(list);
        expect(packed.length).toBe(80 * list.length);
        expect(checkRecipientList(packed)).toBe(list.length);
        expect(unpackRecipients(packed)).toEqual(list);
        for (const [index, recipient] of list.entries()) {
          expect(findRecipient(packed, recipient.head.log)).toBe(index);
          expect(recipientAt(packed, index)).toEqual(recipient);
        }
        const isListed = list.some(({ head }) => head.log === stranger);
        expect(findRecipient(packed, stranger as LogId) >= 0).toBe(isListed);
      }),
    );
  });

  it("accepts numbers up to 2^53 - 1, and refuses a fraction of an entry (ENC-2)", () => {
    const [log, hash] = ["11".repeat(32) as LogId, "22".repeat(32) as LinkHash];
    const most = { head: { log, seq: Number.MAX_SAFE_INTEGER, hash }, epoch: Number.MAX_SAFE_INTEGER };
    const packed = packRecipients([most]);
    expect(checkRecipientList(packed)).toBe(1);
    expect(recipientAt(packed, 0)).toEqual(most);
    const refused = { code: "INVALID_ENCODING", rule: "ENC-2" };
    for (const extra of [1, 5, 79]) {
      expect(failure(() => checkRecipientList(concat(packed, new Uint8Array(extra).fill(0x33))))).toEqual(refused);
    }
  });

  it("finds the last of 10,000 as it finds the first, and misses those in between", () => {
    const log = (n: number) => n.toString(16).padStart(64, "0") as LogId;
    const hash = "00".repeat(32) as LinkHash;
    const list = Array.from({ length: 10_000 }, (_, i) => ({ head: { log: log(2 * i + 1), seq: 1, hash }, epoch: 1 }));
    const packed = packRecipients(list);
    expect(checkRecipientList(packed)).toBe(10_000);
    for (const index of [0, 1, 4999, 5000, 9999]) expect(findRecipient(packed, log(2 * index + 1))).toBe(index);
    for (const index of [0, 1, 4999, 5000, 10_000]) expect(findRecipient(packed, log(2 * index))).toBe(-1);
  });
});
