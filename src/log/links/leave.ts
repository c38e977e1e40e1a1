// leave: a member removes itself. It must not know the next epoch, so it makes none: rotation becomes due.
// docs/spec.md section 6.

import { type Infer, record } from "../../bytes/schema.js";
import { type Effect, type LinkType, NO_KEYS } from "../contract.js";
import { takesCurrentEpoch } from "../effects.js";
import { author, header } from "../fields.js";
import { authorOf } from "../rules.js";

const schema = record({ ...header("leave"), author });

export const leave: LinkType<Infer<typeof schema>> = {
  type: "leave",
  schema,
  author: (body) => body.author,
  signers: (body) => [body.author],
  introduces: () => NO_KEYS,
  missing: "never",
  // Every member may leave, in lockdown too (MEM-5), except the last one (MEM-3).
  admit: () => undefined,
  effect(_body, context): Effect {
    const remove = [authorOf(context).id];
    return { remove, newEpoch: false, leavesRotationDue: takesCurrentEpoch(context.before, remove) };
  },
};
