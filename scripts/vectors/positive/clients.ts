// Bytes that clients and services write besides links: keyrings, statements of heads, commitments of acts and digests of pairs.
// docs/spec.md sections 2, 5, 11.3 and 13.4.

import { decodeCbor } from "../../../src/bytes/cbor.js";
import { toHex } from "../../../src/bytes/text.js";
import { unsafeSerializeKeyring } from "../../../src/grants/store-keyring.js";
import { kemDigest } from "../../../src/log/pairs.js";
import type { Epoch } from "../../../src/log/state.js";
import { announce } from "../../../test/escrow/support.js";
import type { RawBody } from "../../../test/support/raw-link.js";
import { NOON, partsOfStatement, statement, UNTIL } from "../../../test/support/service.js";
import { seedNamed, type World } from "../../../test/support/world.js";
import { text, type VectorFile } from "../format.js";
import { alone, staffed, two, user } from "../worlds.js";

/** vectors/positive/keyrings.json: of members that opened all, and of one that keeps aside a seed whose link lost its race. */
export function keyringValues() {
  const raced = two.rotate("Laptop").with("Phone", two.rotate("Phone").session("Phone").keyring);
  return [keyringValue(alone, "Laptop"), keyringValue(two, "Phone"), keyringValue(raced, "Phone")];
}

function keyringValue(world: World, name: string) {
  const bytes = unsafeSerializeKeyring(world.session(name));
  const [content, checksum] = decodeCbor(bytes, { name: "keyring", maxBytes: bytes.length }) as [
    Uint8Array,
    Uint8Array,
  ];
  const fields = decodeCbor(content, { name: "content", maxBytes: content.length }) as RawBody;
  const bytesOf = (field: string) => fields.get(field) as Uint8Array;
  const seeds = (field: string) =>
    (fields.get(field) as [number, Uint8Array][]).map(([epoch, seed]) => [epoch, text(seed)] as const);
  const { seq, hash } = world.log.head;
  return {
    ...{
      log: toHex(bytesOf("log")),
      member: toHex(bytesOf("member")),
      seed: text(bytesOf("seed")),
      head: { seq, hash },
    },
    ...{ epochs: seeds("epochs"), checked: fields.get("checked"), junk: fields.get("junk"), opens: seeds("opens") },
    aside: (fields.get("aside") as [Uint8Array, Uint8Array][]).map(([digest, seed]) => [toHex(digest), text(seed)]),
    ...{ content: text(content), checksum: text(checksum), bytes: text(bytes) },
  };
}

/** vectors/positive/statements.json: a head that a service states, by a key that its operator certified. */
export function statementValues() {
  const bytes = statement(two);
  const [head, signature, certificate, certified] = partsOfStatement(bytes);
  return {
    ...{ operatorSeed: text(seedNamed("the operator")), keySeed: text(seedNamed("the statement key")), until: UNTIL },
    ...{ head: two.log.head, at: NOON },
    ...{
      statement: text(head),
      signature: text(signature),
      certificate: text(certificate),
      certified: text(certified),
    },
    bytes: text(bytes),
  };
}

/** vectors/positive/records.json: the commitments of acts, and the digests by which pairs name KEM keys. */
export function recordValues() {
  const asked = user.join("Phone").join("Tablet");
  const acts = [["Phone"], ["Phone", "Tablet"]].map((approve) => {
    const { act, escrow } = announce(staffed, "Bob", asked, { approve, remove: ["Laptop"] });
    const { salt, log, seq, prev, approve: ids, remove } = act;
    const admin = staffed.signer("Bob").signingKey;
    const commitment = escrow.record.act?.commitment as Uint8Array;
    return {
      ...{ salt: text(salt), admin: text(admin), log, seq, prev, approve: ids, remove },
      commitment: text(commitment),
    };
  });
  const pairs = [staffed, two].map(({ log }) => {
    const { kemKey: kem } = log.epochs.last() as Epoch;
    return { kem: text(kem), digest: toHex(kemDigest(kem)) };
  });
  return { acts, pairs };
}

export function clientFiles(): readonly VectorFile[] {
  return [
    ["positive/keyrings.json", keyringValues()],
    ["positive/statements.json", statementValues()],
    ["positive/records.json", recordValues()],
  ];
}
