// Grants with every value on the way: docs/spec.md section 7.2 (GRT-2).

import { concat } from "../../../src/bytes/bytes.js";
import { encodeCbor } from "../../../src/bytes/cbor.js";
import { epochsIn } from "../../../src/bytes/runs.js";
import { fromHex } from "../../../src/bytes/text.js";
import { boxInfo, epochsDigest, makeGrant } from "../../../src/grants/make.js";
import { epochSeed } from "../../../src/keys/keyring.js";
import { attachmentDigest } from "../../../src/log/entry.js";
import { deriveKey } from "../../../src/primitives/kdf.js";
import * as LABELS from "../../../src/primitives/labels.js";
import type { World } from "../../../test/support/world.js";
import { text, texts, type VectorFile } from "../format.js";
import { alone, joined } from "../worlds.js";

const ZERO = "00".repeat(32);
const bytesOf = (id: string): Uint8Array => fromHex(id, { name: "id" });

/** The grants of a world's newest link, made from the seeds of a holder. */
function grantsOf(world: World, holder: string) {
  const { record, log } = world;
  const { keyring } = world.session(holder);
  const place = { log: record.seq === 1 ? undefined : log.head.log, prev: record.prev, seq: record.seq };
  return record.grants.map(({ epochs, boxes }) => {
    const seeds = [...epochsIn(epochs)].map((epoch) => epochSeed(keyring, epoch));
    const recipients = boxes.map(({ member, kemKey }) => ({ id: member, kemKey }));
    const made = makeGrant({ epochs, recipients }, place, (epoch) => epochSeed(keyring, epoch));
    const set = epochsDigest(epochs);
    const [logId, prev] = [place.log ?? ZERO, place.prev ?? ZERO];
    const context = encodeCbor([bytesOf(logId), set, bytesOf(prev), place.seq]);
    const key = deriveKey(LABELS.grantKey, concat(...seeds.map((seed) => seed.bytes())), { info: context });
    return {
      ...{
        log: logId,
        prev,
        seq: place.seq,
        runs: epochs,
        set: text(set),
        seeds: texts(seeds.map((seed) => seed.bytes())),
      },
      ...{ context: text(context), key: text(key) },
      ...{ keyring: text(made.keyring), keyringDigest: text(attachmentDigest(made.keyring)) },
      boxes: recipients.map(({ id, kemKey: kem }, index) => {
        const box = made.boxes[index] as Uint8Array;
        const coins = deriveKey(LABELS.grantCoins, key, { info: kem, length: 64 });
        const info = boxInfo(place.log, set, kem);
        return {
          ...{ member: id, kem: text(kem), coins: text(coins), info: text(info) },
          ...{ box: text(box), digest: text(attachmentDigest(box)) },
        };
      }),
    };
  });
}

/** vectors/positive/grants.json: of a first link, of a join, and of an approval that gives three epochs. */
export function grantValues() {
  const tablet = joined.rotate("Laptop").join("Tablet");
  return [
    ...grantsOf(alone, "Laptop"),
    ...grantsOf(joined, "Phone"),
    ...grantsOf(tablet.review("Laptop", { approve: ["Tablet"] }), "Laptop"),
  ];
}

export function grantValueFiles(): readonly VectorFile[] {
  return [["positive/grants.json", grantValues()]];
}
