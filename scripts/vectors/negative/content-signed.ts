// Signed content with a false sender: docs/spec.md section 12.2. The reader is Alice, who expects Bob.

import { concat } from "../../../src/bytes/bytes.js";
import { hashHeader } from "../../../src/content/content-key.js";
import { type ContentSender, splitContent } from "../../../src/content/format.js";
import { sealContent } from "../../../src/content/seal.js";
import { Transcript } from "../../../src/content/signature.js";
import type { ErrorCode } from "../../../src/errors.js";
import type { MemberState } from "../../../src/grants/member-state.js";
import { ownKeys } from "../../../src/keys/keyring.js";
import { contentKey, forge, headerFor, kemOf } from "../../../test/content/support.js";
import { idBytes } from "../../../test/support/raw-link.js";
import { seededEnv } from "../../../test/support/seeded-env.js";
import type { World } from "../../../test/support/world.js";
import { type ContentAttack, contentEnv, LETTER, OPTIONS, PURPOSE, RECORD, withCore } from "../content-attack.js";
import { alone, bob } from "../worlds.js";
import { unreduced } from "./crafted.js";

/** Bob's laptop and the phone that it approved, and later logs of his. Each reader has one of them. */
const bobs = bob.join("Phone").review("Laptop", { approve: ["Phone"] });
const gone = bobs.review("Laptop", { remove: ["Phone"] });
const rekeyed = bobs.rekey("Phone");
const papered = bobs.backup("Laptop", "Paper");
const tableted = bobs.join("Tablet");
const forked = bob.join("Another phone").rotate("Laptop");

const by = (world: World, name: string): ContentSender => ({ member: world.id(name), head: world.log.head });
const key = contentKey(11);

/** Content that names a sender, with a signature by any keys. */
async function claim(sender: ContentSender, signer: MemberState): Promise<Uint8Array> {
  const header = { ...headerFor([alone.log], PURPOSE), sender };
  const boxes = [[kemOf(alone.log), key]] as const;
  const sealed = await forge({ header, boxes, contentKey: key, plaintext: LETTER, associatedData: RECORD });
  const { headerBytes, end } = splitContent(sealed);
  const transcript = new Transcript(hashHeader(headerBytes));
  transcript.add(sealed.subarray(end));
  return concat(sealed, transcript.sign(ownKeys(signer.keyring)));
}

const seal = (name: string, env = contentEnv()) =>
  sealContent([alone.log], LETTER, { ...OPTIONS, signer: bobs.session(name) }, env);
const honest = await seal("Phone");
const unsigned = await sealContent([alone.log], LETTER, OPTIONS, contentEnv());
const [front, signature] = [honest.subarray(0, -64), honest.subarray(-64)];
const other = (await seal("Phone", seededEnv("another content"))).subarray(-64);

const attack = (
  name: string,
  description: string,
  code: ErrorCode,
  bad: Uint8Array,
  more: Partial<ContentAttack> = {},
): ContentAttack => ({ ...{ name, description, code, sender: bobs, bad: [bad], good: [honest] }, ...more });

export const SIGNED: readonly ContentAttack[] = [
  attack(
    "sender_stripped",
    "Somebody took sender and signature away.",
    "CORRUPT_CONTENT",
    withCore(front, (core) => core.delete("sender")),
  ),
  attack(
    "sender_replaced",
    "Somebody wrote another device of the same log in the sender's place.",
    "CORRUPT_CONTENT",
    withCore(honest, (core) => {
      const [log, , ...head] = core.get("sender") as unknown as [Uint8Array, Uint8Array, number, Uint8Array];
      core.set("sender", [log, idBytes(bobs.id("Laptop")), ...head]);
    }),
  ),
  attack(
    "nobody_signed",
    "The reader asks who sealed the content, and nobody signed it.",
    "INVALID_SIGNATURE",
    unsigned,
  ),
  attack(
    "signed_by_another_device",
    "The content names Phone as its sender, and Laptop, of the same log, signed it.",
    "INVALID_SIGNATURE",
    await claim(by(bobs, "Phone"), bobs.session("Laptop")),
  ),
  attack(
    "signature_of_another_content",
    "The signature is the sender's, of another content.",
    "INVALID_SIGNATURE",
    concat(front, other),
  ),
  attack(
    "content_signature_scalar_not_reduced",
    "The group's order was added to the scalar of the signature, which would be a second one for the same content.",
    "INVALID_SIGNATURE",
    concat(front, unreduced(signature)),
    { breaks: ["SIG-2"] },
  ),
  attack(
    "content_signature_cut_short",
    "The signature lacks its last byte.",
    "CORRUPT_CONTENT",
    honest.subarray(0, -1),
  ),
  attack("content_signature_cut_off", "The signature was cut off.", "CORRUPT_CONTENT", front),
  attack(
    "signed_with_the_key_from_before_its_rekey",
    "The device had replaced its key before the head that it names. The twin is signed with the new one.",
    "INVALID_SIGNATURE",
    await claim(by(rekeyed, "Phone"), bobs.session("Phone")),
    { sender: rekeyed, good: [await claim(by(rekeyed, "Phone"), rekeyed.session("Phone"))] },
  ),
  attack(
    "signer_removed_at_the_head_that_it_names",
    "The device was removed in the link that it names. The twin names an older head, at which it was active.",
    "UNKNOWN_MEMBER",
    await claim(by(gone, "Phone"), bobs.session("Phone")),
    { sender: gone, rule: "MEM-4" },
  ),
  attack(
    "signer_that_entered_after_the_head_that_it_names",
    "The device was not there yet. The twin names the head after its join.",
    "UNKNOWN_MEMBER",
    await claim({ ...by(tableted, "Tablet"), head: bobs.log.head }, tableted.session("Tablet")),
    { sender: tableted, good: [await claim(by(tableted, "Tablet"), tableted.session("Tablet"))] },
  ),
  attack(
    "signer_is_a_backup_key",
    "A backup key signed, which signs links only. The twin is signed by a device.",
    "UNKNOWN_MEMBER",
    await claim(by(papered, "Paper"), papered.session("Paper")),
    { sender: papered },
  ),
  attack(
    "signer_of_another_log",
    "The sender is a device of Alice's own log, and the reader asks for Bob.",
    "WRONG_SUBJECT",
    await claim(by(alone, "Laptop"), alone.session("Laptop")),
  ),
  attack(
    "sender_knew_a_later_head",
    "The head that the sender names is beyond the log at hand, which is to be fetched again.",
    "STALE_LOG",
    await claim(by(tableted, "Phone"), bobs.session("Phone")),
  ),
  attack(
    "sender_knew_another_history",
    "The sender signed that its log had another link at that position.",
    "FORKED",
    await claim({ ...by(bobs, "Phone"), head: forked.log.head }, bobs.session("Phone")),
    { breaks: ["LOG-8"] },
  ),
  attack(
    "history_that_nobody_signed_for",
    "The head never was, and the signature is not the sender's either: nobody is to be alarmed by it.",
    "INVALID_SIGNATURE",
    await claim({ ...by(bobs, "Phone"), head: forked.log.head }, bobs.session("Laptop")),
  ),
];
