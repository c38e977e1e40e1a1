// The standing of a content's signer to a reader: docs/spec.md section 10.

import { restore } from "../../../test/escrow/support.js";
import type { World } from "../../../test/support/world.js";
import type { StandingVector, VectorFile } from "../format.js";
import { prefixOf } from "../prefixes.js";
import { staffed, two, user } from "../worlds.js";

const invaded = two.join("Thief");
const asked = user.join("Phone");
const admitted = restore(asked, staffed, "Bob", { approve: ["Phone"] }).user;
const hindsight = admitted.leave("Laptop");
const asking = user.join("Stranger").join("Phone");
const restored = restore(asking, staffed, "Bob", { approve: ["Phone"], remove: ["Laptop"] }).user;

interface Standing {
  readonly name: string;
  readonly description: string;
  readonly pinned?: World;
  readonly bad: readonly [World, string];
  readonly good: readonly [World, string];
  readonly standing: StandingVector["standing"];
}

const STANDING: readonly Standing[] = [
  {
    name: "signed_by_a_stranger",
    description: "A device that nobody approved signed. The twin is by the owner's.",
    ...{
      pinned: two,
      bad: [invaded, "Thief"],
      good: [invaded, "Phone"],
      standing: { bad: "neither", good: "founding" },
    },
  },
  {
    name: "signed_by_a_stranger_where_nothing_is_pinned",
    description: "The same, and the reader has no pin.",
    ...{ bad: [invaded, "Thief"], good: [invaded, "Laptop"], standing: { bad: "neither", good: "founding" } },
  },
  {
    name: "signed_by_a_device_that_an_admin_admitted",
    description: "While a founding device is active, an admin's approval makes nobody founding.",
    ...{ pinned: asked, bad: [admitted, "Phone"], good: [admitted, "Laptop"] },
    standing: { bad: "neither", good: "founding" },
  },
  {
    name: "signed_by_a_device_that_is_confirmed_in_hindsight",
    description: "The last founding device left, and whom an admin had approved is confirmed through escrow only.",
    ...{ pinned: asked, bad: [hindsight, "Phone"], good: [hindsight, "Laptop"] },
    standing: { bad: "restored", good: "founding" },
  },
  {
    name: "signed_by_a_stranger_older_than_the_restored",
    description:
      "After a recovery a stranger that had joined before signs. The twin is by the device that an admin restored.",
    ...{ pinned: asking, bad: [restored, "Stranger"], good: [restored, "Phone"] },
    standing: { bad: "neither", good: "restored" },
  },
  {
    name: "signed_by_the_restored_where_nothing_is_pinned",
    description:
      "The device that an admin restored signs, and the reader has no tracked contact: it is restored, and not founding.",
    ...{ bad: [restored, "Phone"], good: [user, "Laptop"], standing: { bad: "restored", good: "founding" } },
  },
];

export function standingFiles(): readonly VectorFile[] {
  const side = ([world, name]: readonly [World, string]) => ({ log: prefixOf(world), member: world.id(name) });
  return STANDING.map(({ name, description, pinned, bad, good, standing }): VectorFile => {
    const sides = { bad: side(bad), good: side(good), standing };
    const vector: StandingVector = { description, rules: [], ...(pinned && { pinned: prefixOf(pinned) }), ...sides };
    return [`negative/standing/${name}.json`, vector];
  });
}
