// Lists of entries of which some were changed, left out, repeated, exchanged, cut off or taken from other logs. docs/spec.md sections
// 6 and 13.

import fc from "fast-check";
import { type CborValue, encodeCbor } from "../../src/bytes/cbor.js";
import { decodeEntry } from "../../src/log/entry.js";
import { rawEntry, rawLink, rawSignature, takeApart } from "../support/raw-link.js";
import type { World } from "../support/world.js";
import { rawChanges, valueChanges } from "./mutations.js";
import { escrowWorld, forkedWorld, smallWorld, userWorld } from "./samples.js";

/** Worlds whose entries the changes take. */
export const worlds = [userWorld, escrowWorld, forkedWorld, smallWorld];

/** An entry with a changed body, signed again by the original signers if `resigned`. */
export function changedBody(
  world: World,
  entry: Uint8Array,
  change: (body: CborValue) => CborValue,
  resigned: boolean,
): Uint8Array {
  const { body, signatures, attachments } = takeApart(entry);
  const changed = encodeCbor(change(body));
  const keys = signatures.map(([key]) => key);
  const signers = resigned ? world.signersOf(keys) : [];
  const signed = signers.length > 0 ? signers.map((signer) => rawSignature(changed, signer)) : signatures;
  return rawEntry(rawLink(changed, signed), attachments);
}

/** A change of the entries of a world. */
export type ListChange = (entries: readonly Uint8Array[], world: World) => readonly Uint8Array[];
const at = fc.nat(20);
/**
 * Another list to take entries from: another history of the user's log, another log of the same subject, another subject's log.
 */
const other = fc.constantFrom(...worlds).map(({ entries }) => entries);
const replaced = (entries: readonly Uint8Array[], index: number, change: (entry: Uint8Array) => Uint8Array) =>
  entries.map((entry, each) => (each === index % entries.length ? change(entry) : entry));
/** A change of an entry that decodes. An entry that was damaged before stays as it is. */
const ifDecodes = (change: (entry: Uint8Array) => Uint8Array) => (entry: Uint8Array) => {
  try {
    return change(entry);
  } catch {
    return entry;
  }
};
/** Every kind of change. */
export const listChange: fc.Arbitrary<ListChange> = fc.oneof(
  fc.tuple(at, rawChanges).map(
    ([index, change]): ListChange =>
      (entries) =>
        replaced(entries, index, change),
  ),
  fc.tuple(at, valueChanges, fc.boolean()).map(
    ([index, change, resigned]): ListChange =>
      (entries, world) => {
        return replaced(
          entries,
          index,
          ifDecodes((entry) => changedBody(world, entry, change, resigned)),
        );
      },
  ),
  at.map(
    (index): ListChange =>
      (entries) =>
        entries.filter((_, each) => each !== index),
  ),
  at.map(
    (index): ListChange =>
      (entries) =>
        entries.flatMap((entry, each) => (each === index ? [entry, entry] : entry)),
  ),
  fc.tuple(at, at).map(
    ([a, b]): ListChange =>
      (entries) => {
        const exchanged = new Map([
          [a % entries.length, b % entries.length],
          [b % entries.length, a % entries.length],
        ]);
        return entries.map((_, each) => entries[exchanged.get(each) ?? each] as Uint8Array);
      },
  ),
  at.map(
    (length): ListChange =>
      (entries) =>
        entries.slice(0, length + 1),
  ),
  at.map(
    (index): ListChange =>
      (entries) => {
        return replaced(
          entries,
          index,
          ifDecodes((entry) => rawEntry(decodeEntry(entry).link.bytes)),
        );
      },
  ),
  fc.tuple(at, other, at).map(
    ([index, from, taken]): ListChange =>
      (entries) => {
        return replaced(entries, index, () => from[taken % from.length] as Uint8Array);
      },
  ),
  fc.tuple(at, other).map(
    ([index, from]): ListChange =>
      (entries) => [...entries.slice(0, index), ...from.slice(index)],
  ),
);
