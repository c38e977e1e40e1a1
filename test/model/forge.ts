// Writes the link that an operation calls for, whether or not the log admits it, with the grants that the model says it owes:
// what a dishonest member or another implementation could publish. docs/spec.md section 6.

import type { MemberId } from "../../src/bytes/ids.js";
import { drawKeys } from "../../src/grants/enter.js";
import { epochKemPublicKey } from "../../src/keys/epoch-keys.js";
import { memberIdOf } from "../../src/keys/member-keys.js";
import { idBytes, type RawSigner, rawNext, signerOf } from "../support/raw-link.js";
import { effectOf, type Model, type Op, stretchesOf } from "./reference.js";
import type { World } from "./world.js";

/**
 * The link of an operation, signed by everybody who must sign it. Its grants commit to bytes that nobody will see, as the log
 * judges links without them.
 */
export function forge(world: World, model: Model, op: Exclude<Op, { type: "genesis" | "join" }>): Uint8Array {
  const env = world.env(0);
  const digest = (): Uint8Array => env.random(32);
  const position = model.seq + 1;
  const fresh = drawKeys(env);
  const entering = { kind: op.type === "enroll" ? op.kind : "device", ...fresh.publicKeys, name: digest() };
  const idOf = (member: number): MemberId => (member === position ? memberIdOf(entering) : world.id(member));
  const ids = (members: readonly number[]): Uint8Array[] => members.map(idOf).sort().map(idBytes);
  const effect = effectOf(model, op);
  // The bodies of these types have no room for an epoch, nor for going without a grant: the rule under test is another one.
  const [epoch, grants] =
    op.type === "enroll" || op.type === "regrant"
      ? [undefined, effect.grants.filter(({ from }) => from <= model.epoch)]
      : [effect.epoch, effect.grants];
  const due = op.type === "enroll" && grants.length === 0 ? [{ from: 1, to: 1, recipients: [position] }] : grants;
  const author = op.type === "expel" ? world.operator : signerOf(world.session(op.by));
  const signers: RawSigner[] = op.type === "enroll" || op.type === "rekey" ? [author, fresh] : [author];
  const missing = "missing" in op && op.missing?.size ? stretchesOf(op.missing) : undefined;
  return rawNext(
    world.log,
    {
      type: op.type,
      ...(op.type !== "expel" && { author: author.sign }),
      ...(op.type === "enroll" && { member: entering }),
      ...(op.type === "review" && { approve: ids(op.approve) }),
      ...("remove" in op && { remove: ids(op.remove) }),
      ...(op.type === "rekey" && { keys: { ...fresh.publicKeys } }),
      ...(op.type === "rename" && { member: idBytes(world.id(op.member)), name: digest() }),
      ...(op.type === "lockdown" && { on: op.on }),
      ...{ missing, epoch: epoch === undefined ? undefined : { kem: epochKemPublicKey(digest()) } },
      ...(due.length > 0 && {
        grants: due.map(({ from, to, recipients }) => ({
          ...{ from, to, keyring: digest() },
          boxes: ids([...new Set(recipients)]).map((id) => [id, digest()]),
        })),
      }),
    },
    signers,
  );
}
