// Links that the library would not write: an honest entry, changed and signed again. docs/spec.md sections 6 and 7.

import { type CborValue, decodeCbor, encodeCbor } from "../../src/bytes/cbor.js";
import type { LogId } from "../../src/bytes/ids.js";
import { fromHex, toHex } from "../../src/bytes/text.js";
import { boxInfo, epochsDigest, KEYRING_NONCE } from "../../src/grants/make.js";
import type { KeyHolder } from "../../src/keys/member-keys.js";
import { attachmentDigest } from "../../src/log/entry.js";
import { chachaSeal } from "../../src/primitives/aead.js";
import { hpkeSeal } from "../../src/primitives/hpke.js";
import * as LABELS from "../../src/primitives/labels.js";
import { lookIntoBox, mix } from "./primitives.js";

export type Signer = Pick<KeyHolder, "signingKey" | "signLabelled">;
type Fields = Map<string, CborValue>;
type Box = [member: Uint8Array, digest: Uint8Array];

/** A grant of a raw entry, with its bytes. */
interface RawGrant {
  readonly fields: Fields;
  keyring: Uint8Array;
  boxes: { id: string; bytes: Uint8Array }[];
}

/** Changes grants and body in place. */
export type Spoil = (grants: RawGrant[], body: Fields) => void;

/** An entry with other grants, whose digests match the changed bytes, with the same signers. */
export function withGrants(entry: Uint8Array, signers: readonly Signer[], change: Spoil): Uint8Array {
  const limits = { maxBytes: entry.length };
  const [link, attachments] = decodeCbor(entry, { name: "entry", ...limits }) as [Uint8Array, Uint8Array[]];
  const [bodyBytes] = decodeCbor(link, { name: "link", ...limits }) as [Uint8Array];
  const body = decodeCbor(bodyBytes, { name: "body", ...limits }) as Fields;
  const listed = (body.get("grants") ?? []) as Fields[];
  const boxesOf = (fields: Fields) => fields.get("boxes") as unknown as Box[];
  const first = attachments.length - listed.reduce((sum, fields) => sum + 1 + boxesOf(fields).length, 0);
  let at = first;
  const grants = listed.map((fields): RawGrant => {
    const keyring = attachments[at++] as Uint8Array;
    const boxes = boxesOf(fields).map(([id]) => ({ id: toHex(id), bytes: attachments[at++] as Uint8Array }));
    return { fields, keyring, boxes };
  });
  change(grants, body);
  for (const { fields, keyring, boxes } of grants) {
    fields.set("keyring", attachmentDigest(keyring));
    fields.set(
      "boxes",
      boxes.map(({ id, bytes }) => [fromHex(id, { name: "id" }), attachmentDigest(bytes)]),
    );
  }
  const changed = encodeCbor(body);
  const signatures = signers.map((signer) => [signer.signingKey, signer.signLabelled(LABELS.linkSignature, changed)]);
  const all = [
    ...attachments.slice(0, first),
    ...grants.flatMap((grant) => [grant.keyring, ...grant.boxes.map(({ bytes }) => bytes)]),
  ];
  return encodeCbor([encodeCbor([changed, signatures]), all]);
}

/** Fresh keys of which one is no valid KEM key (KEM-1). */
export const junkKey: Spoil = (_grants, body) => {
  const keys = body.get("keys") as Fields;
  keys.set("kem", new Uint8Array((keys.get("kem") as Uint8Array).length).fill(0xff));
};

/** Boxes that do not open, for the given recipients. */
export function junkBoxes(takes: (box: { readonly id: string }) => boolean): Spoil {
  return (grants) => {
    for (const grant of grants) {
      grant.boxes = grant.boxes.map(({ id, bytes }, index) =>
        takes({ id }) ? { id, bytes: mix(200 + index, bytes.length, bytes) } : { id, bytes },
      );
    }
  };
}

/** Boxes that open a keyring with other seeds in it, in grants of one run. */
export function wrongSeeds(kemOf: (id: string) => Uint8Array, log: LogId): Spoil {
  return (grants) => {
    for (const grant of grants) {
      const [from, to] = [grant.fields.get("from") as number, grant.fields.get("to") as number];
      const [key, seeds] = [mix(400, 32, grant.keyring), mix(401, 32 * (to - from + 1), grant.keyring)];
      grant.keyring = chachaSeal(key, KEYRING_NONCE, new Uint8Array(0), seeds);
      grant.boxes = grant.boxes.map(({ id }) => {
        const kem = kemOf(id);
        const info = boxInfo(log, epochsDigest([[from, to]]), kem);
        return { id, bytes: hpkeSeal(kem, { info, plaintext: key, coins: mix(402, 64, kem, key) }) };
      });
    }
  };
}

/** The last grant, which is the new epoch's, without one of its recipients. */
export function leaveOut(id: string): Spoil {
  return (grants) => {
    const last = grants.at(-1);
    if (last) last.boxes = last.boxes.filter((box) => box.id !== id);
  };
}

/** The last grant, of one run, with a box for a member to which it is not due. */
export function addRecipient(id: string, kem: Uint8Array, log: LogId): Spoil {
  return (grants) => {
    const last = grants.at(-1);
    const inside = last?.boxes[0] && lookIntoBox(last.boxes[0].bytes)?.inside;
    if (!last || !inside) return;
    const [from, to] = [last.fields.get("from") as number, last.fields.get("to") as number];
    const bytes = hpkeSeal(kem, {
      info: boxInfo(log, epochsDigest([[from, to]]), kem),
      plaintext: inside,
      coins: mix(300, 64, kem),
    });
    last.boxes = [...last.boxes, { id, bytes }].sort((a, b) => (a.id < b.id ? -1 : 1));
  };
}

/**
 * A new epoch whose published key has the right ML-KEM part, which the quick check of seeds compares, and another X25519 part
 * (GRT-4).
 */
export const halfEpoch: Spoil = (_grants, body) => {
  const epoch = body.get("epoch") as Fields;
  const kem = new Uint8Array(epoch.get("kem") as Uint8Array);
  const other = mix(800, 32, kem);
  other[31] = ((other[31] as number) & 0x3f) | 0x20;
  kem.set(other, kem.length - 32);
  epoch.set("kem", kem);
};
